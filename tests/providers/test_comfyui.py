"""ComfyUI: the contract, what only ComfyUI does, and news over its socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from studio import workflows
from studio.http import Clients, Wire
from studio.models import Workflow
from studio.providers import comfyui
from studio.spec import Call, ErrorKind, Handle, Offer, ProviderError, Status, Update
from tests.fakes.comfyui import FakeComfyUI
from tests.fakes.parts import CANCELED, DONE, FAILED, QUEUED, RUNNING
from tests.providers.contract import ProviderContract, Talk

GRAPHS = Path(__file__).parent / "workflows"
REPEAT = json.loads((GRAPHS / "repeat.json").read_text())
MAPPING = {
    "image": [["1", "image"]],
    "width": [["2", "width"]],
    "height": [["2", "height"]],
    "frames": [["3", "amount"]],
    "fps": [["4", "fps"]],
}


def workflow(**changed: Any) -> Workflow:
    said = {"key": "repeat", "label": "Repeat", "graph": REPEAT, "mapping": MAPPING, **changed}
    return Workflow(**said)


class TestComfyUI(ProviderContract):
    provider = comfyui.PROVIDER
    fake_class = FakeComfyUI
    vocabulary = (
        comfyui.name_of("job.1"),
        "queue_running",
        "queue_pending",
        "status",
        "status_str",
        "success",
        "error",
        "messages",
        "outputs",
        "filename",
    )
    # It refuses nothing for its content.
    test_refused_content_is_told_apart: ClassVar[None] = None  # type: ignore[assignment]

    def offer(self) -> Offer:
        return workflows.offer_of(workflow())

    # --- submit ---------------------------------------------------------------------------------

    def test_what_was_said_is_in_the_graph(
        self, talk: Talk, fake: FakeComfyUI, call: Call, files: dict[str, Path]
    ) -> None:
        said = {"width": 320, "height": 240, "duration": 2, "fps": 25}
        ref = talk("submit", replace(call, params={**call.params, **said})).ref
        graph = fake.predictions[ref].input["prompt"]
        assert (graph["2"]["inputs"]["width"], graph["2"]["inputs"]["height"]) == (320, 240)
        assert graph["3"]["inputs"]["amount"] == 50
        assert graph["4"]["inputs"]["fps"] == 25
        assert fake.uploads[graph["1"]["inputs"]["image"]] == files["image"].read_bytes()

    def test_a_voice_is_uploaded_and_moves_a_picture(
        self, talk: Talk, fake: FakeComfyUI, call: Call, files: dict[str, Path], tmp_path: Path
    ) -> None:
        graph = json.loads((GRAPHS / "voice.json").read_text())
        mapping = {
            "image": [["1", "image"]],
            "audio": [["2", "audio"]],
            "frames": [["3", "amount"]],
        }
        offer = workflows.offer_of(
            workflow(
                graph=graph,
                mapping=mapping,
                limits={"frames": {"fps": 25}},
                operation="talking-avatar",
            )
        )
        voice = tmp_path / "voice.mp3"
        voice.write_bytes(b"a voice")
        both = {"image": files["image"], "audio": voice}
        urls = {
            name: talk("upload", path, mime).url
            for name, path, mime in (
                ("image", both["image"], "image/png"),
                ("audio", voice, "audio/mpeg"),
            )
        }
        said = replace(call, offer=offer, params={"seconds": 2}, files=both, urls=urls)
        ref = talk("submit", said).ref
        graph = fake.predictions[ref].input["prompt"]
        assert fake.uploads[graph["2"]["inputs"]["audio"]] == b"a voice"
        assert graph["3"]["inputs"]["amount"] == 50
        fake.end(ref, DONE)
        [film] = talk("poll", Handle(offer, call.ref, ref)).outputs
        assert ".mp4" in film.url

    def test_our_reference_is_its_name(self, talk: Talk, fake: FakeComfyUI, call: Call) -> None:
        first = talk("submit", call).ref
        assert first == comfyui.name_of(call.ref)
        assert talk("submit", replace(call, ref="job.2")).ref != first

    @pytest.mark.parametrize("fault", ["cut_after", "error_after", "unreadable"])
    def test_a_lost_submit_is_found_again(
        self, talk: Talk, fake: FakeComfyUI, call: Call, fault: str
    ) -> None:
        setattr(fake.faults, fault, 1)
        assert talk.refused("submit", call).kind == ErrorKind.UNCLEAR
        found = talk("lookup", self.handle(call))
        assert found.ref == comfyui.name_of(call.ref)
        fake.end(found.ref, DONE)
        assert talk("lookup", self.handle(call)).status == Status.SUCCEEDED

    def handle(self, call: Call) -> Handle:
        return Handle(call.offer, call.ref)

    def test_what_never_arrived_is_proven_absent(
        self, talk: Talk, fake: FakeComfyUI, call: Call
    ) -> None:
        fake.faults.cut_before = 1
        talk.refused("submit", call)
        assert talk("lookup", self.handle(call)) is None

    @pytest.mark.parametrize("fault", ["server_error", "malformed"])
    def test_a_sick_server_proves_nothing(
        self, talk: Talk, fake: FakeComfyUI, call: Call, fault: str
    ) -> None:
        setattr(fake.faults, fault, -1)
        assert talk.refused("lookup", self.handle(call)).kind == ErrorKind.LATER

    @pytest.mark.parametrize(
        ("node", "slot", "value", "kind", "words"),
        [
            ("2", "width", 20_000, ErrorKind.INPUT, "bigger than max of 16384"),
            ("2", "crop", "left", ErrorKind.INPUT, "not in"),
            ("1", "image", "gone.png", ErrorKind.INPUT, "Invalid image file: gone.png"),
            ("4", "images", ["5", 0], ErrorKind.REFUSED, "Return type mismatch"),
        ],
    )
    def test_a_refusal_names_the_node(
        self,
        talk: Talk,
        fake: FakeComfyUI,
        call: Call,
        node: str,
        slot: str,
        value: Any,
        kind: ErrorKind,
        words: str,
    ) -> None:
        graph = deepcopy(REPEAT)
        graph[node]["inputs"][slot] = value
        offer = replace(call.offer, build=lambda params, files: {"prompt": graph})
        if node != "1":
            graph["1"]["inputs"]["image"] = call.urls["image"]
        error = talk.refused("submit", replace(call, offer=offer))
        assert error.kind == kind
        assert words in error.message
        assert f"{graph[node]['class_type']} ({node})" in error.message
        assert not fake.predictions

    def test_an_unknown_node_is_the_workflows_fault(
        self, talk: Talk, fake: FakeComfyUI, call: Call
    ) -> None:
        graph = {**REPEAT, "9": {"class_type": "Dream", "inputs": {}}}
        offer = replace(call.offer, build=lambda params, files: {"prompt": graph})
        error = talk.refused("submit", replace(call, offer=offer))
        assert error.kind == ErrorKind.REFUSED
        assert "Dream does not exist" in error.message

    # --- how it stands --------------------------------------------------------------------------

    def test_a_crash_names_the_node_and_no_folder(
        self, talk: Talk, fake: FakeComfyUI, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, FAILED)
        error = talk("poll", handle).error
        assert "RepeatImageBatch (3)" in error.message
        assert "out of memory" in error.message
        assert "/srv" not in error.message + error.detail
        assert "Traceback" not in error.detail

    @pytest.mark.parametrize(
        "path", ["/srv/comfy/x.py", r"C:\comfy\models\x.pt", "/home/me/my models/x.pt"]
    )
    def test_no_folder_of_the_server_is_shown(self, path: str) -> None:
        assert comfyui._clean(f"cannot open {path}: it is gone") == "cannot open …: it is gone"

    @pytest.mark.parametrize("words", ["1/2 done", "a and/or b", "image/png"])
    def test_other_words_stay(self, words: str) -> None:
        assert comfyui._clean(words) == words

    def test_what_is_nowhere_any_more_is_lost(
        self, talk: Talk, fake: FakeComfyUI, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        assert talk("poll", handle).status == Status.RUNNING
        fake.predictions.clear()
        update = talk("poll", handle)
        assert update.status == Status.FAILED
        assert "restarted" in update.error.message

    def test_what_ends_between_two_looks_is_not_lost(
        self, talk: Talk, fake: FakeComfyUI, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Running when the history is read, in the history when the queue is."""
        handle = self.begin(talk, fake, call)
        present = comfyui.ComfyUI._present

        async def ends_first(provider: Any, wire: Wire, ref: str) -> Update | None:
            fake.end(ref, DONE)
            return await present(provider, wire, ref)

        monkeypatch.setattr(comfyui.ComfyUI, "_present", ends_first)
        assert talk("poll", handle).status == Status.SUCCEEDED

    @pytest.mark.parametrize(
        ("outputs", "names"),
        [
            ({"5": {"gifs": [{"filename": "a.mp4", "type": "output"}]}}, ["a.mp4"]),
            ({"5": {"images": [{"filename": "a.png", "type": "output"}]}}, ["a.png"]),
            (
                {
                    "4": {"images": [{"filename": "p.png", "type": "temp"}]},
                    "5": {"images": [{"filename": "a.png", "type": "output"}]},
                    "6": {"a": {"b": [{"filename": "b.webm", "subfolder": "x", "type": "output"}]}},
                },
                ["b.webm"],
            ),
            ({"4": {"images": [{"filename": "p.mp4", "type": "temp"}]}}, ["p.mp4"]),
        ],
    )
    def test_every_file_is_found(
        self,
        talk: Talk,
        fake: FakeComfyUI,
        call: Call,
        outputs: dict[str, Any],
        names: list[str],
    ) -> None:
        update = self.ended(talk, fake, call, outputs)
        assert [o.url.partition("filename=")[2].partition("&")[0] for o in update.outputs] == names
        assert all(o.own for o in update.outputs)

    def ended(self, talk: Talk, fake: FakeComfyUI, call: Call, outputs: Any) -> Update:
        handle = self.begin(talk, fake, call)
        status = {"status_str": "success", "completed": True, "messages": []}
        told = {handle.ref: {"outputs": outputs, "status": status}}
        fake.faults.malformed, fake.faults.body = 1, json.dumps(told)
        update = talk("poll", handle)
        assert isinstance(update, Update)
        return update

    @pytest.mark.parametrize("outputs", [{}, None, {"5": {"images": [{"filename": 3}]}}])
    def test_an_end_without_a_file_is_a_failure(
        self, talk: Talk, fake: FakeComfyUI, call: Call, outputs: Any
    ) -> None:
        update = self.ended(talk, fake, call, outputs)
        assert update.status == Status.FAILED
        assert update.error
        assert "without a file" in update.error.message

    # --- stop -----------------------------------------------------------------------------------

    def test_running_work_is_interrupted_alone(
        self, talk: Talk, fake: FakeComfyUI, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        other = talk("submit", replace(call, ref="job.2")).ref
        for ref in (handle.ref, other):
            fake.end(ref, RUNNING)
        assert talk("cancel", handle).status == Status.CANCELED
        assert fake.predictions[other].stage_now() == RUNNING

    def test_waiting_work_leaves_the_queue_without_an_interrupt(
        self, talk: Talk, fake: FakeComfyUI, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, QUEUED)
        assert talk("cancel", handle).status == Status.CANCELED
        assert ("POST", "/interrupt") not in fake.calls

    def test_an_interrupt_that_takes_time_is_not_confirmed(
        self, talk: Talk, fake: FakeComfyUI, call: Call
    ) -> None:
        handle = self.begin(talk, fake, call)
        fake.end(handle.ref, RUNNING)
        fake.end = lambda id, stage=DONE: None  # type: ignore[method-assign]
        assert talk("cancel", handle).status == Status.RUNNING
        fake.predictions[handle.ref].stage = CANCELED
        assert talk("poll", handle).status == Status.CANCELED

    # --- files and keys -------------------------------------------------------------------------

    def test_the_name_that_they_give_is_used(
        self, talk: Talk, fake: FakeComfyUI, files: dict[str, Path], tmp_path: Path
    ) -> None:
        first = talk("upload", files["image"], "image/png").url
        assert talk("upload", files["image"], "image/png").url == first
        other = tmp_path / "other" / files["image"].name
        other.parent.mkdir()
        other.write_bytes(b"something else")
        second = talk("upload", other, "image/png").url
        assert second != first
        assert fake.uploads[second] == b"something else"

    def test_the_key_may_be_a_name_and_a_password(self) -> None:
        assert comfyui.PROVIDER.headers("me:secret") == {"Authorization": "Basic bWU6c2VjcmV0"}

    def test_the_key_check_names_the_server(self, talk: Talk) -> None:
        assert talk("check_key") == "ComfyUI 0.3.64 on cpu."


# --- the socket ---------------------------------------------------------------------------------


@pytest.fixture
def quick() -> Iterator[FakeComfyUI]:
    with FakeComfyUI(seconds=0.5) as fake:
        yield fake


async def _heard(fake: FakeComfyUI, home: str, key: str) -> list[tuple[str, Update]]:
    """What is told while one piece of work is done."""
    clients, provider = Clients(8), comfyui.PROVIDER
    wire = Wire(home, provider.headers(key), clients)
    heard = []

    async def listen() -> None:
        async for ref, update in provider.listen(wire):
            heard.append((ref, update))
            if update.progress == 1 and update.stage == "finishing":
                return

    task = asyncio.create_task(listen())
    while not fake.sockets and not task.done():
        await asyncio.sleep(0.01)
    if not task.done():
        fake.uploads["cat.png"] = b"x"
        offer = workflows.offer_of(workflow())
        params = {"duration": 1, "fps": 24}
        call = Call(offer, params, {}, "job.1", Path(), urls={"image": "cat.png"})
        await provider.submit(wire, call)
    try:
        await asyncio.wait_for(task, 10)
    finally:
        await clients.close()
    return heard


def test_progress_is_heard_as_it_happens(quick: FakeComfyUI) -> None:
    heard = asyncio.run(_heard(quick, quick.url, quick.secret))
    assert {ref for ref, _ in heard} == {comfyui.name_of("job.1")}
    assert [u.progress for _, u in heard] == [0.25, 0.5, 0.75, 1, 1]
    assert next(u.stage for _, u in heard) == "step 1 of 4"
    assert {u.status for _, u in heard} == {Status.RUNNING}


def test_a_socket_that_is_refused_says_later_and_no_key(quick: FakeComfyUI) -> None:
    with pytest.raises(ProviderError) as caught:
        asyncio.run(_heard(quick, quick.url, "wrong-key-0123456789"))
    assert caught.value.kind == ErrorKind.LATER
    assert "wrong-key" not in caught.value.message + caught.value.detail


def test_a_server_that_ends_the_line_ends_the_news() -> None:
    async def run() -> None:
        clients = Clients(8)
        with FakeComfyUI() as fake:
            wire = Wire(fake.url, comfyui.PROVIDER.headers(fake.secret), clients)
            task = asyncio.create_task(_all(comfyui.PROVIDER.listen(wire)))
            while not fake.sockets:
                await asyncio.sleep(0.01)
            [socket] = fake.sockets.values()
            asyncio.run_coroutine_threadsafe(socket.close(), fake._loop)
            await asyncio.wait_for(task, 10)
        await clients.close()

    asyncio.run(run())


async def _all(news: Any) -> list[Any]:
    return [item async for item in news]
