"""Where the fence stands, tried in a process of its own: it lasts as long as the process does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dojo.answers import ROOT

HEAD = """
import os, sys
from dojo.grade import fence
mine, others = sys.argv[1:]
own, foreign = os.open(mine, os.O_RDONLY), os.open(others, os.O_RDONLY)
os.environ[fence.VARIABLE] = fence.settings(mine, [others + "/closed"], 4)
fence.install(os.environ[fence.VARIABLE])
"""


def told(tmp_path: Path, code: str) -> str:
    """What the process says, with the folders mine/ and others/, both with a file in them, while it is in others/."""
    for name in ("mine", "others"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    folders = [str(tmp_path / name) for name in ("mine", "others")]
    command = [sys.executable, "-c", HEAD + code, *folders]
    done = subprocess.run(command, cwd=folders[1], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    return done.stdout + "".join(done.stderr.splitlines(keepends=True)[-1:])


dir_fd = pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="no dir_fd there")


@dir_fd
@pytest.mark.parametrize(
    "code",
    [
        "os.remove('file', dir_fd=own)",
        "os.mkdir('folder', dir_fd=own); os.rmdir('folder', dir_fd=own)",
        "os.rename('file', 'other', src_dir_fd=own, dst_dir_fd=own)",
        "import shutil; tree = mine + '/tree'; os.mkdir(tree); open(tree + '/x', 'w').close(); shutil.rmtree(tree)",
    ],
)
def test_own_files_are_free_whatever_they_are_told_from(code: str, tmp_path: Path) -> None:
    assert told(tmp_path, code) == ""


@dir_fd
@pytest.mark.parametrize(
    "code",
    [
        "os.remove('file')",
        "os.chdir(mine); os.remove('file', dir_fd=foreign)",
        "os.chdir(mine); os.rename('file', 'stolen', src_dir_fd=foreign)",
        "os.chdir(mine); os.symlink('file', 'link', dir_fd=foreign)",
    ],
)
def test_other_files_are_not(code: str, tmp_path: Path) -> None:
    assert "an answer may write in its own temporary folder only" in told(tmp_path, code)
    assert (tmp_path / "others" / "file").exists()


COMMAND = "import subprocess; subprocess.run([sys.executable, '-c', '{code}'], env={env})"


@pytest.mark.parametrize("env", ["None", "os.environ", "dict(os.environ, MORE='1')", "os.environb"])
def test_a_program_may_inherit_the_environment(env: str, tmp_path: Path) -> None:
    assert told(tmp_path, COMMAND.format(code="print(1)", env=env)) == "1\n"


@pytest.mark.parametrize(
    "command",
    [
        COMMAND.format(code="print(1)", env="dict(os.environ, MORE=others + '/closed')"),
        "os.system('cat ' + others + '/closed/file')",
    ],
)
def test_a_program_is_not_told_of_what_is_closed(command: str, tmp_path: Path) -> None:
    assert "an answer may not hand" in told(tmp_path, command)
