"""What the API tells of batches. Amounts of money are in units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from billing.models import CREDIT
from studio import batches
from studio.api.batches.wishes import WINDOW
from studio.batches import step_problems
from studio.batches.results import BAD, word_of
from studio.batches.sums import Money, counts_of, money_of
from studio.models import LIVE, Batch, BatchRow, BatchState, RowState

# The states of rows: one that is open either waits or is at work.
COUNTED = (*(s.value for s in RowState if s != RowState.OPEN), "waiting", "running")
BEGUN = tuple(s for s in BatchState if s != BatchState.DRAFT)
OPEN = (BatchState.SCHEDULED, BatchState.RUNNING, BatchState.PAUSED, BatchState.STOPPED)
# What can be asked of it in which state, by the name of its address.
WHILE: dict[str, tuple[BatchState, ...]] = {
    "plan": (BatchState.DRAFT,),
    "start": (BatchState.DRAFT,),
    "pause": (BatchState.RUNNING,),
    "resume": (BatchState.PAUSED, BatchState.STOPPED, BatchState.SCHEDULED),
    "cancel": OPEN,
    "retry": tuple(s for s in BEGUN if s != BatchState.SCHEDULED),
}


class StepSerializer(serializers.Serializer[Any]):
    operation = serializers.CharField()
    offer = serializers.CharField()
    params = serializers.DictField()
    takes = serializers.CharField(
        required=False, help_text="The param that the result of the step before becomes"
    )


class StepProblemSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField(help_text="Its number; 1 is the first")
    param = serializers.CharField(help_text="Empty where it is about the step as a whole")
    message = serializers.CharField()


class RowCountsSerializer(serializers.Serializer[Any]):
    """How many rows there are, and of each state."""

    total = serializers.IntegerField()
    new = serializers.IntegerField(help_text="Not checked yet")
    ready = serializers.IntegerField()
    coming = serializers.IntegerField(help_text="They name files that are being fetched")
    wrong = serializers.IntegerField()
    skipped = serializers.IntegerField()
    waiting = serializers.IntegerField()
    running = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    canceled = serializers.IntegerField()


class MoneySerializer(serializers.Serializer[Any]):
    """Units; 1,000,000 are one credit."""

    spent = serializers.IntegerField()
    held = serializers.IntegerField(help_text="For what is not done yet")
    returned = serializers.IntegerField(help_text="What came back of what was held")


class EtaSerializer(serializers.Serializer[Any]):
    """Seconds until the end, reckoned from its own rows that are done."""

    usual = serializers.FloatField()
    slow = serializers.FloatField(help_text="If each takes as long as the slowest tenth")


class BatchLinksSerializer(serializers.Serializer[Any]):
    """Null is what is not possible in the state that it is in."""

    self = serializers.URLField()
    rows = serializers.URLField()
    plan = serializers.URLField(allow_null=True)
    start = serializers.URLField(allow_null=True)
    pause = serializers.URLField(allow_null=True)
    resume = serializers.URLField(allow_null=True)
    cancel = serializers.URLField(allow_null=True)
    retry = serializers.URLField(allow_null=True)
    stop_repeating = serializers.URLField(allow_null=True)
    correct = serializers.URLField(allow_null=True)
    jobs = serializers.URLField(help_text="All of its jobs")
    results = serializers.URLField()
    bad_rows = serializers.URLField()


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """Many jobs from one table. `columns` are those of the table, `mapping` says which param each
    of them is, `steps` what is done with each row."""

    state = serializers.ChoiceField(BatchState.choices)
    words = serializers.CharField(help_text="Why it is not running, where somebody should know")
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="How the table was understood"
    )
    columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(child=serializers.CharField())
    steps = StepSerializer(many=True)
    rows = serializers.SerializerMethodField()
    money = serializers.SerializerMethodField()
    window = serializers.SerializerMethodField()
    repeats = serializers.ChoiceField(["", "weekly"])
    email = serializers.CharField(help_text="Empty: nobody is told by mail")
    webhook = serializers.CharField(help_text="Empty: no address is told")
    opens = serializers.DateTimeField(allow_null=True, help_text="When its window opens")
    closes = serializers.DateTimeField(allow_null=True, help_text="When its window closes")
    next_at = serializers.DateTimeField(allow_null=True, help_text="When the same begins again")
    links = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = [
            *("id", "client", "title", "state", "words", "rows", "money", "columns", "mapping"),
            *("steps", "notes", "source_name", "starts_at", "window", "zone", "opens", "closes"),
            *("repeats", "next_at", "repeat_of", "at_once", "stop_failures", "stop_units"),
            *("failures", "email", "webhook", "created", "started", "ended", "links"),
        ]
        read_only_fields = fields

    @extend_schema_field(RowCountsSerializer)
    def get_rows(self, batch: Batch) -> dict[str, int]:
        counted = self.context["counts"][batch.pk]
        return {"total": sum(counted.values()), **{name: counted[name] for name in COUNTED}}

    @extend_schema_field(MoneySerializer)
    def get_money(self, batch: Batch) -> dict[str, int]:
        money: Money = self.context["money"][batch.pk]
        return asdict(money)

    @extend_schema_field(WINDOW)
    def get_window(self, batch: Batch) -> Any:
        return batch.window

    @extend_schema_field(BatchLinksSerializer)
    def get_links(self, batch: Batch) -> dict[str, str | None]:
        def link(name: str) -> str:
            address = reverse(f"api:{name}", args=[batch.pk])
            return str(self.context["request"].build_absolute_uri(address))

        always = {"self": "batch", "rows": "batch-rows"}
        files = {"results": "batch-results", "bad_rows": "batch-bad-rows"}
        may: dict[str, str | None] = {
            name: link(f"batch-{name}") if batch.state in states else None
            for name, states in WHILE.items()
        }
        counted = self.context["counts"][batch.pk]
        bad = batch.state in BEGUN and any(counted[state] for state in BAD)
        may["stop_repeating"] = link("batch-stop-repeating") if batch.repeats else None
        may["correct"] = link("batch-correct") if bad else None
        jobs = self.context["request"].build_absolute_uri(reverse("api:jobs"))
        told = {n: link(to) for n, to in {**always, **files}.items()} | may
        return told | {"jobs": f"{jobs}?batch={batch.pk}"}


class WebhookSaidSerializer(serializers.Serializer[Any]):
    """What became of the last call."""

    state = serializers.ChoiceField([state.value for state in batches.HookState])
    kind = serializers.CharField(help_text="What it tells of: done, stopped …")
    address = serializers.CharField()
    status = serializers.IntegerField(allow_null=True, help_text="What was answered, if anything")
    error = serializers.CharField(help_text="Why it was not taken; empty when it was")
    tries = serializers.IntegerField()
    most_tries = serializers.IntegerField()
    tried = serializers.DateTimeField(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried again")


class OneBatchSerializer(BatchSerializer):
    """With what takes longer to find out."""

    eta = serializers.SerializerMethodField(
        help_text="Null until some rows are done, and at the end"
    )
    targets = serializers.SerializerMethodField(
        help_text="What a column may be: the names that a mapping takes, and what they mean"
    )

    webhook_said = serializers.SerializerMethodField(
        help_text="What became of the last call of its webhook; null where there was none to make"
    )
    step_problems = serializers.SerializerMethodField(
        help_text="What is wrong with the steps of a draft themselves; no row is checked before"
    )

    class Meta(BatchSerializer.Meta):
        fields = [*BatchSerializer.Meta.fields, "eta", "targets", "step_problems", "webhook_said"]
        read_only_fields = fields

    @extend_schema_field({"oneOf": [{"$ref": "#/components/schemas/Eta"}, {"type": "null"}]})
    def get_eta(self, batch: Batch) -> dict[str, float] | None:
        found = batches.eta(batch) if batch.state in BEGUN and batch.ended is None else None
        return asdict(found) if found else None

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_targets(self, batch: Batch) -> dict[str, str]:
        if batch.state != BatchState.DRAFT:
            return {}
        try:
            return {target.name: target.label for target in batches.targets(batch)}
        except batches.Wrong:  # its model is not offered any more; the plan says so
            return {}

    @extend_schema_field(
        {"oneOf": [{"$ref": "#/components/schemas/WebhookSaid"}, {"type": "null"}]}
    )
    def get_webhook_said(self, batch: Batch) -> dict[str, Any] | None:
        found = batches.hook_said(batch)
        return dict(WebhookSaidSerializer(found).data) if found else None

    @extend_schema_field(StepProblemSerializer(many=True))
    def get_step_problems(self, batch: Batch) -> list[dict[str, Any]]:
        try:
            found = step_problems.of_batch(batch) if batch.state == BatchState.DRAFT else []
        except batches.Wrong:  # the same
            found = []
        return [{"step": p.step.number, "param": p.name, "message": p.message} for p in found]


class BatchPageSerializer(serializers.Serializer[Any]):
    results = BatchSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class CellProblemSerializer(serializers.Serializer[Any]):
    column = serializers.CharField(help_text="Empty where it is about the row as a whole")
    message = serializers.CharField()


class RowSerializer(serializers.ModelSerializer[BatchRow]):
    """A row: its cells as they were given, what is wrong with them, and what came of it."""

    state = serializers.SerializerMethodField()
    line = serializers.IntegerField(
        allow_null=True, help_text="In the file; null for one that was added"
    )
    cells = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What is changed in what was asked for"
    )
    quote = serializers.IntegerField(help_text="What it is to cost")
    most = serializers.IntegerField(help_text="What is held for it")
    duplicate_of = serializers.UUIDField(
        source="duplicate_of_id",
        allow_null=True,
        help_text="A job that made the same already; its result is in the library",
    )
    jobs = serializers.SerializerMethodField(help_text="In their order; the newest try of each")
    assets = serializers.SerializerMethodField(help_text="The results of its last step")

    class Meta:
        model = BatchRow
        fields = [
            *("number", "line", "state", "cells", "title", "offer", "problems", "notes"),
            *("quote", "most", "duplicate_of", "jobs", "assets", "cost", "error", "ended"),
        ]
        read_only_fields = fields

    @extend_schema_field({"type": "string", "enum": list(COUNTED)})
    def get_state(self, row: BatchRow) -> str:
        jobs = self.context["jobs"][row.pk]
        return word_of(row, any(job.state in LIVE and not job.waits for job in jobs))

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_cells(self, row: BatchRow) -> dict[str, str]:
        columns: list[str] = self.context["columns"]
        return dict(zip(columns, [*row.cells, *[""] * len(columns)], strict=False))

    @extend_schema_field(CellProblemSerializer(many=True))
    def get_problems(self, row: BatchRow) -> list[dict[str, str]]:
        return [{"column": p["column"], "message": p["message"]} for p in row.problems]

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_jobs(self, row: BatchRow) -> list[UUID]:
        return [job.pk for job in self.context["jobs"][row.pk]]

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_assets(self, row: BatchRow) -> list[str]:
        mine = self.context["jobs"][row.pk] if row.state == RowState.DONE else []
        end = max((job.step for job in mine), default=0)
        return [pk for job in mine if job.step == end for pk in job.outputs]


class RowPageSerializer(serializers.Serializer[Any]):
    results = RowSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class AddedSerializer(serializers.Serializer[Any]):
    rows = serializers.ListField(child=serializers.IntegerField(), help_text="Their numbers")


class SkippedSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField(help_text="How many")


class ShareSerializer(serializers.Serializer[Any]):
    """What one model does of it."""

    offer = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    provider = serializers.CharField()
    jobs = serializers.IntegerField()
    amount = serializers.IntegerField()
    most = serializers.IntegerField()
    own = serializers.BooleanField(help_text="A key of the account pays there")


class _PricedSerializer(serializers.Serializer[Any]):
    amount = serializers.IntegerField(help_text="Units; 1,000,000 are one credit")
    credits = serializers.FloatField()
    most = serializers.IntegerField(help_text="Units that are held at the start")
    models = ShareSerializer(many=True)
    available = serializers.IntegerField(help_text="Units that may be spent now")
    blocked = serializers.CharField(help_text="Why it cannot begin as it is; empty when it can")
    agreed = serializers.CharField(
        help_text="Send it back with the start, and nothing is begun at other terms"
    )


class BatchPlanSerializer(_PricedSerializer):
    """What it would cost, before anything is held."""

    ready = serializers.IntegerField()
    wrong = serializers.IntegerField()
    coming = serializers.IntegerField()
    unchecked = serializers.IntegerField()
    skipped = serializers.IntegerField()
    jobs = serializers.IntegerField()
    duplicates = serializers.IntegerField(
        help_text="Rows of which the library has the result already"
    )
    repeated = serializers.IntegerField(help_text="Rows that are the same as an earlier one")
    balance_after = serializers.IntegerField(help_text="Negative when it is not enough")


class RefusedRowSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    message = serializers.CharField()


class RetryPlanSerializer(_PricedSerializer):
    """What trying again costs (or would), and the rows that it cannot be done for."""

    rows = serializers.IntegerField()
    anew = serializers.IntegerField(
        help_text="Rows of which a step that was done is done and paid again: its result is gone"
    )
    refused = RefusedRowSerializer(many=True)


class BatchSecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="Shown this once; the one before it is void")


# --- filling them -------------------------------------------------------------------------------


def batches_data(found: Sequence[Batch], request: Request) -> list[dict[str, Any]]:
    context = _context(found, request)
    return list(BatchSerializer(found, many=True, context=context).data)


def batch_data(batch: Batch, request: Request) -> dict[str, Any]:
    return dict(OneBatchSerializer(batch, context=_context([batch], request)).data)


def _context(found: Sequence[Batch], request: Request) -> dict[str, Any]:
    return {"counts": counts_of(found), "money": money_of(found), "request": request}


def plan_data(plan: batches.Plan) -> dict[str, Any]:
    return _priced(asdict(plan)) | {"balance_after": plan.after}


def retry_data(told: batches.Retry) -> dict[str, Any]:
    refused = [{"row": number, "message": words} for number, words in told.refused.items()]
    return _priced(asdict(told)) | {"refused": refused}


def _priced(told: dict[str, Any]) -> dict[str, Any]:
    more = {"credits": told["amount"] / CREDIT, "agreed": told["shown"]}
    return {name: value for name, value in told.items() if name not in ("shown", "after")} | more
