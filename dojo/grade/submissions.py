"""Takes the answers, and nothing else, out of a submission: a folder, a git checkout, a zip or a tar archive.

Only files named katas/SECTION/NAME.py of known katas are taken, as bytes; whatever else a submission holds
(conftest.py, pytest.ini, sitecustomize.py, modules that shadow others) stays behind. Archives are never unpacked.
"""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from dojo.curriculum import Curriculum, Kata

SIZE_LIMIT = 200_000
"""Bytes of one answer."""


class SubmissionError(Exception):
    """There is nothing to grade in this path. The text says what was expected."""


@dataclass(frozen=True)
class Submission:
    """Somebody's answers by kata id, as bytes; `refused` says of a kata why its file was not taken."""

    name: str
    answers: Mapping[str, bytes] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def read(path: Path, curriculum: Curriculum) -> Submission:
    """The submission in this folder or archive. Raises SubmissionError."""
    if not path.exists():
        raise SubmissionError(f"{path}: there is nothing of that name")
    if path.is_dir():
        found = _in_folder(path, curriculum)
    else:
        try:
            if zipfile.is_zipfile(path):
                found = _in_zip(path, curriculum)
            elif tarfile.is_tarfile(path):
                found = _in_tar(path, curriculum)
            else:
                raise SubmissionError(f"{path}: a folder, a zip or a tar archive is expected")
        except (OSError, zipfile.BadZipFile, tarfile.TarError, EOFError, RuntimeError) as error:
            raise SubmissionError(f"{path}: damaged archive ({error})") from error
    answers: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for kata, content in found:
        if isinstance(content, str):
            refused.setdefault(kata.id, content)
        elif kata.id in answers:
            refused[kata.id] = "it is there twice"
        else:
            answers[kata.id] = content
    if not answers and not refused:
        example = curriculum.katas[0].id if curriculum.katas else "SECTION/NAME"
        raise SubmissionError(f"{path}: no kata is in it; files like katas/{example}.py are expected")
    return Submission(_name_of(path), {kata: answers[kata] for kata in answers.keys() - refused.keys()}, refused)


def _name_of(path: Path) -> str:
    name = path.resolve().name
    for ending in (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2"):
        if not path.is_dir() and name.endswith(ending):
            return name.removesuffix(ending)
    return name


def _in_folder(path: Path, curriculum: Curriculum) -> Iterator[tuple[Kata, bytes | str]]:
    tree = path / "katas" if (path / "katas").is_dir() else path
    for kata in curriculum.katas:
        file = tree / kata.section / f"{kata.name}.py"
        for step in (tree, file.parent, file):
            if step.is_symlink():
                yield kata, f"{step.name} is a symbolic link: only plain files are taken"
                break
        else:
            if file.exists():
                yield kata, _read_plain(file)


def _read_plain(file: Path) -> bytes | str:
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    with os.fdopen(descriptor, "rb") as stream:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            return "it is not a plain file"
        return _sized(stream.read(SIZE_LIMIT + 1))


def _sized(content: bytes) -> bytes | str:
    return content if len(content) <= SIZE_LIMIT else f"it has more than {SIZE_LIMIT} bytes"


def _in_zip(path: Path, curriculum: Curriculum) -> Iterator[tuple[Kata, bytes | str]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            kata = _kata_of(member.filename, curriculum)
            if kata is None:
                continue
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                yield kata, "it is not a plain file"
            else:
                with archive.open(member) as stream:
                    yield kata, _sized(stream.read(SIZE_LIMIT + 1))


def _in_tar(path: Path, curriculum: Curriculum) -> Iterator[tuple[Kata, bytes | str]]:
    with tarfile.open(path) as archive:
        for member in archive:
            kata = _kata_of(member.name, curriculum)
            if kata is None:
                continue
            stream = archive.extractfile(member) if member.isreg() else None
            yield kata, _sized(stream.read(SIZE_LIMIT + 1)) if stream is not None else "it is not a plain file"


def _kata_of(name: str, curriculum: Curriculum) -> Kata | None:
    """The kata that a member of an archive answers: [FOLDER/]katas/SECTION/NAME.py, without detours."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith("/") or len(parts) not in (2, 3, 4):
        return None
    *folders, section, file = parts
    if folders and folders[-1] != "katas":
        return None
    return next((kata for kata in curriculum.katas if (kata.section, f"{kata.name}.py") == (section, file)), None)
