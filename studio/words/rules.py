"""What the rule-based writer knows: words for each side of a picture, by what it is of.

Each entry is (words, why). They fit an empty spot of the prompt, so they are short and general; a
later entry of the same spot is taken where the first would contradict what is said.
"""

from __future__ import annotations

from collections.abc import Mapping

Entry = tuple[str, str]
Entries = tuple[Entry, ...]

# What no entry is longer than, in characters.
LONGEST = 80

DETAIL_WHY = "Nothing was said of detail; a surface to look at makes the subject believable."
LIGHT_WHY = "Nothing was said of the light, which shapes everything else."
FRAME_WHY = "Nothing was said of the view; without it each result is framed by chance."
MOOD_WHY = "Nothing was said of the mood."
FINISH_WHY = "Nothing was said of color and sharpness."

# The last resort of each spot: it says little, and contradicts nothing.
ANY_LIGHT = ("soft directional light", LIGHT_WHY)
SOFT_LIGHT = ("soft diffused light", LIGHT_WHY)
ANY_MOOD = ("one consistent mood", MOOD_WHY)
GREY_FINISH = ("fine range of tones, sharp focus", FINISH_WHY)
SOFT_FINISH = ("balanced colors, careful finish", FINISH_WHY)
TONED_FINISH = ("balanced tones, careful finish", FINISH_WHY)


def _photo(detail: str, light: str, frame: str, mood: str, finish: str) -> Mapping[str, Entries]:
    return {
        "detail": ((detail, DETAIL_WHY), ("fine detail in the main subject", DETAIL_WHY)),
        "light": ((light, LIGHT_WHY), ANY_LIGHT, SOFT_LIGHT),
        "frame": (
            (frame, FRAME_WHY),
            ("balanced composition, one clear center of interest", FRAME_WHY),
        ),
        "mood": ((mood, MOOD_WHY), ANY_MOOD),
        "finish": ((finish, FINISH_WHY), GREY_FINISH, SOFT_FINISH, TONED_FINISH),
    }


PHOTO: Mapping[str, Mapping[str, Entries]] = {
    "portrait": _photo(
        "natural skin texture, attentive expression",
        "soft window light from one side",
        "eye level, head and shoulders, 85 mm lens",
        "calm, confident mood",
        "natural colors, sharp focus on the eyes",
    ),
    "product": _photo(
        "surface texture and material clearly shown",
        "soft studio light with a gentle shadow",
        "centered three-quarter view, 100 mm lens",
        "elegant, uncluttered mood",
        "crisp edges, true colors, sharp focus",
    ),
    "food": _photo(
        "ingredients with visible texture",
        "soft daylight from the side",
        "low three-quarter view, shallow depth of field",
        "fresh, inviting mood",
        "rich natural colors, sharp focus on the nearest edge",
    ),
    "interior": _photo(
        "real materials and surface texture",
        "daylight through the windows",
        "eye level, straight verticals, 24 mm lens",
        "quiet, lived-in atmosphere",
        "natural colors, sharp focus throughout",
    ),
    "animal": _photo(
        "fine detail in coat and eyes",
        "soft natural light",
        "eye level, 200 mm lens, soft background",
        "tender, curious mood",
        "natural colors, sharp focus on the eyes",
    ),
    "landscape": _photo(
        "layered depth with detail near the viewer",
        "low golden-hour light, long shadows",
        "wide view, rule of thirds, 24 mm lens",
        "quiet, vast atmosphere",
        "rich natural colors, sharp focus from near to far",
    ),
    "general": _photo(
        "one clear subject with fine detail",
        "soft directional light",
        "off-center composition, 50 mm lens",
        "clear, inviting mood",
        "natural colors, sharp focus on the subject",
    ),
}
DRAWN: Mapping[str, Entries] = {
    "detail": (
        ("distinct shapes, careful detail in the main subject", DETAIL_WHY),
        ("simple, distinct shapes", DETAIL_WHY),
    ),
    "light": (("light falling from one side", LIGHT_WHY), SOFT_LIGHT),
    "frame": (("balanced composition, room around the subject", FRAME_WHY),),
    "mood": (("clear, inviting mood", MOOD_WHY), ANY_MOOD),
    "finish": (
        ("clean lines, a small harmonious palette", FINISH_WHY),
        ("clean lines, polished finish", FINISH_WHY),
        TONED_FINISH,
    ),
}
MOTION: Entries = (
    ("slow natural movement of the subject", "Nothing was said of what moves."),
    ("slow natural movement", "Nothing was said of what moves."),
)
SPOTS = tuple(DRAWN)
# What a picture that is there already decides.
PICTURED = frozenset({"light", "frame", "mood"})
# A film of a picture needs no word of how it looks.
FILMED = frozenset(SPOTS)
