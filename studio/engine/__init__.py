"""How this computer makes media: functions from files to files.

Nothing in here knows Django, the web or the database, so every function does the same in a
notebook, in a test and in a worker. A function takes paths and plain values, writes its result
under a temporary name beside the target, renames it when it is whole, and tells how far it is
through a `Report`.
"""

from collections.abc import Callable

Report = Callable[[float, str], None]
"""Called with a fraction from 0 to 1 and the stage in one word; may raise `Stopped`."""


class EngineError(Exception):
    """The input cannot be used; the message tells a person in plain words what to change."""


class Stopped(Exception):
    """Raised by a report function when the work is no longer wanted."""


def ignore(fraction: float, stage: str) -> None:
    """The report function for callers who do not want to hear anything."""
