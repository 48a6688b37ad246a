"""The rules that hold the tree together, read from the source itself."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio import catalogue
from studio.providers import Remote

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "studio", "assets", "billing")
FOLDERS = (*PACKAGES, "templates", "static", "tests", "docs", ".ci")
SUFFIXES = (".py", ".js", ".css", ".html")
SKIPPED = {"migrations", "vendor", "__pycache__", "shots"}
MAX_LINES = 400
MAX_FUNCTION = 60


def files(*folders: str, suffixes: tuple[str, ...] = SUFFIXES) -> list[Path]:
    found = (p for folder in folders for p in (ROOT / folder).rglob("*"))
    kept = (p for p in found if p.suffix in suffixes and not SKIPPED & set(p.parts))
    return sorted(p.relative_to(ROOT) for p in kept)


MODULES = files(*PACKAGES, suffixes=(".py",))


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever it stands in the file."""
    found = set()
    package = path.parent.parts
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*start, *(node.module or "").split("."))).strip(".")
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def under(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


# --- who may import whom ------------------------------------------------------------------------

# The first rule whose package a module belongs to counts: what it must not import.
FORBIDDEN: list[tuple[str, tuple[str, ...]]] = [
    ("studio.spec", ("django", "assets", "config", "httpx")),
    ("studio.engine", ("django", "assets", "billing", "config", "httpx", "urllib", "http")),
    ("studio.operations", ("django", "assets", "config", "studio.models", "studio.jobs")),
    ("studio.providers", ("django", "assets", "config", "studio.models", "studio.jobs")),
    ("studio.http", ("django", "assets", "billing", "config", "studio.models", "studio.jobs")),
    ("studio.words", ("django", "assets", "billing", "config", "studio.models", "studio.jobs")),
    ("studio.views", ("config", "studio.api")),
    ("studio.api", ("config", "studio.views")),
    ("studio", ("config",)),
    ("assets", ("config", "studio")),
    ("billing", ("config", "studio", "assets")),
    ("config", ("studio.models", "studio.jobs", "assets.models", "billing.models")),
]
ALLOWED = {
    "studio.spec": ("studio.spec", "billing.pricing"),
    "studio.engine": ("studio.engine",),
    "studio.operations": ("studio.operations", "studio.spec", "studio.presets", "studio.words"),
    "studio.http": ("studio.http", "studio.spec"),
    "studio.words": ("studio.words", "studio.spec", "studio.presets"),
    "studio.providers": (
        "studio.providers",
        "studio.operations",
        "studio.spec",
        "studio.engine",
        "studio.http",
        "studio.words",
        "studio.presets",
        "billing.pricing",
    ),
}


HTTP = ("httpx", "httpcore", "requests", "aiohttp", "websockets", "urllib.request", "http.client")


def wrong_imports(path: Path) -> list[str]:
    name = module_name(path)
    _, forbidden = next(rule for rule in FORBIDDEN if under(name, rule[0]))
    if not under(name, "studio.http"):
        forbidden += HTTP
    wrong = {target for target in imports(path) if under(target, *forbidden)}
    for layer, allowed in ALLOWED.items():
        if under(name, layer):
            ours = {t for t in imports(path) if under(t, *PACKAGES) and t not in PACKAGES}
            wrong |= {target for target in ours if not under(target, *allowed)}
    return [f"{name} imports {target}" for target in sorted(wrong)]


def test_imports_go_one_way() -> None:
    assert not [line for path in MODULES for line in wrong_imports(path)]


def test_the_rule_sees_what_it_should(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "studio" / "engine").mkdir(parents=True)
    file = Path("studio/engine/new.py")
    source = (
        "def f():\n    from django.conf import settings\n    import httpx\n    from .. import http"
    )
    (tmp_path / file).write_text(source)
    assert wrong_imports(file) == [
        "studio.engine.new imports django.conf",
        "studio.engine.new imports django.conf.settings",
        "studio.engine.new imports httpx",
        "studio.engine.new imports studio.http",
    ]


# --- size ---------------------------------------------------------------------------------------


def test_a_file_has_one_subject() -> None:
    lines = {str(path): len((ROOT / path).read_text().splitlines()) for path in files(*FOLDERS)}
    long = {path: count for path, count in lines.items() if count > MAX_LINES}
    assert not long, "split them by subject"


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length of every function, without its docstring."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - first.lineno + 1


def test_functions_are_short() -> None:
    found = [
        (str(path), name, length)
        for path in files(*PACKAGES, "tests", suffixes=(".py",))
        for name, length in functions(path)
    ]
    assert len(found) > 100
    assert not [row for row in found if row[2] > MAX_FUNCTION]


# --- habits -------------------------------------------------------------------------------------

# `Job.objects.get(pk=…)`: whose job is it? Owned objects are found through the account.
OWNED = r"(?:Job|Asset|ApiKey|Entry)"
BARE = re.compile(
    rf"\b{OWNED}\.objects\.(?:get|all|first|in_bulk)\("
    rf"|\b{OWNED}\.objects\.filter\((?![^)]*\baccount)[^)]*\b(?:pk|id)\b"
    rf"|get_object_or_404\(\s*{OWNED}\b(?!\.objects\.for_account)"
)


def test_owned_objects_are_found_through_the_account() -> None:
    views = files("studio/views", "studio/api", "assets/views", suffixes=(".py",))
    found = [(str(p), m[0]) for p in views for m in BARE.finditer((ROOT / p).read_text())]
    assert not found, "use .objects.for_account(account)"


# Traces of the workshop: paths of one machine, registries, whatever was meant for later.
TRACES = re.compile(
    "|".join(
        [
            r"/wor" r"k/",
            r"/tm" r"p/plan",
            r"/roo" r"t/",
            r"helper sess" r"ion",
            r"https?://[^\s\"]*/simple\b",
            r"--(?:extra-)?index" r"-url",
            r"\bFIX" r"ME\b",
            r"\bXX" r"X\b",
            r"\bTO" r"DO\b",
        ]
    ),
    re.IGNORECASE,
)


def texts() -> list[Path]:
    top = [p.relative_to(ROOT) for p in ROOT.iterdir() if p.is_file() and p.name != ".env"]
    more = files(*FOLDERS, suffixes=(*SUFFIXES, ".md", ".txt", ".svg", ".toml", ".json", ""))
    return sorted({*top, *(p for p in more if (ROOT / p).is_file())})


def test_no_trace_of_the_workshop() -> None:
    found = [(str(p), m[0]) for p in texts() for m in TRACES.finditer((ROOT / p).read_text())]
    assert not found


# --- what nobody uses ---------------------------------------------------------------------------


def test_what_the_library_offers_is_used() -> None:
    from assets import services

    used = "\n".join((ROOT / p).read_text() for p in files(*PACKAGES, "tests", suffixes=(".py",)))
    said = re.findall(r"\b(?:services|assets)\.(\w+)", used)
    for names in re.findall(r"from assets\.services import (\([^)]*\)|.*)", used):
        said += re.findall(r"\w+", names)
    assert set(services.__all__) <= set(said)


def test_every_class_of_a_style_sheet_is_somewhere() -> None:
    words = set()
    for path in files(*PACKAGES, "templates", "static/js", suffixes=(".py", ".html", ".js")):
        words |= set(re.findall(r"[A-Za-z][\w-]*", (ROOT / path).read_text()))
    for path in files("static/css", suffixes=(".css",)):
        rules = re.sub(r'/\*.*?\*/|url\([^)]*\)|"[^"]*"', "", (ROOT / path).read_text(), flags=re.S)
        named = set(re.findall(r"\.([A-Za-z][\w-]*)", rules))
        assert named - words <= {"htmx-request"}, path


def test_every_pin_is_exact() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[\w.+]+", line) for line in pins)


# --- .env.example -------------------------------------------------------------------------------

EXAMPLE = re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.M)


def test_the_example_names_every_variable() -> None:
    source = "\n".join((ROOT / p).read_text() for p in files("config", suffixes=(".py",)))
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z0-9_]+)\"", source))
    for provider in catalogue.providers().values():
        if isinstance(provider, Remote):
            prefix = provider.key.upper()
            read |= {f"{prefix}_URL", f"{prefix}_SLOTS", provider.key_name}
    names = [name for name, _ in EXAMPLE]
    assert set(names) == read
    assert len(names) == len(set(names))


def test_the_values_of_the_example_are_good(tmp_path: Path) -> None:
    given = dict(EXAMPLE) | {"DATA_DIR": str(tmp_path)}
    inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    result = subprocess.run(
        [sys.executable, ROOT / "manage.py", "check"],
        env=inherited | given,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
