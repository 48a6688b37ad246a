"""ComfyUI, a server of one's own. Its offers are workflows that an admin stored.

It has no status of a job: what is neither in its queue nor in its history does not exist. The name
of a job is ours, so that a submit whose answer was lost can be found again.
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from studio.http import Reply, Wire
from studio.operations import declared
from studio.providers import Remote
from studio.providers._answers import field, harmless, no_news, text
from studio.spec import (
    Call,
    ErrorKind,
    Handle,
    Offer,
    Output,
    ProviderError,
    Status,
    Update,
    Uploaded,
)

PATHS = re.compile(r"(?:\b[A-Za-z]:)?(?:[\\/][\w.@+~ -]*\w){2,}[\\/]?")
MAKES = {o.key: o.makes for o in declared()}
KEPT_SECONDS = 2 * 3600.0  # for a picture there; its folder may be emptied at any time
# What a person may have said wrong; the other errors are in the workflow or the server.
SAID_WRONG = (
    "value_not_in_list",
    "value_smaller_than_min",
    "value_bigger_than_max",
    "custom_validation_failed",
    "invalid_input_type",
)


def name_of(reference: str) -> str:
    """The id of a job there, from our reference; the same every time."""
    return str(uuid5(NAMESPACE_URL, f"zoetrope:{reference}"))


def client_of(wire: Wire) -> str:
    """Who listens. The same for submits and for the socket."""
    return f"zoetrope-{hashlib.sha256(wire.home.encode()).hexdigest()[:16]}"


class ComfyUI(Remote):
    key = "comfyui"
    label = "ComfyUI"
    key_name = "COMFYUI_KEY"
    reconcile = "lookup"
    slots = 1
    cancels = True
    uploads = True
    listens = True
    poll_first = 1.0
    poll_most = 5.0

    def headers(self, key: str) -> dict[str, str]:
        """For the proxy before it: "name:password", or a token."""
        if ":" in key:
            return {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}
        return {**super().headers(key), "X-API-Key": key}

    async def submit(self, wire: Wire, call: Call) -> Update:
        body = {**call.payload, "client_id": client_of(wire), "prompt_id": name_of(call.ref)}
        reply = await wire.call("POST", "/prompt", json=body, timeout=60)
        if not reply.ok:
            raise self.refusal(reply, sending=True)
        ref = text(reply.data, "prompt_id")
        if not ref:
            message = "ComfyUI accepted it without naming it."
            raise ProviderError(message, ErrorKind.UNCLEAR, detail=_clean(reply.text))
        return Update(Status.QUEUED, ref=ref)

    async def poll(self, wire: Wire, handle: Handle) -> Update:
        return await self._find(wire, handle.offer, handle.ref) or _lost()

    async def lookup(self, wire: Wire, handle: Handle) -> Update | None:
        return await self._find(wire, handle.offer, name_of(handle.sent_as))

    async def cancel(self, wire: Wire, handle: Handle) -> Update:
        """Out of the queue, or interrupted; only then its absence means that it was stopped."""
        found = await self._find(wire, handle.offer, handle.ref)
        if found is None:
            return _lost()
        if found.status == Status.QUEUED:
            await self._asked(wire, "POST", "/queue", {"delete": [handle.ref]})
            found = await self._find(wire, handle.offer, handle.ref)
        if found and found.status == Status.RUNNING:
            await self._asked(wire, "POST", "/interrupt", {"prompt_id": handle.ref})
            found = await self._find(wire, handle.offer, handle.ref)
        return found or Update(Status.CANCELED, ref=handle.ref)

    async def upload(self, wire: Wire, file: Path, mime: str) -> Uploaded:
        with harmless():
            reply = await wire.call(
                "POST",
                "/upload/image",
                files=[("image", file, mime)],
                data={"type": "input"},
                timeout=120,
            )
        if not reply.ok:
            raise self.refusal(reply)
        name, folder = text(reply.data, "name"), text(reply.data, "subfolder")
        if not name:
            raise _unreadable(reply.text)
        return Uploaded(f"{folder}/{name}" if folder else name, KEPT_SECONDS)

    async def check_key(self, wire: Wire) -> str:
        data = await self._asked(wire, "GET", "/system_stats")
        version = text(field(data, "system"), "comfyui_version")
        program = f"ComfyUI {version}" if version else "ComfyUI answers"
        names = [text(device, "name") for device in _dicts(field(data, "devices"))]
        return " on ".join([program, *names[:1]]) + "."

    async def listen(self, wire: Wire) -> AsyncIterator[tuple[str, Update]]:
        async for message in wire.messages(f"/ws?clientId={client_of(wire)}"):
            if news := _news(message):
                yield news

    def explain(self, reply: Reply) -> tuple[str, ErrorKind | None]:
        if reply.status == 413:
            return "The file is larger than the server takes", ErrorKind.INPUT
        wrong = list(_node_errors(field(reply.data, "node_errors")))
        words = [text(field(reply.data, "error"), "message"), *(told for _, told in wrong[:3])]
        if not any(words):
            return "", None
        kinds = {kind for kind, _ in wrong}
        said = bool(kinds) and kinds <= set(SAID_WRONG)
        told = "; ".join(filter(None, map(_clean, words)))
        return told[:600], ErrorKind.INPUT if said else ErrorKind.REFUSED

    def refusal(self, reply: Reply, *, sending: bool = False) -> ProviderError:
        error = super().refusal(reply, sending=sending)
        error.detail = _clean(error.detail)
        return error

    async def _asked(self, wire: Wire, method: str, path: str, body: Any = None) -> Any:
        with harmless():
            reply = await wire.call(method, path, json=body)
        if not reply.ok:
            raise no_news(self, reply)
        return reply.data

    async def _find(self, wire: Wire, offer: Offer, ref: str) -> Update | None:
        """How it stands; None when it is surely nowhere. It moves from the queue to the history,
        so what is in neither is looked for in the history once more."""
        return (
            await self._past(wire, offer, ref)
            or await self._present(wire, ref)
            or await self._past(wire, offer, ref)
        )

    async def _past(self, wire: Wire, offer: Offer, ref: str) -> Update | None:
        data = await self._asked(wire, "GET", f"/history/{ref}")
        if not isinstance(data, dict) or (data and not isinstance(data.get(ref), dict)):
            raise _unreadable(data)
        return _ended(wire, offer, ref, data[ref]) if data else None

    async def _present(self, wire: Wire, ref: str) -> Update | None:
        match await self._asked(wire, "GET", "/queue"):
            case {"queue_running": list(running), "queue_pending": list(pending)}:
                if _holds(running, ref):
                    return Update(Status.RUNNING, ref=ref)
                return Update(Status.QUEUED, ref=ref) if _holds(pending, ref) else None
            case other:
                raise _unreadable(other)


def _lost() -> Update:
    message = "ComfyUI no longer knows this work: it was deleted there, or the server restarted."
    return Update(Status.FAILED, error=ProviderError(message))


def _clean(text: str) -> str:
    """Without the folders of the server."""
    return PATHS.sub("…", text[:4000])[:2000]


def _unreadable(data: Any) -> ProviderError:
    message = "ComfyUI's answer cannot be read."
    return ProviderError(message, ErrorKind.LATER, detail=_clean(str(data)[:2000]))


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _holds(entries: list[Any], ref: str) -> bool:
    return any(isinstance(e, list) and len(e) > 1 and e[1] == ref for e in entries)


def _node_errors(found: Any) -> Iterator[tuple[str, str]]:
    """(type, words) of what is wrong with each node."""
    for node, told in found.items() if isinstance(found, dict) else ():
        if not isinstance(told, dict):
            continue
        for error in _dicts(told.get("errors")):
            where = f"{told.get('class_type', 'node')} ({node})"
            said = f"{error.get('message', '')}: {str(error.get('details', ''))[:200]}"
            yield str(error.get("type")), f"{where}: {said}"


def _ended(wire: Wire, offer: Offer, ref: str, entry: dict[str, Any]) -> Update:
    match entry.get("status"):
        case {"status_str": "success", "completed": True}:
            return _result(wire, offer, ref, entry)
        case {"status_str": "error", "messages": list(messages)}:
            told = dict(m for m in messages if _is_message(m))
            if "execution_interrupted" in told:
                return Update(Status.CANCELED, ref=ref)
            return Update(Status.FAILED, ref=ref, error=_failure(told.get("execution_error")))
        case {"status_str": str(word)} if word not in ("success", "error"):
            return Update(Status.RUNNING, ref=ref)
    raise _unreadable(entry.get("status"))


def _is_message(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)


def _failure(told: Any) -> ProviderError:
    told = told if isinstance(told, dict) else {}
    where = f"{told.get('node_type') or 'a node'} ({told.get('node_id', '?')})"
    words = _clean(str(told.get("exception_message") or "it gave no reason"))
    detail = f"{told.get('exception_type', '')} {words}".strip()
    return ProviderError(
        f"ComfyUI failed at {where}: {words.strip().rstrip('.')[:400]}.", detail=detail
    )


def _result(wire: Wire, offer: Offer, ref: str, entry: dict[str, Any]) -> Update:
    """The files that were to be kept, else those that were not; of several kinds the one that the
    operation makes."""
    files = list(_files(entry.get("outputs")))
    kept = [f for f in files if f.get("type") == "output"] or files
    wanted = MAKES.get(offer.operation, "video")
    fit = [f for f in kept if _kind(f["filename"]) == wanted] or kept
    if not fit:
        error = ProviderError("The workflow ended without a file. Its nodes must save one.")
        return Update(Status.FAILED, ref=ref, error=error)
    outputs = tuple(Output(url=_address(wire, file), own=True) for file in fit)
    return Update(Status.SUCCEEDED, ref=ref, progress=1.0, outputs=outputs)


def _files(value: Any) -> Iterator[dict[str, Any]]:
    """Every file that is named anywhere; packs of nodes put them under names of their own."""
    if isinstance(value, dict):
        if isinstance(value.get("filename"), str) and value["filename"]:
            yield value
        else:
            for inner in value.values():
                yield from _files(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _files(inner)


def _kind(name: str) -> str:
    """What a file is by its name: image, video, audio, model. What moves counts as a video."""
    if name.lower().endswith(".gif"):
        return "video"
    return str(mimetypes.guess_type(name)[0]).partition("/")[0]


def _address(wire: Wire, file: dict[str, Any]) -> str:
    names = ("filename", "subfolder", "type")
    return wire.url(f"/view?{urlencode({n: str(file.get(n) or '') for n in names})}")


def _news(message: dict[str, Any]) -> tuple[str, Update] | None:
    """A step of the node at work, or that all of them are done."""
    match message:
        case {
            "type": "progress",
            "data": {"prompt_id": str(ref), "value": int(value), "max": int(most)},
        } if 0 <= value <= most and most > 0:
            stage = f"step {value} of {most}"
            return ref, Update(Status.RUNNING, ref=ref, progress=value / most, stage=stage)
        case {"type": "executing", "data": {"prompt_id": str(ref), "node": None}}:
            return ref, Update(Status.RUNNING, ref=ref, progress=1.0, stage="finishing")
    return None


PROVIDER = ComfyUI()
