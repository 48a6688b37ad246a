"""A prompt made better: what it lacks is added, with a reason for each addition.

What a person wrote stays as it is, word for word and in its order. What they said already is
neither repeated nor contradicted, and what they do not want to see is not brought in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from studio.words import rules
from studio.words.facts import (
    MOVES,
    SAID,
    content_words,
    contradicts,
    is_drawn,
    is_order,
    kind_of,
    unwanted,
)

LIMIT = 1500  # characters up to which something is added
ROOM = rules.LONGEST + 2
VOICE = 80  # characters of a voice that a picture gets as its mood


@dataclass(frozen=True)
class Voice:
    """A brand's voice and look, as a persona holds them."""

    name: str
    voice: str = ""
    look: str = ""
    avoid: str = ""


@dataclass(frozen=True)
class Place:
    """Where the picture is to be shown, and what that asks of it."""

    name: str
    hint: str = ""


@dataclass(frozen=True)
class Brief:
    """All that is known of a wish. The words of a chosen style are added by whoever makes the
    picture: here they count as said. `pictured`: it goes with a picture, which decides much by
    itself; `moving`: a film is made. `limit` in characters, of the prompt; `negative_limit` of the
    negative one, 0 where there is none."""

    prompt: str
    negative_prompt: str = ""
    style: str = ""
    drawn: bool = False
    pictured: bool = False
    moving: bool = False
    persona: Voice | None = None
    place: Place | None = None
    limit: int = LIMIT
    negative_limit: int = LIMIT


@dataclass(frozen=True)
class Addition:
    """Words that were added, and why."""

    words: str
    why: str


@dataclass(frozen=True)
class Enhanced:
    """The better prompt. `notes` are things to know: what was left out, who wrote it."""

    prompt: str
    negative_prompt: str = ""
    additions: tuple[Addition, ...] = ()
    notes: tuple[str, ...] = ()
    writer: str = "rules"


@dataclass
class _Draft:
    """The text as it grows."""

    text: str
    limit: int
    additions: list[Addition] = field(default_factory=list)

    def add(self, words: str, why: str) -> bool:
        grown = joined(self.text, words)
        if len(grown) > self.limit:
            return False
        self.text = grown
        self.additions.append(Addition(words, why))
        return True


def enhance(brief: Brief) -> Enhanced:
    """Add what the prompt lacks. A second time adds nothing.

    >>> enhance(Brief("A cat on a wall")).prompt.startswith("A cat on a wall, ")
    True
    """
    if not content_words(brief.prompt):
        return Enhanced(brief.prompt, brief.negative_prompt)
    negative, notes = negative_prompt(brief)
    draft = _Draft(brief.prompt.rstrip(), min(brief.limit, LIMIT))
    notes += _add_wishes(draft, brief)
    if is_order(brief.prompt):
        notes.append(
            "This tells what is to be changed. It is left as it is, so that it stays clear."
        )
    else:
        _add_missing(draft, brief)
    if not draft.additions:
        draft.text = brief.prompt
    return Enhanced(draft.text, negative, tuple(draft.additions), tuple(notes))


def joined(text: str, words: str) -> str:
    """The words after the text, as its signs at the end ask for."""
    if not text:
        return words
    if text[-1] in ".!?…":
        return f"{text} {words[:1].upper()}{words[1:]}"
    return f"{text} {words}" if text[-1] in ",;:" else f"{text}, {words}"


def pieces(text: str) -> list[str]:
    """A list as people write it, one thing each.

    >>> pieces("warm light; brick, plants.")
    ['warm light', 'brick', 'plants']
    """
    found = (" ".join(part.split()) for part in re.split(r"[,;\n]|\.(?=\s|$)", text))
    return [part for part in found if content_words(part)]


def said(words: str, text: str) -> bool:
    """Whether a text has every word of it that carries meaning."""
    return content_words(words) <= content_words(text)


# --- what the persona and the place ask for -----------------------------------------------------


