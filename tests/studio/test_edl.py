"""Edit lists as a param: what is read, what is refused and in which words, and whose files."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.models import Asset
from assets.services import ingest, trash
from billing.models import Account, User
from studio import edl, jobs
from studio.models import Job, State
from studio.operations.story import FILM
from studio.operations.transform import MOTION_DIRECTIONS
from studio.orders import OrderForm
from studio.providers.local.story import ASSEMBLER
from tests import needs
from tests.engine.portrait import make
from tests.fakes import films
from tests.studio.stories import bring

often = settings(max_examples=needs.often(300), deadline=None, database=None)

# --- reading --------------------------------------------------------------------------------------

texts = st.text(max_size=30)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from([*edl.KNOWN, "speed"])
crooked = st.lists(st.dictionaries(names, junk, max_size=5) | junk, max_size=4)


@st.composite
def motions(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(list(MOTION_DIRECTIONS)))
    said = {"type": kind}
    if draw(st.booleans()):
        said["direction"] = draw(st.sampled_from(MOTION_DIRECTIONS[kind]))
    if draw(st.booleans()):
        said["strength"] = draw(st.integers(1, 100) | st.floats(1, 100))
    return said


@st.composite
def cuts(draw: st.DrawFn) -> dict[str, Any]:
    plain = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))
    start = draw(st.floats(0, 3600))
    said = {
        "seconds": draw(st.floats(0.04, 7200) | st.integers(1, 7200)),
        "name": draw(plain),
        "text": draw(plain | st.none()),
        "asset": draw(st.uuids() | st.uuids().map(str) | st.none() | st.just("")),
        "start": draw(st.floats(0, 7200) | st.none()),
        "motion": draw(motions() | st.none()),
        "muted": draw(st.booleans()),
        "voice": draw(st.uuids().map(lambda u: u.hex) | st.none()),
        "voice_start": start,
        "voice_end": draw(st.floats(start + 0.01, 7200) | st.none()),
    }
    if said["asset"] and draw(st.booleans()):
        said["seconds"] = None
    return said


def read(value: Any) -> list[dict[str, Any]] | edl.Wrong:
    """What is read, or the one error that there may be."""
    try:
        return edl.read(value)
    except edl.Wrong as error:
        return error


@often
@given(junk | crooked)
def test_whatever_is_given_is_read_or_wrong(value: Any) -> None:
    before = copy.deepcopy(value)
    found = read(value)
    if not isinstance(found, edl.Wrong):
        assert edl.read(found) == found
    assert repr(value) == repr(before), "what was given is left as it is"


@often
@given(texts | junk.map(lambda value: json.dumps(value, default=str)))
def test_text_is_read_as_json_or_wrong(text: str) -> None:
    found = read(text)
    if isinstance(found, edl.Wrong):
        assert "cut" in str(found) or "JSON" in str(found)


@often
@given(st.lists(cuts(), min_size=1, max_size=5))
def test_what_was_read_is_read_the_same_again(value: list[dict[str, Any]]) -> None:
    found = edl.read(value)
    assert edl.read(found) == found
    assert edl.read(json.dumps(found)) == found
    assert len(found) == len(value)
    for cut in found:
        assert cut["name"]
        assert None not in cut.values()
    assert [pk for _, _, pk in edl.ids(found)] == [
        cut[name] for cut in found for name in edl.IDS if name in cut
    ]


LONG = "9" * 400
WRONG = [
    ([], "has no cuts"),
    ("[" * 100_000, "is not JSON"),
    ("[1", "is not JSON"),
    ([{"seconds": 1}] * 201, "has 201 cuts; the most is 200"),
    ([7], "cut 1 is “7”"),
    ([{"seconds": 1}, {"second": 1}], "cut 2 has “second”. It takes name, text, asset"),
    ([{}], "cut 1 is black and has no seconds"),
    ([{"seconds": 0}], "cut 1, seconds is “0”. Give seconds from 0.04 to 7200"),
    ([{"seconds": True}], "cut 1, seconds is “True”"),
    ([{"seconds": "3"}], "cut 1, seconds is “3”"),
    (f'[{{"seconds": {LONG}}}]', "cut 1, seconds is “9999999999"),
    ('[{"seconds": NaN}]', "cut 1, seconds is “nan”"),
    ('[{"seconds": 1e999}]', "cut 1, seconds is “inf”"),
    ([{"asset": "cat"}], "cut 1, asset is “cat”. Give the id of an asset"),
    ([{"asset": ["a"]}], "Give the id of an asset"),
    ([{"seconds": 1, "muted": "no"}], "cut 1, muted is “no”. Give true or false"),
    ([{"seconds": 1, "motion": "zoom"}], "cut 1, motion has no known type. Give type zoom"),
    ([{"seconds": 1, "motion": {"type": ["zoom"]}}], "has no known type"),
    ([{"seconds": 1, "motion": {"type": "zoom", "direction": "up"}}], "zoom goes in, out"),
    ([{"seconds": 1, "motion": {"type": "zoom", "strength": 0}}], "strength is “0”"),
    (
        [{"seconds": 1, "motion": {"type": "zoom", "speed": 3}}],
        "motion has “speed”. It takes type, direction, strength",
    ),
    ([{"seconds": 1, "voice_start": 3, "voice_end": 3}], "the voice ends before it begins"),
    ([{"seconds": 1, "text": "a\0b"}], "cut 1, text has a character that cannot be kept"),
    ([{"seconds": 1, "name": "\ud800"}], "cut 1, name has a character that cannot be kept"),
    (
        [{"seconds": 1, "text": "x" * 10_001}],
        "cut 1, text has 10001 characters; the most is 10000",
    ),
    ([{"seconds": 1, "name": 3}], "cut 1, name is no text"),
]


@pytest.mark.parametrize(("value", "words"), WRONG, ids=[words[:30] for _, words in WRONG])
def test_what_is_wrong_is_named(value: Any, words: str) -> None:
    with pytest.raises(edl.Wrong) as caught:
        edl.read(value)
    assert words in str(caught.value)


# --- whose files ----------------------------------------------------------------------------------

Ask = Callable[..., OrderForm]


@pytest.fixture
def clip(account: Account, alice: User, tmp_path: Path) -> Asset:
    path = films.ours(tmp_path / "clip.mp4", 30)
    return bring(path, account, alice, title="The clip")


@pytest.fixture
def voice(account: Account, alice: User, tmp_path: Path) -> Asset:
    path = make.voice(tmp_path / "voice.wav", 2)
    return bring(path, account, alice, title="The voice")


@pytest.fixture
def ask(account: Account, alice: User) -> Ask:
    """ask({"asset": …}, …) → the form of a film of those cuts, checked."""

    def checked(*said: dict[str, Any], **params: Any) -> OrderForm:
        data = {"cuts": list(said), "name": "A film", **params}
        form = OrderForm(FILM, ASSEMBLER, data, account=account, user=alice)
        form.is_valid()
        return form

    return checked


def refusal(form: OrderForm) -> str:
    assert not form.is_valid()
    (problem,) = form.problems()
    assert problem["field"] == "cuts"
    return str(problem["message"])


def test_a_strangers_file_is_like_one_that_is_not_there(
    ask: Ask, charlie: User, picture: Callable[..., bytes], tmp_path: Path
) -> None:
    path = films.ours(tmp_path / "theirs.mp4", 10)
    theirs = ingest(path, account=charlie.accounts.get(), user=charlie, filename="theirs.mp4")
    nobody = uuid4()
    for place in ({"asset": None}, {"asset": None, "seconds": 1}, {"voice": None, "seconds": 1}):
        told = [
            refusal(ask({n: str(pk) if v is None else v for n, v in place.items()})).replace(
                str(pk), "ID"
            )
            for pk in (theirs.pk, nobody)
        ]
        assert told[0] == told[1]
        assert "there is no asset ID in your library. Choose another." in told[0]
        assert "theirs" not in told[0]


def test_files_that_do_not_fit_are_named(
    ask: Ask, clip: Asset, voice: Asset, cat: Asset, account: Account
) -> None:
    good = {"asset": str(clip.pk)}
    assert ask(good, {"asset": str(cat.pk), "seconds": 1}, {"seconds": 1}).is_valid()
    assert "Shot 2: “The voice” is " in refusal(ask(good, {"asset": str(voice.pk), "seconds": 1}))
    said = refusal(ask({**good, "voice": str(clip.pk), "name": "Storm"}))
    assert "Storm, voice: “The clip” is " in said
    assert "Shot 1 is a picture without seconds" in refusal(ask({"asset": str(cat.pk)}))
    said = refusal(ask({**good, "start": 1.0}))
    assert "Shot 1 starts at 1 s, and “The clip” is 1.00 s long. Choose an earlier" in said
    trash(clip)
    said = refusal(ask(good))
    assert "Shot 1: “The clip” is in the trash. Restore it, or choose another." in said


def test_a_file_that_is_missing_from_the_storage_is_named(ask: Ask, clip: Asset) -> None:
    Asset.objects.filter(pk=clip.pk).update(status="damaged")
    assert "the file of “The clip” is missing from the storage" in refusal(
        ask({"asset": str(clip.pk)})
    )


def test_programs_order_the_same_way(
    sign_in: Callable[[User], Client], alice: User, charlie: User, clip: Asset
) -> None:
    body = {
        "operation": "story-film",
        "params": {"cuts": [{"asset": str(clip.pk)}], "size": "custom", "width": 64, "height": 64},
    }

    def post(person: User) -> Any:
        return sign_in(person).post("/api/v1/jobs/", body, content_type="application/json")

    assert post(alice).status_code == 201
    stranger = post(charlie)
    assert (stranger.status_code, stranger.json()["errors"][0]["field"]) == (400, "cuts")
    body["params"]["cuts"] = [{"seconds": int(LONG)}]  # type: ignore[index]
    assert post(alice).status_code == 400


def test_a_retry_needs_every_clip(ask: Ask, alice: User, clip: Asset, cat: Asset) -> None:
    form = ask({"asset": str(clip.pk)}, {"asset": str(cat.pk), "seconds": 1})
    job, _ = form.create_job()
    Job.objects.filter(pk=job.pk).update(state=State.FAILED)
    job.refresh_from_db()
    trash(cat)
    with pytest.raises(jobs.NotPossible, match="in the trash or gone"):
        jobs.retry(job, alice)
    Asset.objects.filter(pk=cat.pk).update(trashed=None)
    again, created = jobs.retry(job, alice)
    assert created
    assert again.params["cuts"] == job.params["cuts"]
