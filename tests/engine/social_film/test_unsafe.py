"""What is to be looked at in a finished video is said, with the second at which it is seen."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from studio.engine.social import Safe
from studio.engine.social_film.unsafe import warnings
from studio.engine.social_film.wanted import Made
from tests.engine.stills.pictures import SAMPLES


def film(folder: Path, face_from: float) -> Path:
    """Four seconds of grey; from that second on a face at the top."""
    path = folder / "film.mp4"
    face = Image.open(SAMPLES / "astronaut.jpg").convert("RGB").resize((300, 300))
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 480, "yuv420p"
        for number in range(40):
            picture = Image.new("RGB", (320, 480), (120, 125, 130))
            if number / 10 >= face_from:
                picture.paste(face, (10, 0))
            frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def made(path: Path, enlarged: float = 1) -> Made:
    return Made(path, 320, 480, 4, 1, None, 0, 4, enlarged, ())


def test_a_face_that_may_be_covered_is_told_with_its_second(tmp_path: Path) -> None:
    path = film(tmp_path, face_from=2)
    (words,) = [w for w in warnings(made(path), Safe(top=0.3)) if "face" in w]
    assert words.endswith("A face is in the unsafe zone at the top, which may be covered.")
    seconds = float(words.removeprefix("At ").split(" s:")[0])
    assert 2 <= seconds < 3.3


@pytest.mark.parametrize(("safe", "face_from"), [(Safe(bottom=0.2), 0), (Safe(top=0.3), 9)])
def test_what_lies_in_sight_is_not_told(tmp_path: Path, safe: Safe, face_from: float) -> None:
    path = film(tmp_path, face_from)
    assert not [words for words in warnings(made(path), safe) if "face" in words]


def test_what_looks_soft_is_told_everywhere(tmp_path: Path) -> None:
    path = film(tmp_path, 9)
    assert warnings(made(path, enlarged=2), Safe()) == (
        "It is enlarged 2.0 times, which looks soft.",
    )
