"""This computer: always there, free, no key and no network.

Each file of this package has OFFERS: pairs of an offer and the function that makes its result. That
takes a Call and returns the path of a file in its folder, with notes or without, or all results.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.engine import EngineError, Stopped
from studio.providers import Renderer
from studio.providers.local import (
    control,
    create,
    edit,
    film,
    finish,
    model,
    portrait,
    social,
    story,
    upscale,
    video,
)
from studio.providers.local.social import Results
from studio.spec import Call, ErrorKind, Offer, Output, ProviderError, Status, Update

Render = Callable[[Call], Path | tuple[Path, tuple[str, ...]] | Results]
FOUND: tuple[tuple[Offer, Render], ...] = tuple(
    pair
    for module in (
        video,
        portrait,
        model,
        create,
        edit,
        finish,
        film,
        story,
        upscale,
        control,
        social,
    )
    for pair in module.OFFERS
)
RENDERERS: dict[str, Render] = {offer.key: render for offer, render in FOUND}


class Local(Renderer):
    key = "local"
    label = "This computer"
    offers = tuple(offer for offer, _ in FOUND)

    def render(self, call: Call) -> Update:
        draw = RENDERERS[call.offer.key]
        try:
            made = draw(call)
        except Stopped as stop:
            raise ProviderError("Stopped.", ErrorKind.STOPPED) from stop
        except EngineError as error:
            raise ProviderError(str(error), ErrorKind.INPUT) from error
        done = made if isinstance(made, Results) else _one(call, made)
        return Update(
            Status.SUCCEEDED, ref=call.ref, progress=1.0, outputs=done.outputs, notes=done.notes
        )


def _one(call: Call, made: Path | tuple[Path, tuple[str, ...]]) -> Results:
    path, notes = made if isinstance(made, tuple) else (made, ())
    return Results((Output(path, tells=call.params.get("strip_metadata") is False),), notes)


PROVIDER = Local()
