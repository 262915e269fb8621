"""Figures that the README quotes, each from one command: `python -m benchmarks.speed`, `python -m benchmarks.classics`."""
