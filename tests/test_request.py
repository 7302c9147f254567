"""One turn's join: a conversation and its settings to a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from chat_tui.config.layers import merged
from chat_tui.config.names import keys_of, nested
from chat_tui.config.schema import SETTINGS
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import FilePart, LinkPart, Message, Part, Receipt, Role, Status, TextPart, UnknownPart
from chat_tui.engine.asking import NO_FILES
from chat_tui.openrouter.file_text import FileGoneError, each_file_text, file_texts
from chat_tui.openrouter.forms import Form, sent_form
from chat_tui.openrouter.request import ChatRequest
from chat_tui.reply.content import Files, not_sendable
from chat_tui.reply.request import request_body, text_request
from tests.setting_samples import SENT, fields_for, value_for


def said(text: str, role: Role = "user", status: Status = "complete", **fields: Any) -> Message:
    parts = (TextPart(text),) if text else ()
    return replace(Message(new_id(), None, role, parts, now(), status), **fields)


def messages_of(path: list[Message], settings: Mapping[str, Any] | None = None) -> list[Any]:
    return list(request_body(path, settings or {}, NO_FILES)["messages"])


def test_what_is_unset_is_not_sent() -> None:
    assert request_body([said("Hi")], {}, NO_FILES) == {"messages": [{"role": "user", "content": "Hi"}]}


def test_everything_that_is_set_is_sent_by_its_name() -> None:
    settings = {
        "model": "m/one",
        "models": ["m/two"],
        "system": "Be brief.",
        "parameters": {"temperature": 0.2, "seed": 0, "logprobs": False},
        "reasoning": {"effort": "high"},
        "provider": {"sort": "latency"},
        "plugins": [{"id": "web"}],
        "tools": [],
        "theme": "ink",
        "timeouts": {"idle": 5},
    }
    assert request_body([said("Hi")], settings, NO_FILES) == {
        "model": "m/one",
        "models": ["m/two"],
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        "temperature": 0.2,
        "seed": 0,
        "logprobs": False,
        "reasoning": {"effort": "high"},
        "provider": {"sort": "latency"},
        "plugins": [{"id": "web"}],
    }


def only(name: str) -> dict[str, Any]:
    """Return settings with nothing but a value for `name`."""
    return merged(nested({name: value_for(SETTINGS[name])}))


@pytest.mark.parametrize("name", SENT)
def test_every_setting_reaches_the_request_under_its_name(name: str) -> None:
    value = value_for(SETTINGS[name])
    assert SETTINGS[name].fault(value) is None
    body: Any = request_body([said("Hi")], only(name), NO_FILES)
    system = [{"role": "system", "content": value}] if name == "system" else []
    assert body == {**fields_for(name, value), "messages": [*system, {"role": "user", "content": "Hi"}]}


def plugin_fields(plugin: str) -> set[str]:
    """Return the fields that the wire has for a plugin."""
    (plugins,) = get_args(get_type_hints(ChatRequest)["plugins"])
    kinds = [get_type_hints(kind) for kind in get_args(plugins)]
    return {field for hints in kinds if plugin in get_args(hints["id"]) for field in hints}


@pytest.mark.parametrize("name", [name for name in SENT if name.endswith(".enabled") and SETTINGS[name].group])
def test_what_is_switched_off_is_said_where_the_wire_can(name: str) -> None:
    first, key, *_ = keys_of(name)
    body: Any = request_body([said("Hi")], nested({name: False}), NO_FILES)
    says_so = first == "plugins" and "enabled" in plugin_fields(key)
    expected = {"plugins": [{"id": key, "enabled": False}]} if says_so else {}
    assert body == {"messages": [{"role": "user", "content": "Hi"}]} | (
        {"reasoning": {"enabled": False}} if first == "reasoning" else expected
    )


@pytest.mark.parametrize("form", get_args(Form))
@pytest.mark.parametrize("name", [name for name in SENT if name != "stream"])
def test_no_setting_is_lost_in_silence(name: str, form: Form) -> None:
    with_it, without = (
        sent_form(request_body([said("Hi")], settings, NO_FILES), form, streaming=False, at_openrouter=True)
        for settings in (only(name), {})
    )
    assert with_it != without
    assert without.left_out == ()


def test_a_plugin_that_is_not_known_is_sent_as_it_is() -> None:
    plugins = [{"id": "armor", "mode": "audit"}, {"id": "from-tomorrow", "x": {"y": [1]}}]
    assert request_body([], merged({"plugins": plugins}), NO_FILES) == {"messages": [], "plugins": plugins}


def test_a_raw_text_has_neither_roles_nor_system_prompt() -> None:
    settings = {"model": "m/one", "system": "Be brief.", "parameters": {"seed": 1}, "theme": "ink"}
    assert text_request("Once upon", settings) == {"model": "m/one", "seed": 1, "prompt": "Once upon"}


@pytest.mark.parametrize("status", ["failed", "cancelled", "interrupted", "complete"])
def test_a_reply_without_a_word_is_left_out(status: Status) -> None:
    path = [said("Hi"), said("", "assistant", status, reasoning="Hm"), said("Again")]
    assert [sent["content"] for sent in messages_of(path)] == ["Hi", "Again"]


@pytest.mark.parametrize("status", ["failed", "cancelled", "interrupted"])
def test_what_arrived_of_a_broken_reply_is_sent(status: Status) -> None:
    path = [said("Hi"), said("Once upon", "assistant", status), said("Go on")]
    assert messages_of(path)[1] == {"role": "assistant", "content": "Once upon"}


# Reasoning

DETAILS = ({"type": "reasoning.text", "text": "Hm", "signature": "s"}, {"type": "reasoning.encrypted", "data": "x"})


def thought(asked: str | None, served: str | None, status: Status = "complete", **fields: Any) -> Message:
    receipt = None if served is None else Receipt(model=served)
    return said("Hi", "assistant", status, model=asked, receipt=receipt, reasoning_details=DETAILS, **fields)


@pytest.mark.parametrize(
    ("now", "asked", "served", "goes_back"),
    [
        ("openai/gpt-5", "openai/gpt-5", "openai/gpt-5-2026-01-01", True),
        ("openai/gpt-5", "openrouter/auto", "openai/gpt-5-2026-01-01", True),
        ("openai/gpt-5", "openai/gpt-5", None, True),
        ("~openai/gpt-latest", "~openai/gpt-latest", "openai/gpt-5", True),
        ("local", "local", "/models/local.gguf", True),
        ("openrouter/auto", "openrouter/auto", "openai/gpt-5", False),
        ("openrouter/auto", "openai/gpt-5", "openai/gpt-5", False),
        ("anthropic/claude-opus-4", "openai/gpt-5", "openai/gpt-5", False),
        ("openai/gpt-5-mini", "openai/gpt-5", "openai/gpt-5", False),
        (None, None, "openai/gpt-5", False),
        ("openai/gpt-5", None, None, False),
    ],
)
def test_reasoning_goes_back_to_the_model_that_wrote_it_alone(
    now: str | None, asked: str | None, served: str | None, goes_back: bool
) -> None:
    (sent,) = messages_of([thought(asked, served)], {"model": now})
    assert sent == {"role": "assistant", "content": "Hi"} | ({"reasoning_details": list(DETAILS)} if goes_back else {})


def test_the_reasoning_of_a_model_that_stood_in_for_another_stays_here() -> None:
    fallbacks = {"model": "a/first", "models": ["b/second"]}
    (stood_in, itself) = messages_of([thought("a/first", "b/second"), thought("a/first", "a/first")], fallbacks)
    assert "reasoning_details" not in stood_in
    assert itself["reasoning_details"] == list(DETAILS)


def test_reasoning_that_was_broken_off_stays_here() -> None:
    (sent,) = messages_of([thought("a/b", "a/b", "cancelled")], {"model": "a/b"})
    assert "reasoning_details" not in sent


# Tools


def call(name: str) -> dict[str, Any]:
    return {"id": name, "type": "function", "function": {"name": "f", "arguments": "{}"}}


def answer(name: str) -> Message:
    return said(f"of {name}", "tool", tool_calls=(call(name),))


def test_tool_calls_are_sent_with_all_of_their_answers() -> None:
    asked = replace(thought("a/b", "a/b"), parts=(), tool_calls=(call("one"), call("two")))
    path = [said("Hi"), asked, answer("two"), answer("one"), said("Done", "assistant")]
    assert messages_of(path, {"model": "a/b"})[1:4] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [call("one"), call("two")],
            "reasoning_details": list(DETAILS),
        },
        {"role": "tool", "tool_call_id": "one", "content": "of one"},
        {"role": "tool", "tool_call_id": "two", "content": "of two"},
    ]


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("complete", []),
        ("complete", [answer("one")]),
        ("complete", [answer("one"), said("So?"), answer("two")]),
        ("cancelled", [answer("one"), answer("two")]),
    ],
)
def test_tool_calls_without_all_of_their_answers_are_left_out(status: Status, after: list[Message]) -> None:
    asked = replace(thought("a/b", "a/b", status), tool_calls=(call("one"), call("two")))
    first, *others = messages_of([asked, *after], {"model": "a/b"})
    assert first == {"role": "assistant", "content": "Hi"}
    assert [sent["role"] for sent in others] == ["user"] * sum(message.role == "user" for message in after)


def test_a_reply_of_nothing_but_a_tool_call_is_left_out_while_nobody_answers_it() -> None:
    path = [said("Hi"), said("", "assistant", tool_calls=(call("a"),)), said("Again")]
    assert [sent["role"] for sent in messages_of(path)] == ["user", "user"]


# Annotations


def test_parsed_files_go_back_as_they_came(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    parsed = {"type": "file", "file": {"hash": "h", "name": "map.pdf", "content": [{"type": "text", "text": "é 🦜"}]}}
    kept = [
        folder.attach(content, "application/json", "map.pdf")
        for content in (json.dumps(parsed).encode(), b"[1]", b"{", b"\xff")
    ]
    gone = kept[0]._replace(sha256="ab" * 32)
    outside = kept[0]._replace(sha256="../../../../etc/passwd")
    reply = said("A map.", "assistant", annotations=(*kept, gone, outside))
    (sent,) = request_body([reply], {}, Files(folder.read_attachment, folder.attachment))["messages"]
    assert sent == {"role": "assistant", "content": "A map.", "annotations": [parsed]}


def test_a_file_is_read_only_from_the_conversations_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "chat")
    part = folder.attach(b"{}", "application/json", "a.pdf")
    assert folder.read_attachment(part) == b"{}"
    (tmp_path / "secret.json").write_text("{}")
    with pytest.raises(FileNotFoundError):
        folder.read_attachment(part._replace(sha256="../../secret"))


# What is attached

PICTURE, PAPER, SOUND, FILM, CODE = (
    FilePart("1" * 64, "image/jpeg", "a.jpg", 4),
    FilePart("2" * 64, "application/pdf", "b.pdf", 5),
    FilePart("3" * 64, "audio/mpeg", "c.mp3", 6),
    FilePart("4" * 64, "video/quicktime", "d.mov", 7),
    FilePart("5" * 64, "text/x-python", "e.py", 8),
)
DOCUMENT = FilePart("6" * 64, "application/msword", "f.doc", 9)
FILES = Files(lambda _: "```\nx = é\n".encode(), lambda part: Path("kept", part.name))
FENCED = "e.py\n````python\n```\nx = é\n````"


def content(*parts: Part) -> Any:
    """Return the content of a message with those parts, with what stands there unread as its words."""
    (sent,) = request_body([replace(said(""), parts=parts)], {}, FILES)["messages"]
    return each_file_text(sent["content"], lambda file: f"{file.head}<{file.path.name}, {len(file)}>")


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


PICTURE_SENT = {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,<a.jpg, 31>"}}
LINKED = "https://a.example/x"


@pytest.mark.parametrize(
    ("parts", "sent"),
    [
        ((TextPart("Hi"), CODE), f"Hi\n\n{FENCED}"),
        ((CODE,), FENCED),
        ((TextPart("Hi"), PICTURE), [text("Hi"), PICTURE_SENT]),
        ((PICTURE, TextPart("Hi"), CODE), [text("Hi"), text(FENCED), PICTURE_SENT]),
        ((PICTURE,), [PICTURE_SENT]),
        ((PAPER,), [{"type": "file",
                     "file": {"filename": "b.pdf", "file_data": "data:application/pdf;base64,<b.pdf, 36>"}}]),
        ((SOUND,), [{"type": "input_audio", "input_audio": {"data": "<c.mp3, 8>", "format": "mp3"}}]),
        ((FILM,), [{"type": "video_url", "video_url": {"url": "data:video/mov;base64,<d.mov, 34>"}}]),
        ((LinkPart("image", LINKED, "x"),), [{"type": "image_url", "image_url": {"url": LINKED}}]),
        ((LinkPart("video", LINKED, "x"),), [{"type": "video_url", "video_url": {"url": LINKED}}]),
        ((LinkPart("file", LINKED, "x.pdf"),), [{"type": "file", "file": {"filename": "x.pdf", "file_data": LINKED}}]),
        ((TextPart("Hi"), DOCUMENT, UnknownPart({"type": "hologram"})), "Hi"),
    ],
)  # fmt: skip
def test_what_is_attached_stands_after_the_text(parts: tuple[Part, ...], sent: Any) -> None:
    assert content(*parts) == sent


def test_what_no_request_has_a_place_for_is_named() -> None:
    prompt = replace(said("Hi"), parts=(PICTURE, DOCUMENT, UnknownPart({"type": "hologram"})))
    reply = replace(said("Hi", "assistant"), parts=(DOCUMENT,))
    assert list(not_sendable([prompt, reply])) == ["“f.doc”", "a part of the type “hologram”"]


@pytest.mark.parametrize("part", [PICTURE, CODE])
def test_what_cant_be_read_is_an_error_when_it_is_sent(part: FilePart) -> None:
    (sent,) = request_body([replace(said("Hi"), parts=(TextPart("Hi"), part))], {}, NO_FILES)["messages"]
    (file,) = file_texts(sent)
    with pytest.raises(FileGoneError, match=f"“{part.name}” of this chat can't be read"):
        file.check()
