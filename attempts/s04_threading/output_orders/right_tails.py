"""Works backwards: all that can be printed from a state on. Has dropped the names of the types, which it does not need."""

from functools import cache


def _check(program):
    if "main" not in program:
        raise ValueError("no main")
    started = set()
    for thread, steps in program.items():
        for kind, what in steps:
            if kind == "print":
                continue
            if kind not in ("start", "join") or thread != "main":
                raise ValueError(f"{thread}: {kind} {what}")
            if what not in program or what == "main":
                raise ValueError(f"no such thread: {what}")
            if (kind == "start") == (what in started):
                raise ValueError(f"cannot {kind} {what}")
            started.add(what)


def possible_outputs(program):
    _check(program)
    names = list(program)

    @cache
    def tails(state):
        """Everything that can be printed from here; state: how many steps each thread has done, None if not started."""
        result = set()
        ended = True
        for i, (name, done) in enumerate(zip(names, state)):
            if done is None or done == len(program[name]):
                continue
            ended = False
            kind, what = program[name][done]
            after = list(state)
            after[i] += 1
            if kind == "start":
                after[names.index(what)] = 0
            if kind == "join" and state[names.index(what)] != len(program[what]):
                continue
            text = (what,) if kind == "print" else ()
            result |= {text + tail for tail in tails(tuple(after))}
        return frozenset(result) if not ended else frozenset([()])

    return set(tails(tuple(0 if name == "main" else None for name in names)))
