"""A thread whose name is empty is refused: the empty name is in the program.

Rejected by: test_text_like_a_name
"""


def possible_outputs(program):
    check(program)
    scripts = {name: tuple(steps) for name, steps in program.items()}
    found, seen = set(), set()
    todo = [((("main", 0),), ())]
    while todo:
        state = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        places, out = dict(state[0]), state[1]
        over = True
        for name, place in places.items():
            if place == len(scripts[name]):
                continue
            over = False
            kind, arg = scripts[name][place]
            after = {**places, name: place + 1}
            if kind == "print":
                todo.append((tuple(sorted(after.items())), out + (arg,)))
            elif kind == "start":
                after[arg] = 0
                todo.append((tuple(sorted(after.items())), out))
            elif places[arg] == len(scripts[arg]):
                todo.append((tuple(sorted(after.items())), out))
        if over:
            found.add(out)
    return found


def check(program):
    if "main" not in program:
        raise ValueError("no main")
    for name, steps in program.items():
        started = set()
        for kind, arg in steps:
            if kind not in ("print", "start", "join"):
                raise ValueError(f"unknown step {kind!r}")
            if kind == "print":
                continue
            if name != "main":
                raise ValueError(f"only main starts and joins, not {name!r}")
            if not arg or arg not in program or arg == "main":
                raise ValueError(f"no other thread {arg!r}")
            if kind == "start":
                if arg in started:
                    raise ValueError(f"{arg!r} is started twice")
                started.add(arg)
            elif arg not in started:
                raise ValueError(f"{arg!r} is joined before it is started")
