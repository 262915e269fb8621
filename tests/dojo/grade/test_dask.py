"""`dojo grade --executor dask://...` on a real cluster: a scheduler and two workers, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("distributed", reason="needs the optional dependencies `dask`")
pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ends a worker with SIGKILL"),
]
ANSWER = "import time\ntime.sleep(0.3)\n\n\ndef number():\n    return {}\n"
SUBMISSIONS = 12


class Cluster:
    """Processes that run in the house."""

    def __init__(self, house: Any) -> None:
        self.root, self.file = house.root, house.path("scheduler.json")
        self.environment = os.environ | {"PYTHONPATH": str(house.root)}
        self.log = house.path("cluster.log").open("wb")
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, module: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(self.file), *options]
        process = subprocess.Popen(
            command, cwd=self.root, env=self.environment, stdout=self.log, stderr=self.log, start_new_session=True
        )
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            kill(process)
        self.log.close()


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(what: Any, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


@pytest.fixture
def cluster(house: Any) -> Iterator[Cluster]:
    cluster = Cluster(house)
    try:
        cluster.start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
        wait_for(cluster.file.exists)
        yield cluster
    finally:
        cluster.end()


def test_a_worker_that_dies_costs_nothing(house: Any, cluster: Cluster) -> None:
    options = ("--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard")
    first, _ = cluster.start("dask_worker", *options), cluster.start("dask_worker", *options)
    names = []
    for number in range(SUBMISSIONS):
        house.write(f"subs/s{number}/katas/s01_first/one.py", ANSWER.format(1 + number % 2))
        names.append(f"subs/s{number}")
    address = json.loads(cluster.file.read_text())["address"].removeprefix("tcp://")
    journal: Path = house.path("journal")
    command = [sys.executable, "-m", "dojo", "grade", *names, "--kata", "one", "--executor", f"dask://{address}"]
    run = subprocess.Popen(
        [*command, "--journal", str(journal), "--json", "out.json"], cwd=house.root, env=cluster.environment
    )
    try:
        wait_for(lambda: journal.exists() and journal.read_text().count("\n") >= 2)
        assert run.poll() is None, "it was over before a worker could be killed"
        kill(first)
        assert run.wait(90) == 1
    finally:
        run.kill()
        run.wait()
    found = json.loads(house.path("out.json").read_text())
    assert [verdict["word"] for verdict in found] == ["passed", "failed"] * (SUBMISSIONS // 2)
    assert journal.read_text().count("\n") == SUBMISSIONS


def test_nobody_there(house: Any) -> None:
    house.write("subs/ann/katas/s01_first/one.py", ANSWER.format(1))
    result = house.dojo("grade", "subs/ann", "--executor", "dask://127.0.0.1:9")
    assert (result.status, "Traceback" in result.text) == (2, False), result
    assert "no Dask cluster answers at 127.0.0.1:9" in result.err
