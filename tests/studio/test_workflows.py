"""Workflows of ComfyUI: what an admin may store, and the offers that come of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from billing.pricing import CREDIT
from studio import catalogue, workflows
from studio.graphs import filled, propose
from studio.models import Workflow
from studio.operations.avatar import TALKING_AVATAR
from studio.operations.transform import IMAGE_TO_VIDEO, TEXT_TO_VIDEO

GRAPHS = Path(__file__).parent.parent / "providers" / "workflows"
STILL: dict[str, Any] = json.loads((GRAPHS / "still.json").read_text())
VOICE: dict[str, Any] = json.loads((GRAPHS / "voice.json").read_text())
REPEAT: dict[str, Any] = json.loads((GRAPHS / "repeat.json").read_text())
MAPPING: dict[str, Any] = {
    "image": [["1", "image"]],
    "width": [["2", "width"]],
    "height": [["2", "height"]],
    "frames": [["3", "amount"]],
    "fps": [["4", "fps"]],
}
SAMPLER: dict[str, Any] = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "bad", "clip": ["9", 0]}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "good", "clip": ["9", 0]}},
    "4": {
        "class_type": "WanImageToVideo",
        "inputs": {
            "positive": ["3", 0],
            "negative": ["2", 0],
            "start_image": ["1", 0],
            "width": 832,
            "height": 480,
            "length": 81,
        },
    },
    "5": {
        "class_type": "KSampler",
        "inputs": {"positive": ["4", 0], "negative": ["4", 1], "seed": 1, "cfg": 6.0},
    },
    "6": {"class_type": "CreateVideo", "inputs": {"images": ["5", 0], "fps": 16}},
    "8": {"class_type": "SaveVideo", "inputs": {"video": ["6", 0]}},
    "9": {"class_type": "CLIPLoader", "inputs": {"clip_name": "t5"}},
}


def workflow(**changed: Any) -> Workflow:
    said: dict[str, Any] = {"key": "repeat", "label": "Repeat", "graph": REPEAT}
    return Workflow(**{**said, "mapping": MAPPING, **changed})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The address of a server is set."""
    monkeypatch.setenv("COMFYUI_URL", "http://127.0.0.1:8188")
    workflows.forget()
    yield
    workflows.forget()


# --- offers -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_stored_is_offered(server: None) -> None:
    workflow(price="0.02").save()
    offer = catalogue.all_offers()["comfyui-repeat"]
    assert offer in catalogue.offers("image-to-video", {"comfyui"})
    assert offer.price.quote({}).amount == 2 * CREDIT
    names = [p.name for p in offer.params(IMAGE_TO_VIDEO)]
    assert names == ["image", "duration", "width", "height", "fps"]


