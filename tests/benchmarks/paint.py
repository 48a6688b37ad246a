"""The first paint of the library's grid in a real browser, on a studio and a browser that are warm.

The library is that of tests.benchmarks.library: LIBRARY_ASSETS, LIBRARY_SQLITE, LIBRARY_POSTGRES.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import needs
from tests.benchmarks import library
from tests.benchmarks.common import table

WARM, COUNTED = 3, 20
ADDRESS = f"http://127.0.0.1:{library.PORT}"
TOLD = """() => {
    const [page] = performance.getEntriesByType("navigation");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    return [paint.startTime, page.responseEnd, document.querySelectorAll(".tile").length];
}"""
COOKIE = """
import django; django.setup()
from tests.benchmarks.library import largest, signed_in
print(signed_in(largest()).cookies["sessionid"].value)
"""


def run() -> None:
    rows = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, env in library.filled(stack, folder).items():
            said = subprocess.run(
                [sys.executable, "-c", COOKIE],
                cwd=library.ROOT,
                env=env,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            with _served(env):
                paints, answers = _painted(said.stdout.strip())
            rows.append((name, _told(paints), _told(answers), "< 300"))
    table(
        "The grid of the largest account in ms: half / 95 % / worst of what a browser tells",
        rows,
        ("database", "first paint", "of it until the page was there", "promised"),
    )


@contextmanager
def _served(env: dict[str, str]) -> Iterator[None]:
    """A web server of its own, as `manage.py start` starts one."""
    server = subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=library.ROOT, env=env)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{ADDRESS}/library/", timeout=5).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def _painted(session: str) -> tuple[list[float], list[float]]:
    from playwright.sync_api import sync_playwright

    paints, answers = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=needs.chromium_path(), args=["--no-sandbox"]
        )
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": "sessionid", "value": session, "url": ADDRESS}])
        page = context.new_page()
        for turn in range(WARM + COUNTED):
            page.goto(f"{ADDRESS}/library/", wait_until="load")
            page.wait_for_function(
                '() => performance.getEntriesByName("first-contentful-paint").length'
            )
            paint, answer, tiles = page.evaluate(TOLD)
            assert tiles, "the grid is empty"
            if turn >= WARM:
                paints.append(paint)
                answers.append(answer)
        browser.close()
    return paints, answers


def _told(took: list[float]) -> str:
    took = sorted(took)
    return (
        f"{took[len(took) // 2]:.0f} / {took[round(0.95 * (len(took) - 1))]:.0f} / {took[-1]:.0f}"
    )
