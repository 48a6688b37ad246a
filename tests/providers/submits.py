"""What every provider promises of handing work over, whether the answer is a name or the result."""

from __future__ import annotations

import asyncio
import email.utils
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest
from hypothesis import strategies as st

from studio import catalogue
from studio.http import Clients, Wire
from studio.providers import Remote
from studio.spec import Call, ErrorKind, Handle, Offer, ProviderError, Status, Update
from tests.fakes.server import Fake

LIVE = (Status.QUEUED, Status.RUNNING)
MIMES = {"image": "image/png", "mask": "image/png", "audio": "audio/wav"}
SAMPLES: Mapping[str, Any] = {
    "prompt": "A red balloon rises over the sea.",
    "search_prompt": "the boat",
    "select_prompt": "the sail",
    "background_prompt": "A harbour in the morning.",
    "seconds": 5,
}

# Answers with status 200 that tell nothing.
NONSENSE = (
    "<!doctype html><p>Bad gateway",
    "",
    "null",
    "[]",
    "{}",
    "7",
    '"completed"',
    '{"status": null}',
    '{"status": 3, "data": 4}',
    '{"data": [], "code": 200}',
    '{"data": {"status": {}}, "status": [], "id": {}}',
    '{"code": 200, "data": {"id": "somebody-elses", "status": "completed"}}',
    '{"status": "COMPLETED", "request_id": "somebody-elses"}',
)
KEYS = ("code", "data", "detail", "error", "id", "output", "outputs", "request_id", "status", "url")


class Talk:
    """A provider at its fake, one verb at a time. Whatever it says is searched for the key."""

    def __init__(self, provider: Remote, fake: Fake, *, key: str = "", home: str = "") -> None:
        self.provider, self.key = provider, key or fake.secret
        self.home = home or fake.url

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner().__enter__()
        self._clients = Clients(8)
        self.wire = Wire(self.home, self.provider.headers(self.key), self._clients)
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._clients.close())
        self._runner.close()

    def tried(self, verb: str, *args: Any) -> Any:
        """Its answer, or the error that it raised."""
        answer: Any
        try:
            answer = self._runner.run(getattr(self.provider, verb)(self.wire, *args))
        except ProviderError as error:
            answer = error
        failed = isinstance(answer, ProviderError)
        assert self.key not in (answer.message + answer.detail if failed else repr(answer))
        return answer

    def __call__(self, verb: str, *args: Any) -> Any:
        answer = self.tried(verb, *args)
        if isinstance(answer, ProviderError):
            raise answer
        return answer

    def refused(self, verb: str, *args: Any) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            self(verb, *args)
        return caught.value


def defaults(offer: Offer) -> dict[str, Any]:
    """The params of a request that says only what it must."""
    params = offer.params(catalogue.operations()[offer.operation])
    plain = {p.name: p for p in params if not p.is_asset}
    found = {n: SAMPLES.get(n) if p.default is None else p.default for n, p in plain.items()}
    for name, param in plain.items():
        if found[name] is None and param.derive:
            found[name] = param.derive(found)
    return {n: v for n, v in found.items() if v is not None or n in SAMPLES}


