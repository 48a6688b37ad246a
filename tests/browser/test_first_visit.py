"""From the link that the studio prints to a real video, in under a minute and three clicks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SIZES, listen
from tests.cluster.harness import Studio


@pytest.mark.quick
def test_a_first_visit_ends_with_a_video_in_the_library(
    prepared: Path, tmp_path: Path, chromium: Browser
) -> None:
    complaints: list[str] = []
    with Studio(tmp_path / "new", prepared) as studio:
        studio.start("--link")
        printed = re.search(r"http\S+/sign-in/\S+", studio.output)
        assert printed
        with chromium.new_context(viewport=SIZES["wide"]) as context:
            page = context.new_page()
            listen(page, complaints)
            page.goto(printed[0])
            page.get_by_role("link", name="Animate a sample picture").click()
            page.locator("motion-preview").wait_for()
            page.get_by_role("button", name="Generate · free").click()
            done = page.locator("#results .job", has_text="Download")
            expect(done).to_be_visible(timeout=60_000)

            source = done.locator("video").evaluate("video => video.src")
            file = page.request.get(source)
            assert file.body()[4:8] == b"ftyp"
            page.get_by_role("link", name="Library", exact=True).click()
            video = page.locator(".tile[data-preview]")
            expect(video).to_have_count(1)
            video.get_by_role("link").click()
            expect(page.get_by_role("heading", name="Made from")).to_be_visible()
            # The link worked once.
            with chromium.new_context() as other:
                again = other.new_page()
                answer = again.goto(printed[0])
                assert answer is not None
                assert answer.status == 410
    assert complaints == []
