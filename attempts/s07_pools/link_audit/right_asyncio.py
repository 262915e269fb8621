"""An event loop hands the probes to a pool and gathers what comes of them."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


def audit_links(urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8) -> dict[str, int | Exception]:
    if max_workers < 1:
        raise ValueError(f"at least one worker, not {max_workers}")
    distinct = list(dict.fromkeys(urls))

    def outcome(url: str) -> int | Exception:
        try:
            return probe(url)
        except Exception as error:
            return error

    async def audit(pool: ThreadPoolExecutor) -> dict[str, int | Exception]:
        loop = asyncio.get_running_loop()
        found = await asyncio.gather(*(loop.run_in_executor(pool, outcome, url) for url in distinct))
        return dict(zip(distinct, found, strict=True))

    with ThreadPoolExecutor(max_workers) as pool:
        return asyncio.run(audit(pool))
