"""The graph of where an asset comes from, laid out for its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assets.models import Asset
from assets.services.lineage import Lineage, Node, lineage

BOX, GAP, SHORTEST = (168, 52), (56, 14), 2
MARGIN = 4
LETTERS = 15


@dataclass(frozen=True)
class Box:
    """A node where it is drawn, in pixels."""

    node: Node
    x: int
    y: int
    title: str
    here: bool

    @property
    def middle(self) -> int:
        return self.y + BOX[1] // 2


@dataclass(frozen=True)
class Line:
    """A curve from what is used to what was made."""

    path: str
    faint: bool


def drawn(asset: Asset) -> dict[str, Any] | None:
    """The boxes, the lines and the size of the drawing; None without relatives."""
    found = lineage(asset)
    if len(found.nodes) < SHORTEST:
        return None
    columns = _columns(found)
    height = max(map(len, columns.values())) * (BOX[1] + GAP[1]) - GAP[1] + 2 * MARGIN
    boxes = {
        node.id: box
        for place, step in enumerate(sorted(columns))
        for node, box in _column(columns[step], place, height, asset)
    }
    return {
        "boxes": list(boxes.values()),
        "lines": [_line(boxes[a], boxes[b]) for a, b in sorted(found.edges)],
        "width": len(columns) * (BOX[0] + GAP[0]) - GAP[0] + 2 * MARGIN,
        "height": height,
        "more": found.more,
        "box": BOX,
    }


def _columns(found: Lineage) -> dict[int, list[Node]]:
    """The nodes of each step, those with the same source beside each other."""
    columns: dict[int, list[Node]] = {}
    order: dict[UUID, int] = {}
    for node in sorted(found.nodes.values(), key=lambda n: (n.step, n.id.int)):
        columns.setdefault(node.step, []).append(node)
    for step in sorted(columns):
        before = {b: order.get(a, 0) for a, b in sorted(found.edges)}
        columns[step].sort(key=lambda n: (before.get(n.id, 0), n.id.int))
        order |= {node.id: n for n, node in enumerate(columns[step])}
    return columns


def _column(nodes: list[Node], place: int, height: int, asset: Asset) -> list[tuple[Node, Box]]:
    x = MARGIN + place * (BOX[0] + GAP[0])
    tall = len(nodes) * (BOX[1] + GAP[1]) - GAP[1]
    top = (height - tall) // 2
    return [
        (
            node,
            Box(node, x, top + n * (BOX[1] + GAP[1]), _title(node), node.id == asset.pk),
        )
        for n, node in enumerate(nodes)
    ]


def _title(node: Node) -> str:
    if node.asset is None:
        return "Deleted source"
    title = node.asset.title[:1].upper() + node.asset.title[1:]
    return title if len(title) <= LETTERS else f"{title[: LETTERS - 1].rstrip()}…"


def _line(source: Box, made: Box) -> Line:
    x1, y1, x2, y2 = source.x + BOX[0], source.middle, made.x, made.middle
    bend = max(20, abs(x2 - x1) // 2)
    gone = [box.node.asset is None or box.node.asset.trashed for box in (source, made)]
    return Line(f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}", any(gone))
