"""`chat-tui ask`: what it prints, keeps and returns."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from chat_tui.demo import samples
from chat_tui.demo.server import DEMO_KEY
from tests.cli.home import PATIENCE, Home, until

DEAD = "http://127.0.0.1:9"


def test_prints_the_text_and_nothing_else(home: Home) -> None:
    done = home.run("ask", "Say hello", "--model", "demo/markdown")
    assert (done.code, done.out, done.err) == (0, samples.MARKDOWN, "")


def test_the_model_may_stand_before_the_command(home: Home) -> None:
    assert home.run("--model", "demo/echo", "ask", "Hi", "--json").json()["model"] == "demo/echo"


def test_words_need_no_quotes(home: Home) -> None:
    done = home.run("ask", "Say", "hello", "--model", "demo/echo")
    assert '"content": "Say hello"' in done.out


def test_piped_in_follows_the_prompt_and_json_is_one_object(home: Home) -> None:
    done = home.run("ask", "Summarise", "--model", "demo/echo", "--json", given="A long text.\n")
    answer = done.json()
    assert (done.code, done.err, answer["schema"]) == (0, "", 1)
    assert (answer["status"], answer["requested_model"], answer["model"]) == ("complete", "demo/echo", "demo/echo")
    assert answer["provider"]
    assert isinstance(answer["cost"], int | float)
    assert not isinstance(answer["cost"], bool)
    assert all(isinstance(count, int) for count in answer["tokens"].values())
    assert json.loads(answer["text"].partition("```json")[2].rstrip("`\n"))["messages"] == [
        {"role": "user", "content": "Summarise\n\nA long text.\n"}
    ]


def test_a_priced_model_has_a_cost(home: Home) -> None:
    answer = home.run("ask", "Hi", "--model", "openai/gpt-5.5", "--json").json()
    assert answer["cost"] > 0


def test_piped_in_alone_is_the_prompt(home: Home) -> None:
    done = home.run("ask", "--model", "demo/echo", given="From a pipe")
    assert '"content": "From a pipe"' in done.out


def test_no_stream(home: Home) -> None:
    done = home.ask("echo", "--no-stream")
    assert done.code == 0
    assert '"stream": false' in done.out
    assert '"stream": true' in home.ask("echo").out


def test_system(home: Home) -> None:
    done = home.ask("echo", "--system", "Answer in one word.", "--json")
    request = json.loads(done.json()["text"].partition("```json")[2].rstrip("`\n"))
    assert request["messages"][0] == {"role": "system", "content": "Answer in one word."}


def test_no_save_leaves_nothing(home: Home) -> None:
    done = home.ask("markdown", "--no-save", "--json")
    assert (done.code, done.json()["conversation"]) == (0, None)
    assert not home.data.exists()
    assert home.files() == []


def test_saved_by_default_and_found_again(home: Home) -> None:
    assert home.ask("markdown").code == 0
    (row,) = home.conversations()
    assert (row["title"], row["model"]) == ("Say hello", "demo/markdown")
    assert Path(row["folder"]).is_dir()
    listed = home.run("list")
    assert listed.out.startswith(row["id"])
    assert listed.out.endswith("Say hello\n")
    shown = home.run("show", row["id"][:8])
    assert shown.code == 0
    assert "Say hello" in shown.out
    assert samples.MARKDOWN.strip() in shown.out


def test_what_is_saved_is_private(home: Home) -> None:
    home.ask("markdown")
    entries = [path for folder in ("data", "state") for path in (home.root / folder).rglob("*")]
    assert len(entries) > 4
    assert [path for path in entries if path.stat().st_mode & 0o077] == []


def test_unknown_model(home: Home) -> None:
    done = home.ask("nosuch")
    assert (done.code, done.out) == (1, "")
    assert "demo/nosuch" in done.sentence


def test_rate_limit(home: Home) -> None:
    done = home.ask("error-429")
    assert (done.code, done.out) == (1, "")
    assert "limit" in done.sentence


def test_a_refused_key(home: Home) -> None:
    done = home.ask("error-401")
    assert (done.code, done.out) == (1, "")
    assert "OPENROUTER_API_KEY" in done.sentence


@pytest.mark.parametrize("model", ["error-midstream", "cut"])
def test_what_arrived_before_the_failure_is_printed_and_kept(home: Home, model: str) -> None:
    done = home.ask(model)
    assert (done.code, done.out) == (1, samples.BEGINNING + "\n")
    assert done.sentence
    assert home.messages()[-1]["status"] == "failed"
    assert samples.BEGINNING in home.run("show", home.conversations()[0]["id"]).out


def test_a_failure_in_json(home: Home) -> None:
    done = home.ask("cut", "--json")
    answer = done.json()
    assert (done.code, answer["status"], answer["text"]) == (1, "failed", samples.BEGINNING)
    assert answer["error"] == done.sentence


def test_hostile_errors_are_printable(home: Home) -> None:
    (home.config / "config.toml").write_text("retries = 0\n")
    done = home.ask("error-escape")
    assert done.code == 1
    assert "␛" in done.sentence
    assert all(character.isprintable() for character in done.sentence)


def test_hostile_text_in_a_pipe_is_the_original(home: Home) -> None:
    assert home.ask("escape").out == samples.ESCAPE


def test_a_busy_provider_is_asked_again_and_that_is_said(home: Home) -> None:
    done = home.ask("flaky", "--json")
    assert (done.code, done.json()["status"]) == (0, "complete")
    assert [attempt["code"] for attempt in done.json()["failed_attempts"]] == ["429", "429"]
    assert done.err.count("Attempt") == 2


def test_who_served_though_it_may_not_is_said_and_in_the_json(home: Home) -> None:
    (home.config / "config.toml").write_text('[provider]\nonly = ["demo"]\n')
    done = home.ask("misrouted", "--json")
    assert (done.code, done.sentence) == (0, done.json()["violation"])
    assert "only demo may serve, Novita did" in done.sentence


def test_a_raw_prompt_goes_out_as_it_stands(home: Home) -> None:
    done = home.run("ask", "--raw", "--model", "demo/echo", given="Once upon a time")
    request = json.loads(done.out.partition("```json\n")[2].partition("\n```")[0])
    assert done.code == 0
    assert request["prompt"] == "Once upon a time"
    assert "messages" not in request


def test_a_raw_prompt_has_no_system_prompt_beside_it(home: Home) -> None:
    done = home.run("ask", "--raw", "--system", "Be brief.", "Once")
    assert (done.code, done.out) == (2, "")
    assert "--system" in done.sentence


def test_what_a_server_has_no_place_for_is_named(home: Home) -> None:
    server = home.environment()["OPENROUTER_BASE_URL"].removesuffix("/api/v1")
    speaks = f'[servers."{server}"]\nspeaks = "openai"\n'
    (home.config / "config.toml").write_text(f'[provider]\nsort = "price"\n{speaks}')
    done = home.ask("echo")
    assert done.code == 0
    assert "provider" in done.sentence
    assert '"provider"' not in done.out


def test_an_empty_prompt_is_wrong_usage(home: Home) -> None:
    for done in (home.run("ask"), home.run("ask", " "), home.run("ask", given=" \n")):
        assert (done.code, done.out) == (2, "")
        assert "chat-tui ask" in done.sentence


def test_a_pipe_without_end_is_wrong_usage(home: Home) -> None:
    done = home.run_shell("yes | $chat_tui ask --model demo/echo")
    assert (done.code, done.out) == (2, "")
    assert "more than 64 MiB" in done.sentence


@pytest.mark.parametrize("proxy", [DEAD, "socks5://127.0.0.1:9"])
def test_loopback_needs_no_proxy(home: Home, proxy: str) -> None:
    proxies = {f"{name}_PROXY": proxy for name in ("HTTP", "HTTPS", "ALL")}
    done = home.ask("markdown", **proxies, **{name.lower(): value for name, value in proxies.items()})
    assert (done.code, done.out, done.err) == (0, samples.MARKDOWN, "")


def test_nothing_answers(home: Home) -> None:
    done = home.ask("markdown", OPENROUTER_BASE_URL=f"{DEAD}/api/v1")
    assert (done.code, done.out) == (1, "")
    assert DEAD in done.sentence


def test_plain_http_elsewhere_is_refused(home: Home) -> None:
    done = home.ask("markdown", "--base-url", "http://example.com/api/v1")
    assert (done.code, done.out) == (1, "")
    assert "https" in done.sentence


def test_no_key_names_both_ways_and_the_demo(keyless_home: Home) -> None:
    done = keyless_home.ask("markdown")
    assert (done.code, done.out) == (1, "")
    for way in ("OPENROUTER_API_KEY", str(keyless_home.config / "credentials.toml"), "--demo"):
        assert way in done.sentence


def test_an_interrupt_keeps_what_arrived(slow_home: Home) -> None:
    with slow_home.start("ask", "Say hello", "--model", "demo/slow") as asking:
        until(lambda: "simulated" in slow_home.partial(), "the first words")
        asking.send_signal(signal.SIGINT)
        out, err = asking.communicate(timeout=PATIENCE)
    assert asking.returncode == 130
    assert b"Traceback" not in err
    assert len(err.splitlines()) == 1
    prompt, reply = slow_home.messages()
    assert prompt["role"] == "user"
    assert reply["status"] in ("cancelled", "interrupted")
    kept = reply["parts"][0]["text"]
    assert "simulated" in kept
    assert kept.startswith(out.decode().rstrip("\n"))
    assert slow_home.partial() == ""


def test_who_reads_us_may_leave(home: Home) -> None:
    done = home.run_shell("{ $chat_tui ask 'Give me 20000 tokens' --model demo/fast; echo $? >code; } | head -n 1")
    assert done.out == "## Section 1\n"
    assert done.err == ""
    assert (home.work / "code").read_text() in ("0\n", "141\n")
    assert home.messages()[-1]["parts"][0]["text"].startswith("## Section 1\n")


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(home: Home, closed: str) -> None:
    done = home.run_shell(f"$chat_tui ask 'Say hello' --model demo/markdown {closed}")
    assert (done.code, done.err) == (0, "")
    assert done.out == ("" if ">&-" in closed.replace("2>&-", "") else samples.MARKDOWN)
    assert home.messages()[-1]["parts"][0]["text"] == samples.MARKDOWN


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_the_output(home: Home) -> None:
    done = home.run_shell("$chat_tui ask 'Say hello' --model demo/markdown >/dev/full")
    assert done.code == 1
    assert "No space left" in done.sentence


def test_bytes_that_are_no_text(home: Home) -> None:
    done = home.run_shell("$chat_tui ask \"$(printf 'a\\377b')\" --model demo/echo && $chat_tui show 0")
    assert (done.code, done.err) == (0, "")
    assert done.out.count('"content": "a') == 2


def test_a_terminal_that_knows_only_ascii(home: Home) -> None:
    done = home.ask("markdown", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert (done.code, done.err) == (0, "")
    assert "# A reply with everything in it" in done.out


def test_the_key_is_nowhere(home: Home) -> None:
    outcomes = [home.ask(model, "--json") for model in ("echo", "error-401", "error-429", "cut")]
    outcomes += [home.run(*words) for words in (["paths"], ["models"], ["list"], ["ask", "x", "--nosuch"])]
    outcomes.append(home.ask("markdown", "--base-url", "http://nosuch.invalid"))
    assert [done for done in outcomes if DEMO_KEY in done.out + done.err] == []
    files = home.files()
    assert len(files) > 4
    assert [file for file in files if DEMO_KEY.encode() in file.read_bytes()] == []


@pytest.mark.parametrize(("variable", "place"), [("DATA", "state/unsaved"), ("STATE", "chat-tui-unsaved")])
def test_a_folder_that_can_not_be_made(home: Home, variable: str, place: str) -> None:
    (home.root / "blocked").write_text("a file where a folder should be")
    done = home.ask("markdown", "--json", **{f"CHAT_TUI_{variable}_DIR": str(home.root / "blocked")})
    assert (done.code, done.json()["text"], done.json()["conversation"]) == (0, samples.MARKDOWN, None)
    (kept,) = (home.root / place).glob("*/messages.jsonl")
    assert done.sentence.startswith("“Say hello” could not be saved (")  # and not that it is kept in memory
    assert str(home.root / "blocked") in done.sentence
    assert str(kept.parent) in done.sentence
    assert [json.loads(line)["role"] for line in kept.read_bytes().splitlines()] == ["user", "assistant"]


def test_the_temporary_folder_is_gone(home: Home) -> None:
    done = home.ask("markdown", "--no-save", TMPDIR=str(home.root))
    assert done.code == 0
    assert [path.name for path in home.root.iterdir() if "chat-tui-ask" in path.name] == []


def test_a_killed_ask_loses_nothing(slow_home: Home) -> None:
    with slow_home.start("ask", "Say hello", "--model", "demo/slow") as asking:
        until(lambda: "simulated" in slow_home.partial(), "the first words")
        asking.kill()
        asking.communicate(timeout=PATIENCE)
    assert asking.returncode == -signal.SIGKILL
    assert [record["role"] for record in slow_home.messages()] == ["user"]
    assert "simulated" in slow_home.partial()
    assert slow_home.run("list").out.endswith("Say hello\n")


def test_help_lists_what_there_is(home: Home) -> None:
    helped = home.run("ask", "--help")
    assert helped.code == 0
    for option in ("--model", "--system", "--json", "--no-stream", "--no-save", "--data-dir", "--base-url"):
        assert option in helped.out


def test_output_comes_while_it_streams(slow_home: Home) -> None:
    with slow_home.start("ask", "Say hello", "--model", "demo/slow") as asking:
        try:
            assert asking.stdout is not None
            assert asking.stdout.read(9) == b"This is a"
            assert asking.poll() is None
        finally:
            asking.kill()
            asking.communicate(timeout=PATIENCE)


def test_a_local_preset_is_used_and_the_chat_remembers_its_name(home: Home) -> None:
    presets = home.config / "presets"
    presets.mkdir()
    (presets / "brief.toml").write_text('model = "demo/echo"\nmodle = 1\n[parameters]\ntemperature = 0.25\n')
    done = home.run("ask", "Hi", "--preset", "brief")
    assert done.code == 0
    assert '"temperature": 0.25' in done.out
    assert "local_preset" not in done.out
    assert f"{presets / 'brief.toml'}, line 2: “modle” is no setting" in done.sentence
    (kept,) = home.conversations()
    assert (
        'local_preset = "brief"'
        in (next(home.data.glob(f"conversations/*{kept['id']}")) / "conversation.toml").read_text()
    )

    wrong = home.run("ask", "Hi", "--preset", "breif")
    assert (wrong.code, wrong.out) == (1, "")
    assert "Did you mean “brief”?" in wrong.sentence


def test_a_hard_budget_refuses_unless_told_otherwise_and_a_soft_one_is_a_sentence(home: Home) -> None:
    (home.config / "config.toml").write_text('model = "openai/gpt-5.5"\n[budget]\nday_ask = 0\nchat_warn = 0\n')
    for more in ((), ("--no-save",)):
        done = home.run("ask", "Is it dear?", *more)
        assert (done.code, done.out) == (1, "")
        assert done.sentence.startswith("Today has cost $0 of its budget of $0, and this reply could cost up to ≈ $")
        assert done.sentence.endswith("Nothing was sent. To send it all the same: --over-budget.")
    assert home.conversations() == []
    done = home.run("ask", "Is it dear?", "--over-budget")
    assert (done.code, bool(done.out)) == (0, True)
    assert "This chat has cost $0.0" in done.sentence
    assert "Today has cost $0.0" in home.run("ask", "And now?").sentence