class SubmitContract:
    provider: ClassVar[Remote]
    fake_class: ClassVar[type[Fake]]
    vocabulary: ClassVar[tuple[str, ...]] = ()

    @pytest.fixture
    def fake(self) -> Iterator[Fake]:
        """Its work ends by command only."""
        with self.fake_class(seconds=None) as fake:
            yield fake

    @pytest.fixture
    def talk(self, fake: Fake) -> Iterator[Talk]:
        with Talk(self.provider, fake) as talk:
            yield talk

    def offer(self) -> Offer:
        return self.provider.offers[0]

    @pytest.fixture
    def call(self, talk: Talk, fake: Fake, files: dict[str, Path], tmp_path: Path) -> Call:
        return self.make_call(talk, self.offer(), files, tmp_path)

    def make_call(
        self, talk: Talk, offer: Offer, files: dict[str, Path], folder: Path, **more: Any
    ) -> Call:
        """A request by an offer; its files are uploaded already."""
        params = offer.params(catalogue.operations()[offer.operation])
        needed = {p.name: p.kind for p in params if p.is_asset and (p.required or p.name in more)}
        paths = {name: files[kind] for name, kind in needed.items()}
        urls = {}
        if self.provider.uploads:
            urls = {n: talk("upload", paths[n], MIMES[kind]).url for n, kind in needed.items()}
        said = {**defaults(offer), **dict.fromkeys(needed, "asset")}
        return Call(offer, said, paths, "job.1", folder, urls=urls, webhook=more.get("webhook", ""))

    def begin(self, talk: Talk, fake: Fake, call: Call) -> Handle:
        update: Update = talk("submit", call)
        return Handle(call.offer, call.ref, update.ref, update.links)

    # --- submit ---------------------------------------------------------------------------------

    @pytest.mark.parametrize("fault", ["cut_before", "cut_after", "error_after", "unreadable"])
    def test_what_may_have_been_accepted_is_unclear(
        self, talk: Talk, fake: Fake, call: Call, fault: str
    ) -> None:
        setattr(fake.faults, fault, 1)
        assert talk.refused("submit", call).kind == ErrorKind.UNCLEAR
        assert len(fake.predictions) == (fault != "cut_before"), "it was sent once"

    @pytest.mark.parametrize("body", [b for b in NONSENSE if "somebody-elses" not in b])
    def test_a_nonsensical_yes_is_unclear(
        self, talk: Talk, fake: Fake, call: Call, body: str
    ) -> None:
        fake.faults.unreadable, fake.faults.body = 1, body
        assert talk.refused("submit", call).kind == ErrorKind.UNCLEAR

    def test_nobody_there_means_not_accepted(self, fake: Fake, call: Call) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            home = f"http://127.0.0.1:{closed.getsockname()[1]}"
            with Talk(self.provider, fake, home=home) as talk:
                assert talk.refused("submit", call).kind == ErrorKind.LATER

    @pytest.mark.parametrize(
        ("said", "least", "most"),
        [("7", 7, 7), ("date", 50, 61), ("soon", None, None), ("", None, None), ("-3", None, None)],
    )
    def test_too_many_means_later(
        self, talk: Talk, fake: Fake, call: Call, said: str, least: float | None, most: float | None
    ) -> None:
        date = email.utils.formatdate(time.time() + 60, usegmt=True)
        fake.faults.too_many, fake.faults.retry_after = 1, date if said == "date" else said
        error = talk.refused("submit", call)
        assert error.kind == ErrorKind.LATER
        assert error.retry_after is least or least <= error.retry_after <= most  # type: ignore[operator]
        assert not fake.predictions

    @pytest.mark.parametrize(
        ("fault", "kinds"),
        [
            ("no_credit", (ErrorKind.NO_CREDIT,)),
            ("bad_key", (ErrorKind.KEY,)),
            ("refused", (ErrorKind.REFUSED, ErrorKind.INPUT)),
        ],
    )
    def test_a_refusal_has_its_kind(
        self, talk: Talk, fake: Fake, call: Call, fault: str, kinds: tuple[ErrorKind, ...]
    ) -> None:
        setattr(fake.faults, fault, 1)
        error = talk.refused("submit", call)
        assert error.kind in kinds
        assert self.provider.label in error.message
        assert fault != "refused" or "prompt is too long" in error.message
        assert not fake.predictions

    def test_a_wrong_key_is_named_and_not_shown(self, fake: Fake, call: Call) -> None:
        with Talk(self.provider, fake, key="wrong-key-0123456789abcdef") as talk:
            assert talk.refused("submit", call).kind == ErrorKind.KEY
            assert talk.refused("check_key").kind == ErrorKind.KEY

    def test_a_right_key_is_recognised_for_nothing(self, talk: Talk, fake: Fake) -> None:
        assert talk("check_key")
        assert not fake.predictions

    # --- files ----------------------------------------------------------------------------------

    def test_a_file_goes_over_without_the_key(
        self, talk: Talk, fake: Fake, files: dict[str, Path], tmp_path: Path
    ) -> None:
        if not self.provider.uploads:
            assert talk.refused("upload", files["image"], "image/png")
            return
        uploaded = talk("upload", files["image"], "image/png")
        assert uploaded.url
        assert uploaded.seconds > 0
        assert files["image"].read_bytes() in fake.uploads.values()
        assert fake.leaks == []


def any_json(words: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """JSON made of what this protocol is made of, and of anything else."""
    text = st.sampled_from((*words, "completed", "COMPLETED", "succeeded")) | st.text(max_size=8)
    plain = st.none() | st.booleans() | st.integers() | st.floats() | text
    keys = st.sampled_from((*KEYS, *words)) | st.text(max_size=5)
    return st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=12,
    )
