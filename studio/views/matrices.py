"""Results of a grid as the table that they are: rows and columns are what was varied."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.models import Account
from studio.models import Job
from studio.views.cards import Card, cards

MOST = 3  # tables on a page


@dataclass(frozen=True)
class Matrix:
    """`across` and `down` are what the columns and the rows are called; with one parameter there
    is one row without a name. Each cell holds the cards of its results."""

    run: UUID
    title: str
    names: tuple[str, ...]
    across: list[str]
    rows: list[tuple[str, list[list[Card]]]]

    @property
    def cards(self) -> list[Card]:
        return [card for _, cells in self.rows for cell in cells for card in cell]

    @property
    def price(self) -> int:
        return sum(card.job.quote for card in self.cards)


def apart(recent: Sequence[Job], account: Account) -> tuple[list[Matrix], list[Job]]:
    """The newest grids among these jobs, whole; and the jobs that are in none of them."""
    runs = list(dict.fromkeys(job.run for job in recent if job.run and job.varied))[:MOST]
    found = [matrix(_whole(run, account)) for run in runs]
    inside = {card.job.pk for one in found for card in one.cards}
    return found, [job for job in recent if job.pk not in inside and job.run not in runs]


def of_run(made: Sequence[Job], account: Account) -> Matrix | None:
    """The table of what one press ordered; None where it was no grid."""
    grid = made[0].run and made[0].varied
    return matrix(cards(made, account)) if grid else None


def _whole(run: UUID, account: Account) -> list[Card]:
    """The cards of a run; a retry stands in the place of what came to nothing."""
    mine = Job.objects.for_account(account)
    made = cards(mine.filter(run=run).order_by("created", "pk"), account)
    again = [card.retried_as for card in made if card.retried_as]
    instead = {card.job.pk: card for card in cards(mine.filter(pk__in=again), account)}
    return [instead.get(card.retried_as, card) if card.retried_as else card for card in made]


def matrix(shown: Sequence[Card]) -> Matrix:
    first = shown[0]
    names = tuple(label for label, _ in first.varied)
    where = [_place(card) for card in shown]
    rows, columns = _each(row for row, _ in where), _each(column for _, column in where)
    cells: dict[tuple[str, str], list[Card]] = {}
    for place, card in zip(where, shown, strict=True):
        cells.setdefault(place, []).append(card)
    suffix = "".join(f" · {words}" for _, words in first.varied)
    run = next(card.job.run for card in shown if card.job.run)
    return Matrix(
        run=run,
        title=first.job.title.removesuffix(suffix),
        names=names,
        across=[_words(cells, column, at=1) for column in columns],
        rows=[
            (_words(cells, row, at=0), [cells.get((row, column), []) for column in columns])
            for row in rows
        ],
    )


def _place(card: Card) -> tuple[str, str]:
    """(row, column) as text that is the same for the same values."""
    values = [json.dumps(value) for _, value in card.job.varied]
    return (values[0], values[1]) if len(values) > 1 else ("", values[0])


def _each(places: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(places))


def _words(cells: dict[tuple[str, str], list[Card]], place: str, *, at: int) -> str:
    """What a row (at 0) or a column (at 1) is called; the last value that was varied is across."""
    card = next(cards[0] for key, cards in cells.items() if key[at] == place)
    if len(card.varied) == 1:
        return card.varied[0][1] if at else ""
    return card.varied[at][1]
