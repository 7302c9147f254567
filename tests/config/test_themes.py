"""Themes: the shipped ones are whole, a bad one is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat_tui.config.problems import ConfigError
from chat_tui.config.themes import COLORS, read_theme, shipped_themes, theme_files

GOOD = 'dark = false\n[colors]\nprimary = "#1f5fa8"\nforeground = "#222"\nbackground = "#faf8f4"\n'


def test_five_themes_are_shipped(tmp_path: Path) -> None:
    assert sorted(theme_files(tmp_path / "none")) == ["contrast", "ink", "moss", "paper", "plum"]


@pytest.mark.parametrize("name", ["contrast", "ink", "moss", "paper", "plum"])
def test_a_shipped_theme_has_every_colour(name: str) -> None:
    theme = read_theme(shipped_themes() / f"{name}.toml")
    assert theme.name == name
    assert set(theme.colors) == set(COLORS)
    assert theme.dark is (name != "paper")


def test_a_users_theme_hides_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "ink.toml").write_text(GOOD)
    (tmp_path / "mine.toml").write_text(GOOD)
    files = theme_files(tmp_path)
    assert read_theme(files["ink"]).dark is False
    assert files["mine"] == tmp_path / "mine.toml"
    assert len(files) == 6


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("drak = true", " has an unknown key “drak”. Did you mean “dark”?"),
        ("[colours]", " has an unknown key “colours”. Did you mean “colors”?"),
        (GOOD + 'pannel = "#000"', " has an unknown colour “pannel”. Did you mean “panel”?"),
        (GOOD + 'panel = "red"', ": the colour “panel” should look like #4477aa."),
        (GOOD + 'panel = "#12345"', ": the colour “panel” should look like #4477aa."),
        (GOOD + 'panel = "#12345\\n"', ": the colour “panel” should look like #4477aa."),
        (GOOD + "panel = 5", ": the colour “panel” should look like #4477aa."),
        ('[colors]\nprimary = "#000"\nforeground = "#fff"', " has no colour “background”."),
        ("", " has no colour “primary”."),
        ('dark = "yes"', " needs “dark = true” or “false”, and tables [colors] and [variables]."),
        ("colors = 5", " needs “dark = true” or “false”, and tables [colors] and [variables]."),
        (GOOD + "[variables]\nborder = 5", ": “variables.border” should be text."),
    ],
)
def test_a_bad_theme_is_one_sentence(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(content)
    with pytest.raises(ConfigError) as error:
        read_theme(file)
    assert str(error.value) == f"The theme {file}{said}"


@pytest.mark.parametrize("content", [b"dark = ", b"\xff\xfe"])
def test_a_theme_that_is_not_toml_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="is not TOML"):
        read_theme(file)


def test_a_theme_that_can_not_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"can't be read: No such file or directory\.$"):
        read_theme(tmp_path / "gone.toml")
