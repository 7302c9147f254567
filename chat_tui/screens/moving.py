"""What people do to have conversations elsewhere, and here: export, import."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from chat_tui.engine.refused import RefusedError
from chat_tui.screens.shelving import ShelvingScreen
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.conversation.exports.writing import Written
    from chat_tui.engine.moving import Outcome

_TOLD_SECONDS = 10
_MOST_LINES = 8


class MovingScreen(ShelvingScreen):
    """A screen whose conversation can be exported, and others imported."""

    # Export

    @work(group="command")
    async def action_export(self) -> None:
        """Ask what of this conversation is to be written, and where."""
        await self._ask_export()

    @work(group="command")
    async def command_export(self, typed: str) -> None:
        """Write this conversation as `FORMAT PATH` says; what isn't said is asked."""
        from chat_tui.conversation.exports.formats import format_of
        from chat_tui.engine.files import typed_path

        words = _words(typed)
        form = format_of(words[0]) if words and "/" not in words[0] and not words[0].startswith(".") else None
        rest = words[1:] if form else words
        try:
            path = typed_path(" ".join(rest)) if rest else None
        except ValueError as error:
            self.warn(str(error))
            return
        form = form or (format_of(path.suffix) if path else None) or "md"
        if path is None:
            await self._ask_export(form)
        else:
            await self._export_to(path, form)

    async def _export_to(self, path: Path, form: str) -> None:
        from chat_tui.conversation.exports.formats import WHOLE
        from chat_tui.engine.moving import Order, export

        order = Order("tree" if form in WHOLE else "branch", None, form, path)
        try:
            done = await asyncio.to_thread(export, self.chat, order, await self._secrets())
        except FileExistsError as error:
            await self._ask_export(form, Path(error.filename))
        except RefusedError as error:
            self.warn(str(error))
        except OSError as error:
            self.warn(f"This can't be written: {error.strerror}: {error.filename or path}.")
        else:
            self._told_written(done)

    async def _ask_export(self, form: str = "md", path: Path | None = None) -> None:
        if not self._shown:
            self.warn("Nothing was sent here yet, so there is nothing to export.")
            return
        from chat_tui.engine.files import default_folder
        from chat_tui.screens.export import ExportScreen

        folder = await asyncio.to_thread(default_folder)
        secrets = await self._secrets()
        screen = ExportScreen(self.chat, self.transcript.current_message, folder, form, path, secrets)
        if (done := await self.app.push_screen_wait(screen)) is not None:
            self._told_written(done)

    async def _secrets(self) -> Sequence[str]:
        """Return what must not leave with what is exported."""
        session = await self._session()
        return session.secrets

    def _told_written(self, done: Written) -> None:
        from chat_tui.engine.files import shown_path

        self._inform(" ".join((f"Written to {shown_path(done.path)}.", *done.warnings)))

    # Import

    def action_import_conversations(self) -> None:
        """Say what can be imported."""
        self._inform(
            "/import PATH takes exports of chat-tui, OpenRouter's chatroom, ChatGPT and Claude, lists of messages as "
            "JSON, and the databases of elia, oterm and llm. First it says what would come."
        )

    @work(group="command", exclusive=True)
    async def command_import_conversations(self, typed: str) -> None:
        """Say what would come from the file at a path, and take it when that is wanted."""
        from chat_tui.engine.files import typed_path
        from chat_tui.screens.arriving import ArrivingScreen

        try:
            path = typed_path(" ".join(_words(typed)))
        except ValueError as error:
            self.warn(str(error))
            return
        outcome: Outcome | None = await self.app.push_screen_wait(ArrivingScreen(self._library, path))
        if outcome is None:
            return
        session = await self._session()
        for folder in outcome.folders:
            session.note(folder)
        if self.chat.folder.path in outcome.folders:
            self._sync(self.chat.path)
        self._inform("\n".join(outcome.sentences[:_MOST_LINES]))
        self.post_message(self.Changed())

    def _inform(self, told: str) -> None:
        lines = "\n".join(one_line(line, 400) for line in told.split("\n"))
        self.app.notify(lines, markup=False, timeout=_TOLD_SECONDS)


def _words(typed: str) -> list[str]:
    """Return what was typed as words; quotes hold a path with spaces together, and are not needed for one alone."""
    import shlex

    try:
        return shlex.split(typed)
    except ValueError:
        return typed.split()
