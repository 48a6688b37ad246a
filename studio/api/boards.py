"""Boards: files under a link for people without an account, and what these say of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiRequest, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assets.models import Board, BoardComment, BoardItem, BoardVerdict, Said
from assets.services import Refused, boards, visitors
from studio.api import paging
from studio.api.base import AccountView, find
from studio.api.errors import Invalid, problem
from studio.api.fields import Text, YesNo, checked
from studio.api.schema import PATH_ID, answers

STATES = ("open", "expired", "closed")


class VerdictSerializer(serializers.ModelSerializer[BoardVerdict]):
    verdict = serializers.ChoiceField(Said.choices)

    class Meta:
        model = BoardVerdict
        fields = ["name", "verdict", "updated"]
        read_only_fields = fields


class BoardItemSerializer(serializers.ModelSerializer[BoardItem]):
    """An asset on a board; `key` is what it is called in addresses outside."""

    asset = serializers.UUIDField(source="asset_id", read_only=True)
    standing = serializers.SerializerMethodField(
        help_text="`changes` when anybody wants them, `approved` when somebody says so, else empty"
    )
    verdicts = VerdictSerializer(many=True, read_only=True)

    class Meta:
        model = BoardItem
        fields = ["key", "asset", "standing", "verdicts"]
        read_only_fields = fields

    @extend_schema_field({"type": "string", "enum": ["", *Said.values]})
    def get_standing(self, item: BoardItem) -> str:
        return visitors.standing(item)


class BoardSerializer(serializers.ModelSerializer[Board]):
    """Files under a link. What is in the trash is not among the items."""

    link = serializers.SerializerMethodField(
        help_text="Null when it was made with another secret key, and is known to its holders alone"
    )
    state = serializers.SerializerMethodField(help_text="Whether the link works")
    has_password = serializers.SerializerMethodField()
    items = BoardItemSerializer(many=True, read_only=True, source="shown")

    class Meta:
        model = Board
        fields = [
            "id",
            "client",
            "title",
            "note",
            "link",
            "state",
            "has_password",
            "expires",
            "downloads",
            "prompts",
            "metadata",
            "visits",
            "visited",
            "items",
            "created",
            "updated",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_link(self, board: Board) -> str | None:
        token = boards.token_of(board)
        request: Request = self.context["request"]
        return request.build_absolute_uri(reverse("share", args=[token])) if token else None

    @extend_schema_field({"type": "string", "enum": list(STATES)})
    def get_state(self, board: Board) -> str:
        return "closed" if board.revoked else "expired" if board.is_expired else "open"

    def get_has_password(self, board: Board) -> bool:
        return bool(board.password)


class BoardPageSerializer(serializers.Serializer[Any]):
    results = BoardSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


def _assets(required: bool) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.UUIDField(),
        max_length=boards.MOST_ITEMS,
        required=required,
        help_text="Ids of assets, in the order in which they are shown",
    )


class BoardChangeSerializer(serializers.Serializer[Any]):
    """What may be changed; what is left out stays as it is."""

    title = Text(max_length=200, required=False)
    note = Text(max_length=boards.NOTE_LENGTH, required=False, allow_blank=True)
    password = Text(
        max_length=boards.PASSWORD_LENGTHS[1],
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="At least 6 letters; an empty one takes it away",
    )
    expires = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Null is a link without an end"
    )
    downloads = YesNo(required=False, help_text="Visitors may keep the files")
    prompts = YesNo(required=False, help_text="Visitors see the prompts")
    metadata = YesNo(required=False, help_text="Files leave with all that is in them")


class NewBoardSerializer(BoardChangeSerializer):
    """A title, and the assets to begin with."""

    title = Text(max_length=200)
    assets = _assets(required=False)


class BoardAssetsSerializer(serializers.Serializer[Any]):
    assets = _assets(required=True)


class BoardCommentSerializer(serializers.ModelSerializer[BoardComment]):
    """`at` in seconds; x, y, w and h as fractions of the picture, w and h 0 for a spot."""

    board = serializers.UUIDField(source="item.board_id", read_only=True)
    asset = serializers.UUIDField(source="item.asset_id", read_only=True)
    outside = serializers.SerializerMethodField(help_text="Written by a visitor")

    class Meta:
        model = BoardComment
        fields = [
            *("id", "board", "asset", "name", "outside", "text", "at", "x", "y", "w", "h"),
            *("reply_to", "resolved", "created"),
        ]
        read_only_fields = fields

    def get_outside(self, comment: BoardComment) -> bool:
        return comment.user_id is None


class BoardCommentPageSerializer(serializers.Serializer[Any]):
    results = BoardCommentSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last one")


class AnswerSerializer(serializers.Serializer[Any]):
    """An answer to a comment."""

    reply_to = serializers.UUIDField(help_text="The comment that is answered")
    text = Text(max_length=boards.TEXT_LENGTH)


class ResolveSerializer(serializers.Serializer[Any]):
    resolved = YesNo()


EXAMPLE = OpenApiExample(
    "For a client, with a password",
    {"title": "Spring campaign", "password": "tulips and tea", "downloads": True},
    request_only=True,
)


class BoardView(AccountView):
    def boards(self) -> QuerySet[Board]:
        shown = boards.all_shown(BoardItem.objects.all()).prefetch_related("verdicts")
        mine = Board.objects.for_account(self.account)
        return mine.prefetch_related(Prefetch("items", shown, to_attr="shown"))

    def board(self, pk: UUID) -> Board:
        return find(self.boards(), pk, "board")

    def told(self, pk: UUID, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        data = BoardSerializer(self.board(pk), context={"request": self.request}).data
        return Response(data, status=status, headers=headers)

    def chosen(self, ids: list[UUID]) -> Any:
        try:
            return boards.chosen(self.account, map(str, ids))
        except Refused as error:
            raise Invalid([problem("assets", None, str(error))], 404) from error


class Boards(BoardView):
    @extend_schema(
        summary="List boards",
        description="The newest first.",
        operation_id="boards_list",
        parameters=list(paging.PAGE),
        responses=answers({200: BoardPageSerializer}, 400),
        tags=["boards"],
    )
    def get(self, request: Request) -> Response:
        query = paging.read(request, paging.PAGE)
        rows, following = paging.page(request, self.boards(), query)
        told = BoardSerializer(rows, many=True, context={"request": request})
        return Response({"results": told.data, "next": following})

    @extend_schema(
        summary="Make a board",
        description="Its link works at once. Files leave as copies without metadata, unless "
        "`metadata` is true.",
        operation_id="boards_create",
        request={"application/json": OpenApiRequest(NewBoardSerializer, examples=[EXAMPLE])},
        responses=answers({201: BoardSerializer}, 400, 404, 413, 415),
        tags=["boards"],
    )
    def post(self, request: Request) -> Response:
        paging.read(request, ())
        said = checked(NewBoardSerializer, self.sent())
        chosen = self.chosen(said.pop("assets", []))
        made = boards.make_board(self.account, self.user, assets=chosen, **said)
        address = request.build_absolute_uri(reverse("api:board", args=[made.pk]))
        return self.told(made.pk, 201, {"Location": address})


class OneBoard(BoardView):
    @extend_schema(
        summary="One board",
        description="With its link, its items and their verdicts.",
        operation_id="boards_retrieve",
        parameters=[PATH_ID],
        responses=answers({200: BoardSerializer}, 400, 404),
        tags=["boards"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        return self.told(pk)

    @extend_schema(
        summary="Change a board",
        description="What is left out stays as it is. Another password ends the visits that were "
        "begun with the old one.",
        operation_id="boards_change",
        parameters=[PATH_ID],
        request=BoardChangeSerializer,
        responses=answers({200: BoardSerializer}, 400, 404, 413, 415),
        tags=["boards"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        board = self.board(pk)
        boards.change_board(board, **checked(BoardChangeSerializer, self.sent()))
        return self.told(pk)

    @extend_schema(
        summary="Delete a board",
        description="With all that was said on it. Its assets stay as they are.",
        operation_id="boards_delete",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["boards"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        boards.delete_board(self.board(pk))
        return Response(status=204)


class BoardLink(BoardView):
    @extend_schema(
        summary="Make a new link",
        description="The old one stops working at once; a board that was closed or has expired is "
        "open again.",
        operation_id="boards_new_link",
        parameters=[PATH_ID],
        request=None,
        responses=answers({200: BoardSerializer}, 400, 404),
        tags=["boards"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        boards.new_link(self.board(pk))
        return self.told(pk)

    @extend_schema(
        summary="Close the link",
        description="Nobody outside sees the board any more. Closing it again changes nothing.",
        operation_id="boards_close",
        parameters=[PATH_ID],
        responses=answers({200: BoardSerializer}, 400, 404),
        tags=["boards"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        boards.close_board(self.board(pk))
        return self.told(pk)


class BoardItems(BoardView):
    @extend_schema(
        summary="Set what is on a board",
        description="Exactly these assets in this order. What stays keeps its comments.",
        operation_id="boards_items",
        parameters=[PATH_ID],
        request=BoardAssetsSerializer,
        responses=answers({200: BoardSerializer}, 400, 404, 413, 415),
        tags=["boards"],
    )
    def put(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        board = self.board(pk)
        said = checked(BoardAssetsSerializer, self.sent())
        boards.set_items(board, self.chosen(said["assets"]))
        return self.told(pk)


class BoardComments(BoardView):
    @extend_schema(
        summary="What is said on a board",
        description="The newest first; answers name the comment that they belong to.",
        operation_id="boards_comments",
        parameters=[PATH_ID, *paging.PAGE],
        responses=answers({200: BoardCommentPageSerializer}, 400, 404),
        tags=["boards"],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        query = paging.read(request, paging.PAGE)
        said = boards.said_on(self.board(pk))
        rows, following = paging.page(request, said, query)
        return Response(
            {"results": BoardCommentSerializer(rows, many=True).data, "next": following}
        )

    @extend_schema(
        summary="Answer a comment",
        description="It stands beneath the comment, under your name.",
        operation_id="boards_answer",
        parameters=[PATH_ID],
        request=AnswerSerializer,
        responses=answers({201: BoardCommentSerializer}, 400, 404, 413, 415),
        tags=["boards"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        board = self.board(pk)
        said = checked(AnswerSerializer, self.sent())
        comment = find(boards.said_on(board), said["reply_to"], "comment")
        answer = boards.answer(comment, self.user, said["text"])
        return Response(BoardCommentSerializer(answer).data, status=201)


class OneBoardComment(AccountView):
    def comment(self, pk: UUID) -> BoardComment:
        mine = BoardComment.objects.filter(
            self.account.scope.q("item__board__client"), item__board__account=self.account
        )
        return find(mine.select_related("item"), pk, "comment")

    @extend_schema(
        summary="Resolve a comment",
        description="Or open it again; an answer stands for the comment that it belongs to.",
        operation_id="boards_resolve",
        parameters=[PATH_ID],
        request=ResolveSerializer,
        responses=answers({200: BoardCommentSerializer}, 400, 404, 413, 415),
        tags=["boards"],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        comment = self.comment(pk)
        said = checked(ResolveSerializer, self.sent())
        first = boards.set_resolved(comment, said["resolved"])
        return Response(BoardCommentSerializer(first).data)

    @extend_schema(
        summary="Delete a comment",
        description="With the answers to it.",
        operation_id="boards_delete_comment",
        parameters=[PATH_ID],
        responses=answers({204: None}, 400, 404),
        tags=["boards"],
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        paging.read(request, ())
        self.comment(pk).delete()
        return Response(status=204)
