"""The words of a made-up library, the common ones first."""

from __future__ import annotations

from itertools import accumulate

_COMMON = """portrait of a woman in the light at sunset city street night rain neon old town harbor
boat sea beach mountain forest lake river snow winter summer autumn spring flower garden tree bird
cat dog horse car train bridge tower church castle market cafe coffee bread fruit table window door
house room kitchen studio product bottle watch shoe dress hat jewelry hand face eyes smile child man
old young red blue green yellow golden black white pink purple silver soft dark bright warm cold
cinematic photo film painting drawing sketch render poster logo icon pattern texture background
close wide aerial macro slow motion zoom pan dolly loop draft final version campaign banner hero
teaser trailer intro interview podcast music voice ambient drone dance sport fashion travel food"""
_MAKERS = (*"aeiou", *"bdfgklmnrst")
_ENDS = ("a", "ia", "en", "field", "wick", "ton", "ville", "mere", "ford", "holm")

WORDS: list[str] = _COMMON.split() + [
    f"{a}{b}l{c}" for a in _MAKERS for b in _MAKERS for c in _ENDS
]
# As in any language: the hundredth word is a hundred times as rare as the first.
WEIGHTS: list[float] = list(accumulate(1 / (at + 8) for at in range(len(WORDS))))
TAGS: list[str] = [
    *_COMMON.split()[3:60],
    *(f"client {name}" for name in ("arbor", "belmont", "corvus", "dunmore", "elmswood")),
    *(f"campaign {year}" for year in range(2020, 2027)),
    "approved",
    "draft",
    "social",
    "print",
]
TAGS = list(dict.fromkeys(TAGS))
MAKERS: list[tuple[str, str, str]] = [
    (module, provider, f"{provider}-{name}")
    for module, provider, names in (
        ("transform", "fal", "kling-pro wan-fast hailuo-std"),
        ("transform", "runway", "gen4 gen4-turbo"),
        ("create", "fal", "flux-dev flux-pro recraft"),
        ("create", "stability", "core ultra sd35"),
        ("create", "gemini", "imagen nano"),
        ("edit", "stability", "inpaint outpaint erase"),
        ("edit", "local", "crop grade"),
        ("finish", "local", "upscale"),
        ("animate", "wavespeed", "wan-i2v seedance"),
        ("story", "local", "film"),
    )
    for name in names.split()
]
SIZES: list[tuple[int, int]] = [
    (1024, 1024),
    (1920, 1080),
    (1080, 1920),
    (1536, 1024),
    (1024, 1536),
    (1280, 720),
    (768, 1344),
    (4000, 3000),
    (1080, 1350),
]
