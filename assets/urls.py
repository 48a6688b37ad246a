"""The addresses of the library."""

from django.urls import path

from assets.views import files, finder, library, listing, searches, versions

urlpatterns = [
    path("library/", listing.library, name="library"),
    path("library/facets/", finder.facet_column, name="library-facets"),
    path("library/months/", finder.months, name="library-months"),
    path("library/suggest/", finder.suggestions, name="library-suggest"),
    path("library/search-help/", finder.search_help, name="search-help"),
    path("library/searches/", searches.searches, name="searches"),
    path("library/searches/<uuid:pk>/change/", searches.change, name="search-change"),
    path("library/searches/<uuid:pk>/delete/", searches.delete, name="search-delete"),
    path("library/<uuid:pk>/", library.asset, name="asset"),
    path("library/compare/", versions.compare, name="compare"),
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
