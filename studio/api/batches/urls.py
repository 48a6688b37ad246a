"""The addresses of batches in the API."""

from django.urls import path

from studio.api.batches import batches, kept, rows, running, taken

urlpatterns = [
    path("batches/", batches.Batches.as_view(), name="batches"),
    path("batches/notices/", kept.BatchNotices.as_view(), name="batch-notices"),
    path("batches/templates/", kept.BatchTemplates.as_view(), name="batch-templates"),
    path("batches/templates/<uuid:pk>/", kept.OneBatchTemplate.as_view(), name="batch-template"),
    path("batches/mappings/", kept.BatchMappings.as_view(), name="batch-mappings"),
    path("batches/mappings/<uuid:pk>/", kept.OneBatchMapping.as_view(), name="batch-mapping"),
    path("batches/<uuid:pk>/", batches.OneBatch.as_view(), name="batch"),
    path("batches/<uuid:pk>/check/", batches.CheckBatch.as_view(), name="batch-check"),
    path("batches/<uuid:pk>/secret/", batches.BatchSecret.as_view(), name="batch-secret"),
    path(
        "batches/<uuid:pk>/stop-repeating/",
        batches.StopRepeating.as_view(),
        name="batch-stop-repeating",
    ),
    path("batches/<uuid:pk>/rows/", rows.Rows.as_view(), name="batch-rows"),
    path("batches/<uuid:pk>/rows/<int:number>/", rows.OneRow.as_view(), name="batch-row"),
    path("batches/<uuid:pk>/skip/", rows.SkipRows.as_view(), name="batch-skip"),
    path("batches/<uuid:pk>/plan/", running.PlanBatch.as_view(), name="batch-plan"),
    path("batches/<uuid:pk>/start/", running.StartBatch.as_view(), name="batch-start"),
    path("batches/<uuid:pk>/pause/", running.PauseBatch.as_view(), name="batch-pause"),
    path("batches/<uuid:pk>/resume/", running.ResumeBatch.as_view(), name="batch-resume"),
    path("batches/<uuid:pk>/cancel/", running.CancelBatch.as_view(), name="batch-cancel"),
    path("batches/<uuid:pk>/retry/", running.RetryBatch.as_view(), name="batch-retry"),
    path(
        "batches/<uuid:pk>/change-model/",
        running.ChangeModel.as_view(),
        name="batch-change-model",
    ),
    path("batches/<uuid:pk>/results.csv", taken.BatchResults.as_view(), name="batch-results"),
    path("batches/<uuid:pk>/bad-rows.csv", taken.BatchBadRows.as_view(), name="batch-bad-rows"),
    path("batches/<uuid:pk>/correct/", taken.CorrectBatch.as_view(), name="batch-correct"),
    path("batches/<uuid:pk>/zip/", taken.BatchZip.as_view(), name="batch-zip"),
    path("batches/<uuid:pk>/seen/", kept.SeenBatch.as_view(), name="batch-seen"),
]
