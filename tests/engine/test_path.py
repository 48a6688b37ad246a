"""Geometry of the camera path: tables and properties, not a single pixel."""

import itertools
import json
import math
import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.engine import EngineError, path
from tests import needs

MOVES = [(motion, way) for motion, ways in path.DIRECTIONS.items() for way in ways]
SQUARE = (1080, 1080)
PHOTO = (4000, 3000)
MIDDLE = (0.5, 0.5)
SCRIPT = Path(__file__).parents[2] / "static" / "js" / "path.js"


def view(
    motion, way, t, strength=100, easing="linear", source=PHOTO, output=SQUARE, focus=MIDDLE
) -> path.View:
    return path.view(motion, way, strength, easing, source, output, focus, t)


def corners(at, output):
    """The four corners of the window, on the picture."""
    cos, sin = at.scale * math.cos(at.angle), at.scale * math.sin(at.angle)
    for u in (-output[0] / 2, output[0] / 2):
        for v in (-output[1] / 2, output[1] / 2):
            yield at.cx + cos * u - sin * v, at.cy + sin * u + cos * v


@pytest.mark.parametrize(
    ("motion", "way", "first", "last"),
    [
        ("zoom", "in", (2000, 1500, 3000), (2000, 1500, 3000 / 1.8)),
        ("zoom", "out", (2000, 1500, 3000 / 1.8), (2000, 1500, 3000)),
        # 4000 wide gives 1.4 windows of 2857; the walk is the 1143 that are left.
        ("pan", "left", (4000 - 2857.1 / 2, 1500, 2857.1), (2857.1 / 2, 1500, 2857.1)),
        ("pan", "right", (2857.1 / 2, 1500, 2857.1), (4000 - 2857.1 / 2, 1500, 2857.1)),
        ("pan", "up", (2000, 3000 - 2142.9 / 2, 2142.9), (2000, 2142.9 / 2, 2142.9)),
        ("pan", "down", (2000, 2142.9 / 2, 2142.9), (2000, 3000 - 2142.9 / 2, 2142.9)),
        ("rotation", "left", (2000, 1500, 2692.0), (2000, 1500, 2692.0)),
    ],
)
def test_first_and_last_window(motion, way, first, last) -> None:
    for t, expected in ((0.0, first), (1.0, last)):
        at = view(motion, way, t)
        found = (at.cx, at.cy, at.scale * SQUARE[0])
        assert found == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("motion", "way", "first", "last"),
    [
        ("rotation", "left", -7, 7),
        ("rotation", "right", 7, -7),
        ("complex", "in", -3, 0),
        ("complex", "right", 3, 0),
        ("complex", "out", 0, 3),
        ("zoom", "in", 0, 0),
        ("pan", "up", 0, 0),
    ],
)
def test_first_and_last_angle(motion, way, first, last) -> None:
    assert math.degrees(view(motion, way, 0.0).angle) == pytest.approx(first)
    assert math.degrees(view(motion, way, 1.0).angle) == pytest.approx(last)


@pytest.mark.parametrize(
    ("easing", "quarter", "half"),
    [
        ("linear", 0.25, 0.5),
        ("ease-in", 0.0625, 0.25),
        ("ease-out", 0.4375, 0.75),
        ("ease-in-out", 0.15625, 0.5),
    ],
)
def test_easing(easing, quarter, half) -> None:
    assert [path.ease(easing, t) for t in (0, 0.25, 0.5, 1)] == [0, quarter, half, 1]


def test_a_zoom_leaves_one_point_of_the_picture_where_it_is() -> None:
    output = (1920, 1080)
    focus = (0.2, 0.7)
    start, middle, end = (view("zoom", "in", t, output=output, focus=focus) for t in (0, 0.4, 1))
    a, b = path.matrix(start, output), path.matrix(end, output)
    # The point with the same place on the screen in the first and the last frame.
    x = (b[4] - a[4]) / (a[0] - b[0])
    y = (b[5] - a[5]) / (a[3] - b[3])
    c = path.matrix(middle, output)
    assert c[0] * x + c[4] == pytest.approx(a[0] * x + a[4])
    assert c[3] * y + c[5] == pytest.approx(a[3] * y + a[5])


