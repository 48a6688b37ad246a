"""Results of this computer carry their recipe, and say whether a trained model had a part in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from assets.models import Asset
from billing.models import User
from studio import catalogue
from studio.jobs import provenance, render
from studio.jobs.provenance import ALGORITHM, ALGORITHM_EDIT, TRAINED, TRAINED_EDIT, source_type
from studio.models import Job
from tests.studio.pages import People


@pytest.mark.parametrize(
    ("local", "recipes", "expected"),
    [
        (True, [], ALGORITHM),
        (True, [{}], ALGORITHM_EDIT),
        (True, [{"provider": "local"}], ALGORITHM_EDIT),
        (True, [{}, {"provider": "wavespeed"}], TRAINED_EDIT),
        (True, [{"imported": "ComfyUI"}], TRAINED_EDIT),
        (True, [{"provider": "gone"}], ALGORITHM_EDIT),
        (False, [], TRAINED),
        (False, [{}], TRAINED_EDIT),
    ],
)
def test_the_kind_of_source(local: bool, recipes: list[dict[str, str]], expected: str) -> None:
    assert source_type(local, [Asset(recipe=recipe) for recipe in recipes]) == expected


def test_where_somebody_decides_what_a_file_tells_nothing_is_added() -> None:
    decided = [
        key
        for key, operation in catalogue.operations().items()
        if {p.name for p in operation.params} & {"strip_metadata", "target_kb"}
    ]
    assert decided
    for key in decided:
        assert provenance.mark_of(Job(operation=key, params={})) is None


def test_a_render_carries_its_recipe(order: Callable[..., Job], sign_in: People, bob: User) -> None:
    """From the order to the file that is downloaded, and to the sidecar."""
    job = order()
    render.start(job.pk)
    made = Asset.objects.get(origin=job.origin)
    path = made.file.path
    with av.open(path, options={"export_xmp": "1"}) as container:
        assert "algorithmicallyEnhanced" in container.metadata["xmp"]
        assert str(job.params["image"]) in container.metadata["xmp"]
    told = sign_in(bob).get(f"/api/v1/assets/{made.pk}/recipe/").json()
    assert told["digital_source_type"].endswith("/algorithmicallyEnhanced")
    assert told["recipe"]["params"] == job.params
    assert [source["id"] for source in told["sources"]] == [job.params["image"]]
    assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == told["sha256"]
