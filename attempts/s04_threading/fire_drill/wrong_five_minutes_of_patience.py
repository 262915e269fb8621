"""Waits five minutes for a warden, and no longer.

Rejected by: test_slow_warden
"""

from threading import Thread


def ring_all(ring, wardens):
    if not callable(ring):
        raise TypeError("ring is not callable")
    threads = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
