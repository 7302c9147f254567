"""JSON as a tree: what is valid, what is shown of it, and that nothing of it is changed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import Message, Receipt, TextPart
from chat_tui.transcript.json_parts import LONGEST, MOST_PARTS, Parts
from chat_tui.transcript.json_tree import OPEN_DEPTH, Tree
from chat_tui.transcript.lines import Code, Sections
from chat_tui.transcript.message import Item
from tests.transcript.samples import context

CUT = "The JSON ends before it is whole"
INVALID = "isn’t valid JSON"


def item_of(text: str, finish: str = "stop") -> Item:
    receipt = Receipt(finish=finish)
    message = Message(new_id(), None, "assistant", (TextPart(text),), now(), receipt=receipt)
    return Item(replace(message, response_format="json_object"))


def lines_of(item: Item, width: int = 80) -> Sections:
    item.lines = None
    return item.render(context(width), lambda _: "")


def shown(item: Item, width: int = 80) -> str:
    return "\n".join(line.strip.text for line in lines_of(item, width)).rstrip()


def folds(item: Item) -> list[Code]:
    return [code for code in lines_of(item).code() if code.fold is not None]


def unfolded(text: str) -> Item:
    """Return an item of which everything is unfolded."""
    item = item_of(text)
    while True:
        lines = lines_of(item)
        folded = [code for code in lines.code() if "▸" in lines[code.rows.start].strip.text]
        if not folded:
            return item
        for code in folded:
            item.toggle(code.fold)


def test_a_tree_is_laid_out_with_its_source() -> None:
    assert shown(item_of('{"a": 1.0 ,"a":1,\n"é":[true,{"d":{"deep":{"er":null}}}],"e":{ },"s":"\\u00e9\\n\x9b"}')) == (
        "  ▾ {\n"
        '      "a": 1.0,\n'
        '      "a": 1,\n'
        '  ▾   "é": [\n'
        "        true,\n"
        "  ▾     {\n"
        '  ▸       "d": {…}  1 key\n'
        "        }\n"
        "      ],\n"
        '      "e": {},\n'
        '      "s": "\\u00e9\\n⟨9B⟩"\n'
        "    }"
    )


TREES = (
    '{"a": 1, "a": 1.0, "b": 1e400, "c": -0.0, "d": 123456789012345678901234567890}',
    "[" + "9" * 5000 + "]",
    "[" * 200 + "]" * 200,
    json.dumps({"text": "word " * 900, "k" * 300: [[], {}, [[]], "\u202e"], "日本": "語" * 200}, ensure_ascii=False),
    json.dumps([{"n": n, "tags": ["a", "b"]} for n in range(700)]),
    ' [ 1 , "}{][,:\\"" ]\n',
)


@pytest.mark.parametrize("text", TREES, ids=range(len(TREES)))
@pytest.mark.parametrize("width", [80, 41])
def test_nothing_is_lost_when_all_is_unfolded(text: str, width: int) -> None:
    item = unfolded(text)
    lines = list(lines_of(item, width))
    assert all(line.strip.cell_length <= width for line in lines)
    selected = "".join(line.text for line in lines).replace("⟨U+202E⟩", "\u202e")
    assert selected.replace(" ", "") == text.replace(" ", "").replace("\n", "")


@pytest.mark.parametrize(
    ("text", "finish", "remark"),
    [
        ('{"a": [1, 2', "length", CUT),
        ('{"a": 1,}', "stop", INVALID),
        ('{"a": NaN}', "stop", INVALID),
        ("[1}{2]", "stop", INVALID),
        ('{"a": 1} and more', "stop", INVALID),
        ('```json\n{"a": 1}\n```', "stop", INVALID),
        ("[" + "[]," * MOST_PARTS + "0]", "stop", "too long to be folded"),
        ('["' + "x" * LONGEST + '"]', "stop", "too long to be folded"),
    ],
    ids=["cut", "comma", "nan", "brackets", "more", "fence", "parts", "characters"],
)
def test_what_is_no_tree_is_text_and_says_why(text: str, finish: str, remark: str) -> None:
    item = item_of(text, finish)
    lines = lines_of(item)
    below = [line.strip.text for line in lines[lines.start(-1) :]]
    assert remark in " ".join(" ".join(below).split())
    assert not folds(item)
    assert lines[lines.start(0)].text[:4].strip("`") in text


@pytest.mark.parametrize("text", ["42", '"words"', "", "   "])
def test_a_single_value_is_text_and_nothing_is_said(text: str) -> None:
    item = item_of(text)
    assert "JSON" not in shown(item)
    assert text.strip() in shown(item)


def test_each_part_folds_by_itself_and_is_copied_as_it_came() -> None:
    item = item_of('{"a": [1,  2], "b": {"c" :  [3.0]}}')
    outer, first, second, inner = folds(item)
    item.toggle(second.fold)
    assert '▸   "b": {…}  1 key' in shown(item)
    assert '  ▾   "a": [' in shown(item)
    assert [item.source_of(code) for code in (outer, first, second, inner)] == [
        item.text,
        "[1,  2]",
        '{"c" :  [3.0]}',
        "[3.0]",
    ]
    item.toggle(second.fold)
    assert "3.0" in shown(item)


def test_long_arrays_and_strings_unfold_in_parts() -> None:
    item = item_of(json.dumps(list(range(7000))))
    assert len(lines_of(item)) < 600
    *_, more = folds(item)
    assert "… 1,000+ more" in shown(item)
    item.toggle(more.fold)
    assert "… 1,000+ more" in shown(item)
    *_, more = folds(item)
    item.toggle(more.fold)
    assert "      6999\n    ]" in shown(item)
    long = item_of(json.dumps(["x" * 1_200_000]))
    _, string = folds(long)
    long.toggle(string.fold)
    assert "… 700,002 more characters" in shown(long)


@pytest.mark.parametrize("place", [2, 30, 1234, 2_000, 40_000, 1_000_000])
def test_what_hides_a_place_is_unfolded(place: int) -> None:
    text = json.dumps([[[[{"key": "v" * 40_000}]]], *({"n": n} for n in range(60_000 // 2 // 10)), "x" * 1_000_000])
    tree = Tree(Parts(text))
    tree.reveal(place)
    seen = [
        (row.piece if row.kind == "piece" else (row.child.start, row.child.end))
        for row in tree.rows
        if row.kind != "more"
    ]
    assert any(start <= place < end and end - start <= 1000 for start, end in seen) or text[place] in "[ "
    assert not tree.reveal(place)


def test_what_is_nested_deeper_than_python_calls_unfolds_level_by_level() -> None:
    tree = Tree(Parts("[" * 10_000 + "]" * 10_000))
    assert len(tree.rows) == 2 * OPEN_DEPTH + 1
    for place in range(OPEN_DEPTH, 5000):
        tree.toggle(place, more=False)
    assert len(tree.rows) == 10_001


def test_while_it_arrives_it_is_text_and_no_markdown() -> None:
    message = Message(new_id(), None, "assistant", (), now(), "streaming", response_format="json_object")
    item, looks = Item(message), context()
    item.render(looks, lambda _: "")
    for piece in ('{"a": "**b', "old** # [x]", '(y)"', ', "c": [1'):
        item.append_text(piece, looks, lambda _: "")
    assert item.lines is not None
    assert item.lines[0].text == '{"a": "**bold** # [x](y)", "c": [1'
    text = '{"a": "**bold** # [x](y)", "c": [1]}'
    item.finish(replace(message, status="complete", parts=(TextPart(text),)), looks, lambda _: "")
    assert '"a": "**bold** # [x](y)",' in shown(item)
    assert folds(item)


def test_json_that_nobody_asked_for_stays_markdown() -> None:
    message = Message(new_id(), None, "assistant", (TextPart('{"a": "**b**"}'),), now())
    assert shown(Item(message)) == '  {"a": "b"}'
