"""The other commands, and what all have in common: folders, files, keys, wrong usage."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from chat_tui import __version__
from chat_tui.demo.catalogue import models
from chat_tui.demo.server import DEMO_KEY, DemoServer
from tests.cli.home import PATIENCE, Home

COMMANDS = ("ask", "list", "search", "show", "export", "import", "models", "paths", "demo-server")


def test_version(home: Home) -> None:
    assert home.run("--version").out == f"chat-tui {__version__}\n"


def test_help_names_every_command(home: Home) -> None:
    helped = home.run("--help")
    assert (helped.code, helped.err) == (0, "")
    for name in COMMANDS:
        assert f"\n    {name} " in helped.out or f"\n    {name}\n" in helped.out
        assert home.run(name, "--help").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["--nosuch"],
        ["nosuch"],
        ["ask", "x", "--nosuch"],
        ["show"],
        ["list", "x"],
        ["--resume", "x", "--new"],
        ["--demo", "ask", "x"],
    ],
)
def test_wrong_usage(home: Home, words: list[str]) -> None:
    done = home.run(*words)
    assert (done.code, done.out) == (2, "")
    assert "error:" in done.err
    assert "Traceback" not in done.err


def test_abbreviated_flags_are_wrong(home: Home) -> None:
    assert home.run("ask", "x", "--mod", "demo/echo").code == 2


def test_the_application_needs_a_terminal(home: Home) -> None:
    done = home.run("--demo")
    assert (done.code, done.out) == (2, "")
    assert "chat-tui ask" in done.sentence


def test_an_unknown_theme_names_the_nearest(home: Home) -> None:
    done = home.run("--theme", "mos")
    assert (done.code, done.out) == (1, "")
    assert "Did you mean “moss”?" in done.sentence


def test_resuming_an_unknown_conversation(home: Home) -> None:
    done = home.run("--resume", "zzz")
    assert (done.code, done.out) == (1, "")
    assert "zzz" in done.sentence


def test_no_conversations_yet(home: Home) -> None:
    done = home.run("list")
    assert (done.code, done.out) == (0, "")
    assert "chat-tui" in done.sentence
    assert home.conversations() == []


def test_the_last_changed_is_listed_first(home: Home) -> None:
    for prompt in ("first", "second"):
        home.converse(prompt)
    rows = home.conversations()
    assert [row["title"] for row in rows] == ["second", "first"]
    assert all(row["created"].endswith("Z") for row in rows)


def test_show_wants_one_conversation(home: Home) -> None:
    for _ in range(2):
        home.converse()
    unknown, ambiguous = home.run("show", "zzz"), home.run("show", "0")
    assert (unknown.code, unknown.out, ambiguous.code, ambiguous.out) == (1, "", 1, "")
    assert "zzz" in unknown.sentence
    assert ambiguous.sentence.startswith("2 conversations")


def test_models(home: Home) -> None:
    done = home.run("models")
    assert (done.code, done.err) == (0, "")
    listed = [line.split()[0] for line in done.out.splitlines()]
    assert "demo/markdown" in listed
    assert "openai/gpt-5.5" in listed
    assert set(listed) <= set(models())


def test_models_as_json(home: Home) -> None:
    listing = home.run("models", "--json").json()
    assert listing["schema"] == 1
    by_id = {row["id"]: row for row in listing["models"]}
    priced = by_id["openai/gpt-5.5"]
    assert priced["prompt_price"] == float(models()["openai/gpt-5.5"].entry["pricing"]["prompt"])
    assert isinstance(priced["context_length"], int)
    assert "text" in priced["input_modalities"]


def test_models_without_a_server(home: Home) -> None:
    done = home.run("models", OPENROUTER_BASE_URL="http://127.0.0.1:9/api/v1")
    assert (done.code, done.out) == (1, "")
    assert "127.0.0.1:9" in done.sentence


def test_paths(home: Home) -> None:
    done = home.run("paths")
    shown = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    told = home.run("paths", "--json").json()
    assert (done.code, done.err, told["schema"]) == (0, "", 1)
    assert told["paths"] == shown
    assert shown["conversations"] == str(home.data / "conversations")
    assert shown["credentials"] == str(home.config / "credentials.toml")
    assert home.files() == []


def test_folders_by_flag_before_and_after_the_command(home: Home) -> None:
    flags = ["--data-dir", str(home.root / "d"), "--config-dir", str(home.root / "c")]
    before, after = home.run(*flags, "paths", "--json"), home.run("paths", "--json", *flags)
    assert (before.code, after.code) == (0, 0)
    assert before.json() == after.json()
    paths = before.json()["paths"]
    assert paths["conversations"] == str(home.root / "d" / "conversations")
    assert paths["settings"] == str(home.root / "c" / "config.toml")


def test_the_server_by_flag_before_and_after_the_command(home: Home, server: DemoServer) -> None:
    flags = ["--base-url", server.base_url]
    nowhere = "http://127.0.0.1:9/api/v1"
    assert home.run(*flags, "models", OPENROUTER_BASE_URL=nowhere).code == 0
    assert home.run("models", *flags, OPENROUTER_BASE_URL=nowhere).code == 0


def test_a_bad_config_file_is_reported_and_left_out(home: Home) -> None:
    (home.config / "config.toml").write_text('model = = "x"\n')
    done = home.ask("echo")
    assert done.code == 0
    assert '"content": "Say hello"' in done.out
    assert str(home.config / "config.toml") in done.sentence


def test_a_bad_setting_is_reported_and_the_rest_counts(home: Home) -> None:
    (home.config / "config.toml").write_text('modell = "x"\nmodel = "demo/echo"\nsystem = "Be kind."\n')
    done = home.run("ask", "Hi")
    assert done.code == 0
    assert '"content": "Be kind."' in done.out
    assert "Did you mean “model”?" in done.sentence


def test_credentials_in_a_private_file(home: Home, server: DemoServer) -> None:
    file = home.config / "credentials.toml"
    origin = server.base_url.removesuffix("/api/v1")
    file.write_text(f'[servers."{origin}"]\nkey = "{DEMO_KEY}"\n')
    file.chmod(0o600)
    assert home.ask("echo", OPENROUTER_API_KEY="").code == 0
    file.chmod(0o644)
    refused = home.ask("echo", OPENROUTER_API_KEY="")
    assert (refused.code, refused.out) == (1, "")
    assert f"chmod 600 '{file}'" in refused.sentence
    assert DEMO_KEY not in refused.err


def test_a_key_for_openrouter_goes_nowhere_else(home: Home) -> None:
    file = home.config / "credentials.toml"
    file.write_text(f'key = "{DEMO_KEY}"\n')
    file.chmod(0o600)
    done = home.ask("echo", OPENROUTER_API_KEY="")
    assert (done.code, done.out) == (1, "")


def test_damaged_credentials_are_not_quoted(home: Home) -> None:
    file = home.config / "credentials.toml"
    file.write_text(f"key = {DEMO_KEY}\n")
    file.chmod(0o600)
    done = home.ask("echo", OPENROUTER_API_KEY="")
    assert (done.code, done.out) == (1, "")
    assert str(file) in done.sentence
    assert DEMO_KEY not in done.err


def test_a_taken_port(home: Home) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = home.run("demo-server", "--port", str(port))
    assert (done.code, done.out) == (1, "")
    assert str(port) in done.sentence


def test_a_port_that_does_not_exist(home: Home) -> None:
    done = home.run("demo-server", "--port", "70000")
    assert (done.code, done.out) == (1, "")
    assert "70000" in done.sentence


def test_the_demo_server_serves_until_interrupted(home: Home) -> None:
    with home.start("demo-server", "--port", "0") as serving:
        try:
            assert serving.stderr is not None
            told: list[str] = []
            while not told or "API_KEY" not in told[-1]:
                told.append(serving.stderr.readline().decode())
                assert told[-1], "it ended too early"
            variables = dict(line.split()[1].split("=", 1) for line in told if "export" in line)
            asked = home.run("ask", "Hi", "--model", "demo/echo", **variables)
            assert (asked.code, asked.err) == (0, "")
        finally:
            serving.send_signal(signal.SIGINT)
            serving.communicate(timeout=PATIENCE)
    assert serving.returncode == 0


def test_hostile_titles_are_one_printable_line(home: Home) -> None:
    home.converse("one\x1b]0;owned\x07\ntwo\x9b2J")
    listed = home.run("list").out
    assert listed.count("\n") == 1
    assert all(character.isprintable() for character in listed.strip())
    assert "␛]0;owned␇ two" in listed


def test_the_data_folder_of_a_list_may_be_missing(home: Home, tmp_path: Path) -> None:
    done = home.run("list", "--data-dir", str(tmp_path / "nosuch"))
    assert (done.code, done.out) == (0, "")


@pytest.mark.parametrize("toml", ["x = " + "[" * 3000, "x = " + "9" * 5000, "x = ", "\xff"], ids=range(4))
def test_a_file_that_is_no_toml_ends_nothing(home: Home, toml: str) -> None:
    home.converse()
    for file in (home.config / "config.toml", next(home.data.rglob("conversation.toml"))):
        file.write_text(toml, encoding="latin-1")
    listed = home.run("list", "--json")
    assert listed.code == 0
    assert len(listed.json()["conversations"]) == 1
    shown = home.run("show", listed.json()["conversations"][0]["id"])
    assert shown.code == 0
    asked = home.ask("echo")
    assert asked.code == 0
    assert "config.toml" in asked.sentence


def test_a_folder_that_can_be_none_is_named(home: Home) -> None:
    done = home.run("ask", "Hi", "--model", "demo/echo", CHAT_TUI_DATA_DIR="~nosuch-user/x")
    assert done.code == 1
    assert "~nosuch-user/x" in done.sentence


def test_a_host_that_can_be_none_is_one_sentence(home: Home) -> None:
    assert "base URL" in home.run("ask", "Hi", "--base-url", "https://xn--/").sentence


def test_a_fault_goes_to_the_log_and_not_to_the_screen(home: Home) -> None:
    script = (
        "import logging; from chat_tui.cli import log; log.begin()\n"
        "try: raise ValueError('sk-or-v1-secret')\n"
        "except ValueError: logging.getLogger('chat_tui.engine').exception('A fault')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=home.environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    log = home.root / "state" / "chat-tui.log"
    assert log.stat().st_mode & 0o777 == 0o600
    assert "A fault" in log.read_text()
    assert "secret" not in log.read_text()
