"""The addresses of the library."""

from django.urls import path

from assets.views import boards, described, files, hints, library, shares, versions

urlpatterns = [
    path("library/", library.library, name="library"),
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
    path("library/boards/", boards.all_boards, name="boards"),
    path("library/boards/new/", boards.new, name="board-new"),
    path("library/boards/<uuid:pk>/", boards.board, name="board"),
    path("library/boards/<uuid:pk>/news/", boards.news, name="board-news"),
    path("library/boards/<uuid:pk>/edit/", boards.edit, name="board-edit"),
    path("library/boards/<uuid:pk>/link/", boards.link, name="board-link"),
    path("library/boards/<uuid:pk>/delete/", boards.delete, name="board-delete"),
    path("library/boards/<uuid:pk>/items/", boards.items, name="board-items"),
    path("library/boards/<uuid:pk>/comment/", boards.comment, name="board-comment"),
    path("library/<uuid:pk>/hints/", hints.decide, name="asset-hints"),
    path("library/<uuid:pk>/hints/part/", described.part, name="asset-hints-part"),
    path("library/<uuid:pk>/described/", described.decide, name="asset-described"),
    path("library/settings/", hints.settings, name="library-settings"),
    path("s/<slug:token>/", shares.board, name="share"),
    path("s/<slug:token>/files/<slug:key>/<slug:variant>", shares.file, name="share-file"),
    path("s/<slug:token>/<slug:key>/", shares.item, name="share-item"),
    path("s/<slug:token>/<slug:key>/say/", shares.say, name="share-say"),
    path("files/<uuid:pk>/<slug:variant>/", files.serve, name="asset-file"),
]
