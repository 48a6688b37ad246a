"""The voice of a talking avatar: its wave, its handles, the microphone, and what that weighs."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.engine.portrait import make

STATIC = Path(__file__).parents[2] / "static"
AVATAR = "/avatar/talking-avatar/"
Visit = Callable[..., Page]


def give(page: Page, voice: Path) -> None:
    """Both files through the pickers of their fields."""
    page.locator("#id_image").set_input_files(make.ASTRONAUT)
    page.locator("#id_audio").set_input_files(voice)


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    return make.voice(tmp_path / "voice.wav", 7.5)


@pytest.mark.quick
def test_a_voice_is_trimmed_by_keys(visit: Visit, voice: Path) -> None:
    page = visit(AVATAR)
    give(page, voice)
    begins, ends = page.get_by_label("Voice begins"), page.get_by_label("Voice ends")
    expect(begins).to_be_visible()
    expect(page.locator("voice-trim output")).to_have_text("0:00.0 – 0:07.5 (7.5 s)")
    expect(page.locator("#sent")).to_contain_text("8")
    begins.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#id_trim_start")).to_have_value("0.5")
    ends.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#id_trim_end")).to_have_value("6.5")
    expect(page.locator("voice-trim output")).to_have_text("0:00.5 – 0:06.5 (6.0 s)")
    # What is typed moves the handle; what is emptied gives the end back.
    page.locator("#id_trim_start").fill("2")
    expect(begins).to_have_value("2")
    page.locator("#id_trim_end").fill("")
    expect(ends).to_have_value("7.5")
    # The wave is drawn.
    drawn = "c => [...c.getContext('2d').getImageData(0, 0, c.width, 12).data].some((v) => v > 0)"
    page.wait_for_function(f"({drawn})(document.querySelector('voice-trim canvas'))")


@pytest.mark.quick
def test_a_mask_is_painted_where_the_picture_is(visit: Visit, voice: Path) -> None:
    page = visit(AVATAR)
    give(page, voice)
    expect(page.locator("mask-editor")).to_be_visible()


@pytest.mark.quick
def test_scripts_of_the_page_stay_light(visit: Visit) -> None:
    page = visit(AVATAR)
    page.wait_for_load_state("networkidle")
    names = page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    found = [re.search(r"/static/(.+?)(?:\.[0-9a-f]{12})?\.js$", name) for name in names]
    files = {STATIC / f"{m[1]}.js" for m in found if m}
    assert STATIC / "js/voice.js" in files
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 60_000


def test_a_take_becomes_an_asset(visit: Visit) -> None:
    page = visit(AVATAR)
    # Stands in for the microphone: half a second of a tone, recorded by the browser itself.
    page.evaluate(
        """() => { navigator.mediaDevices.getUserMedia = async () => {
          const sound = new AudioContext();
          const tone = sound.createOscillator();
          const out = sound.createMediaStreamDestination();
          tone.connect(out);
          tone.start();
          return out.stream;
        } }"""
    )
    button = page.locator("[data-record]")
    button.click()
    expect(button).to_have_text("Stop recording")
    page.wait_for_timeout(1500)
    button.click()
    drop = page.locator('asset-drop[data-kind="audio"]')
    expect(drop).to_have_attribute("data-state", "full")
    expect(page.get_by_label("Voice begins")).to_be_visible()


def test_without_a_microphone_words_say_so(visit: Visit) -> None:
    page = visit("about:blank")
    page.add_init_script("delete window.MediaRecorder")
    page.goto(AVATAR)
    expect(page.locator("[data-record]")).to_be_hidden()
    expect(page.locator("[data-no-microphone]")).to_be_visible()
