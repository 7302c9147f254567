"""Choosing presets, changing and resetting settings in any order: undo and redo restore exactly."""

from __future__ import annotations

import tempfile
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.config.layers import RIVALS
from chat_tui.config.names import flat
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import Message, TextPart
from chat_tui.engine.account_presets import AccountPreset
from chat_tui.engine.chat_settings import ChatSettings, Way
from chat_tui.engine.library import Library
from chat_tui.paths import Paths

PRESETS: dict[str, dict[str, Any]] = {
    "careful": {"model": "a/b", "parameters": {"temperature": 0.1}, "provider": {"sort": "price"}},
    "thinker": {"reasoning": {"effort": "high"}, "plugins": [{"id": "web", "max_results": 2}]},
}
NAMES = ("parameters.temperature", "reasoning.max_tokens", "provider.sort", "plugins.web.enabled", "system")
OTHERS: dict[str, Any] = {"unknown": 5, "parameters": {"top_p": 7}}
STEPS = st.one_of(
    st.tuples(st.just("change"), st.sampled_from(NAMES), st.sampled_from([None, 1, 2])),
    st.tuples(st.just("default"), st.sampled_from(NAMES[:1]), st.sampled_from([None, 0.5, 1.5])),
    st.tuples(st.just("preset"), st.sampled_from([None, *PRESETS]), st.none()),
    st.tuples(st.just("reset"), st.sampled_from([None, *NAMES]), st.none()),
)


def take(chosen: ChatSettings, step: tuple[str, str | None, Any]) -> None:
    match step:
        case "change", str(name), value:
            chosen.change(name, value)
        case "default", str(name), value:
            chosen.make_default(name, value)
        case "preset", None, _:
            chosen.leave_preset()
        case "preset", str(name), _:
            chosen.use_preset(name)
        case _, name, _:
            chosen.reset(*([name] if name else []))


@settings(max_examples=30, deadline=None)
@given(st.lists(STEPS, max_size=8))
def test_undo_and_redo_restore_exactly_what_was(steps: list[tuple[str, str | None, Any]]) -> None:
    with tempfile.TemporaryDirectory() as root:
        library = Library(Paths.under(Path(root)), flags={"system": "Flag"})
        for name, preset in PRESETS.items():
            library.presets.write(name, preset)
        chat = library.begin()
        chat.put(Message(new_id(), None, "user", (TextPart("Hi"),), now()))  # the conversation is on disk from now on
        chat.change(**OTHERS)
        chosen = ChatSettings(chat, library)

        def state() -> tuple[Any, ...]:
            file = library.paths.settings
            content = file.read_bytes() if file.exists() else None
            kept = chat.folder.read_metadata()
            return chat.metadata, chat.flags, chat.preset, chosen.layers, library.defaults, content, kept

        states = [state()]
        for step in steps:
            take(chosen, step)
            states.append(state())
            assert state()[-1] == chat.metadata
            assert flat(chat.metadata.settings) | flat(OTHERS) == flat(chat.metadata.settings), (
                "what it can't read stays"
            )
        for expected in reversed(states[:-1]):
            assert chosen.undo()
            assert state() == expected
        for expected in states[1:]:
            assert chosen.redo()
            assert state() == expected
        assert chosen.redo() == ""
        chat.close()


def test_a_preset_clears_what_it_sets_and_nothing_else(tmp_path: Path) -> None:
    library = Library(Paths.under(tmp_path))
    library.presets.write("thinker", PRESETS["thinker"])
    chosen = ChatSettings(library.begin(), library)
    for name, value in {"reasoning.max_tokens": 9, "plugins.web.max_results": 5, "system": "Mine"}.items():
        chosen.change(name, value)
    chosen.use_preset("thinker")
    assert chosen.layers.conversation == {"system": "Mine", "local_preset": "thinker"}
    assert RIVALS["reasoning.max_tokens"] == "reasoning.effort"
    assert chosen.preset_settings() == {
        "model": "openrouter/auto",
        "reasoning": {"effort": "high"},
        "plugins": [{"id": "web", "max_results": 2}],
        "system": "Mine",
    }


WAYS: list[tuple[tuple[Way, Way], dict[str, str]]] = [
    (ways, own)
    for ways in product(get_args(Way), repeat=2)
    for own in ({}, {"system": "Mine"}, {"model": "m/own"})
    if "model" not in ways or "model" not in own  # a preset that is the model takes the place of the chat's own
]


@pytest.mark.parametrize(("ways", "own"), WAYS, ids=str)
def test_a_chat_keeps_nothing_of_account_presets_that_it_left(
    tmp_path: Path, ways: tuple[Way, Way], own: dict[str, str]
) -> None:
    """Neither the model of a default nor the name of one that was used before stays in the chat."""
    library = Library(Paths.under(tmp_path), defaults={"model": "m/default"})
    chosen = ChatSettings(library.begin(), library)
    for name, value in own.items():
        chosen.change(name, value)
    before = chosen.layers
    for slug, way in zip("xy", ways, strict=True):
        chosen.use_account_preset(AccountPreset(slug, config={"top_p": 0.5}), way)
        assert chosen.layers.conversation.get("model") != "m/default"
    sent, way, model = chosen.request().body, ways[-1], own.get("model", "m/default")
    if "model" not in ways:
        assert sent["model"] == (f"{model}@preset/y" if way == "both" else model)
    assert sent.get("preset") == ("y" if way == "field" else None)
    assert "@preset/x" not in sent["model"]
    chosen.leave_preset()
    assert chosen.layers == before
