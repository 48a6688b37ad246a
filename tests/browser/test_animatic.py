"""A story that plays in the page, from a page that the test makes and the studio's own policy."""

from __future__ import annotations

import gzip
import json
import wave
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from config.settings import SECURE_CSP
from studio.engine import motion
from studio.security import header
from tests.browser.conftest import SECONDS, SIZES, listen

STATIC = Path(__file__).resolve().parents[2] / "static"
STYLES = ("tokens", "base", "parts", "controls", "animatic")
Open = Callable[..., Page]

CUTS: list[dict[str, Any]] = [
    {
        "id": "a",
        "kind": "picture",
        "src": "/samples/astronaut.jpg",
        "seconds": 1.5,
        "label": "The astronaut",
        "text": "She has been further away than anybody here.",
        "motion": {"type": "zoom", "direction": "in", "strength": 80},
    },
    {
        "id": "b",
        "kind": "video",
        "src": "/film.webm",
        "seconds": 1.5,
        "label": "Lift-off",
    },
    {"id": "c", "kind": "picture", "src": "/nothing.jpg", "seconds": 1, "label": "Still missing"},
    {"id": "d", "kind": "black", "seconds": 0.5},
    {
        "id": "e",
        "kind": "picture",
        "src": "/samples/coffee.jpg",
        "seconds": 1.5,
        "label": "Coffee",
        "motion": {"type": "pan", "direction": "left", "strength": 60},
    },
]


class Quiet(SimpleHTTPRequestHandler):
    """The files of a folder, and those of static/."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".webm": "video/webm"}

    def translate_path(self, path: str) -> str:
        found = super().translate_path(path)
        return found if Path(found).exists() else str(STATIC / path.partition("?")[0].lstrip("/"))

    def do_GET(self) -> None:
        """With ranges, without which no browser looks anything up in a film."""
        asked, path = self.headers.get("Range"), Path(self.translate_path(self.path))
        if not asked or not path.is_file():
            return super().do_GET()
        body = path.read_bytes()
        first, _, last = asked.removeprefix("bytes=").partition("-")
        part = body[int(first) : int(last) + 1 if last else None]
        self.send_response(206)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Accept-Ranges", "bytes")
        end = int(first) + len(part) - 1
        self.send_header("Content-Range", f"bytes {int(first)}-{end}/{len(body)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)
        return None

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", header(SECURE_CSP))
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story")
    t = np.arange(6 * 22050) / 22050
    sound = 0.2 * np.sin(2 * np.pi * 330 * t) * (t * 2 % 1 < 0.1)
    with wave.open(str(folder / "track.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    motion.animate(
        STATIC / "samples" / "rocket.jpg",
        folder / "film.webm",
        motion="zoom",
        direction="out",
        strength=60,
        easing="linear",
        duration=1,
        width=320,
        height=180,
        fps=15,
        format="webm",
    )
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def story(folder: Path, address: str, chromium: Browser, complaints: list[str]) -> Iterator[Open]:
    """story(audio="/track.wav", size="phone") → a page in which the story is ready to play."""
    contexts = []

    def open_page(size: str = "wide", options: dict[str, Any] | None = None, **data: Any) -> Page:
        said = json.dumps({"cuts": CUTS, "ratio": "16:9", **data}).replace("<", "\\u003c")
        styles = "".join(f'<link rel="stylesheet" href="/css/{name}.css">' for name in STYLES)
        (folder / "index.html").write_text(
            f'<!doctype html><html lang="en"><title>A story</title><meta name="viewport" '
            f'content="width=device-width">{styles}<main><story-animatic ratio="16:9">'
            f'<script type="application/json">{said}</script></story-animatic>'
            "<p>After it</p></main>"
            '<script type="module" src="/js/animatic.js"></script></html>'
        )
        context = chromium.new_context(viewport=SIZES[size], **(options or {}))
        contexts.append(context)
        context.set_default_timeout(SECONDS * 1000)
        page = context.new_page()
        listen(page, complaints)
        page.add_init_script(
            "window.cuts = []; addEventListener('cutchange', (e) => cuts.push(e.detail.id))"
        )
        page.goto(address)
        until(page, "e.cuts?.length")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def value(page: Page, expression: str) -> Any:
    return page.locator("story-animatic").evaluate(f"(e) => {expression}")


def until(page: Page, expression: str) -> None:
    """The page's policy forbids the way in which Playwright would wait."""
    for _ in range(SECONDS * 20):
        if value(page, expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {expression}")


def shape(page: Page) -> str:
    return str(value(page, "e.querySelector('img').style.transform"))


@pytest.mark.parametrize("audio", [None, "/track.wav", "/silence-that-is-not-there.wav"])
def test_it_plays_from_the_first_shot_to_the_last(story: Open, audio: str | None) -> None:
    page = story(audio=audio, transition={"kind": "crossfade", "seconds": 0.2})
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    until(page, "!e.playing")
    assert page.evaluate("cuts") == ["a", "b", "c", "d", "e"]
    assert value(page, "e.time") == pytest.approx(6)
    expect(page.locator(".number")).to_have_text("0:06 / 0:06")
    # Once more, from the beginning.
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "e.time > 0.2")
    assert value(page, "e.time") < 5


