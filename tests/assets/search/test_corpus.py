"""The same library and the same searches on both databases, against a plain reading of them."""

from __future__ import annotations

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.models import Asset
from assets.search import BadFilter, filter_assets, keys, toggle
from assets.search.parse import parse
from assets.search.tree import And, Key, Node, Not, Or, Phrase, Word
from assets.search.write import write
from billing.models import Account
from tests.assets.search import corpus
from tests.in_turn import in_turn


@pytest.fixture
def library(account: Account) -> list[Asset]:
    other = Account.objects.create(name="Somebody else")
    corpus.make(other, slot=1)
    return corpus.make(account)


def titles(account: Account, text: str) -> set[str]:
    with time_machine.travel(corpus.NOW, tick=False):
        found = filter_assets(Asset.objects.for_account(account), {"q": text})
        return set(found.values_list("title", flat=True))


BOATS = {"Red boat at sunset", "Boat of a job"}


@in_turn(
    ("text", "found"),
    [
        ("sun", {"Red boat at sunset", "Sunflower field", "Sun"}),
        ('"sun"', {"Sun"}),
        ("BOAT", BOATS),
        ("boat -red", {"Boat of a job"}),
        ("boat OR interview", {*BOATS, "Interview"}),
        ("(boat OR interview) -red", {"Boat of a job", "Interview"}),
        ("boat or interview", set()),
        ("strasse", {"Übergröße Straße"}),
        ("ubergrosse", {"Übergröße Straße"}),
        ("ＳＵＮ flower", {"Sunflower field"}),
        ("本語", {"日本語のタイトル"}),
        ("語本", set()),
        ("桜", {"日本語のタイトル"}),
        ("cliff_1", {"Cliff_1 (final)"}),
        ('"AND NOT NEAR"', {"AND NOT NEAR OR"}),
        ("and not near or", {"AND NOT NEAR OR"}),
        ("boat AND red", {"Red boat at sunset"}),
        ("boat NOT red", {"Boat of a job"}),
        ("boat AND NOT red OR interview", {"Boat of a job", "Interview"}),
        ("boat AND NOT (red OR job)", set()),
        ("NOT type:image", {"City street at night", "Interview", "Clip", "AND NOT NEAR OR"}),
        ("NOT -boat", BOATS),
        ("-NOT boat", BOATS),
        ("NOT NOT boat AND (NOT red)", {"Boat of a job"}),
        ("type:video,audio", {"City street at night", "Interview", "Clip"}),
        ("-type:image", {"City street at night", "Interview", "Clip", "AND NOT NEAR OR"}),
        ("tag:sea", {"Red boat at sunset", "Weiße Klippe am Meer", "Cliff_1 (final)"}),
        ('tag:"red car"', {"City street at night"}),
        ("tag:ümlaut", {"Übergröße Straße"}),
        ("tag:nothing", set()),
        ("rating>=3", {"Sunflower field", "Übergröße Straße"}),
        ("rating:5", {"Sunflower field"}),
        ("rating:4..5", {"Sunflower field"}),
        ("is:favorite", {"日本語のタイトル", "Sun"}),
        ("is:trashed", {"Old boat"}),
        ("status:trashed", {"Old boat"}),
        ("flag:pick", {"Übergröße Straße"}),
        ("is:rejected", {"Cliff_1 (final)"}),
        ("ratio:9:16", {"Weiße Klippe am Meer"}),
        ("ratio:portrait", {"Weiße Klippe am Meer"}),
        ("ratio:square", {"Sun"}),
        ("color:white", {"Weiße Klippe am Meer"}),
        ("color:#2090f0", {"Sun"}),
        ("size>5MB", {"Cliff_1 (final)"}),
        ("width:500", {"Sun"}),
        ("pixels<1mp type:image", {"Sun"}),
        ("duration:5..10", {"Clip"}),
        ("duration>1:30", {"Interview"}),
        ("duration:1:35", {"Interview"}),
        ("cost>4", {"Boat of a job"}),
        ("seed:7", {"Flux picture"}),
        ("seed:1234567890123", {"Flux picture two"}),
        ("model:flux", {"Flux picture", "Flux picture two"}),
        ("model:FLUX-DEV", {"Flux picture"}),
        ("provider:fal -model:flux-pro", {"Flux picture"}),
        ("module:create", {"Boat of a job"}),
        ('prompt:"golden hour"', {"Sunflower field"}),
        ("prompt:boat", {"Boat of a job"}),
        ("title:boat", BOATS),
        (f"job:{corpus.JOB}", {"Boat of a job"}),
        (corpus.JOB, {"Boat of a job"}),
        ("added<last-month", set()),
        ("added:2026-10", {"Clip"}),
        ("added<2026-11", {"Clip"}),
        ("added>=3d clip", set()),
        ("https://example.org/boat", set()),
        ("boat https:", set()),
    ],
)
def test_what_is_found(account: Account, library: list[Asset], text: str, found: set[str]) -> None:
    assert titles(account, text) == found


