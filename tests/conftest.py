"""Three people and some pictures. Alice owns the account, Bob is a member of it, Charlie has an
account of his own and must never see theirs."""

from __future__ import annotations

import fcntl
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from PIL import Image

from billing.models import Account, Membership, Role, User
from tests import needs
from tests.cluster.harness import Studio
from tests.database import (  # noqa: F401 - fixtures
    django_db_keepdb,
    django_db_setup,
    migrated,
    quick_flush,
)
from tests.looked_at import looked_at_once  # noqa: F401 - a fixture
from tests.needs import (  # noqa: F401 - hooks
    pytest_make_collect_report,
    pytest_runtest_makereport,
)

SAMPLES = Path(__file__).resolve().parent.parent / "static" / "samples"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long experiments run where everything runs, and where they are asked for by name. On a
    database of its own choice only what touches it runs again."""
    named = config.option.markexpr or any("::" in argument for argument in config.args)
    if not (needs.EVERYTHING or named):
        _leave_out(config, items, lambda item: item.get_closest_marker("slow") is not None)
    _leave_out(config, items, _is_about_another_database)
    if os.environ.get("TEST_DATABASE_URL"):
        _leave_out(config, items, lambda item: not _asks_the_database(item))
    if needs.EVERYTHING:
        _try_twice(items)


def _try_twice(items: list[pytest.Item]) -> None:
    """What waits for a browser, for processes of its own or for a provider that answers by the
    clock shares two processors with everything else for most of an hour: one second try, which
    the summary names."""
    for item in items:
        waits = item.get_closest_marker("browser") or item.get_closest_marker("cluster")
        if waits or "plain" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish(session: pytest.Session) -> None:
    """A group that is spread over the workers starts its studio and its browser in each of them; a
    pytest that pytest-xdist does not know lets that happen without a word."""
    if getattr(session.config.option, "loadgroup", False):
        grouped = [item for item in session.items if item.get_closest_marker("xdist_group")]
        assert all("@" in item.nodeid for item in grouped), "groups of tests are not kept together"


def _leave_out(
    config: pytest.Config, items: list[pytest.Item], unwanted: Callable[[pytest.Item], bool]
) -> None:
    out = [item for item in items if unwanted(item)]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if not unwanted(item)]


def _is_about_another_database(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("only_on")
    return mark is not None and connection.vendor not in mark.args


def _asks_the_database(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or bool(
        {"db", "transactional_db", "live_server"} & set(names)
    )


def pytest_unconfigure() -> None:
    if settings.configured:
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a studio that is set up, to begin with a copy of it; made once for all
    workers."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = base / "prepared", base / "prepared.done"
    with (base / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            with Studio(folder):
                done.touch()
    return folder


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """Each test has a folder of its own for files."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    settings.WORK_DIR = tmp_path / "work"  # type: ignore[attr-defined]
    return tmp_path / "media"


def _person(name: str, account: Account | None = None, role: str = Role.OWNER) -> User:
    user = User.objects.create_user(name, password="a long password")
    account = account or Account.objects.create(name=f"{name}'s studio")
    Membership.objects.create(account=account, user=user, role=role)
    return user


@pytest.fixture
def alice(db: None) -> User:
    return _person("alice")


@pytest.fixture
def account(alice: User) -> Account:
    return alice.accounts.get()


@pytest.fixture
def bob(account: Account) -> User:
    return _person("bob", account, Role.MEMBER)


@pytest.fixture
def vera(account: Account) -> User:
    """A viewer: may look, may not change."""
    return _person("vera", account, Role.VIEWER)


@pytest.fixture
def charlie(db: None) -> User:
    return _person("charlie")


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        client.person = user  # type: ignore[attr-defined]
        return client

    return client_of


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Bytes of a picture with a gradient: picture(size=(64, 48), format="PNG", mode="RGB")."""

    def make(size: tuple[int, int] = (64, 48), format: str = "PNG", mode: str = "RGB") -> bytes:
        image = Image.linear_gradient("L").resize(size)
        image = Image.merge(
            "RGB", [image, image.rotate(180), image.point(lambda v: v // 2)]
        ).convert(mode)
        out = io.BytesIO()
        image.save(out, format)
        return out.getvalue()

    return make


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder
