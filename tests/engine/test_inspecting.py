"""Requests that are looked at later: they are the ones that were sent, as JSON, as curl and as Python."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chat_tui.config.schema import SETTINGS
from chat_tui.config.server import Server, Speaks
from chat_tui.conversation.asked import decode_asked
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.secrets import without_secret_texts
from chat_tui.conversation.values import Message, Receipt, TextPart
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.asking import IN_CHAT, asking
from chat_tui.engine.chat import Chat
from chat_tui.engine.inspecting import FORMS, difference, edited, inspect_next, inspect_reply, to_edit
from chat_tui.engine.library import Library
from chat_tui.engine.moving import Import, Order, export
from chat_tui.engine.remembering import digest_of, keep_asked, request_of
from chat_tui.engine.session import Session
from chat_tui.openrouter.bodies import encoded
from tests.engine.conftest import PATIENCE, Scripted, ask, begin, journal_of, library_at, partial_of, session_of, until
from tests.engine.test_session import requested
from tests.setting_samples import SENT, value_for

HOSTILE = "It's $HOME `id` \"\\n\" \x1b]52;c;eA==\x07 \x9b31m \u2028 \u202e 'JSON'\nJSON\n東京 🍵\r\nend"
TUNED: dict[str, Any] = {
    "system": "Be brief.\nAnd 'exact'.",
    "parameters.temperature": 0.1,
    "parameters.seed": 7,
    "provider.only": ["demo"],
    "provider.max_price.prompt": 1,
    "reasoning.effort": "low",
    "metadata": {"team": "it's"},
}


def as_sent(body: Mapping[str, Any]) -> Any:
    """Return what arrives when `body` is sent."""
    return json.loads(encoded(body))


def replayed(form: str, code: str) -> dict[str, Any]:
    """Run what was copied with the key put back; return the request as the server got it."""
    command = ["sh"] if form == "curl" else [sys.executable, "-"]
    environment = {"PATH": os.environ["PATH"], "OPENROUTER_API_KEY": DEMO_KEY}
    done = subprocess.run(command, input=code.encode(), env=environment, capture_output=True, timeout=PATIENCE)
    choices: list[dict[str, Any]] = []
    for line in done.stdout.decode().split("\n"):
        if line.startswith("data: {"):
            choices += json.loads(line[6:])["choices"]
        elif line.startswith("{"):
            choices += json.loads(line)["choices"]
    said = (choice.get("delta") or choice.get("message") or {"content": choice.get("text")} for choice in choices)
    text = "".join(one.get("content") or "" for one in said)
    request = json.loads(text.partition("```json\n")[2].rpartition("\n```")[0])
    assert isinstance(request, dict)
    return request


async def test_each_setting_is_remembered_with_the_reply(session: Session, library: Library, tmp_path: Path) -> None:
    """The request is made again, in another run and under other settings, and is the one that was sent."""
    chat = begin(library, "demo/echo")
    await ask(session, chat, "One")
    await ask(session, chat, "Two")
    sent: dict[str, Any] = {}
    for name in SENT:
        chat.tune({name: value_for(SETTINGS[name])})
        turn = await session.regenerate(chat)
        turn.stop()
        sent[(await turn.wait()).id] = as_sent(turn._asking.body)
        chat.tune({}, reset=[name])
    chat.close()
    again = library_at(tmp_path, "demo/other").open(chat.id)
    again.load()
    again.tune({"system": "Something else.", "parameters.temperature": 2})
    for identifier, body in sent.items():
        remembered = request_of(again, again.tree[identifier])
        assert remembered is not None
        kept = without_secret_texts(body)
        assert as_sent(remembered.body) == kept
        assert remembered.is_exact == (kept == body)
    again.close()


async def rich(session: Session, library: Library) -> tuple[Chat, list[Message]]:
    """Return a conversation with requests of every kind, and the replies to them."""
    chat = begin(library, "demo/echo")
    replies = [await ask(session, chat, HOSTILE)]
    chat.tune(TUNED)
    replies.append(await ask(session, chat, "Again"))
    chat.hide(replies[0].id)
    replies.append(await ask(session, chat, "Without the first", stream=False))
    replies.append(await ask(session, chat, "Once upon a time", raw=True))
    turn = await session.send_edited(chat, chat.tree[replies[1].parent or ""], {
        "model": "demo/echo", "messages": [{"role": "user", "content": HOSTILE}], "temperature": 0.3, "stream": True,
    })  # fmt: skip
    return chat, [*replies, await turn.wait()]


@pytest.mark.parametrize("form", FORMS[1:])
async def test_code_with_the_key_put_back_makes_the_same_request(
    emulator: DemoServer, session: Session, library: Library, tmp_path: Path, form: str
) -> None:
    """So it is in the run that sent it, and in a later one."""
    chat, replies = await rich(session, library)
    assert all(reply.status == "complete" for reply in replies)
    async with session_of(emulator.base_url) as later:
        for running in (session, later) if form == "curl" else (later,):
            if running is later:
                chat.close()
                chat = library_at(tmp_path).open(chat.id)
                chat.load()
                chat.hide(replies[0].id, hidden=False)
            for reply in replies:
                inspected = await inspect_reply(running, chat, chat.tree[reply.id])
                assert inspected.remark.startswith("As it was sent")
                code = inspected.written(form, short=True)  # type: ignore[arg-type]
                assert DEMO_KEY not in code
                assert "\x1b" not in code + inspected.written("JSON", short=True)
                assert await asyncio.to_thread(replayed, form, code) == requested(reply)


async def test_the_next_request_is_what_sending_makes(session: Session, library: Library) -> None:
    """Nothing is sent, or written, by looking; an echo is asked for only where it is wanted."""
    chat = begin(library, "demo/echo")
    chat.tune(TUNED)
    for draft in ("One", "Two"):
        inspected = await inspect_next(session, chat, draft)
        assert requested(await ask(session, chat, draft)) == as_sent(inspected.body)
    before = journal_of(chat)
    echoed = await inspect_next(session, chat, "", echo=True)
    assert echoed.body["debug"] == {"echo_upstream_body": True}
    assert [message["role"] for message in echoed.body["messages"]] == ["system", *["user", "assistant"] * 2]
    assert journal_of(chat) == before


CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
PATH = [
    Message("", None, "user", (TextPart("One"),), now()),
    Message("", None, "assistant", (TextPart("Two"),), now(), model="a/b",
            reasoning_details=({"type": "reasoning.text", "text": "hm", "signature": "x"},),
            receipt=Receipt(model="a/b-20260101")),
    Message("", None, "user", (TextPart("Three"),), now()),
    Message("", None, "assistant", (), now(), model="a/b", tool_calls=(CALL,)),
    Message("", None, "tool", (TextPart("42"),), now(), tool_calls=(CALL,)),
    Message("", None, "assistant", (TextPart("Hidden"),), now(), model="a/b"),
    Message("", None, "assistant", (), now(), "failed", model="a/b"),
    Message("", None, "user", (TextPart("Four"),), now()),
]  # fmt: skip


@pytest.mark.parametrize("model", ["a/b", "a/b:free", "x/y", "openrouter/auto"])
@pytest.mark.parametrize("others", [[], ["c/d"]])
@pytest.mark.parametrize("form", ["openrouter", "openrouter-old", "openai"])
def test_requests_in_every_form_are_remembered(library: Library, form: Speaks, others: list[str], model: str) -> None:
    """Reasoning and tool calls go back to whoever made them, and what is hidden doesn't go; so it is made again."""
    chat = begin(library, model)
    chat.tune({"models": others, "system": "Be brief.", "reasoning.effort": "low", "debug.echo_upstream_body": True})
    chat.load()
    parent = None
    for message in PATH:
        placed = replace(message, id=new_id(), parent=parent)
        chat.put(placed)
        parent = placed.id
        if message.text == "Hidden":
            chat.hide(placed.id)
    server = replace(Server("http://127.0.0.1:9/api/v1", None), speaks=form)
    wanted = asking(chat, chat.path, server, IN_CHAT)
    reply = Message(new_id(), parent, "assistant", (), now(), asked=keep_asked(chat.saving, wanted.asked))
    chat.put(reply)
    for identifier in chat.hidden:
        chat.hide(identifier, hidden=False)
    chat.change(model="else/where")
    remembered = request_of(chat, reply)
    assert remembered is not None
    assert as_sent(remembered.body) == as_sent(wanted.body)
    assert remembered.is_exact


