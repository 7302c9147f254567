"""Small exports of other programs, by the shapes that they have; all words are ours."""

from __future__ import annotations

import base64
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

PNG = b"\x89PNG\r\n\x1a\nnot much of a picture"
PNG_URL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
SECONDS = 1_763_000_000
"""13 November 2025, in the morning."""


def _chatgpt_message(role: str, after: float, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"author": {"role": role}, "create_time": SECONDS + after, "content": content, **more}


def chatgpt() -> list[dict[str, Any]]:
    """Two replies to one prompt, one of them with thoughts and a tool; then a picture."""
    messages: dict[str, tuple[str | None, dict[str, Any] | None]] = {
        "root": (None, None),
        "hidden": ("root", _chatgpt_message("system", 0, {"content_type": "text", "parts": [""]})),
        "ask": ("hidden", _chatgpt_message("user", 1, {"content_type": "text", "parts": ["Where to in Kyoto?"]})),
        "first": (
            "ask",
            _chatgpt_message(
                "assistant",
                2.25,
                {"content_type": "text", "parts": ["The old town."]},
                metadata={
                    "model_slug": "gpt-4o",
                    "citations": [{"metadata": {"url": "https://a.example", "title": "A"}}],
                },
            ),
        ),
        "thoughts": (
            "ask",
            _chatgpt_message(
                "assistant", 3, {"content_type": "thoughts", "thoughts": [{"summary": "Places", "content": "Temples?"}]}
            ),
        ),
        "call": (
            "thoughts",
            _chatgpt_message(
                "assistant", 4, {"content_type": "code", "language": "unknown", "text": "now()"}, recipient="python"
            ),
        ),
        "answer": ("call", _chatgpt_message("tool", 5, {"content_type": "execution_output", "text": "spring"})),
        "recap": ("answer", _chatgpt_message("assistant", 6, {"content_type": "reasoning_recap", "content": "5 s"})),
        "second": (
            "recap",
            _chatgpt_message(
                "assistant", 7, {"content_type": "text", "parts": ["The river."]}, metadata={"model_slug": "gpt-5"}
            ),
        ),
        "picture": (
            "second",
            _chatgpt_message(
                "user",
                8,
                {
                    "content_type": "multimodal_text",
                    "parts": [
                        {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_map"},
                        {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-gone"},
                        {"content_type": "hologram"},
                        "This one?",
                    ],
                },
            ),
        ),
    }
    mapping: dict[str, Any] = {
        name: {"id": name, "parent": parent, "children": [], "message": message}
        for name, (parent, message) in messages.items()
    }
    about = {"title": "Kyoto", "create_time": SECONDS, "conversation_id": "c-1", "current_node": "picture"}
    return [{**about, "is_archived": True, "mapping": mapping}]


def claude() -> list[dict[str, Any]]:
    """A prompt with an attachment, and a reply that thinks and calls a tool."""
    return [
        {
            "uuid": "claude-1",
            "name": "Garden",
            "created_at": "2025-11-13T08:00:00.123456Z",
            "chat_messages": [
                {
                    "uuid": "h1",
                    "sender": "human",
                    "created_at": "2025-11-13T08:00:01Z",
                    "text": "What grows here?",
                    "content": [{"type": "text", "text": "What grows here?"}],
                    "attachments": [{"file_name": "soil.txt", "extracted_content": "clay ``` clay"}],
                    "files": [{"file_name": "plot.jpg"}],
                },
                {
                    "uuid": "a1",
                    "sender": "assistant",
                    "created_at": "2025-11-13T08:00:02Z",
                    "text": "",
                    "content": [
                        {"type": "thinking", "thinking": "Clay holds water."},
                        {"type": "tool_use", "id": "t1", "name": "weather", "input": {"place": "here"}},
                        {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "rain"}]},
                        {"type": "text", "text": "Willows."},
                        {"type": "voice_note"},
                    ],
                },
                {"uuid": "h2", "sender": "human", "text": "And else?", "content": []},
            ],
        }
    ]


def openrouter() -> dict[str, Any]:
    """Two models' replies to one prompt, and a further prompt; `orpg.3.0`."""
    items = {
        "i1": {"type": "message", "content": [
            {"type": "input_text", "text": "Name a bird"}, {"type": "input_image", "image_url": PNG_URL}]},
        "i2": {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "Small ones."}]},
        "i3": {"type": "message", "content": [{"type": "output_text", "text": "Wren"}]},
        "i4": {"type": "message", "content": [{"type": "output_text", "text": "Finch"}]},
        "i5": {"type": "message", "content": [{"type": "input_text", "text": "Another"}]},
        "i6": {"type": "teleport"},
    }  # fmt: skip
    messages: dict[str, dict[str, Any]] = {
        "m3": {"type": "assistant", "characterId": "b", "parentMessageId": "m1", "items": [{"id": "i4"}]},
        "m1": {"type": "user", "characterId": "USER", "items": [{"id": "i1"}, {"id": "nowhere"}]},
        "m2": {"type": "assistant", "characterId": "a", "parentMessageId": "m1",
               "items": [{"id": "i2"}, {"id": "i3"}, {"id": "i6"}],
               "metadata": {"cost": 0.00012300, "tokensCount": 7, "generationId": "gen-1"}},
        "m4": {"type": "user", "characterId": "USER", "items": [{"id": "i5"}]},
    }  # fmt: skip
    return {
        "version": "orpg.3.0",
        "title": "Birds",
        "characters": {
            "a": {"model": "anthropic/claude-sonnet-4.5", "description": "Be brief."},
            "b": {"model": "openai/gpt-5"},
        },
        "messages": {
            name: {"id": name, "createdAt": f"2025-11-13T09:00:0{name[1]}.000Z", **message}
            for name, message in messages.items()
        },
        "items": {name: {"id": name, "data": data} for name, data in items.items()},
    }


