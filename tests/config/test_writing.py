"""Changing one setting in a person's own file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from chat_tui.config.problems import ConfigError
from chat_tui.config.writing import with_text_setting, write_text_setting

FILES = {
    "nothing": ("", 'model = "a/b"\n'),
    "a comment without an end": ("# mine", 'model = "a/b"\n# mine'),
    "tables": ('# mine\n\n[parameters]\nmodel = "x"\n', '# mine\nmodel = "a/b"\n\n[parameters]\nmodel = "x"\n'),
    "set before": ('theme = "ink"\nmodel = "x" # best\n', 'theme = "ink"\nmodel = "a/b" # best\n'),
    "set in quotes": ("'model'='x'\r\ntheme = 'ink'\r\n", "'model'=\"a/b\"\r\ntheme = 'ink'\r\n"),
    "an end of a line from elsewhere": ('theme = "ink"\r\n', 'model = "a/b"\r\ntheme = "ink"\r\n'),
    "set in a text": (
        'system = """\nmodel = "x"\n"""\nmodel = "y"\n',
        'system = """\nmodel = "x"\n"""\nmodel = "a/b"\n',
    ),
    "only in a text": ('system = """\nmodel = "x"\n"""', 'model = "a/b"\nsystem = """\nmodel = "x"\n"""'),
}


@pytest.mark.parametrize(("before", "after"), FILES.values(), ids=FILES)
def test_all_else_stays_as_it_was(before: str, after: str) -> None:
    assert with_text_setting(before, "model", "a/b") == after


@pytest.mark.parametrize("before", ["model = 3\n", 'model = """x"""\n', "no toml", "[model]\nx = 1\n"])
def test_what_could_harm_the_file_is_not_tried(before: str) -> None:
    assert with_text_setting(before, "model", "a/b") is None


@pytest.mark.parametrize("value", ['a"b', "a\\b", "\x7f\x00\n", "é😀"])
def test_any_text_can_be_written(value: str) -> None:
    changed = with_text_setting("", "model", value)
    assert changed is not None
    assert tomllib.loads(changed) == {"model": value}


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    whole, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    whole.write_text("# mine\n")
    link.symlink_to(whole)
    write_text_setting(link, "model", "a/b")
    assert link.is_symlink()
    assert whole.read_text() == '# mine\nmodel = "a/b"\n'


def test_a_file_that_is_not_understood_stays_and_is_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for content in (b"model = [\n", b"\xff"):
        file.write_bytes(content)
        with pytest.raises(ConfigError, match=r"config\.toml"):
            write_text_setting(file, "model", "a/b")
        assert file.read_bytes() == content
