"""The shapes of answers. Amounts of money are in units: 1 credit is 1,000,000 units."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets import services
from assets.models import Asset, AssetKind
from assets.models import Status as AssetStatus
from billing.models import CREDIT, Account
from studio import catalogue
from studio.api.money_shapes import LimitSerializer
from studio.spec import Offer

ASSET_EXAMPLE_ID = "01990c1f-7d3a-7000-8000-5b2f6a1c9e10"


def related(account: Account) -> tuple[str | Prefetch[str], ...]:
    """What AssetSerializer reads beside the row; of parents only the ids of those in sight."""
    return "tags", Prefetch("parents", Asset.objects.for_account(account).only("pk", "account"))


class ProblemSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="The field, or empty for the request as a whole")
    value = serializers.CharField(allow_null=True, help_text="What was sent, shortened")
    message = serializers.CharField(help_text="What is wrong, the limit, and the way out")
    start = serializers.IntegerField(required=False, help_text="Of a search: where, in letters")
    end = serializers.IntegerField(required=False, help_text="Of a search: where that ends")


class ErrorSerializer(serializers.Serializer[Any]):
    """Every refusal has this shape."""

    message = serializers.CharField(help_text="The whole in words, for people")
    errors = ProblemSerializer(many=True)  # type: ignore[assignment]


class AmountSerializer(serializers.Serializer[Any]):
    amount = serializers.IntegerField(help_text="Units; 1,000,000 are one credit")
    credits = serializers.FloatField()
    words = serializers.CharField(help_text="The rule, to check it by")


class OfferSerializer(serializers.Serializer[Any]):
    """Who can do an operation, and exactly what `params` they take."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    summary = serializers.CharField()
    cannot = serializers.CharField(help_text="What it cannot do")
    provider = serializers.CharField()
    local = serializers.BooleanField(help_text="Done on this computer; nothing leaves it")
    off = serializers.CharField(
        help_text="Why the operator switched it off: nobody can order it now. Empty when it is on"
    )
    price = AmountSerializer(help_text="For the defaults; ask `estimate` for anything else")
    params = serializers.DictField(help_text="JSON Schema (2020-12) of `params`")


class FitsSerializer(serializers.Serializer[Any]):
    offer = serializers.CharField()
    params = serializers.DictField(
        child=serializers.UUIDField(), help_text="The places of the files"
    )


