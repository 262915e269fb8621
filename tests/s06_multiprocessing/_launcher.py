"""Runs a script as `python SCRIPT ARGUMENTS` does, under a start method: _launcher.py METHOD SCRIPT ARGUMENTS..."""

import multiprocessing
import runpy
import sys

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    sys.argv = sys.argv[2:]
    runpy.run_path(sys.argv[0], run_name="__main__")
