"""The shapes of answers about jobs. Amounts of money are in units, as in serializers.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.models import Asset
from billing.models import Account, Kind
from studio import told
from studio.api.serializers import AssetSerializer, related
from studio.models import Job, State


class PriceSerializer(serializers.Serializer[Any]):
    estimate = serializers.IntegerField(help_text="Units that it costs when it succeeds")
    held = serializers.IntegerField(help_text="Units held when it was accepted")
    charged = serializers.IntegerField(allow_null=True, help_text="Null until it has succeeded")
    words = serializers.CharField()


class JobErrorSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="Its consequence, such as `input` or `refused`")
    message = serializers.CharField()
    detail = serializers.CharField(help_text="More for those who look deeper; may be empty")


class JobLinksSerializer(serializers.Serializer[Any]):
    """Where to go on. What can be done is null where it is not possible."""

    self = serializers.URLField()
    page = serializers.URLField(help_text="For people")
    cancel = serializers.URLField(allow_null=True)
    retry = serializers.URLField(allow_null=True)
    send_again = serializers.URLField(allow_null=True, help_text="For work of unknown outcome")
    give_up = serializers.URLField(
        allow_null=True, help_text="For work of unknown outcome, and work in review"
    )


class JobSerializer(serializers.ModelSerializer[Job]):
    """A piece of work. It is over when `state` is succeeded, failed or canceled."""

    state = serializers.ChoiceField(State.choices)
    state_label = serializers.CharField(source="get_state_display")
    stage = serializers.SerializerMethodField(
        help_text="What it is at, in a few words; may be empty"
    )
    provider = serializers.CharField(help_text="Who does it: the key of the provider")
    run = serializers.UUIDField(
        allow_null=True, help_text="Shared by all jobs of one request for several"
    )
    varied = serializers.SerializerMethodField(
        help_text="What sets it apart from the others of a grid, by name"
    )
    own_key = serializers.SerializerMethodField(help_text="Whether the account's own key pays")
    provider_cost = serializers.IntegerField(
        allow_null=True, help_text="Units that the provider says it took; null when not known"
    )
    attempts = serializers.IntegerField(help_text="How often it was started")
    progress = serializers.FloatField(allow_null=True, help_text="0 to 1; null when not known")
    queued_at = serializers.DateTimeField(source="created")
    started_at = serializers.DateTimeField(source="started", allow_null=True)
    finished_at = serializers.DateTimeField(source="finished", allow_null=True)
    waited_seconds = serializers.SerializerMethodField(help_text="In the queue")
    ran_seconds = serializers.SerializerMethodField(help_text="Since its start")
    params = serializers.DictField(help_text="All params, with the defaults filled in")
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What was changed in the request"
    )
    price = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    outputs = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "id",
            "client",
            "title",
            "module",
            "operation",
            "offer",
            "provider",
            "run",
            "varied",
            "own_key",
            "state",
            "state_label",
            "stage",
            "progress",
            "cancel_requested",
            "attempts",
            "queued_at",
            "started_at",
            "finished_at",
            "waited_seconds",
            "ran_seconds",
            "params",
            "notes",
            "price",
            "provider_cost",
            "error",
            "outputs",
            "retry_of",
            "links",
        ]
        read_only_fields = fields

    def get_waited_seconds(self, job: Job) -> float:
        return round(max(0.0, job.waited.total_seconds()), 3)

    def get_ran_seconds(self, job: Job) -> float | None:
        return None if job.ran is None else round(max(0.0, job.ran.total_seconds()), 3)

    def get_stage(self, job: Job) -> str:
        return told.redacted(job.stage)

    def get_varied(self, job: Job) -> dict[str, Any]:
        return dict(job.varied)

    def get_own_key(self, job: Job) -> bool:
        return job.own_key_id is not None

    @extend_schema_field(PriceSerializer)
    def get_price(self, job: Job) -> dict[str, Any]:
        charged = self.context["charges"].get(job.origin)
        held = max(job.most, job.quote)
        words = job.price_words
        return {"estimate": job.quote, "held": held, "charged": charged, "words": words}

    @extend_schema_field(JobErrorSerializer(allow_null=True))
    def get_error(self, job: Job) -> dict[str, str] | None:
        if not job.error:
            return None
        message, detail = told.redacted(job.error), told.redacted(job.error_detail)
        return {"kind": job.error_kind, "message": message, "detail": detail}

    @extend_schema_field(AssetSerializer(many=True))
    def get_outputs(self, job: Job) -> list[dict[str, Any]]:
        made = self.context["outputs"].get(job.origin, [])
        return [self._of_asset.to_representation(asset) for asset in made]

    @cached_property
    def _of_asset(self) -> AssetSerializer:
        """One for all jobs: building its fields takes longer than using them."""
        return AssetSerializer(context=self.context)

    @extend_schema_field(JobLinksSerializer)
    def get_links(self, job: Job) -> dict[str, str | None]:
        def address(name: str, when: bool = True) -> str | None:
            path = reverse(name, args=[job.pk])
            return self.context["request"].build_absolute_uri(path) if when else None

        return {
            "self": address("api:job"),
            "page": address("job"),
            "cancel": address("api:job-cancel", told.can_cancel(job)),
            "retry": address("api:job-retry", told.can_retry(job)),
            "send_again": address("api:job-send-again", told.can_send_again(job)),
            "give_up": address("api:job-give-up", told.can_give_up(job)),
        }


class JobPageSerializer(serializers.Serializer[Any]):
    results = JobSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


def with_money_and_outputs(account: Account, jobs: Iterable[Job]) -> dict[str, Any]:
    """What JobSerializer needs beside the rows, in two queries for any number of jobs."""
    origins = [job.origin for job in jobs]
    charges = account.entries.filter(reference__in=origins, kind=Kind.CHARGE)
    made: dict[str, list[Asset]] = defaultdict(list)
    found = Asset.objects.for_account(account).live().filter(origin__in=origins)
    for asset in found.order_by("slot").prefetch_related(*related(account)):
        made[asset.origin].append(asset)
    return {"charges": dict(charges.values_list("reference", "amount")), "outputs": made}
