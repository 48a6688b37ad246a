"""Files to hand over."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A small file of each kind."""
    picture, sound = tmp_path / "cat.png", tmp_path / "voice.wav"
    mask = Image.new("L", (640, 360))
    mask.paste(255, (200, 100, 360, 260))
    mask.save(tmp_path / "mask.png")
    out = io.BytesIO()
    Image.linear_gradient("L").resize((640, 360)).convert("RGB").save(out, "PNG")
    picture.write_bytes(out.getvalue())
    with wave.open(str(sound), "wb") as written:
        written.setparams((1, 2, 8000, 0, "NONE", ""))
        written.writeframes(bytes(2 * 8000 * 4))
    return {"image": picture, "audio": sound, "mask": tmp_path / "mask.png"}
