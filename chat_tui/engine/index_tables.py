"""The tables of the search index, and how its file is opened, whatever became of it."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import suppress
from pathlib import Path

from chat_tui.paths import FILE_MODE, private_directory

VERSION = 2
"""Of the tables; an index of another version is made anew."""
BUSY_SECONDS = 10.0
_log = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE conversations (
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,              -- of the folder
    folder TEXT NOT NULL,                   -- below the data folder
    in_trash INTEGER NOT NULL,
    metadata_stamp TEXT NOT NULL DEFAULT '',-- how conversation.toml was found, or '' when it has to be read
    journal_stamp TEXT NOT NULL DEFAULT '', -- the same of messages.jsonl
    taken INTEGER NOT NULL DEFAULT 0,       -- bytes of the journal that are in the index
    digest BLOB,                            -- of these bytes
    changed REAL NOT NULL DEFAULT 0,        -- Unix seconds
    created TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    title_words TEXT NOT NULL DEFAULT '',   -- folded, a blank before each
    tags TEXT NOT NULL DEFAULT '[]',        -- JSON
    tag_words TEXT NOT NULL DEFAULT '',     -- in lower case, a line's end before and after each
    pinned INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0,
    leaf TEXT,
    settings TEXT NOT NULL DEFAULT '{}',    -- JSON
    newer INTEGER NOT NULL DEFAULT 0,
    messages INTEGER NOT NULL DEFAULT 0,
    last TEXT NOT NULL DEFAULT '',          -- the id of the last message, whose beginning is the preview
    preview TEXT NOT NULL DEFAULT '',
    last_reply TEXT NOT NULL DEFAULT '',    -- the id of the last reply, whose model this is
    model TEXT,
    cost TEXT                               -- USD
);
CREATE TABLE messages (
    doc INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: the words of what is gone stay until all is made anew
    conversation INTEGER NOT NULL,
    id TEXT,                                -- NULL: the conversation's title
    at INTEGER NOT NULL,                    -- Unix milliseconds
    role TEXT,
    models TEXT,                            -- the one that answered, a line's end, the one that was asked
    provider TEXT,
    cost TEXT,                              -- USD
    has INTEGER NOT NULL DEFAULT 0,         -- bits, in the order of KINDS
    start INTEGER NOT NULL DEFAULT 0,       -- where in the journal its line begins
    length INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX messages_of ON messages (conversation, id);
CREATE INDEX messages_at ON messages (at);
CREATE TABLE charges (
    doc INTEGER NOT NULL,                   -- the reply's
    number INTEGER NOT NULL,                -- 0: the reply's own, others of attempts before it
    model TEXT NOT NULL,
    provider TEXT NOT NULL,
    generation TEXT,
    standing TEXT NOT NULL,
    asks INTEGER NOT NULL,
    cost TEXT,                              -- USD, as the next
    upstream TEXT,
    replies INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    origin TEXT,                            -- of the server that served
    PRIMARY KEY (doc, number)
);
CREATE INDEX charges_asking ON charges (asks) WHERE asks;
CREATE TABLE settlements (
    conversation INTEGER NOT NULL,
    id TEXT NOT NULL,                       -- of the reply
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    PRIMARY KEY (conversation, id)
);
CREATE TABLE gone (
    docs INTEGER NOT NULL                   -- how many are no longer in `messages`
);
INSERT INTO gone VALUES (0);
"""
# Without the texts themselves: they are in the journals. Folded before, so that the plainest tokenizer is exact.
_TEXTS = "CREATE VIRTUAL TABLE texts USING fts5(text, title, other, content='', tokenize='ascii')"


class Unusable(Exception):  # noqa: N818 - no error for anybody: the next way is tried
    """The file holds no index that can be used."""


def opened(file: Path) -> sqlite3.Connection:
    """Return a connection to the index in `file`: as it is, made anew, or, without a place on disk, for now alone.

    Raises:
        sqlite3.OperationalError: when another process holds it for too long.
    """
    for _ in range(2):
        try:
            return _connected(file)
        except (sqlite3.DatabaseError, Unusable) as error:
            if is_locked(error) or isinstance(error, sqlite3.ProgrammingError):
                raise
            _log.warning("the search index is made anew: %s", error)
            forget(file)
        except OSError as error:
            _log.warning("no place for the search index: %s", error)
            break
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    _make(connection)
    return connection


def _connected(file: Path) -> sqlite3.Connection:
    private_directory(file.parent)
    file.touch(FILE_MODE)
    connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last step, never the file
        if _version(connection) != VERSION:
            _make(connection)
        connection.execute("SELECT docs FROM gone").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _make(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process does so first."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if (found := _version(connection)) not in (0, VERSION):
            raise Unusable(f"version {found}")
        if found == 0:
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)
            with suppress(sqlite3.OperationalError):  # this SQLite has no FTS5: texts are then read one by one
                connection.execute(_TEXTS)
            connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def is_kept(connection: sqlite3.Connection) -> bool:
    """Tell whether this index has a place on disk, where other processes find it."""
    return bool(connection.execute("PRAGMA database_list").fetchone()[2])


def has_texts(connection: sqlite3.Connection) -> bool:
    """Tell whether this SQLite can search texts."""
    try:
        connection.execute("SELECT rowid FROM texts WHERE texts MATCH 'a' LIMIT 1").fetchone()
    except sqlite3.OperationalError:
        return False
    return True


def is_locked(error: Exception) -> bool:
    """Tell whether another process is in the way, and nothing is wrong."""
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def forget(file: Path) -> None:
    """Delete an index; all of it can be made anew."""
    for name in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        with suppress(OSError):
            name.unlink()
