"""One of each thing that an account can have."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from assets import services
from assets.models import Archive, Asset, BoardItem, CollectionItem, Import, Tag
from assets.services import boards, bulk, collections, described, hints, searches, visitors
from billing import access
from billing.models import Account, Payment, User
from studio import batches, catalogue, jobs, prompts, secrets
from studio.batches.sheet import Row, Sheet
from studio.hooks import outbox, signing
from studio.models import (
    BatchNews,
    Job,
    Persona,
    SavedSettings,
    Scene,
    Shot,
    State,
    Story,
    Take,
    UserNotice,
    WebhookDelivery,
    WebhookTarget,
)
from studio.operations.transform import IMAGE_TO_VIDEO
from studio.stories import edit
from tests.access.batched import batched
from tests.access.stand import Set
from tests.api.conftest import SMALL
from tests.assets import glbs, make


def contents(folder: Path) -> dict[str, bytes]:
    """The files of each set, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    film = make.film(folder / "film.mp4", sound=True).read_bytes()
    tone = make.tone(folder / "tone.wav", 2.0).read_bytes()
    return {
        "image": _picture((96, 64)),
        "result": _picture((90, 60)),
        "mask": _picture((96, 64), turned=True),
        "doomed": _picture((80, 80)),
        "video": film,
        "audio": tone,
        "model": glbs.packed(*glbs.parts()),
        "text": b"A text to be read.",
        "part": _picture((96, 64)),
    }


def _picture(size: tuple[int, int], turned: bool = False) -> bytes:
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    return make.encoded(image.rotate(180) if turned else image, "PNG")


# A tag that all sets have.
COMMON = "everywhere"
PACE = {
    "seconds": 2.0,
    "bpm": 120,
    "confidence": 0.9,
    "beats": [0.5, 1.0, 1.5],
    "loudness": [[0.0, 2.0, 0.5]],
    "changes": [],
    "silent": False,
}
ENDINGS = {"video": "mp4", "audio": "wav", "model": "glb", "text": "txt"}


def furnish(word: str, account: Account, user: User, content: dict[str, bytes]) -> Set:
    made = Set(word, account, user)
    _files(made, content)
    _order(made, content)
    _show(made)
    _jobs(made)
    _story(made)
    _batches(made)
    _keep(made)
    batched(made)
    _tell(made)
    return made


def _files(made: Set, content: dict[str, bytes]) -> None:
    word = made.word
    for name in ("image", "result", "mask", "doomed", "video", "audio", "model", "text"):
        parents = [Asset.objects.get(pk=made.here["image"])] if name == "result" else []
        row: dict[str, Any] = {
            "title": f"{word} {name}",
            "tags": (word, f"{word}/{name}", COMMON),
            "parents": parents,
            "recipe": {"operation": "crop", "params": {"prompt": f"{word} prompt"}},
        }
        asset = _ingested(made, name, content[name], row)
        services.update(asset, alt=f"{word} alt")
        Asset.objects.filter(pk=asset.pk).update(model=f"{word}-model", provider="local")
        made.note(**{name: Asset.objects.get(pk=asset.pk)})
    image = Asset.objects.get(pk=made.here["image"])
    services.accept_version(Asset.objects.get(pk=made.here["result"]), image)
    services.trash(Asset.objects.get(pk=made.here["doomed"]))
    for asset in (image, Asset.objects.get(pk=made.here["mask"])):
        hints.propose(asset, [f"{word} hint"])
        described.propose_description(asset, f"{word} description", [f"{word} seen"])
    made.here["hint"] = f"{word} hint"
    for called, name in (("tag", word), ("common", COMMON)):
        made.here[called] = Tag.objects.get(account=made.account, name=name).pk


def _ingested(made: Set, name: str, content: bytes, row: dict[str, Any]) -> Asset:
    """Films, sounds and models are looked at once; the other sets get what was found."""
    filename = f"{made.word}-{name}.{ENDINGS.get(name, 'png')}"
    digest = hashlib.sha256(content).hexdigest()
    same = Asset.objects.filter(sha256=digest).first() if name in ENDINGS else None
    if same is None:
        whose = {"account": made.account, "user": made.user}
        return services.ingest(ContentFile(content), filename=filename, **whose, **row)
    own = ("id", "account", "client", "user", "number", "tag_ids")
    fields = [f.attname for f in Asset._meta.concrete_fields if f.name not in own]
    twin = Asset(**{name: getattr(same, name) for name in fields})
    twin.account, twin.user, twin.filename = made.account, made.user, filename
    twin.title, twin.recipe = row["title"], row["recipe"]
    twin.save(force_insert=True)
    return services.update(twin, title=row["title"], tags=row["tags"])


