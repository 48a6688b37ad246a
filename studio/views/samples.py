"""Pictures that come with the studio, to try it with."""

from __future__ import annotations

from dataclasses import dataclass

from studio.spec import Operation


@dataclass(frozen=True)
class Sample:
    key: str
    title: str
    alt: str

    @property
    def path(self) -> str:
        return f"samples/{self.key}.jpg"

    @property
    def small(self) -> str:
        return f"samples/small/{self.key}.webp"


@dataclass(frozen=True)
class Idea:
    """A first thing to try: a sample with settings for the form, as they stand in an address."""

    title: str
    look: str
    sample: str
    query: str

    @property
    def path(self) -> str:
        return SAMPLES[self.sample].path

    @property
    def small(self) -> str:
        return SAMPLES[self.sample].small


SAMPLES = {
    s.key: s
    for s in (
        Sample("rocket", "Night launch", "A rocket climbing into a dark sky on a column of fire"),
        Sample("chelsea", "Chelsea", "Close-up of a ginger cat looking to the side"),
        Sample("hubble", "Deep field", "Thousands of distant galaxies on black"),
        Sample("astronaut", "Astronaut", "Portrait of an astronaut in an orange suit"),
        Sample("coffee", "Coffee", "A cup of coffee on a wooden table"),
    )
}

IDEAS = (
    Idea("Move closer", "zoom", "chelsea", "motion=zoom&direction=in&strength=60"),
    Idea("Glide along", "pan", "hubble", "motion=pan&direction=right&width=1920&height=1080"),
    Idea("Tilt and settle", "rotation", "coffee", "motion=rotation&direction=left"),
    Idea("Fly like a drone", "complex", "rocket", "motion=complex&direction=up&strength=80"),
)

PICTURE_IDEAS = (
    "A lighthouse on a cliff at dusk, long exposure of the sea, last light on the rocks",
    "Still life of figs and honey on dark linen, one window from the left",
    "A small red cabin in deep snow, smoke from the chimney, northern lights",
    "Flat illustration of a bicycle shop seen from across the street, morning",
)

# First words to try: for a card that shows them, and for a model that pictures them.
CARD_IDEAS = ("Every picture wants to move", "Open on Sunday", "Thank you for 1,000 followers")
PROMPT_IDEAS = (
    "A paper boat drifts down a rainy street at night, neon in the puddles",
    "Slow aerial flight over a lavender field at sunrise, light fog",
    "A potter's hands shape a bowl, close, warm window light",
)


def ideas(operation: Operation, *, local: bool) -> tuple[str, ...]:
    """First words to try; none where there is nothing to write."""
    if not any(p.name == "prompt" for p in operation.params):
        return ()
    if local:
        return CARD_IDEAS
    return PICTURE_IDEAS if operation.makes == "image" else PROMPT_IDEAS
