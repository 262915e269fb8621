"""Names are tidied, and " Bob " is somebody else than "Bob".

Rejected by: test_every_warden_exactly_once
"""

from threading import Thread


def ring_all(ring, wardens):
    if not callable(ring):
        raise TypeError("ring must be callable")
    crew = [Thread(target=ring, args=(w.strip(),), name=f"ring-{w.strip()}") for w in wardens]
    for t in crew:
        t.start()
    for t in crew:
        t.join()
