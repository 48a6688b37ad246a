"""What a batch would cost, before anything is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Count, QuerySet

from billing.models import Account
from billing.services import Limit, Preflight
from studio import catalogue, keys
from studio.batches import step_problems
from studio.batches.money import against, preflight
from studio.models import Batch, BatchRow, RowState


@dataclass(frozen=True)
class Share:
    """What one model does of it. `own` says that the account's own key pays there."""

    offer: str
    label: str
    provider: str
    jobs: int
    amount: int
    most: int
    own: bool


@dataclass(frozen=True)
class Plan:
    """Units of the ledger. `most` is what is held, `amount` what it is to cost; `after` is what
    would be available while it runs, `tightest` the limit of which the least would be left.
    `duplicates` are rows of which the library has the result
    already, `repeated` those that are the same as an earlier row. `blocked` says why it cannot
    begin as it is; `shown` are the terms as a page carries them beside its button."""

    ready: int
    wrong: int
    coming: int
    unchecked: int
    skipped: int
    jobs: int
    amount: int
    most: int
    models: tuple[Share, ...]
    duplicates: int
    repeated: int
    available: int
    after: int
    tightest: Limit | None
    warnings: tuple[str, ...]
    blocked: str
    shown: str


class Tally:
    """Adds up jobs as they are priced."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.rows = 0
        self.work = ""
        self._jobs: Counter[str] = Counter()
        self._amount: Counter[str] = Counter()
        self._most: Counter[str] = Counter()

    def add(self, offer: str, jobs: int, amount: int, most: int) -> None:
        self._jobs[offer] += jobs
        self._amount[offer] += amount
        self._most[offer] += most

    @property
    def amount(self) -> int:
        return self._amount.total()

    @property
    def most(self) -> int:
        return self._most.total()

    @property
    def jobs(self) -> int:
        return self._jobs.total()

    @property
    def shares(self) -> tuple[Share, ...]:
        offers = catalogue.all_offers()
        found = []
        for key, jobs in self._jobs.most_common():
            offer = offers.get(key)
            label = offer.label if offer else key
            provider = catalogue.provider_of(offer).label if offer else ""
            own = bool(offer and keys.own_key(self.account, offer.provider))
            amounts = (self._amount[key], self._most[key])
            found.append(Share(key, label, provider, jobs, *amounts, own))
        return tuple(found)

    @property
    def shown(self) -> str:
        """Changes with anything that a person agrees to."""
        payers = {"own" if share.own else "credits" for share in self.shares}
        payer = payers.pop() if len(payers) == 1 else "both" if payers else "credits"
        return f"{self.amount}-{self.most}:{self.rows}:{payer}:{self.work}"


def plan(batch: Batch) -> Plan:
    """The dry run: what of it is ready, what that costs by model, and what stands against it."""
    with keys.seen_once():
        mine = BatchRow.objects.filter(batch=batch)
        states = Counter(dict(mine.order_by().values_list("state").annotate(Count("pk"))))
        ready = mine.filter(state=RowState.READY)
        tally = Tally(batch.account)
        tally.rows = states[RowState.READY]
        prints = prints_of(ready)
        tally.work = work_of(prints)
        for costs, count in ready.order_by().values_list("costs").annotate(Count("pk")):
            for offer, jobs, amount, most in costs:
                tally.add(offer, jobs * count, amount * count, most * count)
        look = preflight(batch, ready, batch.user)
        return Plan(
            ready=tally.rows,
            wrong=states[RowState.WRONG],
            coming=states[RowState.COMING],
            unchecked=states[RowState.NEW],
            skipped=states[RowState.SKIPPED],
            jobs=tally.jobs,
            amount=tally.amount,
            most=tally.most,
            models=tally.shares,
            duplicates=ready.exclude(duplicate_of=None).count(),
            repeated=len(prints) - len({print_ for _, print_ in prints}),
            available=look.available,
            after=look.available - tally.most,
            tightest=look.tightest,
            warnings=look.warnings,
            blocked=step_problems.words_of(batch)
            or _blocked(states, look)
            or (UNMAPPED if is_unmapped(batch) else ""),
            shown=tally.shown,
        )


def prints_of(ready: QuerySet[BatchRow]) -> list[tuple[int, str]]:
    """What each row stands for, by its number."""
    return list(ready.order_by("number").values_list("number", "print"))


def work_of(prints: Iterable[tuple[int, str]]) -> str:
    """Changes with anything that is to be done: with a row, its model, its settings, its files."""
    lines = "".join(f"{number} {print_}\n" for number, print_ in prints)
    return sha256(lines.encode()).hexdigest()[:16]


UNMAPPED = (
    "No column of the sheet is used, so each row would be the same. Choose what its columns are, "
    "or divide them by commas, semicolons or tabs."
)


def is_unmapped(batch: Batch) -> bool:
    return bool(batch.columns) and not any(batch.mapping.values())


def _blocked(states: Counter[str], look: Preflight) -> str:
    if states[RowState.NEW]:
        return f"{rows(states[RowState.NEW])} not checked yet. Check them first."
    if states[RowState.COMING]:
        return f"{rows(states[RowState.COMING])} waiting for files that are being fetched."
    if not states[RowState.READY]:
        return "No row is ready. Correct the rows, or add some."
    return against(look.refusal, states[RowState.READY])


def rows(count: int) -> str:
    return "1 row is" if count == 1 else f"{count:,} rows are"
