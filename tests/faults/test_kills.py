"""kill -9 at every step of what is done with whole conversations: nothing is lost, and the next start is fine."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from chat_tui.conversation.compaction import compact
from chat_tui.conversation.ledger import read_ledger
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import Message, Receipt
from chat_tui.engine import index_journal
from chat_tui.engine.health import look_at_conversations
from chat_tui.engine.index import Index
from chat_tui.engine.library import Library
from chat_tui.engine.mending import mend
from chat_tui.engine.moving import Import, Order, export
from chat_tui.engine.spending import Spending
from tests.conversation.samples import later, message
from tests.engine.conftest import library_at

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system can't fork")

_STEPS = ("open", "write", "fsync", "replace", "rename", "unlink", "mkdir", "rmdir", "link", "utime", "truncate")
_PROMPT = message("needle in the prompt")
_REPLY = replace(message("needle in the reply", _PROMPT, role="assistant"), receipt=Receipt("m", "P", cost=1))  # type: ignore[arg-type]
_EACH = 1 if os.environ.get("CHAT_TUI_ALL_FAULTS") else 5
"""Steps between two kills."""
SAID = [_PROMPT, _REPLY]
Do = Callable[[Library], Any]


def furnished(root: Path) -> Library:
    """Return a library with a conversation whose journal has superseded and damaged lines."""
    library = library_at(root)
    chat = library.begin()
    chat.folder.append_lines(
        encode_message(later(_PROMPT, "typo", -9)) + b"damaged\n" + b"".join(map(encode_message, SAID))
    )
    chat.folder.write_metadata(replace(chat.metadata, title="Title"))
    return library


def only(library: Library) -> Path:
    return next(iter(library.folders()))


def killed(do: Callable[[], object], step: int, count: Callable[[Callable[[], None]], None]) -> bool:
    """Do it in a process that is killed before its step number `step`; return whether it came so far."""
    child = os.fork()
    if child == 0:
        left = step

        def one_more() -> None:
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

        code = 1
        try:
            os.close(2)
            count(one_more)
            do()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def at_files(one_more: Callable[[], None]) -> None:
    """Count every call that may change a disk."""

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            one_more()
            return real(*arguments, **named)

        return call

    for name in _STEPS:
        setattr(os, name, counting(getattr(os, name)))


def at_messages(one_more: Callable[[], None]) -> None:
    """Count every message that is taken into the index."""
    real = index_journal._add_text  # the innermost step of a transaction

    def counting(*arguments: Any, **named: Any) -> None:
        one_more()
        real(*arguments, **named)

    index_journal._add_text = counting


def delete(library: Library) -> None:
    for folder in library.folders():
        library.shelf.delete(folder)


def rename(library: Library) -> None:
    library.shelf.relabel(only(library), lambda metadata: replace(metadata, title="Another"))


def restore(library: Library) -> None:
    for one in library.shelf.trashed():
        library.shelf.restore(one.summary.folder)


def empty(library: Library) -> None:
    library.shelf.empty_trash(date.today() + timedelta(days=40))  # noqa: DTZ011 - the day where the person is


def repair(library: Library) -> None:
    list(mend(library, list(look_at_conversations(library))))


def write_out(library: Library) -> None:
    export(library.at(only(library)), Order("tree", None, "json", library.paths.data.parent / "out.json", replace=True))


def take_in(library: Library) -> None:
    Import(library).run([library.paths.data.parent / "export.json"])


def index(library: Library) -> None:
    kept = Index(library.paths)
    kept.update()
    kept.close()


WAYS: dict[str, tuple[Do, Do]] = {
    "rename": (lambda library: None, rename),
    "delete": (lambda library: None, delete),
    "restore": (delete, restore),
    "duplicate": (lambda library: None, lambda library: library.shelf.duplicate(only(library))),
    "compact": (lambda library: None, lambda library: compact(only(library) / "messages.jsonl", keep=False)),
    "repair": (lambda library: None, repair),
    "export": (lambda library: None, write_out),
    "import": (lambda library: None, take_in),
    "index": (lambda library: None, index),
}


def held(library: Library) -> list[Message]:
    """Return the messages of all conversations, in the trash too, as the next start has them."""
    found = []
    for folder in [*library.folders(), *library.shelf.thrown_away()]:
        chat = library.at(folder)
        chat.load()
        assert not chat.is_read_only
        found += list(chat.tree)
        chat.close()
    return found


def spent(library: Library) -> Any:
    spending = Spending(library.paths)
    spending.update()
    return sum(entry.spent.cost for entry in spending.read())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no disk: what a killed process wrote is in the system's memory."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.mark.parametrize("way", WAYS)
def test_a_kill_at_any_step_loses_nothing(tmp_path: Path, way: str) -> None:
    before, do = WAYS[way]
    start = tmp_path / "start"
    library = furnished(start)
    if way == "import":
        export(library.at(only(library)), Order("tree", None, "json", start / "export.json"))
        shutil.rmtree(only(library))
    before(library)
    step = 0
    while True:
        root = tmp_path / str(step)
        shutil.copytree(start, root)
        library = library_at(root)
        done = killed(lambda: do(library), step, at_files)  # noqa: B023 - it is called at once
        again = library_at(root)
        about = f"{way}, step {step}"
        texts = [(one.id, one.text) for one in held(again)]
        if way != "import" or texts:
            assert set(texts) == {(one.id, one.text) for one in SAID}, about
        do(again)
        assert {(one.id, one.text) for one in held(again)} == {(one.id, one.text) for one in SAID}, about
        assert spent(again) == 1, about
        if way == "export":
            assert len([path for path in root.iterdir() if path.name == "out.json"]) == 1
        shutil.rmtree(root)
        if not done:
            break
        step += _EACH
    assert step > 1
    print(f"{way}: {step // _EACH} kills")


def test_a_kill_at_any_step_of_emptying_the_trash_counts_what_it_cost_once(tmp_path: Path) -> None:
    start = tmp_path / "start"
    delete(furnished(start))
    step, done = 0, True
    while done:
        root = tmp_path / str(step)
        shutil.copytree(start, root)
        library = library_at(root)
        done = killed(lambda: empty(library), step, at_files)  # noqa: B023 - it is called at once
        assert spent(library_at(root)) == 1, step
        empty(library_at(root))
        assert held(library_at(root)) == []
        assert [one.cost for one in read_ledger(library.paths.ledger)] == [1]
        assert spent(library_at(root)) == 1, step
        step += _EACH
    assert step > 3


def test_a_kill_while_indexing(tmp_path: Path) -> None:
    library = furnished(tmp_path)
    step = 0
    while killed(lambda: index(library), step, at_messages):
        kept = Index(library.paths)
        kept.update()
        assert kept.search("needle").total == 2
        kept.close()
        for file in library.paths.cache.iterdir():
            file.unlink()
        step += 1
    assert step == 4  # the title and all records of messages
