"""The list of rooms is the class's: each reservation takes and frees the rooms of all others, too.

Rejected by: test_takes_and_frees
"""

from time import monotonic


class reserve:
    rooms = []

    def __init__(self, rooms, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError("a negative timeout")
        for room in rooms:
            if not any(room is other for other in self.rooms):
                self.rooms.append(room)
        self.timeout = timeout

    def __enter__(self):
        ends = None if self.timeout is None else monotonic() + self.timeout
        while (busy := self._busy()) is not None:
            left = -1 if ends is None else ends - monotonic()
            if ends is not None and left <= 0 or not busy.acquire(True, left):
                raise TimeoutError
            busy.release()

    def _busy(self):
        """Take all rooms; or none, and return the one that was taken."""
        held = []
        try:
            for room in self.rooms:
                if not room.acquire(False):
                    return room
                held.append(room)
            held = []
            return None
        finally:
            for room in held:
                room.release()

    def __exit__(self, *error):
        for room in reversed(self.rooms):
            room.release()
