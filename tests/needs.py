"""What a test needs beside Python: `@needs.chromium()`, `@needs.postgres()`.

Without it the test is skipped with a reason that says how to run it. ZOETROPE_TEST_EVERYTHING=1
turns every skip into a failure, so that nothing is left out where everything is there.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import pytest

EVERYTHING = os.environ.get("ZOETROPE_TEST_EVERYTHING") == "1"
POSTGRES = os.environ.get(
    "TEST_POSTGRES_URL", "postgres://zoetrope:zoetrope@127.0.0.1:5432/zoetrope"
)


def often(examples: int) -> int:
    """So many made-up examples where everything runs, a third of them elsewhere."""
    return examples if EVERYTHING else -(-examples // 3)


@functools.cache
def chromium_path() -> str | None:
    """Where the browser is; playwright takes it as executable_path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@functools.cache
def node_path() -> str | None:
    """Node runs a script of the pages; the packages of the browser tests bring one along."""
    try:
        from playwright._impl._driver import compute_driver_executable
    except ImportError:
        return shutil.which("node")
    return shutil.which("node") or str(compute_driver_executable()[0])


def node() -> pytest.MarkDecorator:
    reason = "Node is not installed; `make test` brings one, or install it"
    return pytest.mark.skipif(node_path() is None, reason=reason)


def chromium() -> pytest.MarkDecorator:
    reason = "Chromium is not installed; `apt-get install chromium` runs these tests"
    return pytest.mark.skipif(chromium_path() is None, reason=reason)


@functools.cache
def postgres_problem() -> str:
    import psycopg

    try:
        psycopg.connect(POSTGRES, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        return str(error).splitlines()[0]
    return ""


def postgres() -> pytest.MarkDecorator:
    reason = (
        f"No PostgreSQL at TEST_POSTGRES_URL ({postgres_problem()}); name a server and a role that "
        "may create databases"
    )
    return pytest.mark.skipif(bool(postgres_problem()), reason=reason)


@contextmanager
def new_postgres() -> Iterator[str]:
    """The address of a new, empty database."""
    import psycopg

    name = f"zoetrope_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def linux() -> pytest.MarkDecorator:
    reason = "The processes are watched through /proc; Linux runs these tests"
    return pytest.mark.skipif(sys.platform != "linux", reason=reason)


# The hooks of conftest.py: where everything should run, a skip is a failure.

AnyReport = TypeVar("AnyReport", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _strict((yield))


def _strict(report: AnyReport) -> AnyReport:
    if EVERYTHING and report.skipped and not hasattr(report, "wasxfail"):
        *_, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", "skipped")
        report.outcome = "failed"
        report.longrepr = f"Everything should run here, but: {reason}"
    return report
