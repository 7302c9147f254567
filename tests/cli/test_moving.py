"""`export`, `import` and `show`, as they are called."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chat_tui.conversation.events import Text
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import new_id
from chat_tui.conversation.journal import append
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import Failure, Receipt, Usage
from tests.cli.home import Home, command
from tests.conversation import foreign
from tests.conversation.samples import NOON, message
from tests.terminal.driver import Terminal


def said(home: Home, prompt: str = "Say hello") -> str:
    """Put a conversation on the disk, and return its id."""
    asked = message(prompt)
    receipt = Receipt(model="demo/echo", usage=Usage(3, 4), cost=Decimal("0.000123"))
    reply = replace(message("Hello.", asked, role="assistant"), receipt=receipt)
    metadata = Metadata(new_id(), NOON, prompt[:60])
    folder = Folder(home.data / "conversations" / metadata.folder_name)
    append(folder.journal, encode_message(asked) + encode_message(reply))
    folder.write_metadata(metadata)
    return metadata.id


def test_to_standard_output(home: Home) -> None:
    identifier = said(home)
    markdown = home.run("export", identifier[:20])
    assert (markdown.code, markdown.err) == (0, "")
    assert f'id: "{identifier}"' in markdown.out
    assert "## You\n\nSay hello\n" in markdown.out
    for form, begins in (("html", "<!DOCTYPE html>"), ("txt", "Say hello\n==="), ("json", '{"schema":1')):
        assert home.run("export", identifier, "--format", form).out.startswith(begins)
    toml = home.run("export", identifier, "--format", "toml").out
    assert tomllib.loads(toml)["conversation"]["id"] == identifier
    assert home.files() == [path for path in home.files() if home.work not in path.parents]


def test_the_key_leaves_only_where_somebody_wrote_it(home: Home) -> None:
    key = "key-of-no-form-0815"
    asked = message("Say hello")
    failure = Failure(f"needle {key} was refused, {{'user_id': 'canary'}}")
    reply = replace(message("", asked, role="assistant"), status="failed", failure=failure)
    metadata = Metadata(new_id(), NOON, "T", settings={"system": f"Be {key}", "model": "demo/echo"})
    folder = Folder(home.data / "conversations" / metadata.folder_name)
    append(folder.journal, encode_message(asked) + encode_message(reply))
    folder.write_metadata(metadata)
    for words in (["show"], ["show", "--json"], ["export", "--format", "json"], ["list", "--json"]):
        done = home.run(*words, *(["0"] if words[0] != "list" else []), OPENROUTER_API_KEY=key)
        assert (done.code, done.err) == (0, "")
        assert [secret for secret in (key, "canary") if secret in done.out] == []
        assert "was refused" in done.out or words[0] == "list"
    found = home.run("search", "needle", "--json", OPENROUTER_API_KEY=key).out
    assert "was refused" in found
    assert "canary" not in found
    append(folder.journal, encode_message(message(f"My key is {key}", asked)))
    warned = home.run("export", "0", "--tree", OPENROUTER_API_KEY=key)
    assert key in warned.out
    assert "1 text(s) of yours or a model's hold something like a key" in warned.sentence


def test_one_message(home: Home) -> None:
    identifier = said(home)
    prompt = home.messages()[0]["id"]
    assert home.run("export", identifier, "--message", prompt, "--format", "txt").out == "Say hello\n"
    unknown = home.run("export", identifier, "--message", "zzz")
    assert (unknown.code, unknown.out) == (1, "")
    assert "zzz" in unknown.sentence


def test_a_reply_that_a_crash_interrupted_leaves_too(home: Home) -> None:
    identifier = said(home)
    (path,) = (home.data / "conversations").iterdir()
    folder = Folder(path)
    reply = replace(message("", role="assistant"), parent=home.messages()[0]["id"], status="streaming")
    partial = folder.start_partial(reply)
    partial.append([Text("Half a wo")])
    partial.close()
    done = home.run("show", identifier, "--tree")
    assert "(interrupted)" in done.out
    assert "Half a wo" in done.out
    assert list((path / "partial").iterdir()) != []  # looking changes nothing


def test_the_way_there_and_back(home: Home, tmp_path: Path) -> None:
    identifier = said(home)
    other = Home(tmp_path / "other", None)
    for form in ("json", "toml"):
        file = home.work / f"chat.{form}"
        assert home.run("export", identifier, "--output", str(file)).sentence == f"Written to {file}."
        assert other.run("import", str(file)).code == 0
        assert other.run("export", identifier, "--format", form).out == file.read_text()
    assert [row["id"] for row in other.conversations()] == [identifier]


def test_what_is_there_is_replaced_only_when_that_is_said(home: Home) -> None:
    identifier = said(home)
    file = home.work / "chat.md"
    file.write_text("precious")
    refused = home.run("export", identifier, "--output", "chat.md")
    assert (refused.code, refused.out) == (1, "")
    assert "--force" in refused.sentence
    assert file.read_text() == "precious"
    assert home.run("export", identifier, "--output", "chat.md", "--force").code == 0
    assert "Say hello" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.xdist_group("terminal")
@pytest.mark.parametrize(("answer", "replaced"), [("n\r", False), ("\r", False), ("y\r", True)])
def test_on_a_terminal_it_asks(home: Home, answer: str, replaced: bool) -> None:
    identifier = said(home)
    file = home.work / "chat.md"
    file.write_text("precious")
    with Terminal(command("export", identifier, "--output", "chat.md"), home.environment(), home.work) as terminal:
        terminal.wait_for("Replace it?")
        terminal.send(answer)
        assert terminal.wait_for_end() == (0 if replaced else 1)
    assert (file.read_text() == "precious") is not replaced


def test_all_of_them_and_back(home: Home, tmp_path: Path) -> None:
    ids = {said(home, prompt) for prompt in ("one", "two")}
    assert home.run("export", "--all", "--format", "json", "--output", "backup").code == 0
    other = Home(tmp_path / "other", None)
    assert other.run("import", str(home.work / "backup")).code == 0
    assert {row["id"] for row in other.conversations()} == ids


def test_one_that_can_not_be_read_stops_no_other(home: Home) -> None:
    good, bad = said(home, "good"), said(home, "bad")
    (journal,) = (home.data / "conversations").glob(f"*-{bad}/messages.jsonl")
    journal.unlink()
    journal.mkdir()
    done = home.run("export", "--all", "--format", "md", "--output", "out", "--json")
    assert done.code == 1
    told = done.json()
    assert told["schema"] == 1
    assert [(one["id"], one["title"], one["missing"]) for one in told["written"]] == [(good, "good", [])]
    assert "good" in (home.work / told["written"][0]["path"]).read_text()
    assert bad in told["problems"][0]
    assert "left out" in home.run("export", "--all", "--output", "out", "--force").err


def test_all_of_them_into_a_folder(home: Home) -> None:
    for prompt in ("../../up", "con", "a/b", "same", "same", "x" * 300):
        said(home, prompt)
    done = home.run("export", "--all", "--format", "html", "--output", "out")
    assert done.code == 0
    assert "6 conversations" in done.sentence
    names = sorted(path.name for path in (home.work / "out").iterdir())
    assert len(names) == 6
    assert all("/" not in name and name.endswith(".html") and len(name) < 130 for name in names)
    assert sum("same" in name for name in names) == 2
    assert set(home.root.rglob("*.html")) == {home.work / "out" / name for name in names}
    again = home.run("export", "--all", "--format", "html", "--output", "out")
    assert (again.code, again.out) == (1, "")
    assert "6 of" in again.sentence
    assert home.run("export", "--all", "--format", "html", "--output", "out", "--force").code == 0
    assert sorted(path.name for path in (home.work / "out").iterdir()) == names


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--all"],
        ["x", "--all", "--output", "y"],
        ["--all", "--output", "y", "--message", "z"],
        ["x", "--attachments", "beside"],
        ["x", "--json"],
        ["x", "--format", "pdf"],
    ],
)
def test_wrong_usage(home: Home, words: list[str]) -> None:
    done = home.run("export", *words)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


@pytest.mark.parametrize("output", ["nowhere/x.md", "/dev/null/x.md", "."])
def test_where_nothing_can_be_written(home: Home, output: str) -> None:
    identifier = said(home)
    done = home.run("export", identifier, "--output", output)
    if output == ".":
        assert (done.code, [path.name for path in home.work.iterdir()]) == (0, ["Say hello.md"])
    else:
        assert (done.code, done.out, list(home.work.iterdir())) == (1, "", [])
        assert done.sentence


def test_a_reader_that_has_enough_ends_nothing(home: Home) -> None:
    identifier = said(home)
    done = home.run_shell(f"$chat_tui export {identifier} --format html | head -c 10")
    assert (done.code, done.out, done.err) == (0, "<!DOCTYPE ", "")


def test_import_says_what_came(home: Home) -> None:
    file = foreign.write_json(home.work / "conversations.json", foreign.chatgpt())
    dry = home.run("import", "--dry-run", str(file))
    assert (dry.code, home.conversations("--archived")) == (0, [])
    assert "1 new. 6 messages to add." in dry.err
    assert "Nothing was changed." in dry.err
    done = home.run("import", str(file), "--json").json()
    assert (done["schema"], done["dry_run"]) == (1, False)
    (arrival,) = done["conversations"]
    assert (arrival["state"], arrival["added"], arrival["title"], arrival["source"]) == ("new", 6, "Kyoto", "ChatGPT")
    assert done["left_out"] == {"files that are not in it": 2, "parts of the kind “hologram”": 1}
    again = home.run("import", str(file), "--json").json()
    assert [one["state"] for one in again["conversations"]] == ["known"]
    assert [row["title"] for row in home.conversations("--archived")] == ["Kyoto"]


def test_what_can_not_be_read_is_named_and_the_rest_is_taken(home: Home) -> None:
    foreign.write_json(home.work / "good.json", foreign.claude())
    (home.work / "bad\x1b[2J.json").write_text("{")
    done = home.run("import", "bad\x1b[2J.json", "good.json", "nosuch.json")
    assert done.code == 1
    assert len(home.conversations()) == 1
    assert "\x1b" not in done.err
    assert "bad␛[2J.json: It is not whole JSON" in done.err
    assert "nosuch.json: No such file" in done.err


def test_show_as_json(home: Home) -> None:
    identifier = said(home)
    shown: dict[str, Any] = home.run("show", identifier, "--json").json()
    assert shown["schema"] == 1
    conversation = shown["conversation"]
    assert [message["role"] for message in conversation["messages"]] == ["user", "assistant"]
    assert conversation["messages"][0]["text"] == "Say hello"
    assert conversation["messages"][1]["receipt"]["cost"] == 0.000123
    assert conversation["cost"] == 0.000123


def test_show_all_branches(home: Home) -> None:
    file = foreign.write_json(home.work / "c.json", foreign.chatgpt())
    home.run("import", str(file))
    identifier = home.conversations("--archived")[0]["id"]
    assert "The old town." not in home.run("show", identifier).out
    assert "The old town." in home.run("show", identifier, "--tree").out
    assert len(home.run("show", identifier, "--tree", "--json").json()["conversation"]["messages"]) == 6