def _order(made: Set, content: dict[str, bytes]) -> None:
    word, account, user = made.word, made.account, made.user
    image = made.here["mask"]
    box = collections.make(account, f"{word} box", note=f"{word} note")
    inner = collections.make(account, f"{word} inner", parent=box)
    bulk.apply(account, user, "collect", str(inner.pk), [image])
    change = bulk.apply(account, user, "rate", 4, [image]).change
    assert change
    made.note(collection=box, inner=inner, bulk=change)
    row = {"account": account, "count": 1, "size": 2, "expires": timezone.now() + timedelta(1)}
    file = default_storage.save(f"archives/{word}.zip", ContentFile(b"PK"))
    made.note(
        archive=Archive.objects.create(state="ready", file=file, **row),
        waiting=Archive.objects.create(state="waiting", wanted=[image.hex], **row),
        search=searches.save(account, user, name=f"{word} search", q=word, pinned=True),
    )
    part = content["part"]
    row = {"account": account, "size": 2, "expires": timezone.now() + timedelta(1)}
    made.note(**{"import": Import.objects.create(name=f"{word}.zip", state="done", **row)})
    for name, whole in (("upload", False), ("whole", True)):
        begun = services.begin_upload(
            account=account, user=user, name=f"{word}-{name}.png", size=len(part)
        )
        if whole:
            services.take_part(begun, 1, BytesIO(part))
        made.note(**{name: begun})
    made.here["bytes"] = part


def _show(made: Set) -> None:
    word = made.word
    assets = [Asset.objects.get(pk=made.here[name]) for name in ("mask", "video")]
    board = boards.make_board(
        made.account, made.user, title=f"{word} board", note=f"{word} note", assets=assets
    )
    item = board.items.first()
    assert item
    said = visitors.comment(item, name=f"{word} Zoe", text=f"{word} brighter", visitor="somebody")
    visitors.decide(item, "changes", name=f"{word} Zoe", visitor="somebody")
    made.note(board=board, comment=said)
    made.here |= {"item": item.key, "token": boards.token_of(board)}
    made.ids |= {item.key, made.here["token"]}


def _jobs(made: Set) -> None:
    word = made.word
    fixed = {"motion": "zoom", "direction": "in", "strength": 50, "easing": "linear"}
    params = {"image": str(made.here["image"]), "focus": [0.5, 0.5], **fixed, **SMALL}
    first, _ = jobs.create(
        account=made.account,
        user=made.user,
        operation=IMAGE_TO_VIDEO,
        offer=catalogue.all_offers()["local-motion"],
        params={**params, "format": "mp4"},
        title=f"{word} job",
        key=f"{word}-key",
    )
    made.note(queued=first)
    for state in State:
        if state == State.QUEUED:
            continue
        row = {f.attname: getattr(first, f.attname) for f in Job._meta.concrete_fields}
        new = {"id": uuid4(), "key": f"{word}-{state}", "hook": f"{word}-{state}", "state": state}
        job = Job(**row | new | {"title": f"{word} job {state}"})
        if state in (State.FAILED, State.SUCCEEDED, State.CANCELED):
            job.finished = timezone.now()
        if state == State.SUCCEEDED:
            job.outputs = [str(made.here["video"])]
        job.save(force_insert=True)
        job.events.create(state=state, note=f"{word} event")
        job.starts.create(number=1)
        made.note(**{str(state): job})
    made.here["job"] = made.here["failed"]


def _story(made: Set) -> None:
    word = made.word
    shots = [{"title": f"{word} wall", "description": f"{word} sleeps", "seconds": 1}, {}]
    told = [
        ({"title": f"{word} morning"}, shots),
        ({"title": f"{word} evening"}, [{"description": "The sea"}]),
    ]
    story = edit.create(made.account, made.user, {"title": f"{word} story"}, told)
    found = {n: Asset.objects.get(pk=made.here[n]) for n in ("mask", "video", "audio")}
    Story.objects.filter(pk=story.pk).update(offer="local-motion")
    scenes = list(Scene.objects.filter(story=story))
    shot, second, _ = Shot.objects.filter(scene__story=story)
    Shot.objects.filter(pk=shot.pk).update(still=found["mask"])
    Shot.objects.filter(pk=second.pk).update(still=found["mask"], voice=found["audio"])
    take = Take.objects.create(shot=shot, asset=found["video"], words=f"{word} moves")
    Take.objects.create(
        shot=shot, job=Job.objects.get(pk=made.here["succeeded"]), asset=found["video"]
    )
    story.films.add(Job.objects.get(pk=made.here["succeeded"]))
    empty = edit.create(made.account, made.user, {"title": f"{word} empty"}, [({}, [])])
    for one in (story, empty):
        Story.objects.filter(pk=one.pk).update(track=found["audio"], pace=PACE)
    made.note(story=story, scene=scenes[0], evening=scenes[1], shot=shot, second=second)
    made.note(take=take, empty=empty)