@pytest.mark.quick
def test_the_camera_moves_as_the_renderer_moves_it(story: Open) -> None:
    page = story()
    until(page, "e.querySelector('img').naturalWidth")
    value(page, "e.time = 0.75")
    expected = page.evaluate(
        """async () => {
          const { view, matrix } = await import("/js/path.js");
          const picture = document.querySelector("story-animatic img");
          const output = [(1000 * 16) / 9, 1000];
          const at = view({ motion: "zoom", direction: "in", strength: 80, easing: "ease-in-out",
            source: [picture.naturalWidth, picture.naturalHeight], output, focus: [0.5, 0.5],
            t: 0.5 });
          const screen = document.querySelector(".screen").clientWidth / output[0];
          return matrix(at, output).map((n) => n * screen);
        }"""
    )
    found = page.evaluate(
        """() => {
          const picture = document.querySelector("story-animatic img");
          const m = new DOMMatrix(picture.style.transform);
          return [m.a, m.b, m.c, m.d, m.e, m.f];
        }"""
    )
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-3)


@pytest.mark.quick
def test_the_keyboard_is_enough(story: Open) -> None:
    page = story()
    page.get_by_role("group", name="Animatic, 5 shots, 0:06").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("status")).to_contain_text("Shot 2 of 5: Lift-off")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert value(page, "e.time") == pytest.approx(1.5)
    page.keyboard.press(" ")
    assert value(page, "e.playing")
    page.keyboard.press(" ")
    assert not value(page, "e.playing")
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Captions")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Sound off")).to_have_attribute("aria-pressed", "true")
    bar = page.get_by_role("slider", name="Position")
    bar.focus()
    page.keyboard.press("ArrowRight")
    expect(bar).to_have_attribute("aria-valuetext", "0:03 of 0:06, Shot 3 of 5: Still missing")
    page.keyboard.press("End")
    expect(bar).to_have_attribute("aria-valuetext", "0:06 of 0:06, Shot 5 of 5: Coffee")


def test_the_line_and_the_names_lead_to_a_shot(story: Open) -> None:
    page = story()
    page.locator(".shots li", has_text="Coffee").click()
    assert value(page, "e.time") == pytest.approx(4.5)
    value(page, "e.seek('b')")
    assert value(page, "e.time") == pytest.approx(1.5)
    value(page, "e.seek('nobody')")
    assert page.evaluate("cuts") == ["a", "e", "b"]


def test_a_film_keeps_time(story: Open) -> None:
    page = story()
    value(page, "e.time = 2.1")
    until(page, "Math.abs(e.querySelector('video').currentTime - 0.6) < 0.05")
    assert value(page, "e.querySelector('video').paused")


@pytest.mark.quick
def test_what_is_missing_is_black_and_says_its_name(story: Open) -> None:
    page = story()
    value(page, "e.seek('c')")
    expect(page.locator(".layer", has_text="Still missing")).to_have_css("opacity", "1")
    value(page, "e.seek('d')")
    assert (
        page.locator(".layer").filter(has_text="Still missing").evaluate("e => e.style.opacity")
        == "0"
    )


def test_it_rests_where_movement_is_unwelcome(story: Open) -> None:
    page = story(options={"reduced_motion": "reduce"})
    until(page, "e.querySelector('img').naturalWidth")
    value(page, "e.time = 1")
    assert shape(page) == ""
    assert not value(page, "e.playing")


@pytest.mark.quick
def test_it_begins_again_if_told_to(story: Open) -> None:
    page = story(cuts=[{"kind": "black", "seconds": 0.4}, {"kind": "black", "seconds": 0.4}])
    page.get_by_role("button", name="Again from the start").click()
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, "cuts.length >= 5")
    assert value(page, "e.playing")


@pytest.mark.parametrize("data", [{"cuts": []}, {"cuts": None}])
def test_a_story_without_shots(story: Open, data: dict[str, Any], address: str) -> None:
    page = story()
    page.locator("story-animatic").evaluate("(e, data) => (e.data = data)", data)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()
    page.locator("story-animatic").evaluate("(e) => e.play()")
    assert value(page, "e.seconds") == 0


def test_odd_shots_do_no_harm(story: Open) -> None:
    odd = [
        {"kind": "picture", "src": "/samples/coffee.jpg", "seconds": "no", "motion": {"type": "x"}},
        {"kind": "picture", "seconds": -4, "label": "<b>bold</b>", "text": "<img src=x>"},
        {"kind": "picture", "src": "/samples/coffee.jpg", "seconds": 1, "motion": {"type": "pan"}},
        {"kind": "black", "seconds": 1, "start": 5},
    ]
    page = story(cuts=odd)
    for second in (0, 0.15, 0.5, 3, 5.5):
        value(page, f"e.time = {second}")
    value(page, "e.seek('1')")
    expect(page.locator(".words")).to_have_text("<img src=x>")
    assert value(page, "e.seconds") == 6


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("ratio", ["16:9", "9:16"])
def test_nothing_moves_when_it_comes_to_life(
    story: Open, size: str, ratio: str, tmp_path: Path
) -> None:
    page = story(size=size, ratio=ratio, audio="/track.wav")
    box = page.locator(".screen").bounding_box()
    assert box is not None
    wide, high = map(int, ratio.split(":"))
    assert box["width"] / box["height"] == pytest.approx(wide / high, rel=0.02)
    assert box["height"] < SIZES[size]["height"] * 0.7
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
    before = page.get_by_text("After it").bounding_box()
    value(page, "e.time = 3.3")
    page.wait_for_timeout(100)
    assert page.get_by_text("After it").bounding_box() == before
    for button in page.get_by_role("button").all():
        at = button.bounding_box()
        assert at is not None
        assert at["width"] >= 24
        assert at["height"] >= 24


@pytest.mark.quick
def test_it_is_light() -> None:
    files = [STATIC / "js" / "animatic.js", STATIC / "js" / "animatic-parts.js"]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 8000
