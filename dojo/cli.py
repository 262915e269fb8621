"""The `dojo` command: its parts are in dojo/commands, one module each."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from dojo import commands
from dojo.commands.common import NoAnswerError
from dojo.curriculum import CurriculumError, UnknownKata, load


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 1 something is unsolved or wrong, 2 not understood."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(load(), options))
    except (CurriculumError, UnknownKata, NoAnswerError) as error:
        print(f"dojo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # as in `dojo list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dojo",
        description="Concurrency katas. Without a command: the verdict on the next kata, as `pytest` gives it.",
    )
    parser.set_defaults(run=commands.run.run, kata=None)
    parts = parser.add_subparsers(metavar="COMMAND")
    for command in commands.ALL:
        command.add(parts)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
