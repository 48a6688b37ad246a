"""A key of one's own: brought, tested, seen by its end, replaced and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SECONDS, SIZES, link, listen
from tests.browser.test_looks import SHOTS, keep
from tests.cluster.harness import Studio
from tests.studio.acme import FakeAcme

GOOD = "acme-0123456789-abcd-good"


@pytest.fixture(scope="module")
def acme() -> Iterator[FakeAcme]:
    with FakeAcme(secret=GOOD) as fake:
        yield fake


@pytest.fixture(scope="module")
def keyed(
    acme: FakeAcme, prepared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Studio]:
    """A studio that knows Acme, without a key of its operator."""
    variables = {"EXTRA_PROVIDERS": "tests.studio.acme", "ACME_URL": acme.url}
    with Studio(tmp_path_factory.mktemp("keyed"), prepared, **variables) as studio:
        yield studio.start()


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_key_comes_and_goes(
    size: str, keyed: Studio, acme: FakeAcme, chromium: Browser, complaints: list[str]
) -> None:
    SHOTS.mkdir(exist_ok=True)
    with chromium.new_context(viewport=SIZES[size], color_scheme="dark") as context:
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        listen(page, complaints)
        page.goto(link(keyed))
        page.goto(f"http://127.0.0.1:{keyed.port}/account/#own-keys")
        row = page.locator("#own-key-acme")
        expect(row).to_contain_text("No key")
        keep(page, f"keys-none-{size}")

        enter(page, "acme-this-is-not-the-key")
        expect(row.locator(".error")).to_contain_text("Acme does not accept the key")
        expect(row.get_by_label("Key for Acme", exact=True)).to_have_value("")
        expect(row.get_by_label("Key for Acme", exact=True)).to_be_focused()
        keep(page, f"keys-refused-{size}")

        enter(page, f"  Bearer {GOOD} ")
        expect(row).to_contain_text("…good")
        expect(row).to_contain_text("Balance 12.30 dollars")
        assert GOOD not in page.content()
        row.scroll_into_view_if_needed()
        keep(page, f"keys-kept-{size}")

        row.get_by_text("Replace").click()
        enter(page, "acme-this-is-not-the-key")
        expect(row.locator(".error")).to_be_visible()
        expect(row).to_contain_text("…good")
        keep(page, f"keys-replace-{size}")

        page.get_by_role("button", name="Remove the key for Acme").click()
        expect(row).to_contain_text("No key")
        expect(page.get_by_text("The key for Acme is removed.")).to_be_visible()
    assert complaints == []
    assert acme.leaks == []


def enter(page: Page, secret: str) -> None:
    page.get_by_label("Key for Acme", exact=True).fill(secret)
    page.get_by_role("button", name="Test and save the key for Acme").click()
