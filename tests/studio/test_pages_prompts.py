"""The prompt helper, the picker of templates and the pages of personas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Account, User
from studio import catalogue, prompts
from studio.models import Job, Persona, SavedPrompt
from tests.studio.pages import NOBODY, OPERATION, PART, People, said

CREATE = "/create/text-to-image/"
IMPROVE = reverse("prompt-improve", args=["text-to-image"])
FOUND = reverse("prompt-found", args=["text-to-image"])
SAVE = reverse("prompt-save", args=["text-to-image"])
REMOVE = reverse("prompt-remove", args=["text-to-image"])


@pytest.fixture
def pencil(settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[None]:
    """A model that pictures words."""
    settings.EXTRA_PROVIDERS = ["tests.studio.pencil"]
    monkeypatch.setenv("PENCIL_URL", "http://127.0.0.1:9")
    catalogue.clear()
    yield
    catalogue.clear()


@pytest.fixture
def ordered(account: Account, alice: User) -> Callable[..., Job]:
    """ordered("a cat") → a job of alice's that had this prompt."""

    def place(prompt: str, user: User = alice, operation: str = "text-to-image") -> Job:
        return Job.objects.create(
            account=account,
            user=user,
            operation=operation,
            offer="pencil-large",
            provider="pencil",
            module="create",
            title=prompt[:50],
            params={"prompt": prompt},
            key=f"{Job.objects.count()}",
            fingerprint="",
            state="failed",
        )

    return place


# --- improving ------------------------------------------------------------------------------------


def improved(client: Client, **fields: Any) -> Any:
    return client.post(IMPROVE, {"offer": "pencil-large", **fields}, headers=PART)


def test_a_proposal_shows_what_is_added_and_why(pencil: None, sign_in: People, alice: User) -> None:
    answer = improved(sign_in(alice), prompt="A cat on a wall")
    text = said(answer)
    assert answer.status_code == 200
    assert "A cat on a wall<ins>, fine detail in coat and eyes" in text
    assert "Use it" in text
    assert "Keep mine" in text
    assert "Nothing was said of the light" in text
    assert 'data-old="prompt" value="A cat on a wall"' in text
    assert not Job.objects.exists()


def test_what_people_write_is_shown_as_text(pencil: None, sign_in: People, alice: User) -> None:
    text = said(improved(sign_in(alice), prompt='<b>"cat"</b><script>x()</script>'))
    assert "<script>x" not in text
    assert "&lt;script&gt;x()" in text


def test_line_breaks_of_a_form_are_not_taken_for_changes(
    pencil: None, sign_in: People, alice: User
) -> None:
    text = said(improved(sign_in(alice), prompt="A cat\r\non a wall"))
    assert "A cat\non a wall<ins>" in text


def test_nothing_to_add(pencil: None, sign_in: People, alice: User) -> None:
    whole = "A dog, close-up, soft light, happy, sharp, fur detail"
    text = said(improved(sign_in(alice), prompt=whole))
    assert "Nothing to add" in text
    assert "data-use" not in text


@pytest.mark.parametrize(
    ("prompt", "words"),
    [("", "Write first"), (" \n", "Write first"), ("x" * 10_001, "10,001"), ("a\x00b", "code 0")],
)
def test_what_cannot_be_improved(
    prompt: str, words: str, pencil: None, sign_in: People, alice: User
) -> None:
    answer = improved(sign_in(alice), prompt=prompt)
    assert answer.status_code == 422
    assert words in said(answer)


def test_style_template_and_persona_of_the_form_count(
    pencil: None, sign_in: People, alice: User, account: Account
) -> None:
    persona = account.personas.create(name="Acme", look="linen", avoid="neon")
    fields = {"style": "line-art", "template": "pinterest-pin", "persona": persona.pk}
    text = said(improved(sign_in(alice), prompt="A mug", negative_prompt="blur", **fields))
    assert "linen" in text
    assert "composition: upright" in text
    assert "lens" not in text
    assert "<b>Negative prompt:</b> blur<ins>, neon</ins>" in text
    assert 'data-new="negative_prompt" value="blur, neon"' in text


def test_the_model_decides_what_there_is_room_for(
    pencil: None, sign_in: People, alice: User, account: Account
) -> None:
    persona = account.personas.create(name="Acme", avoid="neon")
    answer = improved(
        sign_in(alice), offer="pencil-small", prompt="A mug", negative_prompt="", persona=persona.pk
    )
    text = said(answer)
    found = re.search(r'data-new="prompt" value="([^"]*)"', text)
    assert found
    assert len(found[1]) <= 300
    assert "not taken by this model" in text