def old_openrouter() -> dict[str, Any]:
    """The same form as it was before: a message holds its text, and says neither its role nor its parent."""
    said = [("USER", "Hi"), ("a", "Hello"), ("b", "Good day"), ("USER", "More")]
    return {
        "version": "orpg.1.0",
        "characters": {"a": {"modelInfo": {"slug": "x/a"}}, "b": {"modelInfo": {"slug": "x/b"}}},
        "messages": {
            f"m{place}": {"characterId": who, "content": text, "updatedAt": f"2024-12-25T23:37:0{place}.790Z"}
            for place, (who, text) in enumerate(said)
        },
    }


def openai_messages() -> list[dict[str, Any]]:
    """A list as a request has it, with everything that one can have."""
    return [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [
            {"type": "text", "text": "Look: "}, {"type": "image_url", "image_url": {"url": PNG_URL}}]},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "see", "arguments": '{"x": 1}'}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "a map"},
        {"role": "assistant", "content": "A map.", "reasoning": "Lines.", "model": "x/y"},
        {"role": "narrator", "content": "Meanwhile"},
        {"role": "system", "content": "Be kinder."},
    ]  # fmt: skip


def write_json(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value))
    return path


def write_archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_database(path: Path, script: str, rows: dict[str, list[tuple[object, ...]]]) -> Path:
    """Write an SQLite database with the tables of `script` and `rows` in them."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
        for table, values in rows.items():
            marks = ",".join("?" * len(values[0]))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - a test's own names
        database.commit()
    return path


def elia(path: Path) -> Path:
    """elia's database: replies name the message that they answer."""
    script = """
        CREATE TABLE chat (id INTEGER PRIMARY KEY, model VARCHAR NOT NULL, title VARCHAR, started_at DATETIME,
            archived BOOLEAN NOT NULL);
        CREATE TABLE message (id INTEGER PRIMARY KEY, chat_id INTEGER, role VARCHAR NOT NULL, content VARCHAR NOT NULL,
            timestamp DATETIME, meta JSON, parent_id INTEGER, model VARCHAR);
    """
    at = "2025-11-13 10:00:0{}.000000"
    messages: list[tuple[object, ...]] = [
        (1, 1, "system", "Be elia.", at.format(0), "{}", None, None),
        (2, 1, "user", "One", at.format(1), "{}", None, "gpt-4o"),
        (3, 1, "assistant", "Two", at.format(2), "{}", 2, "gpt-4o"),
        (4, 1, "assistant", "Three", at.format(3), "{}", 2, "claude"),
    ]
    return write_database(path, script, {"chat": [(1, "gpt-4o", "Numbers", at.format(0), 1)], "message": messages})


def oterm(path: Path) -> Path:
    """oterm's database: no times, pictures as base64."""
    script = """
        CREATE TABLE chat (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, model TEXT NOT NULL, system TEXT,
            provider TEXT, parameters TEXT, tools TEXT, thinking BOOLEAN);
        CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id INTEGER NOT NULL, author TEXT NOT NULL,
            text TEXT NOT NULL, images TEXT);
    """
    pictures = json.dumps([base64.b64encode(PNG).decode()])
    return write_database(
        path,
        script,
        {
            "chat": [(1, "Maps", "llama3", "Be oterm.", "ollama", "{}", "[]", 0)],
            "message": [(1, 1, "user", "See", pictures), (2, 1, "assistant", "Seen", "[]")],
        },
    )


def llm(path: Path) -> Path:
    """llm's log: a prompt and its reply in one row."""
    script = """
        CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
        CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, response TEXT,
            conversation_id TEXT, datetime_utc TEXT, input_tokens INTEGER, output_tokens INTEGER);
    """
    rows: list[tuple[object, ...]] = [
        ("r1", "gpt-4o", "Ping", "Be llm.", "Pong", "k", "2025-11-13T11:00:00.5", 3, 4),
        ("r2", "gpt-4o", "Again", None, "Pong!", "k", "2025-11-13T11:01:00", None, None),
    ]
    return write_database(path, script, {"conversations": [("k", "Ping", "gpt-4o")], "responses": rows})
