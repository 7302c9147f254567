"""Changing one setting in a person's own file."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.config.names import flat
from chat_tui.config.problems import ConfigError
from chat_tui.config.toml_places import Places
from chat_tui.config.writing import with_setting, write_setting

MODEL = ("model", "a/b")
TEMPERATURE = ("parameters.temperature", 0.2)
RESULTS = ("plugins.web.max_results", 3)
FILES: dict[str, tuple[str, tuple[str, Any], str]] = {
    "nothing": ("", MODEL, 'model = "a/b"\n'),
    "nothing, in a table": ("", TEMPERATURE, "[parameters]\ntemperature = 0.2\n"),
    "a comment without an end": ("# mine", MODEL, 'model = "a/b"\n# mine'),
    "tables": ('# mine\n\n[parameters]\nmodel = "x"\n', MODEL, '# mine\nmodel = "a/b"\n\n[parameters]\nmodel = "x"\n'),
    "a table's comment": ("# of it\n[parameters]\n", MODEL, 'model = "a/b"\n# of it\n[parameters]\n'),
    "set before": ('theme = "ink"\nmodel = "x" # best\n', MODEL, 'theme = "ink"\nmodel = "a/b" # best\n'),
    "set in quotes": ("'model'='x'\r\ntheme = 'ink'\r\n", MODEL, "'model'=\"a/b\"\r\ntheme = 'ink'\r\n"),
    "ends of lines from elsewhere": ('theme = "ink"\r\n', MODEL, 'theme = "ink"\r\nmodel = "a/b"\r\n'),
    "a mark of Windows": ('\ufefftheme = "ink"\r\n', MODEL, '\ufefftheme = "ink"\r\nmodel = "a/b"\r\n'),
    "no end of the last line": ('theme = "ink"', MODEL, 'theme = "ink"\nmodel = "a/b"\n'),
    "no end of the last line, in a table": (
        'theme = "ink"',
        TEMPERATURE,
        'theme = "ink"\n\n[parameters]\ntemperature = 0.2\n',
    ),
    "set in a text": (
        'system = """\nmodel = "x"\n"""\nmodel = "y"\n',
        MODEL,
        'system = """\nmodel = "x"\n"""\nmodel = "a/b"\n',
    ),
    "only in a text": (
        'system = """\nmodel = "x"\n"""',
        MODEL,
        'system = """\nmodel = "x"\n"""\nmodel = "a/b"\n',
    ),
    "a text of several lines": ("system = '''\n[a]\n'''\n", ("system", "Hi"), 'system = "Hi"\n'),
    "a table in the middle": (
        "# a\n[parameters] # p\n  top_k = 4 # k\n\n# r\n[reasoning]\n",
        TEMPERATURE,
        "# a\n[parameters] # p\n  top_k = 4 # k\n  temperature = 0.2\n\n# r\n[reasoning]\n",
    ),
    "an empty table": ("[parameters]\n[reasoning]\n", TEMPERATURE, "[parameters]\ntemperature = 0.2\n[reasoning]\n"),
    "a dotted key": ("parameters.temperature = 1 # hot\n", TEMPERATURE, "parameters.temperature = 0.2 # hot\n"),
    "beside a dotted key": (
        'parameters.top_k = 4\ntheme = "ink"\n',
        TEMPERATURE,
        'parameters.top_k = 4\nparameters.temperature = 0.2\ntheme = "ink"\n',
    ),
    "an inline table": (
        "parameters = { top_k = 4 } # p\n",
        TEMPERATURE,
        "parameters = { top_k = 4, temperature = 0.2} # p\n",
    ),
    "in an inline table": (
        "parameters = {temperature = 1, top_k = 4}\n",
        TEMPERATURE,
        "parameters = {temperature = 0.2, top_k = 4}\n",
    ),
    "an empty inline table": ("parameters = {}\n", TEMPERATURE, "parameters = {temperature = 0.2}\n"),
    "a deeper table": (
        '[provider]\nsort = "price"\n',
        ("provider.max_price.prompt", 0.5),
        '[provider]\nsort = "price"\nmax_price.prompt = 0.5\n',
    ),
    "a deeper table of its own": (
        "[provider.max_price]\nimage = 1\n",
        ("provider.max_price.prompt", 0.5),
        "[provider.max_price]\nimage = 1\nprompt = 0.5\n",
    ),
    "a value that becomes a table": (
        '[provider]\nsort = "price" # cheap\n',
        ("provider.sort.partition", "none"),
        '[provider]\nsort = {by = "price", partition = "none"} # cheap\n',
    ),
    "a value in a table": (
        '[provider]\nsort = {by = "price", partition = "none"}\n',
        ("provider.sort", "latency"),
        '[provider]\nsort = {by = "latency", partition = "none"}\n',
    ),
    "a list": ("models = [\n  'a', # one\n  'b',\n]\n", ("models", ["c"]), 'models = ["c"]\n'),
    "a new plugin": ('model = "x"\n', RESULTS, 'model = "x"\n\n[[plugins]]\nid = "web"\nmax_results = 3\n'),
    "another plugin": (
        '[[plugins]]\nid = "response-healing"\n',
        RESULTS,
        '[[plugins]]\nid = "response-healing"\n\n[[plugins]]\nid = "web"\nmax_results = 3\n',
    ),
    "a plugin": (
        '[[plugins]]\nid = "x"\n[[plugins]] # w\nid = "web"\nengine = "exa" # e\n[provider]\n',
        RESULTS,
        '[[plugins]]\nid = "x"\n[[plugins]] # w\nid = "web"\nengine = "exa" # e\nmax_results = 3\n[provider]\n',
    ),
    "an inline plugin": (
        'plugins = [{id = "web", max_results = 1}]\n',
        RESULTS,
        'plugins = [{id = "web", max_results = 3}]\n',
    ),
    "another inline plugin": (
        'plugins = [{id = "x"}] # p\n',
        RESULTS,
        'plugins = [{id = "x"}, {id = "web", max_results = 3}] # p\n',
    ),
    "a plugin's table": (
        "",
        ("plugins.file-parser.pdf.engine", "native"),
        '[[plugins]]\nid = "file-parser"\npdf.engine = "native"\n',
    ),
    "a tool": (
        "",
        ("tools.openrouter:web_search.enabled", True),
        '[[tools]]\ntype = "openrouter:web_search"\n',
    ),
    "a server": (
        "",
        ("servers.http://127.0.0.1:80.speaks", "openai"),
        '[servers."http://127.0.0.1:80"]\nspeaks = "openai"\n',
    ),
    "a server that is there": (
        '[servers."http://127.0.0.1:80"]\nspeaks = "openai"\n',
        ("servers.http://127.0.0.1:80.speaks", "openrouter"),
        '[servers."http://127.0.0.1:80"]\nspeaks = "openrouter"\n',
    ),
    "the same": ('model = "a/b"   # as it is\n', MODEL, 'model = "a/b"   # as it is\n'),
    "taken out": ('a = 1\nmodel = "x" # best\nb = 2\n', ("model", None), "a = 1\n# best\nb = 2\n"),
    "taken out, no comment": ('a = 1\r\n  model = "x"\r\nb = 2\r\n', ("model", None), "a = 1\r\nb = 2\r\n"),
    "taken out of a table": (
        "[parameters]\ntop_k = 1\ntemperature = 1",
        ("parameters.temperature", None),
        "[parameters]\ntop_k = 1\n",
    ),
    "taken out of an inline table": (
        "parameters = {temperature = 1, top_k = 4}\n",
        ("parameters.temperature", None),
        "parameters = {top_k = 4}\n",
    ),
    "taken out of the end of an inline table": (
        "parameters = {top_k = 4, temperature = 1}\n",
        ("parameters.temperature", None),
        "parameters = {top_k = 4}\n",
    ),
    "taken out of a list": (
        'stop = ["a"]\nplugins = [{id = "x"}, {id = "web", max_results = 3}]\n',
        ("plugins.web.max_results", None),
        'stop = ["a"]\nplugins = [{id = "x"}]\n',
    ),
    "a plugin taken out": (
        'model = "x"\n[[plugins]]\nid = "web"\nmax_results = 3\n[provider]\n',
        ("plugins.web.max_results", None),
        'model = "x"\n[provider]\n',
    ),
    "not there to take out": ("# mine\n", ("model", None), "# mine\n"),
}


@pytest.mark.parametrize(("before", "setting", "after"), FILES.values(), ids=FILES)
def test_all_else_stays_as_it_was(before: str, setting: tuple[str, Any], after: str) -> None:
    assert with_setting(before, *setting) == after


TEXTS = st.text("aé\"'\n[]{},= ", max_size=6)
SETTINGS = st.sampled_from(
    [
        ("model", TEXTS),
        ("system", TEXTS),
        ("models", st.lists(TEXTS, max_size=3)),
        ("parameters.temperature", st.floats(0, 2)),
        ("parameters.logit_bias", st.dictionaries(TEXTS, st.integers(-9, 9), min_size=1, max_size=2)),
        ("provider.sort", st.sampled_from(["price", "latency"])),
        ("provider.sort.partition", st.sampled_from(["model", "none"])),
        ("provider.max_price.prompt", st.floats(0, 9)),
        ("plugins.web.max_results", st.integers(1, 9)),
        ("plugins.web.enabled", st.booleans()),
        ("plugins.file-parser.pdf.engine", st.just("native")),
        ("tools.openrouter:web_search.parameters.max_results", st.integers(1, 9)),
    ]
).flatmap(lambda one: st.tuples(st.just(one[0]), st.one_of(st.none(), one[1])))


@given(
    st.sampled_from([before for before, _, _ in FILES.values()]),
    st.lists(SETTINGS, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_changes_mean_what_they_say_and_lose_no_comment(
    text: str, changes: list[tuple[str, Any]], end: str
) -> None:
    text = text.replace("\r\n", "\n").replace("\n", end)
    for name, value in changes:
        before, comments = flat(tomllib.loads(text.removeprefix("\ufeff"))), text.count("#")
        changed = with_setting(text, name, value)
        if changed is None:
            continue  # it says so, and leaves the file as it is
        text = changed
        held = flat(tomllib.loads(text.removeprefix("\ufeff")))
        assert held.get(name) == value
        assert {k: v for k, v in held.items() if k != name} == {k: v for k, v in before.items() if k != name}
        if name not in ("models", "system") and not name.startswith(("plugins", "tools")):
            assert text.count("#") >= comments  # those within what was replaced or taken out go with it


@pytest.mark.parametrize("before", ["no toml", "[model]\nx = 1\n"])
def test_what_could_harm_the_file_is_not_done(before: str) -> None:
    assert with_setting(before, "model", "a/b") is None


@pytest.mark.parametrize("value", ["a/b", 'quo"te', "back\\slash", "line\nline", "\x7f\x00", "\ud7ff😀", ""])
def test_any_text_comes_back(value: str) -> None:
    changed = with_setting("", "model", value)
    assert changed is not None
    assert tomllib.loads(changed) == {"model": value}


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    whole, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    whole.write_text("# mine\n")
    link.symlink_to(whole)
    write_setting(link, "model", "a/b")
    assert link.is_symlink()
    assert whole.read_text() == '# mine\nmodel = "a/b"\n'


def test_a_file_that_is_not_understood_stays_and_is_named(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for content in (b"model = [\n", b"\xff"):
        file.write_bytes(content)
        with pytest.raises(ConfigError, match=r"config\.toml"):
            write_setting(file, "model", "a/b")
        assert file.read_bytes() == content


def test_every_key_has_its_line() -> None:
    text = (
        "# one\nmodel = 'x'\n\nparameters.top_k = 4\nsystem = '''\n[no]\n'''\n[provider] # p\n"
        "sort = {by = 'price',\n partition = 'none'}\n[[plugins]]\nid = 'web'\n\n[[plugins]]\nid = 'x'\n'y.z' = 1\n"
    )
    lines = {
        ("model",): 2,
        ("parameters", "top_k"): 4,
        ("parameters",): 4,
        ("system",): 5,
        ("provider",): 8,
        ("provider", "sort", "by"): 9,
        ("provider", "sort", "partition"): 10,
        ("plugins", 0, "id"): 12,
        ("plugins", 1): 14,
        ("plugins", 1, "y.z"): 16,
        ("plugins", 1, "missing"): 14,
    }
    places = Places(text)
    assert {path: places.line(path) for path in lines} == lines
    assert places.line(("nothing",)) is None


RIVALRY: dict[str, tuple[str, tuple[str, Any], str]] = {
    "a rival": (
        '[reasoning]\neffort = "high" # e\n',
        ("reasoning.max_tokens", 9),
        "[reasoning]\n# e\nmax_tokens = 9\n",
    ),
    "not to be sent": ('unset = ["model", "stop"]\n', MODEL, 'unset = ["stop"]\nmodel = "a/b"\n'),
    "alone not to be sent": ('unset = ["model"]\n', MODEL, 'model = "a/b"\n'),
    "not to be sent, taken out": ('unset = ["model", 5]\n', ("model", None), "unset = [5]\n"),
}


@pytest.mark.parametrize(("before", "setting", "after"), RIVALRY.values(), ids=RIVALRY)
def test_what_would_hinder_a_setting_makes_room_and_comes_back(
    tmp_path: Path, before: str, setting: tuple[str, Any], after: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(before)
    take_back = write_setting(file, *setting)
    assert file.read_text() == after
    take_back()
    assert file.read_text() == before


def test_a_change_is_taken_back_from_a_file_that_was_changed_since(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[reasoning]\neffort = "high"\n')
    take_back = write_setting(file, "reasoning.max_tokens", 9)
    file.write_text(f'{file.read_text()}\n[provider]\nsort = "price" # mine\n')
    take_back()
    assert file.read_text() == '[reasoning]\neffort = "high"\n\n[provider]\nsort = "price" # mine\n'


def test_a_file_keeps_its_rights_and_a_new_one_is_private(tmp_path: Path) -> None:
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text("# mine\n")
    old.chmod(0o644)
    for file in (old, new):
        write_setting(file, "model", "a/b")
    assert [stat.S_IMODE(file.stat().st_mode) for file in (old, new)] == [0o644, 0o600]


def test_a_file_that_may_not_be_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine\n")
    file.chmod(0o444)
    if os.geteuid() == 0:  # to whom the system grants everything
        monkeypatch.setattr(os, "access", lambda path, _: Path(path).stat().st_mode & 0o200)
    with pytest.raises(PermissionError):
        write_setting(file, "model", "a/b")
    assert file.read_text() == "# mine\n"


def test_what_an_editor_writes_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine\n")
    sync, edits = os.fsync, iter(["# mine\ntheme = 'moss'\n"])

    def edit_and_sync(descriptor: int) -> None:
        """Write as an editor does while the new file is on its way to the disk."""
        if text := next(edits, ""):
            file.write_text(text)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", edit_and_sync)
    write_setting(file, "model", "a/b")
    assert file.read_text() == "# mine\ntheme = 'moss'\nmodel = \"a/b\"\n"
    assert list(tmp_path.iterdir()) == [file]
