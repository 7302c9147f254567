"""Budgets: from which amounts on a person wants to be told of what was spent, or asked before more is."""

from __future__ import annotations

from chat_tui.config.setting import Setting, grouped

_GROUP = "Budgets"


def _cap(name: str, label: str, help: str) -> Setting:
    return Setting(f"budget.{name}", float, help, low=0, unit="USD", label=label)


OF_CHATS = grouped(
    _GROUP,
    _cap("reply_warn", "Reply: tell past", "What a reply may cost before you are told."),
    _cap("reply_ask", "Reply: ask past", "What a reply may cost at most, by the estimate, without you being asked."),
    _cap("chat_warn", "Chat: tell past", "What a chat may cost, on all its branches, before you are told."),
    _cap("chat_ask", "Chat: ask past", "What a chat may cost without you being asked before the next prompt is sent."),
)
"""Those that a chat may have for itself."""

OF_ALL = grouped(
    _GROUP,
    _cap("day_warn", "Day: tell past", "What all chats may cost in a day, where you are, before you are told."),
    _cap("day_ask", "Day: ask past", "What a day may cost without you being asked before the next prompt is sent."),
    _cap("month_warn", "Month: tell past", "What all chats may cost in a calendar month before you are told."),
    _cap("month_ask", "Month: ask past", "What a month may cost without you being asked before the next prompt."),
)
"""Those that hold over all chats, so that none can lift them."""