@pytest.mark.django_db
def test_what_is_not_enabled_not_sound_or_without_a_server_is_not(
    server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow().save()
    workflow(key="off", enabled=False).save()
    workflow(key="broken", mapping={"image": [["77", "image"]]}).save()
    workflow(key="gone", operation="no-such-thing").save()
    assert [o.key for o in workflows.offers()] == ["comfyui-repeat"]
    monkeypatch.delenv("COMFYUI_URL")
    assert workflows.offers() == []


@pytest.mark.django_db
def test_what_was_stored_unsound_is_left_out_and_logged_once(
    server: None, caplog: pytest.LogCaptureFixture
) -> None:
    workflow().save()
    workflow(key="late", deadline=0).save()
    workflow(key="wrong", limits={"width": {"default": "x"}}).save()
    for _ in range(3):
        workflows.forget()
        assert [o.key for o in workflows.offers()] == ["comfyui-repeat"]
    told = sorted(r.getMessage() for r in caplog.records if r.name == "zoetrope.workflows")
    assert [words.split(" is not offered")[0] for words in told] == [
        "The workflow late",
        "The workflow wrong",
    ]
    Workflow.objects.filter(key="late").update(deadline=600)
    workflows.forget()
    assert "comfyui-late" in [o.key for o in workflows.offers()]


@pytest.mark.django_db
def test_one_that_cannot_be_read_does_not_take_the_others_along(
    server: None, caplog: pytest.LogCaptureFixture
) -> None:
    workflow().save()
    workflow(key="deep").save()
    levels = 990
    text = "[" * levels + "]" * levels
    with connection.cursor() as cursor:
        cursor.execute("UPDATE studio_workflow SET graph = %s WHERE key = 'deep'", [text])
    assert [o.key for o in workflows.offers()] == ["comfyui-repeat"]
    assert "deep is not offered: It cannot be read from the database" in caplog.text


@pytest.mark.django_db
def test_many_looks_are_one_query(
    server: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    workflow().save()
    with django_assert_num_queries(1):
        for _ in range(20):
            assert workflows.offers()


def test_without_a_server_the_database_is_not_asked() -> None:
    assert workflows.offers() == []


def test_values_go_to_their_nodes_and_the_stored_graph_stays() -> None:
    before = deepcopy(REPEAT)
    params = {"width": 320, "height": 240, "duration": 2.5, "fps": 24}
    sent = workflows.offer_of(workflow()).payload(params, {"image": "cat.png"})["prompt"]
    assert sent["1"]["inputs"]["image"] == "cat.png"
    assert (sent["2"]["inputs"]["width"], sent["2"]["inputs"]["height"]) == (320, 240)
    assert (sent["3"]["inputs"]["amount"], sent["4"]["inputs"]["fps"]) == (60, 24)
    assert sent["2"]["inputs"]["image"] == ["1", 0]
    assert before == REPEAT


def test_what_is_not_said_is_left_and_zero_is_said() -> None:
    graph = {"1": {"class_type": "A", "inputs": {"seed": 5, "cfg": 1.0}}}
    mapping = {"seed": [["1", "seed"]], "guidance": [["1", "cfg"]]}
    sent = filled(graph, mapping, {"seed": None, "guidance": 0})
    assert sent["1"]["inputs"] == {"seed": 5, "cfg": 0}


@pytest.mark.parametrize(
    ("pace", "fps", "seconds", "frames"),
    [
        ({}, 24, 1, 24),
        ({"fps": 16}, None, 5, 80),
        ({"fps": 16, "step": 4}, None, 5, 81),
        ({"fps": 16, "step": 4}, None, 4.9, 81),
        ({"fps": 24, "step": 8}, None, 1, 25),
        ({}, 24, 0.01, 1),
    ],
)
def test_a_length_becomes_frames(
    pace: dict[str, Any], fps: int | None, seconds: float, frames: int
) -> None:
    mapping = {"image": MAPPING["image"], "frames": MAPPING["frames"]}
    mapping |= {"fps": MAPPING["fps"]} if fps else {}
    offer = workflows.offer_of(workflow(mapping=mapping, limits={"frames": pace}))
    sent = offer.payload({"duration": seconds, "fps": fps}, {"image": "a.png"})
    assert sent["prompt"]["3"]["inputs"]["amount"] == frames


def test_limits_narrow_what_may_be_said() -> None:
    limits = {
        "width": {"low": 256, "high": 1024, "default": 512, "multiple": 16},
        "height": {"default": None},
        "fps": {"choices": [16, 24]},
        "duration": {"high": 8},
    }
    stored = workflow(limits=limits)
    assert workflows.problems(stored) == []
    params = {p.name: p for p in workflows.offer_of(stored).params(IMAGE_TO_VIDEO)}
    width = params["width"]
    assert (width.low, width.high, width.default, width.multiple) == (256, 1024, 512, 16)
    assert params["height"].default is None
    assert (params["fps"].choices, params["fps"].default) == ((16, 24), 16)
    assert params["duration"].high == 8


def test_a_prompt_brings_the_camera_as_words() -> None:
    mapping = {"image": [["1", "image"]], "prompt": [["3", "text"]]}
    stored = workflow(graph=SAMPLER, mapping=mapping)
    assert workflows.problems(stored) == []
    offer = workflows.offer_of(stored)
    assert {"motion", "direction", "strength", "motion_words"} <= set(offer.accepts)
    params = {"prompt": "A cat", "motion": "zoom", "motion_words": "The camera zooms in."}
    sent = offer.payload(params, {"image": "a.png"})["prompt"]
    assert sent["3"]["inputs"]["text"] == "A cat. The camera zooms in."


# --- what is refused ----------------------------------------------------------------------------


def deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels - 1):
        found = {"a": found}
    return found


def with_input(value: Any) -> dict[str, Any]:
    return {**REPEAT, "1": {"class_type": "LoadImage", "inputs": {"image": "a", "odd": value}}}


EDITOR = {"nodes": [{"id": 1, "type": "LoadImage"}], "links": [], "version": 0.4}
UNSAVED = {k: v for k, v in REPEAT.items() if k != "5"}
DANGLING = {**REPEAT, "4": {"class_type": "CreateVideo", "inputs": {"images": ["33", 0]}}}
LARGE = {str(n): {"class_type": "SaveImage", "inputs": {}} for n in range(1001)}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"graph": {}}, "empty"),
        ({"graph": [1]}, "empty"),
        ({"graph": EDITOR}, "Export (API)"),
        ({"graph": {"1": {"class_type": "A"}}}, "no inputs"),
        ({"graph": {"1": {"type": "A"}}}, "no class_type"),
        ({"graph": UNSAVED}, "No node saves"),
        ({"graph": DANGLING}, "comes from node 33, which does not exist"),
        ({"graph": LARGE}, "at most 1,000 nodes"),
        ({"mapping": []}, "must look like"),
        ({"mapping": {"image": [["1"]]}}, "must look like"),
        ({"mapping": {"image": []}}, "must look like"),
        ({"mapping": {"image": [[1, "image"]]}}, "must look like"),
        ({"mapping": {"image": [["8", "image"]]}}, "goes to node 8, which does not exist"),
        ({"mapping": {"image": [["1", "picture"]]}}, "which has image"),
        ({"mapping": {"image": [["2", "image"]]}}, "which is fed by node 1"),
        ({"mapping": {**MAPPING, "cats": [["3", "amount"]]}}, "“cats” is nothing"),
        ({"mapping": {**MAPPING, "focus": [["3", "amount"]]}}, "“focus” is nothing"),
        ({"mapping": {"width": [["2", "width"]]}}, "lacks “image”"),
        ({"limits": [1]}, "must look like"),
        ({"limits": {"width": 3}}, "must look like"),
        ({"limits": {"seed": {"low": 1}}}, "not in the mapping"),
        ({"limits": {"width": {"lowest": 1}}}, "“lowest” is unknown"),
        ({"limits": {"width": {"low": "1"}}}, "it is a whole number"),
        ({"limits": {"width": {"multiple": 0}}}, "is 0; it is 1 to 1,024"),
        ({"limits": {"width": {"choices": []}}}, "one value or more"),
        ({"limits": {"width": {"low": 900, "high": 100}}}, "low and high"),
        ({"limits": {"width": {"default": 9000}}}, "outside its limits"),
        ({"limits": {"frames": {"step": 0}}}, "is 0; it is 1 to 1,024"),
        ({"operation": "no-such-thing"}, "no operation"),
        ({"price": "-0.01"}, "The price is -0.01; it is 0 or more"),
        ({"price": "NaN"}, "The price is NaN"),
        ({"deadline": 0}, "The deadline is 0 s; it is 30 s to 604,800 s"),
        ({"deadline": 604_801}, "it is 30 s to 604,800 s, which are 7 days"),
        ({"graph": with_input(float("nan"))}, "has nan, which is no number"),
        (
            {"graph": with_input("\ud800")},
            "cannot be stored (code 0, or half of a pair) at 1 › inp",
        ),
        ({"graph": {**REPEAT, "\x00": {}}}, "cannot be stored"),
        ({"graph": with_input(2**64 + 1)}, "larger than 2⁶⁴"),
        ({"graph": with_input(deep(49))}, "The workflow is nested more than 50 deep"),
        ({"graph": with_input(deep(100_000))}, "nested more than 50 deep"),
        ({"mapping": deep(3000)}, "The mapping is nested"),
        ({"limits": deep(3000)}, "in limits is nested"),
        ({"limits": {"width": {"high": float("inf")}}}, "in limits has inf"),
    ],
)
def test_a_problem_is_named(changed: dict[str, Any], words: str) -> None:
    found = workflows.problems(workflow(**changed))
    assert any(words in problem for problem in found), found


