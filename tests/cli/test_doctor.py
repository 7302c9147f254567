"""`doctor`: it says what is wrong, mends what can be mended, and destroys nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from chat_tui.cli.main import main
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import new_id
from chat_tui.demo.server import DEMO_KEY, DemoServer
from tests.cli.home import Home, Outcome
from tests.conversation.samples import message

Doctor = Callable[..., Outcome]
Ask = Callable[[str], None]


@pytest.fixture
def home(tmp_path: Path, server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that is this process's too: a command takes a second to start, and these look many times."""
    home = Home(tmp_path / "home", server.base_url)
    home.config.chmod(0o700)
    for name, value in home.environment().items():
        monkeypatch.setenv(name, value)
    return home


@pytest.fixture(scope="module")
def after_asking(tmp_path_factory: pytest.TempPathFactory, server: DemoServer) -> Callable[[str], Home]:
    """Bring the home of somebody who asked a demo model once: asking takes a second, a copy nothing."""

    @cache
    def asked(model: str) -> Home:
        home = Home(tmp_path_factory.mktemp("asked") / "home", server.base_url)
        home.converse(model=f"demo/{model}")
        return home

    return asked


@pytest.fixture
def ask(home: Home, after_asking: Callable[[str], Home]) -> Ask:
    """Have a conversation with a demo model in this home."""

    def ask(model: str) -> None:
        for name in ("data", "state"):
            shutil.copytree(after_asking(model).root / name, home.root / name)

    return ask


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Doctor:
    """Run `doctor` in this process."""

    def run(*arguments: str) -> Outcome:
        code = main(["doctor", *arguments])
        return Outcome(code, *capsys.readouterr())

    return run


def findings(done: Outcome, state: str) -> list[str]:
    """Return the sentences of one state."""
    return [row["sentence"] for row in done.json()["findings"] if row["state"] == state]


def folder_of(home: Home) -> Path:
    """Return the only conversation's folder."""
    (folder,) = (home.data / "conversations").iterdir()
    return folder


def contents(root: Path) -> dict[str, bytes]:
    """Return every file below `root`."""
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_a_healthy_home(home: Home, ask: Ask, doctor: Doctor) -> None:
    ask("image")
    before = contents(home.data)
    done = home.run("doctor", "--json", COLORTERM="truecolor")
    assert (done.code, done.err) == (0, "")
    assert findings(done, "wrong") == []
    assert contents(home.data) == before
    told = "\n".join(findings(done, "good"))
    for words in ("config.toml isn't there", "it is not shown", "answers and lists", "can be written to, by you alone",
                  "1 conversation with 2 messages", "all colours"):  # fmt: skip
        assert words in told
    assert DEMO_KEY not in done.out
    printed = doctor()
    assert printed.code == 0
    assert "conversations\n  ✓ 1 conversation with 2 messages were looked at.\n" in printed.out


def tear(folder: Path) -> None:
    with (folder / "messages.jsonl").open("ab") as file:
        file.write(b'{"v":1,"type":"mess')


def damage(folder: Path) -> None:
    with (folder / "messages.jsonl").open("ab") as file:
        file.write(b"not a record\n")


def leave_partial(folder: Path) -> None:
    Folder(folder).start_partial(message("", message(), role="assistant")).close()


def drop_metadata(folder: Path) -> None:
    (folder / "conversation.toml").unlink()


def damage_metadata(folder: Path) -> None:
    (folder / "conversation.toml").write_text('title = "unfinished')


