"""What people choose for the conversation that is shown: its model, its providers and its system prompt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from textual import work
from textual.message import Message as Event

from chat_tui.screens.viewing import ViewingScreen
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session
    from chat_tui.models.endpoint import Endpoints
    from chat_tui.models.routing import Choices


class ChoosingScreen(ViewingScreen):
    """A screen whose conversation can be changed.

    Args:
        chat: The conversation.
        library: Keeps what new ones begin with.
        session: Brings the engine as soon as it runs.
    """

    class Changed(Event):
        """What holds for the next request may be other than before."""

    def __init__(self, chat: Chat, library: Library, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__()
        self.chat = chat
        self._library = library
        self._session = session
        self._engine: Session | None = None
        """The engine, once it runs."""

    async def action_choose_model(self, search: str = "") -> None:
        """Open the model picker, with what is searched for first, and switch to what is chosen."""
        from chat_tui.screens.models import ModelPicker

        files = [file.part for file in self._library.drafts.files(self.chat.id)]
        picker = ModelPicker(self.chat, self._library, self._session, self._engine, files=files, search=search)
        # Awaited, so that a digit which is typed at once already meets the picker.
        await self.app.push_screen(picker, self._switch)

    def _switch(self, model: str | None) -> None:
        if model:
            self.command_choose_model(model)
        else:
            self.post_message(self.Changed())

    def command_choose_model(self, model: str) -> None:
        """Switch this chat to `model`, from its next prompt on."""
        self.change(model=model)
        entry = self._engine.catalogue.listing.index.by_id.get(model) if self._engine is not None else None
        if entry is not None and "image" in entry.outputs and "modalities" not in self.chat.settings:
            said = "This model makes pictures when it is asked for them: /aspect 1:1, or /modalities image, text."
            self.app.notify(said, markup=False, timeout=8)

    @work(group="command")
    async def action_use_favourite(self, digit: str) -> None:
        """Switch this chat to a favourite model."""
        favourites = (await (await self._session()).chosen_models.open()).favourites
        if int(digit) <= len(favourites):
            self.command_choose_model(favourites[int(digit) - 1])
            self.app.notify(f"This chat uses {one_line(self.chat.model, 80)} now.", markup=False, timeout=4)
        else:
            self.warn(f"There is no favourite {digit} yet. In the model picker, Alt+S makes a model one.")

    async def action_choose_providers(self) -> None:
        """Show who serves this chat's model, and keep the choices that are made there."""
        from chat_tui.screens.endpoints import EndpointsScreen

        chat = self.chat

        async def fetch() -> Endpoints:
            return await (await self._session()).endpoints(chat.model)

        def keep(choices: Choices | None) -> None:
            if choices is not None:
                self.save(lambda: chat.choose_providers(choices))

        await self.app.push_screen(EndpointsScreen(chat.model, chat.settings.get("provider") or {}, fetch), keep)

    def action_set_system(self) -> None:
        """Take the system prompt back; `/system TEXT` sets it."""
        had = self.chat.settings.get("system")
        self.change(system=None)
        told = "The system prompt is cleared." if had else "Write it after the command: /system You are …"
        self.app.notify(told, markup=False)

    def command_set_system(self, text: str) -> None:
        """Set this chat's system prompt, from its next prompt on."""
        self.change(system=text)
        self.app.notify("The system prompt is set, from the next prompt on.", markup=False)

    def change(self, **settings: Any) -> None:
        """Set this conversation's own settings; None takes one back."""
        self.save(lambda: self.chat.change(**settings))

    def save(self, change: Callable[[], None]) -> None:
        """Make a change of the conversation's settings and show it; when the disk refuses, say so."""
        try:
            change()
        except OSError as error:
            self.warn(f"This could not be saved: {error.strerror}.")
        self.post_message(self.Changed())

    def warn(self, sentence: str) -> None:
        """Say what went wrong, and stay."""
        self.app.notify(one_line(sentence, 600), severity="warning", markup=False, timeout=10)
