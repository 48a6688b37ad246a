"""Who speaks from when to when, as transcripts and subtitles say it.

00:00 Anna            a line where each speaker begins, with what they say or without
00:12.5 - 00:20 Ben: Yes.
Anna:                 a line of its own, and below it one or more with times
speaker,start,end,text      a table, or JSON of the same names
1 / 00:00:01,000 --> 00:00:04,000 / Anna: Hello       SRT and WebVTT, also <v Anna>Hello
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from studio import tables
from studio.fields import shown
from studio.stories.fields import plain
from studio.stories.from_script import HEAD, is_name
from studio.stories.located import Lines, Malformed, Node, parse
from studio.stories.script import MOST_BYTES, MOST_PROBLEMS, tidy
from studio.stories.times import DIRECTIONS, Problem, line_of, time_of

LONGEST = 600.0  # seconds of one segment, as one work takes
SLACK = 0.05  # seconds by which the ends of two speakers, or of the audio, may be off
MOST_SEGMENTS = 500
MOST_NAME = 100

_T = r"\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,6})?"
SPAN = re.compile(
    rf"[\[(]?(?P<start>{_T})(?:\s*(?:-->|-|–|—|to)\s*(?P<end>{_T}))?[\])]?(?P<rest>.*)"
)
CUE = re.compile(rf"(?P<start>{_T})\s*-->\s*(?P<end>{_T})(?P<rest>.*)")
VOICE = re.compile(r"<v(?:\.[\w.-]+)? (?P<name>[^<>]+)>(?P<text>.*)")
SPEAKER = re.compile(r"(?P<name>[^:：]{1,60})(?::(?=\s|$)|：)\s*(?P<text>.*)")
BEGIN = re.compile(rf"[\[(]?{_T}")
LAST = re.compile(rf"(?P<name>\S.*?)\s*[\[(]?(?P<start>{_T})[\])]?$")
APART = f" \t-–—:：|,;{DIRECTIONS}"
TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
NAMES = {
    **dict.fromkeys(("speaker", "name", "who", "voice", "speaker_label"), "speaker"),
    **dict.fromkeys(("start", "from", "begin", "start_time", "in", "time"), "start"),
    **dict.fromkeys(("end", "to", "end_time", "out", "stop"), "end"),
    **dict.fromkeys(("text", "line", "words", "says", "transcript"), "text"),
}


@dataclass(frozen=True)
class Segment:
    """One speaks, from `start` to `end` in seconds of the audio."""

    speaker: str
    start: float
    end: float
    text: str = ""


@dataclass(frozen=True)
class Speakers:
    """The segments in time, or the first problems; `speakers` in the order of their first word."""

    segments: list[Segment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def speakers(self) -> list[str]:
        return list(dict.fromkeys(segment.speaker for segment in self.segments))


@dataclass
class _Row:
    """A segment as it was written."""

    line: int
    speaker: str = ""
    start: float | None = None
    end: float | None = None
    text: str = ""
    told: bool = False  # whether something is wrong with it that was said already


def read(text: str, seconds: float | None = None) -> Speakers:
    """`seconds` is how long the audio is, where that is known: the last speaker speaks to its end.
    Never raises."""
    problems: list[Problem] = []
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        words = f"The text is longer than {MOST_BYTES // 1024} kB. Divide the audio in two."
        return Speakers(problems=[Problem(1, None, "text", words)])
    rows = _rows(tidy(text), problems)
    if not rows and not problems:
        words = "No speaker with a time was found in it. Write lines such as “00:12 Anna”."
        problems.append(Problem(1, None, "text", words))
    segments = _segments(rows, seconds, problems)
    if problems:
        return Speakers(problems=sorted(problems, key=lambda p: p.line)[:MOST_PROBLEMS])
    return Speakers(segments)


def _rows(text: str, problems: list[Problem]) -> list[_Row]:
    if text.lstrip().startswith(("[{", "{")) or re.match(r"\s*\[\s*[{\]]", text):
        return list(_from_json(text, problems))
    if "-->" in text:
        return list(_from_cues(text, problems))
    first = next((line for line in text.split("\n") if line.strip()), "")
    for sign in tables.SIGNS:
        names = [plain(cell) for cell in first.split(sign)]
        if len(names) > 1 and sum(name in NAMES for name in names) > 1:
            return list(_from_csv(text, sign, names, problems))
    return list(_from_lines(text, problems))


# --- formats ------------------------------------------------------------------------------------


def _from_json(text: str, problems: list[Problem]) -> Iterator[_Row]:
    lines = Lines(text)
    try:
        root = parse(text)
    except Malformed as error:
        problems.append(Problem(*lines.of(error.at), "JSON", f"This is not good JSON: {error}."))
        return
    inner = next((n for key in ("segments", "speakers") if (n := root.get(key))), root)
    for node in inner.value if isinstance(inner.value, list) else [inner]:
        line = lines.of(node.at)[0]
        if not isinstance(node.value, dict):
            words = 'A segment is written as {"speaker": "Anna", "start": 0, "end": 5}.'
            problems.append(Problem(line, None, "segments", words))
            continue
        row = _Row(line)
        for name, value in node.items():
            _put(row, lines.of(value.at)[0], name, _said(value), problems)
        yield row


def _said(node: Node) -> Any:
    is_number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return f"{node.value:.6f}" if is_number and abs(node.value) < 1e9 else node.value


def _from_csv(text: str, sign: str, names: list[str], problems: list[Problem]) -> Iterator[_Row]:
    header = True
    try:
        for row in tables.records(StringIO(text, newline=""), sign):
            if any(cell.strip() for cell in row.cells):
                if not header:
                    found = _Row(row.line)
                    for name, cell in zip(names, row.cells, strict=False):
                        _put(found, row.line, name, cell, problems)
                    yield found
                header = False
    except tables.Broken as error:
        problems.append(Problem(error.line, None, "row", f"The row that begins here {error}"))


def _put(row: _Row, line: int, name: str, value: Any, problems: list[Problem]) -> None:
    ours = NAMES.get(plain(name))
    if ours is None:
        words = f"“{shown(name)}” is not known here. Use speaker, start, end and text."
        problems.append(Problem(line, None, name, words))
    elif ours in ("speaker", "text"):
        if isinstance(value, str):
            setattr(row, ours, " ".join(value.split()))
    elif value is not None and value != "":
        found = time_of(value) if isinstance(value, str) else None
        if found is None:
            words = f"{ours.capitalize()} is “{shown(value)}”, which is no time. "
            words += "Give seconds, or a time such as 01:02.5."
            problems.append(Problem(line, None, ours, words))
            row.told = True
        else:
            setattr(row, ours, found)


def _from_cues(text: str, problems: list[Problem]) -> Iterator[_Row]:
    """SRT and WebVTT; a cue without a name is spoken by whoever spoke before."""
    speaker, lines = "", text.split("\n")
    for at, line in enumerate(lines):
        found = CUE.match(line.strip())
        if not found:
            if "-->" in line:
                words = f"“{shown(line)}” has no two times. Write 00:00:01,000 --> 00:00:04,000."
                problems.append(Problem(at + 1, None, "start", words))
            continue
        said = []
        for below in range(at + 1, len(lines)):
            after = lines[below]
            if not after.strip() or "-->" in after:
                break
            said.append(after.strip())
        if (
            said
            and said[-1].isdecimal()
            and at + len(said) + 1 < len(lines)
            and "-->" in lines[at + len(said) + 1]
        ):
            said.pop()  # the number of the next cue
        name, words = _named(" ".join(said))
        speaker = name or speaker
        row = _Row(at + 1, speaker, text=words)
        for which in ("start", "end"):
            _put(row, at + 1, which, found[which], problems)
        yield row


def _from_lines(text: str, problems: list[Problem]) -> Iterator[_Row]:
    lines = [line_of(line) for line in text.split("\n")]
    # The time stands before the name everywhere, or after it everywhere.
    look = SPAN if any(BEGIN.match(line) for line in lines) else LAST
    reader = _Lines(problems)
    for number, line in enumerate(lines, 1):
        if not line or line.upper() == "WEBVTT":
            continue
        if found := look.match(line):
            reader.time(number, found.groupdict())
        else:
            reader.words(number, line)
    reader.close()
    yield from reader.rows


class _Lines:
    """Reads lines one after the other. `head` is who was named on a line of its own, `open` the
    number of that line as long as no time has come after it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems, self.rows = problems, list[_Row]()
        self.head, self.open = "", 0

    def time(self, number: int, parts: dict[str, str | None]) -> None:
        rest = (parts.get("rest") or "").strip(APART)
        name, words = (parts.get("name") or "").strip(APART), ""
        if not name:
            name, words = _named(rest)
        if name:
            self.close()
            self.head = ""
        else:
            name, words = (self.head, rest) if self.head else (rest, "")
        self.open = 0
        row = _Row(number, name, text=words)
        self.rows.append(row)
        for which in ("start", "end"):
            _put(row, number, which, parts.get(which), self.problems)

    def words(self, number: int, line: str) -> None:
        """What stands below a time, or who speaks below it."""
        row = self.rows[-1] if self.rows else None
        alone = _alone(line)
        if row and not (row.speaker or row.text):
            row.speaker, row.text = (alone, "") if alone else _named(line)
        elif alone:
            self.close()
            self.head, self.open = alone, number
        elif self.open:
            self.close()
        elif row:
            row.text = f"{row.text} {line}".strip()
        else:
            self._untimed(number, line)

    def close(self) -> None:
        """Nothing with a time has come after who was named."""
        if self.open:
            self._untimed(self.open, self.head)
        self.open = 0

    def _untimed(self, number: int, line: str) -> None:
        words = f"“{shown(line)}” has no time. Write lines such as “00:12 Anna”."
        self.problems.append(Problem(number, None, "start", words))


