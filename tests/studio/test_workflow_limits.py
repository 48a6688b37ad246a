"""Limits of a workflow: what makes no sense is named, and what passes the form can be sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio import catalogue, workflows
from studio.forms import OperationForm
from studio.graphs import propose
from studio.operations.transform import IMAGE_TO_VIDEO
from tests.studio.test_workflows import MAPPING, SAMPLER, STILL, workflow

WHOLE: dict[str, Any] = {
    "image": [["1", "image"]],
    "prompt": [["3", "text"]],
    "negative_prompt": [["2", "text"]],
    "seed": [["5", "seed"]],
    "guidance": [["5", "cfg"]],
    "width": [["4", "width"]],
    "height": [["4", "height"]],
    "frames": [["4", "length"]],
    "fps": [["6", "fps"]],
    "make_audio": [["10", "audio"]],
}
LOUD = {**SAMPLER, "10": {"class_type": "A", "inputs": {"audio": True}}}


@pytest.mark.parametrize(
    ("name", "limits", "words"),
    [
        ("prompt", {"default": 5}, "default is 5; it is text"),
        ("prompt", {"choices": ["a", 1, None, {}]}, "a choice is 1; it is text"),
        ("prompt", {"choices": ["a", "a"]}, "names a value twice"),
        ("prompt", {"choices": [" a"]}, "no space at its ends"),
        ("prompt", {"choices": "abc"}, "is a list"),
        ("prompt", {"low": 1}, "“low” is unknown. Use default, max_length, choices"),
        ("prompt", {"max_length": 3, "default": "four"}, "the most is 3"),
        ("prompt", {"max_length": 2.5}, "a whole number, written without a point"),
        ("seed", {"low": 5, "high": 1}, "low and high are 5 and 1; low is not above high"),
        ("seed", {"default": -1}, "the default -1 is outside its limits"),
        ("seed", {"default": 1.5}, "it is a whole number"),
        ("seed", {"high": 2**53}, "it is 0 to"),
        ("seed", {"step": 5}, "“step” is unknown"),
        ("image", {"low": 1, "high": 2}, "is a file, which takes no limits"),
        ("image", {"default": "a.png"}, "is a file, which takes no limits"),
        ("make_audio", {"default": 1}, "default is 1; it is true or false"),
        ("make_audio", {"choices": [True]}, "“choices” is unknown"),
        ("width", {"default": "512"}, 'default is "512"; it is a whole number'),
        ("width", {"default": True}, "default is true; it is a whole number"),
        ("width", {"high": 512}, "the default 1080 is outside its limits, 64 to 512"),
        ("width", {"low": 0}, "it is 1 to"),
        ("width", {"low": None}, "low is null"),
        ("width", {"high": 2000, "multiple": 64}, "no multiple of 64"),
        ("width", {"choices": [512, 512.5]}, "a choice is 512.5; it is a whole number"),
        ("width", {"choices": [512], "high": 600}, "choices leave no room for high"),
        ("width", {"choices": [512], "default": 500}, "which is no choice. Use 512"),
        ("duration", {"step": 1e-320}, "it is 0.001 to"),
        ("duration", {"step": 4}, "low is 1, no multiple of the step 4"),
        ("duration", {"choices": [True]}, "a choice is true; it is a number"),
        ("fps", {"choices": ["24"]}, 'a choice is "24"; it is a number'),
        ("fps", {"choices": [-24]}, "a choice is -24"),
        ("fps", {"default": 23}, "which is no choice. Use 24, 25, 30, 60"),
        ("fps", {"default": None}, "has frames but no fps"),
        ("frames", {"fps": 0}, "it is 1 to 1,000"),
        ("frames", {"fps": True}, "it is a number"),
        ("frames", {"step": 0.5}, "it is a whole number"),
        ("frames", {"low": 1}, "“low” is unknown. Use fps, step"),
    ],
)
def test_limits_that_make_no_sense_are_named(name: str, limits: dict[str, Any], words: str) -> None:
    found = workflows.problems(workflow(graph=LOUD, mapping=WHOLE, limits={name: limits}))
    assert any(words in problem for problem in found), found


def test_what_choices_leave_out_may_stay_unsaid() -> None:
    stored = workflow(limits={"width": {"choices": [511, 640], "default": None}})
    assert workflows.problems(stored) == []
    [width] = [p for p in workflows.offer_of(stored).params(IMAGE_TO_VIDEO) if p.name == "width"]
    assert (width.default, width.choices, width.multiple) == (None, (511, 640), 1)


# --- what passes the form can be sent -----------------------------------------------------------

EXAMPLES: dict[str, dict[str, Any]] = {
    "repeat": {},
    "still": {"graph": STILL, "mapping": {k: MAPPING[k] for k in ("image", "width", "height")}},
    "sampler": {"graph": SAMPLER, "mapping": propose(SAMPLER, IMAGE_TO_VIDEO)},
    "words": {
        "graph": SAMPLER,
        "operation": "text-to-video",
        "mapping": {k: WHOLE[k] for k in ("prompt", "negative_prompt", "frames", "fps", "seed")},
    },
    "whole": {"graph": LOUD, "mapping": WHOLE, "limits": {"frames": {"step": 4}}},
    "chosen": {
        "graph": LOUD,
        "mapping": {**WHOLE, "duration": [["5", "seed"]], "motion_words": [["2", "text"]]},
        "limits": {
            "prompt": {"choices": ["1", "true", "walk"], "default": None},
            "motion_words": {"choices": ["Pans.", "Zooms."], "default": None},
            "duration": {"choices": [0.5, 5, 10]},
            "fps": {"choices": [8, 23.976]},
            "seed": {"default": 0, "high": 2**53 - 1},
            "guidance": {"low": 0, "high": 30, "step": 0.5, "default": 6},
            "make_audio": {"default": True},
        },
    },
    "unsaid": {
        "graph": LOUD,
        "mapping": WHOLE,
        "limits": {
            "duration": {"low": 0.001, "step": 0.001, "high": 2**53 - 1, "default": None},
            "fps": {"default": None},
            "frames": {"fps": 1000, "step": 1024},
            "negative_prompt": {"default": "", "max_length": 20_000},
        },
    },
}
ODD = [
    *(None, "", " ", 0, -1, 1, 1.5, "1", "007", 24, 60, 2**31 - 1, 2**53 - 1, 10**400, 1e308),
    *("nan", "1e5", True, False, "true", "walk", "none", "zoom", "pan", "ünï 🎬 عربي", "a" * 2000),
    *([], [1], {}, {"a": 1}, ["5", 0], b"x", float("nan"), float("inf"), 23.976, 0.001, "5,0"),
]


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_passes_the_form_can_be_sent(name: str) -> None:
    stored = workflow(**EXAMPLES[name])
    assert workflows.problems(stored) == []
    operation, offer = catalogue.operations()[stored.operation], workflows.offer_of(stored)
    usual = {"prompt": "1"} if "prompt" in offer.accepts else {}
    sent = 0
    for param in [p for p in offer.params(operation) if not p.is_asset]:
        for odd in ODD:
            form = OperationForm(operation, offer, {**usual, param.name: odd}, resolve=False)
            if form.is_valid():
                graph = offer.payload(form.params, {"image": "a.png"})["prompt"]
                json.dumps(graph, allow_nan=False)
                for node, slot in stored.mapping.get("prompt", ()):
                    assert type(graph[node]["inputs"][slot]) is str, (param.name, odd)
                sent += 1
    assert sent, "something passes"
