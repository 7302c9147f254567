"""The application starts with every broken settings file, and says what is wrong in it and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat_tui.app import ChatApp
from chat_tui.cli.main import main
from chat_tui.config.layers import Held
from chat_tui.config.settings import BUILT_IN
from tests.cli.home import Home, command
from tests.terminal.driver import Terminal

NOT_TOML = "is not TOML: "
BROKEN: list[tuple[str | bytes, str]] = [
    # Files that say nothing
    ("= 5", f": {NOT_TOML}"),
    ("model = ", f": {NOT_TOML}"),
    ("model = 'a' model = 'b'", f": {NOT_TOML}"),
    ("model = 'a'\nmodel = 'b'", f": {NOT_TOML}"),
    ("[parameters\ntop_k = 1", f": {NOT_TOML}"),
    ("[parameters]\n[parameters]", f": {NOT_TOML}"),
    ("model = 'a'\n[model]", f": {NOT_TOML}"),
    ("system = '''never ends", f": {NOT_TOML}"),
    ("model = 'a\n'", f": {NOT_TOML}"),
    ('model = "\\q"', f": {NOT_TOML}"),
    ("models = ['a', 'b'", f": {NOT_TOML}"),
    ("parameters = {top_k = 1", f": {NOT_TOML}"),
    ('{"model": "a/b"}', f": {NOT_TOML}"),
    ("model: a/b", f": {NOT_TOML}"),
    (b"\xff\xfem\x00", f": {NOT_TOML}"),
    (b"model = '\xe9'", f": {NOT_TOML}"),
    (b"\x00" * 64, f": {NOT_TOML}"),
    ("<<<<<<< HEAD\nmodel = 'a'\n=======", f": {NOT_TOML}"),
    ("x = " + "[" * 2000, f": {NOT_TOML}"),
    ("x = " + "9" * 5000, f": {NOT_TOML}a number in it is too long"),
    ("parameters.seed = 99999999999999999999", f": {NOT_TOML}a number in it is too long"),
    ("x." * 60 + "y = 1", f": {NOT_TOML}it is nested too deeply"),
    # Names that nothing has
    ("modle = 'a'", ", line 1: “modle” is no setting, so it was left out. Did you mean “model”?"),
    ("\n\n[provider]\nsrot = 'price'", ", line 4: “provider.srot” is no setting, so it was left out. Did you mean"),
    ("# a\n[[plugins]]\nid = 'web'\nmax_result = 3", ", line 4: “plugins.web.max_result” is no setting"),
    ("temperature = 1", ", line 1: “temperature” is no setting"),
    ("base_url = 'https://evil.example'", ", line 1: “base_url” is no setting"),
    ("'' = 1", ", line 1: is no setting"),
    ('"\\u001b[2J" = 1', "is no setting"),
    ("'[/foo]' = 1", ", line 1: “[/foo]” is no setting"),
    ("[a.b.c]\nd = 1", ", line 1: “a” is no setting"),
    ("unset = ['modle']", ", line 1: “unset” names no setting with “modle”. Did you mean “model”?"),
    # Values of the wrong kind
    ("model = 5", ", line 1: “model” should be text."),
    ("model = ['a']", ", line 1: “model” should be text."),
    ("models = 'a'", ", line 1: “models” should be a list."),
    ("parameters = 'x'", ", line 1: “parameters” should be a table."),
    ("provider = [1]", ", line 1: “provider” should be a table."),
    ("plugins = 'web'", ", line 1: “plugins” should be a list."),
    ("plugins = ['web']", ", line 1: “plugins” is wrong at item 1: it should be a table."),
    ("plugins = [{}]", ", line 1: “plugins” is wrong at item 1: it needs “id”, a text."),
    ("tools = [\n{type = 5}]", ", line 2: “tools” is wrong at item 1: it needs “type”, a text."),
    (
        "[parameters]\nlogit_bias = {x = 'y'}",
        ", line 2: “parameters.logit_bias” is wrong at “x”: it should be a number.",
    ),
    ("servers = 5", ", line 1: “servers” should be a table."),
    ("[servers.x]\nspeaks = 'openai'", ", line 1: “servers.x” is no origin"),
    ("theme = 5", ", line 1: “theme” should be text."),
    ("theme = 1979-05-27", ", line 1: “theme” should be text."),
    ("theme = 'mos'", ": “theme” names no theme there is: “mos”. “ink” is used. Did you mean “moss”?"),
    ("unset = 'model'", ", line 1: “unset” should be a list of settings' names."),
    # Values out of range
    ("[parameters]\ntemperature = 3", ", line 2: “parameters.temperature” is 3, above its most, 2."),
    ("[parameters]\ntemperature = nan", ", line 2: “parameters.temperature” should be a number."),
    ("[parameters]\ntemperature = -inf", ", line 2: “parameters.temperature” is -inf, below its least, 0."),
    ("provider.max_price.prompt = 'abc'", ", line 1: “provider.max_price.prompt” should be a number."),
    ("provider.max_price.prompt = -1", ", line 1: “provider.max_price.prompt” is -1, below its least, 0."),
    ("provider.sort = 'cheap'", ", line 1: “provider.sort” is 'cheap', which isn't one of price,"),
    ("timeouts.idle = 0", ", line 1: “timeouts.idle” is 0, below its least, 1."),
    ("retries = 1000", ", line 1: “retries” is 1000, above its most, 3."),
    ("trace = {since = 1979-05-27}", ", line 1: “trace” holds a date, a time, nan or inf"),
    ("[reasoning]\neffort = 'low'\nmax_tokens = 9", ", line 3: “reasoning.max_tokens” excludes reasoning.effort"),
    ("local_preset = 'gone'", "There is no preset “gone” in "),
    ("local_preset = '../../etc/passwd'", "“../../etc/passwd” can't be a preset's name"),
]


@pytest.fixture
def launched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[ChatApp]:
    """What was started, in place of running it."""
    apps: list[ChatApp] = []

    def start(app: ChatApp) -> None:
        apps.append(app)

    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"CHAT_TUI_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("OPENROUTER_BASE_URL", "http://127.0.0.1:9/api/v1")
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.headless_driver:HeadlessDriver")
    monkeypatch.setattr(ChatApp, "run", start)
    (tmp_path / "config").mkdir()
    return apps


@pytest.mark.parametrize(("content", "said"), BROKEN, ids=map(str, range(len(BROKEN))))
def test_it_starts_and_says_what_is_wrong(
    tmp_path: Path, launched: list[ChatApp], content: str | bytes, said: str
) -> None:
    file = tmp_path / "config" / "config.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = file.read_bytes()
    assert main([]) == 0
    (app,) = launched
    launch = app._launch
    (problem,) = [*launch.problems, *launch.chat.preset_problems]
    assert said in problem
    if "preset" not in said:
        assert problem.startswith(str(file))
    assert launch.chat.model == BUILT_IN["model"]
    assert launch.theme is not None
    assert launch.theme.name == BUILT_IN["theme"]
    assert file.read_bytes() == before


def test_the_rest_of_a_broken_file_counts(tmp_path: Path, launched: list[ChatApp]) -> None:
    file = tmp_path / "config" / "config.toml"
    file.write_bytes("\ufeffmodel = 'm/one'\r\nmodle = 1\r\n[parameters]\r\nseed = 7\r\ntop_p = 9\r\n".encode())
    assert main([]) == 0
    launch = launched[0]._launch
    assert launch.chat.settings == {"model": "m/one", "parameters": {"seed": 7}}
    assert [problem.partition(": ")[0] for problem in launch.problems] == [f"{file}, line 2", f"{file}, line 5"]


@pytest.mark.xdist_group("terminal")
@pytest.mark.parametrize(("content", "said"), [(b"\xff\xfe", "TOML"), (b"'[/b]' = 1\n", "“[/b]”")])
def test_a_person_sees_what_is_wrong(tmp_path: Path, content: bytes, said: str) -> None:
    home = Home(tmp_path, "http://127.0.0.1:9/api/v1")
    (home.config / "config.toml").write_bytes(content)
    with Terminal(command(), home.environment(), home.work) as terminal:
        terminal.wait_for(said)
        assert terminal.quit() == 0


def test_the_demo_keeps_its_changes_to_itself(tmp_path: Path, launched: list[ChatApp]) -> None:
    (tmp_path / "config" / "config.toml").write_text('theme = "moss"\nmodel = "m/one"\n')
    assert main(["--demo"]) == 0
    launch = launched[0]._launch
    assert launch.theme is not None
    assert (launch.theme.name, launch.chat.layers.held("model")) == ("moss", Held("demo/markdown", "built-in"))
    assert tmp_path not in launch.library.paths.settings.parents
    assert tmp_path not in launch.library.presets.folder.parents
