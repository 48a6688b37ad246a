"""When a batch begins, how fast it works, when it stops, and who is told: as a form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from billing.models import CREDIT
from studio import batches
from studio.batches import schedule, windows
from studio.models import Batch
from studio.templatetags.zoetrope import credits
from studio.views.batch.shown import words_of

DAYS = tuple(zip(windows.DAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
HOURS = (
    ("", "Any"),
    ("nights", "Nights"),
    ("weekends", "Weekends"),
    ("own", "Own hours"),
)


def context(batch: Batch) -> dict[str, Any]:
    """What the form shows, and the same in words."""
    zone = ZoneInfo(batch.account.zone)
    window = batch.window or {}
    return {
        "hours": [(key, label, key == _hours(batch)) for key, label in HOURS],
        "days": [(key, label, key in window.get("days", windows.DAYS)) for key, label in DAYS],
        "from": window.get("from", "22:00"),
        "to": window.get("to", "06:00"),
        "at": batch.starts_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        if batch.starts_at
        else "",
        "zone": zone.key,
        "stop_credits": credits(batch.stop_units).replace(",", "") if batch.stop_units else "",
    }


def words(batch: Batch, *, shows_secret: bool) -> dict[str, str]:
    """The same in words, and what its webhooks are signed with."""
    signs = batches.secret_of(batch) if batch.webhook and shows_secret else ""
    return {"said": in_words(batch), "signs": signs}


def _hours(batch: Batch) -> str:
    if not batch.window:
        return ""
    for name, window in windows.PRESETS.items():
        told = window.as_dict()
        if all(batch.window.get(key) == told[key] for key in ("days", "from", "to")):
            return name
    return "own"


def in_words(batch: Batch) -> str:
    """One sentence, as it will be."""
    zone = ZoneInfo(batch.account.zone)
    parts = ["Begins at once"]
    if batch.starts_at:
        parts = [f"Begins {batch.starts_at.astimezone(zone):%a %d %b, %H:%M}"]
    if window := batch.window:
        days = window["days"]
        on = "every day" if len(days) == 7 else ", ".join(dict(DAYS)[day] for day in days)
        parts.append(f"works {on} from {window['from']} to {window['to']}")
    if batch.repeats:
        begun = max(batch.starts_at or timezone.now(), timezone.now())
        again = batch.next_at or schedule.next_time(batch, begun)
        parts.append(
            f"again every week, next {again.astimezone(zone):%a %d %b, %H:%M}" if again else ""
        )
    parts.append(f"{batch.at_once} at once with each provider")
    if batch.stop_failures:
        parts.append(f"stops after {batch.stop_failures} that fail")
    if batch.stop_units:
        parts.append(f"stops before {credits(batch.stop_units)} cr are spent")
    clock = f" ({zone.key} time)" if batch.starts_at or batch.window or batch.repeats else ""
    return ", ".join(parts) + clock + "."


# --- saving -------------------------------------------------------------------------------------


def save(batch: Batch, given: QueryDict) -> dict[str, str]:
    """All that is right; what is wrong by the field that it is about."""
    problems: dict[str, str] = {}
    for name, read in FIELDS.items():
        if name in given:
            _try(problems, name, partial(_option, batch, name, read, given))
    if "when" in given:
        _try(problems, "when", lambda: _schedule(batch, given))
    return problems


def _try(problems: dict[str, str], name: str, step: Callable[[], object]) -> None:
    try:
        with transaction.atomic():
            step()
    except (batches.Wrong, batches.Refused, batches.NotNow) as error:
        problems[name] = words_of(error).replace("starts_at", "The time")


def _option(batch: Batch, name: str, read: Callable[[str], Any], given: QueryDict) -> None:
    option = "stop_units" if name == "stop_credits" else name
    before = getattr(batch, option)
    try:
        batches.set_options(batch, **{option: read(given.get(name, "").strip())})
    except batches.Wrong:
        setattr(batch, option, before)
        raise


def _number(text: str) -> Any:
    plain = text.replace(",", "")
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 12 else text


THOUSANDS = re.compile(r"\d{1,3}([,.]\d{3})+")


def _credits(text: str) -> Any:
    """Units of the ledger."""
    if not text:
        return None
    if THOUSANDS.fullmatch(text):
        raise batches.Wrong(
            "stop_credits",
            f"Stop before is “{text[:40]}”, which may mean two numbers. Write thousands without a "
            "sign, as 1000.",
        )
    try:
        amount = Decimal(text.replace(",", "."))
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or not 0 < amount <= 10**9:
        raise batches.Wrong(
            "stop_credits",
            f"Stop before is “{text[:40]}”. Give a number of credits above 0, or nothing.",
        )
    return int(amount * CREDIT) or 1


def _no_title() -> str:
    raise batches.Wrong(
        "title", "The title is empty. Give the batch one, such as “Autumn catalog”."
    )


FIELDS: dict[str, Callable[[str], Any]] = {
    "title": lambda text: text or _no_title(),
    "at_once": _number,
    "stop_failures": _number,
    "stop_credits": _credits,
    "email": str,
    "webhook": str,
}


def _schedule(batch: Batch, given: QueryDict) -> None:
    hours = given.get("hours", "")
    window: Any = hours or None
    if hours == "own":
        window = {"days": given.getlist("days"), "from": given.get("from"), "to": given.get("to")}
    batches.set_schedule(
        batch,
        starts_at=_moment(batch, given) if given.get("when") == "at" else None,
        window=window,
        repeats="weekly" if "weekly" in given else "",
    )


def _moment(batch: Batch, given: QueryDict) -> datetime:
    """The clock on the wall of the account."""
    text = given.get("at", "").strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        words = f"The time is “{text[:40]}”. Choose a day and a time, such as 2026-12-24T22:00."
        raise batches.Wrong("when", words if text else "Choose the day and the time.") from None
    zone = ZoneInfo(batch.account.zone)
    if found.tzinfo:
        return found
    return windows.moment(found.date(), found.time(), zone)
