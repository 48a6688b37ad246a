"""How smoothly a mask is painted on a 12-megapixel picture, in a browser without a graphics card.

Two things are measured while a brush is dragged: the time between two frames, which anything else
on the computer lengthens too, and the processor time of the page's own work per frame.
"""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import needs
from tests.benchmarks.common import photograph, table
from tests.browser.conftest import FLAGS, SIZES, link
from tests.cluster.harness import Studio

FRAMES = 240
FRAME = 1000 / 60
BRUSHES = (60, 250, 900)  # across, in pixels of the picture
DRAG = """([frames, size]) => new Promise((done) => {
  const editor = document.querySelector("mask-editor");
  editor.resize(size);
  const box = editor.box.getBoundingClientRect();
  const gaps = [], work = [];
  let last = 0;
  const step = (now) => {
    if (last) gaps.push(now - last);
    last = now;
    const begin = performance.now();
    for (let i = 0; i < 4; i++) {
      const t = (gaps.length + i / 4) / 18;
      editor.box.dispatchEvent(new PointerEvent("pointermove", {
        bubbles: true, pointerId: 1, pointerType: "mouse", buttons: 1,
        clientX: box.left + box.width * (0.5 + 0.4 * Math.cos(t)),
        clientY: box.top + box.height * (0.5 + 0.4 * Math.sin(1.7 * t)),
      }));
    }
    work.push(performance.now() - begin);
    gaps.length < frames ? requestAnimationFrame(step) : done([gaps, work]);
  };
  requestAnimationFrame(step);
})"""


def run() -> None:
    """The table; promised is one frame of a screen with 60 of them a second."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with Studio(folder / "data", EXTRA_PROVIDERS="tests.browser.darkroom") as studio:
            studio.start()
            browser = playwright.chromium.launch(executable_path=needs.chromium_path(), args=FLAGS)
            page = browser.new_page(viewport=SIZES["wide"])
            page.goto(link(studio))
            page.goto(f"http://127.0.0.1:{studio.port}/edit/erase/")
            file = photograph(folder / "photo.jpg")
            page.locator('asset-drop [type="file"]').first.set_input_files(file)
            page.locator("mask-editor[data-full]").wait_for(timeout=60_000)
            page.wait_for_timeout(3000)
            table("Painting a mask on 12 megapixels", [row(page, size) for size in BRUSHES])
            browser.close()


def row(page: Page, size: int) -> tuple[str, str, str, str, str]:
    box = page.locator("mask-editor .canvas-box").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    gaps, work = page.evaluate(DRAG, [FRAMES, size])
    page.mouse.up()
    weight = page.evaluate("document.querySelector('mask-editor').mask.weight")
    return (
        f"brush of {size} px: p95 between frames, p95 of own work",
        f"{late(gaps):.1f} ms, {late(work):.1f} ms ({weight / 1024:.0f} KB to undo)",
        "",
        f"{late(gaps) / FRAME:.2f}",
        f"at most {FRAME:.1f} ms",
    )


def late(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]
