"""A style reaches a model once: by its name there, or as words of the prompt, which are shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio import catalogue
from studio.forms import OperationForm
from studio.presets import STYLES
from studio.providers import Remote
from studio.spec import Offer
from studio.views.operation import rows
from studio.words.style import ROOM, WORDS, as_sent, styled

REMOTE = [o for p in catalogue.providers().values() if isinstance(p, Remote) for o in p.offers]
STYLED = [offer for offer in REMOTE if "style" in offer.accepts]
NEEDED = {"prompt": "A cat", "search_prompt": "the dog", "select_prompt": "the coat"}


@pytest.mark.parametrize(
    ("prompt", "style", "sent"),
    [
        ("A cat", None, "A cat"),
        ("A cat", "line-art", f"A cat, {WORDS['line-art']}"),
        ("A cat.", "line-art", f"A cat. {WORDS['line-art']}"),
        (None, "line-art", WORDS["line-art"]),
        ("  ", None, None),
        ("A cat", "no such style", "A cat"),
    ],
)
def test_the_words_come_behind_the_prompt(
    prompt: str | None, style: str | None, sent: str | None
) -> None:
    assert styled(prompt, style) == sent


def test_a_style_that_is_known_there_stays_what_it_is() -> None:
    said = {"prompt": "A cat", "style": "line-art"}
    assert as_sent(said, ("line-art",)) == said
    assert as_sent(said) == {"prompt": f"A cat, {WORDS['line-art']}"}


def test_a_style_of_something_else_and_a_strength_without_motion_are_left_alone() -> None:
    said = {"prompt": "A cat", "style": "aurora", "strength": 0.3}
    assert as_sent(said) == said


def test_prompts_leave_room_for_every_style() -> None:
    assert max(len(words) for words in WORDS.values()) + 2 <= ROOM
    assert len(WORDS) == len(STYLES)


def test_most_models_take_a_style() -> None:
    assert len(STYLED) >= 20


@pytest.mark.django_db
@pytest.mark.parametrize("offer", STYLED, ids=lambda offer: offer.key)
@pytest.mark.parametrize("style", ["line-art", "photographic"])
def test_what_is_shown_is_what_is_sent_and_once(offer: Offer, style: str) -> None:
    operation = catalogue.operations()[offer.operation]
    taken = {p.name for p in offer.params(operation)}
    said = {n: v for n, v in {**NEEDED, "style": style}.items() if n in taken}
    form = OperationForm(operation, offer, said, resolve=False)
    assert form.is_valid(), form.errors
    files = {p.name: f"https://a.net/{p.name}" for p in form.spec.values() if p.is_asset}
    sent = json.dumps(offer.payload(form.params, files), ensure_ascii=False)
    shown = dict(rows(form))
    native, words = style in offer.styles, WORDS[style]
    assert sent.count(words) == (not native)
    assert sent.count(f'"{style}"') == native
    prompt: Any = shown[form.spec["prompt"].label]
    assert json.dumps(prompt, ensure_ascii=False) in sent, "as it is shown"
    assert ("Style" in shown) == native
