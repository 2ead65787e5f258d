"""Coroutines in tests."""

import asyncio
import concurrent.futures


def run_for(seconds, coroutine):
    """Runs a coroutine to its end, or fails when it takes longer.

    It has a thread of its own: the browser of other tests keeps an event loop on the main thread, where a second one
    cannot run.
    """
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, asyncio.wait_for(coroutine, seconds)).result()