def _batches(made: Set) -> None:
    """One that was begun and has something to tell of."""
    word, account, user = made.word, made.account, made.user
    chain = [{"operation": "upscale"}, {"operation": "watermark", "params": {"text": word}}]
    lines = [Row(2, (str(made.here["mask"]), f"{word} row")), Row(3, (f"{word} nothing", ""))]
    sheet = Sheet(("image", "title"), lines)
    batch = batches.create(account, user, f"{word} begun", sheet, steps=chain)
    batches.check(batch)
    made.note(begun=batch)
    batches.start(batch, user, without_wrong=True)
    # So that a turn which is given to one of them is given to no other.
    batches.pause(batch)
    BatchNews.objects.create(batch=batch, way="page", kind="done", words=f"{word} news")


def _tell(made: Set) -> None:
    word, account, user = made.word, made.account, made.user
    said = {
        "url": f"https://hooks.example/{word}",
        # Nothing here does that: an address of the whole account hears of all its clients.
        "events": ["budget.alert"],
        "secret": secrets.encrypt(signing.new_secret()),
    }
    hook = WebhookTarget.objects.create(account=account, user=user, name=f"{word} hook", **said)
    body = outbox.body_of("job.failed", {"title": f"{word} job"}, timezone.now())
    row = {"event": uuid4(), "type": "job.failed", "body": body, "tries": 1, "state": "given_up"}
    told = WebhookDelivery.objects.create(target=hook, answer=f"{word} says no", **row)
    notice = {"kind": "batch.done", "title": f"{word} batch is done", "user": user}
    made.note(hook=hook, delivery=told, notice=UserNotice.objects.create(account=account, **notice))
    made.ids.add(told.event.hex)
    paid = {"of": "credits", "name": f"{word} credits", "cents": 100, "session": f"cs_{word}"}
    made.note(payment=Payment.objects.create(account=account, user=user, **paid))


def _keep(made: Set) -> None:
    """What belongs to no client may be used for all, so it says nothing of its set."""
    account, user = made.account, made.user
    shared = made.word == "qfree"
    word = "for all" if shared else made.word
    rows = {
        "persona": Persona.objects.create(account=account, name=f"{word} persona", look=word),
        "prompt": prompts.save(account, user, f"{word} prompt that is kept"),
        "settings": SavedSettings.objects.create(
            account=account,
            user=user,
            operation=IMAGE_TO_VIDEO.key,
            offer="local-motion",
            name=f"{word} settings",
            params={"strength": 40},
        ),
    }
    if shared:
        made.here |= {name: row.pk for name, row in rows.items()}
    else:
        made.note(**rows)
    key, _ = access.create_key(account, user, f"{made.word} key")
    made.note(api_key=key)


def cross(one: Set, other: Set) -> None:
    """What stays behind when files were moved from one client to the other: where they came from,
    what was made of them, the jobs that made them, and the boards that they were on."""
    there = Asset.objects.get(pk=other.here["video"])
    for made in ("mask", "text"):
        Asset.objects.get(pk=one.here[made]).parents.add(there)
    there.parents.add(one.here["audio"], one.here["doomed"], one.here["text"])
    params = Job.objects.get(pk=other.here["queued"]).params
    Job.objects.filter(pk=other.here["queued"]).update(
        params={**params, "image": str(one.here["doomed"])}
    )
    back = BoardItem.objects.create(board_id=other.here["board"], asset_id=one.here["doomed"])
    visitors.comment(back, name=f"{other.word} Zoe", text=f"{other.word} said", visitor="somebody")
    item = BoardItem.objects.create(board_id=one.here["board"], asset=there, place=9)
    visitors.comment(item, name="Zoe", text="Brighter, too", visitor="somebody")
    CollectionItem.objects.create(collection_id=one.here["collection"], asset=there)
    Job.objects.filter(pk=one.here["fetching"]).update(
        state=State.SUCCEEDED, outputs=[str(there.pk)], finished=timezone.now()
    )
