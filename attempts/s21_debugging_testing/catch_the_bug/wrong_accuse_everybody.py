"""Accuses every stock, so the right ones too.

Rejected by: test_right_ones_pass, test_async_right_ones_pass
"""

import asyncio


def check_threads(make, run):
    raise AssertionError("broken")


def _refused(call, k):
    try:
        call(k)
    except ValueError:
        return True
    return False


async def check_async(make):
    raise AssertionError("broken")
