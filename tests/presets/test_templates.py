"""Templates: sizes and labels that are true, and a search that finds what people look for."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio import checks
from studio.presets import STYLES, TEMPLATES, Template
from studio.presets.templates import (
    CATEGORIES,
    PLATFORMS,
    by_key,
    chosen,
    ratio_label,
    recommend,
    search,
)
from studio.words.facts import SAID

SIDES = st.integers(64, 4096)
# What the platforms name, and how many of each there were to be at least.
KNOWN = {
    "instagram": {(1080, 1080), (1080, 1350), (1080, 1920)},
    "facebook": {(1200, 630), (1080, 1080), (1080, 1920), (820, 312)},
    "twitter": {(1200, 675), (1200, 600), (1500, 500)},
    "linkedin": {(1200, 628), (1080, 1080), (1200, 627), (1128, 191)},
    "youtube": {(1280, 720), (2560, 1440)},
    "pinterest": {(1000, 1500), (1080, 1920), (600, 600)},
    "tiktok": {(1080, 1920)},
    "ads": {(728, 90), (300, 250), (336, 280), (300, 600), (1080, 1080), (1080, 1920)},
    "shop": {(2000, 2000), (1600, 1600), (1600, 600), (1600, 900)},
}


def keys(rows: list[Template]) -> list[str]:
    return [row.key for row in rows]


def test_there_are_enough_and_no_category_is_empty() -> None:
    assert len(TEMPLATES) >= 36
    assert set(Counter(row.category for row in TEMPLATES)) == set(CATEGORIES)
    assert {row.platform for row in TEMPLATES} == set(PLATFORMS)


@pytest.mark.parametrize(("platform", "sizes"), KNOWN.items())
def test_sizes_are_those_of_the_platform(platform: str, sizes: set[tuple[int, int]]) -> None:
    assert {(row.width, row.height) for row in chosen(platform)} >= sizes


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("facebook-cover", "2.63:1"),
        ("linkedin-article", "1.91:1"),
        ("linkedin-cover", "5.91:1"),
        ("blog-header-wide", "2.37:1"),
        ("instagram-feed-portrait", "4:5"),
        ("youtube-channel-art", "16:9"),
        ("ad-skyscraper", "4:15"),
    ],
)
def test_labels_that_are_often_wrong(key: str, label: str) -> None:
    row = by_key(key)
    assert row
    assert row.label == label


def ratio(label: str) -> Fraction:
    one, other = label.split(":")
    return Fraction(one) / Fraction(other)


@given(SIDES, SIDES)
def test_a_label_is_the_ratio(width: int, height: int) -> None:
    """Exact where it is written in whole numbers, within half of its last decimal otherwise."""
    label = ratio_label(width, height)
    true = Fraction(width, height)
    if "." not in label:
        assert ratio(label) == true
    else:
        told, meant = sorted([ratio(label), 1 / ratio(label)])[1], max(true, 1 / true)
        assert abs(told - meant) <= Fraction(1, 200)
        assert (ratio(label) > 1) == (true > 1) or abs(true - 1) < Fraction(1, 100)


def test_each_row_is_whole_and_itself() -> None:
    assert len(set(keys(list(TEMPLATES)))) == len(TEMPLATES)
    assert len({row.name for row in TEMPLATES}) == len(TEMPLATES)
    for row in TEMPLATES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", row.key)
        assert row.description.endswith(".")
        assert len(row.use_cases) >= 2, row.key
        assert row.hint == row.hint.strip().rstrip("."), row.key
        assert min(row.width, row.height) >= 64
        assert max(row.width, row.height) <= 4096


def test_a_hint_counts_as_a_word_on_the_composition() -> None:
    """So that the writer adds no second one."""
    for row in TEMPLATES:
        assert SAID["frame"].search(f"composition: {row.hint}")


@pytest.mark.parametrize(
    ("changes", "id_", "words"),
    [
        ({"style": "baroque-neon"}, "studio.E017", "baroque-neon"),
        ({"quality": "best"}, "studio.E017", "best"),
        ({"category": "fax"}, "studio.E017", "unknown"),
        ({"height": 63}, "studio.E018", "64 to 4096"),
        ({"width": 4097}, "studio.E018", "64 to 4096"),
        ({"key": "tiktok-video-cover"}, "studio.E016", "tiktok-video-cover"),
    ],
)
def test_a_wrong_row_stops_the_start(
    changes: dict[str, object], id_: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(checks.template_problems()) == []
    wrong = replace(TEMPLATES[0], **changes)  # type: ignore[arg-type]
    monkeypatch.setattr(checks, "TEMPLATES", (*TEMPLATES[1:], wrong))
    found = [(i, told) for i, told in checks.template_problems()]
    assert any(i == id_ and words in told for i, told in found)


def test_only_styles_that_surely_exist_are_named() -> None:
    assert {row.style for row in TEMPLATES} <= {style.key for style in STYLES}


# --- finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("pinterest pin", "pinterest-pin"),
        ("PIN", "pinterest-pin"),
        ("youtube thumb", "youtube-thumbnail"),
        ("728x90", "ad-leaderboard"),
        ("1000 × 1500", "pinterest-pin"),
        ("16:9 youtube", "youtube-thumbnail"),
        ("recipe", "pinterest-pin"),
        ("signature", "email-signature"),
        ("packshot", "product-on-white"),
    ],
)
def test_search_puts_the_best_first(query: str, first: str) -> None:
    assert keys(search(query))[0] == first


def test_search_wants_every_word() -> None:
    assert search("pinterest zeppelin") == []
    assert search("story", chosen("facebook")) == [by_key("facebook-story")]
    assert search("") == list(TEMPLATES)
    assert search("?!") == list(TEMPLATES)


@given(st.text(max_size=40))
def test_search_takes_any_text(query: str) -> None:
    found = search(query)
    assert len(set(keys(found))) == len(found)
    assert set(recommend(query)) <= set(TEMPLATES)


@pytest.mark.parametrize(
    ("use", "platform", "first"),
    [
        ("announce our new product launch", "", "ad-billboard"),
        ("a tutorial video cover", "youtube", "youtube-thumbnail"),
        ("hiring post", "linkedin", "linkedin-post"),
        ("before and after", "", "product-comparison"),
        ("newsletters", "", "email-banner"),
    ],
)
def test_recommend_by_use(use: str, platform: str, first: str) -> None:
    found = recommend(use, platform)
    assert first in keys(found)[:3]
    assert all(platform in ("", row.platform) for row in found)


def test_recommend_without_a_use_is_the_platform() -> None:
    assert recommend("", "tiktok") == list(chosen("tiktok"))
    assert recommend("for the", "tiktok") == list(chosen("tiktok"))
    assert recommend("zeppelin") == []