async def test_a_long_request_is_kept_in_a_file_that_replies_share(session: Session, library: Library) -> None:
    """What is in the journal stays short, however long a system prompt or a picture is."""
    chat = begin(library, "demo/echo")
    chat.change(system="Be brief. " * 500)
    replies = [await ask(session, chat, text) for text in ("One", "Two")]
    assert len(list((chat.folder.path / "attachments").iterdir())) == 1
    assert all(len(json.dumps(record["asked"])) < 1000 for record in journal_of(chat) if "asked" in record)
    remembered = request_of(chat, replies[1])
    assert remembered is not None
    assert remembered.body == requested(replies[1])
    chat.folder.path.joinpath("attachments").rename(chat.folder.path / "gone")
    with pytest.raises(OSError, match="No such file"):
        request_of(chat, replies[1])


async def test_a_request_goes_where_its_conversation_goes(session: Session, library: Library, tmp_path: Path) -> None:
    """Exported and imported elsewhere, duplicated, and rewritten, it is still the one that was sent."""
    chat = begin(library, "demo/echo")
    chat.tune({"system": "Be brief. " * 500, "parameters.temperature": 0.1})
    replies = [await ask(session, chat, text) for text in ("One", "Two")]
    export(chat, Order("tree", None, "json", tmp_path / "chat.json"))
    elsewhere = library_at(tmp_path / "elsewhere")
    Import(elsewhere).run([tmp_path / "chat.json"])
    chat.close()
    copies = [elsewhere.open(chat.id), library.at(library.shelf.duplicate(chat.folder.path))]
    for copy in copies:
        copy.load()
        for reply in replies:
            remembered = request_of(copy, copy.tree[reply.id])
            assert remembered is not None
            assert remembered.is_exact
            assert as_sent(remembered.body) == requested(reply)
        copy.close()


