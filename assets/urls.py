"""The addresses of the library."""

from django.urls import path

from assets.views import bulk, files, library, versions

urlpatterns = [
    path("library/", library.library, name="library"),
    path("library/<uuid:pk>/", library.asset, name="asset"),
    path("library/compare/", versions.compare, name="compare"),
    path("library/bulk/", bulk.change, name="bulk"),
    path("library/bulk/<uuid:pk>/undo/", bulk.undo, name="bulk-undo"),
    path("library/<uuid:pk>/judge/", bulk.judge, name="asset-judge"),
    path("library/<uuid:pk>/accept/", versions.accept, name="asset-accept"),
    path("library/<uuid:pk>/withdraw/", versions.withdraw, name="asset-withdraw"),
    path("library/<uuid:pk>/show-version/", versions.show, name="asset-show-version"),
    path("library/<uuid:pk>/edit/", library.edit, name="asset-edit"),
    path("library/<uuid:pk>/favorite/", library.favorite, name="asset-favorite"),
    path("library/<uuid:pk>/trash/", library.trash, name="asset-trash"),
    path("library/<uuid:pk>/restore/", library.restore, name="asset-restore"),
    path("library/<uuid:pk>/purge/", library.purge, name="asset-purge"),
    path("files/<uuid:pk>/<slug:variant>/", files.serve, name="asset-file"),
]
