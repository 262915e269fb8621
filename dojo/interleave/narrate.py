from __future__ import annotations
from typing import Any
class Narrator: ...
def confirm(exploration: Any, result: Any) -> BaseException:
    return result.error
