"""The settings and presets of the conversation that is shown, and a few words about those that are its own."""

from __future__ import annotations

from collections.abc import Iterator

from textual import work
from textual.message import Message as Event

from chat_tui.engine.refused import RefusedError
from chat_tui.screens.choosing import ChoosingScreen
from chat_tui.text import one_line

LONGEST_TOLD = 600


class TuningScreen(ChoosingScreen):
    """A screen whose conversation's settings can be changed."""

    class Refused(Event):
        """A command that was typed, `text`, could not be carried out; `sentence` says why."""

        def __init__(self, text: str, sentence: str) -> None:
            super().__init__()
            self.text = text
            self.sentence = sentence

    async def action_show_settings(self) -> None:
        """Open the settings."""
        from chat_tui.screens.settings import SettingsPane

        # Awaited, so that what is typed at once already meets the search.
        await self.app.push_screen(SettingsPane(self.chat, self._library, self._session, self._engine), self._tuned)

    async def action_show_presets(self) -> None:
        """Open the presets."""
        from chat_tui.screens.presets import PresetPane

        await self.app.push_screen(PresetPane(self.chat, self._library, self._session, self._engine), self._tuned)

    def action_undo_setting(self) -> None:
        """Take the last change of a setting back."""
        self.run_setting_command("/undo", "undo", "")

    def action_redo_setting(self) -> None:
        """Make the change of a setting again that was undone."""
        self.run_setting_command("/redo", "redo", "")

    @work(group="command")
    async def run_setting_command(self, text: str, word: str, argument: str) -> None:
        """Run `/word argument`, which shows or changes settings, and say what came of it.

        Args:
            text: The whole command as it was typed; `Refused` gives it back.
            word: The command, without its slash.
            argument: What follows it.
        """
        session = await self._session()
        from chat_tui.config.problems import ConfigError
        from chat_tui.engine.chat_settings import ChatSettings
        from chat_tui.engine.setting_commands import Commands

        try:
            told = await Commands(ChatSettings(self.chat, self._library), session).run(word, argument)
        except (ConfigError, RefusedError) as error:
            self.post_message(self.Refused(text, str(error)))
        except OSError as error:
            self.warn(f"This could not be saved: {error.strerror}.")
        else:
            self.app.notify(one_line(told, LONGEST_TOLD), markup=False, timeout=10)
        self.post_message(self.Changed())

    def own_words(self) -> Iterator[str]:
        """Yield in a few words what of the settings is this conversation's own."""
        if self.chat.metadata.settings or self.chat.flags or self.chat.preset:
            from chat_tui.screens.few_words import own_words

            yield from own_words(self.chat.layers)

    def _tuned(self, _: None) -> None:
        self.post_message(self.Changed())
