"""Bytes of files in words, and what became of them."""

from __future__ import annotations

KB = 1000


def weight(size: int) -> str:
    """As a person reads it, by two digits or three: 812 bytes, 240 KB, 1.8 MB."""
    for unit, power in (("GB", 3), ("MB", 2), ("KB", 1)):
        if size >= 0.9995 * KB**power:
            value = size / KB**power
            return f"{value:.0f} {unit}" if value >= 9.95 else f"{value:.1f} {unit}"
    return f"{size} bytes"


def changed(old: int, new: int) -> str:
    """How much less or more `new` is, as a part of a sentence: “87 % less”, “3 times more”."""
    if not old or not new:
        return "different"
    if new >= 3 * old:
        return f"{new / old:.0f} times more"
    share = round(abs(new - old) / old * 100)
    return f"{share} % {'less' if new <= old else 'more'}"
