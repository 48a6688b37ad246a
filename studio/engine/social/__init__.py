"""One picture in every format a platform asks for: looked at once, cut where it should be, and each
file opened again before it is given away."""

from studio.engine.social.draw import preview
from studio.engine.social.exports import Exported, export
from studio.engine.social.place import boxes
from studio.engine.social.sight import Seen, look, recalled, told
from studio.engine.social.wanted import Made, Safe, Wanted

__all__ = [
    "Exported",
    "Made",
    "Safe",
    "Seen",
    "Wanted",
    "boxes",
    "export",
    "look",
    "preview",
    "recalled",
    "told",
]
