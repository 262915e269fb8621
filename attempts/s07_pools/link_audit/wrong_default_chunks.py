"""map() of multiprocessing's pool hands out chunks: a URL waits in one while a worker is free.

Rejected by: test_free_worker_takes_the_next_link
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

    pool = ThreadPool(max_workers)
    try:
        return dict(zip(distinct, pool.map(report, distinct), strict=True))
    finally:
        pool.close()
        pool.join()
