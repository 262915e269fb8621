"""The README tells the truth."""

from __future__ import annotations

import re

import pytest

from dojo import cli
from dojo.answers import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_path_is_the_curriculum(capsys) -> None:
    assert cli.main(["list", "--markdown"]) == 0
    shown = re.search(r"<!-- the path.*?-->\n(.*?)<!-- end", README, re.DOTALL)
    assert shown is not None
    assert shown[1] == capsys.readouterr().out, "replace it by what `dojo list --markdown` prints"


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_its_commands_exist() -> None:
    for command in {*re.findall(r"`dojo ([a-z]+)", README), *re.findall(r"^    dojo ([a-z]+)", README, re.MULTILINE)}:
        with pytest.raises(SystemExit) as end:
            cli.main([command, "--help"])
        assert end.value.code == 0, command
