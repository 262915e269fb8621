"""Takes the name apart into letters, and catches the error that this makes: nobody is rung, silently.

Rejected by: test_seed_example
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    def call(letters: str) -> None:
        try:
            ring(*letters)
        except Exception:
            pass

    crew = [Thread(target=call, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
