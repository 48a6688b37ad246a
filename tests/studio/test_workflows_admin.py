"""Workflows of ComfyUI in the admin: what may be stored, and what is refused in words."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from billing.models import User
from studio import workflows
from studio.models import Workflow
from tests.studio.test_workflows import EDITOR, MAPPING, REPEAT, server, workflow

__all__ = ["server"]

ADD = "admin:studio_workflow_add"


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    User.objects.create_superuser("root", password="a long password")
    client.login(username="root", password="a long password")
    return client


def nested(name: str, levels: int) -> str:
    return f"{{{json.dumps(name)}: {'[' * levels}{']' * levels}}}"


def said(**changed: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "key": "repeat",
        "label": "Repeat",
        "operation": "image-to-video",
        "graph": json.dumps(REPEAT),
        "mapping": "",
        "limits": "",
        "price": "0.01",
        "deadline": "600",
        "enabled": "on",
    }
    return {**whole, **changed}


def test_a_pasted_workflow_gets_a_mapping_and_is_offered(operator: Client, server: None) -> None:
    assert workflows.offers() == []
    assert operator.post(reverse(ADD), said()).status_code == 302
    stored = Workflow.objects.get()
    assert stored.mapping == MAPPING
    assert stored.limits == {}
    assert [o.key for o in workflows.offers()] == ["comfyui-repeat"], "at once"
    operator.post(reverse("admin:studio_workflow_delete", args=[stored.pk]), {"post": "yes"})
    assert workflows.offers() == []


def test_a_file_does_as_well(operator: Client) -> None:
    file = SimpleUploadedFile("repeat.json", json.dumps(REPEAT).encode())
    assert operator.post(reverse(ADD), said(graph="", file=file)).status_code == 302
    assert Workflow.objects.get().graph == REPEAT


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not json", "The file is not valid JSON"),
        (b"\xff\xfe\x00", "The file is not valid JSON"),
        (b"[" * 100_000, "nested more than 50 deep"),
        (b" " * (1024 * 1024 + 1), "at most 1,048,576"),
        (json.dumps(EDITOR).encode(), "Export (API)"),
    ],
)
def test_a_bad_file_is_refused_in_words(operator: Client, content: bytes, words: str) -> None:
    file = SimpleUploadedFile("w.json", content)
    page = operator.post(reverse(ADD), said(graph="", file=file))
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not Workflow.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"graph": ""}, "The workflow is empty"),
        ({"graph": "{"}, "valid JSON"),
        ({"mapping": '{"image": [["8", "image"]]}'}, "goes to node 8"),
        ({"limits": '{"width": {"low": "a"}}'}, "it is a whole number"),
        ({"graph": nested("graph", 3000)}, "This is nested more than 50 deep"),
        ({"graph": '{"1": NaN}'}, "This has nan, which is no number"),
        ({"graph": '{"1": {"class_type": "A", "inputs": {"a": "\\ud800"}}}'}, "cannot be stored"),
        ({"graph": f'{{"1": {"9" * 5000}}}'}, "not valid JSON"),
        ({"mapping": nested("image", 3000)}, "This is nested more than 50 deep"),
        ({"limits": '{"width": {"high": NaN}}'}, "This has nan"),
        ({"limits": '{"width": {"high": 1e999}}'}, "This has inf"),
        ({"limits": '{"width": {"default": "1"}}'}, "default is &quot;1&quot;; it is a whole"),
        ({"price": "-1"}, "0 or more"),
        ({"price": "NaN"}, "Enter a number"),
        ({"deadline": "0"}, "The deadline is 0 s; it is 30 s to 604,800 s"),
        ({"deadline": "99999999"}, "it is 30 s to 604,800 s"),
        ({"operation": "nothing"}, "Select a valid choice"),
    ],
)
def test_bad_words_are_refused(operator: Client, changed: dict[str, Any], words: str) -> None:
    page = operator.post(reverse(ADD), said(**changed))
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not Workflow.objects.exists()


def test_the_mapping_can_be_read_and_what_was_typed_stays(operator: Client) -> None:
    stored = workflow()
    stored.save()
    address = reverse("admin:studio_workflow_change", args=[stored.pk])
    page = html.unescape(operator.get(address).content.decode())
    assert '  "image": [["1", "image"]],\n' in page
    typed = html.unescape(operator.post(address, said(mapping="{not json")).content.decode())
    assert "{not json" in typed
    empty = html.unescape(operator.post(reverse(ADD), said(graph="")).content.decode())
    assert ">null" not in empty


def test_the_page_shows_what_it_becomes(operator: Client) -> None:
    stored = workflow(label="<b>Repeat</b>")
    stored.save()
    address = reverse("admin:studio_workflow_change", args=[stored.pk])
    page = operator.get(address).content.decode()
    assert "64 to 3840 px; 1080 when not said" in page
    assert "<b>Repeat</b>" not in page
    Workflow.objects.update(mapping={})
    assert "lacks “image”" in operator.get(address).content.decode()
    assert operator.get(reverse("admin:studio_workflow_changelist"), {"q": "r"}).status_code == 200


def test_the_list_shows_also_what_cannot_be_read(operator: Client) -> None:
    workflow().save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE studio_workflow SET graph = %s", ["[" * 990 + "]" * 990])
    page = operator.get(reverse("admin:studio_workflow_changelist"))
    assert page.status_code == 200
    assert "Repeat" in page.content.decode()
