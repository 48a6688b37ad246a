"""What a story, a scene and a shot have. Forms, JSON, CSV columns, API and help come from here.

A value is text, a number or None (not said). A list is a text with commas or, of whole sentences,
with one on each line; only JSON has it as a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from studio.spec import Param
from studio.words.listing import COMMAS, LINES, as_lines, as_list, as_text

Level = Literal["story", "scene", "shot"]

LONGEST_TRACK = 36_000  # seconds
SHORTEST, LONGEST = 0.5, 60.0  # seconds of a shot
STRUCTURE = (
    "intro",
    "verse",
    "prechorus",
    "chorus",
    "bridge",
    "breakdown",
    "outro",
    "instrumental",
)
ASPECTS: Mapping[str, str] = {"horizontal": "16:9", "vertical": "9:16", "square": "1:1"}


def _text(name: str, label: str, help: str = "", most: int = 2000, **more: Any) -> Param:
    return Param(name, "text", label, help=help, max_length=most, **more)


def _seconds(name: str, label: str, help: str, **more: Any) -> Param:
    limits = {"low": 0, "high": LONGEST_TRACK, "step": 0.001, "unit": "s", "group": "time"}
    return Param(name, "number", label, help=help, **{**limits, **more})


TITLE = _text("title", "Title", most=200)
DESCRIPTION = _text("description", "What happens", "What is seen and what moves.")
IMAGE_PROMPT = _text("image_prompt", "Picture", "What the still picture shows, to make it from.")
TONE = _text("tone", "Tone", "Tense, tender, dry…", 200, group="look")
SETTING = _text("setting", "Setting", "Where and when it takes place.", 500, group="look")
CAST = _text("cast", "Cast", "Names, with commas between them.", 500, group="look")
ENERGY = Param(
    "energy",
    "number",
    "Energy",
    help="0 is still, 1 is wild. Above 0.7 the motion is called dynamic, below 0.3 subtle.",
    low=0,
    high=1,
    step=0.01,
    group="motion",
)
START = _seconds("start", "From", "Where it begins on the track. Left empty, after the one before.")
END = _seconds("end", "To", "Where it ends on the track.")

STORY: tuple[Param, ...] = (
    TITLE,
    TONE,
    SETTING,
    _text("style", "Style", "Film still, watercolor, 16 mm…", 500, group="look"),
    _text("camera", "Camera style", "How the camera behaves where a shot says nothing.", 200),
    _text("mood", "Color mood", "Muted greens, warm dusk…", 200, group="look"),
    _text("lighting", "Lighting", most=200, group="look"),
    _text("line_style", "Lines", "Of drawn stories: thin ink, no outlines…", 200, group="look"),
    _text("tags", "More style words", "With commas between them.", 500, group="look"),
    CAST,
    Param(
        "aspect",
        "choice",
        "Shape",
        help="Of the whole film.",
        default="horizontal",
        choices=tuple(ASPECTS),
        labels={name: f"{name.capitalize()} {ratio}" for name, ratio in ASPECTS.items()},
    ),
    _text("content_type", "Kind of podcast", "Interview, lesson, news…", 200, group="podcast"),
    _text("audience", "Audience", "Who it is for.", 200, group="podcast"),
    _text("host", "Host", "Who leads through it, and how.", 300, group="podcast"),
    _text("guest", "Guest", "Name.", 200, group="podcast"),
    _text("guest_expertise", "Guest's field", "What the guest knows about.", 300, group="podcast"),
    _text("takeaways", "Takeaways", "What stays, one on each line.", 2000, group="podcast"),
    _text("background", "Background", "What is seen behind who speaks.", 300, group="podcast"),
)

SCENE: tuple[Param, ...] = (
    TITLE,
    DESCRIPTION,
    IMAGE_PROMPT,
    Param(
        "kind",
        "choice",
        "Kind",
        help="Animation moves a picture; in a voice-over somebody in the picture speaks.",
        default="animation",
        choices=("animation", "voice-over"),
        labels={"voice-over": "Voice-over"},
    ),
    TONE,
    SETTING,
    CAST,
    _text("lines", "What is said", "One sentence or speaker on each line.", 10_000, group="sound"),
    Param(
        "structure_type",
        "choice",
        "Part of the song",
        choices=STRUCTURE,
        group="sound",
    ),
    ENERGY,
    START,
    END,
)

SHOT: tuple[Param, ...] = (
    TITLE,
    DESCRIPTION,
    IMAGE_PROMPT,
    _text("camera_language", "Camera", "Slow push in, pan left, handheld…", 300, group="motion"),
    ENERGY,
    _text("environment", "Environment", "What is around.", 500, group="look"),
    _text("symbolic_elements", "Symbols", "Things that mean something, with commas.", 500),
    CAST,
    _text("wardrobe", "Wardrobe", "What is worn.", 500, group="look"),
    _text("intent", "Intent", "What the shot is to make one feel or know.", 500, group="look"),
    Param(
        "seconds",
        "number",
        "Duration",
        default=5,
        low=SHORTEST,
        high=LONGEST,
        step=0.001,
        unit="s",
        group="time",
    ),
    START,
    END,
    _text(
        "narration",
        "What is said",
        "By a speaker, or a voice that is not seen.",
        10_000,
        group="sound",
    ),
    _text("notes", "Notes", "For yourself: never sent."),
    _text(
        "motion_prompt",
        "Motion prompt",
        "Your own words. Left empty, it is written from the other fields.",
    ),
    _text("negative_prompt", "Negative prompt", "What should not be seen.", 500, advanced=True),
    Param(
        "guidance",
        "number",
        "Guidance",
        help="How closely the model keeps to the prompt.",
        default=0.5,
        low=0,
        high=1,
        step=0.01,
        group="more",
        advanced=True,
    ),
)

LEVELS: Mapping[Level, tuple[Param, ...]] = {"story": STORY, "scene": SCENE, "shot": SHOT}
LISTS: Mapping[str, str] = {
    "tags": COMMAS,
    "cast": COMMAS,
    "symbolic_elements": COMMAS,
    "takeaways": LINES,
    "lines": LINES,
}
"""The params that are lists, and the sign between their things."""


def param(level: Level, name: str) -> Param:
    return next(p for p in LEVELS[level] if p.name == name)


def listed(name: str, value: str | None) -> list[str]:
    """A list of `LISTS` for JSON."""
    return as_lines(value) if LISTS[name] == LINES else as_list(value)


def packed(name: str, things: list[str]) -> str:
    """A list of JSON as the text that is kept."""
    return as_text(things, LISTS[name])


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them, without what is not said."""
    said = {k: v for k, v in values.items() if v is not None and v != ""}
    return {k: listed(k, v) if k in LISTS else v for k, v in said.items()}


