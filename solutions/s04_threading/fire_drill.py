"""Hand each thread the function and its argument, start all threads, and only then wait for them.

Three things changed:

- `target=ring(warden)` made the call then and there, in the caller's own thread, and handed its result on as the
  target. That result was None, and a thread with target None is legal: it starts, does nothing and ends. That is
  why no error was shown. A thread needs the function and the arguments separately. And `args` is a tuple:
  without the comma, ("Alice") is a string, and the five letters would be five arguments;
- a join right behind its start waits for one warden before the next one is rung: one after the other, with a
  thread for decoration. So there are two loops: everybody is started before anybody is waited for. Every thread
  is joined, since the last one to be started need not be the last one to end;
- since None is a legal target, a `ring` that cannot be called has to be refused by hand.
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    """Call ring(warden) once for each warden, all calls under way at the same time.

    Each call runs in a child thread, which is named f"ring-{warden}" by then. Returns when every call has returned;
    without any warden that is at once.

    `wardens` is iterated once (it may be a generator), and names may repeat. `ring` does not raise.
    TypeError if `ring` is not callable, before any thread is started, and without any warden, too.

    ring_all(phone.ring, ["Alice", "Bob"]): two calls under way together, in "ring-Alice" and "ring-Bob".
    """
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.start()
    for caller in crew:  # only now: by here everybody is being rung
        caller.join()
