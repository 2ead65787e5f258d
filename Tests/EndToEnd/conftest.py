"""Fixtures for a server in each topology and for browser pages."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from playwright.sync_api import expect, sync_playwright

from programs import PATIENCE, port_of, start_in_process, start_sidecar, stop_all

TOPOLOGIES = ["in-process", "sidecar"]
expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="module", params=TOPOLOGIES)
def server(request):
    """Yields the base URL, without a trailing slash, of a server that is shared by the tests of a module."""
    folder = tempfile.mkdtemp(prefix="postern-")
    programs = start_in_process() if request.param == "in-process" else start_sidecar(folder)
    yield f"http://127.0.0.1:{port_of(programs[-1])}"
    stop_all(programs)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def demo():
    """Yields the base URL of a demo in one process, for tests of the page to which the topology is the same."""
    programs = start_in_process()
    yield f"http://127.0.0.1:{port_of(programs[0])}"
    stop_all(programs)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """Yields a browser that ignores changes of the network configuration; see `steady_network.c`."""
    source = pathlib.Path(__file__).with_name("steady_network.c")
    library = tmp_path_factory.mktemp("chromium") / "steady_network.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-fPIC", "-shared", source, "-o", library, "-ldl"], check=True)
    with sync_playwright() as playwright:
        # Names that end in .example resolve to this machine, so that pages can have the origins of other sites.
        arguments = ["--no-sandbox", "--host-resolver-rules=MAP *.example 127.0.0.1"]
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=arguments, env={**os.environ, "LD_PRELOAD": str(library)})
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Yields a function that opens a page and waits until its connection is open.

    The test fails if a page logs an error to its console, unless the error contains a text of `expecting`.
    """
    contexts = []
    problems = []
    expected = []

    def record(text):
        if not any(part in text for part in expected):
            problems.append(text)

    def open_at(url, expecting=(), **options):
        expected.extend(expecting)
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: record(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: record(str(error)))
        page.goto(url)
        page.wait_for_selector("#connection[data-state=open]")
        page.wait_for_selector("[data-method='calculator.add']")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert problems == []
