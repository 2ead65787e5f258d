"""Runs coroutines in synchronous tests."""

import asyncio
import concurrent.futures


def run_for(seconds, coroutine):
    """Runs a coroutine until it completes and returns its result; raises `TimeoutError` after `seconds`.

    The coroutine runs on a new thread, because Playwright keeps an event loop running on the main thread, and a thread
    can run only one.
    """
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, asyncio.wait_for(coroutine, seconds)).result()
