"""The part of a sound that is used: from where to where somebody trimmed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assets.models import Asset
from studio.spec import Param

Part = tuple[float, float]
NEAR = 0.05
"""Seconds by which an end may lie beyond that of the file: lengths are shown rounded."""


def part(param: Param, said: Mapping[str, Any], asset: Asset) -> Part | None:
    """From where to where, in seconds; None when all of it is used, or nothing is left."""
    if param.cut is None or not asset.duration:
        return None
    start, end = (said.get(name) for name in param.cut)
    begins, ends = start or 0.0, min(end or asset.duration, asset.duration)
    whole = begins <= 0 and ends >= asset.duration
    return None if whole or ends <= begins else (float(begins), float(ends))


def seconds(param: Param, said: Mapping[str, Any], asset: Asset) -> float | None:
    """How much of it is used."""
    used = part(param, said, asset)
    return used[1] - used[0] if used else asset.duration


def problem(
    param: Param, spec: Mapping[str, Param], said: Mapping[str, Any], asset: Asset
) -> tuple[str, str] | None:
    """What is wrong with the trimming: the param, and words with the way out."""
    if param.cut is None or not asset.duration or not set(param.cut) <= set(spec):
        return None
    first, last = param.cut
    start, end = said.get(first), said.get(last)
    long = f"{param.label} is {asset.duration:.2f} s long"
    if start and start >= asset.duration:
        return first, f"{spec[first].label} is {start:g} s; {long}. Begin it earlier."
    if end is not None and end > asset.duration + NEAR:
        return last, f"{spec[last].label} is {end:g} s; {long}. End it there, or leave this empty."
    if end is not None and end <= (start or 0):
        return last, (
            f"{spec[last].label} is {end:g} s, not after {spec[first].label.lower()} "
            f"({start or 0:g} s). End it later."
        )
    return None