def test_a_zoom_ends_on_the_focus() -> None:
    at = view("zoom", "in", 1.0, focus=(0.4, 0.6))
    assert (at.cx, at.cy) == pytest.approx((1600, 1800))


def test_the_focus_at_the_border_is_kept_in_sight() -> None:
    at = view("zoom", "in", 1.0, focus=(1.0, 0.0))
    assert (at.cx, at.cy) == pytest.approx((4000 - 3000 / 3.6, 3000 / 3.6))


def test_zoom_out_is_zoom_in_backwards() -> None:
    for t in (0.0, 0.3, 1.0):
        assert view("zoom", "out", t) == pytest.approx(view("zoom", "in", 1 - t))


def test_a_square_picture_in_a_square_frame_can_be_panned() -> None:
    start, end = (view("pan", "left", t, source=(500, 500)) for t in (0, 1))
    assert start.cx - end.cx == pytest.approx(500 - 500 / 1.4)


def test_a_panorama_is_walked_one_window_far() -> None:
    start, end = (view("pan", "right", t, source=(9000, 1000)) for t in (0, 1))
    assert end.cx - start.cx == pytest.approx(1000)


def test_complex_turns_drifts_and_grows_at_once() -> None:
    start, end = view("complex", "in", 0.0), view("complex", "in", 1.0)
    assert end.scale < start.scale / 1.4
    assert end.cx > start.cx + 50
    assert end.angle > start.angle + 0.02


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("spin", "in", "linear"), "zoom or pan"),
        (("zoom", "left", "linear"), "in or out"),
        (("zoom", "in", "bounce"), "ease-in"),
    ],
)
def test_words_that_do_not_belong_together(words, hint) -> None:
    with pytest.raises(EngineError, match=hint):
        path.view(words[0], words[1], 50, words[2], PHOTO, SQUARE, MIDDLE, 0.0)


sides = st.integers(1, 20_000)
output_sides = st.integers(8, 2000).map(lambda n: 2 * n)
moves = st.sampled_from(MOVES)
cases = {
    "move": moves,
    "strength": st.floats(1, 100),
    "source": st.tuples(sides, sides),
    "output": st.tuples(output_sides, output_sides),
    "focus": st.tuples(st.floats(0, 1), st.floats(0, 1)),
}


@settings(max_examples=needs.often(250), deadline=None)
@given(**cases, t=st.floats(0, 1), easing=st.sampled_from(path.EASINGS))
@example(("complex", "left"), 100, (1, 1), (64, 3840), (1, 1), 1.0, "linear")
@example(("rotation", "left"), 100, (60000, 1), (3840, 64), (0, 0), 0.0, "linear")
def test_the_window_never_leaves_the_picture(
    move, strength, source, output, focus, t, easing
) -> None:
    at = view(*move, t, strength, easing, source, output, focus)
    for x, y in corners(at, output):
        assert -1e-9 * source[0] <= x <= source[0] * (1 + 1e-9)
        assert -1e-9 * source[1] <= y <= source[1] * (1 + 1e-9)


@settings(max_examples=needs.often(100), deadline=None)
@given(**cases)
def test_the_movement_never_runs_backwards_or_stands_still(
    move, strength, source, output, focus
) -> None:
    at = [view(*move, i / 20, strength, "linear", source, output, focus) for i in range(21)]
    for values in zip(*at, strict=True):
        steps = [b - a for a, b in itertools.pairwise(values)]
        slack = 1e-12 * max(1.0, *map(abs, values))
        assert min(steps) >= -slack or max(steps) <= slack
    # What one corner of the screen sees moves by at least a thousandth of the window's short side.
    window = at[0].scale * min(output)
    far = max(
        math.dist(a, b)
        for a, b in zip(corners(at[0], output), corners(at[-1], output), strict=True)
    )
    assert far > window / 1001


