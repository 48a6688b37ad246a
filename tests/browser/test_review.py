"""Work elsewhere as it is seen: who does it, what nobody knows, and what a person decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SECONDS, SIZES, link, listen
from tests.browser.test_looks import SHOTS, keep
from tests.cluster.harness import Studio

# The operator has no key for Acme, so nothing is sent or asked, and a row stays as it was put.
PUT = """
from datetime import timedelta
from pathlib import Path
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from assets.services import ingest
from billing import services
from billing.models import Account, CREDIT, User
from studio import catalogue, jobs
from studio.models import Job, ProviderKey
from studio.operations.transform import IMAGE_TO_VIDEO
account, user = Account.objects.get(), User.objects.first()
services.grant(account, 100 * CREDIT, "grant:review")
sample = SimpleUploadedFile("rocket.jpg", Path("static/samples/rocket.jpg").read_bytes())
picture = ingest(sample, account=account, user=user, filename="rocket.jpg")
own = ProviderKey(account=account, provider="acme", tail="good", retired=timezone.now())
own.save()
params = {"image": str(picture.pk), "motion": "zoom", "direction": "in", "strength": 50,
          "easing": "linear", "duration": 5, "width": 640, "height": 640, "fps": 24,
          "format": "mp4", "focus": [0.5, 0.5]}
offer = catalogue.all_offers()["acme-motion"]
now = timezone.now()
rows = ROWS
for name, fields in rows.items():
    job, _ = jobs.create(account=account, user=user, operation=IMAGE_TO_VIDEO, offer=offer,
                         params=params, title=f"Rocket, {name}", key=name)
    times = {"started": now, "unclear_since": now, "next_at": now + timedelta(hours=24)}
    if fields.pop("own", False):
        fields["own_key"] = own
    Job.objects.filter(pk=job.pk).update(**times | fields)
    print(name.replace(" ", "-"), job.pk)
"""
HUSH = "https://cdn.acme.example/hush"
ROWS: dict[str, dict[str, object]] = {
    "never answered": {"state": "review"},
    "to give up": {"state": "review"},
    "to send again": {"state": "review"},
    "far too late": {"state": "review", "provider_ref": "ref", "own": True},
    "unknown": {"state": "unknown"},
    "at work": {"state": "running", "provider_ref": "ref", "stage": "still waiting"},
    "moderated": {
        "state": "failed",
        "error_kind": "moderated",
        "error": "Acme refused it for its content: violence.",
        "error_detail": f"400 see {HUSH}",
        "provider_cost": 25_000_000,
        "suspense": 12_000_000,
    },
}


@pytest.fixture(scope="module")
def review(
    prepared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Studio, dict[str, str]]]:
    """A studio with jobs in every state that takes explaining, and their ids by name."""
    variables = {"EXTRA_PROVIDERS": "tests.studio.acme", "ACME_URL": "http://127.0.0.1:9"}
    with Studio(tmp_path_factory.mktemp("review"), prepared, **variables) as studio:
        said = studio.manage("shell", "-c", PUT.replace("ROWS", repr(ROWS))).stdout
        ids = dict(re.findall(r"^(\S+) ([0-9a-f-]{36})$", said, re.M))
        assert len(ids) == len(ROWS), said
        yield studio.start(), ids


@pytest.fixture
def see(
    review: tuple[Studio, dict[str, str]], chromium: Browser, complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """see("wide", "dark") → a page of that studio, signed in."""
    studio, _ = review
    SHOTS.mkdir(exist_ok=True)
    contexts = []

    def open_page(size: str, theme: str = "dark") -> Page:
        base = f"http://127.0.0.1:{studio.port}"
        context = chromium.new_context(base_url=base, viewport=SIZES[size], color_scheme=theme)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        listen(page, complaints)
        page.goto(link(studio))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_every_state_elsewhere_fits_and_explains_itself(
    size: str, theme: str, see: Callable[..., Page], review: tuple[Studio, dict[str, str]]
) -> None:
    _, ids = review
    page = see(size, theme)
    page.goto("/")
    expect(page.locator(f"#job-{ids['never-answered']}")).to_contain_text("never said whether")
    keep(page, f"review-home-{size}-{theme}")
    page.goto("/jobs/")
    keep(page, f"review-jobs-{size}-{theme}")
    for name, words in {
        "never-answered": "12 cr stay on hold until",
        "far-too-late": "A late result is kept and charged once",
        "unknown": "12 cr stay on hold",
        "at-work": "Cannot be stopped once it runs at Acme",
        "moderated": "edit the prompt",
    }.items():
        page.goto(f"/jobs/{ids[name]}/")
        expect(page.locator("#job")).to_contain_text(words)
        assert "hush" not in page.content()
        keep(page, f"review-{name}-{size}-{theme}")


def test_a_person_decides(see: Callable[..., Page], review: tuple[Studio, dict[str, str]]) -> None:
    studio, ids = review
    page = see("wide")
    page.goto("/")
    card = page.locator(f"#job-{ids['to-give-up']}")
    card.get_by_role("button", name="Give up, 12 cr back").click()
    expect(card).to_contain_text("12 cr returned")
    expect(card.locator(".state").first).to_have_text("Failed")
    # Sent again, it finds that there is no key here any more: a plain failure with its reason.
    card = page.locator(f"#job-{ids['to-send-again']}")
    card.get_by_role("button", name="Send again").click()
    expect(card).not_to_contain_text("never said whether")
    page.goto(f"/jobs/{ids['to-send-again']}/")
    expect(page.locator(".timeline")).to_contain_text("sent again on request")
    states = studio.rows("SELECT state FROM studio_job WHERE title = 'Rocket, to give up'")
    assert states == [("failed",)]


def test_a_card_that_is_looked_at_again_keeps_the_focus(
    see: Callable[..., Page], review: tuple[Studio, dict[str, str]]
) -> None:
    _, ids = review
    page = see("wide")
    page.goto("/")
    button = page.locator(f"#give-up-{ids['far-too-late']}")
    button.focus()
    with page.expect_response(lambda r: f"{ids['far-too-late']}/card/" in r.url):
        pass
    page.wait_for_timeout(100)
    expect(button).to_be_focused()
