"""What is exported comes back as the same conversation, and is byte for byte the same when it is exported again."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat_tui.conversation.exports.formats import written
from chat_tui.conversation.exports.writing import write_excerpt
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import new_id
from chat_tui.conversation.journal import append
from chat_tui.conversation.metadata import Metadata, read_metadata
from chat_tui.conversation.records import Hiding, Settlement, encode_hiding, encode_message, encode_settlement
from chat_tui.conversation.values import FilePart, LinkPart, Message, Part, Receipt, TextPart, UnknownPart, Usage
from chat_tui.engine.library import Library
from chat_tui.engine.moving import Import, excerpt_of
from chat_tui.paths import Paths
from tests.conversation.samples import NOON, full_message, message

TEXTS = st.one_of(
    st.text(max_size=30),
    st.text("a\r\n\t\x00\x1b\x85\u2028\ud800\udfff\"'\\{}[]=#🦜", max_size=20),
    st.sampled_from(["null", "a\r\nb", '{"json": 1}', "\ud83d", " ", '"""', "'''"]),
)
NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals("-1e20", "1e20", allow_nan=False, allow_infinity=False, places=25),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(TEXTS, inner, max_size=3),
        st.dictionaries(st.just("json"), inner, min_size=1),
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(TEXTS.filter(lambda name: name not in ("type", "v")), VALUES, max_size=3)
COSTS = st.decimals(0, 10, places=22)


@st.composite
def parts(draw: st.DrawFn) -> Part:
    match draw(st.sampled_from(["text", "file", "link", "unknown"])):
        case "text":
            return TextPart(draw(TEXTS))
        case "file":
            media_type = draw(st.sampled_from(["image/png", "x/y"]))
            known: list[dict[str, Any]] = [{}, {"width": 2, "height": 3}, {"pages": 2}, {"seconds": 1.5}]
            measures = draw(st.sampled_from(known))
            return FilePart(draw(st.sampled_from(SHA)), media_type, draw(TEXTS), 3, **measures)
        case "link":
            return LinkPart(draw(st.sampled_from(["image", "file", "video"])), draw(TEXTS), draw(TEXTS))
        case _:
            return UnknownPart(
                {"type": draw(TEXTS.filter(lambda kind: kind not in ("text", "file", "link"))), **draw(OBJECTS)}
            )


SHA = ["039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", "ab" * 32]
"""Of the bytes 1, 2, 3; and of a file that is nowhere."""


@st.composite
def messages(draw: st.DrawFn, known: list[str]) -> Message:
    parents = st.sampled_from([*known, new_id()]) if known else st.just(None)
    receipt = Receipt(
        model=draw(TEXTS),
        cost=draw(COSTS),
        usage=Usage(1, draw(st.integers(0, 2**53 - 1))),
        raw_usage=draw(OBJECTS),
        metadata=draw(OBJECTS),
    )
    return Message(
        new_id(),
        draw(st.one_of(st.none(), parents)),
        draw(st.sampled_from(["user", "assistant", "tool"])),
        tuple(draw(st.lists(parts(), max_size=3))),
        NOON,
        draw(st.sampled_from(["complete", "failed", "interrupted"])),
        reasoning=draw(TEXTS),
        reasoning_details=tuple(draw(st.lists(OBJECTS, max_size=2))),
        tool_calls=tuple(draw(st.lists(OBJECTS, max_size=2))),
        receipt=draw(st.one_of(st.none(), st.just(receipt))),
        unknown=draw(st.dictionaries(st.sampled_from(["later", "é", "json"]), VALUES, max_size=2)),
    )


