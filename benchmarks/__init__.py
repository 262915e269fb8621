"""Figures that the README quotes: `python -m benchmarks.speed` and `python -m benchmarks.classics`."""
