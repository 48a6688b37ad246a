"""Film through the studio: what is refused and how, what is told before, what comes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from assets.models import Asset
from assets.services import ingest
from billing.models import Account, User
from studio import catalogue
from studio.operations import film, film_sound
from studio.orders import OrderForm
from studio.providers.local import PROVIDER
from studio.spec import Call, ErrorKind, ProviderError
from tests.fakes import films
from tests.studio.pages import People, said

Ingest = Callable[[str, Path], Asset]
OPERATIONS = [operation.key for operation in (*film.OPERATIONS, *film_sound.OPERATIONS)]


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reel")
    return {
        "loud": films.ours(folder / "loud.mp4", 60, sound=films.tone(2)),
        "mute": films.ours(folder / "mute.mp4", 60, first=100),
        "short": films.ours(folder / "short.mp4", 6),
    }


@pytest.fixture
def stored(account: Account, alice: User, reel: dict[str, Path]) -> dict[str, str]:
    """Ids by name."""
    return {
        name: str(ingest(path, account=account, user=alice, filename=path.name).pk)
        for name, path in reel.items()
    }


def form(account: Account, operation: str, resolve: bool = True, **data: Any) -> OrderForm:
    offer = catalogue.all_offers()[f"local-{operation}"]
    found = catalogue.operations()[operation]
    return OrderForm(found, offer, data, account=account, resolve=resolve)


def refused(account: Account, operation: str, **data: Any) -> tuple[str, str]:
    found = form(account, operation, **data)
    assert not found.is_valid()
    (problem,) = found.problems()
    return problem["field"], problem["message"]


@pytest.mark.parametrize(
    ("operation", "params", "field", "words"),
    [
        ("trim", {}, "end", "leave nothing out"),
        ("trim", {"start": 1.5, "end": 1}, "end", "End is 1 s, and start is 1.5 s"),
        ("trim", {"start": 1, "end": 1}, "end", "nothing lies between them"),
        ("trim", {"start": 2}, "start", "Start is 2 s, and “loud” is 2.000 s long"),
        ("trim", {"end": 7}, "end", "End is 7 s, and “loud” is 2.000 s long. Choose an earlier"),
        ("trim", {"start": -1}, "start", "Start is -1 s; the least is 0 s"),
        ("gif", {"start": 3}, "start", "Start is 3 s, and “loud” is 2.000 s long"),
        ("video-frame", {"which": "at", "at": 2.5}, "at", "At is 2.5 s, and “loud” is 2.000 s"),
        ("speed", {"factor": 1}, "factor", "Speed is 1 ×"),
        ("speed", {"factor": 5}, "factor", "Speed is 5 ×; the most is 4 ×"),
        ("sound", {"way": "replace"}, "audio", "Sound is missing, and you chose to replace"),
        ("sound", {}, "loudness", "Nothing would change"),
        ("sound", {"loudness": -15}, "loudness", "Choose as-it-is, -14, -16 or -23"),
        ("compress-video", {"by": "size", "megabytes": 0}, "megabytes", "the least is 0.1 MB"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_done(
    account: Account,
    stored: dict[str, str],
    operation: str,
    params: dict[str, Any],
    field: str,
    words: str,
) -> None:
    name, message = refused(account, operation, video=stored["loud"], **params)
    assert name == field
    assert words.lower() in message.lower()


@pytest.mark.parametrize(
    ("operation", "params"), [("video-sound", {}), ("sound", {"way": "keep", "loudness": -14})]
)
def test_sound_is_asked_for(
    account: Account, stored: dict[str, str], operation: str, params: dict[str, Any]
) -> None:
    found = refused(account, operation, video=stored["mute"], **params)
    assert found == ("video", "Video: “Mute” has no sound. Choose one that has.")


def test_clips_of_a_join(account: Account, stored: dict[str, str]) -> None:
    loud, mute, short = stored["loud"], stored["mute"], stored["short"]
    assert form(account, "join", clip_1=loud, clip_2=mute).is_valid()
    assert refused(account, "join", clip_1=loud) == ("clip_2", "Clip 2 is missing.")
    gap = refused(account, "join", clip_1=loud, clip_2=mute, clip_4=loud)
    assert gap == ("clip_4", "Clip 4 cannot be used. Fill clip 3 first.")
    thirteen = {f"clip_{n}": loud for n in range(1, 14)}
    assert "“clip_13” is not a parameter of Joiner" in refused(account, "join", **thirteen)[1]
    assert form(account, "join", **{k: v for k, v in thirteen.items() if k != "clip_13"}).is_valid()
    name, words = refused(account, "join", clip_1=loud, clip_2=short, clip_3=mute)
    assert name == "clip_2"
    assert "“Short” is 0.20 s long, and its transitions take 1 s" in words
    trio = {"clip_1": loud, "clip_2": short, "clip_3": mute}
    assert form(account, "join", transition="cut", **trio).is_valid()


def test_no_clip_at_all(account: Account) -> None:
    found = form(account, "join")
    assert not found.is_valid()
    assert {p["field"] for p in found.problems()} == {"clip_1", "clip_2"}


def test_an_estimate_says_it_as_well(account: Account, stored: dict[str, str]) -> None:
    found = form(account, "trim", resolve=False, video=stored["loud"], start=5)
    assert not found.is_valid()
    assert found.problems()[0]["field"] == "start"


def test_the_weight_of_a_gif_is_told(account: Account, stored: dict[str, str]) -> None:
    found = form(account, "gif", resolve=False, video=stored["loud"])
    assert found.is_valid(), found.problems()
    assert any(note.startswith("About ") and "KB" in note for note in found.notes)
    assert not any("moves" in note for note in found.notes)


def test_films_that_lose_bits_are_told(account: Account, alice: User, tmp_path: Path) -> None:
    options = {"x265-params": "log-level=none"}
    path = tmp_path / "deep.mp4"
    films.theirs(path, 30, codec="libx265", pixels="yuv420p10le", options=options)
    asset = ingest(path, account=account, user=alice, filename="deep.mp4")
    found = form(account, "trim", resolve=False, video=str(asset.pk), start=0.5)
    assert found.is_valid(), found.problems()
    assert "more than 8 bits a color" in found.notes[0]


def test_a_strangers_film_is_not_there(
    account: Account, charlie: User, stored: dict[str, str]
) -> None:
    name, words = refused(charlie.accounts.get(), "trim", video=stored["loud"], start=1)
    assert name == "video"
    assert "no asset" in words


# --- what comes out -------------------------------------------------------------------------------


def call(operation: str, folder: Path, files: dict[str, Path], **params: Any) -> Call:
    offer = catalogue.all_offers()[f"local-{operation}"]
    usual = {p.name: p.default for p in catalogue.operations()[operation].params}
    work = folder / operation
    work.mkdir(exist_ok=True)
    return Call(offer, {**usual, **params}, files, "ref", work)


PARAMS: dict[str, dict[str, Any]] = {
    "trim": {"start": 0.5},
    "resize-video": {"width": 96, "height": 96},
    "sound": {"loudness": -16},
    "compress-video": {"quality": 40},
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_makes_what_it_says(
    tmp_path: Path, reel: dict[str, Path], account: Account, alice: User, operation: str
) -> None:
    names = ("clip_1", "clip_2") if operation == "join" else ("video",)
    files = dict(zip(names, (reel["loud"], reel["mute"]), strict=False))
    work = call(operation, tmp_path, files, **PARAMS.get(operation, {}))
    (output,) = PROVIDER.render(work).outputs
    assert output.path
    kinds = (catalogue.operations()[operation].makes,)
    name = output.path.name
    assert (
        ingest(output.path, account=account, user=alice, filename=name, kinds=kinds).kind in kinds
    )


def test_a_damaged_film_fails_with_its_second(tmp_path: Path, reel: dict[str, Path]) -> None:
    broken = tmp_path / "broken.mp4"
    data = reel["mute"].read_bytes()
    broken.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(ProviderError, match=r"Clip 2 is damaged at \d\.\d s") as caught:
        PROVIDER.render(call("join", tmp_path, {"clip_1": reel["loud"], "clip_2": broken}))
    assert caught.value.kind == ErrorKind.INPUT


# --- pages and programs ---------------------------------------------------------------------------


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_its_page(sign_in: People, alice: User, operation: str) -> None:
    page = said(sign_in(alice).get(f"/film/{operation}/"))
    assert "<film-stage" in page
    marks = operation in ("trim", "gif", "video-frame")
    assert ("data-marks" in page) == marks


def test_programs_ask_the_same_way(
    stored: dict[str, str], sign_in: Callable[[User], Client], alice: User
) -> None:
    client = sign_in(alice)
    body = {"operation": "trim", "params": {"video": stored["loud"], "start": 9}}
    answer = client.post("/api/v1/jobs/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "start"
    body["params"] = {"video": stored["loud"], "start": 1}
    answer = client.post("/api/v1/jobs/", body, content_type="application/json")
    assert answer.status_code == 201
