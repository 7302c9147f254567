"""`config.toml`: what is right in it counts, what isn't is one sentence; and how layers become one."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat_tui.config.schema import SETTINGS
from chat_tui.config.settings import BUILT_IN, merged, read_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def problems_of(file: Path, content: str) -> list[str]:
    file.write_text(content)
    return [str(problem) for problem in read_settings(file)[1]]


def test_no_file_is_no_problem(file: Path) -> None:
    assert read_settings(file) == ({}, [])


def test_what_is_right_is_read_as_it_is(file: Path) -> None:
    file.write_text(
        'model = "m/one"\nmodels = ["m/two"]\nsystem = "Be brief."\ntheme = "paper"\n'
        "[parameters]\ntemperature = 1\ntop_k = 40\n"
        '[reasoning]\neffort = "high"\n[provider]\nsort = "latency"\nanything = {goes = true}\n'
        '[[plugins]]\nid = "web"\n'
    )
    assert read_settings(file) == (
        {
            "model": "m/one",
            "models": ["m/two"],
            "system": "Be brief.",
            "theme": "paper",
            "parameters": {"temperature": 1, "top_k": 40},
            "reasoning": {"effort": "high"},
            "provider": {"sort": "latency", "anything": {"goes": True}},
            "plugins": [{"id": "web"}],
        },
        [],
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('modle = "x"', "“modle” is no setting, so it was left out. Did you mean “model”?"),
        (
            "[parameters]\ntemprature = 1",
            "“parameters.temprature” is no setting, so it was left out. Did you mean “parameters.temperature”?",
        ),
        ("temperature = 1", "“temperature” is no setting, so it was left out. Did you mean “parameters.temperature”?"),
        ("zzzzzz = 1", "“zzzzzz” is no setting, so it was left out."),
        ("model = 5", "“model” should be text. It was left out."),
        ("models = 'x'", "“models” should be a list. It was left out."),
        ("provider = 'x'", "“provider” should be a table. It was left out."),
        ("parameters = 'x'", "“parameters” should be a table. It was left out."),
        ("[parameters]\ntemperature = 'hot'", "“parameters.temperature” should be a number. It was left out."),
        ("[parameters]\ntemperature = true", "“parameters.temperature” should be a number. It was left out."),
        ("[parameters]\ntemperature = nan", "“parameters.temperature” should be a number. It was left out."),
        ("[parameters]\ntop_k = 1.5", "“parameters.top_k” should be a whole number. It was left out."),
        ("[parameters]\ntemperature = 2.5", "“parameters.temperature” is 2.5, above its most, 2. It was left out."),
        ("[parameters]\ntemperature = inf", "“parameters.temperature” is inf, above its most, 2. It was left out."),
        ("[parameters]\nmax_tokens = 0", "“parameters.max_tokens” is 0, below its least, 1. It was left out."),
        ('"parameters.temperature" = 1', "“parameters.temperature” is no setting, so it was left out."),
        ('"a.b" = 1', "“a.b” is no setting, so it was left out."),
        ('[parameters]\n"a.b" = 1', "“parameters.a.b” is no setting, so it was left out."),
    ],
)
def test_what_is_wrong_names_file_key_and_reason(file: Path, content: str, said: str) -> None:
    (problem,) = problems_of(file, content)
    assert problem.startswith(f"{file}: {said}")
    assert read_settings(file)[0] in ({}, {"parameters": {}})


def test_a_wrong_choice_names_all_and_the_nearest(file: Path) -> None:
    (problem,) = problems_of(file, '[reasoning]\neffort = "hihg"')
    assert "“reasoning.effort” is 'hihg', which isn't one of max, xhigh, high, medium, low, minimal, none." in problem
    assert "Did you mean “high”?" in problem


def test_the_rest_counts(file: Path) -> None:
    assert len(problems_of(file, 'model = "m/one"\ntheme = 5\n[parameters]\nseed = 7\ntop_p = 9\n')) == 2
    assert read_settings(file)[0] == {"model": "m/one", "parameters": {"seed": 7}}


@pytest.mark.parametrize("content", [b"model = ", b"= 5", b"\xff\xfe", b"model = 'a'\nmodel = 'b'"])
def test_what_is_not_toml_is_one_sentence_and_the_built_in_settings_hold(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    settings, (problem,) = read_settings(file)
    assert settings == {}
    assert str(problem).startswith(f"{file}: is not TOML: ")
    assert str(problem).endswith("The built-in settings are used until it is mended.")


def test_a_file_that_can_not_be_read_is_one_sentence(file: Path) -> None:
    file.mkdir()
    settings, (problem,) = read_settings(file)
    assert settings == {}
    assert str(problem) == f"{file}: can't be read: Is a directory. The built-in settings are used."


def test_every_setting_explains_itself_and_its_default_fits() -> None:
    for setting in SETTINGS.values():
        assert setting.help.endswith(".")
        assert setting.default is None or setting.fault(setting.default) is None


def test_built_in_is_what_holds_when_nobody_sets_it() -> None:
    assert BUILT_IN == {"model": "openrouter/auto", "theme": "ink"}


def test_later_layers_win_name_by_name() -> None:
    assert merged(
        {"model": "a", "parameters": {"temperature": 1, "seed": 1}, "models": ["x", "y"]},
        {"parameters": {"seed": 2}, "models": ["z"]},
        {"model": "b"},
    ) == {"model": "b", "parameters": {"temperature": 1, "seed": 2}, "models": ["z"]}


def test_merging_changes_no_layer() -> None:
    below, above = {"provider": {"sort": "price"}}, {"provider": {"only": ["P"]}}
    merged(below, above)["provider"]["sort"] = "changed"
    assert (below, above) == ({"provider": {"sort": "price"}}, {"provider": {"only": ["P"]}})


def test_a_table_replaces_what_was_none() -> None:
    assert merged({"provider": "x"}, {"provider": {"sort": "price"}}) == {"provider": {"sort": "price"}}
