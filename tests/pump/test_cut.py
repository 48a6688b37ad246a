"""A trimmed voice: no more of it goes to a provider than is used and paid for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assets import services as assets
from billing.models import Account, User
from studio import catalogue, jobs
from studio.engine import audio
from studio.orders import OrderForm
from tests.engine.portrait import make
from tests.fakes.plain import FakePlain
from tests.fakes.wavespeed import FakeWaveSpeed
from tests.pump.conftest import settle
from tests.pump.test_road import kinds

AVATAR = catalogue.operations()["talking-avatar"]
OFFER = "wavespeed-infinitetalk"


@pytest.fixture
def wavespeed(plain: FakePlain, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWaveSpeed]:
    monkeypatch.setattr(type(catalogue.providers()["wavespeed"]), "poll_first", 0.1)
    with FakeWaveSpeed(seconds=0.1) as fake:
        for name, value in fake.variables().items():
            monkeypatch.setenv(name, value)
        yield fake


def test_only_the_part_that_is_used_is_sent(
    rich: Account, alice: User, work: Path, wavespeed: FakeWaveSpeed
) -> None:
    make.voice(work / "voice.wav", 30)
    files = {"image": make.ASTRONAUT, "audio": work / "voice.wav"}
    said: dict[str, Any] = {
        name: str(assets.ingest(path, filename=path.name, account=rich, user=alice).pk)
        for name, path in files.items()
    }
    offer = catalogue.all_offers()[OFFER]
    said |= {"trim_start": 4.5, "trim_end": 11.25}
    for again in (False, True):
        form = OrderForm(AVATAR, offer, said, account=rich, user=alice)
        assert form.is_valid(), form.problems()
        assert form.params["seconds"] == 7
        job, _ = form.create_job()
        settle()
        job.refresh_from_db()
        assert kinds(job) == ["hold", "charge"], job.error
        # The second time it lies there already.
        assert len(wavespeed.uploads) == 2, again
    sound = next(
        body for body in wavespeed.uploads.values() if body[:3] in (b"ID3", b"\xff\xfb\x94")
    )
    (work / "sent.mp3").write_bytes(sound)
    assert audio.length(work / "sent.mp3", 60) == pytest.approx(6.75, abs=0.03)
    assert jobs.quote(offer, form.params).words.startswith("7 s")