def _add_wishes(draft: _Draft, brief: Brief) -> list[str]:
    """Add the look of the persona and the composition of the place; what had to be left out."""
    notes: list[str] = []
    for piece, why in look_of(brief, notes):
        if not draft.add(piece, why):
            notes.append(f"“{piece}” was left out: the prompt would be too long.")
    if brief.place and brief.place.hint:
        name = brief.place.name
        words = ""
        for piece in _fitting(pieces(brief.place.hint), brief, name, notes):
            longer = f"{words}, {piece}" if words else f"composition: {piece}"
            # Piece by piece: what has no room now must have none the next time either.
            if len(joined(draft.text, longer)) <= draft.limit:
                words = longer
        if words:
            draft.add(words, f"So that it suits its place: {name}.")
    return notes


def look_of(brief: Brief, notes: list[str]) -> list[rules.Entry]:
    """(words, why) of each part of the persona's look that goes with what the person wrote; of the
    others a note is added."""
    if brief.persona is None:
        return []
    name = f"“{brief.persona.name}”"
    fitting = _fitting(pieces(brief.persona.look), brief, name, notes)
    return [(piece, f"Part of the look of {name}.") for piece in fitting]


def _fitting(wishes: Iterable[str], brief: Brief, whose: str, notes: list[str]) -> list[str]:
    """Those that are not said yet and go with what the person wrote; of the others a note."""
    fitting = []
    for wish in wishes:
        if said(wish, brief.prompt):
            continue
        if contradicts(wish, brief.prompt) or content_words(wish) & _unwanted(brief):
            notes.append(f"“{wish}” of {whose} was left out: what you wrote says otherwise.")
        else:
            fitting.append(wish)
    return fitting


def _unwanted(brief: Brief) -> set[str]:
    avoid = brief.persona.avoid if brief.persona else ""
    return unwanted(brief.prompt, brief.negative_prompt, avoid)


def negative_prompt(brief: Brief) -> tuple[str, list[str]]:
    """The negative prompt with what the persona avoids, and notes on what could not go there."""
    text = brief.negative_prompt
    notes: list[str] = []
    if brief.persona is None:
        return text, notes
    name = brief.persona.name
    for piece in pieces(brief.persona.avoid):
        grown = joined(text.rstrip(), piece)
        if said(piece, text):
            continue
        if said(piece, brief.prompt):
            notes.append(f"“{name}” avoids “{piece}”, but the prompt asks for it.")
        elif len(grown) > brief.negative_limit:
            why = "is too long" if brief.negative_limit else "is not taken by this model"
            notes.append(f"“{name}” avoids “{piece}”; the negative prompt {why}.")
        else:
            text = grown
    return text, notes


# --- what is missing ----------------------------------------------------------------------------


def _add_missing(draft: _Draft, brief: Brief) -> None:
    """Fill each side of the picture of which nothing is said, as long as there is room."""
    known = rules.PHOTO[kind_of(brief.prompt)]
    if brief.drawn or is_drawn(brief.prompt):
        known = rules.DRAWN
    known, look = {**known, "motion": rules.MOTION}, {**SAID, "motion": MOVES}
    forbidden = _unwanted(brief)
    for spot in _spots(brief):
        told = f"{draft.text}. {brief.style}"
        if look[spot].search(told) or len(draft.text) + ROOM > draft.limit:
            continue
        for words, why in (*_mood_of(brief, spot), *known[spot]):
            if not contradicts(words, told) and not content_words(words) & forbidden:
                draft.add(_new(words, told), why)
                break


def _spots(brief: Brief) -> Iterator[str]:
    """The sides of the picture that words decide."""
    given: frozenset[str] = frozenset()
    if brief.pictured:
        given = rules.FILMED if brief.moving else rules.PICTURED
    yield from (spot for spot in rules.SPOTS if spot not in given)
    if brief.moving:
        yield "motion"


def _mood_of(brief: Brief, spot: str) -> Iterator[rules.Entry]:
    """The voice of the persona, as the mood of the picture."""
    voice = brief.persona.voice if brief.persona else ""
    first = re.split(r"[.;\n]", voice)[0].strip()
    if spot == "mood" and first and len(first) <= rules.LONGEST - len("mood: "):
        yield f"mood: {first[:1].lower()}{first[1:]}", f"How “{brief.persona.name}” speaks."  # type: ignore[union-attr]


def _new(words: str, text: str) -> str:
    """Without the pieces that a text has already."""
    return ", ".join(piece for piece in words.split(", ") if not said(piece, text)) or words
