"""What the tests of boards share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from assets.models import Board
from assets.services import boards
from billing.models import User

People = Callable[[User], Client]


def link(board: Board, name: str = "share", *more: str) -> str:
    return reverse(name, args=[boards.token_of(board), *more])


def key(board: Board) -> str:
    return board.items.get().key


def said(response: Any) -> str:
    return str(response.content.decode())