async def test_a_turn_that_was_killed_has_its_request(library: Library, scripted: Scripted) -> None:
    """It is written before the first word comes."""
    chat = begin(library, "m/any")
    async with session_of(scripted.base_url) as session:
        turn = await session.send(chat, "Hello")
        exchange = await scripted.next()
        await until(lambda: partial_of(chat) != "", "the reply's file")
        (record,) = [json.loads(line) for line in partial_of(chat).splitlines()]
        asked = decode_asked(record["asked"])
        assert asked is not None
        assert asked.digest == digest_of(exchange.body)
        turn.stop()
        assert (await turn.wait()).asked == asked


async def test_no_secret_of_a_setting_is_kept_with_a_reply(session: Session, library: Library) -> None:
    """A field of a schema may be called like a secret; a text may not."""
    chat = begin(library, "demo/echo")
    schema = {"type": "object", "properties": {"key": {"type": "string"}, "headers": {"type": "object"}}}
    chat.tune({
        "provider.options": {"demo": {"api_key": "hunter2", "headers": {"Authorization": "Bearer hunter2"}, "seed": 1}},
        "system": "Use sk-or-v1-0123456789abcdef0123.",
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
    })  # fmt: skip
    reply = await ask(session, chat, "Hello")
    (asked,) = [record["asked"] for record in journal_of(chat) if "asked" in record]
    assert "hunter2" not in json.dumps(asked)
    assert "sk-or" not in json.dumps(asked)
    assert asked["body"]["provider"] == {"options": {"demo": {"headers": {}, "seed": 1}}}
    assert asked["body"]["response_format"]["json_schema"]["schema"] == schema
    assert "has the name of a key" in (await inspect_reply(session, chat, reply)).remark


ODD: list[dict[str, Any]] = [
    {"model": 5, "models": "x", "plugins": 7, "provider": [], "tools": {}, "reasoning": "high"},
    {"model": None, "models": 1, "plugins": [1, None], "provider": {"only": 3, "order": {"a": 1}}, "stream": "yes"},
    {"debug": 1, "audio": 2, "response_format": 3, "transforms": 4, "preset": 5, "messages": [{"role": 5}]},
    {"model": "demo/echo", "provider": {"ignore": 5, "max_price": 3, "order": [1]}, "models": [1, {}], "plugins": {}},
]


