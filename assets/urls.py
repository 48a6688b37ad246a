"""The addresses of the library."""

from django.urls import path

from assets.views import archives, bulk, collections, cull, files, library, tags, trash, versions

urlpatterns = [
    path("library/", library.library, name="library"),
    path("library/<uuid:pk>/", library.asset, name="asset"),
    path("library/compare/", versions.compare, name="compare"),
    path("library/bulk/", bulk.change, name="bulk"),
    path("library/bulk/<uuid:pk>/undo/", bulk.undo, name="bulk-undo"),
    path("library/cull/", cull.cull, name="cull"),
    path("library/collections/", collections.index, name="collections"),
    path("library/collections/<uuid:pk>/", collections.change, name="collection-change"),
    path("library/collections/<uuid:pk>/delete/", collections.delete, name="collection-delete"),
    path("library/archives/", archives.index, name="archives"),
    path("library/archives/<uuid:pk>/", archives.fetch, name="archive"),
    path("library/archives/<uuid:pk>/delete/", archives.delete, name="archive-delete"),
    path("library/tags/", tags.index, name="tags"),
    path("library/tags/<int:pk>/", tags.rename, name="tag-rename"),
    path("library/tags/<int:pk>/delete/", tags.delete, name="tag-delete"),
    path("library/trash/empty/", trash.empty, name="trash-empty"),
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
