"""The SQLite databases of elia, oterm and llm, opened so that nothing in or beside them changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from chat_tui.conversation import exact
from chat_tui.conversation.imports.found import (
    Found,
    NotImportableError,
    moment_of,
    stable_id,
    text_in,
    title_from,
)
from chat_tui.conversation.imports.planting import Node, plant
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.values import Part, Receipt, Role, TextPart, Usage

if TYPE_CHECKING:
    import sqlite3

Row = dict[str, Any]
_LARGEST = 64 * 1024 * 1024
_ROLES: dict[str, Role] = {"user": "user", "human": "user", "assistant": "assistant", "ai": "assistant", "tool": "tool"}


def conversations(path: Path, changed: datetime) -> Iterator[Found]:
    """Yield the conversations in the database at `path`.

    Raises:
        NotImportableError: when it isn't one of those, or is damaged.
    """
    import sqlite3

    try:
        with closing(_opened(path)) as database:
            columns = _columns(database)
            for tables, read in _READERS:
                if all(needed <= columns.get(table, frozenset()) for table, needed in tables.items()):
                    yield from read(database, columns, changed)
                    return
    except (sqlite3.Error, UnicodeError, MemoryError):  # its messages and names are as damaged as it is
        raise NotImportableError("It is a damaged database, or one in use. Close the program it belongs to.") from None
    raise NotImportableError("It is a database, but none of elia's, oterm's or llm's.")


def _opened(path: Path) -> sqlite3.Connection:
    import sqlite3

    # Immutable: no lock, no journal, no file beside it; what is in a write-ahead log isn't seen.
    database = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST)
    database.execute("PRAGMA trusted_schema = OFF")
    database.row_factory = sqlite3.Row
    database.text_factory = lambda data: data.decode("utf-8", "replace")
    return database


def _columns(database: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """Return the columns of every real table; views could compute for ever."""
    names = [
        row[0]
        for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'")
    ]
    return {
        name: frozenset(row[1] for row in database.execute("SELECT * FROM pragma_table_info(?)", (name,)))
        for name in names
        if isinstance(name, str)
    }


def _rows(database: sqlite3.Connection, query: str, *values: object) -> Iterator[Row]:
    for row in database.execute(query, values):
        yield dict(row)


def _read_elia(database: sqlite3.Connection, columns: dict[str, frozenset[str]], changed: datetime) -> Iterator[Found]:
    for chat in _rows(database, "SELECT * FROM chat ORDER BY id"):
        messages = list(_rows(database, "SELECT * FROM message WHERE chat_id = ? ORDER BY id", chat["id"]))
        created = moment_of(chat.get("started_at"))
        said = [message for message in messages if text_in(message, "role") != "system"]
        # Numbers are the database's own: two databases both have a first chat.
        key = ("elia", chat["id"], chat.get("started_at"), text_in(said[0], "content") if said else "")
        found = Found(
            Metadata(
                stable_id(created, *key),
                created or changed,
                title_from(text_in(chat, "title")),
                archived=chat.get("archived") == 1,
                settings=_system(text_in(message, "content") for message in messages if message not in said),
            ),
            "elia",
        )
        nodes: list[Node] = []
        for message in said:
            name = str(message["id"])
            parent = message.get("parent_id")
            nodes.append(
                Node(
                    name,
                    str(parent) if parent is not None else nodes[-1].id if nodes else None,
                    _role(found, text_in(message, "role")),
                    _text(message, "content"),
                    moment_of(message.get("timestamp")),
                    model=_model(message, text_in(message, "model") or text_in(chat, "model"), "role"),
                )
            )
        plant(found, key, nodes)
        yield found


def _read_oterm(database: sqlite3.Connection, columns: dict[str, frozenset[str]], changed: datetime) -> Iterator[Found]:
    for chat in _rows(database, "SELECT * FROM chat ORDER BY id"):
        messages = list(_rows(database, "SELECT * FROM message WHERE chat_id = ? ORDER BY id", chat["id"]))
        key = ("oterm", chat["id"], text_in(messages[0], "text") if messages else "")
        metadata = Metadata(
            stable_id(None, *key),
            changed,
            title_from(text_in(chat, "name")),
            settings=_system([text_in(chat, "system")]),
        )
        found = Found(metadata, "oterm")
        nodes: list[Node] = []
        for message in messages:
            author = text_in(message, "author")
            if author == "system":
                found.left_out["system messages"] += 1
                continue
            parts = (*_text(message, "text"), *_pictures(found, message.get("images")))
            nodes.append(
                Node(
                    str(message["id"]),
                    nodes[-1].id if nodes else None,
                    _role(found, author),
                    parts,
                    model=_model(message, text_in(chat, "model"), "author"),
                )
            )
        plant(found, key, nodes)
        yield found


def _read_llm(database: sqlite3.Connection, columns: dict[str, frozenset[str]], changed: datetime) -> Iterator[Found]:
    for chat in _rows(database, "SELECT * FROM conversations ORDER BY id"):
        query = "SELECT * FROM responses WHERE conversation_id = ? ORDER BY datetime_utc, id"
        responses = list(_rows(database, query, chat["id"]))
        created = moment_of(responses[0].get("datetime_utc")) if responses else None
        key = ("llm", chat["id"])
        found = Found(
            Metadata(
                stable_id(created, *key),
                created or changed,
                title_from(text_in(chat, "name")),
                settings=_system(text_in(response, "system") for response in responses),
            ),
            "llm",
        )
        nodes: list[Node] = []
        for response in responses:
            name, at = str(response["id"]), moment_of(response.get("datetime_utc"))
            model = text_in(response, "model") or text_in(chat, "model") or None
            before = nodes[-1].id if nodes else None
            nodes.append(Node(f"{name}-prompt", before, "user", _text(response, "prompt"), at))
            nodes.append(
                Node(
                    name,
                    f"{name}-prompt",
                    "assistant",
                    _text(response, "response"),
                    at,
                    model=model,
                    receipt=_llm_receipt(response, model),
                )
            )
        plant(found, key, nodes)
        yield found


def _llm_receipt(response: Row, model: str | None) -> Receipt | None:
    sent, got = (
        count if type(count := response.get(f"{way}_tokens")) is int and count >= 0 else None
        for way in ("input", "output")
    )
    return None if sent is None and got is None else Receipt(model=model, usage=Usage(sent, got))


def _text(row: Row, column: str) -> tuple[Part, ...]:
    text = text_in(row, column)
    return (TextPart(text),) if text else ()


def _role(found: Found, said: str) -> Role:
    if said.lower() not in _ROLES:
        found.left_out[f"roles such as “{said[:40]}”, taken as yours,"] += 1
    return _ROLES.get(said.lower(), "user")


def _model(row: Row, model: str, column: str) -> str | None:
    return model or None if _ROLES.get(text_in(row, column).lower()) == "assistant" else None


def _system(texts: Any) -> Row:
    text = next(filter(None, texts), "")
    return {"system": text} if text else {}


def _pictures(found: Found, images: object) -> Iterator[Part]:
    try:
        listed = exact.loads(images) if isinstance(images, str) else []
    except exact.NotExactJsonError:
        listed = []
    for number, image in enumerate(listed if isinstance(listed, list) else [], 1):
        yield found.encoded(image, "application/octet-stream", f"image-{number}")


_READERS: tuple[tuple[dict[str, frozenset[str]], Callable[..., Iterator[Found]]], ...] = (
    ({"chat": frozenset({"id", "started_at"}), "message": frozenset({"id", "chat_id", "role", "content"})}, _read_elia),
    (
        {"chat": frozenset({"id", "name", "model"}), "message": frozenset({"id", "chat_id", "author", "text"})},
        _read_oterm,
    ),
    (
        {
            "conversations": frozenset({"id", "name"}),
            "responses": frozenset({"id", "prompt", "response", "conversation_id", "datetime_utc"}),
        },
        _read_llm,
    ),
)
