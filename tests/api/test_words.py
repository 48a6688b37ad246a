"""Templates, styles, better prompts and personas for programs."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from billing.models import Account, Entry, User
from studio import prompts
from studio.models import Job, Persona
from studio.presets import STYLES, TEMPLATES
from tests.api.conftest import post, refused

TEMPLATES_AT = "/api/v1/templates/"
ENHANCE = "/api/v1/prompts/enhance/"
PERSONAS = "/api/v1/personas/"


def keys(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["key"] for row in answer.json()["results"]]


# --- templates and styles -------------------------------------------------------------------------


def test_all_templates_with_true_labels(api: Client) -> None:
    told = api.get(TEMPLATES_AT).json()["results"]
    assert [row["key"] for row in told] == [row.key for row in TEMPLATES]
    (pin,) = (row for row in told if row["key"] == "pinterest-pin")
    assert (pin["width"], pin["height"], pin["label"]) == (1000, 1500, "2:3")
    assert {"name", "platform", "category", "style", "quality", "use_cases", "hint"} <= set(pin)


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ({"platform": "tiktok"}, "tiktok-video-cover", 1),
        ({"category": "product"}, "product-marketplace", 6),
        ({"platform": "ads", "category": "blog-content"}, None, 0),
        ({"q": "pinterest pin"}, "pinterest-pin", None),
        ({"q": "zeppelin"}, None, 0),
        ({"for": "a recipe"}, "pinterest-pin", None),
        ({"for": "hiring", "platform": "linkedin"}, "linkedin-post", 3),
        ({"q": "story", "for": "a recipe step"}, "pinterest-story", None),
    ],
)
def test_list_search_recommend(
    api: Client, query: dict[str, str], first: str | None, count: int | None
) -> None:
    found = keys(api.get(TEMPLATES_AT, query))
    assert (found[0] if found else None) == first
    assert count is None or len(found) == count


@pytest.mark.parametrize(
    ("query", "field"),
    [({"platform": "myspace"}, "platform"), ({"category": "fax"}, "category"), ({"x": "1"}, "x")],
)
def test_an_unknown_filter_is_refused(api: Client, query: dict[str, str], field: str) -> None:
    refused(api.get(TEMPLATES_AT, query), field, "known")


def test_a_query_has_an_end(api: Client) -> None:
    refused(api.get(TEMPLATES_AT, {"q": "x" * 201}), "q", "200 characters")


def test_styles(api: Client) -> None:
    told = api.get("/api/v1/styles/").json()["results"]
    assert [row["key"] for row in told] == [style.key for style in STYLES]
    assert all(row["words"] and row["label"] for row in told)


# --- better prompts -------------------------------------------------------------------------------


def test_a_prompt_is_made_better(api: Client) -> None:
    told = post(api, ENHANCE, {"prompt": "A cat on a wall"}).json()
    assert set(told) == {"prompt", "negative_prompt", "pieces", "why", "notes", "writer"}
    assert told["prompt"].startswith("A cat on a wall, ")
    assert (told["writer"], told["negative_prompt"], told["notes"]) == ("rules", "", [])
    assert told["pieces"][0] == {"kind": "kept", "text": "A cat on a wall"}
    assert told["pieces"][1]["kind"] == "added"
    assert "".join(p["text"] for p in told["pieces"]) == told["prompt"]
    assert all(w["words"] in told["prompt"] and w["why"] for w in told["why"])


def test_with_style_template_and_persona(api: Client, account: Account) -> None:
    persona = account.personas.create(name="Acme", look="linen", avoid="neon")
    wish = {
        "prompt": "A mug on a table",
        "negative_prompt": "blur",
        "style": "photographic",
        "template": "pinterest-pin",
        "persona": str(persona.pk),
    }
    told = post(api, ENHANCE, wish).json()
    assert told["negative_prompt"] == "blur, neon"
    assert "linen" in told["prompt"]
    assert "composition: upright, bright" in told["prompt"]
    # The style speaks of these already, and its words are added by the order.
    assert "light" not in told["prompt"]
    assert "colors" not in told["prompt"]


def test_nothing_is_stored_or_ordered(api: Client) -> None:
    post(api, ENHANCE, {"prompt": "A cat"})
    assert not Job.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("wish", "field", "words", "status"),
    [
        ({}, "prompt", "required", 400),
        ({"prompt": "  "}, "prompt", "at least one letter", 400),
        ({"prompt": 7}, "prompt", "give text", 400),
        ({"prompt": "x" * 10_001}, "prompt", "10000", 400),
        ({"prompt": "a", "style": "baroque-neon"}, "style", "/api/v1/styles/", 400),
        ({"prompt": "a", "template": "fax"}, "template", "/api/v1/templates/", 400),
        ({"prompt": "a", "persona": "me"}, "persona", "UUID", 400),
        ({"prompt": "a", "persona": str(uuid.UUID(int=9))}, "persona", "no persona", 404),
        ({"prompt": "a", "model": "dear"}, "model", "not known", 400),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    api: Client, wish: dict[str, Any], field: str, words: str, status: int
) -> None:
    refused(post(api, ENHANCE, wish), field, words, status=status)


def test_a_persona_of_somebody_else_is_not_there(
    api: Client, charlie: User, client_of: Any
) -> None:
    theirs = charlie.accounts.get().personas.create(name="Rival", look="secret recipe")
    answer = post(api, ENHANCE, {"prompt": "A cat", "persona": str(theirs.pk)})
    assert answer.status_code == 404
    assert "secret" not in answer.content.decode()


# --- personas -------------------------------------------------------------------------------------


def test_a_persona_is_made_read_changed_and_deleted(api: Client, account: Account) -> None:
    made = post(api, PERSONAS, {"name": "Acme", "look": "linen"})
    assert made.status_code == 201
    assert made["Location"].endswith(f"{PERSONAS}{made.json()['id']}/")
    address = made["Location"]
    assert api.get(address).json() == made.json()
    changed = api.patch(address, {"voice": "warm"}, content_type="application/json").json()
    assert (changed["name"], changed["voice"], changed["look"]) == ("Acme", "warm", "linen")
    assert [row["name"] for row in api.get(PERSONAS).json()["results"]] == ["Acme"]
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404
    assert not account.personas.exists()


def test_a_name_is_taken_once_in_an_account(api: Client, charlie: User, client_of: Any) -> None:
    post(api, PERSONAS, {"name": "Acme"})
    refused(post(api, PERSONAS, {"name": "Acme"}), "name", "already", "another name")
    other = post(api, PERSONAS, {"name": "Other"}).json()["id"]
    answer = api.patch(f"{PERSONAS}{other}/", {"name": "Acme"}, content_type="application/json")
    refused(answer, "name", "already")
    assert post(client_of(charlie), PERSONAS, {"name": "Acme"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a", "look": "x" * 501}, "look"),
        ({"name": "a", "voice": 1}, "voice"),
        ({"name": "a", "account": "mine"}, "account"),
    ],
)
def test_a_wrong_persona_is_refused(api: Client, body: dict[str, Any], field: str) -> None:
    refused(post(api, PERSONAS, body), field)
    assert not Persona.objects.exists()


def test_there_is_an_end_to_personas(
    api: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "MOST_PERSONAS", 1)
    assert post(api, PERSONAS, {"name": "One"}).status_code == 201
    answer = post(api, PERSONAS, {"name": "Two"})
    assert answer.status_code == 409
    assert "Delete one first" in answer.json()["message"]


def test_personas_come_in_pages(api: Client, account: Account) -> None:
    for name in "dacb":
        account.personas.create(name=name)
    first = api.get(PERSONAS, {"page_size": "3"}).json()
    second = api.get(first["next"]).json()
    assert [row["name"] for row in first["results"] + second["results"]] == list("abcd")
    assert second["next"] is None
