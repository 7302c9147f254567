"""Local presets: files in the shape of the settings, which can't do what a stranger's file must not."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from chat_tui.config.presets import Presets
from chat_tui.config.problems import ConfigError

SETTINGS = {
    "model": "a/b",
    "models": ["c/d"],
    "system": "Be brief.\nAnd kind: “ü”",
    "parameters": {"temperature": 0.2, "logit_bias": {"50256": -100}},
    "reasoning": {"effort": "high"},
    "provider": {"sort": {"by": "price", "partition": "none"}, "only": ["groq"]},
    "plugins": [{"id": "web", "max_results": 3}, {"id": "response-healing"}],
    "tools": [{"type": "openrouter:web_search", "parameters": {"engine": "exa"}}],
    "unset": ["parameters.seed"],
}


@pytest.fixture
def presets(tmp_path: Path) -> Presets:
    return Presets(tmp_path / "presets")


def test_what_is_written_is_read_again(presets: Presets) -> None:
    assert presets.names() == []
    written = presets.write("mine", SETTINGS)
    assert presets.read("mine") == written
    assert (written.settings, written.problems) == (SETTINGS, ())
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(presets.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("base_url = 'https://evil.example'", "line 1: “base_url” is no setting, so it was left out."),
        ("command = 'rm -rf /'", "line 1: “command” is no setting"),
        ("\nheaders = {x-anthropic-beta = 'a'}", "line 2: “headers” can't be set by a preset. It was left out."),
        ("attribution = {title = 'x'}", "line 1: “attribution” can't be set by a preset."),
        ("theme = 'paper'", "line 1: “theme” can't be set by a preset."),
        ("[servers.'https://evil.example']\nspeaks = 'openai'", "line 1: “servers” can't be set by a preset."),
        ("timeouts = {idle = 1}", "line 1: “timeouts” can't be set by a preset."),
        ("local_preset = 'other'", "line 1: “local_preset” can't be set by a preset."),
        ("parameters.temperature = 3", "line 1: “parameters.temperature” is 3, above its most, 2."),
        ("modle = 'x'", "line 1: “modle” is no setting, so it was left out. Did you mean “model”?"),
        ("= 1", "is not TOML: "),
        (b"\xff", "is not TOML: "),
    ],
)
def test_what_is_wrong_is_left_out_and_named(presets: Presets, content: str | bytes, said: str) -> None:
    presets.folder.mkdir()
    data = content if isinstance(content, bytes) else f"{content}\n".encode()
    presets.path("x").write_bytes(data)
    preset = presets.read("x")
    (problem,) = map(str, preset.problems)
    assert problem.startswith(f"{preset.path}{', ' if 'line' in said else ': '}{said}")
    assert preset.settings in ({}, {"parameters": {}})


def test_renaming_keeps_the_file_as_it_is(presets: Presets) -> None:
    presets.folder.mkdir()
    presets.path("old").write_text("# mine\nmodel = 'a/b'  # best\n")
    presets.write("taken", {})
    with pytest.raises(ConfigError, match="There is a preset “taken” already"):
        presets.rename("old", "taken")
    renamed = presets.rename("old", "New one")
    assert renamed.path.read_text() == "# mine\nmodel = 'a/b'  # best\n"
    assert presets.names() == ["New one", "taken"]


def test_a_missing_preset_names_the_nearest(presets: Presets) -> None:
    presets.write("careful", {})
    for do in (presets.read, presets.delete):
        with pytest.raises(ConfigError, match=r"There is no preset “carefull” in .*\. Did you mean “careful”\?"):
            do("carefull")


def test_files_that_are_no_presets_are_not_listed(presets: Presets) -> None:
    presets.folder.mkdir()
    for name in ("a.txt", ".hidden.toml", "@x.toml"):
        (presets.folder / name).write_text("")
    (presets.folder / "folder.toml").mkdir()
    assert presets.names() == []


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "a/b", "../a", "/etc/passwd"),
        *("a\0", "a\nb", " a", "a ", "a.", "@a", "😀", "x" * 65, "NUL", "con.x"),
    ],
)
def test_no_file_elsewhere_can_be_named(presets: Presets, name: str) -> None:
    for do in (presets.read, presets.delete, presets.content, lambda name: presets.write(name, {})):
        with pytest.raises(ConfigError, match="can't be a preset's name"):
            do(name)
    assert not presets.folder.exists()


def test_a_linked_preset_stays_a_link(presets: Presets, tmp_path: Path) -> None:
    whole = tmp_path / "shared.toml"
    whole.write_text("model = 'a/b'\n")
    presets.folder.mkdir()
    presets.path("linked").symlink_to(whole)
    presets.write("linked", {"model": "c/d"}, replacing=True)
    assert presets.path("linked").is_symlink()
    assert 'model = "c/d"' in whole.read_text()
