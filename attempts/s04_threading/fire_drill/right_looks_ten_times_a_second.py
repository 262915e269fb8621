"""join() with a timeout, again and again, so that Ctrl-C gets through on any system."""

from threading import Thread


def ring_all(ring, wardens):
    if not callable(ring):
        raise TypeError("ring is not callable")
    threads = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(timeout=0.1)