@settings(max_examples=needs.often(50), deadline=None)
@given(**cases)
def test_the_movement_is_smooth(move, strength, source, output, focus) -> None:
    """No step is much longer than its neighbours, however fine the steps are."""
    at = [view(*move, i / 50, strength, "linear", source, output, focus) for i in range(51)]
    tracks = [list(corners(each, output)) for each in at]
    steps = [
        max(math.dist(a, b) for a, b in zip(one, two, strict=True))
        for one, two in itertools.pairwise(tracks)
    ]
    slack = 1e-9 * max(source)
    assert all(b <= 1.15 * a + slack for a, b in itertools.pairwise(steps))
    assert all(a <= 1.15 * b + slack for a, b in itertools.pairwise(steps))


@settings(max_examples=needs.often(50), deadline=None)
@given(**cases, factor=st.sampled_from((2, 4, 16)))
def test_the_size_of_the_picture_changes_nothing_but_the_unit(
    move, strength, source, output, focus, factor
) -> None:
    small = view(*move, 0.3, strength, source=source, output=output, focus=focus)
    large = view(
        *move,
        0.3,
        strength,
        source=(source[0] * factor, source[1] * factor),
        output=output,
        focus=focus,
    )
    assert large[:3] == pytest.approx([factor * value for value in small[:3]])
    assert large.angle == pytest.approx(small.angle)


def random_cases(count: int) -> list[dict[str, object]]:
    dice = random.Random(7)
    found = []
    for _ in range(count):
        motion, way = dice.choice(MOVES)
        found.append(
            {
                "motion": motion,
                "direction": way,
                "strength": dice.choice((1, 100, dice.uniform(1, 100))),
                "easing": dice.choice(path.EASINGS),
                "source": [dice.choice((1, 512, dice.randint(1, 9000))) for _ in "xy"],
                "output": [dice.choice((64, 1080, 3840, 2 * dice.randint(8, 2000))) for _ in "xy"],
                "focus": [dice.choice((0.0, 0.5, 1.0, dice.random())) for _ in "xy"],
                "t": dice.choice((0.0, 1.0, dice.random())),
            }
        )
    return found


@needs.node()
def test_the_twin_in_javascript_gives_the_same_numbers(tmp_path) -> None:
    asked = random_cases(4000)
    (tmp_path / "cases.json").write_text(json.dumps(asked))
    (tmp_path / "run.mjs").write_text(
        f"""
        import {{ readFileSync }} from "node:fs";
        const path = await import({json.dumps(SCRIPT.as_uri())});
        const cases = JSON.parse(readFileSync({json.dumps(str(tmp_path / "cases.json"))}));
        const found = cases.map((asked) => {{
          const at = path.view(asked);
          return [at.cx, at.cy, at.scale, at.angle, ...path.matrix(at, asked.output)];
        }});
        const words = [path.DIRECTIONS, path.MOTIONS, path.EASINGS];
        console.log(JSON.stringify({{ found, words }}));
        """
    )
    # An .mjs copy, because a plain .js outside a package is not a module for Node.
    module = tmp_path / "path.mjs"
    module.write_text(SCRIPT.read_text())
    run = tmp_path / "run.mjs"
    run.write_text(run.read_text().replace(SCRIPT.as_uri(), module.as_uri()))
    answer = json.loads(
        subprocess.run(
            [str(needs.node_path()), run], capture_output=True, check=True, text=True, timeout=60
        ).stdout
    )
    assert answer["words"] == [
        {motion: list(ways) for motion, ways in path.DIRECTIONS.items()},
        list(path.MOTIONS),
        list(path.EASINGS),
    ]
    for case, found in zip(asked, answer["found"], strict=True):
        at = path.view(**case)  # type: ignore[arg-type]
        expected = [*at, *path.matrix(at, case["output"])]  # type: ignore[arg-type]
        for ours, theirs in zip(expected, found, strict=True):
            assert abs(ours - theirs) <= 1e-9 * max(1, abs(ours)), case
