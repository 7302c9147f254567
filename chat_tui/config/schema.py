"""The one table of settings: name, kind, range, unit, default and help of each."""

from __future__ import annotations

from chat_tui.config.schema_application import APPLICATION, ORIGIN
from chat_tui.config.schema_budget import OF_ALL, OF_CHATS
from chat_tui.config.schema_model import MODEL
from chat_tui.config.schema_plugins import PLUGINS
from chat_tui.config.schema_request import REQUEST
from chat_tui.config.schema_routing import ROUTING
from chat_tui.config.setting import Setting

__all__ = ["ALIASES", "APPLICATION_ONLY", "KEYED", "ORIGIN", "SETTINGS", "TABLES", "Setting", "is_of_application"]

SETTINGS = {
    setting.name: setting for setting in (*MODEL, *ROUTING, *PLUGINS, *REQUEST, *OF_CHATS, *OF_ALL, *APPLICATION)
}
"""Every setting by its name, in the order in which forms and lists have them."""

ALIASES = {setting.name: setting.same_as for setting in SETTINGS.values() if setting.same_as}
"""Names that files may use for other settings."""

TABLES = frozenset(
    ".".join(parts[:depth]) for parts in (name.split(".") for name in SETTINGS) for depth in range(1, len(parts))
)
"""Settings that are tables of settings; some of them may also be a plain value (`provider.sort`)."""

KEYED = {"plugins": "id", "tools": "type"}
"""Lists of tables that are told apart by this key of theirs: `[[plugins]] id = "web"` is `plugins.web`."""

APPLICATION_ONLY = frozenset(setting.name.partition(".")[0] for setting in APPLICATION)
"""Settings, and whole tables of them, that are no part of a conversation."""

_ONLY = APPLICATION_ONLY | {setting.name for setting in OF_ALL}


def is_of_application(name: str) -> bool:
    """Tell whether the setting of a dotted name is the application's alone: no conversation or preset can set it."""
    return name in _ONLY or name.partition(".")[0] in _ONLY
