"""What models elsewhere need of a form: proposals, words for a motion, limits of files, keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assets.models import Asset
from billing.models import Account, User
from studio import catalogue
from studio.forms import OperationForm
from studio.models import Health, Job
from studio.operations.transform import IMAGE_TO_VIDEO, PROMPTED, TEXT_TO_VIDEO
from studio.providers.local.video import CARD, MOTION
from studio.spec import FileLimits, Offer, Param

PROMPT = replace(
    MOTION,
    accepts={**PROMPTED, "image": True, "prompt": {"max_length": 40}, "seed": True},
    label="Dreamer",
)
CHOSEN = Offer(
    "chosen",
    "local",
    "image-to-video",
    "Chosen",
    {"width": {"default": None}},
    MOTION.price,
    extra=(
        Param(
            "ratio",
            "choice",
            "Shape",
            choices=("wide", "tall"),
            derive=lambda p: "wide" if p.get("width", 0) > 500 else "tall",
        ),
    ),
)


def form(offer: Offer = PROMPT, **data: Any) -> OperationForm:
    return OperationForm(IMAGE_TO_VIDEO, offer, data, resolve=False)


def fine(checked: OperationForm) -> dict[str, Any]:
    assert checked.is_valid(), checked.problems()
    return checked.params


# --- what follows from other params -------------------------------------------------------------


def test_no_motion_leaves_nothing_to_say_of_it() -> None:
    checked = form()
    assert fine(checked) == {"motion": "none"}
    assert checked.notes == []


def test_what_does_not_go_with_no_motion_is_left_out_and_said_so() -> None:
    checked = form(direction="left", strength=80, motion_words="It flies.")
    assert fine(checked) == {"motion": "none"}
    assert checked.notes[0] == "Direction does not go with motion “None” and is left out."
    assert len(checked.notes) == 3


def test_the_usual_strength_is_left_out_without_a_word() -> None:
    """A page without a script sends every control."""
    checked = form(strength="50", direction="", motion_words="")
    assert fine(checked) == {"motion": "none"}
    assert checked.notes == []


def test_a_motion_becomes_words_until_somebody_writes_there() -> None:
    said = {"motion": "pan", "direction": "up", "strength": 20}
    for empty in ({}, {"motion_words": ""}, {"motion_words": "  "}, {"motion_words": None}):
        checked = form(**said, **empty)
        assert fine(checked)["motion_words"] == "The camera slowly pans up."
        assert checked.derived == {"motion_words": "The camera slowly pans up."}
    checked = form(**said, motion_words="It rises.")
    assert fine(checked)["motion_words"] == "It rises."
    assert checked.derived == {}


def test_the_proposal_knows_the_defaults_and_the_first_direction() -> None:
    assert fine(form(motion="pan"))["motion_words"] == "The camera steadily pans to the left."


def test_a_choice_may_be_proposed_too() -> None:
    assert fine(form(CHOSEN, width=600)) == {"width": 600, "ratio": "wide"}
    assert fine(form(CHOSEN, width=300)) == {"width": 300, "ratio": "tall"}
    assert fine(form(CHOSEN, width=300, ratio="wide")) == {"width": 300, "ratio": "wide"}
    assert "Choose wide or tall" in form(CHOSEN, ratio="round").problems()[0]["message"]


def test_zero_is_a_value_and_nothing_is_not_sent() -> None:
    assert fine(form(seed=0))["seed"] == 0
    assert "seed" not in fine(form(seed=""))


def test_the_models_own_limit_of_a_text_holds() -> None:
    assert fine(form(prompt="x" * 40))["prompt"] == "x" * 40
    (problem,) = form(prompt="x" * 41).problems()
    assert problem["message"] == "Prompt has 41 characters; the most is 40. Make it shorter."


def test_a_card_needs_words() -> None:
    checked = OperationForm(TEXT_TO_VIDEO, CARD, {}, resolve=False)
    assert "Words is missing" in checked.problems()[0]["message"]
    long = OperationForm(TEXT_TO_VIDEO, CARD, {"prompt": "x" * 201}, resolve=False)
    assert "the most is 200" in long.problems()[0]["message"]


@pytest.mark.parametrize(
    ("words", "named"),
    [("Hi 🎬", "“🎬” (U+1F3AC)"), ("سلام", "U+0633"), ("雨の日", "“の” (U+306E)")],
)
def test_a_card_says_at_once_what_it_cannot_draw(words: str, named: str) -> None:
    (problem,) = OperationForm(TEXT_TO_VIDEO, CARD, {"prompt": words}, resolve=False).problems()
    assert problem["field"] == "prompt"
    for told in ("Words: ", named, "Latin, Greek and Cyrillic", "leave other characters out"):
        assert told in problem["message"]


def test_a_card_takes_what_its_font_has() -> None:
    said = {"prompt": "Ça va? Γειά σου, привет – “100 €”"}
    assert fine(OperationForm(TEXT_TO_VIDEO, CARD, said, resolve=False))["prompt"] == said["prompt"]


def test_a_check_sees_a_value_of_its_kind_and_only_what_was_said() -> None:
    seen: list[Any] = []

    def odd(value: int) -> str | None:
        seen.append(value)
        return None if value % 2 else f"{value} is even. Take {value + 1}."

    offer = replace(MOTION, accepts={"strength": {"check": odd}, "motion": True})
    assert form(offer, strength="8").problems()[0]["message"] == "Strength: 8 is even. Take 9."
    assert fine(form(offer, strength="9"))["strength"] == 9
    assert "is not a whole number" in form(offer, strength="x").problems()[0]["message"]
    assert fine(form(offer, strength=""))["strength"] == 50
    assert seen == [8, 9]


# --- the title ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ({}, "Cat"),
        ({"motion": "pan"}, "Cat · pan left"),
        ({"prompt": "A cat yawns"}, "Cat · A cat yawns"),
        ({"prompt": "{label} {0} %s"}, "Cat · {label} {0} %s"),
    ],
)
def test_a_title_is_made_of_what_was_said(
    said: dict[str, str], title: str, account: Account, alice: User, cat: Asset
) -> None:
    data = {"image": str(cat.pk), **said}
    checked = OperationForm(IMAGE_TO_VIDEO, PROMPT, data, account=account, user=alice)
    fine(checked)
    assert checked.title == title


def test_a_long_prompt_makes_a_short_title() -> None:
    checked = OperationForm(TEXT_TO_VIDEO, CARD, {"prompt": "word " * 40}, resolve=False)
    fine(checked)
    assert len(checked.title) == 60
    assert checked.title.endswith("…")


# --- files --------------------------------------------------------------------------------------

TAKES = FileLimits(
    max_bytes=10_000_000,
    min_side=300,
    max_side=4096,
    min_ratio=0.4,
    max_ratio=2.5,
    mimes=("image/jpeg", "image/png"),
)
HEARS = FileLimits(max_bytes=15_000_000, mimes=("audio/wav",), min_seconds=3, max_seconds=30)
PICKY = replace(
    MOTION,
    label="Kling",
    accepts={"image": {"limits": TAKES}, "audio": {"limits": HEARS}},
)


@pytest.fixture
def checked(account: Account, alice: User, cat: Asset) -> Callable[..., OperationForm]:
    """checked(resolve=True, **facts) → the form with a picture of those facts, looked at."""

    def make(resolve: bool = True, **facts: Any) -> OperationForm:
        Asset.objects.filter(pk=cat.pk).update(
            **{"width": 800, "height": 600, "size": 90_000, "mime": "image/jpeg", **facts}
        )
        name = "audio" if facts.get("kind") == "audio" else "image"
        offer = PICKY
        if name == "audio":
            offer = replace(PICKY, accepts={"audio": PICKY.accepts["audio"]})
        data = {name: str(cat.pk)}
        who: dict[str, Any] = {"account": account, "user": alice, "resolve": resolve}
        found = OperationForm(IMAGE_TO_VIDEO, offer, data, **who)
        found.is_valid()
        return found

    return make


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"width": 250, "height": 400}, ["is 250 × 400", "Kling needs 300 px", "larger"]),
        ({"width": 3000, "height": 400}, ["a shape of 7.50 : 1", "1 : 2.50 to 2.50 : 1", "Crop"]),
        ({"width": 400, "height": 1600}, ["a shape of 1 : 4.00", "Crop"]),
        ({"width": 20000, "height": 9000, "size": 1}, []),
        (
            {"kind": "audio", "duration": 45.2, "mime": "audio/wav"},
            ["Sound is 45.2 s long", "Kling takes 3 s to 30 s", "Cut it"],
        ),
        ({"kind": "audio", "duration": 1.0, "mime": "audio/wav"}, ["1.0 s", "Choose a longer"]),
        (
            {"kind": "audio", "duration": 5, "mime": "audio/wav", "size": 20_000_000},
            ["has 20 MB", "15 MB at most"],
        ),
        ({"kind": "audio", "duration": 5, "mime": "audio/ogg"}, ["is OGG", "takes WAV", "Convert"]),
        ({"kind": "audio", "duration": 5, "mime": "audio/wav"}, []),
        ({}, []),
    ],
)
@pytest.mark.parametrize("resolve", [True, False])
def test_a_file_outside_the_limits_is_refused_before_money(
    facts: dict[str, Any],
    words: list[str],
    resolve: bool,
    checked: Callable[..., OperationForm],
) -> None:
    told = [p["message"] for p in checked(resolve, **facts).problems()]
    assert bool(told) == bool(words), told
    for word in words:
        assert word in told[0]
    assert not Job.objects.exists()


def test_a_long_picture_that_would_become_too_narrow_is_refused(
    checked: Callable[..., OperationForm],
) -> None:
    assert checked(width=10_000, height=4200).problems() == []
    wide = replace(TAKES, max_ratio=50, max_side=1000)
    offer = replace(PICKY, accepts={"image": {"limits": wide}})
    cat = Asset.objects.get()
    Asset.objects.filter(pk=cat.pk).update(width=5000, height=400)
    found = OperationForm(
        IMAGE_TO_VIDEO, offer, {"image": str(cat.pk)}, account=cat.account, user=cat.user
    )
    assert "when it is made small enough" in found.problems()[0]["message"]


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        ({}, ""),
        (
            {"width": 6000, "height": 4000},
            "Picture is 6000 × 4000; Kling takes 4096 px at most, so a smaller copy is sent.",
        ),
        (
            {"size": 14_200_000},
            "Picture has 14.2 MB; Kling takes 10 MB at most, so a smaller copy is sent.",
        ),
        (
            {"mime": "image/bmp"},
            "Picture is BMP; Kling takes JPEG or PNG, so a converted copy is sent.",
        ),
    ],
)
@pytest.mark.parametrize("resolve", [True, False])
def test_a_picture_that_is_changed_on_the_way_is_announced(
    facts: dict[str, Any], note: str, resolve: bool, checked: Callable[..., OperationForm]
) -> None:
    found = checked(resolve, **facts)
    assert found.problems() == []
    assert found.notes == ([note] if note else [])


def test_an_upload_outside_the_limits_leaves_nothing_behind(
    account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    files = {"image": SimpleUploadedFile("cat.png", picture((64, 48)))}
    found = OperationForm(IMAGE_TO_VIDEO, PICKY, {}, files, account=account, user=alice)
    assert "64 × 48" in found.problems()[0]["message"]
    assert not Asset.objects.exists()


# --- keys ---------------------------------------------------------------------------------------


def test_a_model_without_a_key_is_refused_before_anything_is_stored(
    account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    offer = catalogue.declared_offers()["fal-kling-2.6-pro"]
    files = {"image": SimpleUploadedFile("cat.png", picture((400, 400)))}
    data = {"prompt": "A cat yawns"}
    found = OperationForm(IMAGE_TO_VIDEO, offer, data, files, account=account, user=alice)
    (problem,) = found.problems()
    assert problem["field"] in ("", "__all__")
    assert "no key" in problem["message"]
    assert not Asset.objects.exists()
    estimate = OperationForm(IMAGE_TO_VIDEO, offer, data, account=account, resolve=False)
    assert estimate.is_valid(), "a price is told without a key"
    assert any("no key" in note for note in estimate.notes)


def test_a_provider_that_is_down_is_said_before_anything_is_held(
    account: Account, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "a key that is long enough")
    later = timezone.now() + timedelta(seconds=30)
    Health.objects.create(name="fal", provider="fal", open_until=later)
    fal = catalogue.declared_offers()["fal-kling-2.6-pro"]
    data = {"prompt": "A cat yawns"}
    told = OperationForm(IMAGE_TO_VIDEO, fal, data, account=account, user=alice, resolve=False)
    assert told.is_valid()
    assert any("fal.ai does not answer" in note for note in told.notes)
    Health.objects.update(open_until=timezone.now())
    told = OperationForm(IMAGE_TO_VIDEO, fal, data, account=account, user=alice, resolve=False)
    assert told.is_valid()
    assert told.notes == []


def test_a_line_of_a_page_ends_with_one_character_and_half_a_character_is_none() -> None:
    def told(prompt: str) -> OperationForm:
        return OperationForm(TEXT_TO_VIDEO, CARD, {"prompt": prompt}, resolve=False)

    assert told("a" * 100 + "\r\n" + "b" * 99).is_valid()
    (problem,) = told("a\ud83d").problems()
    assert "half a character" in problem["message"]