def test_what_is_gone_meanwhile_is_left_out(
    pencil: None, sign_in: People, alice: User, charlie: User
) -> None:
    theirs = charlie.accounts.get().personas.create(name="Rival", look="secret recipe")
    for persona in (theirs.pk, NOBODY, "x"):
        answer = improved(sign_in(alice), prompt="A mug", persona=persona, template="x", style="x")
        assert answer.status_code == 200
        assert "secret" not in said(answer)


def test_a_model_that_draws_the_words_themselves_says_so(sign_in: People, alice: User) -> None:
    address = reverse("prompt-improve", args=["text-to-video"])
    text = said(sign_in(alice).post(address, {"prompt": "Open on Sunday"}, headers=PART))
    assert "does not read a description" in text


@pytest.mark.parametrize("operation", ["nothing", "background", "upscale"])
def test_only_where_there_is_a_prompt(operation: str, sign_in: People, alice: User) -> None:
    address = reverse("prompt-improve", args=[operation])
    assert sign_in(alice).post(address, {"prompt": "A cat"}).status_code == 404


# --- history and saved prompts --------------------------------------------------------------------


def test_history_is_mine_of_this_operation_each_once(
    ordered: Callable[..., Job], account: Account, alice: User, bob: User
) -> None:
    for prompt in ("one", "two", "one", " "):
        ordered(prompt)
    ordered("of bob", user=bob)
    ordered("a film", operation="text-to-video")
    assert prompts.history(account, alice, "text-to-image") == ["one", "two"]
    assert prompts.history(account, bob, "text-to-image") == ["of bob"]
    for n in range(30):
        ordered(f"prompt {n}")
    newest = prompts.history(account, alice, "text-to-image")
    assert newest == [f"prompt {n}" for n in range(29, 9, -1)]


def test_a_prompt_is_kept_for_the_account_and_found_again(
    ordered: Callable[..., Job], sign_in: People, alice: User, bob: User
) -> None:
    ordered("A lamp & a book")
    listed = said(sign_in(alice).get(FOUND))
    # Each may be kept from the list: htmx sends its text along.
    assert 'hx-vals="{&quot;text&quot;: &quot;A lamp &amp; a book&quot;}"' in listed
    answer = sign_in(alice).post(SAVE, {"prompt": "A cat"}, headers=PART)
    assert "Saved for everybody" in answer.headers["HX-Trigger"]
    assert "A cat" in said(answer)
    assert "A cat" in said(sign_in(bob).get(FOUND))
    assert "A lamp" not in said(sign_in(bob).get(FOUND))
    sign_in(bob).post(SAVE, {"text": "A cat"})
    assert SavedPrompt.objects.count() == 1
    kept = SavedPrompt.objects.get()
    answer = sign_in(bob).post(REMOVE, {"saved": kept.pk}, headers=PART)
    assert "No longer saved" in answer.headers["HX-Trigger"]
    assert not SavedPrompt.objects.exists()


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001, "a\x00b"])
def test_what_cannot_be_kept(text: str, sign_in: People, alice: User) -> None:
    answer = sign_in(alice).post(SAVE, {"prompt": text}, headers=PART)
    assert answer.status_code == 422
    assert "10,000 characters" in answer.headers["HX-Trigger"]
    assert not SavedPrompt.objects.exists()


def test_there_is_an_end_to_saved_prompts(
    sign_in: People, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "MOST_SAVED", 1)
    client = sign_in(alice)
    assert client.post(SAVE, {"prompt": "one"}).status_code == 200
    assert client.post(SAVE, {"prompt": "one"}).status_code == 200
    answer = client.post(SAVE, {"prompt": "two"})
    assert answer.status_code == 422
    assert "Remove one first" in answer.headers["HX-Trigger"]


# --- the page of an operation ---------------------------------------------------------------------


def test_the_page_has_helper_and_templates_where_they_belong(
    pencil: None, sign_in: People, alice: User, account: Account
) -> None:
    account.personas.create(name="Acme")
    text = said(sign_in(alice).get(CREATE))
    assert "<prompt-helper" in text
    assert "prompt-helper.js" in text
    assert "<template-picker" in text
    assert "1000 × 1500 · 2:3" in text
    assert ">Acme</option>" in text
    # What is no param belongs to no form.
    for name in ("persona", "template"):
        assert re.search(rf'name="{name}" form="no-form"', text)
    # A picture becomes a film: no templates of pictures; the words are there all the same.
    film = said(sign_in(alice).get(OPERATION))
    assert "<template-picker" not in film
    assert "template-picker.js" not in film
    plain = said(sign_in(alice).get(reverse("library")))
    assert "prompt-helper.js" not in plain


def test_a_template_that_is_too_large_for_the_model_says_so(
    pencil: None, sign_in: People, alice: User
) -> None:
    text = said(sign_in(alice).get(CREATE, {"offer": "pencil-small"}))
    button = text.split('data-template="x-header"')[0] if "x-header" in text else text
    found = re.search(r'data-template="twitter-header"[^>]*disabled', button)
    assert found
    assert "This model makes at most 1200 px." in text
    assert not re.search(r'data-template="twitter-post"[^>]*disabled', text)


