"""The settings and presets of the conversation that is shown, and a few words about those that are its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from textual.message import Message as Event

from chat_tui.screens.reading import ReadingScreen

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session


class TuningScreen(ReadingScreen):
    """A screen whose conversation's settings can be changed."""

    class Tuned(Event):
        """What holds for the next request may be other than before."""

    chat: Chat
    _library: Library
    _session: Callable[[], Awaitable[Session]]

    async def action_show_settings(self) -> None:
        """Open the settings."""
        from chat_tui.screens.settings import SettingsPane

        # Awaited, so that what is typed at once already meets the search.
        await self.app.push_screen(SettingsPane(self.chat, self._library, self._session), self._tuned)

    async def action_show_presets(self) -> None:
        """Open the presets."""
        from chat_tui.screens.presets import PresetPane

        await self.app.push_screen(PresetPane(self.chat, self._library, self._session), self._tuned)

    def own_words(self) -> Iterator[str]:
        """Yield in a few words what of the settings is this conversation's own."""
        if self.chat.metadata.settings or self.chat.flags or self.chat.preset:
            from chat_tui.screens.few_words import own_words

            yield from own_words(self.chat.layers)

    def _tuned(self, _: None) -> None:
        self.post_message(self.Tuned())
