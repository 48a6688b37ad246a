"""The name of a job and of its result, from what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from string import Formatter
from typing import Any

from assets.models import Asset
from studio.fields import shown
from studio.spec import Operation


class Titled:
    """A form of an operation that can be called by what was said in it."""

    operation: Operation
    cleaned_data: dict[str, Any]

    @property
    def title(self) -> str:
        """The name of the job and of its result."""
        return self.titled()

    def titled(self, without: Collection[str] = ()) -> str:
        """The name from the operation's pattern, where some params may be left out."""
        said: defaultdict[str, str] = defaultdict(str, label=self.operation.label)
        for name, value in self.cleaned_data.items():
            if name not in without and value not in (None, "none"):
                said[name] = shown(value.title if isinstance(value, Asset) else value)
        parts = [part.format_map(said) for part in self._title_parts(said)]
        named = [" ".join(part.split()) for part in parts if part.strip()]
        return " · ".join(named) or self.operation.label

    def _title_parts(self, said: Mapping[str, str]) -> list[str]:
        """Without those that speak only of what was not said."""
        parts = self.operation.title.split(" · ")
        names = {
            part: [name for _, name, _, _ in Formatter().parse(part) if name] for part in parts
        }
        return [p for p in parts if not names[p] or any(said[name] for name in names[p])]
