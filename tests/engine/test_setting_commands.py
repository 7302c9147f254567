"""Settings by slash commands: what they change, what they say, and what of it reaches the wire."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.config.commands import SETTABLE, VERBS, find, is_command, other_command, suggestions
from chat_tui.config.problems import ConfigError
from chat_tui.config.schema import SETTINGS, Setting
from chat_tui.config.settings import read_settings
from chat_tui.config.typed import read_value, shown_value
from chat_tui.engine.chat import Chat
from chat_tui.engine.chat_settings import ChatSettings
from chat_tui.engine.known_names import learn_names
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.engine.setting_commands import Commands
from chat_tui.screens.actions import BY_SLASH
from tests.engine.conftest import ask


async def test_every_setting_has_a_command_and_none_hides_another() -> None:
    assert all(find(name).name == name for name in SETTABLE)
    shorts = [one.short for one in SETTINGS.values() if one.short]
    assert len(set(shorts)) == len(shorts)
    assert not {*BY_SLASH, *VERBS} & set(shorts)
    assert all(other_command(name) for name, action in BY_SLASH.items() if name in SETTABLE and not action.argument)


VALUES: list[tuple[str, str, Any]] = [
    ("temp", "0.2", 0.2),
    ("temp", ".5", 0.5),
    ("temp", "1", 1),
    ("temperature", "0.2", 0.2),
    ("top_k", "40", 40),
    ("max-tokens", "2k", 2000),
    ("max-tokens", "1.5k", 1500),
    ("max-tokens", "1,000 tokens", 1000),
    ("seed", "-12345678901234567", -12345678901234567),
    ("effort", "HIGH", "high"),
    ("effort", "none", "none"),
    ("temp", "none", None),
    ("temp", "Unset", None),
    ("zdr", "on", True),
    ("zdr", "No", False),
    ("sort", "latency", "latency"),
    ("order", "a, b/c", ["a", "b/c"]),
    ("order", "[]", []),
    ("order", '["a, b"]', ["a, b"]),
    ("quant", "fp8,bf16", ["fp8", "bf16"]),
    ("stop-texts", '"\\n"', "\n"),
    ("stop", "END", "END"),
    ("stop", '"a,b", c', ["a,b", "c"]),
    ("latency", "500ms", 0.5),
    ("throughput", "50 tok/s", 50.0),
    ("max-price-in", "$0.50", 0.5),
    ("logit-bias", '{"50256": -100}', {"50256": -100}),
    ("logit-bias", "{50256 = -100}", {"50256": -100}),
    ("provider.options", '{"groq": {"x": [1]}}', {"groq": {"x": [1]}}),
    ("tool-choice", '{"type": "function", "function": {"name": "f"}}', {"type": "function", "function": {"name": "f"}}),
    ("tool-choice", "none", "none"),
    ("session", " a b ", "a b"),
    ("session", '" a "', " a "),
]


@pytest.mark.parametrize(("word", "text", "value"), VALUES)
def test_a_value_is_read_as_people_type_it_and_shown_as_it_can_be_typed(word: str, text: str, value: Any) -> None:
    setting = find(word)
    assert read_value(setting, text) == value
    if value not in (None, []):
        assert read_value(setting, shown_value(value)) == value


@pytest.mark.parametrize(
    ("word", "text", "said"),
    [
        ("temp", "3", "Temperature is 3, above its most, 2. It may be a number, 0 to 2."),
        ("temp", "-1", "Temperature is -1, below its least, 0. It may be a number, 0 to 2."),
        ("temp", "hot", "Temperature is no number that way: “hot”. It may be a number, 0 to 2."),
        ("temp", "nan", "Temperature is no number that way: “nan”. It may be a number, 0 to 2."),
        ("temp", "1e999", "Temperature is inf, above its most, 2. It may be a number, 0 to 2."),
        ("temp", "2 parsecs", "Temperature is no number that way: “2 parsecs”. It may be a number, 0 to 2."),
        ("top_k", "1.5", "Top k should be a whole number, not 1.5. It may be a whole number, at least 0."),
        ("max-price-in", "abc", "Max price of prompts is no number that way: “abc”."),
        ("max-price-in", "-1", "Max price of prompts is -1, below its least, 0."),
        ("effort", "hihg", "Effort is 'hihg', which isn't one of max, xhigh, high, medium, low, minimal, none. Did"),
        ("zdr", "onn", "Zero data retention is on or off, not “onn”. Did you mean “on”?"),
        ("quant", "fp8,fp9", "Quantizations is wrong at item 2: it is 'fp9', which isn't one of"),
        ("order", "a,,b", "Provider order has an empty item in “a,,b”."),
        ("stop", "a,b,c,d,e", "Stop texts has 5 items, more than its most, 4."),
        ("metadata", "x", "Metadata should be a table"),
        ("metadata", "{x", "Metadata is neither JSON nor TOML that way."),
        ("session", '"\\x"', "Session: what is in quotes can't be read"),
        ("temp", "", "Temperature needs a value: a number, 0 to 2."),
    ],
)
def test_a_wrong_value_is_refused_with_the_range_and_the_nearest(word: str, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_value(find(word), text)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("tempp", "There is no setting “tempp”. Did you mean “temp”?"),
        ("provider.zrd", "There is no setting “provider.zrd”. Did you mean “provider.zdr”?"),
        ("enabled", "“enabled” could be reasoning.enabled or"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(word: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        find(word)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("typed", "some"),
    [
        ("te", ["temp"]),
        ("effort h", ["effort high"]),
        ("set provider.z", ["set provider.zdr"]),
        ("set zdr o", ["set zdr on", "set zdr off"]),
        ("quant fp8, bf", ["quant fp8, bf16"]),
        ("uns", ["unset"]),
        ("nothing like it", []),
    ],
)
def test_what_is_typed_can_be_completed(typed: str, some: list[str]) -> None:
    assert [one.text for one in suggestions(typed)] == some


NAMES = {
    "provider.order": ("anthropic", "amazon-bedrock", "google-vertex"),
    "model": ("openai/gpt-9", "openai/gpt-9-mini", "qwen/qwen-7"),
    "local_preset": ("careful", "quick"),
    "preset": ("careful", "team"),
}


@pytest.mark.parametrize(
    ("typed", "some"),
    [
        ("order an", ["order anthropic"]),
        ("order vertex", ["order google-vertex"]),
        ("order anthropic, ", ["order anthropic, amazon-bedrock", "order anthropic, google-vertex"]),
        ("order anthropic ", []),
        ("set provider.order A", ["set provider.order anthropic", "set provider.order amazon-bedrock"]),
        ("model gpt-9", ["model openai/gpt-9", "model openai/gpt-9-mini"]),
        ("order nobody", []),
        ("preset ca", ["preset careful"]),
        ("preset @", ["preset @careful", "preset @team"]),
        ("preset delete ", ["preset delete careful", "preset delete quick"]),
    ],
)
def test_names_that_are_known_can_be_completed(typed: str, some: list[str]) -> None:
    assert [one.text for one in suggestions(typed, lambda name: NAMES.get(name, ()))] == some


@given(st.sampled_from(list(SETTABLE.values())), st.text('0129.,-+eE_ "\\{}[]=:abknoufstrue\n\x1b$µ', max_size=12))
def test_whatever_is_typed_is_a_value_or_a_sentence(setting: Setting, text: str) -> None:
    try:
        value = read_value(setting, text)
    except ConfigError:
        return  # a sentence, and no other exception
    assert value is None or setting.fault(value) is None
    if value not in (None, "", [], {}):
        assert read_value(setting, shown_value(value)) == value


@given(st.text("setunpvi dr.:/@-_\n\x1b[", max_size=14))
def test_whatever_is_typed_completions_differ_from_each_other(typed: str) -> None:
    offered = [one.text for one in suggestions(typed)]
    assert len(offered) == len(set(offered))
    is_command(typed)


def test_many_names_are_completed_table_by_table() -> None:
    tables = [one.text for one in suggestions("set ")]
    assert len(tables) < 45
    assert {"set model", "set provider.", "set plugins."} <= set(tables)
    assert "set plugins.web." in [one.text for one in suggestions("set plugins.")]
    assert "set plugins.web.engine" in [one.text for one in suggestions("set plugins.web.")]


def test_a_free_value_is_explained() -> None:
    (only,) = suggestions("temp ")
    assert only.help.startswith("Temperature: a number, 0 to 2.")


STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("temp 0.2", "Temperature is 0.2 from the next prompt on.", {"temperature": 0.2}),
    ("effort high", "Effort is high from the next prompt on.", {"reasoning": {"effort": "high"}}),
    ("think-tokens 2k", "Thinking budget is 2000", {"reasoning": {"max_tokens": 2000}}),
    ("sort latency", "Sort by is latency", {"provider": {"sort": "latency"}}),
    ("set provider.zdr on", "Zero data retention is on", {"provider": {"zdr": True}}),
    ("max-price-in 0.50", "Max price of prompts is 0.5", {"provider": {"max_price": {"prompt": "0.5"}}}),
    ("web on", "Web plugin is on from the next prompt on. Exa costs $4", {"plugins": [{"id": "web"}]}),
    ("web off", "Web plugin is off", {"plugins": [{"id": "web", "enabled": False}]}),
    ("search on", "Web search is on", {"tools": [{"type": "openrouter:web_search"}]}),
    ("search off", "Web search is off", {}),
    ("stop-texts \"\\n\"", 'Stop texts is "\\n"', {"stop": "\n"}),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "said", "sent"), STEPS)
async def test_a_command_changes_the_next_request(
    commands: Commands, chat: Chat, session: Session, typed: str, said: str, sent: dict[str, Any]
) -> None:
    word, _, argument = typed.partition(" ")
    assert (await commands.run(word, argument)).startswith(said)
    assert commands.settings.request().body == {"model": "demo/echo", "stream": True, **sent}
    assert (await commands.run("undo", "")).endswith("is undone.")
    assert commands.settings.request().body == {"model": "demo/echo", "stream": True}


async def test_a_setting_can_be_shown_unset_reset_and_made_the_default(commands: Commands, library: Library) -> None:
    settings = commands.settings
    assert (await commands.run("default", "temp 0.7")).startswith("Temperature is 0.7 by default, in ")
    assert library.paths.settings.read_text() == "[parameters]\ntemperature = 0.7\n"
    assert (await commands.run("temp", "")).startswith("Temperature is 0.7, from config.toml. It may be a number")
    assert "whatever the defaults say" in await commands.run("unset", "temp")
    assert "temperature" not in settings.request().body
    assert (await commands.run("temp", "")).startswith("Temperature is not sent, set in this chat.")
    assert await commands.run("reset", "temp") == "Temperature is 0.7, from config.toml."
    await commands.run("temp", "1")
    assert (await commands.run("default", "temp 0.8")).endswith("This chat has its own: 1.")
    await commands.run("reset", "")
    assert settings.request().body["temperature"] == 0.8
    for _ in range(5):
        await commands.run("undo", "")
    assert (await commands.run("undo", "")) == "The default of parameters.temperature is undone."
    assert not library.paths.settings.exists()
    assert await commands.run("undo", "") == "There is nothing to be undone."
    assert await commands.run("redo", "") == "The default of parameters.temperature is redone."
    assert library.paths.settings.read_text() == "[parameters]\ntemperature = 0.7\n"


async def test_what_is_the_applications_alone_goes_into_its_file(commands: Commands, library: Library) -> None:
    told = await commands.run("set", "retries 1")
    assert told == f"Retries is 1 in {library.paths.settings}, from the next start on."
    assert library.paths.settings.read_text() == "retries = 1\n"
    assert "retries" not in commands.settings.chat.metadata.settings


async def test_a_default_that_was_changed_by_hand_meanwhile_is_left_alone(commands: Commands, library: Library) -> None:
    await commands.run("default", "temp 0.7")
    library.paths.settings.write_text("[parameters]\ntemperature = 0.9\n")
    with pytest.raises(ConfigError, match="was changed meanwhile"):
        await commands.run("undo", "")
    assert library.paths.settings.read_text() == "[parameters]\ntemperature = 0.9\n"


async def test_what_others_changed_meanwhile_bars_no_way_back(commands: Commands, library: Library) -> None:
    """A step that can't be undone any more is told of once; those before it can."""
    await commands.run("temp", "0.2")
    await commands.run("preset", "save careful")
    path = library.presets.path("careful")
    path.write_text(mine := 'model = "my/own" # mine\n')
    with pytest.raises(ConfigError, match="“careful” was changed meanwhile, so it was left as it is"):
        await commands.run("undo", "")
    assert path.read_text() == mine
    assert "parameters.temperature is undone" in await commands.run("undo", "")


