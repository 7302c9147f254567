"""Every row of the settings pane, by keys typed ahead: what is typed there is what the chat then has."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual import events

from chat_tui.config.layers import RIVALS
from chat_tui.config.schema import Setting
from chat_tui.screens.settings import SettingsPane
from chat_tui.screens.typed_value import Typing
from tests.app.conftest import Starter
from tests.app.test_settings_pane import SMALL, open_settings
from tests.setting_samples import value_for

OTHER_PANES = {"model", "local_preset"}
"""Rows that open a pane of their own."""


def keys_for(setting: Setting, value: Any) -> list[events.Event]:
    """Return what a person types on a row to give the setting that is there a value, and to go to the next row."""
    enter, down = events.Key("enter", "\r"), events.Key("down", None)
    if setting.name in OTHER_PANES:
        return [down]
    typed = [] if bool in setting.kinds else [events.Paste(Typing(setting).shown(value)), events.Key("enter", "\r")]
    return [enter, *typed, down]


def _has(pane: SettingsPane, name: str, value: Any) -> bool:
    return bool(pane.settings.held(name).value == value)


async def test_every_row_of_the_form_takes_a_value(starter: Starter) -> None:
    async with starter.run(size=SMALL) as app:
        pane = await open_settings(app)
        rows, group = list(pane._listed), pane._listed[0].group
        wanted = {one.name: one.default is not True if bool in one.kinds else value_for(one) for one in rows}
        for setting in rows:
            for event in keys_for(setting, wanted[setting.name]):
                app.app.post_message(event)
            if setting.group != group:
                # A wait for each group: the deadline is for a few rows, not for all.
                group = setting.group
                await app.until(partial(_has, pane, setting.name, wanted[setting.name]))
        await app.until(partial(_has, pane, rows[-1].name, wanted[rows[-1].name]))
        held = {name: pane.settings.held(name).value for name in wanted}
        wrong = {name for name, value in wanted.items() if held[name] != value}
        # What says the same in another way took the place of what was typed first.
        assert wrong - OTHER_PANES == {"reasoning.effort", "parameters.max_tokens"}
        assert all(held[name] is None and held[RIVALS[name]] for name in wrong - OTHER_PANES)
