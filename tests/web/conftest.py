"""A real browser, headless: the system's own Chromium, driven by playwright. Without one these tests are skipped."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HERE = ("127.0.0.1", "localhost", "[::1]")


def find_chromium(driver):
    """Path of a Chromium: the one that is named, the system's own, or playwright's; None without."""
    named = os.environ.get("SERVOPT_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, NAMES)), None) or driver.chromium.executable_path
    return path if os.path.exists(path) else None


@pytest.fixture(scope="module")
def chromium():
    """A browser for the tests of a file; SERVOPT_CHROMIUM names one that is not on the path.

    Not longer: while playwright's event loop runs, nothing else of the process can have one.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        path = find_chromium(driver)
        if path is None:
            pytest.skip("no Chromium on the path, and SERVOPT_CHROMIUM names none; .ci/chromium installs one")
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def open_tab(chromium):
    """Open tabs of their own contexts; at the end no console error is left, and nothing was asked of other machines.

    ``open_tab(address, width=1366, height=768, offline=False)``; a tab's `errors` and `elsewhere` may be looked at
    before.
    """
    contexts, tabs = [], []

    def opened(address=None, *, width=1366, height=768, offline=False, context=None):
        if context is None:
            context = chromium.new_context(
                viewport={"width": width, "height": height}, offline=offline, accept_downloads=True
            )
            contexts.append(context)
        tab = context.new_page()
        tab.errors, tab.elsewhere = [], []
        tab.on("console", lambda one: tab.errors.append(one.text) if one.type == "error" else None)
        tab.on("pageerror", lambda one: tab.errors.append(str(one)))
        tab.on("request", lambda one: tab.elsewhere.append(one.url) if _leaves(one.url) else None)
        tabs.append(tab)
        if address is not None:
            tab.goto(address)
        return tab

    yield opened
    errors = [text for tab in tabs for text in tab.errors]
    elsewhere = [url for tab in tabs for url in tab.elsewhere]
    for context in contexts:
        context.close()
    assert not errors, errors
    assert not elsewhere, elsewhere


def _leaves(url):
    if not url.startswith(("http:", "https:", "ws:", "wss:")):
        return False
    return url.split("//", 1)[1].rsplit(":", 1)[0].split("/")[0] not in HERE


class Server:
    """`servopt serve` in a process of its own."""

    def __init__(self, folder, *options, log):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._out = log.open("wb")
        code = [
            sys.executable,
            "-c",
            "from optimizer.cli import main; main()",
            "serve",
            str(folder),
            "--port",
            str(self.port),
            *options,
        ]
        self.process = subprocess.Popen(code, stdout=self._out, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(log.read_text())
            time.sleep(0.1)

    def _answers(self):
        try:
            urllib.request.urlopen(f"{self.address}/nothing-here", timeout=2)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._out.close()


@pytest.fixture(scope="session")
def server_of():
    """Start a server: ``server_of(folder, "--token", "...", log=path)``; whoever starts it stops it."""
    pytest.importorskip("nicegui", reason="the extra servopt[web] is not installed")
    pytest.importorskip("ruamel.yaml", reason="the extra servopt[web] is not installed")
    return Server