def test_frames_need_a_pace() -> None:
    mapping = {"image": MAPPING["image"], "frames": MAPPING["frames"]}
    [problem] = workflows.problems(workflow(mapping=mapping))
    assert '"fps": 24' in problem
    assert not workflows.problems(workflow(mapping=mapping, limits={"frames": {"fps": 24}}))


def test_a_sound_one_has_no_problem() -> None:
    assert workflows.problems(workflow()) == []


# --- proposals ----------------------------------------------------------------------------------


def test_the_mapping_of_a_simple_graph_is_proposed() -> None:
    assert propose(REPEAT, IMAGE_TO_VIDEO) == MAPPING


def test_texts_are_told_apart_by_the_sampler() -> None:
    found = propose(SAMPLER, IMAGE_TO_VIDEO)
    assert found["prompt"] == [["3", "text"]]
    assert found["negative_prompt"] == [["2", "text"]]
    assert (found["seed"], found["guidance"]) == ([["5", "seed"]], [["5", "cfg"]])
    assert found["frames"] == [["4", "length"]]
    assert not workflows.problems(workflow(graph=SAMPLER, mapping=found))


def test_a_voice_says_how_many_frames_there_are() -> None:
    mapping = propose(VOICE, TALKING_AVATAR)
    assert mapping == {
        "image": [["1", "image"]],
        "audio": [["2", "audio"]],
        "frames": [["3", "amount"]],
    }
    limits = {"frames": {"fps": 25, "step": 4}, "seconds": {"high": 60}}
    said = workflow(graph=VOICE, mapping=mapping, limits=limits, operation="talking-avatar")
    assert workflows.problems(said) == []
    offer = workflows.offer_of(said)
    params = {p.name: p for p in offer.params(TALKING_AVATAR)}
    assert params["seconds"].high == 60
    assert {"trim_start", "trim_end"} <= set(params)
    values = {"seconds": 3, "trim_start": 1.5, "trim_end": 4.5}
    sent = offer.payload(values, {"image": "a.png", "audio": "b.mp3"})["prompt"]
    assert sent["2"]["inputs"]["audio"] == "b.mp3"
    assert sent["3"]["inputs"]["amount"] == 77
    assert "trim_start" not in json.dumps(sent)


