"""A story as JSON: our own shape, or those of other systems.

{"title": …, "scenes": [{"title": …, "shots": [{"description": …}]}]}       ours
{"project": {…}, "sequences": [{"sequence_id": …}], "shots": [{"sequence_id": …}]}
{"story_context": {…}, "scenes": [{"scene_number": 1, "lines": [{"text": …}]}]}
[shot, …]   [scene, …]   ["what happens", …]   and one shot or scene alone
"""

from __future__ import annotations

from collections.abc import Iterator

from studio.stories.draft import Part, Said, give_a_shot
from studio.stories.fields import Level, known_as, plain
from studio.stories.located import Lines, Malformed, Node, parse
from studio.stories.times import Problem

# Objects whose members belong to what they stand in.
WRAPPERS = {
    *("story", "story_context", "project", "storyboard", "state", "data", "draft", "context"),
    *("anime_bible", "visual_style", "world", "analysis", "bible", "script"),
}
PARTS = ("scenes", "sequences", "shots")
OF_A_SHOT = {"shot_id", "render", "sequence_id"}
OF_A_SCENE = {"scene_number", "lines", "shots"}
FOREIGN = {"story_context", "anime_bible", "sequences", "project", "scene_data", "shot_id", "state"}

Members = list[tuple[str, Node]]


def read(text: str) -> tuple[Part, list[Problem]]:
    """The parts of a story. Never raises."""
    lines = Lines(text)
    try:
        root = parse(text)
    except Malformed as error:
        line, column = lines.of(error.at)
        words = f"This is not good JSON: {error}."
        return Part("story"), [Problem(line, column, "JSON", words)]
    reader = _Reader(lines, _is_foreign(root))
    return reader.story(root), reader.problems


def _is_foreign(node: Node) -> bool:
    """Whether another system wrote it: such files say much that a story has no place for."""
    if isinstance(node.value, list):
        return any(_is_foreign(item) for item in node.value)
    return isinstance(node.value, dict) and bool({plain(name) for name in node.value} & FOREIGN)


