"""What other programs export, as conversations here."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.journal import append
from chat_tui.conversation.metadata import Metadata, read_metadata
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.tree import Tree
from chat_tui.conversation.values import FilePart, LinkPart, Message, TextPart, UnknownPart, Usage
from chat_tui.engine.library import Library
from chat_tui.engine.moving import Import, Outcome
from chat_tui.paths import Paths
from chat_tui.transcript.prompt import sent_at
from tests.conversation import foreign
from tests.conversation.samples import message

Write = Callable[[Path], Path]
MORE = {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["Yes."]}}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(Paths.under(tmp_path / "home"))


def taken(library: Library, path: Path) -> tuple[Metadata, Tree, Outcome]:
    """Import the one conversation at `path`."""
    outcome = Import(library).run([path])
    assert outcome.problems == []
    (folder,) = library.folders()
    return read_metadata(folder), Tree(Folder(folder).read().messages.values()), outcome


def shape(tree: Tree, message: Message | None = None) -> list[Any]:
    """The tree as nested lists: role and text, then what follows."""
    children = tree.children(message.id if message else None)
    return [[f"{child.role}: {child.text}", *shape(tree, child)] for child in children]


def by_text(tree: Tree, text: str) -> Message:
    return next(message for message in tree if text in message.text)


def test_chatgpt(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file_map-sanitized.dat").write_bytes(foreign.PNG)
    metadata, tree, outcome = taken(library, foreign.write_json(tmp_path / "conversations.json", foreign.chatgpt()))
    assert (metadata.title, metadata.archived, metadata.created.timestamp()) == ("Kyoto", True, foreign.SECONDS)
    call = ["assistant: ", ["tool: ```\nspring\n```", ["assistant: The river.", ["user: This one?"]]]]
    assert shape(tree) == [["user: Where to in Kyoto?", ["assistant: The old town."], call]]
    first, second, picture = by_text(tree, "old town"), by_text(tree, "river"), by_text(tree, "This one?")
    assert (first.model, second.model, first.receipt) == ("gpt-4o", "gpt-5", None)
    assert [citation.url for citation in first.citations] == ["https://a.example"]
    assert first.at.timestamp() == foreign.SECONDS + 2.25
    called, answer = next(m for m in tree if m.tool_calls and m.role == "assistant"), by_text(tree, "spring")
    assert called.reasoning == "Places\n\nTemples?"
    assert called.tool_calls[0]["function"] == {"name": "python", "arguments": "now()"}
    assert called.tool_calls[0]["id"] == answer.tool_calls[0]["id"]
    shown, gone, text = picture.parts
    assert isinstance(shown, FilePart)
    assert shown.media_type == "image/png"
    assert isinstance(gone, UnknownPart)
    assert text == TextPart("This one?")
    (folder,) = library.folders()
    assert Folder(folder).read_attachment(shown) == foreign.PNG
    assert metadata.leaf == picture.id
    assert outcome.left_out == {"files that are not in it": 1, "parts of the kind “hologram”": 1}


def test_claude(library: Library, tmp_path: Path) -> None:
    metadata, tree, outcome = taken(library, foreign.write_json(tmp_path / "conversations.json", foreign.claude()))
    assert metadata.title == "Garden"
    assert metadata.created.isoformat() == "2025-11-13T08:00:00.123000+00:00"
    prompt = "user: soil.txt\n\n````\nclay ``` clay\n````\n\nWhat grows here?"
    assert shape(tree) == [[prompt, ["assistant: ", ["tool: rain", ["assistant: Willows.", ["user: And else?"]]]]]]
    called = next(message for message in tree if message.role == "assistant" and message.tool_calls)
    assert called.reasoning == "Clay holds water."
    assert json.loads(called.tool_calls[0]["function"]["arguments"]) == {"place": "here"}
    assert outcome.left_out == {"files that are not in it": 1, "blocks of the kind “voice_note”": 1}


def test_openrouter(library: Library, tmp_path: Path) -> None:
    metadata, tree, outcome = taken(library, foreign.write_json(tmp_path / "chat.json", foreign.openrouter()))
    assert (metadata.title, metadata.settings) == ("Birds", {"system": "Be brief."})
    assert shape(tree) == [["user: Name a bird", ["assistant: Wren"], ["assistant: Finch", ["user: Another"]]]]
    wren, finch = by_text(tree, "Wren"), by_text(tree, "Finch")
    assert (wren.model, finch.model, wren.reasoning) == ("anthropic/claude-sonnet-4.5", "openai/gpt-5", "Small ones.")
    assert wren.receipt is not None
    assert (wren.receipt.cost, wren.receipt.usage) == (Decimal("0.000123"), Usage(completion_tokens=7))
    assert finch.receipt is None
    assert isinstance(by_text(tree, "bird").parts[1], FilePart)
    assert outcome.left_out == {"items of the kind “teleport”": 1, "items that are not in it": 1}


def test_older_openrouter(library: Library, tmp_path: Path) -> None:
    _, tree, _ = taken(library, foreign.write_json(tmp_path / "chat.json", foreign.old_openrouter()))
    assert shape(tree) == [["user: Hi", ["assistant: Hello"], ["assistant: Good day", ["user: More"]]]]
    assert by_text(tree, "Good day").model == "x/b"


def write_lines(path: Path) -> Path:
    path.write_text("\n".join(json.dumps(message) for message in foreign.openai_messages()))
    return path


def write_utf16(path: Path) -> Path:
    path.write_text(json.dumps(foreign.openai_messages(), ensure_ascii=False), encoding="utf-16")
    return path


@pytest.mark.parametrize(
    "write",
    [
        lambda path: foreign.write_json(path, foreign.openai_messages()),
        lambda path: foreign.write_json(path, {"messages": foreign.openai_messages(), "model": "x/y"}),
        lambda path: foreign.write_json(path, {"conversations": [{"messages": foreign.openai_messages()}]}),
        write_lines,
        write_utf16,
    ],
    ids=["list", "object", "conversations", "lines", "utf-16"],
)
def test_messages(library: Library, tmp_path: Path, write: Write) -> None:
    metadata, tree, outcome = taken(library, write(tmp_path / "messages.json"))
    assert (metadata.title, metadata.settings) == ("Look:", {"system": "Be kind."})
    assert shape(tree) == [["user: Look: ", ["assistant: ", ["tool: a map", ["assistant: A map."]]]]]
    assert by_text(tree, "A map.").reasoning == "Lines."
    assert by_text(tree, "A map.").model == "x/y"
    assert isinstance(by_text(tree, "Look").parts[1], FilePart)
    assert outcome.left_out == {"messages of the role “narrator”": 1, "system messages after the first": 1}


def test_one_conversation_in_each_line(library: Library, tmp_path: Path) -> None:
    lines = [{"messages": [{"role": "user", "content": f"Question {number % 3}"}]} for number in range(5)]
    path = tmp_path / "data.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    outcome = Import(library).run([path])
    assert [arrival.state for arrival in outcome.arrivals] == ["new", "new", "new", "known", "known"]


def test_elia(library: Library, tmp_path: Path) -> None:
    metadata, tree, _ = taken(library, foreign.elia(tmp_path / "elia.sqlite"))
    assert (metadata.title, metadata.archived, metadata.settings) == ("Numbers", True, {"system": "Be elia."})
    assert shape(tree) == [["user: One", ["assistant: Two"], ["assistant: Three"]]]
    assert [by_text(tree, text).model for text in ("One", "Two", "Three")] == [None, "gpt-4o", "claude"]


def test_a_database_in_use_says_what_is_not_in_it_yet(library: Library, tmp_path: Path) -> None:
    path = foreign.elia(tmp_path / "elia.sqlite")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("INSERT INTO message VALUES (9, 1, 'user', 'Late', NULL, '{}', 4, NULL)")
        database.commit()
        beside = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
        _, tree, outcome = taken(library, path)
        assert {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir() if file.is_file()} == beside
    assert (len(tree), len(outcome.left_out)) == (3, 1)


def test_what_was_attached_comes_along_as_it_was(library: Library, tmp_path: Path) -> None:
    sound = base64.b64encode(b"RIFF\0\0\0\0WAVE").decode()
    content = [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "https://a.example/a.png"}},
        {"type": "file", "file": {"filename": "b.pdf", "file_data": "https://a.example/b.pdf"}},
        {"type": "video_url", "video_url": {"url": "https://youtu.be/abc"}},
        {"type": "file", "file": {"filename": "c.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}},
        {"type": "video_url", "video_url": {"url": "data:video/webm;base64,GkXfow=="}},
        {"type": "input_audio", "input_audio": {"data": sound, "format": "wav"}},
        {"type": "file", "file": {"filename": "d.pdf", "file_data": "http://a.example/d.pdf"}},
    ]
    _, tree, outcome = taken(library, foreign.write_json(tmp_path / "a.json", [{"role": "user", "content": content}]))
    _, *links, pdf, video, audio, gone = by_text(tree, "Look").parts
    assert links == [
        LinkPart("image", "https://a.example/a.png", "picture"),
        LinkPart("file", "https://a.example/b.pdf", "b.pdf"),
        LinkPart("video", "https://youtu.be/abc", "video"),
    ]
    files = [(part.media_type, part.name) for part in (pdf, video, audio) if isinstance(part, FilePart)]
    assert files == [("application/pdf", "c.pdf"), ("video/webm", "video"), ("audio/wav", "audio.wav")]
    (folder,) = library.folders()
    assert Folder(folder).read_attachment(pdf) == b"%PDF-"  # type: ignore[arg-type]  # looked at above
    assert isinstance(gone, UnknownPart)
    assert outcome.left_out == {"files that are not in it": 1}


def test_oterm(library: Library, tmp_path: Path) -> None:
    metadata, tree, _ = taken(library, foreign.oterm(tmp_path / "store.db"))
    assert (metadata.title, metadata.settings) == ("Maps", {"system": "Be oterm."})
    assert shape(tree) == [["user: See", ["assistant: Seen"]]]
    assert isinstance(by_text(tree, "See").parts[1], FilePart)
    assert by_text(tree, "Seen").model == "llama3"


def test_llm(library: Library, tmp_path: Path) -> None:
    metadata, tree, _ = taken(library, foreign.llm(tmp_path / "logs.db"))
    assert metadata.settings == {"system": "Be llm."}
    assert shape(tree) == [["user: Ping", ["assistant: Pong", ["user: Again", ["assistant: Pong!"]]]]]
    receipt = by_text(tree, "Pong").receipt
    assert receipt is not None
    assert (receipt.usage, receipt.cost) == (Usage(3, 4), None)


def everything(folder: Path) -> list[Path]:
    """Write one file of every kind."""
    folder.mkdir(exist_ok=True)
    archive = {"x/conversations.json": json.dumps(foreign.chatgpt()).encode(), "x/deep/file_map.png": foreign.PNG}
    return [
        foreign.write_archive(folder / "chatgpt.zip", archive),
        foreign.write_json(folder / "claude.json", foreign.claude()),
        foreign.write_json(folder / "openrouter.json", foreign.openrouter()),
        foreign.write_json(folder / "messages.json", foreign.openai_messages()),
        foreign.elia(folder / "elia.sqlite"),
        foreign.oterm(folder / "store.db"),
        foreign.llm(folder / "logs.db"),
    ]


def test_what_is_known_adds_nothing_and_nothing_imported_is_touched(library: Library, tmp_path: Path) -> None:
    files = everything(tmp_path / "given")
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}
    dry = Import(library, dry=True).run(files)
    assert (dry.count("new"), dry.problems, list(library.folders())) == (7, [], [])
    first = Import(library).run(files)
    assert [arrival._replace(state="new") for arrival in first.arrivals] == dry.arrivals
    journals = {folder: Folder(folder).journal.read_bytes() for folder in library.folders()}
    for again in everything(tmp_path / "downloaded later"):
        outcome = Import(library).run([again])
        assert [arrival.state for arrival in outcome.arrivals] == ["known"], outcome.sentences
    assert {folder: Folder(folder).journal.read_bytes() for folder in library.folders()} == journals
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files} == before
    assert sorted((tmp_path / "given").iterdir()) == sorted(files)


def test_what_was_said_long_ago_is_not_of_today(library: Library, tmp_path: Path) -> None:
    Import(library).run(everything(tmp_path / "given"))
    changed = {one.metadata.title: one.changed for one in library.summaries()}
    assert changed["Kyoto"].timestamp() == foreign.SECONDS + 8
    assert list(changed)[-1] == "Kyoto"
    timeless = next(folder for folder in library.folders() if read_metadata(folder).title == "Maps")
    first = next(iter(Folder(timeless).read().messages.values()))
    assert sent_at(first).year == first.at.astimezone().year > 2000


def test_a_picture_in_the_archive_is_found_wherever_it_is(library: Library, tmp_path: Path) -> None:
    Import(library).run(everything(tmp_path / "given")[:1])
    (folder,) = library.folders()
    assert [file.read_bytes() for file in (folder / "attachments").iterdir()] == [foreign.PNG]


@pytest.mark.parametrize("name", ["file_map-1.png", "file-gone-a map.png"])  # by `sediment:` and `file-service:`
def test_an_unpacked_archive_is_as_good(library: Library, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "export"
    (folder / "images").mkdir(parents=True)
    foreign.write_json(folder / "conversations.json", foreign.chatgpt())
    (folder / "images" / name).write_bytes(foreign.PNG)
    outcome = Import(library).run([folder])
    assert outcome.left_out["files that are not in it"] == 1
    assert outcome.count("new") == 1


def test_claude_as_a_tree_with_an_empty_reply(library: Library, tmp_path: Path) -> None:
    said: list[tuple[str, str, str | None]] = [
        ("h1", "One", None),
        ("a1", "", "h1"),
        ("h2", "Two", "a1"),
        ("h3", "Three", "h1"),
    ]
    messages = [
        {"uuid": name, "sender": "human" if text else "assistant", "text": text, "parent_message_uuid": parent}
        for name, text, parent in said
    ]
    export = {"uuid": "c", "name": "Tree", "chat_messages": messages, "current_leaf_message_uuid": "h2"}
    metadata, tree, _ = taken(library, foreign.write_json(tmp_path / "c.json", export))
    assert shape(tree) == [["user: One", ["user: Two"], ["user: Three"]]]
    assert metadata.leaf == by_text(tree, "Two").id


def test_the_order_of_a_list_without_times_is_no_part_of_its_ids(library: Library, tmp_path: Path) -> None:
    export = foreign.chatgpt()
    for name in ("first", "call", "answer"):
        export[0]["mapping"][name]["message"]["create_time"] = None
    taken(library, foreign.write_json(tmp_path / "c.json", export))
    export[0]["mapping"] = dict(reversed(export[0]["mapping"].items()))
    _, _, outcome = taken(library, foreign.write_json(tmp_path / "c.json", export))
    assert [arrival.state for arrival in outcome.arrivals] == ["known"]


def test_our_own_journal_is_no_list_of_messages(library: Library, tmp_path: Path) -> None:
    (tmp_path / "messages.jsonl").write_bytes(encode_message(message("Hi")))
    assert "no conversations in a form" in Import(library).run([tmp_path / "messages.jsonl"]).problems[0]


def test_a_newer_copy_adds_what_is_new(library: Library, tmp_path: Path) -> None:
    export = foreign.chatgpt()
    path = foreign.write_json(tmp_path / "conversations.json", export)
    Import(library).run([path])
    export[0]["mapping"]["more"] = {"parent": "picture", "message": MORE}
    export[0]["current_node"] = "more"
    metadata, tree, outcome = taken(library, foreign.write_json(path, export))
    assert [(arrival.state, arrival.added) for arrival in outcome.arrivals] == [("grown", 1)]
    assert [message.text for message in tree.path(tree.leaf(metadata.leaf))][-1] == "Yes."


def test_what_was_written_here_since_stays_in_view(library: Library, tmp_path: Path) -> None:
    export = foreign.chatgpt()
    path = foreign.write_json(tmp_path / "conversations.json", export)
    metadata, tree, _ = taken(library, path)
    (folder,) = library.folders()
    mine = message("Mine", by_text(tree, "This one?"))
    append(Folder(folder).journal, encode_message(mine))
    library.at(folder).relabel(lambda known: replace(known, leaf=mine.id, title="My title"))
    export[0]["mapping"]["more"] = {"parent": "picture", "message": MORE}
    export[0]["current_node"] = "more"
    metadata, tree, _ = taken(library, foreign.write_json(path, export))
    assert (metadata.title, metadata.leaf, "Yes." in [one.text for one in tree]) == ("My title", mine.id, True)