def test_a_viewer_may_look_and_keeps_nothing(
    pencil: None, sign_in: People, vera: User, account: Account
) -> None:
    text = said(sign_in(vera).get(CREATE))
    assert "Improve" in text
    assert "Save this prompt" not in text
    assert sign_in(vera).post(SAVE, {"prompt": "A cat"}).status_code == 403
    assert sign_in(vera).post(REMOVE, {"saved": NOBODY}).status_code == 403


# --- personas -------------------------------------------------------------------------------------

LIST = reverse("personas")


@pytest.fixture
def acme(account: Account) -> Persona:
    return account.personas.create(name="Acme", voice="warm", look="linen", avoid="neon")


def one(persona: Persona) -> str:
    return reverse("persona", args=[persona.pk])


def test_a_persona_is_made_changed_and_deleted(
    sign_in: People, bob: User, account: Account
) -> None:
    client = sign_in(bob)
    assert client.post(LIST, {"name": " Acme  Tea ", "look": "linen"}).status_code == 302
    persona = account.personas.get()
    assert persona.name == "Acme Tea"
    text = said(client.get(one(persona)))
    assert "A cup of tea on a table<ins>, linen" in text
    changed = {"name": "Acme Tea", "look": "silk", "avoid": "neon", "voice": ""}
    assert client.post(one(persona), changed).status_code == 302
    persona.refresh_from_db()
    assert (persona.look, persona.avoid) == ("silk", "neon")
    assert "<ins>neon</ins>" in said(client.get(one(persona)))
    assert "Acme Tea" in said(client.get(LIST))
    assert client.post(reverse("persona-delete", args=[persona.pk])).status_code == 302
    assert not account.personas.exists()


def test_a_mistake_is_said_at_its_field_and_nothing_is_lost(
    sign_in: People, alice: User, account: Account, acme: Persona
) -> None:
    client = sign_in(alice)
    answer = client.post(LIST, {"name": "Acme", "look": "my long look"})
    assert answer.status_code == 422
    assert "already" in said(answer)
    assert "my long look" in said(answer)
    other = account.personas.create(name="Other")
    answer = client.post(one(other), {"name": "Acme"})
    assert answer.status_code == 422
    # The heading is what it is called, not what it was to be called.
    assert "<h1>Other</h1>" in said(answer)
    assert client.post(one(other), {"name": "x" * 61}).status_code == 422
    assert set(account.personas.values_list("name", flat=True)) == {"Acme", "Other"}


def test_there_is_an_end_to_them(
    sign_in: People, alice: User, acme: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "MOST_PERSONAS", 1)
    answer = sign_in(alice).post(LIST, {"name": "Second"})
    assert answer.status_code == 422
    assert "Delete one first" in said(answer)
    assert Persona.objects.count() == 1


def test_who_may_do_what(
    sign_in: People, acme: Persona, vera: User, charlie: User, client: Client
) -> None:
    delete = reverse("persona-delete", args=[acme.pk])
    viewer, stranger = sign_in(vera), sign_in(charlie)
    assert "linen" in said(viewer.get(LIST))
    assert viewer.get(one(acme)).status_code == 200
    assert "Delete this persona" not in said(viewer.get(one(acme)))
    assert viewer.post(LIST, {"name": "New"}).status_code == 403
    assert viewer.post(one(acme), {"name": "New"}).status_code == 403
    assert viewer.post(delete).status_code == 403
    assert str(acme.pk) not in said(stranger.get(LIST))
    assert stranger.get(one(acme)).status_code == 404
    assert stranger.post(one(acme), {"name": "New"}).status_code == 404
    assert stranger.post(delete).status_code == 404
    for address in (LIST, one(acme), FOUND):
        assert client.get(address).status_code == 302
    for address in (delete, IMPROVE, SAVE, REMOVE):
        assert client.post(address).status_code == 302
        assert sign_in(charlie).get(address).status_code == 405
    acme.refresh_from_db()
    assert list(Persona.objects.values_list("name", flat=True)) == ["Acme"]


def test_saved_prompts_of_somebody_else_are_not_there(
    sign_in: People, account: Account, alice: User, charlie: User
) -> None:
    kept = prompts.save(account, alice, "secret recipe")
    assert "secret" not in said(sign_in(charlie).get(FOUND))
    for pk in (kept.pk, NOBODY, "x"):
        assert sign_in(charlie).post(REMOVE, {"saved": pk}).status_code == 404
    assert SavedPrompt.objects.count() == 1


def test_the_account_page_leads_to_them(sign_in: People, alice: User) -> None:
    assert f'href="{LIST}"' in said(sign_in(alice).get(reverse("account")))
