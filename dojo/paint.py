"""Colours where a terminal shows them, plain text elsewhere (NO_COLOR, TERM=dumb, files and pipes)."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def is_coloured(stream: TextIO) -> bool:
    """Whether this stream is a terminal that wants colours (see https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    if sys.platform == "win32":
        os.system("")  # lets the console understand the codes
    return True


def paint(text: str, *styles: str, stream: TextIO | None = None) -> str:
    """The text in these styles (bold, dim, red, green, yellow, cyan), if the stream shows them."""
    if not text or not is_coloured(stream or sys.stdout):
        return text
    return f"\033[{';'.join(_CODES[style] for style in styles)}m{text}\033[0m"


def width() -> int:
    """Columns of the terminal; 100 where there is none."""
    return shutil.get_terminal_size((100, 24)).columns


def cut(text: str, columns: int) -> str:
    """The text in at most so many columns, with an ellipsis where something is left out."""
    return text if len(text) <= columns else text[: max(columns - 1, 0)] + "…"


def bar(solved: int, count: int, columns: int = 28) -> str:
    """`3 of 72 solved  [#...........................]`"""
    full = columns * solved // count if count else 0
    return f"{solved} of {count} solved  [{'#' * full}{'.' * (columns - full)}]"
