"""A schedule as a short text that can be pasted into a test: `1.4>2,b0.3>2~9f3a1c`.

`1.4>2`: before thread 1 makes its step 4, thread 2 goes on. `b0.3>2`: when thread 0 stops for the third time, thread
2 goes on. After the tilde stands a checksum of all steps of the run, so that a token which no longer fits the code
is noticed.
"""

from __future__ import annotations

import os
import re
import zlib

from .errors import UnfitScheduleError
from .policies import Deviation
from .run import Run
from .sites import Site

_ONE = re.compile(r"(b?)(\d+)\.(\d+)>(\d+)")


def checksum(run: Run) -> str:
    """Six hexadecimal digits that name the steps of a run: which thread, which instruction of which function."""
    parts = []
    for step in run.log:
        site = step.site
        if isinstance(site, Site):
            name = f"{os.path.basename(site.code.co_filename)}:{site.code.co_qualname}:{site.kind}:{site.text}"
        else:
            name = site if isinstance(site, str) else type(site).__name__
        parts.append(f"{step.task} {name}")
    return f"{zlib.crc32(chr(10).join(parts).encode()) & 0xFFFFFF:06x}"


def encode(run: Run) -> str:
    """The token of a finished run."""
    deviations = ",".join(
        f"{'b' if kind == 'b' else ''}{task}.{at}>{target}" for kind, task, at, target in run.deviations
    )
    return f"{deviations or 'natural'}~{checksum(run)}"


def decode(text: str) -> tuple[list[Deviation], str]:
    """Deviations and checksum of a token. UnfitScheduleError if it is not one."""
    schedule, _, check = text.partition("~")
    if schedule == "natural" and check:
        return [], check
    found: list[Deviation] = []
    for part in schedule.split(","):
        match = _ONE.fullmatch(part.strip())
        if match is None or not check:
            raise UnfitScheduleError(f"not a schedule: {text!r} (expected something like '1.4>2~9f3a1c')")
        found.append(("b" if match[1] else "p", int(match[2]), int(match[3]), int(match[4])))
    return found, check
