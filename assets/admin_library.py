"""What people order the library by, for the operator: to look at, with what helps in a hurry. The
secrets of boards (link, password, keys of their items) are nowhere in here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest

from assets.media import filesize
from assets.models import (
    Archive,
    Board,
    BoardItem,
    BulkChange,
    Collection,
    PartUpload,
    SavedSearch,
)
from assets.services import boards
from billing.admin import ReadOnly


class Counted(ReadOnly):
    """Read only, with how many `counted` things hang on each row, in one question for a page."""

    counted = ""
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request)
        return found.annotate(_number=Count(self.counted)) if self.counted else found

    @admin.display(description="files", ordering="_number")
    def number(self, row: Any) -> int:
        return int(row._number)


class BoardItems(admin.TabularInline):  # type: ignore[type-arg]
    model = BoardItem
    fields = ("place", "asset")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[BoardItem]:
        return super().get_queryset(request).select_related("asset", "board")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Board)
class BoardAdmin(Counted):
    counted = "items"
    list_display = (
        "title",
        "account",
        "user",
        "number",
        "open",
        "has_password",
        "downloads",
        "visits",
        "visited",
        "expires",
        "created",
    )
    list_filter = ("downloads", "prompts", "metadata", ("revoked", admin.EmptyFieldListFilter))
    list_select_related = ("account", "user")
    search_fields = ("=id", "title", "note", "account__name", "user__username")
    date_hierarchy = "created"
    exclude = ("salt", "digest", "password")
    readonly_fields = ("id", "has_password")
    inlines = (BoardItems,)
    actions = ("close_links",)

    @admin.display(boolean=True, description="open")
    def open(self, board: Board) -> bool:
        return board.is_open

    @admin.display(boolean=True, description="password")
    def has_password(self, board: Board) -> bool:
        return bool(board.password)

    def has_close_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("assets.change_board"))

    @admin.action(description="Close the links", permissions=["close"])
    def close_links(self, request: HttpRequest, queryset: QuerySet[Board]) -> None:
        for board in queryset:
            boards.close_board(board)
        self.message_user(request, f"{len(queryset)} closed. Their accounts can make new links.")


@admin.register(Collection)
class CollectionAdmin(Counted):
    counted = "items"
    list_display = ("name", "parent", "account", "client", "number", "created", "updated")
    list_select_related = ("parent", "account", "client")
    search_fields = ("=id", "name", "note", "account__name")
    date_hierarchy = "created"
    exclude = ("key", "assets")
    readonly_fields = ("id", "number")


@admin.register(SavedSearch)
class SavedSearchAdmin(Counted):
    list_display = ("name", "q", "sort", "view", "pinned", "account", "user", "created")
    list_filter = ("pinned", "view")
    list_select_related = ("account", "user")
    search_fields = ("=id", "name", "q", "account__name", "user__username")
    readonly_fields = ("id",)


@admin.register(Archive)
class ArchiveAdmin(Counted):
    list_display = (
        "created",
        "account",
        "user",
        "state",
        "done",
        "count",
        "room",
        "missing",
        "starts",
        "error",
        "expires",
    )
    list_filter = ("state",)
    list_select_related = ("account", "user")
    search_fields = ("=id", "error", "account__name", "user__username")
    date_hierarchy = "created"
    exclude = ("wanted", "file")
    readonly_fields = ("id", "room")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Archive]:
        """The ids of thousands of files are not read for a list."""
        return super().get_queryset(request).defer("wanted")

    @admin.display(description="size", ordering="size")
    def room(self, archive: Archive) -> str:
        return filesize(archive.size)


@admin.register(BulkChange)
class BulkChangeAdmin(Counted):
    list_display = (
        "created",
        "verb",
        "value",
        "changed",
        "unchanged",
        "account",
        "user",
        "undone",
    )
    list_filter = ("verb", ("undone", admin.EmptyFieldListFilter))
    list_select_related = ("account", "user")
    search_fields = ("=id", "verb", "account__name", "user__username")
    date_hierarchy = "created"
    exclude = ("cells",)
    readonly_fields = ("id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkChange]:
        return super().get_queryset(request).defer("cells")


@admin.register(PartUpload)
class PartUploadAdmin(Counted):
    counted = "parts"
    list_display = (
        "name",
        "account",
        "user",
        "state",
        "number",
        "parts_wanted",
        "room",
        "created",
        "expires",
    )
    list_filter = ("state", "kind")
    list_select_related = ("account", "user")
    search_fields = ("=id", "name", "sha256", "account__name", "user__username")
    date_hierarchy = "created"
    readonly_fields = ("id", "number", "parts_wanted")

    @admin.display(description="parts here", ordering="_number")
    def number(self, row: Any) -> int:
        return int(row._number)

    @admin.display(description="size", ordering="size")
    def room(self, upload: PartUpload) -> str:
        return filesize(upload.size)
