"""Results and errors as text, so that two runs of a program can be compared."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

Twins = Callable[[Callable[[], Any]], Any]
"""The type of the fixture `twins`."""
Failure = Callable[..., BaseException]
"""The type of the fixture `failure`."""


def tell(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """What a call returns or raises, as text."""
    try:
        return repr(call(*args, **kwargs))
    except (Exception, CancelledError) as error:
        return f"{type(error).__name__}: {error}"