@in_turn(
    ("text", "words", "spot"),
    [
        ('boat "red', "never closed", '"red'),
        ("(boat", "never closed", "(boat"),
        ("boat)", "closes nothing", ")"),
        ("()", "nothing in the parentheses", "()"),
        ('boat "', "or take it away", '"'),
        ('boat title:"red', "before “red”", '"red'),
        ("(", "never closed", "("),
        ("boat (", "never closed", "("),
        (")", "closes nothing", ")"),
        (") boat", "closes nothing", ")"),
        ("boat OR )", "OR needs something after it", "OR"),
        ("boat ()", "nothing in the parentheses", "()"),
        ("-)", "nothing does", "-"),
        ("boat -OR red", "nothing does", "-"),
        ("boat OR", "after it", "OR"),
        ("boat AND", "“and” in small letters", "AND"),
        ("boat AND OR red", "AND needs something after it", "AND"),
        ("(boat AND) red", "AND needs something after it", "AND"),
        ("AND boat", "AND needs something before it", "AND"),
        ("boat OR AND red", "AND needs something before it", "AND"),
        ("boat NOT", "NOT needs something after it", "NOT"),
        ("NOT AND boat", "NOT needs something after it", "NOT"),
        ("NOT " * 20 + "a", "nested", None),
        ("OR boat", "before it", "OR"),
        ("%", "no letter or digit to look for in “%”", "%"),
        ("boat typ:image", "“type:”", "typ"),
        ("boat quark:image", "is not a key", "quark"),
        ("type:", "needs a value", "type:"),
        ("a type:folder", "image, video", "folder"),
        ("type>image", "cannot be compared", "type>image"),
        ("rating:6", "Use 0 to 5", "6"),
        ("rating:5..2", "Turn it around", "5..2"),
        ("duration:..", "no ends", ".."),
        ("added:sometime", "is not a time", "sometime"),
        ("added:2026-02-30", "is not a time", "2026-02-30"),
        ("added:9999", "is not a time", "9999"),
        ("size:99999999999999GB", "too large", "99999999999999GB"),
        ("color:sparkling", "not a color", "sparkling"),
        ("seed:99999999999999999999", "not a whole number", "99999999999999999999"),
        ("job:12", "not an id", "12"),
        ("ratio:9:0:", "not a ratio", "9:0:"),
        ("-" * 20 + "a", "nested", None),
        ("(" * 20 + "a" + ")" * 20, "nested", None),
        ("x" * 10_240, "limit is 1,000", None),
        ("a " * 400, "limit is 40", None),
    ],
)
def test_what_cannot_be_read_is_told_with_its_spot(
    account: Account, text: str, words: str, spot: str | None
) -> None:
    with pytest.raises(BadFilter) as wrong:
        list(filter_assets(Asset.objects.for_account(account), {"q": text}))
    error = wrong.value
    assert words in str(error)
    assert len(str(error)) < 250
    assert isinstance(error.start, int)
    assert isinstance(error.end, int)
    assert 0 <= error.start <= error.end <= len(text)
    if spot is not None:
        assert text[error.start : error.end] == spot


# --- any search ---------------------------------------------------------------------------------

WORDS = (
    "sun",
    "boat",
    "red",
    "STRASSE",
    "a",
    "日本",
    "cliff_1",
    "city",
    "or",
    "NEAR",
    "flux",
    "x1",
)
word = st.sampled_from(WORDS).map(Word)
phrase = st.sampled_from(("red boat", "sun", "at night", "golden hour", "日本語")).map(Phrase)
key = st.one_of(
    st.lists(st.sampled_from(("image", "video", "audio")), min_size=1, unique=True).map(
        lambda values: Key("type", ":", tuple(values))
    ),
    st.sampled_from(("sea", "red car", "city", "none such")).map(lambda v: Key("tag", ":", (v,))),
    st.tuples(st.sampled_from((":", "<", "<=", ">", ">=")), st.integers(0, 5)).map(
        lambda pair: Key("rating", pair[0], (str(pair[1]),))
    ),
    st.sampled_from(("favorite", "untagged")).map(lambda v: Key("is", ":", (v,))),
    st.sampled_from(("sun", "old boat", "桜")).map(lambda v: Key("prompt", ":", (v,))),
    st.sampled_from(("sun", "boat")).map(lambda v: Key("title", ":", (v,))),
)


