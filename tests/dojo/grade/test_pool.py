"""How long an answer may take that shares the machine."""

import os

import pytest

from dojo.grade.pool import shared
from dojo.grade.verdict import Limits


@pytest.mark.parametrize(
    ("workers", "load", "times"),
    [
        (2, 0.5, 1),  # nothing else runs
        (1, 3.9, 1),
        (8, 3.0, 2),  # more workers than processors
        (2, 12.0, 1.5),  # other work
        (2, 400.0, 6),  # so much of it that there has to be an end
        (40, 400.0, 10),
    ],
)
def test_time_on_four_processors(workers: int, load: float, times: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0), raising=False)
    assert shared(Limits(seconds=60), workers) == Limits(seconds=60 * times)


def test_where_there_is_no_load_average(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "getloadavg", raising=False)
    assert shared(Limits(seconds=60), 1) == Limits(seconds=60)