async def test_a_default_takes_the_place_of_what_excludes_it(commands: Commands, library: Library) -> None:
    file = library.paths.settings
    file.parent.mkdir(parents=True)
    file.write_text('[reasoning]\neffort = "high"\n')
    library.defaults = {"reasoning": {"effort": "high"}}
    await commands.run("default", "think-tokens 2000")
    assert read_settings(file) == ({"reasoning": {"max_tokens": 2000}}, [])
    assert commands.settings.layers.settings()["reasoning"] == {"max_tokens": 2000}
    await commands.run("undo", "")
    assert file.read_text() == '[reasoning]\neffort = "high"\n'
    assert commands.settings.layers.settings()["reasoning"] == {"effort": "high"}


async def test_what_the_model_does_not_heed_is_said(commands: Commands, session: Session, chat: Chat) -> None:
    await session.models()
    chat.change(model="demo/echo")
    told = await commands.run("effort", "high")
    assert told == "Effort is high from the next prompt on. But this chat's model doesn't think before it answers."


DOUBTS = {
    "order groq, antropic": "No provider is known as “antropic”. Did you mean “anthropic”?",
    "only Anthropic, google-vertex/us-east5": "",
    "ignore nosuch": "No provider is known as “nosuch”.",
    "models demo/echo, demo/fsat": "No model is known as “demo/fsat”. Did you mean “demo/fast”?",
    "set plugins.auto-router.allowed_models anthropic/*": "",
    "set model demo/echo:nitro@preset/mine": "",
    "account-preset @careful-writer": "No preset of your account is known as “@careful-writer”. Did you mean “careful",
}


async def test_a_name_that_nobody_has_is_doubted_and_kept(commands: Commands, session: Session) -> None:
    for name in ("model", "provider.order", "preset"):
        assert await learn_names(name, session)
    for typed, doubt in DOUBTS.items():
        word, _, argument = typed.partition(" ")
        told = await commands.run(word, argument)
        assert doubt in told
        assert doubt or "No " not in told
        assert commands.settings.chat.metadata.settings
        await commands.run("undo", "")


async def test_where_another_process_writes_settings_hold_for_this_run(
    library: Library, chat: Chat, session: Session
) -> None:
    await ask(session, chat, "Hi")
    other = Library(library.paths, defaults=library.defaults).open(chat.id)
    other.load()
    assert other.is_read_only
    commands = Commands(ChatSettings(other, library), session)
    await commands.run("temp", "0.2")
    assert (other.settings["parameters"], other.layers.held("parameters.temperature").origin) == (
        {"temperature": 0.2},
        "flags",
    )
    assert "temperature" not in (chat.folder.path / "conversation.toml").read_text()
    await commands.run("undo", "")
    assert "parameters" not in other.settings
