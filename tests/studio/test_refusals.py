"""What a refusal says: the field, the value, the limit in plain figures, and all of it at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assets.models import Asset
from assets.services import ingest
from billing.models import Account, User
from studio import catalogue
from studio.fields import exact, nearest, spelled
from studio.forms import OperationForm
from studio.models import Job
from studio.orders import OrderForm
from studio.views.controls import groups

Picture = Callable[..., bytes]
Make = Callable[..., OrderForm]
People = Callable[[User], Client]


@pytest.fixture
def make(account: Account, alice: User) -> Make:
    """make("local-card", prompt="…", count=3) → the form, not yet checked."""

    def form(offer: str, count: Any = 1, grid: Any = None, **said: Any) -> OrderForm:
        found = catalogue.all_offers()[offer]
        operation = catalogue.operations()[found.operation]
        return OrderForm(
            operation, found, said, account=account, user=alice, count=count, grid=grid
        )

    return form


@pytest.fixture
def large(account: Account, alice: User, picture: Picture) -> Asset:
    """More pixels than the creative upscaler takes."""
    upload = SimpleUploadedFile("large.png", picture((1400, 1000)))
    return ingest(upload, account=account, user=alice, filename="large.png")


def problem(form: OperationForm) -> tuple[str, str | None, str]:
    assert not form.is_valid()
    (found,) = form.problems()
    return found["field"], found["value"], str(found["message"])


# --- figures and lists ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "people", "programs"),
    [
        (4294967294, "4,294,967,294", "4294967294"),
        (2**64, "18,446,744,073,709,551,616", "18446744073709551616"),
        (3840, "3840", "3840"),
        (0.35, "0.35", "0.35"),
        (-100, "-100", "-100"),
    ],
)
def test_numbers_are_written_out(number: float, people: str, programs: str) -> None:
    assert (spelled(number), exact(number)) == (people, programs)


def test_the_limit_of_a_seed_can_be_read(make: Make) -> None:
    _, _, words = problem(make("local-card", prompt="Boat", seed=2**64))
    assert words == (
        "Seed is 18,446,744,073,709,551,616; the most is 4,294,967,294. "
        "Give a whole number from 0 to 4,294,967,294."
    )
    (control,) = [
        c for g in groups(make("local-card", prompt="x")) for c in g.controls if c.name == "seed"
    ]
    assert control.high == "4294967294"


def test_of_many_choices_the_nearest_are_named(make: Make, large: Asset) -> None:
    field, value, words = problem(make("local-look", image=str(large.pk), style="Oil paint"))
    assert (field, value) == ("style", "Oil paint")
    assert "Choose oil-painting, " in words
    assert words.endswith("and 78 more.")
    assert nearest(("in", "out"), "x") == "in or out"


def test_a_choice_may_be_called_by_its_name_on_the_page(make: Make) -> None:
    for said in ("split", "Half words, half pattern", "half WORDS, half pattern"):
        form = make("local-card", prompt="Boat", design=said)
        assert form.is_valid(), form.problems()
        assert form.params["design"] == "split"


# --- the number and the grid ---------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 11, -1, "x", 2.5])
def test_a_wrong_number_is_named(make: Make, count: Any) -> None:
    field, value, words = problem(make("local-card", prompt="Boat", count=count))
    assert (field, value) == ("count", str(count))
    assert "1 to 10" in words


@pytest.mark.parametrize(
    ("grid", "field", "value"),
    [
        ({"seeed": [1]}, "grid", "seeed"),
        ({"seed": 5}, "seed", "5"),
        ({"seed": []}, "seed", "[]"),
        ({"seed": [1, "x"]}, "seed", "x"),
        ({"seed": [1, "1"]}, "grid", "1"),
        ({"seed": [1], "format": ["png"], "width": [64]}, "grid", "seed, format, width"),
        ({"seed": list(range(25))}, "grid", "25"),
    ],
)
def test_what_is_wrong_with_a_grid_is_named(make: Make, grid: Any, field: str, value: str) -> None:
    assert problem(make("local-card", prompt="Boat", grid=grid))[:2] == (field, value)


def test_the_page_says_it_beside_the_control(sign_in: People, bob: User) -> None:
    address, part = "/create/text-to-image/", {"HX-Request": "true"}
    data = {"offer": "local-card", "prompt": "Boat", "count": "11"}
    text = sign_in(bob).post(address, data, headers=part).content.decode()
    assert '<p class="error" id="count-errors">Count is 11.' in text
    data |= {"count": "1", "grid_1": "seed", "grid_1_values": "1, x"}
    text = sign_in(bob).post(address, data, headers=part).content.decode()
    assert '<p class="error" id="grid-errors">Grid, seed x: Seed is “x”' in text
    assert 'class="notice bad"' not in text


# --- what is known before the work ---------------------------------------------------------------


def test_the_letters_of_a_mark_are_looked_at_before_the_order(make: Make, large: Asset) -> None:
    form = make("local-watermark", image=str(large.pk), text="© Ünïcødé 日本語 😀")
    field, _, words = problem(form)
    assert field == "text"
    assert "The font has no “日”" in words
    fine = make("local-watermark", image=str(large.pk), text="© Ünïcødé")
    assert fine.is_valid(), fine.problems()


@pytest.mark.parametrize(
    ("said", "field"),
    [({"size": "custom", "longest_side": 64}, "longest_side"), ({"size": "social"}, "size")],
)
def test_a_size_that_is_no_larger_is_refused_at_once(
    make: Make, large: Asset, said: dict[str, Any], field: str
) -> None:
    form = make("local-upscale", image=str(large.pk), **said)
    assert problem(form)[0] == field
    assert "1400 × 1000 already" in problem(form)[2]


def test_an_upload_that_cannot_be_enlarged_leaves_nothing_behind(
    account: Account, alice: User, picture: Picture
) -> None:
    offer = catalogue.all_offers()["local-upscale"]
    operation = catalogue.operations()["upscale"]
    said = {"size": "custom", "longest_side": 64}
    files = {"image": SimpleUploadedFile("small.png", picture((512, 300)))}
    form = OrderForm(operation, offer, said, files, account=account, user=alice)
    assert problem(form)[0] == "longest_side"
    assert not Asset.objects.exists()


# --- files that are too large --------------------------------------------------------------------

CREATIVE = "stability-upscale-creative"


@pytest.fixture
def stability(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STABILITY_API_KEY", "only-for-tests")


def test_all_that_is_wrong_is_told_at_once(stability: None, make: Make, large: Asset) -> None:
    form = make(CREATIVE, image=str(large.pk), creativity=9)
    assert not form.is_valid()
    assert {p["field"] for p in form.problems()} == {"image", "creativity"}


def test_the_way_out_has_the_name_of_the_box_and_a_button(
    stability: None, make: Make, large: Asset, sign_in: People, bob: User
) -> None:
    form = make(CREATIVE, image=str(large.pk))
    _, _, words = problem(form)
    assert "Turn on “Shrink the picture to what the model takes”" in words
    assert form.ways_out == {words: "shrink"}
    assert make(CREATIVE, image=str(large.pk), shrink=True).is_valid()
    client, said = sign_in(bob), {"offer": CREATIVE, "image": str(large.pk)}
    quote = client.post("/upscale/upscale/quote/", said).content.decode()
    notes = quote[quote.index('id="notes"') :]
    assert notes.index("takes 1.0 MP at most") < notes.index("data-turn-on") < len(notes)
    page = client.post("/upscale/upscale/", said, headers={"HX-Request": "true"}).content.decode()
    assert 'data-turn-on="id_shrink"' in page[page.index("image-errors") :]
    assert not Job.objects.exists()


def test_a_picture_that_no_model_can_make_smaller_has_no_such_button(
    stability: None, make: Make, account: Account, alice: User, picture: Picture
) -> None:
    upload = SimpleUploadedFile("tiny.png", picture((70, 40)))
    tiny = ingest(upload, account=account, user=alice, filename="tiny.png")
    form = make(CREATIVE, image=str(tiny.pk))
    assert not form.is_valid()
    assert form.ways_out == {}
