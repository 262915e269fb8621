"""`python -m dojo`: the same as the `dojo` command."""

from dojo.cli import main

raise SystemExit(main())
