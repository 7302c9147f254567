"""Imports that mean harm, or are merely broken: refused with a sentence, or mapped, in bounded memory."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.tree import Tree
from chat_tui.engine.library import Library
from chat_tui.engine.moving import Import
from chat_tui.paths import Paths
from tests.conversation import foreign
from tests.conversation.test_imports import everything

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space that an import of anything may take, the interpreter's own counted."""
SECONDS = 60


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(Paths.under(tmp_path / "home"))


def test_a_pipe_a_device_and_an_empty_folder(library: Library, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.json").touch()
    given_paths = [
        tmp_path / "pipe",
        Path("/dev/zero"),
        tmp_path / "folder",
        tmp_path / "nowhere",
        tmp_path / "empty.json",
    ]
    outcome = Import(library).run(given_paths)
    assert [problem.partition(": ")[0] for problem in outcome.problems] == [str(path) for path in given_paths]
    assert outcome.arrivals == []
    assert not library.paths.data.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"\x80\x81",
        b"[",
        b'[{"mapping": {}}, {"mapp',
        b"{]",
        b"[1, 2, tru]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"messages": "none", "from": "chat-tui"}',
        b'{"schema": 99, "from": "chat-tui", "conversation": {"id": "' + b"0" * 26 + b'"}}',
        b'{"schema": 1, "from": "chat-tui", "conversation": {"id": "../../etc/passwd"}}',
        b"a = " + b"[" * 50_000,
        b"a = 1\n",
        b'from = "chat-tui"\nschema = 1\n[conversation]\nid = "x"\n',
        b'from = "chat-tui"\nschema = 1\n[conversation]\nid = {json = "{"}\n',
        b"SQLite format 3\0" + b"\xff" * 5000,
        b"PK\x03\x04" + b"\0" * 500,
    ],
)
def test_what_is_nothing_is_refused_with_a_sentence(library: Library, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "given"
    file.write_bytes(content)
    outcome = Import(library).run([file])
    (problem,) = outcome.problems
    assert problem.endswith(".")
    assert "Error" not in problem
    assert list(library.folders()) == []


def test_what_came_before_the_damage_is_kept(library: Library, tmp_path: Path) -> None:
    whole = json.dumps(foreign.chatgpt())
    file = tmp_path / "cut.json"
    file.write_text(f"{whole[:-1]},{whole[1:200]}")
    outcome = Import(library).run([file])
    assert (outcome.count("new"), len(outcome.problems)) == (1, 1)


def circles() -> list[dict[str, Any]]:
    mapping = {
        name: {"parent": parent, "message": {"author": {"role": "user"}, "content": {"parts": [name]}}}
        for name, parent in {"a": "c", "b": "a", "c": "b", "d": "d", "e": "nowhere", "f": "b"}.items()
    }
    return [{"mapping": mapping, "current_node": "a"}]


def test_parents_in_circles_lose_no_message(library: Library, tmp_path: Path) -> None:
    Import(library).run([foreign.write_json(tmp_path / "c.json", circles())])
    (folder,) = library.folders()
    tree = Tree(Folder(folder).read().messages.values())
    seen: list[str] = []
    left = tree.children(None)
    while left:
        one = left.pop()
        seen.append(one.text)
        left += tree.children(one.id)
    assert sorted(seen) == ["a", "b", "c", "d", "e", "f"]


def test_numbers_beyond_all_measure(library: Library, tmp_path: Path) -> None:
    export = json.dumps(foreign.openrouter()).replace("0.000123", "1e999999999")
    export = export.replace('"createdAt": "2025-11-13T09:00:01.000Z"', f'"createdAt": {"9" * 5000}')
    file = tmp_path / "n.json"
    file.write_text(export.replace('"tokensCount": 7', '"tokensCount": NaN'))
    assert Import(library).run([file]).count("new") == 1


def variants(value: Any) -> Iterator[Any]:
    """Every value that is `value` with one thing in it replaced by one of a wrong kind."""
    wrong: Any
    for wrong in (None, [], {}, "x", -1, 1e308, True, [[]], [None], {"": None}):
        if type(wrong) is not type(value) or wrong != value:
            yield wrong
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from ({**value, name: other} for other in variants(inner))
            yield {other: inner for other, inner in value.items() if other != name}
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in variants(inner))


