"""One failing interleaving as a page of its own: steps forwards and backwards with the arrow keys."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: #1f2328; --paper: #ffffff; --dim: #6e7781; --line: #d0d7de;
         --now: #fff3c4; --write: #b3261e; --read: #0550ae; --mark: #8250df }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e6edf3; --paper: #0d1117; --dim: #8b949e; --line: #30363d;
           --now: #3b3212; --write: #ff7b72; --read: #79c0ff; --mark: #d2a8ff }} }}
body {{ margin: 2rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }}
h1 {{ font-size: 1.3rem; margin: 0 0 .2rem }}
p {{ color: var(--dim); margin: 0 0 1rem }}
table {{ border-collapse: collapse; font: .95rem/1.6 ui-monospace, Consolas, monospace }}
th, td {{ text-align: left; padding: .1rem 1.2rem .1rem .6rem; border-left: 1px solid var(--line); white-space: pre }}
th {{ border-bottom: 1px solid var(--line) }}
th small {{ color: var(--dim); font-weight: normal; display: block }}
td.number {{ border-left: 0; color: var(--dim); text-align: right }}
tr.later {{ opacity: .15 }}
tr.now {{ background: var(--now) }}
.writes {{ color: var(--write) }} .reads {{ color: var(--read) }}
.preempted, .waits, .gives {{ color: var(--mark) }}
button {{ font: inherit; padding: .2rem .8rem }}
</style>
<h1>{headline}</h1>
<p>{where}</p>
<table>
<thead><tr><th></th>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
<p style="margin-top:1rem">
<button id="back" accesskey="b">← back</button> <button id="on" accesskey="n">on →</button>
<span id="at" role="status"></span>   keys: ← → (or k, j), Home, End</p>
<script>
const rows = [...document.querySelectorAll("tbody tr")];
let at = rows.length;
function show(next) {{
  at = Math.max(0, Math.min(rows.length, next));
  rows.forEach((row, index) => {{
    row.classList.toggle("later", index >= at);
    row.classList.toggle("now", index === at - 1);
  }});
  document.getElementById("at").textContent = at + " of " + rows.length;
}}
document.getElementById("back").onclick = () => show(at - 1);
document.getElementById("on").onclick = () => show(at + 1);
document.addEventListener("keydown", event => {{
  const to = {{ArrowRight: at + 1, ArrowDown: at + 1, j: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, k: at - 1,
              Home: 0, End: rows.length}}[event.key];
  if (to !== undefined) {{ event.preventDefault(); show(to); }}
}});
show(rows.length);
</script>
</html>
"""


def page(picture: Mapping[str, Any], where: str = "") -> str:
    """The picture that a failure carries (`error.__dojo_picture__`) as a self-contained page; `where` is a line of
    text below its headline."""
    threads = picture["threads"]
    heads = "".join(
        f"<th>{html.escape(thread['name'])}<small>{html.escape(thread['call'])}</small></th>" for thread in threads
    )
    rows = "\n".join(_row(number, row, len(threads)) for number, row in enumerate(picture["rows"], 1))
    headline = html.escape(picture["headline"])
    return PAGE.format(title=headline, headline=headline, where=html.escape(where), heads=heads, rows=rows)


def _row(number: int, row: Mapping[str, Any], width: int) -> str:
    kind = html.escape(row["kind"].partition(" ")[0])
    cell = f'<td class="{kind}">{html.escape(row["text"])}</td>'
    cells = "".join(cell if column == row["thread"] else "<td></td>" for column in range(width))
    return f'<tr><td class="number">{number}</td>{cells}</tr>'
