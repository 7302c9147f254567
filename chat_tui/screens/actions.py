"""Every action once: its keys, slash command, title and help; bindings, palette, completion and F1 read this table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a person can make the application do."""

    name: str
    """The screen's method is `action_<name>`; with an argument, `command_<name>(argument)` for the slash command."""
    title: str
    help: str
    slash: str
    keys: str = ""
    argument: str = ""
    also: str = ""
    """Another slash command that means the same."""

    @property
    def key_label(self) -> str:
        """The first key, as people read it: `Ctrl+O`, `F1`."""
        modifier, plus, key = self.keys.partition(",")[0].rpartition("+")
        return f"{modifier.capitalize()}{plus}{key.capitalize()}"


ACTIONS = (
    Action("choose_model", "Choose the model", "Switch this chat's model, now or in mid-conversation",
           "model", "ctrl+o,f2", "[ID]"),
    Action("choose_providers", "Choose the providers", "Who serves this chat's model, at which price and how fast; "
           "choose who may", "endpoints", "f7", also="providers"),
    Action("show_settings", "Settings", "Everything that this chat sends with its prompts: see, search, change, undo",
           "settings", "ctrl+t"),
    Action("show_presets", "Presets", "Settings with a name: use one in this chat, compare, save this chat as one",
           "presets"),
    Action("new_chat", "New chat", "Begin a new conversation; this one stays saved", "new", "ctrl+n"),
    Action("undo_setting", "Undo a setting", "Undo the last change of a setting in this chat", "undo"),
    Action("redo_setting", "Redo a setting", "Make the change of a setting again that was undone", "redo"),
    Action("set_system", "System prompt", "Set what every request of this chat begins with; empty clears it",
           "system", "", "TEXT"),
    Action("retry", "Answer again", "Ask for another reply to the last prompt; the old one is kept", "retry", "ctrl+r"),
    Action("stop", "Stop the reply", "End the reply now; what has arrived is kept", "stop"),
    Action("copy_message", "Copy the message", "Copy the message at the cursor as it was received, or its code",
           "copy", "", "[code]"),
    Action("copy_code", "Copy the code", "Copy the code block at the cursor, or the last one before it", "copy-code"),
    Action("copy", "Copy the selection", "Copy the selection; without one, stop the reply", "copy-selection", "ctrl+c"),
    Action("toggle_mouse", "Mouse", "Give the mouse to the terminal, to select with, or take it back", "mouse", "f6"),
    Action("suspend", "Suspend", "Go back to the shell; fg returns", "suspend"),
    Action("show_outline", "Outline", "List your prompts and go to one", "outline", "ctrl+l"),
    Action("find", "Find", "Find a text in this conversation; n and N go to the next match and the one before",
           "find", "", "[TEXT]"),
    Action("fold", "Fold or unfold", "Fold or unfold what the model thought in the message at the cursor, "
           "and long tool calls", "fold"),
    Action("choose_theme", "Theme", "Change how the application looks", "theme", "", "[NAME]"),
    Action("show_help", "Help", "All keys and commands", "help", "f1"),
    Action("show_palette", "Command palette", "Search every action by name", "palette", "ctrl+p"),
    Action("quit", "Quit", "Stop what streams, keep it, and leave", "quit", "ctrl+q"),
)  # fmt: skip

BY_SLASH = {name: action for action in ACTIONS for name in (action.slash, action.also) if name}

FAVOURITES = "123456789"
"""Digits that are commands: `/1` switches to the first favourite model."""

OTHER_KEYS = (
    ("Enter", "Send the prompt"),
    ("Ctrl+J", "New line"),
    ("Up", "In an empty composer: earlier prompts"),
    ("/", "As the first character: commands"),
    ("/1 … /9", "Switch this chat to a favourite model; Alt with the digit too, where the terminal tells it"),
    ("Tab", "Between composer and conversation"),
    ("Esc", "Close, clear the selection, stop the reply, or change the focus: the first that applies"),
    ("c", "In the conversation: copy the message"),
    ("y", "In the conversation: copy the code"),
    ("Ctrl+Z", "In the conversation: back to the shell, where fg returns; in the composer: undo"),
    ("Up Down k j", "In the conversation: between messages and code blocks, line by line through long ones"),
    ("{ }", "In the conversation: to the prompt before, to the next one"),
    ("PgUp PgDn Home End", "In the conversation: by screens, to the start, to the end, which follows; also g and G"),
    ("Enter", "In the conversation: fold or unfold what the model thought, and long tool calls"),
    ("Space x 1–9", "In the table of providers: only this one, never this one, its place in the order; Enter keeps it"),
    ("/", "In the conversation: find; Enter or n goes to the next match, Shift+Enter or N to the one before"),
)
"""Keys that belong to a widget, for the help."""


def bindings(actions: Iterable[Action] = ACTIONS) -> list[Binding]:
    """Return the bindings of all actions that have keys; they win over what has the focus."""
    return [
        Binding(a.keys, a.name, a.title, tooltip=a.help, id=f"chat.{a.name}", show=False, priority=True)
        for a in actions
        if a.keys
    ] + [
        Binding(
            f"alt+{digit}",
            f"use_favourite('{digit}')",
            f"Favourite {digit}",
            id=f"chat.favourite_{digit}",
            tooltip=f"Switch this chat to favourite {digit}",
            show=False,
            priority=True,
        )
        for digit in FAVOURITES
    ]