SAMPLES: dict[str, Callable[[], Any]] = {
    "chatgpt": foreign.chatgpt,
    "claude": foreign.claude,
    "openrouter": foreign.openrouter,
    "old openrouter": foreign.old_openrouter,
    "messages": foreign.openai_messages,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_wrong_kinds_at_every_place_end_nothing(library: Library, tmp_path: Path, name: str) -> None:
    files: list[Path] = []
    for number, value in enumerate(variants(SAMPLES[name]())):
        if number % 5 == 0:  # each file is read as a whole; every fifth place says as much
            files.append(tmp_path / f"{number}.json")
            files[-1].write_text(json.dumps(value))
    assert len(files) > 50
    outcome = Import(library, dry=True).run(files)
    assert all(problem.endswith(".") for problem in outcome.problems)
    assert len(outcome.arrivals) > len(files) / 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    columns=st.lists(
        st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=9), st.binary(max_size=9)),
        min_size=8,
        max_size=8,
    )
)
def test_wrong_kinds_in_a_database_end_nothing(tmp_path_factory: pytest.TempPathFactory, columns: list[object]) -> None:
    root = tmp_path_factory.mktemp("database")
    script = "CREATE TABLE chat (id, model, title, started_at, archived);"
    script += "CREATE TABLE message (id, chat_id, role, content, timestamp, meta, parent_id, model);"
    columns = [column.encode("utf-8", "replace") if isinstance(column, str) else column for column in columns]
    rows = {"chat": [tuple(columns[:5])], "message": [(columns[5], columns[0], "user", *columns[3:])]}
    file = foreign.write_database(root / "elia.sqlite", script, rows)
    outcome = Import(Library(Paths.under(root / "home"))).run([file])
    assert len(outcome.arrivals) == 1
    assert outcome.problems == []


