"""Talking avatars through the studio: what is looked at in the files before money, and trimming."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assets.models import Asset
from assets.services import ingest
from billing.models import Account, User
from studio import catalogue
from studio.forms import OperationForm
from studio.orders import OrderForm
from tests.engine.portrait import make
from tests.studio.pages import People, said

AVATAR = catalogue.operations()["talking-avatar"]
LOCAL = catalogue.all_offers()["local-portrait"]
PAID = catalogue.all_offers()["wavespeed-infinitetalk"]
BOTH = pytest.mark.parametrize("offer", [LOCAL, PAID], ids=["local", "paid"])
Bring = Callable[[Path], Asset]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", "only-for-tests")


@pytest.fixture
def bring(account: Account, alice: User) -> Bring:
    return lambda path: ingest(path, account=account, user=alice, filename=path.name)


@pytest.fixture
def face(bring: Bring) -> Asset:
    return bring(make.ASTRONAUT)


@pytest.fixture
def voice(bring: Bring, tmp_path: Path) -> Asset:
    return bring(make.voice(tmp_path / "voice.wav", 7.5))


@pytest.fixture
def ask(account: Account, alice: User, face: Asset, voice: Asset) -> Callable[..., OperationForm]:
    """ask(offer, image=…, audio=…, …) → the form, checked as for an order."""

    def checked(offer: Any = LOCAL, *, resolve: bool = True, **more: Any) -> OperationForm:
        files = {"image": str(face.pk), "audio": str(voice.pk)}
        data = files | {n: str(v.pk) if isinstance(v, Asset) else v for n, v in more.items()}
        form = OrderForm(AVATAR, offer, data, account=account, user=alice, resolve=resolve)
        form.is_valid()
        return form

    return checked


def wrong(form: OperationForm) -> dict[str, str]:
    return {p["field"]: p["message"] for p in form.problems()}


@BOTH
@pytest.mark.parametrize("resolve", [True, False])
def test_the_length_is_measured(ask: Any, offer: Any, resolve: bool) -> None:
    form = ask(offer, resolve=resolve)
    assert wrong(form) == {}
    assert form.params["seconds"] == 8
    assert form.notes == []
    assert "8 s" in PAID.price.quote(form.params).words
    assert ask(offer, seconds=3).params["seconds"] == 8


@BOTH
def test_a_trimmed_voice_costs_what_is_used(ask: Any, offer: Any) -> None:
    form = ask(offer, trim_start="1.2", trim_end="7")
    assert (form.params["seconds"], form.params["trim_start"], form.params["trim_end"]) == (
        6,
        1.2,
        7,
    )
    assert ask(PAID, trim_start=4).params["seconds"] == 4
    assert PAID.price.quote(ask(PAID, trim_start=4).params).words.startswith("4 s, billed as 5 s")


@BOTH
@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"trim_start": 8}, "trim_start", "Voice from is 8 s; Voice is 7.50 s long. Begin it"),
        ({"trim_end": 9}, "trim_end", "Voice to is 9 s; Voice is 7.50 s long. End it there"),
        ({"trim_start": 3, "trim_end": 2}, "trim_end", "is 2 s, not after voice from (3 s)"),
    ],
)
def test_a_part_that_is_not_there(
    ask: Any, offer: Any, said: dict[str, Any], field: str, words: str
) -> None:
    assert words in wrong(ask(offer, **said))[field]


@BOTH
def test_more_than_ten_minutes_is_refused_unless_it_is_trimmed(
    ask: Any, voice: Asset, offer: Any
) -> None:
    Asset.objects.filter(pk=voice.pk).update(duration=660.5)
    words = wrong(ask(offer))["audio"]
    assert "Voice is 660.5 s long" in words
    assert "at most 600 s. Trim it." in words
    form = ask(offer, trim_end=7)
    assert wrong(form) == {}
    assert form.params["seconds"] == 7


@BOTH
@pytest.mark.parametrize("resolve", [True, False])
def test_silence_is_refused(
    ask: Any, bring: Bring, tmp_path: Path, offer: Any, resolve: bool
) -> None:
    quiet = bring(make.write(tmp_path / "quiet.wav", np.zeros(make.RATE)))
    words = wrong(ask(offer, audio=quiet, resolve=resolve))["audio"]
    assert words == "The voice is silent. Choose a recording in which somebody speaks."
    late = np.concatenate([np.zeros(2 * make.RATE), np.sin(np.arange(make.RATE) / 9) / 2])
    half = bring(make.write(tmp_path / "late.wav", late))
    assert wrong(ask(offer, audio=half)) == {}
    assert "silent where it is used" in wrong(ask(offer, audio=half, trim_end=1.5))["audio"]


def test_a_voice_that_was_cut_off_at_the_top(ask: Any, bring: Bring, tmp_path: Path) -> None:
    loud = bring(make.voice(tmp_path / "loud.wav", 2, level=4))
    (note,) = ask(PAID, audio=loud).notes
    assert "recorded too loudly" in note
    assert wrong(ask(PAID, audio=loud)) == {}


def test_no_face(ask: Any, bring: Bring, tmp_path: Path) -> None:
    """Refused where the engine needs one and no mask tells; else only said."""
    cat = bring(make.ASTRONAUT.with_name("chelsea.jpg"))
    assert "Paint a mask over the head" in wrong(ask(LOCAL, image=cat))["image"]
    paid = ask(PAID, image=cat)
    assert wrong(paid) == {}
    assert any(n.startswith("No face was found in “Chelsea”") for n in paid.notes)
    mask = tmp_path / "mask.png"
    Image.new("L", (cat.width or 0, cat.height or 0), 255).save(mask)
    masked = ask(LOCAL, image=cat, mask=bring(mask))
    assert (wrong(masked), masked.notes) == ({}, [])


def test_two_faces(ask: Any, bring: Bring, tmp_path: Path) -> None:
    (note,) = ask(image=bring(make.two_faces(tmp_path / "both.png"))).notes
    assert note.startswith("2 faces were found in “Both”; the largest")


def test_a_small_face(ask: Any, bring: Bring, tmp_path: Path) -> None:
    with Image.open(make.ASTRONAUT) as image:
        image.resize((256, 256)).save(tmp_path / "small.png")
    (note,) = ask(image=bring(tmp_path / "small.png")).notes
    assert "px high; from 64 px on" in note


@BOTH
def test_a_mask_of_another_size(ask: Any, bring: Bring, tmp_path: Path, offer: Any) -> None:
    Image.new("L", (100, 50), 255).save(tmp_path / "mask.png")
    words = wrong(ask(offer, mask=bring(tmp_path / "mask.png")))["mask"]
    assert "Mask is 100 × 50, the picture is 512 × 512" in words


def test_captions_that_the_font_lacks(ask: Any) -> None:
    assert "leave other characters out" in wrong(ask(words="漢字"))["words"]


def test_the_page_asks_for_no_length(sign_in: People, alice: User) -> None:
    text = said(sign_in(alice).get("/avatar/talking-avatar/"))
    assert 'name="seconds"' not in text
    for name in ("trim_start", "trim_end", "words", "movement"):
        assert f'name="{name}"' in text
    assert "<mask-editor" in text
