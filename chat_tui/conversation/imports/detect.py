"""What a text or a database holds, by what it says, and the conversations in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from chat_tui.conversation import exact
from chat_tui.conversation.exports.structured import ORIGIN
from chat_tui.conversation.imports import chatgpt, claude, messages, openrouter, own
from chat_tui.conversation.imports.found import Found, NotImportableError, objects_in, text_in
from chat_tui.conversation.imports.reading import JsonReader, Text
from chat_tui.conversation.imports.sources import Source, sources

LARGEST_TOML = 64 * 1024 * 1024
_TOML = re.compile(r"\s*(?:#[^\n]*\n\s*)*[A-Za-z0-9_\"'-]+\s*=")
_OURS = re.compile(rf'[^\[]{{0,1000}}?"from"\s*:\s*"{ORIGIN}"')
UNKNOWN = (
    "It holds no conversations in a form that is known: chat-tui's own, OpenRouter's chatroom, ChatGPT, Claude, "
    "lists of messages, or the databases of elia, oterm and llm."
)


def find_conversations(path: Path) -> Iterator[Found]:
    """Yield the conversations at `path`, one at a time.

    Raises:
        NotImportableError: when there are none, or the rest can't be read.
        OSError: when it can't be read.
    """
    with ExitStack() as stack:
        empty = True
        for source in sources(path, stack):
            for found in _in_source(source):
                empty = False
                yield found
        if empty:
            raise NotImportableError(UNKNOWN)


def _in_source(source: Source) -> Iterator[Found]:
    if source.database is not None:
        from chat_tui.conversation.imports.databases import conversations

        yield from conversations(source.database, source.changed)
        return
    with closing(source.open()) as file:
        reader = JsonReader(Text(file))
        first = reader.peek()
        if first not in ("{", "["):
            yield _from_toml(reader, source)
        elif first == "{" and reader.ahead(_OURS):
            yield _from_own(reader, source)
            yield from _from_values(reader, source)
        else:
            yield from _from_values(reader, source)


def _from_toml(reader: JsonReader, source: Source) -> Found:
    if not reader.ahead(_TOML):
        raise NotImportableError(UNKNOWN)
    try:
        value = tomllib.loads(reader.rest(LARGEST_TOML), parse_float=exact.number)
    except RecursionError:
        raise NotImportableError("It is nested too deeply to be a conversation.") from None
    except ValueError:
        raise NotImportableError("It is not whole TOML: it is cut, or was changed by hand.") from None
    if not own.is_conversation(value):
        raise NotImportableError(UNKNOWN)
    return own.conversation_of(value, source.beside, is_toml=True)


def _from_own(reader: JsonReader, source: Source) -> Found:
    """Return the conversation of our own JSON, whose records and files are read one after the other."""
    head: dict[str, Any] = {}
    found: Found | None = None
    has_files = False
    for name in reader.names():
        if name == "records":
            found = own.begin(head)
            own.take_records(found, reader.items())
        elif name == "files" and found is not None:
            own.take_files(found, reader.items(), source.beside)
            has_files = True
        else:
            head[name] = reader.value()
    if found is None:
        return own.conversation_of(head, source.beside)
    if not has_files:  # they came before the records, or not at all
        own.take_files(found, objects_in(head, "files"), source.beside)
    return found


def _from_values(reader: JsonReader, source: Source) -> Iterator[Found]:
    """Yield what JSON values are; messages that follow each other in a list, or line by line, are one conversation."""
    gathered: list[dict[str, Any]] = []
    group: int | None = None
    for value, where in reader.values():
        if messages.is_message(value) and (not gathered or where == group):
            gathered.append(value)
            group = where
            continue
        if gathered:
            yield messages.from_messages(gathered, source.changed)
            gathered = []
        if messages.is_message(value):
            gathered, group = [value], where
        else:
            yield from _conversations_in(value, source)
    if gathered:
        yield messages.from_messages(gathered, source.changed)


def _conversations_in(value: object, source: Source) -> Iterator[Found]:
    if isinstance(value, list) and value and all(map(messages.is_message, value)):
        yield messages.from_messages(value, source.changed)
    elif own.is_conversation(value):
        yield own.conversation_of(_object(value), source.beside)
    elif openrouter.is_conversation(value):
        yield openrouter.conversation_of(_object(value), source.changed)
    elif chatgpt.is_conversation(value):
        yield chatgpt.conversation_of(_object(value), source.changed, source.asset)
    elif claude.is_conversation(value):
        yield claude.conversation_of(_object(value), source.changed)
    elif messages.is_conversation(value):
        yield messages.conversation_of(_object(value), source.changed)
    elif isinstance(value, dict) and not text_in(value, "from"):
        for inner in objects_in(value, "conversations"):
            if "conversations" not in inner:
                yield from _conversations_in(inner, source)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