@pytest.mark.parametrize(
    ("harm", "said", "mended"),
    [
        (tear, "1 line of its journal damaged", "as it was it is messages.jsonl.before-repair"),
        (damage, "1 line of its journal damaged", "1 damaged or superseded line(s) were left out"),
        (leave_partial, "1 interrupted reply not in the journal", "1 interrupted reply(s) are in the journal now"),
        (drop_metadata, "conversation.toml is missing", "conversation.toml was written anew"),
        (damage_metadata, "conversation.toml can't be read", "as it was it is conversation.toml.before-repair"),
    ],
)
def test_what_is_wrong_is_said_and_mended_and_nothing_is_lost(
    home: Home, ask: Ask, doctor: Doctor, harm: object, said: str, mended: str
) -> None:
    assert callable(harm)
    ask("markdown")
    folder = folder_of(home)
    messages = (folder / "messages.jsonl").read_bytes()
    harm(folder)
    before = contents(folder)
    looked = doctor("--json")
    assert said in "\n".join(findings(looked, "wrong") + findings(looked, "note"))
    assert looked.code == (1 if findings(looked, "wrong") else 0)
    assert contents(folder) == before

    repaired = doctor("--repair", "--json")
    assert repaired.code == 0
    assert mended in "\n".join(repaired.json()["repaired"])
    kept = contents(folder)
    for name, content in before.items():
        there = [kept[other] for other in kept if other == name or other.startswith(f"{name}.before")]
        # What was appended to is all there; what was in a partial file is in the journal now.
        assert name.startswith("partial/") or any(one.startswith(content) for one in there), name
    assert kept["messages.jsonl"].startswith(messages)
    again = doctor("--repair", "--json")
    assert (again.code, again.json()["repaired"], findings(again, "wrong")) == (0, [], [])
    assert "Say hello" in (folder / "conversation.toml").read_text()


def test_attachments_without_a_message_and_without_a_file(home: Home, ask: Ask, doctor: Doctor) -> None:
    ask("image")
    (picture,) = (folder_of(home) / "attachments").iterdir()
    picture.rename(picture.with_name("ab" * 32 + ".png"))
    done = doctor("--repair", "--json")
    assert done.code == 1
    assert "1 attached file missing" in findings(done, "wrong")[0]
    assert "1 attached file of no message" in findings(done, "note")[-1]
    assert picture.with_name("ab" * 32 + ".png").exists()


def test_what_a_newer_version_wrote_is_left_alone(home: Home, ask: Ask, doctor: Doctor) -> None:
    ask("markdown")
    journal = folder_of(home) / "messages.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"v":2,"type":"message"}\nnot a record\n')
    before = contents(folder_of(home))
    done = doctor("--repair", "--json")
    assert done.code == 1
    assert "was left as it is: A newer chat-tui wrote" in done.json()["repaired"][0]
    assert contents(folder_of(home)) == before


@pytest.mark.parametrize("still_there", [False, True])
def test_what_could_not_be_saved_is_taken_back(home: Home, ask: Ask, doctor: Doctor, *, still_there: bool) -> None:
    ask("image")
    folder = folder_of(home)
    whole = contents(folder)
    rescued = home.root / "state" / "unsaved" / folder.name
    if still_there:
        shutil.copytree(folder, rescued)
        journal = folder / "messages.jsonl"
        journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
        shutil.rmtree(folder / "attachments")
    else:
        rescued.parent.mkdir(parents=True)
        folder.rename(rescued)
    assert doctor().code == 1
    done = doctor("--repair", "--json")
    assert done.code == 0
    assert "is in the library again" in done.json()["repaired"][0]
    assert contents(folder) == whole
    assert contents(rescued.with_name(rescued.name + ".taken-back")) == whole
    assert doctor().code == 0


def test_a_folder_that_others_read_is_closed(home: Home, ask: Ask, doctor: Doctor) -> None:
    ask("markdown")
    home.data.chmod(0o755)
    assert "can be read by others" in doctor().out
    assert doctor("--repair").code == 0
    assert home.data.stat().st_mode & 0o777 == 0o700


def test_settings_a_server_and_a_terminal_that_are_wanting(home: Home, doctor: Doctor) -> None:
    (home.config / "config.toml").write_text('modle = "x"\n')
    done = home.run("doctor", "--json", "--base-url", "http://127.0.0.1:9", TMUX="yes", TERM="linux")
    assert done.code == 1
    assert "“modle” is no setting" in findings(done, "wrong")[0]
    assert "Nothing answers at http://127.0.0.1:9" in findings(done, "wrong")[1]
    assert "tmux takes Ctrl+B" in "\n".join(findings(done, "note"))
    assert "COLORTERM=truecolor" in "\n".join(findings(done, "note"))


def test_an_unknown_record_stays(home: Home, ask: Ask, doctor: Doctor) -> None:
    ask("markdown")
    journal = folder_of(home) / "messages.jsonl"
    later = json.dumps({"v": 1, "type": "later", "id": new_id()}).encode() + b"\n"
    journal.write_bytes(later + b"damaged\n" + journal.read_bytes())
    assert doctor("--repair").code == 0
    assert journal.read_bytes().startswith(later + b'{"v":1,"type":"message"')