class OperationSerializer(serializers.Serializer[Any]):
    """Something that can be asked, and the offers that can do it now, the default one first."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    module = serializers.CharField()
    summary = serializers.CharField()
    verb = serializers.CharField()
    makes = serializers.ChoiceField(AssetKind.choices)
    offers = OfferSerializer(many=True)
    fits = FitsSerializer(required=False, help_text="Only where `assets` were asked for")


class OperationsSerializer(serializers.Serializer[Any]):
    results = OperationSerializer(many=True)


class EstimateSerializer(AmountSerializer):
    """What a job would cost: the figure that creating it would hold."""

    operation = serializers.CharField()
    offer = serializers.CharField()
    held = serializers.IntegerField(
        help_text="Units that would be held; more than the amount where another model may do it"
    )
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What would be changed in the request"
    )
    likely = serializers.IntegerField(help_text="Units that it is likely to cost")
    available = serializers.IntegerField(help_text="Units that may be spent now")
    balance_after = serializers.IntegerField(help_text="Negative when it is not enough")
    enough = serializers.BooleanField(help_text="Whether there are credits enough")
    allowed = serializers.BooleanField(help_text="Whether creating it would be accepted now")
    refusal = serializers.CharField(
        help_text="Why not: the limit, what is used of it, when it starts again, who can raise it"
    )
    warnings = serializers.ListField(
        child=serializers.CharField(), help_text="Budgets that only warn"
    )
    limits = LimitSerializer(many=True)
    tightest = LimitSerializer(
        allow_null=True, help_text="The limit of which the smallest share would be left"
    )


class FilesSerializer(serializers.Serializer[Any]):
    """Addresses of the files; they need the same key. Null where there is no such picture."""

    original = serializers.URLField()
    thumbnail = serializers.URLField(allow_null=True)
    poster = serializers.URLField(allow_null=True)
    download = serializers.URLField(help_text="The original as a download under its name")


class AssetSerializer(serializers.ModelSerializer[Asset]):
    """A file of the library. Sizes in pixels, `duration` in seconds, `size` in bytes."""

    kind = serializers.ChoiceField(AssetKind.choices)
    status = serializers.ChoiceField(AssetStatus.choices)
    job = serializers.SerializerMethodField(help_text="The job that made it")
    parents = serializers.PrimaryKeyRelatedField[Asset](many=True, read_only=True)
    tags = serializers.SlugRelatedField[Any](many=True, read_only=True, slug_field="name")
    files = serializers.SerializerMethodField()

    flag = serializers.ChoiceField(["pick", "reject", ""], read_only=True)
    focus = serializers.ListField(
        child=serializers.FloatField(),
        read_only=True,
        allow_null=True,
        help_text="What stays in view where it is cut: from the left and from the top, 0 to 1; "
        "null where each cut finds its own",
    )

    class Meta:
        model = Asset
        fields = [
            "id",
            "client",
            "kind",
            "status",
            "title",
            "alt",
            "tags",
            "favorite",
            "rating",
            "flag",
            "filename",
            "mime",
            "size",
            "sha256",
            "width",
            "height",
            "duration",
            "fps",
            "has_audio",
            "has_alpha",
            "animated",
            "color",
            "focus",
            "opens",
            "downloads",
            "shares",
            "module",
            "job",
            "recipe",
            "parents",
            "version_of",
            "version",
            "stacked",
            "created",
            "updated",
            "trashed",
            "files",
        ]
        read_only_fields = fields

    def get_job(self, asset: Asset) -> UUID | None:
        source, _, pk = asset.origin.partition(":")
        return UUID(pk) if source == "job" else None

    @extend_schema_field(FilesSerializer)
    def get_files(self, asset: Asset) -> dict[str, str | None]:
        address = self.context["request"].build_absolute_uri(
            reverse("api:asset-file", args=[asset.pk])
        )
        return {
            "original": address,
            "thumbnail": f"{address}?variant=thumbnail" if asset.thumbnail else None,
            "poster": f"{address}?variant=poster" if asset.poster else None,
            "download": f"{address}?download=1",
        }


class TwinSerializer(serializers.Serializer[Any]):
    """What an upload equals that was in the library before. Both are kept."""

    asset = serializers.UUIDField()
    exact = serializers.BooleanField(help_text="The same bytes; else it only looks the same")
    message = serializers.CharField(help_text="For people")


class UploadedSerializer(AssetSerializer):
    """A new asset, and what it equals."""

    twin = serializers.SerializerMethodField(help_text="What it equals, or null")

    class Meta(AssetSerializer.Meta):
        fields = [*AssetSerializer.Meta.fields, "twin"]
        read_only_fields = fields

    @extend_schema_field(TwinSerializer(allow_null=True))
    def get_twin(self, asset: Asset) -> dict[str, Any] | None:
        twin = services.twin_of(asset)
        if twin is None:
            return None
        message = f"“{asset.title}” {twin.words}, which was in the library before."
        return {"asset": str(twin.asset.pk), "exact": twin.exact, "message": message}


class AssetPageSerializer(serializers.Serializer[Any]):
    results = AssetSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


def offer_data(offer: Offer, price: Any, schema: dict[str, Any]) -> dict[str, Any]:
    provider = catalogue.provider_of(offer)
    return {
        "key": offer.key,
        "label": offer.label,
        "summary": offer.summary,
        "cannot": offer.cannot,
        "provider": provider.label,
        "local": provider.local,
        "off": catalogue.off().get(offer.key, ""),
        "price": amount_data(price),
        "params": schema,
    }


def amount_data(price: Any) -> dict[str, Any]:
    return {"amount": price.amount, "credits": price.amount / CREDIT, "words": price.words}