def test_a_voice_may_pace_itself() -> None:
    mapping = {"image": [["1", "image"]], "audio": [["2", "audio"]]}
    said = workflow(graph=VOICE, mapping=mapping, operation="talking-avatar")
    assert workflows.problems(said) == []
    paced = workflow(
        graph=VOICE, mapping={**mapping, "frames": [["3", "amount"]]}, operation="talking-avatar"
    )
    assert '"fps": 24' in workflows.problems(paced)[0]


def test_only_what_the_operation_asks_for_is_proposed() -> None:
    found = propose(SAMPLER, TEXT_TO_VIDEO)
    assert "image" not in found
    assert "guidance" not in found


def test_two_pictures_are_the_first_and_the_last() -> None:
    graph = {**REPEAT, "7": {"class_type": "LoadImage", "inputs": {"image": "b.png"}}}
    found = propose(graph, IMAGE_TO_VIDEO)
    assert (found["image"], found["end_image"]) == ([["1", "image"]], [["7", "image"]])


def test_a_circle_of_links_is_survived() -> None:
    graph: dict[str, Any] = {
        "1": {"class_type": "KSampler", "inputs": {"positive": ["2", 0]}},
        "2": {"class_type": "A", "inputs": {"positive": ["3", 0]}},
        "3": {"class_type": "SaveVideo", "inputs": {"positive": ["2", 0]}},
    }
    assert propose(graph, IMAGE_TO_VIDEO) == {}