# --- names that other systems and people use ----------------------------------------------------

_EVERYWHERE = {
    "name": "title",
    "label": "title",
    "heading": "title",
    "desc": "description",
    "summary": "description",
    "action": "description",
    "text": "description",
    "prompt": "image_prompt",
    "prompt_base": "image_prompt",
    "start_frame_prompt": "image_prompt",
    "picture": "image_prompt",
    "characters": "cast",
    "main_cast": "cast",
    "begin": "start",
    "start_time": "start",
    "end_time": "end",
    "location": "setting",
    "place": "setting",
}
ALIASES: Mapping[Level, Mapping[str, str]] = {
    "story": {
        **_EVERYWHERE,
        "project": "title",
        "story_title": "title",
        "story_tone": "tone",
        "story_setting": "setting",
        "style_preset": "style",
        "visual_style": "style",
        "camera_style": "camera",
        "color_mood": "mood",
        "colour_mood": "mood",
        "light": "lighting",
        "extra_tags": "tags",
        "style_tags": "tags",
        "aspect_ratio": "aspect",
        "shape": "aspect",
        "format": "aspect",
        "host_persona": "host",
        "guest_name": "guest",
        "key_takeaways": "takeaways",
    },
    "scene": {
        **_EVERYWHERE,
        "type": "kind",
        "dialog": "lines",
        "dialogue": "lines",
        "lyrics": "lines",
        "lyrics_reference": "lines",
        "narration": "lines",
        "structure": "structure_type",
        "section": "structure_type",
    },
    "shot": {
        **_EVERYWHERE,
        "location": "environment",
        "place": "environment",
        "setting": "environment",
        "camera": "camera_language",
        "camera_style": "camera_language",
        "camera_move": "camera_language",
        "camera_movement": "camera_language",
        "movement": "camera_language",
        "symbols": "symbolic_elements",
        "costume": "wardrobe",
        "visual_intent": "intent",
        "purpose": "intent",
        "duration": "seconds",
        "duration_sec": "seconds",
        "length": "seconds",
        "voice_over": "narration",
        "voiceover": "narration",
        "vo": "narration",
        "dialog": "narration",
        "dialogue": "narration",
        "lines": "narration",
        "spoken": "narration",
        "user_notes": "notes",
        "note": "notes",
        "motion": "motion_prompt",
        "animation_prompt": "motion_prompt",
        "negative": "negative_prompt",
        "guidance_scale": "guidance",
    },
}
VALUES: Mapping[str, Mapping[str, str]] = {
    "aspect": {
        **{ratio: name for name, ratio in ASPECTS.items()},
        "landscape": "horizontal",
        "portrait": "vertical",
    },
    "kind": {"voiceover": "voice-over", "voice over": "voice-over", "vo": "voice-over"},
    "structure_type": {"pre-chorus": "prechorus", "pre chorus": "prechorus"},
}
"""Other words for a choice."""

SET_ASIDE = frozenset(
    [
        *("id", "shot_id", "sequence_id", "scene_id", "project_id", "scene_number", "shot_number"),
        *("render", "locks", "decor_alt", "wardrobe_ref", "arc_start", "arc_end", "version"),
        *("end_frame_prompt", "created_at", "updated_at", "seed_policy", "render_models"),
        *("subtitles", "image_url", "video_url", "audio_url", "seed", "order", "number", "index"),
        *("structure_label", "audio_dna", "cost", "video_filename", "prediction_id", "provider"),
    ]
)
"""Names that other systems have and a story has no place for: left out, with a note."""


def plain(name: str) -> str:
    """A name as names are declared: 'Camera language', 'cameraLanguage' → 'camera_language'."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\W_]+", "_", split).strip("_").lower()


def known_as(level: Level, name: str) -> str | None:
    """The name of the param that is meant, by its name, its label or another name; or None."""
    return _NAMES[level].get(plain(name))


_NAMES: Mapping[Level, Mapping[str, str]] = {
    level: {
        **{plain(p.label): p.name for p in params},
        **ALIASES[level],
        **{p.name: p.name for p in params},
    }
    for level, params in LEVELS.items()
}
