"""What came of one answer to one kata."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Word = Literal["passed", "failed", "refused", "died", "not begun", "missing", "not here"]
"""passed: all its tests are green. failed: a test is red, or the answer cannot be imported. refused: not run, or not
believed, since it reaches for the machinery. died: it came to no verdict (a limit, a signal, an exit). not begun: it
is the stub. missing: no file. not here: the kata needs what this Python has not."""


@dataclass(frozen=True)
class Limits:
    """What one answer may use. Seconds of real time; MiB of address space and of written files; the rest in numbers."""

    seconds: float = 60.0
    memory: int = 4096
    files: int = 64
    processes: int = 256
    descriptors: int = 256


@dataclass(frozen=True)
class Verdict:
    """`why` is text for people; `tests` maps each test that was run to its outcome."""

    submission: str
    kata: str
    word: Word
    why: str = ""
    tests: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def is_bad(self) -> bool:
        """Does it count against the submission?"""
        return self.word in ("failed", "refused", "died")
