"""The place where answers are judged: a copy of the repository without its solutions and attempts.

The tests in it are the pristine ones; whatever a run may have done to them is found and undone.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from dojo.answers import ROOT

_TREES = ("dojo", "katas", "tests")
FENCE = """
from dojo.grade import fence  # noqa: E402 - also in children that were not made by fork

fence.install_from_environment()
"""
_FILES = ("conftest.py", "pyproject.toml")


class House:
    """A copy in this folder, and what each of its files has to be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns("__pycache__", "dojo-tests")
        for tree in _TREES:
            shutil.copytree(ROOT / tree, folder / tree, ignore=ignored)
        shutil.rmtree(folder / "tests" / "dojo", ignore_errors=True)
        for name in _FILES:
            shutil.copy(ROOT / name, folder / name)
        with (folder / "katas" / "__init__.py").open("a", encoding="utf-8") as stream:
            stream.write(FENCE)
        self._texts = {file: file.read_bytes() for file in self._all_files()}
        self._prints = {file: _digest(file) for file in self._texts}

    def changed(self) -> list[str]:
        """Files that are not what they were, or are new. They are put back first."""
        found = []
        for file in {*self._prints, *self._all_files()}:
            if _digest(file) != self._prints.get(file):
                relative = file.relative_to(self.folder)
                found.append(relative.as_posix())
                if file in self._prints:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(self._texts[file])
                else:
                    file.unlink(missing_ok=True)
        return sorted(found)

    def _all_files(self) -> list[Path]:
        """Bytecode, too: nobody writes any here, and pytest would run it in the place of the tests."""
        return [file for file in self.folder.rglob("*") if file.is_file() and ".dojo" not in file.parts]


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""
