"""One photograph in thirty formats, and where pictures are cut.

Speed: processor seconds for all formats of a 12-megapixel JPEG, every case in turn in one run, all
JPEGs in quality 95 with the colors at half the size. The floor is one decoding and thirty encodings
of those sizes and nothing else. Peers make one format after the other from the file, as scripts do:
libvips by its thumbnail with the attention crop, Pillow by open, crop (at the box that was found
here), Lanczos and save. What is looked for beside the cut (faces, words) and opening each file
again are in our time only.

Cuts: how often at least 95 % of a known subject is in the part that is kept, in every shape that
the subject fits in.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from studio.engine.social import Made, Wanted, boxes, export
from studio.engine.social.sight import at_pixels
from studio.engine.stills import crop, files
from tests.benchmarks import scenes
from tests.benchmarks.common import alternate, installed, photograph, ratio, table
from tests.benchmarks.scenes import Box, Pixels

FORMATS = (
    *((1080, 1080), (1080, 1350), (1080, 1920), (1080, 1920), (1200, 630), (1080, 1080)),
    *((1080, 1920), (820, 312), (1200, 675), (1200, 600), (1500, 500), (1200, 628), (1080, 1080)),
    *((1200, 627), (1128, 191), (1280, 720), (2560, 1440), (1000, 1500), (1080, 1920)),
    (1080, 1920),
)
"""Width and height of twenty formats of seven platforms; some of them are alike."""
FURTHER = (
    *((1920, 1080), (1600, 900), (1584, 396), (1200, 1200), (1080, 566), (1200, 800)),
    *((851, 315), (800, 800), (735, 1102), (400, 400)),
)
ROUNDS = 3
QUALITY = 95
SHAPES = sorted({width / height for width, height in (*FORMATS, *FURTHER)})
SEED = 21
ENOUGH = 0.95

Finder = Callable[[Pixels, Sequence[float]], Sequence[Box]]


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = photograph(Path(folder) / "photo.jpg")
        table("Thirty formats of a photograph of 12 megapixels", speed(source))
    table(
        f"{ENOUGH:.0%} of the subject kept, share of the cuts",
        cuts(),
        ("pictures", "ours", "smartcrop.py", "libvips", "middle", "promised"),
    )


# --- speed --------------------------------------------------------------------------------------


def speed(source: Path) -> list[tuple[str, ...]]:
    wanted = [
        Wanted(f"f{number}", width, height, ("jpeg",))
        for number, (width, height) in enumerate((*FORMATS, *FURTHER))
    ]
    out = source.parent / "out"
    made = export(source, out, wanted).made
    ready = [pixels_of(one.path) for one in made]
    cases: dict[str, Callable[[], object]] = {
        "ours": lambda: export(source, out, wanted),
        "floor": lambda: floor(source, ready, out),
        "pillow": lambda: pillow(source, made, out),
    }
    if installed("pyvips"):
        cases["vips"] = lambda: vips(source, made, out)
    seconds = alternate(cases, ROUNDS)
    ours = seconds.pop("ours")
    best = f"{min(ours):.2f} s"
    rows = [against(name, best, ours, theirs) for name, theirs in seconds.items()]
    if "vips" not in seconds:
        print("libvips is left out: pyvips[binary] is not installed.")
    return [*rows, sharpness(source, made)]


NAMES = {
    "floor": ("decoding once, encoding each", "at most 1.9×"),
    "vips": ("libvips, one by one", "at least 7× less"),
    "pillow": ("Pillow, one by one", "at least 13× less"),
}


def against(name: str, best: str, ours: list[float], theirs: list[float]) -> tuple[str, ...]:
    what, promised = NAMES[name]
    less = f"{ratio(theirs, ours):.1f}× less"
    said = f"{ratio(ours, theirs):.2f}×" if name == "floor" else less
    return what, best, f"{min(theirs):.2f} s", said, promised


def pixels_of(path: Path) -> Pixels:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def floor(source: Path, ready: Sequence[Pixels], out: Path) -> None:
    files.load(source)
    for number, pixels in enumerate(ready):
        (out / f"floor{number}.jpg").write_bytes(files.quick_jpeg(pixels, QUALITY, half=True))


def vips(source: Path, made: Sequence[Made], out: Path) -> None:
    import pyvips  # type: ignore[import-untyped]

    for one in made:
        small = pyvips.Image.thumbnail(str(source), one.width, height=one.height, crop="attention")
        small.write_to_file(str(out / "vips.jpg"), Q=QUALITY, subsample_mode="on")


def pillow(source: Path, made: Sequence[Made], out: Path) -> None:
    for one in made:
        with Image.open(source) as image:
            part = image.crop(whole_box(one, image.size))
        small = part.resize((one.width, one.height), Image.Resampling.LANCZOS)
        small.save(out / "pillow.jpg", quality=QUALITY, subsampling=2)


def whole_box(one: Made, size: tuple[int, int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = (
        round(value * side) for value, side in zip(one.box, size * 2, strict=True)
    )
    return left, top, right, bottom


def sharpness(source: Path, made: Sequence[Made]) -> tuple[str, ...]:
    """Each format as a PNG against Lanczos from the whole picture."""
    wanted = [Wanted(one.key, one.width, one.height, ("png",)) for one in made]
    plain = export(source, source.parent / "png", wanted).made
    found = []
    with Image.open(source) as image:
        for one in plain:
            size = (one.width, one.height)
            box = whole_box(one, image.size)
            gold = np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box), np.float64)
            error = float(((pixels_of(one.path) - gold) ** 2).mean())
            found.append(10 * np.log10(255**2 / error))
    said = f"{min(found):.1f} dB at worst, {np.median(found):.1f} dB in the middle"
    return "sharpness against Lanczos", said, "–", "–", "at least 33 dB"


# --- cuts ---------------------------------------------------------------------------------------


def cuts() -> list[tuple[str, ...]]:
    finders: dict[str, Finder] = {"ours": found_here}
    finders["smartcrop"] = smartcrop if installed("smartcrop") else nothing
    finders["vips"] = attention if installed("pyvips") else nothing
    finders["middle"] = middle
    counts: dict[str, list[list[int]]] = defaultdict(lambda: [[] for _ in finders])
    for scene in scenes.scenes(SEED):
        shapes = [shape for shape in SHAPES if scenes.fits(scene, shape)]
        kind = scene.name.split(",")[0].split(" ")[0]
        for number, find in enumerate(finders.values()):
            for box in find(scene.pixels, shapes) if shapes else ():
                is_kept = int(scenes.kept(scene.subject, box) >= ENOUGH)
                counts["all"][number].append(is_kept)
                counts[kind][number].append(is_kept)
    return [row(kind, hits) for kind, hits in counts.items()]


def row(kind: str, hits: Sequence[Sequence[int]]) -> tuple[str, ...]:
    shares = [f"{np.mean(some):.1%}" if some else "–" for some in hits]
    promised = "95 %, the most of all" if kind == "all" else ""
    return (f"{kind}, {len(hits[0])} cuts", *shares, promised)


def found_here(pixels: Pixels, shapes: Sequence[float]) -> list[Box]:
    height, width = pixels.shape[:2]
    found = boxes(at_pixels(pixels), shapes)
    return [(b[0] * width, b[1] * height, b[2] * width, b[3] * height) for b in found]


def middle(pixels: Pixels, shapes: Sequence[float]) -> list[Box]:
    size = (pixels.shape[1], pixels.shape[0])
    return [tuple(crop.around(size, shape, (0.5, 0.5))) for shape in shapes]


def nothing(pixels: Pixels, shapes: Sequence[float]) -> list[Box]:
    """Of a peer that is not installed."""
    return []


def smartcrop(pixels: Pixels, shapes: Sequence[float]) -> list[Box]:
    """With the largest crop of each shape, as all others have."""
    from smartcrop import SmartCrop  # type: ignore[import-untyped]

    image, found = Image.fromarray(pixels), []
    for shape in shapes:
        wide, tall = crop.room(image.size, shape)
        best = SmartCrop().crop(image, round(wide), round(tall), min_scale=1.0)["top_crop"]
        right, bottom = best["x"] + best["width"], best["y"] + best["height"]
        found.append((best["x"], best["y"], right, bottom))
    return found


def attention(pixels: Pixels, shapes: Sequence[float]) -> list[Box]:
    import pyvips

    height, width = pixels.shape[:2]
    whole = pyvips.Image.new_from_memory(pixels.tobytes(), width, height, 3, "uchar")
    whole, found = whole.copy(interpretation="srgb"), []
    for shape in shapes:
        wide, tall = (round(side) for side in crop.room((width, height), shape))
        part = whole.smartcrop(wide, tall, interesting="attention")
        left, top = -part.get("xoffset"), -part.get("yoffset")
        found.append((left, top, left + wide, top + tall))
    return found
