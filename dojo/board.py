"""The board of a coding dojo: a page that shows which pair has solved what, read from the pairs' clones."""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from dojo.curriculum import Kata

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Dojo</title>
<style>
:root {{ color-scheme: light dark; font: 1.4rem/1.5 system-ui, sans-serif }}
body {{ margin: 2rem }} table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; padding: .3rem 1rem; border-bottom: 1px solid #8888 }}
td.done {{ color: #1a7f37; font-weight: bold }}
@media (prefers-color-scheme: dark) {{ td.done {{ color: #4ac26b }} }}
</style>
<h1>Who has solved what</h1>
<table><tr><th>pair</th>{heads}</tr>{rows}</table></html>
"""


def page(katas: Sequence[Kata], clones: Sequence[Path]) -> str:
    """The board as a self-contained page that renews itself every five seconds."""
    heads = "".join(f"<th>{html.escape(kata.title)}</th>" for kata in katas)
    rows = "".join(_row(katas, clone) for clone in clones)
    return PAGE.format(heads=heads, rows=rows)


def _row(katas: Sequence[Kata], clone: Path) -> str:
    solved = _solved(clone)
    cells = "".join('<td class="done">solved</td>' if kata.id in solved else "<td></td>" for kata in katas)
    return f"<tr><th>{html.escape(clone.resolve().name)}</th>{cells}</tr>"


def _solved(clone: Path) -> set[str]:
    """The ids that the clone's own progress file names; none if it cannot be read."""
    try:
        return set(json.loads((clone / ".dojo" / "progress.json").read_bytes())["solved"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def serve(katas: Sequence[Kata], clones: Sequence[Path], host: str, port: int) -> ThreadingHTTPServer:
    """Serve the board until `shutdown()` is called. Raises OSError if the address cannot be had."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page(katas, clones).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """The timer has the terminal."""

    server = ThreadingHTTPServer((host, port), Handler)
    threading.Thread(target=server.serve_forever, name="dojo-board", daemon=True).start()
    return server
