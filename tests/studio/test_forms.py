"""The one validation: what a request may say, and what a person is told when it may not."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from assets.models import Asset
from assets.services import ingest
from billing.models import Account, User
from studio import catalogue
from studio.models import Job
from studio.orders import OrderForm as OperationForm

OPERATION = catalogue.operations()["image-to-video"]
OFFER = catalogue.all_offers()["local-motion"]


def form(data: dict[str, Any], **kwargs: Any) -> OperationForm:
    return OperationForm(OPERATION, OFFER, data, resolve=False, **kwargs)


def messages(data: dict[str, Any]) -> str:
    checked = form(data)
    assert not checked.is_valid()
    return " ".join(p["message"] for p in checked.problems())


def test_nothing_said_means_the_defaults() -> None:
    checked = form({})
    assert checked.is_valid(), checked.problems()
    assert checked.params == {
        "motion": "zoom",
        "direction": "in",
        "strength": 50,
        "easing": "ease-in-out",
        "focus": [0.5, 0.5],
        "duration": 5,
        "width": 1080,
        "height": 1080,
        "format": "mp4",
        "fps": 30,
    }


@pytest.mark.parametrize(
    ("said", "name", "kept"),
    [
        ({"duration": "7.25"}, "duration", 7.2),
        ({"duration": 1}, "duration", 1),
        ({"duration": "30"}, "duration", 30),
        ({"strength": "1"}, "strength", 1),
        ({"fps": "60"}, "fps", 60),
        ({"fps": 24}, "fps", 24),
        ({"focus": "0.25,0.75"}, "focus", [0.25, 0.75]),
        ({"focus": [0, 1]}, "focus", [0.0, 1.0]),
        ({"motion": "pan"}, "direction", "left"),
        ({"motion": "pan", "direction": "up"}, "direction", "up"),
        ({"width": ""}, "width", 1080),
    ],
)
def test_good_values(said: dict[str, Any], name: str, kept: object) -> None:
    checked = form(said)
    assert checked.is_valid(), checked.problems()
    assert checked.params[name] == kept


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"duration": 0}, ["Duration is 0 s", "least is 1 s", "1 to 30 s"]),
        ({"duration": 31}, ["Duration is 31 s", "most is 30 s", "1 to 30 s"]),
        ({"duration": "soon"}, ["Duration is “soon”", "not a number", "1 to 30 s"]),
        ({"duration": float("nan")}, ["not a number"]),
        ({"duration": "1e999"}, ["not a number"]),
        ({"duration": "1_0"}, ["Duration is “1_0”", "not a number"]),
        ({"strength": "1_0"}, ["Strength is “1_0”", "not a whole number"]),
        ({"duration": True}, ["not a number"]),
        ({"duration": [5]}, ["not a number"]),
        ({"strength": "50.5"}, ["not a whole number", "1 to 100"]),
        ({"strength": 101}, ["Strength is 101", "most is 100"]),
        ({"width": 63}, ["Width is 63 px", "least is 64 px"]),
        ({"height": 3842}, ["Height is 3842 px", "most is 3840 px"]),
        ({"width": "9" * 5000}, ["not a whole number"]),
        ({"motion": "wobble"}, ["Motion is “wobble”", "zoom, pan, rotation or complex"]),
        ({"motion": ["zoom"]}, ["not known"]),
        ({"motion": "zoom", "direction": "left"}, ["Direction is “left”", "“zoom”", "in or out"]),
        ({"motion": "rotation", "direction": "up"}, ["left or right"]),
        ({"format": "gif", "fps": 60}, ["“60”", "24, 25 or 30"]),
        ({"focus": "0.5"}, ["not a point"]),
        ({"focus": "0.2_5,0"}, ["not a point"]),
        ({"focus": "2,0"}, ["outside the picture"]),
        ({"focus": {"x": 1, "y": 2}}, ["not a point"]),
        ({"colour": "red"}, ["“colour” is not a parameter", "motion"]),
        ({"image": 7}, ["Picture is “7”"]),
        ({"image": "no-such-thing"}, ["which is no asset", "https address"]),
    ],
)
def test_bad_values_name_field_value_limit_and_way_out(
    said: dict[str, Any], words: list[str]
) -> None:
    told = messages(said)
    for word in words:
        assert word in told


def test_an_odd_size_is_made_even_and_said_so() -> None:
    checked = form({"width": 1081, "height": "65"})
    assert checked.is_valid()
    assert (checked.params["width"], checked.params["height"]) == (1082, 66)
    assert checked.notes == [
        "Width 1081 was made even: 1082 px.",
        "Height 65 was made even: 66 px.",
    ]


def test_each_bad_field_is_told_at_once() -> None:
    checked = form({"duration": 99, "width": 1, "motion": "x"})
    assert {p["field"] for p in checked.problems()} == {"duration", "width", "motion"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([p.name for p in OPERATION.params]), JSON))
@hypothesis_settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_comes_there_is_an_answer(data: dict[str, Any]) -> None:
    """No JSON makes the form break, and what it lets through keeps every limit."""
    checked = form(data)
    if checked.is_valid():
        p = checked.params
        assert 1 <= p["duration"] <= 30
        assert 64 <= p["width"] <= 3840
        assert p["width"] % 2 == 0
        assert p["direction"] in ("in", "out", "left", "right", "up", "down")
    else:
        assert all(problem["message"] for problem in checked.problems())


def test_an_upload_becomes_an_asset_only_when_the_rest_is_right(
    account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    def checked(**data: Any) -> OperationForm:
        files = {"image": SimpleUploadedFile("cat.png", picture())}
        return OperationForm(OPERATION, OFFER, data, files, account=account, user=alice)

    assert not checked(duration=31).is_valid()
    assert not Asset.objects.exists()
    good = checked(duration=3)
    assert good.is_valid(), good.problems()
    assert good.params["image"] == str(Asset.objects.get().pk)
    assert good.title == "Cat · zoom in"


def test_a_gif_takes_no_sound(account: Account, alice: User, picture: Callable[..., bytes]) -> None:
    files = {"image": SimpleUploadedFile("cat.png", picture())}
    data = {"format": "gif", "audio": SimpleUploadedFile("song.mp3", b"ID3")}
    checked = OperationForm(OPERATION, OFFER, data, files, account=account, user=alice)
    assert not checked.is_valid()
    assert "A GIF has no sound: leave it out" in checked.problems()[0]["message"]
    assert not Asset.objects.exists()


def test_a_source_whose_file_is_gone_is_refused_before_the_order(
    account: Account, alice: User, cat: Asset
) -> None:
    Asset.objects.filter(pk=cat.pk).update(status="damaged")
    checked = OperationForm(OPERATION, OFFER, {"image": str(cat.pk)}, account=account, user=alice)
    assert not checked.is_valid()
    assert "missing from the storage" in checked.problems()[0]["message"]


def test_a_moving_picture_is_accepted_with_a_note(
    account: Account, alice: User, cat: Asset
) -> None:
    Asset.objects.filter(pk=cat.pk).update(animated=True)
    checked = OperationForm(OPERATION, OFFER, {"image": str(cat.pk)}, account=account, user=alice)
    assert checked.is_valid()
    assert "its first frame is used" in checked.notes[0]


def test_nothing_new_is_taken_in_on_a_nearly_full_disk(
    account: Account, alice: User, cat: Asset, settings: Any
) -> None:
    settings.DISK_FLOOR_BYTES = 10**18
    checked = OperationForm(OPERATION, OFFER, {"image": str(cat.pk)}, account=account, user=alice)
    assert not checked.is_valid()
    assert "nearly full" in checked.problems()[0]["message"]


def test_a_changed_page_with_an_old_key_is_one_new_order(
    account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    """The answer to the first press got lost; the person changed something and pressed twice."""

    def press(**data: Any) -> Job:
        files = {"image": SimpleUploadedFile("cat.png", picture())}
        checked = OperationForm(OPERATION, OFFER, data, files, account=account, user=alice)
        assert checked.is_valid()
        return checked.create_job(key="of the page", change=True)[0]

    made = [press(), press(duration=2), press(duration=2), press()]
    assert len({job.pk for job in made}) == 2
    for job in made:
        assert Asset.objects.filter(pk=job.params["image"]).exists()


def test_an_unknown_param_is_named_with_its_value() -> None:
    (problem,) = form({"colour": "red"}).problems()
    assert (problem["field"], problem["value"]) == ("colour", "red")


def test_a_picture_is_required(account: Account, alice: User) -> None:
    checked = OperationForm(OPERATION, OFFER, {}, account=account, user=alice)
    assert not checked.is_valid()
    assert "Picture is missing" in checked.problems()[0]["message"]


def test_somebody_elses_asset_is_as_unknown_as_none(
    account: Account, alice: User, charlie: User, picture: Callable[..., bytes]
) -> None:
    theirs = charlie.accounts.get()
    foreign = ingest(
        SimpleUploadedFile("x.png", picture()), account=theirs, user=charlie, filename="x.png"
    )
    told = []
    for pk in (foreign.pk, "018f0000-0000-7000-8000-000000000000"):
        checked = OperationForm(OPERATION, OFFER, {"image": str(pk)}, account=account, user=alice)
        assert not checked.is_valid()
        assert checked.not_found
        told.append(checked.problems()[0]["message"].replace(str(pk), "ID"))
    assert told[0] == told[1]


def test_a_second_bad_file_takes_the_first_upload_with_it(
    account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    files = {
        "image": SimpleUploadedFile("cat.png", picture()),
        "audio": SimpleUploadedFile("song.mp3", b"not a song"),
    }
    checked = OperationForm(OPERATION, OFFER, {}, files, account=account, user=alice)
    assert not checked.is_valid()
    assert [p["field"] for p in checked.problems()] == ["audio"]
    assert not Asset.objects.exists()


def test_a_repeated_order_leaves_one_picture(
    account: Account, alice: User, picture: Callable[..., bytes]
) -> None:
    jobs = set()
    for _ in range(3):
        files = {"image": SimpleUploadedFile("cat.png", picture())}
        checked = OperationForm(OPERATION, OFFER, {}, files, account=account, user=alice)
        assert checked.is_valid()
        job, created = checked.create_job(key="one press")
        jobs.add((job.pk, created))
    assert len(jobs) == 2
    assert Asset.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "kept"), [(1.05, 1), ("2.26", 2.3), (1.1, None), ("5", None), (30, None)]
)
def test_what_is_rounded_is_said(given: Any, kept: float | None) -> None:
    checked = form({"duration": given})
    assert checked.is_valid()
    said = [note for note in checked.notes if "rounded" in note]
    if kept is None:
        assert not said
    else:
        assert checked.params["duration"] == kept
        assert said == [
            f"Duration {float(given):g} was rounded to {kept:g} s; it goes in steps of 0.1."
        ]


def test_a_gif_that_is_too_large_is_refused_before() -> None:
    large = {"format": "gif", "width": 3840, "height": 3840, "duration": 30}
    (problem,) = form(large).problems()
    assert problem["field"] == "format"
    assert "13,271 million pixels; the most is 1,200 million" in problem["message"]
    assert form({**large, "duration": 1, "width": 640, "height": 640}).is_valid()
    assert form({**large, "format": "mp4"}).is_valid()


def test_what_becomes_of_a_picture_is_said(account: Account, alice: User) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (300, 200), (200, 40, 40, 90)).save(file, "PNG")
    logo = ingest(io.BytesIO(file.getvalue()), account=account, user=alice, filename="logo.png")
    data = {"image": str(logo.pk), "width": 1080, "height": 720}
    for resolve in (True, False):
        checked = OperationForm(
            OPERATION, OFFER, data, account=account, user=alice, resolve=resolve
        )
        assert checked.is_valid()
        assert any("transparent in places" in note for note in checked.notes)
        assert any("300 × 200 and is enlarged 3.6 times" in note for note in checked.notes)
