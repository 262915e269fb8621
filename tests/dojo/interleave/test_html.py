"""The picture as a page: complete by itself, safe, and steppable in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dojo.interleave import together
from dojo.interleave.html import page
from tests.dojo.interleave.telling import Failure

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


class Counter:
    def __init__(self) -> None:
        self.value = 0

    def add(self) -> None:
        self.value += 1


def lost_update() -> None:
    counter = Counter()
    together(counter.add, counter.add)
    assert counter.value == 2


@pytest.fixture
def picture(failure: Failure) -> dict[str, Any]:
    return failure(lost_update).__dojo_picture__  # type: ignore[attr-defined, no-any-return]


def test_the_picture_is_plain_data(picture: dict[str, Any]) -> None:
    assert json.loads(json.dumps(picture)) == picture
    assert picture["headline"] == "1 preemption breaks it: lost update on Counter.value"
    assert picture["threads"] == [{"name": "Thread-1", "call": "add"}, {"name": "Thread-2", "call": "add"}]
    assert [(row["thread"], row["kind"]) for row in picture["rows"]] == [
        (0, "reads"),
        (0, "preempted"),
        (1, "reads"),
        (1, "writes"),
        (0, "writes"),
    ]


def test_the_page_needs_nothing_else(picture: dict[str, Any]) -> None:
    text = page(picture, "s05_locks/counter, test_add")
    assert not re.search(r"(src|href|url)\s*[=(]", text)
    assert text.count("<tr>") == 1 + len(picture["rows"])
    assert "s05_locks/counter, test_add" in text


def test_nothing_on_the_page_is_code_of_somebody_else(picture: dict[str, Any]) -> None:
    nasty = "<script>alert(1)</script>"
    row = {"thread": 0, "kind": 'reads" onclick="', "text": nasty, "line": 1}
    text = page(picture | {"headline": nasty, "rows": [row]}, nasty)
    assert text.count("<script>") == 1
    assert 'onclick="' not in text


@pytest.fixture
def browser() -> Iterator[Any]:
    pytest.importorskip("selenium", reason="comes with the dev extra")
    if CHROMIUM is None or shutil.which("chromedriver") is None:
        pytest.skip("needs Chromium and its driver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for option in ("headless", "no-sandbox", "disable-gpu", "disable-background-networking", "disable-sync"):
        options.add_argument(f"--{option}")
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    yield driver
    driver.quit()


def test_stepping_in_a_browser(picture: dict[str, Any], tmp_path: Path, browser: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    file = tmp_path / "picture.html"
    file.write_text(page(picture), encoding="utf-8")
    browser.get(file.as_uri())
    body = browser.find_element("tag name", "body")

    def seen() -> tuple[int, str]:
        later = browser.find_elements("css selector", "tbody tr.later")
        now = browser.find_elements("css selector", "tbody tr.now")
        return len(picture["rows"]) - len(later), now[0].text.strip() if now else ""

    assert seen()[0] == 5
    body.send_keys(Keys.HOME)
    assert seen() == (0, "")
    for step in (1, 2, 3):
        body.send_keys(Keys.ARROW_RIGHT)
        assert seen()[0] == step
    assert "reads" in seen()[1]
    body.send_keys(Keys.ARROW_LEFT)
    assert seen()[0] == 2
    assert "-- preempted --" in seen()[1]
    body.send_keys(Keys.END)
    assert seen()[0] == 5
