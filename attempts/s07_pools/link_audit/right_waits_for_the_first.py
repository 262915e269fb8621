"""As many futures as workers: wait() for the first ones that are done, then submit as many again."""

import itertools
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait


def audit_links(urls, probe, max_workers=8):
    if max_workers < 1:
        raise ValueError("at least one worker")
    report = {}

    def distinct():
        for u in urls:
            if u not in report:
                report[u] = None
                yield u

    source = distinct()
    with ThreadPoolExecutor(max_workers) as pool:
        running = {pool.submit(probe, u): u for u in itertools.islice(source, max_workers)}
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for f in done:
                u = running.pop(f)
                try:
                    report[u] = f.result()
                except Exception as e:
                    report[u] = e
            for u in itertools.islice(source, len(done)):
                running[pool.submit(probe, u)] = u
    return report
