"""Schedules per second on two threads and a counter, side by side with the packages on PyPI.

    python -m benchmarks.speed [--json]

Each figure is the best of three rounds; in every round all of them are run, one after the other.
"""

import argparse
import json
import time

from benchmarks import counter, peers
from dojo.interleave import random_walk

ROUNDS = 3
SCHEDULES = 5_000
"""Schedules of ours in one round: under plain random scheduling, which no search can end early."""


def ours(schedules: int = SCHEDULES) -> float:
    """Schedules per second of dojo.interleave on `benchmarks.counter`."""
    started = time.perf_counter()
    result = random_walk(counter.program, seed=1, schedules=schedules)
    elapsed = time.perf_counter() - started
    if result.error is not None:
        raise result.error
    return result.schedules / elapsed


def measure(rounds: int = ROUNDS) -> dict[str, float | None]:
    """The figures: `ours`, `frontrun`, `interleave_test` (schedules/s; None: not installed), `ratio`.

    ratio: ours / the faster peer; None without a peer.
    """
    best: dict[str, float | None] = {"ours": None, **dict.fromkeys(peers.PACKAGES)}
    for _ in range(rounds):
        now = {"ours": ours(), **{peer: peers.speed(peer) for peer in peers.PACKAGES}}
        for who, rate in now.items():
            if rate is not None:
                best[who] = max(rate, best[who] or 0.0)
    rivals = [rate for peer in peers.PACKAGES if (rate := best[peer])]
    mine = best["ours"]
    best["ratio"] = mine / max(rivals) if mine and rivals else None
    return best


def table(figures: dict[str, float | None]) -> str:
    """The figures as plain text."""
    lines = [f"{'schedules per second, two threads and a counter':50}"]
    for who in ("ours", *peers.PACKAGES):
        rate = figures[who]
        lines.append(f"  {who:20} {'-' if rate is None else f'{rate:,.0f}':>10}")
    ratio = figures["ratio"]
    lines.append(f"  {'ours / faster peer':20} {'-' if ratio is None else f'{ratio:.1f}':>10}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    as_json = parser.parse_args().json
    figures = measure()
    print(json.dumps(figures) if as_json else table(figures))


if __name__ == "__main__":
    main()
