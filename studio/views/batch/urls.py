"""The addresses of batches."""

from django.urls import path

from studio.views.batch import after, chain, draft, listing, running, sheet, source

urlpatterns = [
    path("", listing.index, name="batches"),
    path("new/", source.new, name="batch-new"),
    path("steps/", chain.shape, name="batch-steps"),
    path("<uuid:pk>/", draft.page, name="batch"),
    path("<uuid:pk>/seen/", listing.seen, name="batch-seen"),
    path("<uuid:pk>/delete/", draft.discard, name="batch-delete"),
    path("<uuid:pk>/do/", draft.do, name="batch-do"),
    path("<uuid:pk>/mapping/", draft.mapping, name="batch-mapping"),
    path("<uuid:pk>/plan/", draft.plan, name="batch-plan"),
    path("<uuid:pk>/options/", draft.options, name="batch-options"),
    path("<uuid:pk>/start/", draft.start, name="batch-start"),
    path("<uuid:pk>/check/", sheet.check, name="batch-check"),
    path("<uuid:pk>/sheet/", sheet.show, name="batch-sheet"),
    path("<uuid:pk>/cells/", sheet.cells, name="batch-cells"),
    path("<uuid:pk>/rows/", sheet.rows, name="batch-rows"),
    path("<uuid:pk>/bad.csv", sheet.bad, name="batch-bad"),
    path("<uuid:pk>/correct/", after.correct, name="batch-correct"),
    path("<uuid:pk>/live/", running.live, name="batch-live"),
    path("<uuid:pk>/rest/", running.rest, name="batch-rest"),
    path("<uuid:pk>/again/", running.again, name="batch-again"),
    path("<uuid:pk>/<slug:how>/", running.change, name="batch-change"),
    path("<uuid:pk>/results.csv", after.results_csv, name="batch-results"),
    path("<uuid:pk>/keep/<slug:how>/", after.keep, name="batch-keep"),
]