@pytest.mark.parametrize("body", ODD)
async def test_a_request_of_any_kind_can_be_sent(session: Session, library: Library, body: dict[str, Any]) -> None:
    """What the server makes of it is the server's business; here it is a reply that failed, or came."""
    chat = begin(library, "demo/echo")
    first = await ask(session, chat, "Hello")
    turn = await session.send_edited(chat, chat.path[0], {"messages": [{}], **body})
    reply = await turn.wait()
    assert reply.parent == first.parent
    assert reply.status in ("failed", "complete")
    inspected = await inspect_reply(session, chat, reply)
    assert {**inspected.body, "stream": None} == {"messages": [{}], **body, "stream": None}
    assert all(inspected.written(form, short=True) for form in FORMS)
    if reply.failure is not None:
        assert "Please report it" not in reply.failure.sentence


async def test_what_changed_since_is_said(session: Session, library: Library) -> None:
    """A request whose conversation was changed by hand is shown, but not as the one that was sent."""
    chat = begin(library, "demo/echo")
    reply = await ask(session, chat, "Hello")
    journal = chat.folder.journal
    journal.write_bytes(journal.read_bytes().replace(b'"text":"Hello"', b'"text":"Hullo"'))
    chat.close()
    again = library.at(chat.folder.path)
    again = Library(library.paths).open(chat.id) if again is chat else again
    again.load()
    inspected = await inspect_reply(session, again, again.tree[reply.id])
    assert "not quite what was sent" in inspected.remark
    assert inspected.body["messages"][-1]["content"] == "Hullo"


PICTURE = f"data:image/png;base64,{'iVBORw0KGgoAAAANSUhEUg' * 50_000}"


async def test_what_was_shortened_is_sent_whole(session: Session, library: Library) -> None:
    """Editing a request with a picture and a long text shows neither, and keeps both."""
    chat = begin(library, "demo/echo")
    long = "A long text. " * 5000
    content = [{"type": "text", "text": long}, {"type": "image_url", "image_url": {"url": PICTURE}}]
    body = {"model": "demo/markdown", "messages": [{"role": "user", "content": content}]}
    await ask(session, chat, "Hello")
    turn = await session.send_edited(chat, chat.path[0], body)
    inspected = await inspect_reply(session, chat, await turn.wait())
    assert as_sent(inspected.body) == {**body, "stream": True}
    assert len(inspected.written("curl", short=True)) < len(long) + 2000
    assert inspected.written("JSON", short=False).count(PICTURE) == 1
    text, replaced = to_edit(inspected)
    assert len(text) < 1000
    changed = edited(text.replace("demo/markdown", "demo/echo"), replaced)
    assert changed == {**inspected.body, "model": "demo/echo"}


FAULTS = [
    ("", "Line 1, column 1: a value is missing here."),
    ('{"messages": [}', "Line 1, column 15: a value is missing here."),
    ('{\n  "a": 1\n  "messages": []}', "Line 3, column 3: a comma is missing here, or a bracket."),
    ('{"a" 1}', "Line 1, column 6: a colon is missing here."),
    ("{'a': 1}", "Line 1, column 2: a name in double quotes is missing here."),
    ('{"a": "b}', "Line 1, column 7: the text that begins here has no end."),
    ("{} {}", "Line 1, column 4: the request has ended before this."),
    ("[1]", "A request is an object: it begins with { and ends with }."),
    ('{"model": "a/b"}', "“messages” must be a list of objects, at least one."),
    ('{"messages": ["Hello"]}', "“messages” must be a list of objects, at least one."),
    ("[" * 1000, "This is nested too deeply, or has too many values."),
]


@pytest.mark.parametrize(("text", "sentence"), FAULTS)
def test_what_is_no_request_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        edited(text, {})


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("a\nb\nc", "a\nb\nc", []),
        ("a\nb", "a\nc", [(" ", "a"), ("-", "b"), ("+", "c")]),
        ("{\na\n}", "{\na,\nb\n}", [(" ", "{"), (" ", "a,"), ("+", "b"), (" ", "}")]),
        ("\n".join("abcdefgh"), "\n".join("abcdefghi"),
         [("…", "5 lines as before"), (" ", "f"), (" ", "g"), (" ", "h"), ("+", "i")]),
    ],
)  # fmt: skip
def test_a_difference_shows_what_came_and_went(old: str, new: str, shown: list[tuple[str, str]]) -> None:
    assert difference(old, new) == shown


def test_a_difference_of_very_much_is_shown_as_gone_and_come() -> None:
    old, new = ("\n".join(f"{name} {number % 7}" for number in range(20_000)) for name in ("old", "new"))
    assert len(difference(old, new)) == 40_000
