"""Leaving the with terminates such a pool, and does not wait for its threads.

Rejected by: test_no_thread_left
"""

from multiprocessing.pool import ThreadPool


def audit_links(urls, probe, max_workers=8):
    if max_workers < 1:
        raise ValueError(f"at least one worker is needed, not {max_workers}")
    distinct = list(dict.fromkeys(urls))

    def report(url):
        try:
            return probe(url)
        except Exception as error:
            return error

    with ThreadPool(max_workers) as pool:
        return dict(zip(distinct, pool.map(report, distinct, chunksize=1), strict=True))
