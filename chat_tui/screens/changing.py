"""Changing the settings of a conversation in a pane: each change holds, and is kept, at once, and can be undone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from chat_tui.config.layers import Layers
from chat_tui.config.problems import ConfigError
from chat_tui.config.schema import Setting
from chat_tui.config.server import Server
from chat_tui.engine.chat_settings import ChatSettings
from chat_tui.engine.refused import RefusedError
from chat_tui.screens.editing_pane import EditingPane
from chat_tui.screens.setting_shown import is_of_all, told
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

_VALUE = 40


class ChangingScreen(EditingPane):
    """A pane that changes settings; `said` is what it did last.

    Args:
        chat: The conversation whose settings they are.
        library: Where the defaults and the presets are.
        session: Brings the engine as soon as it runs.
        engine: The engine, when it runs already: what it knows is then shown at once.
    """

    def __init__(
        self,
        chat: Chat,
        library: Library,
        session: Callable[[], Awaitable[Session]],
        engine: Session | None = None,
    ) -> None:
        super().__init__()
        self.chat = chat
        self.library = library
        self.session = session
        self.engine = engine
        self.settings = ChatSettings(chat, library)
        self.chat_layers: Layers = self.settings.layers
        self.said = ""

    @property
    def server(self) -> Server | None:
        """Where requests go, once that is known."""
        return self.engine.server if self.engine is not None else None

    def do(self, change: Callable[[], object], said: str) -> bool:
        """Make a change, and say so, or why it can't be made.

        Returns:
            Whether it was made.
        """
        before, self.said = self.settings.held("theme").value, said
        try:
            change()
        except (ConfigError, RefusedError) as error:
            self.refuse(str(error))
            return False
        except OSError as error:
            self.refuse(f"This could not be saved: {error.strerror}.")
            return False
        theme = self.settings.held("theme").value
        if theme != before and theme in self.app.available_themes:
            self.app.theme = theme
        self.changed()
        return True

    def changed(self) -> None:
        """Show what holds now."""
        self.chat_layers = self.settings.layers
        self.show()

    def refuse(self, sentence: str) -> None:
        """Say why something can't be."""
        self.said = sentence
        self.app.notify(one_line(sentence, 400), severity="warning", markup=False, timeout=10)
        self.changed()

    def set_value(self, setting: Setting, value: Any) -> None:
        """Set a setting for this chat; what is the application's alone, for all."""
        where = "all chats" if is_of_all(setting) else "this chat"
        shown = "not sent" if value is None else one_line(told(value), _VALUE)
        self.do(lambda: self.settings.change(setting.name, value), f"{setting.title}: {shown} in {where}.")

    def reset_value(self, setting: Setting) -> None:
        """Take back what this chat says of a setting; for what is the application's alone, what its file says."""
        if is_of_all(setting):
            self.set_default(setting, None)
        elif setting.name in {**self.chat_layers.conversation, **self.chat_layers.flags}:
            self.do(lambda: self.settings.reset(setting.name), f"{setting.title}: this chat says nothing of it now.")

    def set_default(self, setting: Setting, value: Any) -> None:
        """Make `value` the default of all chats; None takes the default back."""
        said = f"{setting.title}: {one_line(told(value), _VALUE)} is the default of all chats."
        if value is None:
            said = f"{setting.title}: it has no default of yours now."
        self.do(lambda: self.settings.make_default(setting.name, value), said)

    def action_undo(self) -> None:
        """Take the last change back."""
        self._again(self.settings.undo, "Undone", "Nothing is left to undo.")

    def action_redo(self) -> None:
        """Make the change again that was undone last."""
        self._again(self.settings.redo, "Done again", "Nothing is left to redo.")

    def _again(self, step: Callable[[], str], done: str, nothing: str) -> None:
        what = ""

        def take() -> None:
            nonlocal what
            what = step()

        if self.do(take, ""):
            self.said = f"{done}: {what}." if what else nothing
            self.show()
