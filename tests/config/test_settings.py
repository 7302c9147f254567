"""`config.toml`: what is right in it counts, what isn't is one sentence; and how layers become one."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from pathlib import Path

import pytest

from chat_tui.config.schema import SETTINGS
from chat_tui.config.settings import BUILT_IN, conversation_settings, merged, read_settings


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
        '[reasoning]\neffort = "high"\n[provider]\nsort = "latency"\noptions = {groq = {anything = "goes"}}\n'
        '[[plugins]]\nid = "web"\nmax_results = 3\n'
    )
    assert read_settings(file) == (
        {
            "model": "m/one",
            "models": ["m/two"],
            "system": "Be brief.",
            "theme": "paper",
            "parameters": {"temperature": 1, "top_k": 40},
            "reasoning": {"effort": "high"},
            "provider": {"sort": "latency", "options": {"groq": {"anything": "goes"}}},
            "plugins": [{"id": "web", "max_results": 3}],
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
        ("[provider]\nmax_price = {prompt = inf}", "“provider.max_price.prompt” should be a number. It was left out."),
        *(
            (content, f"{where} holds a date, a time, nan or inf, which no request can say. It was left out.")
            for content, where in (
                ("trace = {since = 2026-01-31}", "“trace”"),
                ("image_config = {size = [1, nan]}", "“image_config”"),
                ("plugins = [{id = 'new', max_results = inf}]", "“plugins” is wrong at item 1: it"),
                ("[provider]\noptions = {groq = {at = 07:32:00}}", "“provider.options” is wrong at “groq”: it"),
            )
        ),
        ("[parameters]\ntop_k = 1.5", "“parameters.top_k” should be a whole number. It was left out."),
        ("[parameters]\ntemperature = 2.5", "“parameters.temperature” is 2.5, above its most, 2. It was left out."),
        ("[parameters]\ntemperature = inf", "“parameters.temperature” is inf, above its most, 2. It was left out."),
        ("[parameters]\nmax_tokens = 0", "“parameters.max_tokens” is 0, below its least, 1. It was left out."),
        ('"parameters.temperature" = 1', "“parameters.temperature” is no setting, so it was left out."),
        ('"a.b" = 1', "“a.b” is no setting, so it was left out."),
        ('[parameters]\n"a.b" = 1', "“parameters.a.b” is no setting, so it was left out."),
        ('"provider.sort" = {by = "price"}', "“provider.sort” is no setting, so it was left out."),
        ("models = ['a/b', 5]", "“models” is wrong at item 2: it should be text. It was left out."),
        ("plugins = [{}]", "“plugins” is wrong at item 1: it needs “id”, a text. It was left out."),
        ("tools = ['x']", "“tools” is wrong at item 1: it should be a table. It was left out."),
        ("stop = 5", "“stop” should be text or a list. It was left out."),
        ("stop = ['a', 'b', 'c', 'd', 'e']", "“stop” has 5 items, more than its most, 4. It was left out."),
        (f"session_id = '{'x' * 257}'", "“session_id” has 257 characters, more than its most, 256. It was left out."),
        (
            "tool_choice = 'maybe'",
            "“tool_choice” is 'maybe', which isn't one of auto, none, required. It was left out.",
        ),
        ("tool_choice = {name = 'f'}", "“tool_choice” needs “type”, a text. It was left out."),
        ("tool_choice = 5", "“tool_choice” should be text or a table. It was left out."),
        (
            "modalities = ['text', 'txt']",
            "“modalities” is wrong at item 2: it is 'txt', which isn't one of text, image,",
        ),
        ("metadata = {a = 'b', c = 5}", "“metadata” is wrong at “c”: it should be text. It was left out."),
        (
            "parameters.logit_bias = {50256 = -101}",
            "“parameters.logit_bias” is wrong at “50256”: it is -101, below its least, -100. It was left out.",
        ),
        (
            "provider.sort = 'cheap'",
            "“provider.sort” is 'cheap', which isn't one of price, throughput, latency, exacto.",
        ),
        ("provider.sort.by = 5", "“provider.sort.by” is 5, which isn't one of price, throughput, latency, exacto."),
        ("provider.zdr = 'yes'", "“provider.zdr” should be true or false. It was left out."),
        ("provider.max_price = 1", "“provider.max_price” should be a table. It was left out."),
        (
            "provider.max_price.prompt = -1",
            "“provider.max_price.prompt” is -1, below its least, 0. It was left out.",
        ),
        ("timeouts.idle = 0", "“timeouts.idle” is 0, below its least, 1. It was left out."),
        ("retries = 4", "“retries” is 4, above its most, 3. It was left out."),
        ("retries = true", "“retries” should be a whole number. It was left out."),
        ("servers = 5", "“servers” should be a table. It was left out."),
        (
            "[servers.localhost]\nspeaks = 'openai'",
            "“servers.localhost” is no origin, such as “http://localhost:11434”. It was left out.",
        ),
        (
            "[servers.'http://localhost:11434/v1']\nspeaks = 'openai'",
            "“servers.http://localhost:11434/v1” is no origin, such as “http://localhost:11434”. It was left out.",
        ),
        (
            "[servers.'https://x.example']\nspeaks = 'ollama'",
            "“servers.https://x.example.speaks” is 'ollama', which isn't one of openrouter, openrouter-old, openai.",
        ),
        (
            "[servers.'https://x.example']\nkey = 'x'",
            "“servers.https://x.example.key” is no setting, so it was left out.",
        ),
    ],
)
def test_what_is_wrong_names_file_key_and_reason(file: Path, content: str, said: str) -> None:
    (problem,) = problems_of(file, content)
    line = 1 if "is no origin" in said else content.count("\n") + 1
    assert problem.startswith(f"{file}, line {line}: {said}")
    assert empty(read_settings(file)[0])


def empty(settings: object) -> bool:
    return isinstance(settings, dict) and all(empty(inner) for inner in settings.values())


@pytest.mark.parametrize(
    "content",
    [
        "provider.sort = 'price'",
        "provider.sort = {by = 'latency', partition = 'none'}",
        "provider.preferred_max_latency = 2",
        "provider.preferred_max_latency = {p50 = 0.5, p99 = 3}",
        "provider.max_price = {prompt = 0.5, completion = 2}",
        "stop = 'END'",
        "stop = ['END', 'STOP']",
        "tool_choice = 'none'",
        "tool_choice = {type = 'function', function = {name = 'f'}}",
        "parameters.logit_bias = {50256 = -100}",
        "response_format = {type = 'json_schema', json_schema = {name = 'n', schema = {}}}",
        "timeouts = {connect = 2.5, headers = 5, headers_unstreamed = 5, idle = 5}",
        "retries = 0",
        "[servers.'http://LOCALHOST:11434']\nspeaks = 'openai'",
    ],
)
def test_what_has_several_forms_may_have_each(file: Path, content: str) -> None:
    assert problems_of(file, content) == []
    assert read_settings(file)[0] == tomllib.loads(content)


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
        assert setting.help[0].isupper()
        assert setting.default is None or setting.fault(setting.default) is None


def test_built_in_is_what_holds_when_nobody_sets_it() -> None:
    assert BUILT_IN == {
        "model": "openrouter/auto",
        "theme": "ink",
        "transcript": {"wrap_code": True, "math": True},
        "clipboard": "auto",
        "retries": 3,
        "timeouts": {"connect": 10, "headers": 300, "headers_unstreamed": 600, "idle": 60},
    }


def test_a_conversation_sets_what_its_requests_are_and_nothing_else(file: Path) -> None:
    own = {
        "model": "m/one",
        "parameters": {"temperature": 0.5, "top_p": 5},
        "theme": "paper",
        "timeouts": {"idle": 1},
        "retries": 0,
        "servers": {"https://x.example": {"speaks": "openai"}},
        "newer": True,
    }
    before = deepcopy(own)
    kept, problems = conversation_settings(own, file)
    assert kept == {"model": "m/one", "parameters": {"temperature": 0.5}}
    assert own == before, "what it says must be written back"
    assert sorted(str(problem).removeprefix(f"{file}: ") for problem in problems) == [
        "“settings.newer” is no setting, so it was left out.",
        "“settings.parameters.top_p” is 5, above its most, 1. It was left out.",
        "“settings.retries” can't be set by a conversation. It was left out.",
        "“settings.servers” can't be set by a conversation. It was left out.",
        "“settings.theme” can't be set by a conversation. It was left out.",
        "“settings.timeouts” can't be set by a conversation. It was left out.",
    ]


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


def test_one_way_to_say_how_long_to_think_takes_the_place_of_the_other() -> None:
    effort, tokens = {"reasoning": {"effort": "high"}}, {"reasoning": {"max_tokens": 2000}}
    assert merged(effort, tokens) == tokens
    assert merged(tokens, effort) == effort
    assert merged({"parameters": {"max_tokens": 9}}, effort) == {"parameters": {"max_tokens": 9}, **effort}
