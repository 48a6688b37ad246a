"""A whole story goes to another client: its files, its jobs, and itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from assets.models import Asset, BoardItem, BulkChange
from assets.services import Refused, bulk
from assets.services.bulk.cells import chunks
from billing.models import Account, Client, User
from studio.models import LIVE, Job, Shot, Story, Take
from studio.stories.bound import uses

_OF_JOB = "job:"


@dataclass(frozen=True)
class Moved:
    """How many went along; `zips` are packed ZIPs of the former client that are deleted. `change`
    is what undoes it (None when there was no file)."""

    story: Story
    client: Client | None
    files: int
    jobs: int
    zips: int
    change: BulkChange | None = None

    @property
    def words(self) -> str:
        """`“Film” belongs to Zen. 5 files and 1 job went with it.`"""
        whose = f"belongs to {self.client.name}" if self.client else "belongs to no client"
        jobs = f"{self.jobs:,} job{'' if self.jobs == 1 else 's'}"
        told = f"“{self.story.title}” {whose}. {bulk.counted(self.files)} and {jobs} went with it."
        if self.zips:
            one = self.zips == 1
            told += f" {'A ZIP' if one else f'{self.zips:,} ZIPs'} of the former client with some "
            told += f"of them {'is' if one else 'are'} deleted."
        return told


def move(account: Account, user: User | None, story: Story, value: Any, dry: bool = False) -> Moved:
    """To the client with the id `value`, or "none". With `dry` it is only counted. Raises Refused
    when it cannot go as a whole."""
    with transaction.atomic():
        wanted = bulk.VERBS["move"].check(account, value)
        told = _move(account, user, story, UUID(wanted) if wanted else None)
        if dry:
            transaction.set_rollback(True)
    return told


def _move(account: Account, user: User | None, story: Story, client: UUID | None) -> Moved:
    # Two who move at once: one waits for the other.
    mine = Story.objects.for_account(account).live().select_for_update()
    story = mine.filter(pk=story.pk).first() or _gone()
    named = Client.objects.get(pk=client) if client else None
    if story.client_id == client:
        whose = f"to {named.name}" if named else "to no client"
        raise Refused(f"“{story.title}” belongs {whose} already. Choose another client.")
    jobs, before = _jobs(story), story.client_id
    _check_at_rest(jobs)
    files = [one for one in _files(story, jobs) if one.client_id == before]
    _check_alone(story, files, client)
    moved = _give(story, jobs, client)
    ids = [one.pk for one in files]
    told = bulk.apply(account, user, "move", str(client) if client else "none", ids)
    return Moved(story, named, told.changed, moved, told.zips, told.change)


def undo(account: Account, story: Story, change: BulkChange) -> None:
    """Gives back what `move` took along, and the story with it. Raises Refused."""
    groups = change.cells.get("client", [])
    before, after = (groups[0][0], groups[0][1]) if groups else (None, None)
    with transaction.atomic():
        mine = Story.objects.for_account(account.widest()).live().select_for_update()
        story = mine.filter(pk=story.pk).first() or _gone()
        if not groups or after != (str(story.client_id) if story.client_id else None):
            raise Refused("The story has gone elsewhere since. Move it from its own page.")
        jobs, back = _jobs(story), UUID(before) if before else None
        _check_at_rest(jobs)
        _give(story, jobs, back)
        bulk.undo(change)
        for one in _files(story, jobs):
            if one.client_id not in (None, back):
                raise Refused(
                    f"“{one.title}” came to the story since it was moved, so that cannot be "
                    "undone. Move the story back from its own page."
                )


def _gone() -> NoReturn:
    raise Refused("The story is gone. Go back to the list of stories.")


def _give(story: Story, jobs: list[Job], client: UUID | None) -> int:
    """The story and those of its jobs that were its client's; how many those were."""
    ids = [job.pk for job in jobs if job.client_id == story.client_id]
    for chunk in chunks(ids):
        Job.objects.filter(pk__in=chunk).update(client=client)
    Story.objects.filter(pk=story.pk).update(client=client)
    return len(ids)


# --- what belongs to it -------------------------------------------------------------------------


def _jobs(story: Story) -> list[Job]:
    """What drew its pictures, made its takes and its films, with all tries."""
    its = Q(take__shot__scene__story=story) | Q(stories=story)
    drawn = Shot.objects.filter(scene__story=story, drawn__isnull=False).values("drawn")
    found = {job.pk: job for job in Job.objects.filter(its | Q(pk__in=drawn)).distinct()}
    edge = list(found)
    while edge:
        rows = [
            job
            for chunk in chunks(edge)
            for job in Job.objects.filter(Q(retry_of__in=chunk) | Q(retries__in=chunk)).distinct()
        ]
        edge = [job.pk for job in rows if job.pk not in found]
        found |= {job.pk: job for job in rows}
    return list(found.values())


def _files(story: Story, jobs: Iterable[Job]) -> list[Asset]:
    """All files that it is made of, and that were made for it."""
    shots = Shot.objects.filter(scene__story=story).values_list("still", "mask", "voice")
    takes = Take.objects.filter(shot__scene__story=story).values_list("asset", "still", "voice")
    ids = {pk for row in (*shots, *takes) for pk in row if pk}
    ids |= {story.track_id} if story.track_id else set()
    ids |= {UUID(str(pk)) for job in jobs for pk in job.outputs}
    found: list[Asset] = []
    for chunk in chunks(ids):
        found += Asset.objects.filter(account=story.account_id, pk__in=chunk)
    return found


# --- what is in the way -------------------------------------------------------------------------


def _check_at_rest(jobs: Iterable[Job]) -> None:
    if busy := sum(job.state in LIVE for job in jobs):
        raise Refused(
            f"{busy:,} of its jobs {'is' if busy == 1 else 'are'} not done. Wait for "
            f"{'it' if busy == 1 else 'them'}, or stop {'it' if busy == 1 else 'them'} first."
        )


def _check_alone(story: Story, files: list[Asset], client: UUID | None) -> None:
    """No other story and no board of another client has any of them. Raises Refused."""
    named = {one.pk: one.title for one in files}
    for chunk in chunks(named):
        for rows, way in uses(chunk):
            others = rows.filter(**{f"{way}trashed": None}).exclude(**{f"{way}pk": story.pk})
            for pk, title in others.values_list("file", f"{way}title")[:1]:
                raise Refused(_shared(named[pk], f"the story “{title}”"))
        shown = BoardItem.objects.filter(asset__in=chunk, board__client__isnull=False)
        for item in shown.exclude(board__client=client).select_related("board")[:1]:
            raise Refused(_shared(named[item.asset_id], f"the board “{item.board.title}”"))
    _check_made_alone(story, files)


def _check_made_alone(story: Story, files: Iterable[Asset]) -> None:
    """What a job made for another story is that one's, also where this one uses it."""
    made = {
        UUID(one.origin.removeprefix(_OF_JOB)): one.title
        for one in files
        if one.origin.startswith(_OF_JOB)
    }
    for chunk in chunks(made):
        its = Q(scenes__shots__takes__job__in=chunk) | Q(scenes__shots__drawn__in=chunk)
        others = Story.objects.filter(its | Q(films__in=chunk), trashed=None).exclude(pk=story.pk)
        for other in others[:1]:
            theirs = {job.pk for job in _jobs(other)}
            title = next((title for pk, title in made.items() if pk in theirs), "a file")
            raise Refused(_shared(title, f"the story “{other.title}”"))


def _shared(title: str, where: str) -> str:
    return (
        f"The story cannot go as a whole: {where} has “{title}” as well. Take it out there, or use "
        "a copy here."
    )
