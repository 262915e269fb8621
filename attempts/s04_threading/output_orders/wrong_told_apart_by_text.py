"""Keeps the order inside a thread by looking texts up: a text that comes twice confuses it.

Rejected by: test_same_texts_merge
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    started = [name for kind, name in program["main"] if kind == "start"]
    rules = []  # (this text, before that text)
    past: list[str] = []
    lines: dict[str, list[str]] = {}
    for kind, text in program["main"]:
        if kind == "print":
            rules += [(earlier, text) for earlier in past]
            past.append(text)
        elif kind == "start":
            lines[text] = [line for _, line in program[text]]
            rules += [(earlier, line) for earlier in past for line in lines[text]]
            rules += list(combinations(lines[text], 2))
        else:
            past += lines[text]
    texts = [text for name in ["main", *started] for kind, text in program[name] if kind == "print"]
    return _orders(tuple(texts), rules)


def _orders(texts: tuple[str, ...], rules: list[tuple[str, str]]) -> set[tuple[str, ...]]:
    if not texts:
        return {()}
    return {
        (text, *rest)
        for index, text in enumerate(texts)
        if not any(later == text and earlier in texts for earlier, later in rules)
        for rest in _orders((*texts[:index], *texts[index + 1 :]), rules)
    }


def _check(program: Program) -> None:
    if "main" not in program:
        raise ValueError('there is no "main"')
    started: set[str] = set()
    for thread, steps in program.items():
        for kind, name in steps:
            if kind == "print":
                continue
            if kind not in ("start", "join") or thread != "main" or name == "main" or name not in program:
                raise ValueError(f"{thread}: {kind} {name}")
            if (kind == "start") == (name in started):
                raise ValueError(f"main: {kind} {name} at the wrong time")
            started.add(name)
