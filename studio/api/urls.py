"""The addresses of the API."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from studio.api import (
    alike,
    archives,
    assets,
    audit,
    boards,
    bulk,
    clients,
    collections,
    deciding,
    finding,
    hints,
    imports,
    jobs,
    members,
    money,
    notices,
    operations,
    personas,
    provenance,
    recommend,
    saved,
    searches,
    social,
    storage,
    tags,
    uploads,
    usage,
    webhooks,
    words,
)
from studio.api.base import AlwaysFirst
from studio.api.batches.urls import urlpatterns as of_batches
from studio.api.schema import DocsView, SchemaView


class Nowhere(APIView):
    """An unknown address is refused in the shape of the API too."""

    permission_classes = [AllowAny]
    authentication_classes = []
    content_negotiation_class = AlwaysFirst
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        raise NotFound(
            "There is no such address in the API. Each ends with a slash, but for the files of a "
            "story or a batch; /api/docs/ lists them."
        )


v1: list[URLPattern | URLResolver] = [
    path("operations/", operations.Operations.as_view(), name="operations"),
    path("operations/<str:key>/", operations.OneOperation.as_view(), name="operation"),
    path("estimate/", operations.Estimate.as_view(), name="estimate"),
    path("recommend/", recommend.Recommend.as_view(), name="recommend"),
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<uuid:pk>/", jobs.OneJob.as_view(), name="job"),
    path("jobs/<uuid:pk>/cancel/", jobs.CancelJob.as_view(), name="job-cancel"),
    path("jobs/<uuid:pk>/retry/", jobs.RetryJob.as_view(), name="job-retry"),
    path("jobs/<uuid:pk>/send-again/", jobs.SendJobAgain.as_view(), name="job-send-again"),
    path("jobs/<uuid:pk>/give-up/", jobs.GiveJobUp.as_view(), name="job-give-up"),
    path("assets/", assets.Assets.as_view(), name="assets"),
    path("assets/facets/", finding.Facets.as_view(), name="asset-facets"),
    path("assets/suggest/", finding.Suggest.as_view(), name="asset-suggest"),
    path("assets/<uuid:pk>/", assets.OneAsset.as_view(), name="asset"),
    path("assets/<uuid:pk>/restore/", assets.RestoreAsset.as_view(), name="asset-restore"),
    path("assets/<uuid:pk>/favorite/", assets.FavoriteAsset.as_view(), name="asset-favorite"),
    path("assets/<uuid:pk>/recipe/", provenance.AssetRecipe.as_view(), name="asset-recipe"),
    path("assets/<uuid:pk>/file/", assets.AssetFile.as_view(), name="asset-file"),
    path("boards/", boards.Boards.as_view(), name="boards"),
    path("boards/<uuid:pk>/", boards.OneBoard.as_view(), name="board"),
    path("boards/<uuid:pk>/link/", boards.BoardLink.as_view(), name="board-link"),
    path("boards/<uuid:pk>/items/", boards.BoardItems.as_view(), name="board-items"),
    path("boards/<uuid:pk>/comments/", boards.BoardComments.as_view(), name="board-comments"),
    path("board-comments/<uuid:pk>/", boards.OneBoardComment.as_view(), name="board-comment"),
    path("assets/<uuid:pk>/alike/", alike.Alike.as_view(), name="asset-alike"),
    path("assets/<uuid:pk>/hints/", hints.Hints.as_view(), name="asset-hints"),
    path("assets/describe/", hints.Describe.as_view(), name="describe"),
    path("library/settings/", hints.LibrarySettingsView.as_view(), name="library-settings"),
    path("storage/", storage.StorageUsed.as_view(), name="storage"),
    path("uploads/", uploads.Uploads.as_view(), name="part-uploads"),
    path("uploads/<uuid:pk>/", uploads.OneUpload.as_view(), name="part-upload"),
    path("uploads/<uuid:pk>/parts/<int:number>/", uploads.UploadPart.as_view(), name="part"),
    path("uploads/<uuid:pk>/complete/", uploads.CompleteUpload.as_view(), name="part-complete"),
    path("bulk/", bulk.Bulk.as_view(), name="all-bulk"),
    path("bulk/<uuid:pk>/", bulk.OneBulk.as_view(), name="bulk"),
    path("bulk/<uuid:pk>/undo/", bulk.UndoBulk.as_view(), name="bulk-undo"),
    path("collections/", collections.Collections.as_view(), name="collections"),
    path("collections/<uuid:pk>/", collections.OneCollection.as_view(), name="collection"),
    path(
        "collections/<uuid:pk>/order/",
        collections.CollectionOrder.as_view(),
        name="collection-order",
    ),
    path("money/", money.Money.as_view(), name="money"),
    path("usage/days/", usage.UsageDays.as_view(), name="usage-days"),
    path("holds/", usage.Holds.as_view(), name="holds"),
    path("ledger/", usage.Ledger.as_view(), name="ledger"),
    path("budgets/", deciding.Budgets.as_view(), name="budgets"),
    path("budgets/<int:pk>/", deciding.OneBudget.as_view(), name="budget"),
    path("plan/", deciding.ThePlan.as_view(), name="plan"),
    path("plan/preview/", deciding.PlanPreview.as_view(), name="plan-preview"),
    path("clients/", clients.Clients.as_view(), name="clients"),
    path("clients/<uuid:pk>/", clients.OneClient.as_view(), name="client"),
    path("webhooks/", webhooks.Webhooks.as_view(), name="webhooks"),
    path("webhooks/events/", webhooks.WebhookEvents.as_view(), name="webhook-events"),
    path("webhooks/<uuid:pk>/", webhooks.OneWebhook.as_view(), name="webhook"),
    path("webhooks/<uuid:pk>/secret/", webhooks.WebhookSecret.as_view(), name="webhook-secret"),
    path("webhooks/<uuid:pk>/test/", webhooks.TestWebhook.as_view(), name="webhook-test"),
    path("webhooks/<uuid:pk>/replay/", webhooks.ReplayFailed.as_view(), name="webhook-replay"),
    path("webhooks/<uuid:pk>/deliveries/", webhooks.Deliveries.as_view(), name="deliveries"),
    path("deliveries/<uuid:pk>/", webhooks.OneDelivery.as_view(), name="delivery"),
    path("deliveries/<uuid:pk>/replay/", webhooks.Replay.as_view(), name="delivery-replay"),
    path("notices/", notices.Notices.as_view(), name="notices"),
    path("notices/seen/", notices.SeenNotices.as_view(), name="notices-seen"),
    path("members/", members.Members.as_view(), name="members"),
    path("members/<int:pk>/", members.OneMember.as_view(), name="member"),
    path("invitations/", members.Invitations.as_view(), name="invitations"),
    path("invitations/<uuid:pk>/", members.OneInvitation.as_view(), name="invitation"),
    path("audit/", audit.Audit.as_view(), name="audit"),
    path("tags/", tags.Tags.as_view(), name="tags"),
    path("tags/<int:pk>/", tags.OneTag.as_view(), name="tag"),
    path("archives/", archives.Archives.as_view(), name="archives"),
    path("archives/<uuid:pk>/", archives.OneArchive.as_view(), name="archive"),
    path("archives/<uuid:pk>/file/", archives.ArchiveFile.as_view(), name="archive-file"),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/<uuid:pk>/", imports.OneImport.as_view(), name="import"),
    path("searches/", searches.Searches.as_view(), name="searches"),
    path("searches/<uuid:pk>/", searches.OneSearch.as_view(), name="search"),
    path("settings/", saved.Settings.as_view(), name="all-settings"),
    path("settings/<uuid:pk>/", saved.OneSettings.as_view(), name="saved-settings"),
    path("templates/", words.Templates.as_view(), name="templates"),
    path("social/platforms/", social.SocialPlatforms.as_view(), name="social-platforms"),
    path(
        "social/platforms/<str:key>/formats/",
        social.SocialPlatformFormats.as_view(),
        name="social-platform-formats",
    ),
    path("social/formats/", social.SocialFormats.as_view(), name="social-formats"),
    path("styles/", words.Styles.as_view(), name="styles"),
    path("prompts/enhance/", words.Enhance.as_view(), name="enhance"),
    path("personas/", personas.Personas.as_view(), name="personas"),
    path("personas/<uuid:pk>/", personas.OnePersona.as_view(), name="persona"),
    *of_batches,
    path("", include("studio.api.story.urls")),
]
urlpatterns = [
    path("v1/", include((v1, "api"), namespace="api")),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    re_path("", Nowhere.as_view()),
]
