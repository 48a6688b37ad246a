"""A story as people write it: headings, places, shots, dialog, and lines such as “camera: slow”.

What is none of these is a description. Where no shot is called one, each paragraph is a shot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.stories.draft import Part, Said, nearest
from studio.stories.fields import Level, known_as
from studio.stories.times import DIRECTIONS, IN_NAME, Problem, count_words, line_of, time_of

LONG_PARAGRAPH = 320  # characters of a paragraph that becomes more than one shot
LONG_SHOT = 240
TITLE_WORDS = 6
# What is more than any field or story can hold is not even collected.
MOST_TEXT, MOST_SAID, MOST_NAMES = 100_000, 200, 200

_NUMBER = r"(?:\d{1,3}[a-z]?|[ivxl]{1,6}|one|two|three|four|five|six|seven|eight|nine|ten)"
_REST = rf"(?:\s+(?P<number>{_NUMBER})(?=\W|$))?\s*(?P<sign>[:.)\-–—|]*)\s*(?P<rest>.*)"
SCENE = re.compile(
    rf"(?:scene|sequence|szene|scène|escena|scena|cena|act|chapter|场景|場景|场|シーン"
    rf"|сцена|مشهد|المشهد|סצנה|दृश्य|장면|σκηνή|第[\d一二三四五六七八九十]{{1,4}}[幕场場景]){_REST}",
    re.IGNORECASE,
)
SHOT = re.compile(
    rf"(?:shot|panel|frame|take|einstellung|plan|plano|镜头|鏡頭|カット"
    rf"|кадр|لقطة|اللقطة|שוט|शॉट|컷|πλάνο){_REST}",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"(?:\d{1,3}[.)]?\s+)?(?P<side>INT\.?/EXT|EXT\.?/INT|I/E|INT|EXT|EST)(?:\.\s*|\s+)(?P<where>\S.*)",
    re.IGNORECASE,
)
MARKS = re.compile(r"^(?P<level>#{1,6})\s+(?P<text>[^#\s].*)$")
ITEM = re.compile(r"^(?:(?P<number>\d{1,3})[.)]|[-*•–])\s+(?P<text>\S.*)$")
TIMED = re.compile(
    r"^[\[(]?(?P<start>[\d:.,]+)\s*(?:-->|-|–|—|to)\s*(?P<end>[\d:.,]+)[\])]?:?\s*(?P<text>.*)$"
)
_NAME = rf"(?P<name>[^\W\d_][{IN_NAME}{DIRECTIONS} .,'’()-]{{0,40}}?)\s*[:：]"
PAIR = re.compile(rf"^{_NAME}\s*(?P<text>\S.*)$")
HEAD = re.compile(rf"^{_NAME}$")
SETTER = re.compile(r"^(?P<name>[a-z][a-z_ ]{2,30}?)\s*=\s*(?P<text>\S.*)$", re.IGNORECASE)
UNSEEN = re.compile(
    r"\(?\b(?:v\.?\s?o\.?|o\.?\s?s\.?|voice[- ]?over|off)(?![\w])\)?", re.IGNORECASE
)
ASIDE = re.compile(r"^\((?P<text>[^)]*)\)$")
CUTS = re.compile(
    r"^(?:(?:smash |match |jump |hard )?cut to|dissolve to|fade (?:in|out|to black)|the end"
    r"|end of (?:scene|act).*)\s*[.:]*$",
    re.IGNORECASE,
)
SENTENCES = re.compile(r"(?<=[.!?…])[\"”’)]*\s+|(?<=[。！？])")
VOICES = {"vo", "narrator", "narration", "voiceover", "voice over", "voice-over", "speaker"}


@dataclass
class _Line:
    number: int
    text: str


def read(text: str) -> tuple[Part, list[Problem]]:
    """The parts of a story. Never raises."""
    reader = _Reader([_Line(n, _bare(line)) for n, line in enumerate(text.split("\n"), 1)])
    reader.run()
    return reader.story, reader.problems


def _bare(line: str) -> str:
    """Without signs that only make it bold, and without rules across the page."""
    line = line_of(line)
    if line and not line.strip("-=_*~ "):
        return ""
    found = re.fullmatch(r"(\*\*|__)(.+?)\1(.*)", line)
    return f"{found[2]}{found[3]}".strip() if found else line


class _Reader:
    def __init__(self, lines: list[_Line]) -> None:
        self.lines, self.at = lines, 0
        self.story = Part("story")
        self.problems: list[Problem] = []
        self.scene: Part | None = None
        self.shot: Part | None = None
        self.named = False  # whether the shot was called one, so that paragraphs belong to it
        self.after_gap = True
        self.compared = 0  # names that may be those of fields

    def run(self) -> None:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if not line.text:
                self.after_gap = True
                continue
            self._read(line)
            self.after_gap = False

    def _read(self, line: _Line) -> None:
        """The first kind that a line can be is what it is."""
        if CUTS.match(line.text):
            return
        marks = MARKS.match(line.text)
        text = marks["text"].rstrip(" #") if marks else line.text
        done = (
            self._scene_heading(line, text)
            or self._shot_heading(line, text)
            or (marks and self._marked(line, len(marks["level"]), text))
            or self._timed(line)
            or self._item(line)
            or self._pair(line, text)
            or self._cue(line)
        )
        if not done:
            self._describe(line)

    # --- headings ---------------------------------------------------------------------------------

    def _scene_heading(self, line: _Line, text: str) -> bool:
        if place := PLACE.fullmatch(text):
            self._place(line, place)
            return True
        found = SCENE.fullmatch(text)
        if not found or not _is_heading(found):
            return False
        self._open_scene(line)
        if found["rest"]:
            inner = PLACE.fullmatch(found["rest"])
            if inner:
                self._place(line, inner)
            else:
                self._say("scene", line, "title", found["rest"])
        return True

    def _place(self, line: _Line, place: re.Match[str]) -> None:
        """INT. KITCHEN – NIGHT: where and when; it opens a scene unless one was opened just now."""
        fresh = self.scene is not None and not self.scene.parts
        if not fresh or "setting" in self.scene.names():  # type: ignore[union-attr]
            self._open_scene(line)
        where = " ".join(place["where"].split())
        self._say("scene", line, "setting", where.capitalize() if where.isupper() else where)
        if "title" not in self.scene.names():  # type: ignore[union-attr]
            self._say("scene", line, "title", line.text[:200])

    def _shot_heading(self, line: _Line, text: str) -> bool:
        found = SHOT.fullmatch(text)
        if not found or not _is_heading(found):
            return False
        self._open_shot(line, named=True)
        rest = found["rest"]
        if rest and not self._pair(line, rest):
            if self._is_title(rest):
                self._say("shot", line, "title", rest)
            else:
                self._add_to("description", line, rest)
        return True

    def _is_title(self, text: str) -> bool:
        """A few words that are no sentence, with what happens on the next line."""
        short = len(text.split()) <= TITLE_WORDS and text[-1] not in ".!?…。！？"
        after = self.lines[self.at].text if self.at < len(self.lines) else ""
        told = after and not (PAIR.match(after) or SETTER.match(after) or ITEM.match(after))
        return bool(short and told and not (SHOT.fullmatch(after) or SCENE.fullmatch(after)))

    def _marked(self, line: _Line, level: int, text: str) -> bool:
        if level == 1 and not self.story.said and self.scene is None:
            self._say("story", line, "title", text)
        elif level <= 2:
            self._open_scene(line)
            self._say("scene", line, "title", text)
        else:
            self._open_shot(line, named=True)
            self._say("shot", line, "title", text)
        return True

    def _open_scene(self, line: _Line) -> None:
        self.scene = Part("scene", line.number)
        self.story.parts.append(self.scene)
        self.shot, self.named = None, False

    def _open_shot(self, line: _Line, *, named: bool = False) -> Part:
        if self.scene is None:
            self._open_scene(line)
        self.shot, self.named = Part("shot", line.number), named
        self.scene.parts.append(self.shot)  # type: ignore[union-attr]
        return self.shot

    # --- fields -----------------------------------------------------------------------------------

    def _say(self, level: Level, line: _Line, name: str, text: str) -> None:
        part = {"story": self.story, "scene": self.scene, "shot": self.shot}[level]
        if part is None:
            part = self._open_shot(line) if level == "shot" else self.story
        if len(part.said) < MOST_SAID:
            part.said.append(Said(name, text, line.number))

    def _add_to(self, name: str, line: _Line, text: str) -> None:
        """More of a text of the shot."""
        shot = self.shot or self._open_shot(line)
        before = next((s for s in shot.said if s.name == name), None)
        if before is None:
            shot.said.append(Said(name, text, line.number))
        elif len(before.value) < MOST_TEXT:
            between = "\n" if name == "narration" else " "
            before.value = f"{before.value}{between}{text}"

    def _pair(self, line: _Line, text: str) -> bool:
        """“camera: pan left” is a field, “ANNA: Hello” is said."""
        found = PAIR.match(text) or SETTER.match(text)
        if not found:
            return False
        name, rest = line_of(found["name"]), found["text"]
        level = self._level_of(name)
        if level == "shot" and known_as("shot", name) == "narration":
            self._add_to("narration", line, rest)
        elif level:
            self._say(level, line, name, rest)
        elif self._is_misspelled(name, rest):
            self._say("shot" if self.scene else "story", line, name, rest)
        elif is_name(name):
            self._speak(line, name, rest)
        else:
            return False
        return True

    def _level_of(self, name: str) -> Level | None:
        """Whose field it is: of what was opened last, else of what it could be said of."""
        order: tuple[Level, ...] = ("story", "scene", "shot")
        if self.shot is not None:
            order = ("shot", "scene", "story")
        elif self.scene is not None:
            order = ("scene", "shot", "story")
        return next((level for level in order if known_as(level, name)), None)

    def _is_misspelled(self, name: str, text: str) -> bool:
        is_value = time_of(text.rstrip("s %")) is not None
        if not (name[0].islower() or is_value) or self.compared >= MOST_NAMES:
            return False
        self.compared += 1
        levels: tuple[Level, ...] = ("shot", "scene", "story")
        near = next((found for level in levels if (found := nearest(level, name))), "")
        return bool(near)

    # --- what is said -----------------------------------------------------------------------------

    def _speak(self, line: _Line, name: str, text: str) -> None:
        unseen = UNSEEN.search(name)
        who = re.sub(r"\(.*?\)", "", " ".join(UNSEEN.sub("", name).split())).strip(" .()")
        voice = not who or who.lower().replace(".", "") in VOICES
        self._add_to(
            "narration", line, text if voice else f"{who.title() if who.isupper() else who}: {text}"
        )
        if (unseen or voice) and self.scene and "kind" not in self.scene.names():
            self.scene.said.append(Said("kind", "voice-over", line.number))

    def _cue(self, line: _Line) -> bool:
        """A name in capitals, or with a colon, on a line of its own, and below it what is said."""
        following = self.lines[self.at].text if self.at < len(self.lines) else ""
        name = self._speaker(line.text)
        if not name and line.text.isupper() and is_name(line.text) and len(line.text) <= 60:
            name = "" if following.isupper() else line.text
        if not name or not following or ITEM.match(following) or self._is_other(following):
            return False
        said = []
        while self.at < len(self.lines) and (text := self.lines[self.at].text):
            if self._is_other(text):
                break
            if not ASIDE.match(text):
                said.append(text)
            self.at += 1
        if said:
            self._speak(line, name, " ".join(said))
        return True

    def _speaker(self, text: str) -> str:
        """Who is named on a line of its own, in any script: “Anna:”, “Анна:”, “سارة:”."""
        found = HEAD.match(text)
        name = line_of(found["name"]) if found else ""
        is_field = self._level_of(name) or self._is_misspelled(name, "") if name else True
        return name if not is_field and is_name(name) else ""

    def _is_other(self, text: str) -> bool:
        """Whether it is not said by who was named above it: somebody else is named, or a field."""
        found = PAIR.match(text)
        is_field = found and self._level_of(line_of(found["name"]))
        return bool(is_field or self._speaker(text))

    # --- descriptions -----------------------------------------------------------------------------

    def _timed(self, line: _Line) -> bool:
        """“0:05 - 0:09 A door opens”: a shot with its place on the track."""
        found = TIMED.match(line.text)
        if not found or ":" not in found["start"]:
            return False
        start, end = time_of(found["start"]), time_of(found["end"])
        if start is None or end is None:
            return False
        self._open_shot(line, named=True)
        self._say("shot", line, "start", f"{start:.3f}")
        self._say("shot", line, "end", f"{end:.3f}")
        if found["text"] and not self._pair(line, found["text"]):
            self._add_to("description", line, found["text"])
        return True

    def _item(self, line: _Line) -> bool:
        """Of a list: a field of the shot, more of a shot that was called one, else a shot."""
        found = ITEM.match(line.text)
        if not found:
            return False
        if found["number"]:
            self._open_shot(line)
        if not self._pair(line, found["text"]):
            if not (found["number"] or (self.shot and self.named)):
                self._open_shot(line)
            self._add_to("description", line, found["text"])
        return True

    def _describe(self, line: _Line) -> None:
        shot = self.shot
        is_open = shot is not None and (
            self.named or not self.after_gap or "description" not in shot.names()
        )
        if is_open:
            self._add_to("description", line, line.text)
            return
        self._open_shot(line)
        self._add_to("description", line, line.text)


def divided(story: Part) -> None:
    """Long descriptions of shots that nobody called one become several shots."""
    for scene in story.parts:
        scene.parts = [piece for shot in scene.parts for piece in _divided(shot)]


def _divided(shot: Part) -> list[Part]:
    only = shot.said[0] if len(shot.said) == 1 else None
    if only is None or only.name != "description" or len(only.value) <= LONG_PARAGRAPH:
        return [shot]
    return [
        Part("shot", shot.line, [Said("description", text, only.line)])
        for text in in_pieces(only.value, LONG_SHOT)
    ]


def in_pieces(text: str, most: int) -> list[str]:
    """A text at its sentences, in pieces of about `most` characters; a longer sentence is cut
    between words, and where there are none, anywhere."""
    pieces: list[str] = []
    for sentence in SENTENCES.split(text):
        for part in _cut(sentence.strip(), most * 2):
            if pieces and len(pieces[-1]) + len(part) < most:
                pieces[-1] = f"{pieces[-1]} {part}"
            elif part:
                pieces.append(part)
    return pieces


def _cut(text: str, most: int) -> list[str]:
    found = []
    while len(text) > most:
        at = text.rfind(" ", most // 2, most)
        at = at if at > 0 else most
        found.append(text[:at].strip())
        text = text[at:].strip()
    return [*found, text]


def _is_heading(found: re.Match[str]) -> bool:
    """“Scene 2: …”, “SCENE – …” and “Scene” are headings, “Scene of the crime” is a sentence."""
    return bool(found["number"] or found["sign"] or not found["rest"]) and (
        bool(found["sign"]) or count_words(found["rest"]) <= 12
    )


def is_name(text: str) -> bool:
    """Whether somebody may be called so: few words that begin with capitals, or without such."""
    bare = UNSEEN.sub("", re.sub(r"\(.*?\)", "", text)).strip(" .")
    if not bare:
        return bool(UNSEEN.search(text))
    words = bare.split()
    return (
        len(words) <= 4
        and len(bare) <= 32
        and bare[-1] not in ".!?,;"
        and all(w[0].isupper() or not w[0].islower() for w in words)
        and any(c.isalpha() for c in bare)
    )
