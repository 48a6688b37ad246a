"""`manage.py animate PICTURE --motion zoom … --output FILE`: render without a server."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assets import media
from assets.services import upload_limits
from studio import catalogue
from studio.engine import EngineError, motion
from studio.forms import OperationForm
from studio.spec import Param

OPERATION, OFFER = "image-to-video", "local-motion"
WIDTH = 32


class Command(BaseCommand):
    help = "Turn a picture into a video on this computer, without a server or a database."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("picture", type=Path)
        parser.add_argument("--output", type=Path, help="default: beside the picture")
        parser.add_argument("--overwrite", action="store_true", help="replace an existing output")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")
        for param in self._params():
            if param.name != "image":
                flag = "--" + param.name.replace("_", "-")
                parser.add_argument(flag, dest=param.name, help=self._help(param))

    @staticmethod
    def _params() -> tuple[Param, ...]:
        return catalogue.declared_offers()[OFFER].params(catalogue.operations()[OPERATION])

    @staticmethod
    def _help(param: Param) -> str:
        limits = "|".join(str(c) for c in param.choices)
        if param.low is not None and not limits:
            limits = f"{param.low:g} to {param.high:g}"
        default = "" if param.default is None else f", default {param.default}"
        words = f"{param.label}: {limits}{default}" if limits else param.label
        return words.replace("%", "%%")

    def handle(self, *args: Any, **options: Any) -> None:
        picture: Path = options["picture"]
        params = self._clean(options)
        output = options["output"] or picture.with_suffix(f".{params['format']}")
        self._check_files(picture, output, params["format"], options)
        self._render(picture, output, params, options)

    @staticmethod
    def _check_files(picture: Path, output: Path, format: str, options: dict[str, Any]) -> None:
        sources = [picture, *([Path(options["audio"])] if options.get("audio") else [])]
        for file in sources:
            if not file.is_file():
                raise CommandError(f"There is no file {file}.")
        for file, kind in zip(sources, ("image", "audio"), strict=False):
            try:
                found = media.identify(file, upload_limits(), (kind,))
                media.examine(file, found, upload_limits(), (kind,))
            except media.Refused as error:
                raise CommandError(f"{file.name}: {error}") from error
        if output.suffix.lower() != f".{format}":
            raise CommandError(
                f"The output {output.name} does not end in .{format}. Name it so, or choose "
                "another --format."
            )
        if not output.resolve().parent.is_dir():
            raise CommandError(f"There is no folder {output.parent}. Make it first.")
        if output.exists() and any(output.samefile(file) for file in sources):
            raise CommandError(f"{output} is what is read. Name another --output.")
        if output.exists() and not options["overwrite"]:
            raise CommandError(f"{output} exists. Name another --output, or add --overwrite.")

    def _clean(self, options: dict[str, Any]) -> dict[str, Any]:
        operation, offer = catalogue.operations()[OPERATION], catalogue.declared_offers()[OFFER]
        given = {p.name: options.get(p.name) for p in self._params() if not p.is_asset}
        data = {name: value for name, value in given.items() if value is not None}
        form = OperationForm(operation, offer, data, resolve=False)
        if not form.is_valid():
            raise CommandError("\n".join(p["message"] for p in form.problems()))
        for param in (p for p in self._params() if p.is_asset and p.depends):
            assert param.depends
            chosen = form.params[param.depends.on]
            if options.get(param.name) and param.depends.choices.get(chosen) == ():
                raise CommandError(f"{param.label} cannot be used. {param.depends.words}")
        for note in form.notes:
            self.stderr.write(note)
        return form.params

    def _render(
        self, picture: Path, output: Path, params: dict[str, Any], options: dict[str, Any]
    ) -> None:
        started = time.monotonic()
        audio = Path(options["audio"]) if options.get("audio") else None
        values = {**params, "focus": tuple(params["focus"])}
        report = (lambda fraction, stage: None) if options["quiet"] else self._bar
        try:
            motion.animate(picture, output, **values, audio=audio, report=report)
        except EngineError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("\nStopped. Nothing was written.", returncode=130) from None
        if not options["quiet"] and sys.stderr.isatty():
            print(file=sys.stderr)
        seconds, size = time.monotonic() - started, output.stat().st_size / 1e6
        self.stdout.write(f"{output} ({size:.1f} MB in {seconds:.1f} s)")

    @staticmethod
    def _bar(fraction: float, stage: str) -> None:
        if sys.stderr.isatty():
            done = round(fraction * WIDTH)
            bar = "█" * done + "░" * (WIDTH - done)
            print(f"\r{bar} {fraction:4.0%} {stage:<12}", end="", file=sys.stderr, flush=True)
