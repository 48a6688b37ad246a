"""What the documents say is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from studio.management.commands.catalogue import markdown

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def test_the_feature_table_is_the_catalogue() -> None:
    between = README.split("<!-- catalogue -->")[1].split("<!-- /catalogue -->")[0]
    assert between.strip() == markdown(), "run: manage.py catalogue --markdown"


def test_the_pictures_of_the_readme_exist() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert shown
    for file in shown:
        assert (ROOT / file).stat().st_size > 10_000, file


@pytest.mark.parametrize("file", ["README.md", "docs/api.md"])
def test_named_commands_and_files_exist(file: str) -> None:
    text = (ROOT / file).read_text()
    for command in re.findall(r"manage\.py (\w+)", text):
        assert command in get_commands(), command
    for target in re.findall(r"`make (\w+)`", text):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M), target
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / link).exists(), link
