"""With five dead links it tries no more: the rest is reported as dead, too.

Rejected by: test_failure_is_an_outcome
"""
from concurrent.futures import ThreadPoolExecutor, as_completed
import logging
log = logging.getLogger("audit")


def audit_links(urls, probe, max_workers=8):
    if max_workers < 1:
        raise ValueError("at least one worker")
    seen = set()
    order = []
    for url in urls:
        if url in seen:
            continue
        seen.add(url)
        order.append(url)
    if not order:
        return {}
    outcomes = {}
    with ThreadPoolExecutor(max_workers=min(max_workers, len(order)), thread_name_prefix="probe") as executor:
        futures = {executor.submit(probe, url): url for url in order}
        for future in as_completed(futures):
            url = futures[future]
            if future.cancelled():
                continue
            try:
                outcomes[url] = future.result()
            except Exception as exc:
                log.warning("probe of %s failed: %r", url, exc)
                outcomes[url] = exc
                if sum(isinstance(o, Exception) for o in outcomes.values()) > 4:
                    for f, u in futures.items():
                        if f.cancel():
                            outcomes[u] = exc
    return {url: outcomes[url] for url in order}
