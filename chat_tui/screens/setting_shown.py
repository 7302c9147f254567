"""What a person is told of a setting: its value, the layer that it is from, and what the others say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.content import Content

from chat_tui.config.layers import Held, Layers, Origin
from chat_tui.config.schema import Setting, is_of_application
from chat_tui.config.typed import shown_value
from chat_tui.openrouter.forms import Sent
from chat_tui.widgets.json_lines import headers_content, json_content
from chat_tui.widgets.setting_row import SettingFacts, SettingRow

OWN: Sequence[Origin] = ("conversation", "flags")
"""The layers that are this chat's own."""

_NAMES: Mapping[Origin, str] = {
    "built-in": "built-in",
    "config.toml": "config.toml",
    "preset": "preset",
    "conversation": "this chat",
    "flags": "this run",
}
_NOT_SENT = "not sent"
_AT_ONCE = ("theme", "budget")
"""What of the application's own, by its first name, doesn't wait for its next start."""


def setting_row(setting: Setting, held: Held, layers: Layers, remark: str) -> SettingRow:
    """Return the row of a setting.

    Args:
        setting: The setting.
        held: What holds.
        layers: Of the chat.
        remark: Why its value is set in vain, in few words.
    """
    return SettingRow(
        setting.title,
        value=_NOT_SENT if held.value is None and held.origin is not None else told(held.value),
        origin=origin_name(held.origin, layers),
        is_own=held.origin in OWN,
        remark=remark,
    )


def setting_facts(
    setting: Setting, held: Held, said: Sequence[tuple[Origin, Any]], layers: Layers, warning: str
) -> SettingFacts:
    """Return what is told of the highlighted setting.

    Args:
        setting: The setting.
        held: What holds.
        said: What each layer says, the lowest first.
        layers: Of the chat.
        warning: Why its model has no use for it, as a sentence.
    """
    origins = [origin for origin, _ in said]
    when = "at once" if setting.name.partition(".")[0] in _AT_ONCE else "from the next start on"
    return SettingFacts(
        setting.title,
        [setting.name, *([f"/{setting.short}"] if setting.short else [])],
        setting.help,
        setting.range,
        price=setting.price,
        warning=warning,
        layers=[(origin_name(origin, layers), _NOT_SENT if value is None else told(value)) for origin, value in said],
        winner=origins.index(held.origin) if held.origin in origins else -1,
        hint=f"It holds for all chats, {when}." if is_of_all(setting) else "",
    )


def request_content(sent: Sent, headers: Mapping[str, str], width: int) -> Content:
    """Return the next request as far as it is known, in `width` cells: its settings, and the headers that go with it.

    Args:
        sent: Its settings, and those that the server has no place for.
        headers: As they are sent in this run of the application; none as long as they aren't known.
        width: Cells.
    """
    warning = f"This server has no place for: {', '.join(sent.left_out)}." if sent.left_out else ""
    body = json_content(sent.body, width, warning=warning, more="with the messages of this conversation")
    if not headers:
        return body
    told = Content.styled("headers of this run", "$foreground-muted")
    return Content("\n").join([body, Content(), told, headers_content(headers, width)])


def origin_name(origin: Origin | None, layers: Layers) -> str:
    """Return what the layer is called: `this chat`, `preset mine`."""
    name = _NAMES[origin] if origin else ""
    named = layers.values().get("local_preset")
    return f"{name} {named}" if origin == "preset" and named else name


def told(value: Any) -> str:
    """Return `value` for people; texts are as they are."""
    return "none" if value in ([], {}) else value if isinstance(value, str) else shown_value(value)


def is_of_all(setting: Setting) -> bool:
    """Tell whether a setting is the application's alone, so that no chat can set it for itself."""
    return is_of_application(setting.name)
