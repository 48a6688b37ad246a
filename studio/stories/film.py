"""The film of a story: its cuts, the order for it, and its lists for other programs."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import IO, Any, Literal

from django.utils.text import slugify

from assets import services as assets
from assets.models import Asset, AssetKind
from billing.models import Account, User
from studio.edl import TEXTS
from studio.engine.film.assembly import Cut, timeline
from studio.models import Story
from studio.operations.story import FILM
from studio.orders import OrderForm
from studio.providers.local.story import ASSEMBLER, wish_of
from studio.stories import lists, placed
from studio.stories.board import Board, ShotView
from studio.stories.making import UPPER, NotMade, is_tall
from studio.words.camera import local_motion

Missing = Literal["still-motion", "black"]
Lengths = Literal["shots", "clips"]
MISSING: tuple[Missing, ...] = ("still-motion", "black")
LAST = 0.05
"""Seconds before the end of a video at which its last frame is shown."""
LENGTHS: tuple[Lengths, ...] = ("shots", "clips")
TRANSITIONS: dict[str, lists.Transition] = {
    "cut": "cut",
    "crossfade": "dissolve",
    "dip": "black",
}
SIZES = {"horizontal": "1080p", "vertical": "vertical", "square": "square"}


def cuts_of(
    board: Board, *, missing: Missing = "still-motion", lengths: Lengths = "shots"
) -> list[dict[str, Any]]:
    """The edit list. `missing` is what a shot without a take shows. With `lengths` "shots" each cut
    is as long as its shot is meant to be; with "clips" a take is shown whole."""
    laid = placed.laid(board) if lengths == "shots" else None
    cuts = []
    if laid and laid[0]:
        cuts.append({"name": "Before the first shot", "seconds": laid[0], **_opening(board)})
    for at, view in enumerate(board.shots):
        cut = _cut(view, missing, lengths)
        if laid:
            cut["seconds"] = laid[1][at]
        cuts.append(cut)
    return cuts


def _opening(board: Board) -> dict[str, Any]:
    """What is seen before the first shot: its picture, at rest."""
    still = board.shots[0].shot.still
    return {"asset": str(still.pk)} if still and not still.trashed else {}


def _cut(view: ShotView, missing: Missing, lengths: Lengths) -> dict[str, Any]:
    text = str(view.shot.facts.get("narration") or "")
    cut: dict[str, Any] = {"name": view.name[: TEXTS["name"]], "text": text[: TEXTS["text"]]}
    film = view.shown.asset if view.shown else None
    if film:
        cut["asset"] = str(film.pk)
        if lengths == "shots":
            cut["seconds"] = view.seconds
        if view.shot.voice_id and view.shot.voice_id == view.story.track_id:
            cut["muted"] = True  # its voice is the track itself
        elif not view.speaks:
            cut |= _voice(view)
    else:
        cut["seconds"] = view.seconds
        cut |= _instead(view, missing)
    if view.shot.voice_id and view.shot.voice_id == view.story.track_id and text:
        cut["spoken"] = view.seconds  # what follows is a pause
    return {name: value for name, value in cut.items() if value != ""}


def _instead(view: ShotView, missing: Missing) -> dict[str, Any]:
    """What is shown as long as there is no take; its voice is heard all the same."""
    shown: dict[str, Any] = {}
    picture = view.picture
    if missing == "still-motion" and picture and not picture.trashed:
        shown["asset"] = str(picture.pk)
        if picture.kind == AssetKind.IMAGE:
            motion = local_motion(view.shot.facts, view.number - 1)
            shown["motion"] = {
                "type": motion["motion"],
                "direction": motion.get("direction"),
                "strength": motion["strength"],
                **({"focus": UPPER} if view.speaks or is_tall(view.story, picture) else {}),
            }
        else:  # the film of the shot before it, whose last frame it goes on from
            end = picture.duration or 0.0
            shown |= {"muted": True, "start": round(max(0.0, end - LAST), 3)}
    return shown | _voice(view)


def _voice(view: ShotView) -> dict[str, Any]:
    """What is spoken over the picture; nothing where that is the track itself."""
    shot = view.shot
    if not shot.voice_id or shot.voice_id == view.story.track_id:
        return {}
    said: dict[str, Any] = {"voice": str(shot.voice_id), "voice_start": shot.voice_start or 0.0}
    return said | ({"voice_end": shot.voice_end} if shot.voice_end else {})


def manner(story: Story, said: Mapping[str, str]) -> dict[str, Any]:
    """What is said of missing takes and of lengths; the usual where it says nothing known."""
    usual = "shots" if story.track_id else "clips"
    missing, lengths = said.get("missing"), said.get("lengths")
    return {
        "missing": missing if missing in MISSING else MISSING[0],
        "lengths": lengths if lengths in LENGTHS else usual,
    }


def usual(story: Story, key: str = "") -> dict[str, Any]:
    """What the film is like when nobody says anything; `key` is that of the order."""
    return {
        "size": SIZES[story.facts.get("aspect") or "horizontal"],
        "name": _name(story, key),
        **({"track": str(story.track_id)} if story.track_id else {}),
    }


def _name(story: Story, key: str) -> str:
    """Another one each time, so that files are told apart; pressing again is the same time."""
    before = story.films.exclude(key=key).count()
    return f"{story.title[:140]} · {before + 1}" if before else story.title[:150]


def form_of(
    board: Board,
    account: Account,
    user: User | None,
    said: Mapping[str, Any],
    *,
    missing: Missing = "still-motion",
    lengths: Lengths = "shots",
    key: str = "",
    resolve: bool = True,
) -> OrderForm:
    """The order for the film of a story; `said` are params of the operation but its cuts, `key` is
    that of the order."""
    params = {**usual(board.story, key), **{n: v for n, v in said.items() if n != "cuts"}}
    cuts = cuts_of(board, missing=missing, lengths=lengths)
    form = OrderForm(
        FILM, ASSEMBLER, {**params, "cuts": cuts}, account=account, user=user, resolve=resolve
    )
    form.client = board.story.client_id
    return form


def check(board: Board) -> None:
    """Raises NotMade with every shot whose chosen film lies in the trash: another one in its place
    would not be noticed."""
    lost = [(view, view.lost) for view in board.shots]
    words = "The chosen film “{}” is in the trash. Restore it, or choose another take."
    reasons = [(view.number, words.format(asset.title)) for view, asset in lost if asset]
    if reasons:
        raise NotMade(" ".join(f"Shot {n}: {why}" for n, why in reasons), reasons)


# --- lists for other programs -------------------------------------------------------------------


def cut_list(board: Board, form: OrderForm) -> list[lists.Cut]:
    """The cuts where the film of that form has them, for an editor's list."""
    params = form.params
    wish = wish_of(params, None)
    cuts = [
        Cut(c["name"], seconds=c.get("seconds"), start=c.get("start", 0.0)) for c in params["cuts"]
    ]
    sources = _sources(board, params["cuts"])
    lengths = [found.duration if found else None for found in sources]
    kind = TRANSITIONS[params["transition"]]
    found = []
    for cut, span, source in zip(cuts, timeline(cuts, wish, lengths), sources, strict=True):
        begin, length = span.opening / span.rate, span.length / span.rate
        found.append(
            lists.Cut(
                name=cut.name,
                source=source.filename if source else "BLACK",
                source_in=cut.start,
                source_out=cut.start + float(length),
                record_in=float(begin),
                record_out=float(begin + length),
                transition=kind,
                transition_seconds=float(span.rise / span.rate),
            )
        )
    return found


def _sources(board: Board, cuts: list[dict[str, Any]]) -> list[Asset | None]:
    wanted = {cut["asset"] for cut in cuts if "asset" in cut}
    mine = Asset.objects.for_account(board.story.account).filter(pk__in=wanted)
    there = {str(asset.pk): asset for asset in mine}
    return [there.get(cut.get("asset", "")) for cut in cuts]


def stills(board: Board) -> Iterator[tuple[str, Asset]]:
    """(name in the archive, picture) of every shot that has one of its own."""
    for view in board.shots:
        still = view.shot.still
        if still and not still.trashed:
            title = slugify(str(view.shot.facts.get("title") or still.title))[:60] or "still"
            suffix = PurePosixPath(str(still.file.name)).suffix
            yield f"{view.number:03}-{title}{suffix}", still


def write_stills(board: Board, target: IO[bytes]) -> int:
    """The pictures as a ZIP. Returns how many."""
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, still in stills(board):
            with assets.open_file(still) as content, archive.open(name, "w") as entry:
                for chunk in content.chunks():
                    entry.write(chunk)
            count += 1
    return count
