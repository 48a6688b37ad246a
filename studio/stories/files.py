"""The files of a story that can be taken away: its lists, its text and its pictures."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping
from typing import IO

from django.http import FileResponse
from django.utils.text import slugify

from assets.services import Refused
from studio.engine import EngineError
from studio.stories import film, lists, reading, script
from studio.stories.board import Board

Said = Mapping[str, str]
SPOOLED = 16 * 1024 * 1024
"""Bytes of an archive that are kept in memory; more of it goes to a file."""


def answer(board: Board, name: str, said: Said) -> FileResponse:
    """One of NAMES as a download. `said` are params of the film, for the lists. Raises Refused."""
    kind, write = FILES[name]
    title = slugify(board.story.title) or "story"
    response = FileResponse(
        write(board, said), as_attachment=True, filename=f"{title}-{name}", content_type=kind
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _cuts(board: Board, said: Said) -> tuple[list[lists.Cut], float]:
    """The cuts of the film as `said` wants it, and the frames per second. Raises Refused."""
    form = film.form_of(
        board,
        board.story.account,
        None,
        {name: said[name] for name in said if name not in ("cuts", "track", "missing", "lengths")},
        **film.manner(board.story, said),
        resolve=False,
    )
    if not form.is_valid():
        raise Refused(" ".join(str(p["message"]) for p in form.problems()))
    try:
        return film.cut_list(board, form), float(form.params["fps"])
    except EngineError as error:
        raise Refused(str(error)) from error


def _edl(board: Board, said: Said) -> IO[bytes]:
    cuts, fps = _cuts(board, said)
    try:
        return io.BytesIO(lists.edl(cuts, fps, board.story.title).encode())
    except ValueError as error:
        raise Refused(str(error)) from error


def _film(board: Board, said: Said) -> IO[bytes]:
    cuts, fps = _cuts(board, said)
    return io.BytesIO(lists.cut_csv(cuts, fps).encode("utf-8-sig"))


def _shots(board: Board, said: Said) -> IO[bytes]:
    return io.BytesIO(script.csv_of(reading.draft_of(board.story)).encode("utf-8-sig"))


def _story(board: Board, said: Said) -> IO[bytes]:
    return io.BytesIO(script.written(reading.draft_of(board.story)).encode())


def _stills(board: Board, said: Said) -> IO[bytes]:
    content: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115 - the answer closes it
    film.write_stills(board, content)
    content.seek(0)
    return content


FILES: Mapping[str, tuple[str, Callable[[Board, Said], IO[bytes]]]] = {
    "film.edl": ("text/plain; charset=utf-8", _edl),
    "film.csv": ("text/csv; charset=utf-8", _film),
    "shots.csv": ("text/csv; charset=utf-8", _shots),
    "story.json": ("application/json", _story),
    "stills.zip": ("application/zip", _stills),
}
NAMES = tuple(FILES)