class _Reader:
    def __init__(self, lines: Lines, foreign: bool) -> None:
        self.lines, self.foreign = lines, foreign
        self.problems: list[Problem] = []
        self.names: dict[str, str] = {}  # of the cast, by id

    def story(self, root: Node) -> Part:
        if isinstance(root.value, list):
            story = self._part("story", root)
            self._loose(story, root.value)
        elif isinstance(root.value, dict):
            story = self._whole(root)
        else:
            story = self._part("story", root)
            self._wrong(root, "story", 'Write {"scenes": […]}, or a list of shots.')
        return story

    def _whole(self, root: Node) -> Part:
        story = self._part("story", root)
        if not isinstance(root.get("scene_data"), Node) and self._is_alone(root):
            self._loose(story, [root])
            return story
        parts: dict[str, Node] = {}
        more: Members = []
        for name, node in _members(root):
            key = plain(name)
            if key in PARTS:
                parts.setdefault(key, node)
            elif key == "scene_data":
                parts.setdefault("scenes", Node([node], node.at))
            elif parts_of_a_request(key, root):
                more.append((name, node))
            else:
                self._cast(name, node)
                story.said.append(self._said(name, node))
        scenes = self._nodes(parts.get("scenes"), "scenes")
        sequences = self._nodes(parts.get("sequences"), "sequences")
        story.parts = [self.scene(node, more) for node in (*scenes, *sequences)]
        if "shots" in parts:
            self._by_sequence(story, sequences, self._nodes(parts["shots"], "shots"))
        if not parts:
            self._wrong(root, "scenes", 'There is no scene and no shot in it. Add "scenes": […].')
        for scene, node in zip(story.parts, (*scenes, *sequences), strict=False):
            if not scene.parts and not (isinstance(node.value, dict) and "shots" in node.value):
                give_a_shot(scene)
        return story

    def _is_alone(self, root: Node) -> bool:
        """Whether it is one shot or scene rather than a story."""
        keys = {plain(name) for name, _ in _members(root)}
        if keys & {"scenes", "sequences"} or ("shots" in keys and "scene_number" not in keys):
            return False
        of_shot = {k for k in keys if known_as("shot", k) and not known_as("story", k)}
        return bool(keys & (OF_A_SHOT | OF_A_SCENE) or of_shot)

    def _loose(self, story: Part, nodes: list[Node]) -> None:
        """Shots and scenes in one list; shots go to the scene of their sequence."""
        shots = [node for node in nodes if not self._is_scene(node)]
        for node in nodes:
            if self._is_scene(node):
                scene = self.scene(node, [])
                if not scene.parts and not isinstance(node.get("shots"), Node):
                    give_a_shot(scene)
                story.parts.append(scene)
        self._by_sequence(story, [], shots)

    @staticmethod
    def _is_scene(node: Node) -> bool:
        keys = {plain(name) for name in node.value} if isinstance(node.value, dict) else set()
        return bool(keys & OF_A_SCENE) and not keys & OF_A_SHOT

    def _by_sequence(self, story: Part, sequences: list[Node], shots: list[Node]) -> None:
        ids = [_id(node) for node in sequences]
        first = len(story.parts) - len(sequences)
        scenes = {name: story.parts[first + at] for at, name in enumerate(ids) if name}
        for node in shots:
            name = _id(node)
            if name not in scenes:
                scenes[name] = Part("scene", self.lines.of(node.at)[0], foreign=self.foreign)
                story.parts.append(scenes[name])
            scenes[name].parts.append(self.shot(node))

    def scene(self, node: Node, more: Members) -> Part:
        """`more` is said of the only shot of a scene, beside it."""
        scene = self._part("scene", node)
        if isinstance(node.value, str):
            scene.said.append(self._said("description", node))
        elif isinstance(node.value, dict):
            for name, value in _members(node):
                if plain(name) == "shots":
                    scene.parts = [self.shot(shot) for shot in self._nodes(value, "shots")]
                elif not isinstance(value.value, dict) or known_as("scene", name):
                    scene.said.append(self._said(name, value))
            scene.said += [self._said(name, value) for name, value in more]
        else:
            self._wrong(node, "scenes", "A scene is written as {…} with its fields in it.")
        return scene

    def shot(self, node: Node) -> Part:
        shot = self._part("shot", node)
        if isinstance(node.value, str):
            shot.said.append(self._said("description", node))
        elif isinstance(node.value, dict):
            shot.said += [self._said(name, value) for name, value in node.items()]
            self._add_rendered(shot, node)
        else:
            self._wrong(node, "shots", "A shot is written as {…} with its fields in it.")
        return shot

    def _add_rendered(self, shot: Part, node: Node) -> None:
        """What only the film that was made of it tells: its words and its length."""
        render = node.get("render")
        video = render.get("video") if isinstance(render, Node) else None
        for name, ours in (("motion_prompt", {"motion_prompt"}), ("duration", {"seconds", "end"})):
            value = video.get(name) if isinstance(video, Node) else None
            if isinstance(value, Node) and not ours & shot.names():
                shot.said.append(self._said(name, value))

    # --- small things -----------------------------------------------------------------------------

    def _part(self, level: Level, node: Node) -> Part:
        return Part(level, self.lines.of(node.at)[0], foreign=self.foreign)

    def _said(self, name: str, node: Node) -> Said:
        line, column = self.lines.of(node.at)
        value = node.plain()
        if plain(name) in ("cast", "main_cast") and isinstance(value, list):
            value = [self.names.get(v, v) if isinstance(v, str) else v for v in value]
        return Said(name, value, line, column)

    def _cast(self, name: str, node: Node) -> None:
        """Names of the cast, where shots call them by an id."""
        if plain(name) != "cast" or not isinstance(node.value, list):
            return
        for item in node.plain():
            if isinstance(item, dict) and isinstance(item.get("name"), str):
                self.names[str(item.get("cast_id", ""))] = item["name"]

    def _nodes(self, node: Node | None, name: str) -> list[Node]:
        if node is None:
            return []
        if isinstance(node.value, list):
            return node.value
        self._wrong(node, name, f'“{name}” is a list: write "{name}": […].')
        return []

    def _wrong(self, node: Node, name: str, words: str) -> None:
        self.problems.append(Problem(*self.lines.of(node.at), name, words))


def parts_of_a_request(key: str, root: Node) -> bool:
    """Whether a member beside `scene_data` is said of its shot."""
    alone = isinstance(root.get("scene_data"), Node)
    return alone and bool(known_as("shot", key)) and not known_as("story", key)


def _members(node: Node) -> Iterator[tuple[str, Node]]:
    """The members of an object, and in their place those of the objects that only wrap some."""
    for name, value in node.items():
        if plain(name) in WRAPPERS and isinstance(value.value, dict):
            yield from _members(value)
        else:
            yield name, value


def _id(node: Node) -> str:
    found = node.get("sequence_id")
    return str(found.value) if isinstance(found, Node) else ""