@st.composite
def journals(draw: st.DrawFn) -> tuple[list[bytes], list[str]]:
    """Lines of a journal, and the ids of its messages."""
    lines: list[bytes] = []
    ids: list[str] = []
    for _ in range(draw(st.integers(0, 4))):
        one = draw(messages(ids))
        ids.append(one.id)
        lines.append(encode_message(one))
    for identifier in ids[:2]:
        lines.append(encode_hiding(Hiding(identifier, NOON, draw(st.booleans()))))
        lines.append(encode_settlement(Settlement(identifier, NOON, Receipt(cost=draw(COSTS)))))
    number = draw(st.decimals("1e-9", "1e9", places=25))  # no float has so many digits
    lines.append(f'{{"v":{draw(st.integers(1, 3))},"type":"dream","id":"{new_id()}","of":{number}}}\n'.encode())
    said = "Authorization: Bearer abc-123456 sk-or-v1-0123456789abcdef0123456789 user_id: me"
    lines.append(f'{{"v":1,"type":"dream","id":"{new_id()}","said":"{said}","user_id":"me","key":"x"}}\n'.encode())
    return [*lines, b'{"torn":\n'], ids


def library(root: Path) -> Library:
    return Library(Paths.under(root))


def exported(of: Library, form: str) -> bytes:
    """The only conversation of a library, exported."""
    (folder,) = of.folders()
    return b"".join(written(excerpt_of(of.at(folder), "tree"), form))


def put(into: Library, metadata: Metadata, lines: list[bytes]) -> Folder:
    """Write a conversation as a newer or a stranger chat-tui might."""
    folder = Folder(into.paths.conversations / metadata.folder_name)
    append(folder.journal, b"".join(lines))
    folder.attach(b"\x01\x02\x03", "image/png", "x.png")
    folder.write_metadata(metadata)
    return folder


