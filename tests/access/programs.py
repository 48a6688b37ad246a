"""Every endpoint of the API with a sound request, from the tables of its own tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.access.rows import Row
from tests.api import endpoints
from tests.api.conftest import SMALL
from tests.api.test_stories_access import TABLE

V1 = "/api/v1/"
GOOD = (200, 201, 202, 204)
# What an endpoint is about where that is not the usual one of its kind.
ABOUT = {
    "job-cancel": {"job": "queued"},
    "job-retry": {"job": "failed"},
    "job-send-again": {"job": "review"},
    "job-give-up": {"job": "review"},
    "asset-restore": {"asset": "doomed"},
    "part-complete": {"upload": "whole"},
    "collection-order": {"collection": "inner"},
    "archive-file": {"archive": "archive"},
    "batch-pause": {"batch": "going"},
    "batch-resume": {"batch": "paused"},
    "batch-cancel": {"batch": "stopped"},
    "batch-retry": {"batch": "broken"},
    "batch-change-model": {"batch": "broken"},
    "batch-zip": {"batch": "finished"},
    "batch-correct": {"batch": "broken"},
}
KINDS = {("assets", "post"): "picture", ("imports", "post"): "zip", ("part", "put"): "bytes"}
# What not all of those may do who are asked for: it is of all clients, or for the owner.
SOME = ("ledger", "plan")
ORDER = {"operation": "image-to-video", "params": {"image": "{mask}", **SMALL}}


class _Named:
    """Stands for a row of the database in the sound requests: its id is its place in braces."""

    def __init__(self, name: str) -> None:
        self.pk = f"{{{name}}}"


def _body(name: str) -> Any:
    named: Any = _Named
    return endpoints.sound(lambda: ORDER, named("mask"), named("comment")).get(name)


def _path(name: str, path: str) -> str:
    about = {"asset": "mask", **ABOUT.get(name, {})}
    for usual, meant in about.items():
        path = path.replace(f"{{{usual}}}", f"{{{meant}}}")
    return V1 + path


def _rows() -> Iterator[Row]:
    for name, method, writes, _ in endpoints.REQUESTS:
        kind = KINDS.get((name, method), "json")
        body = _body(name) if kind == "json" else {}
        path = _path(name, endpoints.PATHS[name])
        manages = (name, method) in endpoints.MANAGING
        ok = (*GOOD, 403) if name in SOME else GOOD
        yield Row(method, path, body, ok, writes, program=True, kind=kind, manages=manages)
    for name, method, path, writes, body in TABLE:
        ok = GOOD
        said = {**body, "audio": "{audio}"} if body and "audio" in body else body
        if name == "podcasts":
            said = {**said, "times": "00:00 Anna: Hello.", "portraits": {"Anna": "{mask}"}}
        if name == "story-client":  # whose it is already: moved it would be out of sight
            said, ok = {"client": "{client}"}, (400,)
        yield Row(method, _path(name, path), said, ok, writes, program=True, kind="json")


def _sent(method: str, path: str, **body: Any) -> Row:
    return Row(method, V1 + path, body, GOOD, program=True, kind="json")


# What else may be named in a body.
BODIES = [
    _sent("patch", "assets/{result}/", version_of="{image}"),
    _sent("post", "bulk/", verb="collect", collection="{collection}", ids=["{mask}"]),
    _sent("post", "bulk/", verb="rate", rating=2, ids=["{mask}", "{video}"]),
    _sent("post", "bulk/", verb="move", client="{client}", ids=["{mask}"]),
    _sent("post", "bulk/", verb="trash", filter={"q": "like:{mask}"}),
    _sent("post", "bulk/", verb="trash", filter={"collection": "{collection}"}),
    _sent("post", "archives/", filter={"q": "like:{mask}"}),
    _sent("post", "collections/", name="New", parent="{collection}"),
    _sent("post", "collections/{inner}/order/", assets=["{mask}"], before="{mask}"),
    _sent("patch", "collections/{inner}/", parent="{collection}"),
    _sent("post", "boards/", title="New", assets=["{mask}", "{video}"]),
    _sent("put", "boards/{board}/items/", assets=["{result}"]),
    _sent("post", "boards/{board}/comments/", reply_to="{comment}", text="Done"),
    _sent("patch", "stories/{story}/", track="{audio}"),
    _sent("patch", "shots/{shot}/", still="{result}"),
    _sent("patch", "shots/{shot}/", voice="{audio}"),
    _sent("patch", "shots/{shot}/", mask="{mask}"),
    _sent("post", "scenes/{scene}/shots/", still="{mask}"),
    _sent("post", "shots/{shot}/takes/", asset="{video}"),
    _sent("post", "shots/{shot}/choose/", take="{take}"),
    _sent("post", "shots/{shot}/move/", place=1, scene="{evening}"),
    _sent("post", "estimate/", **ORDER).but(writes=False),
    _sent("post", "jobs/", operation="upscale", params={"image": "{mask}"}),
    _sent("post", "recommend/", operation="image-to-video", params={"image": "{mask}"}).but(
        writes=False
    ),
    _sent("post", "prompts/enhance/", prompt="A cat", persona="{persona}").but(writes=False),
    _sent("post", "imports/", upload="{upload}").but(ok=(400,)),
    _sent("patch", "members/{member}/", limited=True, clients=["{client}"]).but(manages=True),
    _sent("post", "settings/", name="New", operation="watermark", params={"logo": "{mask}"}),
]
# What a sheet may name.
_MARK: dict[str, Any] = {"operation": "watermark", "params": {"text": "© New"}}
BODIES += [
    _sent("post", "batches/", assets=["{mask}", "{image}"], **_MARK),
    _sent("post", "batches/", rows=[{"image": "{mask}"}], **_MARK),
    _sent("post", "batches/", rows=[{"image": "{mask}", "logo": "{image}"}], operation="watermark"),
    _sent("post", "batches/", rows=[{"image": "{mask}"}], template="{template}"),
    _sent("post", "batches/", rows=[{"image": "{mask}"}], saved_mapping="{mapping}", steps=[_MARK]),
    _sent("post", "batches/{batch}/rows/", rows=[{"image": "{mask}", "text": "New"}]),
    _sent("patch", "batches/{batch}/rows/1/", cells={"image": "{mask}"}),
    _sent("patch", "batches/{batch}/", steps=[{**_MARK, "params": {"logo": "{mask}"}}]),
    _sent(
        "post",
        "batches/templates/",
        name="New",
        steps=[{"operation": "watermark", "params": {"logo": "{mask}"}}],
    ),
]
# The same lists in other words.
LISTS = [
    Row("get", f"{V1}{path}", program=True, kind="json", query=query)
    for path, query in (
        ("assets/", "?q=q&versions=all&page_size=100"),
        ("assets/", "?status=trashed"),
        ("assets/", "?q=like:{mask}"),
        ("assets/", "?collection={collection}"),
        ("assets/", "?collection={inner}&ordering=manual"),
        ("assets/facets/", "?q=like:{mask}"),
        ("assets/suggest/", "?q=tag:q"),
        ("assets/suggest/", "?q=client:"),
        ("assets/suggest/", "?q=model:q"),
        ("jobs/", "?state=failed"),
        ("batches/", "?state=done"),
        ("batches/{finished}/rows/", "?bad=false"),
        ("batches/{broken}/retry/", "?offer=local-watermark&canceled=true"),
    )
]
PROGRAMS = [*_rows(), *BODIES, *LISTS]
