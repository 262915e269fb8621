"""What the tests of the scheduler share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dojo.interleave import explore, outcomes

ROOT = Path(__file__).resolve().parents[3]


def told(call: Callable[[], Any]) -> Any:
    """What a call returns; or the type and text of what it raises."""
    try:
        return call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.fixture
def twins() -> Callable[[Callable[[], Any]], Any]:
    """twins(program): its result, after a check that it is the same in the real world and in every schedule."""

    def compare(program: Callable[[], Any]) -> Any:
        outside = told(program)
        inside = outcomes(lambda: told(program), schedules=100)
        assert inside.errors == []
        assert inside.values == {outside}
        return outside

    return compare


@pytest.fixture
def failure() -> Callable[..., BaseException]:
    """failure(program): the exception that a search ends with. The test fails where there is none."""

    def find(program: Callable[[], Any], **options: Any) -> BaseException:
        with pytest.raises(BaseException) as caught:  # the caller looks at it
            explore(program, **options)
        return caught.value

    return find


@pytest.fixture
def file_run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """file_run(source, *options): pytest's run of one test file in a process and folder of its own."""

    def run(
        source: str, *options: str, module: tuple[str, ...] = ("pytest",), env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_it.py").write_text(source)
        ours = ("PYTEST", "DOJO", "COV")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment |= {"PYTHONPATH": str(ROOT), "COLUMNS": "150", **(env or {})}
        command = [sys.executable, "-m", *module, "-q", "-p", "no:cacheprovider", *options, "test_it.py"]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200)

    return run