def test_a_database_that_computes_for_ever_is_none(library: Library, tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
    endless += " SELECT x AS id, x AS chat_id, x AS role, x AS content FROM n"
    script = f"CREATE TABLE chat (id, started_at); CREATE VIEW message AS {endless};"
    file = foreign.write_database(tmp_path / "e.sqlite", script, {"chat": [(1, None)]})
    assert "none of elia's" in Import(library).run([file]).problems[0]


def test_an_archive_writes_nothing_where_it_says(library: Library, tmp_path: Path) -> None:
    members = {
        "../../conversations.json": json.dumps(foreign.chatgpt()).encode(),
        "../../file_map.png": foreign.PNG,
        "/etc/file-gone.png": foreign.PNG,
    }
    before = set(tmp_path.rglob("*"))
    file = foreign.write_archive(tmp_path / "a.zip", members)
    assert Import(library).run([file]).count("new") == 1
    made = set(tmp_path.rglob("*")) - before - {file}
    assert all(path.is_relative_to(library.paths.data) or path == tmp_path / "home" for path in made)


def test_a_link_beside_an_export_leads_nowhere(library: Library, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(foreign.PNG)
    folder = tmp_path / "export"
    folder.mkdir()
    foreign.write_json(folder / "conversations.json", foreign.chatgpt())
    (folder / "file_map.png").symlink_to(secret)
    assert Import(library).run([folder]).left_out["files that are not in it"] == 2


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../secret", "%2e%2e/secret", "link/secret"])
def test_our_own_format_reads_nothing_from_elsewhere(library: Library, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_bytes(b"\x01\x02\x03")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path)
    sha = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"
    part = {"type": "file", "sha256": sha, "media_type": "image/png", "name": "x", "size": 3}
    record = {
        "v": 1,
        "type": "message",
        "id": "0" * 26,
        "at": "2025-01-01T00:00:00.000Z",
        "role": "user",
        "parts": [part],
    }
    export = {
        "schema": 1,
        "from": "chat-tui",
        "conversation": {"id": "0" * 26, "settings": {"headers": {"X": "y"}, "system": "S"}},
        "records": [record],
        "files": [{"sha256": sha, "media_type": "image/png", "path": path}],
    }
    outcome = Import(library).run([foreign.write_json(tmp_path / "folder" / "x.json", export)])
    assert outcome.left_out == {"files that are not in it": 1}
    (folder,) = library.folders()
    assert not (folder / "attachments").exists()
    assert "headers" not in (folder / "conversation.toml").read_text()


def damaged(content: bytes, seed: int) -> bytes:
    """Return `content` with a few bytes changed, taken out, put in."""
    chance = random.Random(seed)  # noqa: S311 - the same damage each time
    data = bytearray(content)
    for _ in range(chance.choice([1, 2, 5, 30])):
        place = chance.randrange(len(data))
        data[place : place + chance.randrange(30)] = chance.choice(
            [b"", bytes([chance.randrange(256)]), b"null", b"{}", b'"', b"9" * 30, data[place // 2 : place // 2 + 50]]
        )
    return bytes(data)


@pytest.mark.parametrize("place", range(7))
def test_damage_anywhere_ends_nothing(tmp_path: Path, place: int) -> None:
    file = everything(tmp_path / "whole")[place]
    given_file = tmp_path / file.name
    for seed in range(25):
        given_file.write_bytes(damaged(file.read_bytes(), seed))
        outcome = Import(Library(Paths.under(tmp_path / str(seed))), dry=True).run([given_file])
        assert all(problem.endswith(".") for problem in outcome.problems)


def test_a_database_whose_faults_are_no_text(library: Library, tmp_path: Path) -> None:
    file = foreign.oterm(tmp_path / "store.db")
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE message", b"CREATE TABLE \xc3(ssage"))
    assert "damaged database" in Import(library).run([file]).problems[0]


def test_a_file_without_a_name_in_an_archive(library: Library, tmp_path: Path) -> None:
    members = {"nameless": b"x", "conversations.json": json.dumps(foreign.claude()).encode()}
    file = foreign.write_archive(tmp_path / "a.zip", members)
    file.write_bytes(file.read_bytes().replace(b"nameless", b"\0ameless"))
    assert Import(library).run([file]).count("new") == 1


# In a process of its own, whose memory has a limit


def limited(tmp_path: Path, path: Path) -> str:
    """Import `path` with little memory, and return what was said."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    done = subprocess.run(
        [sys.executable, "-m", "chat_tui", "import", "--data-dir", str(tmp_path / "home"), str(path)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        preexec_fn=limit,
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "CHAT_TUI_STATE_DIR": str(tmp_path / "state")},
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "more memory" not in done.stderr, done.stderr  # found by a look, not by running out
    return done.stderr


def sparse(path: Path, size: int, *, before: bytes = b"", after: bytes = b"") -> Path:
    """Write a file of `size` bytes that takes no room on the disk."""
    with path.open("wb") as file:
        file.write(before)
        file.truncate(size)
        file.seek(size)
        file.write(after)
    return path


def repeated(path: Path, piece: bytes, megabytes: int, *, before: bytes = b"[") -> Path:
    with path.open("wb") as file:
        file.write(before)
        for _ in range(megabytes):
            file.write(piece * (1024 * 1024 // len(piece)))
    return path


def archived(path: Path, piece: bytes, megabytes: int, *, before: bytes = b"[") -> Path:
    """Write an archive in which `conversations.json` is far larger than the archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("conversations.json", "w") as member:
        member.write(before)
        for _ in range(megabytes):
            member.write(piece * (1024 * 1024 // len(piece)))
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda path: sparse(path, 1024**3, before=b'["', after=b'"]'),
        lambda path: sparse(path, 1024**3, before=b"[", after=b"]"),
        lambda path: repeated(path, "é🦜".encode(), 90, before=b'["'),
        lambda path: repeated(path, b'{"a":{}},', 30, before=b'[{"mapping":['),
        lambda path: repeated(path, b"[],[],", 30, before=b"a = ["),
        lambda path: archived(path, b" ", 150),
        lambda path: archived(path, b"a", 90, before=b'["'),
    ],
    ids=["one line of a gigabyte", "a gigabyte of nothing", "text", "objects", "toml", "bomb", "line in an archive"],
)
def test_memory_is_bounded(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    told = limited(tmp_path, make(tmp_path / "given"))
    assert len(told.splitlines()) <= 2
