"""A text of which each word says where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

MODEL = "model"


class Piece(NamedTuple):
    """Words, and the field that they come from, as 'shot.camera_language'; '' for words and signs
    that only connect, 'model' for a language model's own."""

    text: str
    field: str = ""


@dataclass(frozen=True)
class Traced:
    """The pieces in reading order; neighbors differ in field. `notes` are things to know, `writer`
    is 'rules' or 'model'."""

    pieces: tuple[Piece, ...] = ()
    notes: tuple[str, ...] = ()
    writer: str = "rules"

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that words come from, each once."""
        named = (p.field for p in self.pieces)
        return tuple(dict.fromkeys(f for f in named if f and f != MODEL))


def merged(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Without empty ones, and with neighbors of one field together."""
    kept = (piece for piece in pieces if piece.text)
    return tuple(
        Piece("".join(p.text for p in group), field)
        for field, group in groupby(kept, key=lambda piece: piece.field)
    )
