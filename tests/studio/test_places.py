"""Formats of platforms as an order names and keeps them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio import places
from studio.models import SocialFormat

pytestmark = pytest.mark.django_db


def test_a_key_becomes_the_rule_of_today() -> None:
    (kept,) = places.read(["instagram-story"], "image")
    assert kept == {
        "format": "instagram-story",
        "platform": "instagram",
        "name": "Instagram: Story",
        "width": 1080,
        "height": 1920,
        "types": ["jpeg", "png"],
        "max_bytes": 8_000_000,
        "max_seconds": None,
        "loudness": None,
        "safe": [0.25, 0.21, 0.1, 0.1],
    }


def test_what_was_kept_can_be_asked_for_again_by_the_new_rule() -> None:
    asked = {"format": "youtube-thumbnail", "mode": "smart", "focus": [0.2, 1]}
    kept = places.read([asked], "image")
    SocialFormat.objects.filter(key="youtube-thumbnail").update(width=1920, height=1080)
    (again,) = places.read(kept, "image")
    assert (again["width"], again["mode"], again["focus"]) == (1920, "smart", [0.2, 1.0])


@pytest.mark.parametrize(
    "text", ["tiktok-video-cover, pinterest-pin", '["tiktok-video-cover", "pinterest-pin"]']
)
def test_a_form_sends_text(text: str) -> None:
    kept = places.read(text, "image")
    assert [one["format"] for one in kept] == ["tiktok-video-cover", "pinterest-pin"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "names no format"),
        ("", "names no format"),
        (["myspace-post"], "“myspace-post”, which is no format here"),
        (["tiktok-video"], "“tiktok-video”, which is for videos"),
        (["pinterest-pin", "pinterest-pin"], "“pinterest-pin” twice"),
        ([7], "“7”. Give the key of a format"),
        ([{"mode": "fit"}], "Give the key of a format"),
        ("[", "is not JSON"),
        ([{"format": "pinterest-pin", "mode": "squeeze"}], "squeeze"),
        ({"format": "pinterest-pin"}, "is an object. Give a list"),
        (
            [{"format": "pinterest-pin", "Mode": "fit"}],
            "“Mode” is not known. A format takes",
        ),
        ([{"format": "pinterest-pin", "fill": "blur"}], "“fill” is not known"),
        ([{"format": "pinterest-pin", "mode": "center", "focus": [0, 0]}], "does not go with"),
        ([{"format": "pinterest-pin", "focus": [0.5]}], "Give 2 numbers from 0 to 1"),
        ([{"format": "pinterest-pin", "focus": [0.5, True]}], "Give 2 numbers"),
        ([{"format": "pinterest-pin", "box": [0, 0, 1, 1.5]}], "Give 4 numbers"),
        ([{"format": "pinterest-pin", "box": [0.5, 0, 0.5, 1]}], "holds nothing"),
        (["pinterest-pin"] * 101, "101 formats; the most is 100"),
    ],
)
def test_what_cannot_be_is_said(value: Any, words: str) -> None:
    with pytest.raises(places.Wrong, match=words.replace("?", r"\?")):
        places.read(value, "image")


def test_what_is_hidden_cannot_be_ordered() -> None:
    SocialFormat.objects.filter(key="pinterest-pin").update(shown=False)
    with pytest.raises(places.Wrong, match="no format here"):
        places.read(["pinterest-pin"], "image")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["format", "mode", "focus", "box", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(JSON)
def test_nothing_but_words_comes_of_nonsense(value: Any) -> None:
    with suppress(places.Wrong):
        assert places.read(value, "image")
