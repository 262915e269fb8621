"""The last failing interleaving, remembered for `dojo show`: `.dojo/picture.json`."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from typing import Any

from dojo.answers import ROOT
from dojo.causes import all_of

FILE = ROOT / ".dojo" / "picture.json"


def of(error: BaseException) -> dict[str, Any] | None:
    """The picture that an exception, its cause or a member of its group carries."""
    for leaf in all_of(error):
        found = getattr(leaf, "__dojo_picture__", None)
        if found is not None:
            return dict(found)
    return None


def save(picture: dict[str, Any], kata: str, test: str) -> None:
    """Keep it; a full disk is no reason to stop."""
    with contextlib.suppress(OSError):
        FILE.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=FILE.parent, prefix="picture-", suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(picture | {"kata": kata, "test": test}, stream)
        os.replace(name, FILE)


def load() -> dict[str, Any] | None:
    """The one kept last, or None."""
    try:
        return dict(json.loads(FILE.read_bytes()))
    except (OSError, ValueError):
        return None