def _alone(line: str) -> str:
    """Who is named on a line of its own: “Anna:”, in any script."""
    found = HEAD.match(line)
    name = line_of(found["name"]) if found else ""
    return name if name and is_name(name) else ""


def _named(text: str) -> tuple[str, str]:
    """Who says it, and what."""
    text = line_of(text)
    if voice := VOICE.search(text):
        return " ".join(voice["name"].split()), " ".join(TAG.sub("", voice["text"]).split())
    text = " ".join(TAG.sub("", text).split())
    found = SPEAKER.fullmatch(text)
    is_name = found and len(found["name"].split()) <= 5 and found["name"][-1] not in ".!?,"
    return (line_of(found["name"]), found["text"]) if found and is_name else ("", text)


# --- the check ----------------------------------------------------------------------------------


def _segments(rows: list[_Row], long: float | None, problems: list[Problem]) -> list[Segment]:
    if len(rows) > MOST_SEGMENTS:
        words = f"There are {len(rows)} segments; the most is {MOST_SEGMENTS}. Join some."
        problems.append(Problem(rows[MOST_SEGMENTS].line, None, "segments", words))
        return []
    found = []
    for at, row in enumerate(rows):
        if row.told:
            continue
        before = rows[at - 1] if at else None
        following = rows[at + 1].start if at + 1 < len(rows) else long
        if row.end is None:
            row.end = following
            is_last = at + 1 == len(rows)
            if not is_last and (rows[at + 1].told or _is_before(following, row.start)):
                continue  # which is wrong of the next one, and told there
            if _is_before(row.start, long) and _is_before(long, following):
                row.end = long  # likewise
        if wrong := _wrong(row, before, long):
            problems.append(Problem(row.line, None, *wrong))
        elif row.start is not None and row.end is not None:
            end = row.end if long is None else min(row.end, long)
            ended = before.end if before and before.end is not None else 0
            start = ended if row.start < ended < end else row.start
            found.append(Segment(row.speaker, round(start, 3), round(end, 3), row.text))
    return found


