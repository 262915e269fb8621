"""Answers, and nothing else, are taken out of folders and archives."""

from __future__ import annotations

import io
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dojo.curriculum import Curriculum, load
from dojo.grade.submissions import SIZE_LIMIT, SubmissionError, read

BANK, TICKETS = "s05_locks/bank_account", "s05_locks/ticket_dispenser"
ANSWERS = {f"katas/{BANK}.py": b"BANK = 1\n", f"katas/{TICKETS}.py": b"TICKETS = 1\n"}


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    return load()


def as_folder(place: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        file = place / "ann" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return place / "ann"


def as_zip(place: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(place / "ann.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return place / "ann.zip"


def as_tar(place: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(place / "ann.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return place / "ann.tar.gz"


Packer = Callable[[Path, dict[str, bytes]], Path]
every_shape = pytest.mark.parametrize("pack", [as_folder, as_zip, as_tar])
every_archive = pytest.mark.parametrize("pack", [as_zip, as_tar])


@every_shape
def test_answers_are_found(pack: Packer, tmp_path: Path, curriculum: Curriculum) -> None:
    found = read(pack(tmp_path, ANSWERS), curriculum)
    assert (found.name, found.answers, found.refused) == ("ann", {BANK: b"BANK = 1\n", TICKETS: b"TICKETS = 1\n"}, {})


@every_shape
def test_the_rest_stays_behind(pack: Packer, tmp_path: Path, curriculum: Curriculum) -> None:
    others = ("conftest.py", "pytest.ini", "sitecustomize.py", "katas/threading.py", "dojo/__init__.py", "x.pth",
              "katas/s05_locks/conftest.py", "tests/s05_locks/test_bank_account.py", "katas/s05_locks/unknown.py")
    found = read(pack(tmp_path, ANSWERS | dict.fromkeys(others, b"")), curriculum)
    assert set(found.answers) == {BANK, TICKETS}


@every_shape
def test_the_tree_alone_will_do(pack: Packer, tmp_path: Path, curriculum: Curriculum) -> None:
    assert set(read(pack(tmp_path, {f"{BANK}.py": b""}), curriculum).answers) == {BANK}


@every_archive
def test_a_checkout_in_an_archive(pack: Packer, tmp_path: Path, curriculum: Curriculum) -> None:
    assert set(read(pack(tmp_path, {f"katas-main/katas/{BANK}.py": b""}), curriculum).answers) == {BANK}


@every_archive
@pytest.mark.parametrize("detour", ["../katas/{}.py", "/katas/{}.py", "katas/../katas/{}.py", "..\\katas\\{}.py"])
def test_detours_lead_nowhere(pack: Packer, detour: str, tmp_path: Path, curriculum: Curriculum) -> None:
    with pytest.raises(SubmissionError, match="no kata is in it; files like katas/"):
        read(pack(tmp_path, {detour.format(BANK): b""}), curriculum)


@every_shape
def test_an_answer_has_its_size(pack: Packer, tmp_path: Path, curriculum: Curriculum) -> None:
    found = read(pack(tmp_path, {f"katas/{BANK}.py": b"#" * (SIZE_LIMIT + 1)}), curriculum)
    assert found.refused == {BANK: f"it has more than {SIZE_LIMIT} bytes"}


def test_a_bomb_is_not_unpacked(tmp_path: Path, curriculum: Curriculum) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"katas/{BANK}.py", bytes(200_000_000))
    assert read(tmp_path / "bomb.zip", curriculum).refused == {BANK: f"it has more than {SIZE_LIMIT} bytes"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_answer_twice(tmp_path: Path, curriculum: Curriculum) -> None:
    with zipfile.ZipFile(tmp_path / "ann.zip", "w") as archive:
        archive.writestr(f"katas/{BANK}.py", "1")
        archive.writestr(f"katas/{BANK}.py", "2")
    found = read(tmp_path / "ann.zip", curriculum)
    assert (found.answers, found.refused) == ({}, {BANK: "it is there twice"})


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_a_tar(kind: bytes, tmp_path: Path, curriculum: Curriculum) -> None:
    with tarfile.open(tmp_path / "ann.tar", "w") as archive:
        member = tarfile.TarInfo(f"katas/{BANK}.py")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    assert read(tmp_path / "ann.tar", curriculum).refused == {BANK: "it is not a plain file"}


def test_a_link_in_a_zip(tmp_path: Path, curriculum: Curriculum) -> None:
    with zipfile.ZipFile(tmp_path / "ann.zip", "w") as archive:
        member = zipfile.ZipInfo(f"katas/{BANK}.py")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    assert read(tmp_path / "ann.zip", curriculum).refused == {BANK: "it is not a plain file"}


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
@pytest.mark.parametrize("what", ["katas", "katas/s05_locks", f"katas/{BANK}.py"])
def test_links_in_a_folder(what: str, tmp_path: Path, curriculum: Curriculum) -> None:
    folder = as_folder(tmp_path, ANSWERS)
    (folder / what).rename(tmp_path / "elsewhere")
    (folder / what).symlink_to(tmp_path / "elsewhere")
    found = read(folder, curriculum)
    assert BANK not in found.answers
    assert found.refused[BANK] == f"{Path(what).name} is a symbolic link: only plain files are taken"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes there")
def test_a_pipe_does_not_keep_it_waiting(tmp_path: Path, curriculum: Curriculum) -> None:
    folder = as_folder(tmp_path, ANSWERS)
    (folder / f"katas/{BANK}.py").unlink()
    os.mkfifo(folder / f"katas/{BANK}.py")
    assert read(folder, curriculum).refused == {BANK: "it is not a plain file"}


def test_what_is_no_submission(tmp_path: Path, curriculum: Curriculum) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "cut.zip").write_bytes(as_zip(tmp_path, ANSWERS).read_bytes()[:-30])
    (tmp_path / "cut.tar.gz").write_bytes(as_tar(tmp_path, ANSWERS).read_bytes()[:100])
    (tmp_path / "empty").mkdir()
    for name in ("text", "cut.zip", "cut.tar.gz", "empty", "missing"):
        with pytest.raises(SubmissionError, match=name):
            read(tmp_path / name, curriculum)
