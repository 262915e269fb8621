"""Keeps its answers by the id of the program, which may have changed since.

Rejected by: test_asked_again
"""

cache = {}


def possible_outputs(program):
    if id(program) in cache:
        return set(cache[id(program)])
    cache[id(program)] = _p(program)
    return set(cache[id(program)])


def _p(program):
    if "main" not in program:
        raise ValueError("no main")
    started = set()
    for name, steps in program.items():
        for kind, arg in steps:
            if kind not in ("print", "start", "join"):
                raise ValueError(kind)
            if kind == "print":
                continue
            if name != "main" or arg == "main" or arg not in program:
                raise ValueError(arg)
            if kind == "start":
                if arg in started:
                    raise ValueError(arg)
                started.add(arg)
            elif arg not in started:
                raise ValueError(arg)
    memo = {}

    def rest(state):
        if state in memo:
            return memo[state]
        pos = dict(state)
        out, moved = set(), False
        for name in pos:
            if pos[name] == len(program[name]):
                continue
            kind, arg = program[name][pos[name]]
            if kind == "join" and pos[arg] < len(program[arg]):
                continue
            moved = True
            new = {**pos, name: pos[name] + 1}
            if kind == "start":
                new[arg] = 0
            tails = rest(frozenset(new.items()))
            out |= {(arg, *t) for t in tails} if kind == "print" else tails
        memo[state] = out if moved else {()}
        return memo[state]

    return rest(frozenset({"main": 0}.items()))