def _is_before(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and one <= other


def _wrong(row: _Row, before: _Row | None, long: float | None) -> tuple[str, str] | None:
    """The field, and what is wrong with it and the way out."""
    start, end, who = row.start, row.end, f"“{shown(row.speaker)}”"
    if not row.speaker:
        return "speaker", "It is not said who speaks. Write a name, as in “00:12 Anna”."
    if len(row.speaker) > MOST_NAME:
        return "speaker", f"{who} is too long for a name; the most is {MOST_NAME} letters."
    if start is None:
        return "start", f"It is not said when {who} begins. Give a time such as 00:12."
    if before and before.start is not None and start <= before.start:
        return "start", (
            f"{who} begins at {start:g} s, not after the one above, at {before.start:g} s. "
            "Put the lines in the order of their times."
        )
    if long is not None and start >= long:
        return (
            "start",
            f"{who} begins at {start:g} s, and the audio ends at {long:g} s. Correct it.",
        )
    if end is None:
        return "end", f"It is not known when {who} ends. Give an end, or the audio first."
    if end <= start:
        return "end", f"{who} ends at {end:g} s, not after {start:g} s. Give a later end."
    if long is not None and end > long + SLACK:
        return "end", f"{who} ends at {end:g} s, and the audio at {long:g} s. Give an earlier end."
    if before and before.end is not None and start < before.end - SLACK:
        return "start", (
            f"{who} begins at {start:g} s, while “{shown(before.speaker)}” speaks until "
            f"{before.end:g} s. One at a time: change one of the two."
        )
    if end - start > LONGEST:
        return "end", (
            f"{who} speaks for {end - start:g} s; the most is {LONGEST:g} s. Divide it in two."
        )
    return None
