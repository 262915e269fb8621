"""The commands of `dojo`, one module each.

Each has `add(commands)`, which describes its arguments to argparse, and `run(curriculum, options)`, which does it and
returns the exit status: 0 done, 1 something is unsolved or wrong. What is slow to import is imported in `run`.
"""

from __future__ import annotations

from . import attempts, check, grade, hint, listing, new, reset, run, session, show, solution, watch

ALL = (run, watch, listing, hint, solution, attempts, show, reset, session, new, check, grade)
"""In the order in which the help shows them."""