def _and(items: list[Node]) -> Node:
    flat = [n for i in items for n in (i.items if isinstance(i, And) else (i,))]
    return And(tuple(flat))


def _or(items: list[Node]) -> Node:
    flat = [n for i in items for n in (i.items if isinstance(i, Or) else (i,))]
    return Or(tuple(flat))


trees = st.recursive(
    st.one_of(word, phrase, key),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(_and),
        st.lists(inner, min_size=2, max_size=3).map(_or),
    ),
    max_leaves=8,
)
RELAXED = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@given(tree=trees)
@settings(deadline=None, max_examples=300)
def test_what_is_written_is_read_as_the_same(tree: Node) -> None:
    assert parse(write(tree), keys.names()) == tree


@st.composite
def spelled(draw: st.DrawFn, node: Node) -> str:
    """The same search with AND, NOT and parentheses here and there."""
    if isinstance(node, Not):
        inner = draw(spelled(node.item))
        if isinstance(node.item, And | Or):
            inner = f"({inner})"
        return draw(st.sampled_from(("-", "NOT ", "NOT  "))) + inner
    if isinstance(node, And):
        told = ""
        for item in node.items:
            text = draw(spelled(item))
            text = f"({text})" if isinstance(item, Or) or draw(st.booleans()) else text
            told += draw(st.sampled_from((" ", " AND "))) + text if told else text
        return told
    if isinstance(node, Or):
        return " OR ".join(draw(spelled(item)) for item in node.items)
    return write(node)


@given(data=st.data(), tree=trees)
@settings(deadline=None, max_examples=300)
def test_and_and_not_are_other_spellings(data: st.DataObject, tree: Node) -> None:
    assert parse(data.draw(spelled(tree)), keys.names()) == tree


SEA = Key("tag", ":", ("sea",))


@given(data=st.data(), tree=trees.map(lambda tree: _and([tree, SEA])))
@settings(deadline=None, max_examples=200)
def test_a_choice_is_taken_out_of_any_spelling(data: st.DataObject, tree: Node) -> None:
    text = data.draw(spelled(tree))
    left = toggle.without_values(text, parse(text, keys.names()), "tag", frozenset({"sea"}))
    kept = [item for item in toggle.top(tree) if item != SEA]
    assert toggle.top(parse(left, keys.names())) == [
        inner for item in kept for inner in toggle.top(item)
    ]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("boat AND tag:sea", "boat"),
        ("tag:sea AND boat", "boat"),
        ("boat AND tag:sea AND red", "boat red"),
        ("boat AND red tag:sea", "boat AND red"),
        ("(tag:sea) boat", "boat"),
        ("NOT (a OR b) AND tag:sea,city", "NOT (a OR b) AND tag:city"),
        ("tag:sea", ""),
    ],
)
def test_a_choice_is_taken_out(text: str, left: str) -> None:
    tree = parse(text, keys.names())
    assert toggle.without_values(text, tree, "tag", frozenset({"sea"})) == left


@given(tree=trees)
@RELAXED
def test_any_search_finds_what_a_plain_reading_finds(
    account: Account, library: list[Asset], tree: Node
) -> None:
    found = filter_assets(Asset.objects.for_account(account), {"q": write(tree)})
    shown = [asset for asset in library if not asset.trashed and not asset.stacked]
    assert set(found) == {asset for asset in shown if corpus.fits(asset, tree)}


PIECES = (
    *"()\"-:,<>=*%_\\'.",
    "OR",
    "AND",
    "NOT",
    "NEAR(",
    "type:",
    "tag:",
    "rating>=",
    " ",
    "sun",
    "added:",
    "..",
    "9" * 30,
    "\0",
    "\x1f",
    "ß",
    "é",
    "日",
    "​",
    "'; DROP TABLE x; --",
    "https://",
    "{title} :",
    "^",
    "a:*",
    "&",
    "|",
    "!",
    "<->",
    "is:trashed",
    "ratio:",
    "1:",
    "color:#",
)


@given(
    text=st.one_of(
        st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
    )
)
@settings(
    deadline=None,
    max_examples=400,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_text_is_read_or_refused(account: Account, library: list[Asset], text: str) -> None:
    try:
        found = filter_assets(Asset.objects.for_account(account), {"q": text})
    except BadFilter as error:
        refused = error
    else:
        assert {asset.account_id for asset in found} <= {account.pk}
        return
    assert refused.name == "q"
    assert 0 <= (refused.start or 0) <= (refused.end or 0) <= len(text)
