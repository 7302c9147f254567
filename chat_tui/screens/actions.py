"""Every action once: its keys, slash command, title and help; bindings, palette, completion and F1 read this table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from textual.binding import Binding


class Action(NamedTuple):
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
    Action("show_conversations", "Conversations", "List all conversations: open, rename, tag, pin, archive, copy, "
           "delete, restore", "conversations", "ctrl+b", also="chats"),
    Action("go_to", "Go to", "Search all that was ever said and go there; with nothing typed, the chats used last",
           "goto", "ctrl+g", "[WORDS]"),
    Action("new_chat", "New chat", "Begin a new conversation; this one stays saved", "new", "ctrl+n"),
    Action("rename", "Rename", "Give this conversation another title", "rename", "", "TEXT"),
    Action("tag", "Tags", "Add tags to this conversation; those with a minus before them are taken away",
           "tag", "", "[NAME …]"),
    Action("pin", "Pin or unpin", "List this conversation first, or no longer", "pin"),
    Action("archive", "Archive", "Put this conversation away, or back among the others", "archive"),
    Action("duplicate", "Copy the conversation", "Go on in a copy of this conversation", "duplicate"),
    Action("delete", "Delete the conversation", "Move this conversation to the trash; a reply that streams is stopped",
           "delete"),
    Action("restore", "Restore", "Bring back the conversation that was deleted last, or show the trash", "restore"),
    Action("export", "Export", "Write this conversation, or a message, to a file: Markdown, HTML, text, JSON, TOML",
           "export", "ctrl+s", "[FORMAT] [PATH]"),
    Action("import_conversations", "Import", "Take conversations from an export of this or of another program; it says "
           "first what would come", "import", "", "PATH"),
    Action("attach", "Attach", "Attach images, PDFs, sound, films, texts: paths or https addresses; alone: a list of "
           "files with a look into them", "attach", "f8", "[PATH …]", also="file"),
    Action("paste_image", "Paste an image", "Attach the picture that is in the clipboard", "paste-image", "f9,alt+v"),
    Action("show_attachments", "Attachments", "Go to what is attached: look at it, move it, remove it", "attachments"),
    Action("shrink", "Shrink a picture", "Make the picture that was attached last smaller: to so many pixels on its "
           "longer side, or to half", "shrink", "", "[PIXELS]"),
    Action("detach", "Detach", "Remove what was attached last; or what has these names or numbers; or all",
           "detach", "", "[NAME|NUMBER|all]"),
    Action("show_costs", "Cost", "What was spent: today, this month, by day, model, provider; credits and limits left",
           "cost", "f3", also="costs"),
    Action("show_budget", "Budget", "What was spent, and past which amounts you are told, or asked before more is: "
           "day 5, chat tell 0.5, month off", "budget", "", "[reply|chat|day|month] [tell] [USD|off]"),
    Action("show_estimate", "Before sending", "What the next prompt may cost and how full the context is, in words; "
           "what can be done when it is full", "estimate", also="context"),
    Action("unhide", "Send all messages", "Take in again the messages that were left out of requests", "unhide"),
    Action("show_receipt", "Receipt", "All of the receipt of the reply at the cursor, else of the last one", "receipt"),
    Action("inspect", "Inspect the request", "The exact request that will be sent, and that of each reply: JSON, curl, "
           "Python, headers, events; edit and send it", "inspect", "f4", also="request"),
    Action("undo_setting", "Undo a setting", "Undo the last change of a setting in this chat", "undo"),
    Action("redo_setting", "Redo a setting", "Make the change of a setting again that was undone", "redo"),
    Action("set_system", "System prompt", "Set what every request of this chat begins with; empty clears it",
           "system", "", "TEXT"),
    Action("retry", "Answer again", "Ask for another reply to the last prompt; the old one is kept", "retry", "ctrl+r"),
    Action("stop", "Stop the reply", "End the reply now; what has arrived is kept", "stop"),
    Action("copy_message", "Copy the message", "Copy the message at the cursor; its code; or what was copied last, to "
           "a file", "copy", "", "[code|file]"),
    Action("copy_code", "Copy the code", "Copy the code block at the cursor, or the last one before it", "copy-code"),
    Action("copy", "Copy the selection", "Copy the selection; without one, stop the reply", "copy-selection", "ctrl+c"),
    Action("toggle_mouse", "Mouse", "Give the mouse to the terminal, to select with, or take it back", "mouse", "f6"),
    Action("suspend", "Suspend", "Go back to the shell; fg returns", "suspend"),
    Action("show_outline", "Outline", "List your prompts and go to one", "outline", "ctrl+l"),
    Action("find", "Find", "Find a text in this conversation; n and N go to the next match and the one before",
           "find", "", "[TEXT]"),
    Action("next_link", "Links", "Go to the next link of the message at the cursor and see its address; Enter opens it",
           "link"),
    Action("open_file", "Open a file", "Look at the picture or file at the cursor, large; hear a sound", "open"),
    Action("save_file", "Save a file", "Save the picture or file at the cursor outside of the conversation", "save", "",
           "[PATH]"),
    Action("use_file", "Use a file", "Attach the picture or file at the cursor to what you write: “make it blue”",
           "use"),
    Action("fold", "Fold or unfold", "Fold or unfold what is at the cursor: what the model thought, long tool calls, "
           "JSON, the probabilities of tokens", "fold"),
    Action("toggle_wrap", "Wrap code", "Wrap long lines of code, or cut them", "wrap"),
    Action("toggle_math", "Formulas", "Show formulas readably, or as their source", "formulas"),
    Action("choose_theme", "Theme", "Change how the application looks", "theme", "", "[NAME]"),
    Action("show_help", "Help", "All keys and commands", "help", "f1"),
    Action("show_palette", "Command palette", "Search every action by name", "palette", "ctrl+p"),
    Action("quit", "Quit", "Stop what streams, keep it, and leave", "quit", "ctrl+q"),
)  # fmt: skip

BY_SLASH = {name: action for action in ACTIONS for name in (action.slash, action.also) if name}

FAVOURITES = "123456789"
"""Digits that are commands: `/1` switches to the first favourite model."""

WRITING_KEYS = (
    ("Enter", "Send the prompt"),
    ("Ctrl+J", "New line"),
    ("Up", "When nothing is written: earlier prompts"),
    ("/", "As the first character: commands"),
    ("@", "At a word's beginning: completes a path, and attaches the file"),
    ("↑", "From the first line: to what is attached, where there is something"),
    ("/1 … /9", "Switch this chat to a favourite model; Alt with the digit too, where the terminal tells it"),
    ("Tab", "To the conversation, and back; with Shift, to what is attached first"),
    ("Esc", "Close, clear the selection, stop the reply, or change the focus: the first that applies"),
    ("Ctrl+Z", "Undo"),
)
"""Keys in the composer, for the help."""

ATTACHED_KEYS = (
    ("↑ ↓ k j", "Between the files; below the last one is the prompt"),
    ("Shift+↑ ↓ K J", "Send the file earlier, later"),
    ("Enter o", "Look at it"),
    ("-", "Make the picture half as large"),
    ("Del x", "Remove it"),
    ("Esc", "Back to the prompt"),
)
"""Keys where the attached files are listed, for the help."""

READING_KEYS = (
    ("↑ ↓ k j", "Between messages and code blocks, line by line through long ones"),
    ("{ }", "To the prompt before, to the next one"),
    ("PgUp PgDn", "By screens"),
    ("Home End g G", "To the start; to the end, which follows what arrives"),
    ("/", "Find; Enter or n goes to the next match, Shift+Enter or N to the one before"),
    ("c", "Copy the message"),
    ("y", "Copy the code"),
    ("o O", "To the next link of the message, to the one before; Enter opens it, c copies its address"),
    ("o", "At a picture or file: look at it, hear it"),
    ("s", "Save the picture or file"),
    ("u", "Attach the picture or file to what you write"),
    ("i", "The receipt of the reply, all of it"),
    ("Enter", "Fold or unfold what the model thought, long tool calls, sources, JSON and probabilities"),
    ("w", "Wrap long lines of code, or cut them"),
    ("h l", "Along long lines of code that are cut; also Shift+Left and Shift+Right"),
    ("m", "Show formulas readably, or as their source"),
    ("Ctrl+Z", "Back to the shell, where fg returns"),
)
"""Keys in the conversation, for the help."""

PROVIDER_KEYS = (
    ("Space", "Only this provider, or no longer only this one"),
    ("x", "Never this provider"),
    ("1 … 9", "Its place in the order"),
    ("Enter", "Keep the choices for this chat"),
)
"""Keys in the table of providers, for the help."""

COST_KEYS = (
    ("← →", "A shorter or a longer time"),
    ("d", "By day"),
    ("m", "By model"),
    ("p", "By provider"),
    ("c", "By conversation"),
    ("r", "Ask the server again for credits and limits"),
    ("Esc F3", "Close"),
)
"""Keys in the cost screen, for the help."""


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
