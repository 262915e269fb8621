"""The other pool of threads in the standard library, multiprocessing's: one URL at a time, closed and joined."""

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
        return dict(zip(distinct, pool.map(report, distinct, chunksize=1), strict=True))
    finally:
        pool.close()
        pool.join()
