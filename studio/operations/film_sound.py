"""Film, second part: its sound, and what is taken out of it."""

from dataclasses import replace

from studio.operations import transform
from studio.operations._stills import OUTPUT
from studio.operations.film import (
    END,
    START,
    VIDEO,
    Files,
    Params,
    Wrong,
    film,
    in_order,
    part_is_there,
    seconds,
)
from studio.spec import Depends, Param


def has_sound(params: Params, files: Files) -> Wrong:
    video = files.get("video")
    if video is None or video.sound:
        return None
    return "video", f"Video: “{video.title}” has no sound. Choose one that has."


OTHER_SOUND = Depends(
    "way", {"keep": (), "mute": ()}, "Choose replace or mix, or leave the sound out."
)
HEARD = Depends("way", {"mute": ()})


def sound_is_there(params: Params) -> Wrong:
    way = params.get("way")
    if way in ("replace", "mix") and not params.get("audio"):
        return (
            "audio",
            f"Sound is missing, and you chose to {way}. Give one, or choose another way.",
        )
    changes = ("own_level", "fade_in", "fade_out")
    as_it_is = params.get("loudness") == "as-it-is" and not any(params.get(n) for n in changes)
    if way == "keep" and as_it_is:
        return "loudness", "Nothing would change. Choose a loudness, a fade or another level."
    return None


def level(name: str, label: str, default: float, *silent: str) -> Param:
    return Param(
        name,
        "number",
        label,
        help="0 leaves it; 6 less is half as loud to a meter.",
        default=default,
        low=-40,
        high=12,
        step=0.5,
        unit="dB",
        depends=Depends("way", dict.fromkeys(silent, ())),
        group="sound",
    )


def fade(name: str, label: str) -> Param:
    return seconds(
        name, label, default=0, high=30, step=0.1, depends=HEARD, group="sound", advanced=True
    )


SOUND = film(
    "sound",
    "Sound",
    "Another sound, music under it, loudness, or none. The picture is copied.",
    "{video} · sound",
    VIDEO,
    Param(
        "way",
        "choice",
        "Sound of the video",
        default="keep",
        choices=("keep", "replace", "mix", "mute"),
        labels={"mix": "Mix under"},
        group="sound",
    ),
    Param(
        "audio",
        "audio",
        "Sound",
        help="Cut to the length of the video; silence follows a shorter one.",
        depends=OTHER_SOUND,
        group="sound",
    ),
    level("own_level", "Level of its own", 0, "replace", "mute"),
    level("new_level", "Level of the new", -6, "keep", "mute"),
    Param(
        "loudness",
        "choice",
        "Loudness",
        help="Of all of it, after EBU R128: −14 LUFS for the web, −16 for podcasts and phones, −23 "
        "for television. Peaks stay below −1 dB.",
        default="as-it-is",
        choices=("as-it-is", -14, -16, -23),
        labels={"as-it-is": "As it is", -14: "−14", -16: "−16", -23: "−23"},
        depends=Depends("way", {"mute": ()}),
        group="sound",
    ),
    fade("fade_in", "Fade in"),
    fade("fade_out", "Fade out"),
    check=sound_is_there,
    inspect=lambda params, files: has_sound(params, files) if params.get("way") == "keep" else None,
)

FRAME = film(
    "video-frame",
    "Take a frame",
    "One frame as a picture: the last one, or a poster.",
    "{video} · frame · {at} s",
    VIDEO,
    Param(
        "which",
        "choice",
        "Frame",
        default="last",
        choices=("last", "at"),
        group="part",
        labels={"last": "The last", "at": "At a time"},
    ),
    seconds(
        "at", "At", "I takes where you are.", default=0, depends=Depends("which", {"last": ()})
    ),
    replace(OUTPUT, help=""),
    verb="Take it",
    makes="image",
    inspect=lambda params, files: (
        (wrong := part_is_there({"start": params.get("at")}, files))
        and ("at", wrong[1].replace("Start", "At", 1))
    ),
)

TAKE_SOUND = film(
    "video-sound",
    "Take the sound",
    "The sound of a video as a file.",
    "{video} · {format}",
    VIDEO,
    Param(
        "format",
        "choice",
        "Format",
        help="WAV loses nothing, MP3 plays everywhere, M4A is smallest.",
        default="mp3",
        choices=("mp3", "wav", "m4a"),
        labels={"mp3": "MP3", "wav": "WAV", "m4a": "M4A"},
        group="output",
    ),
    verb="Take it",
    makes="audio",
    inspect=has_sound,
)

GIF = film(
    "gif",
    "GIF",
    "A part of a video as a GIF that repeats.",
    "{video} · GIF",
    VIDEO,
    START,
    END,
    replace(
        transform.WIDTH, default=480, high=1280, help="Never wider than the video.", group="output"
    ),
    Param(
        "fps",
        "choice",
        "Frames per second",
        default=12,
        choices=(8, 10, 12, 15, 20, 25),
        group="output",
    ),
    verb="Make it",
    check=in_order,
    inspect=part_is_there,
)

COMPRESS = film(
    "compress-video",
    "Compress",
    "Fewer bytes, by quality or by a limit that is kept.",
    "{video} · {codec} · {megabytes} MB",
    VIDEO,
    Param(
        "by",
        "choice",
        "By",
        default="quality",
        choices=("quality", "size"),
        labels={"size": "Size of the file"},
        group="output",
    ),
    Param(
        "quality",
        "integer",
        "Quality",
        help="70 is hard to tell from the original.",
        default=70,
        low=1,
        high=100,
        depends=Depends("by", {"size": ()}),
        group="output",
    ),
    Param(
        "megabytes",
        "number",
        "At most",
        help="The file never has more.",
        default=8,
        low=0.1,
        high=2000,
        step=0.1,
        unit="MB",
        depends=Depends("by", {"quality": ()}),
        group="output",
    ),
    Param(
        "codec",
        "choice",
        "Codec",
        help="H.264 plays everywhere; H.265 and AV1 are smaller and slower to make; VP9 is a WebM.",
        default="h264",
        choices=("h264", "h265", "vp9", "av1"),
        labels={"h264": "H.264", "h265": "H.265", "vp9": "VP9", "av1": "AV1"},
        group="output",
    ),
    Param(
        "longest_side",
        "integer",
        "Longer side",
        help="Optional. A larger video is made smaller; never larger.",
        low=64,
        high=3840,
        unit="px",
        group="output",
    ),
    verb="Compress",
    weighs=True,
)

OPERATIONS = (SOUND, FRAME, TAKE_SOUND, GIF, COMPRESS)