@pytest.mark.parametrize("form", ["json", "toml"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(journal=journals(), title=TEXTS, tags=st.lists(TEXTS, max_size=2), unknown=st.integers(0, 2**60))
def test_any_conversation_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    journal: tuple[list[bytes], list[str]],
    title: str,
    tags: list[str],
    unknown: int,
) -> None:
    root = tmp_path_factory.mktemp("round")
    lines, ids = journal
    here, there = library(root / "here"), library(root / "there")
    leaf = ids[0] if ids else None
    settings_ = {"system": title, "parameters": {"temperature": 0.2}}
    metadata = Metadata(
        new_id(), NOON, title, tuple(tags), leaf=leaf, settings=settings_, unknown={"dream": unknown}, pinned=True
    )
    folder = put(here, metadata, lines)
    first = exported(here, form)
    file = root / f"export.{form}"
    file.write_bytes(first)
    Import(there).run([file])
    if not ids:
        assert list(there.folders()) == []
        return
    assert exported(there, form) == first
    (kept,) = there.folders()
    assert Folder(kept).read().messages == folder.read().messages
    assert Folder(kept).read().hidden == folder.read().hidden
    assert read_metadata(kept) == read_metadata(folder.path)
    again = Import(there).run([file])
    assert (again.count("known"), again.folders) == (1, [])


def everything() -> list[bytes]:
    """A journal with a message in which no field is empty, and its sibling."""
    prompt = message("Draw\r\nthis.")
    reply = replace(full_message(), parent=prompt.id)
    return [encode_message(prompt), encode_message(reply), encode_message(replace(full_message(), parent=prompt.id))]


@pytest.fixture
def here(tmp_path: Path) -> Library:
    """A library with one conversation that has everything."""
    made = library(tmp_path / "here")
    put(made, Metadata(new_id(), NOON, "Everything"), everything())
    return made


@pytest.mark.parametrize("form", ["json", "toml"])
def test_all_records_leave_of_whatever_kind_and_in_whatever_order(tmp_path: Path, form: str) -> None:
    metadata = Metadata(new_id(), NOON, "Everything")
    unknown = b'{"v":1,"type":"mystery","id":"x","n":1.5}\n'
    lines = [*everything(), unknown, encode_hiding(Hiding(new_id(), NOON))]
    exports = []
    for name, order in (("merged", lines), ("other way", lines[::-1])):
        of = library(tmp_path / name)
        put(of, metadata, order)
        exports.append(exported(of, form))
    assert exports[0] == exports[1]
    assert all(word in exports[0] for word in (b"mystery", b"1.5", b"hide"))


@pytest.mark.parametrize("form", ["json", "toml"])
def test_files_beside_come_back_too(here: Library, tmp_path: Path, form: str) -> None:
    (source,) = here.folders()
    picture = Folder(source).attach(b"\x89PNG\r\n\x1a\n", "image/png", "a.png")
    append(Folder(source).journal, encode_message(replace(message("", role="assistant"), parts=(picture,))))
    path = tmp_path / "out dir" / f"My chat.{form}"
    path.parent.mkdir()
    write_excerpt(path, excerpt_of(here.at(source), "tree"), form, beside=True)
    assert [file.name for file in (path.parent / "My chat-files").iterdir()] == [f"{picture.sha256}.png"]
    there = library(tmp_path / "there")
    Import(there).run([path])
    (kept,) = there.folders()
    assert Folder(kept).read_attachment(picture) == b"\x89PNG\r\n\x1a\n"


def test_a_file_that_is_not_what_its_name_says_is_left_out(here: Library, tmp_path: Path) -> None:
    (source,) = here.folders()
    part = Folder(source).attach(b"kept", "image/png", "a.png")
    append(Folder(source).journal, encode_message(replace(message(""), parts=(part,))))
    file = tmp_path / "export.json"
    file.write_bytes(exported(here, "json").replace(base64.b64encode(b"kept"), base64.b64encode(b"fake")))
    there = library(tmp_path / "there")
    assert Import(there).run([file]).left_out == {"files that are not in it": 3}  # two of them of the samples
    (kept,) = there.folders()
    assert not (kept / "attachments").exists()


@pytest.mark.parametrize("names", [("files", "schema"), ("schema", "files")])
def test_whatever_wrote_the_json_anew(here: Library, tmp_path: Path, names: tuple[str, ...]) -> None:
    file = tmp_path / "pretty.json"
    there = library(tmp_path / "there")
    (source,) = here.folders()
    part = Folder(source).attach(b"kept", "image/png", "a.png")
    append(Folder(source).journal, encode_message(replace(message(""), parts=(part,))))
    value = json.loads(exported(here, "json"))
    order = {**{name: value[name] for name in ("from", *names)}, **value}
    file.write_text(json.dumps(order, indent=1))
    assert Import(there).run([file]).left_out == {"files that are not in it": 2}  # of the samples, which have none
    (kept,) = there.folders()
    assert Folder(kept).read_attachment(part) == b"kept"


def test_one_formats_export_is_the_others(here: Library, tmp_path: Path) -> None:
    first = {form: exported(here, form) for form in ("json", "toml")}
    for form in ("json", "toml"):
        there = library(tmp_path / f"by {form}")
        file = tmp_path / f"export.{form}"
        file.write_bytes(first[form])
        Import(there).run([file])
        same: Any = json.loads(exported(there, "json"), parse_float=Decimal)
        assert same == json.loads(first["json"], parse_float=Decimal)


def test_a_newer_copy_adds_what_is_new_and_keeps_what_is_here(here: Library, tmp_path: Path) -> None:
    (source,) = here.folders()
    old = tmp_path / "old.json"
    old.write_bytes(exported(here, "json"))
    there = library(tmp_path / "there")
    Import(there).run([old])
    (kept,) = there.folders()
    there.at(kept).relabel(lambda metadata: Metadata(metadata.id, metadata.created, "My own title"))
    append(Folder(source).journal, encode_message(message("More")))
    new = tmp_path / "new.json"
    new.write_bytes(exported(here, "json"))
    outcome = Import(there).run([new, old])
    assert [(arrival.state, arrival.added) for arrival in outcome.arrivals] == [("grown", 1), ("known", 0)]
    assert Folder(kept).read().messages == Folder(source).read().messages
    assert read_metadata(kept).title == "My own title"


def test_what_another_process_writes_to_is_left_alone(here: Library, tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_bytes(exported(here, "json"))
    there = library(tmp_path / "there")
    Import(there).run([file])
    (kept,) = there.folders()
    append(here.at(next(here.folders())).folder.journal, encode_message(message("More")))
    file.write_bytes(exported(here, "json"))
    other = Library(there.paths).at(kept)
    other.load()
    before = Folder(kept).journal.read_bytes()
    outcome = Import(there).run([file])
    other.close()
    assert outcome.count("refused") == 1
    assert "Another chat-tui" in outcome.sentences[-1]
    assert Folder(kept).journal.read_bytes() == before
