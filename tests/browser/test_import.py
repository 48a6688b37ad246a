"""A ZIP into the library: chosen, dropped, told of, and large ones in parts."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_intake import spots

Visit = Callable[..., Page]
DROP = """async ([bytes, name]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "application/zip" }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
}"""


POST = """([address, fields]) => fetch(address, {
  method: "POST",
  body: new URLSearchParams(fields),
  redirect: "manual",
  headers: { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
})"""


def zipped(path: Path, **files: bytes | Path) -> Path:
    with zipfile.ZipFile(path, "w") as zip:
        for name, content in files.items():
            data = content.read_bytes() if isinstance(content, Path) else content
            zip.writestr(f"Harbor {name}/{name}.png", data)
    return path


def test_what_was_packed_here_comes_back(visit: Visit, tmp_path: Path) -> None:
    page = visit("/library/")
    page.locator("#upload-file").set_input_files(spots(tmp_path / "lantern.png", 900))
    expect(page.locator(".tile", has_text="Lantern")).to_be_visible()
    page.goto("/library/?q=lantern")
    tile = page.locator(".tile", has_text="Lantern")
    page.goto(str(tile.locator("a").first.get_attribute("href")))
    page.get_by_text("Edit title, tags and description").click()
    page.get_by_label("Title").fill("Lantern at dusk")
    page.get_by_label("Tags, separated by commas").fill("night/city")
    page.get_by_role("button", name="Save").click()
    asset = page.url.rstrip("/").rsplit("/", 1)[1]
    page.evaluate(POST, ["/library/archives/", {"ids": asset}])
    page.goto("/library/archives/")
    link = page.get_by_role("link", name="Download").first
    expect(link).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        link.click()
    path = tmp_path / "mine.zip"
    download.value.save_as(path)
    # Thrown away for good, it comes back with what was said of it.
    for step in ("trash", "purge"):
        page.evaluate(POST, [f"/library/{asset}/{step}/", {}])
    page.goto("/library/?q=lantern")
    expect(page.locator(".tile")).to_have_count(0)
    page.goto("/library/?tag=night/city")
    page.evaluate(DROP, [list(path.read_bytes()), "mine.zip"])
    row = page.locator("#tray li")
    expect(row).to_contain_text("1 restored", timeout=30_000)
    expect(page.locator(".tile", has_text="Lantern at dusk")).to_be_visible()
    row.get_by_role("link", name="mine.zip").click()
    expect(page.get_by_role("heading", name="1 restored")).to_be_visible()
    expect(page.get_by_text("It was packed here")).to_be_visible()


def test_a_strange_one_tells_what_it_refused(visit: Visit, tmp_path: Path) -> None:
    page = visit("/library/")
    path = zipped(tmp_path / "strange.zip", a=spots(tmp_path / "a.png", 901), b=b"%PDF-1.7 no")
    page.locator("#upload-zip").set_input_files(path)
    row = page.locator("#tray li")
    expect(row).to_contain_text("1 new, 1 refused", timeout=30_000)
    row.get_by_role("link", name="strange.zip").click()
    expect(page.get_by_role("heading", name="1 refused", exact=True)).to_be_visible()
    expect(page.get_by_text("a PDF document")).to_be_visible()
    page.goto("/library/?tag=harbor+a")
    expect(page.locator(".tile")).to_have_count(1)
    page.goto("/library/archives/")
    page.get_by_label("Import a ZIP").set_input_files(path)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="1 was here already, 1 refused")).to_be_visible(
        timeout=30_000
    )


def test_no_zip_at_all(visit: Visit, tmp_path: Path) -> None:
    page = visit("/library/")
    (tmp_path / "not.zip").write_bytes(b"GIF89a nothing")
    page.locator("#upload-zip").set_input_files(tmp_path / "not.zip")
    expect(page.locator("#tray li[data-state=failed]")).to_contain_text("This is not a ZIP")


def test_a_large_one_comes_in_parts(visit: Visit, tmp_path: Path) -> None:
    page = visit("/library/")
    out = io.BytesIO(random.Random(7).randbytes(24 * 1024 * 1024))
    path = zipped(tmp_path / "large.zip", c=spots(tmp_path / "c.png", 902), d=out.getvalue())
    with page.expect_request("**/parts/3/", timeout=60_000):
        page.locator("#upload-zip").set_input_files(path)
    expect(page.locator("#tray li")).to_contain_text("1 new, 1 refused", timeout=60_000)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_on_a_phone(visit: Visit, tmp_path: Path, scheme: str) -> None:
    page = visit("/library/", size="phone", color_scheme=scheme, has_touch=True, is_mobile=True)
    expect(page.get_by_role("button", name="Import a ZIP")).to_be_visible()
    for address in ("/library/", "/library/archives/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
