"""All orders, without a memo: plain recursion on shared state that is undone on the way back."""


def final_counts(threads, rounds):
    if threads < 1 or rounds < 0:
        raise ValueError
    left, seen, visitors, found = [rounds] * threads, [None] * threads, [0], set()

    def go():
        over = True
        for i in range(threads):
            if seen[i] is not None:
                over = False
                mine, before = seen[i], visitors[0]
                visitors[0], seen[i] = mine + 1, None
                go()
                visitors[0], seen[i] = before, mine
            elif left[i]:
                over = False
                left[i] -= 1
                seen[i] = visitors[0]
                go()
                seen[i] = None
                left[i] += 1
        if over:
            found.add(visitors[0])

    go()
    return found


def seats_left(seats, buyers):
    if seats < 0 or buyers < 0:
        raise ValueError
    found = set()

    def go(seats, outside, inside):
        if not outside and not inside:
            found.add(seats)
        if outside:
            go(seats, outside[1:], inside + outside[:1] if seats > 0 else inside)
        for i in range(len(inside)):
            go(seats - 1, outside, inside[:i] + inside[i + 1 :])

    go(seats, list(range(buyers)), [])
    return found


def can_deadlock(pairs):
    owner = {}
    state = [0] * len(pairs)

    def go():
        moved = False
        for t, pair in enumerate(pairs):
            if state[t] < 2 and pair[state[t]] not in owner:
                moved = True
                name = pair[state[t]]
                owner[name] = t
                state[t] += 1
                if go():
                    return True
                state[t] -= 1
                del owner[name]
            elif state[t] == 2:
                moved = True
                state[t] = 3
                del owner[pair[0]], owner[pair[1]]
                if go():
                    return True
                owner[pair[0]] = owner[pair[1]] = t
                state[t] = 2
        return not moved and any(s != 3 for s in state)

    return go()
