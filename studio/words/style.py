"""The style as words of the prompt, for models that know it by no name of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from studio.presets import STYLES
from studio.words.motion import as_prompt

WORDS = {style.key: style.words for style in STYLES}
# Letters that a prompt leaves free where a style may come behind it.
ROOM = 500


def styled(prompt: str | None, style: str | None) -> str | None:
    """The prompt with what a style looks like behind it.

    >>> styled("A cat on a wall", "line-art")
    'A cat on a wall, clean ink outlines on white, no shading, even strokes'
    """
    prompt, words = (prompt or "").strip(), WORDS.get(style or "", "")
    if not (prompt and words):
        return prompt or words or None
    return f"{prompt}{', ' if prompt[-1].isalnum() else ' '}{words}"


def as_sent(params: Mapping[str, Any], known: Collection[str] = ()) -> dict[str, Any]:
    """The params as a model reads them: what is spoken of the motion, and the words of the style,
    are in `prompt`. A style in `known` has a name there and stays what it is."""
    said = as_prompt(params)
    style = said.get("style")
    if style in known or style not in WORDS:
        return said
    del said["style"]
    return {**said, "prompt": styled(said["prompt"], style)}
