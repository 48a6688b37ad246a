"""What a prompt is about and what it already says, read from its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Kind = Literal["portrait", "product", "food", "interior", "animal", "landscape", "general"]


def any_of(*words: str) -> re.Pattern[str]:
    """Any of these words or beginnings of words (“sun*”), wherever they stand in a text."""
    plain = (re.escape(w).replace(r"\ ", "[ -]") for w in words)
    ends = (rf"{w[:-2]}\w*" if w.endswith(r"\*") else rf"{w}s?" for w in plain)
    return re.compile(rf"\b(?:{'|'.join(ends)})\b", re.IGNORECASE)


KINDS: Mapping[Kind, re.Pattern[str]] = {
    "portrait": any_of(
        *("portrait", "headshot", "selfie", "man", "men", "woman", "women", "girl", "boy"),
        *("child", "children", "baby", "babies", "person", "people", "face", "couple", "family"),
        *("families", "bride", "groom", "dancer", "chef", "doctor", "teacher", "worker", "old man"),
        *("astronaut", "musician", "singer", "player", "runner", "grandmother", "grandfather"),
    ),
    "product": any_of(
        *("product", "packaging", "packshot", "bottle", "perfume", "sneaker", "shoe", "watch"),
        *("watches", "mug", "headphone", "sunglasses", "handbag", "backpack", "jar", "candle"),
        *("lipstick", "jewel*", "ring", "necklace", "laptop", "smartphone", "gadget", "chair"),
        *("lamp", "vase", "teapot", "knife", "knives", "soap", "cosmetic", "earring", "t-shirt"),
    ),
    "food": any_of(
        *("food", "dish", "dishes", "cake", "bread", "pizza", "soup", "salad", "burger", "pasta"),
        *("coffee", "tea", "breakfast", "dessert", "fruit", "cookie", "sushi", "cocktail", "pie"),
        *("noodle", "steak", "cheese", "chocolate", "pancake", "croissant", "ice cream"),
    ),
    "interior": any_of(
        *("interior", "room", "kitchen", "bedroom", "bathroom", "living room", "office", "house"),
        *("building", "architecture", "facade", "hall", "lobby", "lobbies", "staircase", "church"),
        *("library", "museum", "skyscraper", "cabin", "cottage", "villa"),
    ),
    "animal": any_of(
        *("cat", "kitten", "dog", "puppy", "puppies", "horse", "bird", "owl", "fox", "foxes"),
        *("bear", "lion", "tiger", "elephant", "wolf", "wolves", "rabbit", "deer", "fish"),
        *("whale", "butterfly", "butterflies", "bee", "eagle", "animal", "cow", "sheep", "monkey"),
    ),
    "landscape": any_of(
        *("landscape", "mountain", "valley", "forest", "sea", "ocean", "beach", "beaches", "lake"),
        *("river", "desert", "field", "meadow", "island", "waterfall", "canyon", "glacier", "hill"),
        *("city", "cities", "street", "skyline", "harbour", "harbor", "village", "coast", "dune"),
        *("jungle", "volcano", "garden", "park", "cliff", "bridge", "lighthouse"),
    ),
}
DRAWN = any_of(
    *("drawing", "drawn", "illustrat*", "painting", "painted", "sketch*", "watercolo*", "cartoon*"),
    *("anime", "manga", "comic", "vector", "line art", "ink", "pencil", "charcoal", "crayon"),
    *("oil paint*", "gouache", "woodcut", "linocut", "pixel art", "3d render*", "clay", "origami"),
    *("low poly", "isometric", "flat design", "logo", "icon", "sticker", "poster", "pattern"),
)


def kind_of(text: str) -> Kind:
    """What it is a picture of: what is named first."""
    found = {kind: match.start() for kind, look in KINDS.items() if (match := look.search(text))}
    return min(found, key=found.__getitem__) if found else "general"


def is_drawn(text: str) -> bool:
    """Whether it asks for something that no camera sees."""
    return bool(DRAWN.search(text))


def is_order(text: str) -> bool:
    """Whether it tells what to do with a picture, as “make the sky purple”."""
    return bool(ORDERS.match(text))


# What says something about one side of a picture, however it is said.
SAID: Mapping[str, re.Pattern[str]] = {
    "detail": any_of(
        *("detail*", "texture*", "expression", "wearing", "dressed", "freckle*", "wrinkle*"),
        *("pattern*", "surface", "material", "fur", "feather*", "steam*", "weather*", "glaze*"),
        *("fabric", "grain*", "layer*", "looking", "gaze", "smil*", "foreground", "crisp edges"),
        *("ripple*", "crumb*", "minimal*", "plain", "simple", "abstract", "eyes", "closed shapes"),
    ),
    "light": any_of(
        *(
            "light",
            "lighting",
            "lighted",
            "lit",
            "sunlit",
            "moonlit",
            "backlit",
            "moon*",
            "shadow*",
        ),
        *("sun", "sunny", "sunlight", "sunset", "sunrise", "sunshine", "sunbeam", "glow*"),
        *("lamplight", "candlelight", "spotlight", "diffused", "firelit", "illuminated"),
        *("neon", "daylight", "dawn", "dusk", "twilight", "night", "morning", "evening", "noon"),
        *("golden hour", "blue hour", "overcast", "dark", "bright", "lamp", "candle*", "softbox*"),
        *("firelight", "silhouette", "shade*", "shading", "low key", "high key", "luminous"),
    ),
    "frame": any_of(
        *("close-up", "close up", "closeup", "macro", "wide", "aerial", "overhead", "top view"),
        *("low angle", "high angle", "eye level", "from above", "from below", "bird's eye"),
        *("portrait of", "full body", "half body", "head and shoulders", "headshot", "flat lay"),
        *("mm", "lens", "lenses", "telephoto", "fisheye", "panorama*", "centred", "centered"),
        *("composition", "framed", "framing", "frame", "rule of thirds", "symmetr*", "bokeh"),
        *("depth of field", "foreground", "perspective", "point of view", "upright", "side view"),
        *("in the middle", "off centre", "isometric", "profile", "aperture", "view from"),
    ),
    "mood": any_of(
        *("mood", "moody", "calm*", "quiet*", "peaceful", "serene", "cosy", "cozy", "joy*"),
        *("happy", "cheerful", "playful", "sad", "melanchol*", "gloomy", "dramatic", "tense"),
        *("myster*", "romantic", "nostalg*", "dreamy", "eerie", "scary", "epic", "elegant"),
        *("luxur*", "festive", "lonely", "warm", "inviting", "energetic", "lively", "atmosph*"),
        *("fresh", "bold", "majestic", "tender", "friendly", "confident", "curious", "funny"),
    ),
    "finish": any_of(
        *("sharp*", "focus*", "resolution", "4k", "8k", "hdr", "realistic", "photoreal*", "grain"),
        *("high quality", "finish*", "colour*", "color*", "monochrome", "black and white", "tone"),
        *("toned", "tones", "palette", "film still", "polished", "clean line*", "brush*"),
        *("strokes", "pastel*", "vivid", "muted", "faded", "vintage", "retro", "sepia", "graded"),
    ),
}

# What says something about movement, where a film is made.
MOVES = any_of(
    *("mov*", "motion*", "walk*", "run", "running", "fly*", "flies", "drift*", "fall", "falling"),
    *("ris*", "spin*", "turn*", "flow*", "float*", "wav*", "blow*", "swim*", "danc*"),
    *("jump*", "rid*", "driv*", "roll*", "slid*", "glid*", "open*", "close", "closes", "pan"),
    *("pans", "zoom*", "orbit*", "timelapse", "time-lapse", "slow motion", "ripple*", "flicker*"),
    *("blink*", "smiles", "nod*", "pour*", "shape*", "grow*", "still", "sway*", "climb*", "flight"),
)
# What begins like this tells somebody to change a picture; it does not describe one.
ORDERS = re.compile(
    r"\s*(?:please\s+)?(?:make|change|turn|replace|remove|erase|add|put|swap|delete|convert"
    r"|recolou?r|brighten|darken|lighten)\s+(?:an?|the|it|its|this|that|these|those|them|him|his"
    r"|her|their|my|all|both|some|more|every\w*)\b",
    re.IGNORECASE,
)

# What cannot both be so. A word of one side forbids every word of the other.
OPPOSITES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (any_of(*one), any_of(*other))
    for one, other in (
        (
            ("night", "midnight", "moonlit", "moonlight", "dark", "cave", "low key"),
            ("daylight", "sunlight", "sunlit", "sunny", "morning", "noon", "bright", "golden hour"),
        ),
        (
            ("black and white", "monochrome", "sepia", "greyscale", "grayscale", "colourless"),
            ("colour*", "color*", "vivid", "rainbow"),
        ),
        (
            ("close-up", "close up", "closeup", "macro", "very close", "close"),
            ("wide", "aerial", "panorama*", "skyline", "far away", "long shot"),
        ),
        (("sharp*", "crisp*", "clear"), ("blur*", "soft focus", "hazy", "out of focus", "foggy")),
        (
            ("calm*", "quiet*", "peaceful", "serene"),
            (
                "storm*",
                "chaotic",
                "action",
                "battle",
                "explod*",
                "explosion",
                "dramatic",
                "energetic",
                "racing",
            ),
        ),
        (
            ("sad*", "gloomy", "melanchol*", "eerie", "scary", "horror", "grim", "funeral", "war"),
            (
                "cheerful",
                "happy",
                "joy*",
                "inviting",
                "playful",
                "festive",
                "cosy",
                "cozy",
                "appetizing",
            ),
        ),
        (
            ("photo*", "camera", "lens", "mm"),
            (
                "drawing",
                "drawn",
                "illustrat*",
                "painting",
                "sketch*",
                "cartoon*",
                "line art",
                "brush*",
                "watercolo*",
            ),
        ),
        (("warm*",), ("cool", "cold", "icy", "frozen", "snow*")),
        (("upright", "tall", "vertical"), ("wide", "banner", "horizontal")),
        (
            ("plain", "minimal*", "simple", "empty", "white background"),
            ("busy", "crowded", "cluttered", "layered", "chaotic"),
        ),
        (("flat", "shadowless", "no shadow"), ("shadow*", "deep shadow")),
        (
            ("indoor*", "room", "studio", "interior", "inside"),
            ("golden hour", "sky", "horizon", "outdoor*", "sunlight"),
        ),
        (
            ("rain*", "overcast", "fog*", "storm*", "snow*", "mist*"),
            ("sunlight", "sunny", "clear sky", "directional", "golden hour"),
        ),
    )
)

_WORD = re.compile(r"[^\W_]+")
_NEGATED = re.compile(r"\b(?:no|without|not|never|avoid)\s+((?:[^\W_]+[ -]?){1,3})", re.IGNORECASE)
_SMALL = frozenset(
    [
        *("a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "is", "it", "its"),
        *("no", "not", "of", "on", "over", "the", "to", "under", "up", "with"),
    ]
)


def content_words(text: str) -> set[str]:
    """The words that carry meaning, in small letters and the singular."""
    words = (w.casefold() for w in _WORD.findall(text))
    return {w.removesuffix("s") if len(w) > 3 else w for w in words if w not in _SMALL}


def unwanted(prompt: str, *lists: str) -> set[str]:
    """The words of what is not to be seen: of lists of such things, and of “without …”."""
    negated = (match[1] for match in _NEGATED.finditer(prompt))
    return {w for text in (*lists, *negated) for w in content_words(text) if len(w) > 2}


def contradicts(addition: str, text: str) -> bool:
    """Whether it says the opposite of what a text says."""
    return any(
        (one.search(text) and other.search(addition))
        or (other.search(text) and one.search(addition))
        for one, other in OPPOSITES
    )
