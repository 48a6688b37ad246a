"""The facts of a story, a scene and a shot as a prompt, by rules; each word tells its field.

Facts are mappings by the names of the fields, lists being a text or a list. What is not said is
not invented, and what is said already is not said again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.words.enhance import said
from studio.words.facts import content_words
from studio.words.listing import as_lines, as_list
from studio.words.traced import Piece, Traced, merged

Facts = Mapping[str, Any]

LIMIT = 800  # characters of a motion prompt
AVATAR_SHORTEST, AVATAR_LIMIT = 15, 350
DYNAMIC, SUBTLE = 0.7, 0.3
DEFAULT = "Natural movement, with a smooth, cinematic camera."
# Of the longest facts, characters that are used.
DESCRIBED, PICTURED, SPOKEN, TAKEN = 220, 100, 150, 80
STYLES, NAMES, SYMBOLS, LINES, AUDIENCE = 6, 4, 2, 3, 3
STYLE_FIELDS = ("style", "camera", "mood", "lighting", "line_style")

_STARTS_OPEN = re.compile(r"(?:an?|the|his|her|its|their|my|our|some)\s", re.IGNORECASE)
_WORN = re.compile(r"(?:wear|dress|cloth|in\s|barefoot|with\s)", re.IGNORECASE)
_ENDS = ".!?…。！？"
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’)]*\s+|(?<=[。！？])")


@dataclass
class _Sentence:
    """Pieces as they come, as long as there is room for them and they are new."""

    before: str  # all that was written so far
    room: int
    pieces: list[Piece] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    def add(self, words: str, source: str, lead: str = "", tail: str = "") -> None:
        """`lead` and `tail` stand around the words and come from no field."""
        words = _bare(words)
        if not words or (source and self.has(words)):
            return
        between = "" if not self.pieces or lead[:1] in (";", " ") else ", "
        if self.text.endswith(";"):
            between = " "
        new = [Piece(between + lead), Piece(words, source), Piece(tail)]
        # One sign for the end.
        if len(self.text) + sum(len(p.text) for p in new) < self.room:
            self.pieces += new

    def add_all(self, things: list[str], source: str, lead: str) -> None:
        """A list of things: 'with rain, a clock and a door'."""
        new = [thing for thing in things if not self.has(thing)]
        for at, thing in enumerate(new):
            last = " and " if at and at == len(new) - 1 else ""
            self.add(thing, source, lead=last if at else lead)

    def has(self, words: str) -> bool:
        return said(words, f"{self.before} {self.text}")


def motion_prompt(story: Facts, scene: Facts, shot: Facts, *, limit: int = LIMIT) -> Traced:
    """How a shot moves, in up to three sentences of `limit` characters in all: the camera and what
    is around, what happens, and how it looks. One general sentence where nothing is said. Words
    that somebody wrote for it stay as they are.

    >>> motion_prompt({}, {}, {"camera_language": "pan left", "energy": 0.9}).text
    'Pan left, dynamic motion.'
    """
    if own := _text(shot, "motion_prompt"):
        return Traced((Piece(own, "shot.motion_prompt"),))
    pieces: list[Piece] = []
    for fill in (_movement, _happening, _look):
        text = "".join(p.text for p in pieces)
        sentence = _Sentence(text, limit - len(text) - 1)
        fill(sentence, story, scene, shot)
        pieces += _finished(sentence, bool(pieces))
    if not pieces:
        pieces = [Piece(DEFAULT)] if len(DEFAULT) <= limit else []
    return Traced(merged(pieces))


def _movement(sentence: _Sentence, story: Facts, scene: Facts, shot: Facts) -> None:
    sentence.add(*_first_of((shot, "shot", "camera_language"), (story, "story", "camera")))
    sentence.add(energy_words(shot.get("energy")), "shot.energy")
    around = _text(shot, "environment")
    if sentence.pieces and _STARTS_OPEN.match(around):
        sentence.add(_small(around), "shot.environment", lead="in ")
    else:
        sentence.add(around, "shot.environment")
    symbols = as_list(shot.get("symbolic_elements"))[:SYMBOLS]
    sentence.add_all(symbols, "shot.symbolic_elements", "with " if sentence.pieces else "")


def _happening(sentence: _Sentence, story: Facts, scene: Facts, shot: Facts) -> None:
    told, source = _first_of(
        (shot, "shot", "description"),
        (scene, "scene", "description"),
        (shot, "shot", "title"),
        (scene, "scene", "title"),
    )
    sentence.add(cut(told, min(DESCRIBED, sentence.room - 1)), source)


def _look(sentence: _Sentence, story: Facts, scene: Facts, shot: Facts) -> None:
    worn = _text(shot, "wardrobe")
    if worn and not _WORN.match(worn):
        sentence.add(worn, "shot.wardrobe", lead="wearing ")
    else:
        sentence.add(worn, "shot.wardrobe")
    lead = "; the aim: " if sentence.pieces else "the aim: "
    sentence.add(_text(shot, "intent"), "shot.intent", lead=lead, tail=";")
    tone, source = _first_of((scene, "scene", "tone"), (story, "story", "tone"))
    sentence.add(tone, source, tail=_kind(tone, "tone"))
    sentence.add(*_first_of((scene, "scene", "setting"), (story, "story", "setting")))
    for words, source, tail in _style(story, bool(_text(shot, "camera_language"))):
        sentence.add(words, source, tail=tail)
    names, source = _names(story, scene, shot)
    lead = "; with " if sentence.pieces and not sentence.text.endswith(";") else "with "
    sentence.add_all(names[:NAMES], source, lead if sentence.pieces else "")


def _style(story: Facts, has_camera: bool) -> Iterator[tuple[str, str, str]]:
    """(words, field, what follows them) of the style; up to six of the style words."""
    for name in STYLE_FIELDS:
        # A shot that says what its camera does knows better than the story.
        if not (name == "camera" and has_camera):
            words = _text(story, name)
            yield words, f"story.{name}", _kind(words, name) if name == "mood" else ""
    for tag in as_list(story.get("tags"))[:STYLES]:
        yield tag, "story.tags", ""


def _names(story: Facts, scene: Facts, shot: Facts) -> tuple[list[str], str]:
    """Who is seen: of the shot, else of the scene, else of the story."""
    for facts, level in ((shot, "shot"), (scene, "scene"), (story, "story")):
        if names := as_list(facts.get("cast")):
            return names, f"{level}.cast"
    return [], ""


def energy_words(energy: Any) -> str:
    """How much moves, 0 to 1, in words; nothing between the two."""
    if not isinstance(energy, int | float) or isinstance(energy, bool):
        return ""
    return "dynamic motion" if energy > DYNAMIC else "subtle motion" if energy < SUBTLE else ""


# --- who speaks ---------------------------------------------------------------------------------


def avatar_prompt(story: Facts, scene: Facts, shot: Facts) -> Traced:
    """How somebody looks and sounds who speaks, in 15 to 350 characters; empty where too little
    is known."""
    pieces: list[Piece] = []
    for fill in (_speaker, _speech, _manner, _about):
        text = "".join(p.text for p in pieces)
        sentence = _Sentence(text, AVATAR_LIMIT - len(text) - 1)
        fill(sentence, story, scene, shot)
        pieces += _finished(sentence, bool(pieces))
    found = Traced(merged(pieces))
    return found if len(found.text) >= AVATAR_SHORTEST else Traced()


def _speaker(sentence: _Sentence, story: Facts, scene: Facts, shot: Facts) -> None:
    seen, source = _first_of(
        (shot, "shot", "image_prompt"),
        (scene, "scene", "image_prompt"),
        (shot, "shot", "description"),
        (scene, "scene", "description"),
        (shot, "shot", "title"),
        (scene, "scene", "title"),
    )
    sentence.add(cut(first_sentence(seen), PICTURED), source)


def _speech(sentence: _Sentence, story: Facts, scene: Facts, shot: Facts) -> None:
    for facts, source in ((shot, "shot.narration"), (scene, "scene.lines")):
        name = source.split(".")[1]
        if lines := as_lines(facts.get(name))[:LINES]:
            sentence.add(cut(" ".join(lines), SPOKEN), source, lead="saying: “", tail="”")
            return


def _manner(sentence: _Sentence, story: Facts, scene: Facts, shot: Facts) -> None:
    tone, source = _first_of((scene, "scene", "tone"), (story, "story", "tone"))
    sentence.add(tone, source, tail=_kind(tone, "tone"))
    sentence.add(_text(story, "style"), "story.style")
    sentence.add(_text(story, "background"), "story.background", lead="background: ")


def _about(sentence: _Sentence, story: Facts, scene: Facts, shot: Facts) -> None:
    sentence.add(_text(story, "host"), "story.host", lead="host: ")
    sentence.add(_text(story, "guest"), "story.guest", lead="guest: ")
    sentence.add(_text(story, "guest_expertise"), "story.guest_expertise")
    takeaways = as_lines(story.get("takeaways"))
    sentence.add(cut(takeaways[0] if takeaways else "", TAKEN), "story.takeaways", lead="about: ")
    audience = _text(story, "audience").split()[:AUDIENCE]
    # “children of all ages” → “children”
    small = (at for at, word in enumerate(audience) if at and not content_words(word))
    audience = audience[: next(small, AUDIENCE)]
    sentence.add(" ".join(audience), "story.audience", lead="for ")


# --- words --------------------------------------------------------------------------------------


def cut(text: str, most: int) -> str:
    """The beginning of a text: whole sentences where one fits, else whole words.

    >>> cut("A cat sleeps. A dog barks loudly.", 20)
    'A cat sleeps.'
    """
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    kept = ""
    for sentence in _SENTENCE.split(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > most:
            break
        kept = longer
    if kept:
        return kept
    head = text[: max(0, most)]
    return (head[: head.rfind(" ")] if " " in head else head).rstrip(" ,;:–—-")


def first_sentence(text: str) -> str:
    return _SENTENCE.split(" ".join(text.split()))[0]


def _finished(sentence: _Sentence, follows: bool) -> list[Piece]:
    """A sentence with a capital at its beginning and a sign at its end."""
    if not sentence.text:
        return []
    at = next(n for n, piece in enumerate(sentence.pieces) if piece.text)
    head = sentence.pieces[at]
    start = head.text[:1].upper() if len(head.text[:1].upper()) == 1 else head.text[:1]
    sentence.pieces[at] = Piece(start + head.text[1:], head.field)
    if sentence.text.endswith(";"):
        sentence.pieces.pop()
    last = sentence.text.rstrip("”")[-1:]
    end = "" if last in tuple(_ENDS) else "。" if "\u3040" <= last <= "\u9fff" else "."
    return [Piece(" " if follows else ""), *sentence.pieces, Piece(end)]


def _bare(words: str) -> str:
    """On one line, without the sign of an end that would stand within the sentence."""
    text = " ".join(words.split()).strip(" ,;:")
    return text.rstrip(".。") if len(first_sentence(text)) == len(text) else text


def _text(facts: Facts, name: str) -> str:
    value = facts.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _first_of(*places: tuple[Facts, str, str]) -> tuple[str, str]:
    """The first text that is said, and its field."""
    found = ((_text(facts, name), f"{level}.{name}") for facts, level, name in places)
    return next(((text, source) for text, source in found if content_words(text)), ("", ""))


def _kind(words: str, kind: str) -> str:
    """What the words are of, where they are few and do not say it."""
    if not kind or len(words.split()) > 3 or not words.isascii() or kind in words.lower():
        return ""
    return f" {kind}"


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def facts_of(levels: Iterable[tuple[str, Facts]]) -> dict[str, str]:
    """All that is said, as text by the name of its field: 'shot.energy' → '0.8'."""
    found = {}
    for level, facts in levels:
        for name, value in facts.items():
            text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            if value is not None and text.strip():
                found[f"{level}.{name}"] = text
    return found
