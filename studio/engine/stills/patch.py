"""Only a part of what was made is taken: the rest of the picture stays as it was."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from studio.engine.stills import files
from studio.engine.stills.files import Pixels

KINDS = {"JPEG": ("jpeg", 95), "WEBP": ("webp", 95)}


def patched(original: Path, mask: Path, made: Path, folder: Path) -> Path:
    """`made` where the mask is white, the original where it is black, in the size of the original.

    What was made is scaled until it covers the original; what hangs over is cut off in equal
    parts. The file has the type of `made`, or PNG where something is transparent. Raises
    EngineError for files that cannot be read, and for a mask of another size.
    """
    source = files.load_rgba(original)
    height, width = source.shape[:2]
    share = files.load_mask(mask, (width, height)).astype(np.uint16)[..., None]
    over = _covering(made, (width, height))
    mixed = (over * share + source * (255 - share) + 127) // 255
    result: Pixels = mixed.astype(np.uint8)
    with files.opened(made) as image:
        kind, quality = KINDS.get(image.format or "", ("png", None))
    if not files.is_opaque(result):
        kind, quality = "png", None
    elif kind != "webp":
        result = np.ascontiguousarray(result[..., :3])
    target = folder / f"{made.stem}-patched{files.SUFFIXES[kind]}"
    return files.save(result, target, kind, quality)


def _covering(made: Path, size: tuple[int, int]) -> Pixels:
    pixels = files.load_rgba(made)
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    fitted = ImageOps.fit(Image.fromarray(pixels), size, Image.Resampling.LANCZOS)
    return np.asarray(fitted)
