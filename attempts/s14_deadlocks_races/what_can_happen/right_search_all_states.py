"""Three searches through the states, no argument needed."""

from functools import cache


def final_counts(threads, rounds):
    if threads < 1 or rounds < 0:
        raise ValueError("no program")

    @cache
    def reach(visitors, hall):
        ends = set()
        for at, (left, seen) in enumerate(hall):
            if left:
                step = (left, visitors) if seen < 0 else (left - 1, -1)
                ends |= reach(visitors if seen < 0 else seen + 1, (*hall[:at], step, *hall[at + 1 :]))
        return ends or {visitors}

    return set(reach(0, ((rounds, -1),) * threads))


def seats_left(seats, buyers):
    if seats < 0 or buyers < 0:
        raise ValueError("no box office")

    @cache
    def reach(left, coming, buying):
        ends = set()
        if coming:
            ends |= reach(left, coming - 1, buying + (left > 0))
        if buying:
            ends |= reach(left - 1, coming, buying - 1)
        return ends or {left}

    return set(reach(seats, buyers, 0))


def can_deadlock(pairs):
    pairs = tuple(pairs)

    @cache
    def stuck(taken):
        used = [lock for pair, count in zip(pairs, taken) for lock in pair[:count] if count < 3]
        following = []
        for at, count in enumerate(taken):
            if count == 2 or (count < 2 and pairs[at][count] not in used):
                following.append((at, count + 1))
        if not following:
            return any(count < 3 for count in taken)  # 3: both given back
        return any(stuck((*taken[:at], count, *taken[at + 1 :])) for at, count in following)

    return stuck((0,) * len(pairs))
