"""What people do to attach files to their prompt: by path, by pasting, from a list, from the clipboard."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual import events, on, work

from chat_tui.attachments.values import Refusal, Staged
from chat_tui.screens.attached import AttachedScreen
from chat_tui.text import one_line
from chat_tui.widgets.completions import Completion
from chat_tui.widgets.composer import Composer, without_path

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.needs import Unfit
    from chat_tui.engine.session import Session

_LONGEST_NAME = 60
_PATIENCE = 0.5
"""Seconds in which it has to be known whether a paste is a path."""
_LONGEST_READ = 60
"""Seconds that copying and looking at a file may take."""
_LONGEST_PASTE = 20_000
"""Characters of a paste that could be paths."""


class Sending(NamedTuple):
    """A prompt on its way."""

    text: str
    files: tuple[Staged, ...] = ()


class AttachingScreen(AttachedScreen):
    """A screen to whose prompt files can be attached, and that sends them with it."""

    def __init__(self, chat: Chat, library: Library, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__(chat, library, session)
        self._left_in_text: list[str] = []
        """Paths that were typed behind an @ and attached, in a text that had left the composer by then."""
        self.refusals = 0
        """How many files were refused so far."""

    def on_mount(self) -> None:
        """Take paths that are pasted."""
        self.composer.claims = self._claim

    def enter(self, chat: Chat) -> None:
        """Show another conversation."""
        super().enter(chat)
        self._left_in_text.clear()

    # Attaching

    def attach_file(self, path: Path, name: str = "") -> None:
        """Attach a file of the application's own, called `name` when that isn't what it is called."""
        self.run_worker(self._bring(self.chat, [path], name=name, sure=True), group="attach")

    async def _bring(self, chat: Chat, sources: Sequence[str | Path], *, name: str = "", sure: bool = False) -> bool:
        """Attach files and addresses in their order; say of each that isn't taken why. Tell whether all were."""
        async with self._order:
            return await self._bring_all(chat, sources, name=name, sure=sure)

    async def _bring_all(
        self, chat: Chat, sources: Sequence[str | Path], *, name: str = "", sure: bool = False
    ) -> bool:
        taken = [await self._bring_one(chat, source, name, sure=sure) for source in sources]
        return all(taken)

    async def _bring_one(self, chat: Chat, source: str | Path, name: str, *, sure: bool) -> bool:
        drafts = self._library.drafts
        from chat_tui.engine.attaching import wishes_of

        wishes = wishes_of(self._library.defaults)
        stage = partial(drafts.stage, chat.id, source, wishes, name=name)
        staged = await self._stage(chat, source, partial(stage, sure=sure))
        if isinstance(staged, Refusal) and staged.asks:
            from chat_tui.screens.question import Question

            if not await self.app.push_screen_wait(Question(staged.sentence, "Attach it", "Leave it")):
                self.refusals += 1
                return False
            staged = await self._stage(chat, source, partial(stage, sure=True))
        if isinstance(staged, Refusal):
            self.refusals += 1
            self.warn(staged.sentence)
            return False
        files = drafts.files(chat.id)
        if any(file.part == staged.part for file in files):
            self.app.notify(f"{one_line(staged.part.name, _LONGEST_NAME)} is attached already.", markup=False)
            return True
        self._keep(chat, (*files, staged), len(files))
        self._look_whether_it_fits(chat)
        return True

    async def _stage(self, chat: Chat, source: str | Path, stage: Callable[[], Staged | Refusal]) -> Staged | Refusal:
        """Have a file copied and looked at, unless its disk doesn't answer: whoever sends waits for this."""
        from chat_tui.engine.apart import apart

        try:
            async with self._being_read(chat, source), asyncio.timeout(_LONGEST_READ):
                return await apart(stage)
        except TimeoutError:
            name = one_line(str(source).rpartition("/")[2], _LONGEST_NAME)
            return Refusal(f"“{name}” can't be read: its disk takes too long. Copy it to another and attach that.")

    @work(group="fit", exclusive=True)
    async def _look_whether_it_fits(self, chat: Chat) -> None:
        """Say when this chat's model can't take what is attached, and which can."""
        catalogue = (await self._session()).catalogue
        if (await catalogue.open()).fetched is None:
            await catalogue.refresh()  # nobody has looked at the models yet
        if unfit := self._unfit(chat, self._library.drafts.files(chat.id)):
            self.warn(unfit.sentence)

    def _unfit(self, chat: Chat, files: Sequence[Staged]) -> Unfit | None:
        """Return why this chat's model can't take `files`, and which can; None when it can, as far as is known."""
        if self._engine is None:
            return None
        from chat_tui.engine.needs import needs_of, unfit

        parts = [file.part for file in files]
        return unfit(self._engine.catalogue.listing.index.entries, chat.settings, needs_of(chat.path, parts))

    # By a command, or from a list

    def command_attach(self, typed: str) -> None:
        """Attach what stands at paths and addresses."""
        self.run_worker(self._attach_typed(self.chat, typed), group="attach")

    async def _attach_typed(self, chat: Chat, typed: str) -> None:
        from chat_tui.engine.files import sources_of

        async with self._order:
            are_all = await self._bring_all(chat, await asyncio.to_thread(sources_of, typed))
        if not are_all and chat is self.chat and not self.composer.text:
            self.composer.put(f"/attach {typed}")  # to be corrected

    @work(group="command")
    async def action_attach(self) -> None:
        """List files, show what is in them, and attach those that are chosen."""
        from chat_tui.screens.file_picker import FilePicker

        chat = self.chat
        if chosen := await self.app.push_screen_wait(FilePicker()):
            await self._bring(chat, chosen)

    @work(group="attach")
    async def action_paste_image(self) -> None:
        """Attach the picture that is in the clipboard."""
        from chat_tui.engine.clipboard_image import NoImageError, image_in_clipboard

        chat, folder = self.chat, self._library.drafts.attachments(self.chat.id)
        try:
            path = await asyncio.to_thread(image_in_clipboard, folder, os.environ)
        except NoImageError as error:
            self.refusals += 1
            self.warn(str(error))
            return
        try:
            await self._bring(chat, [path], sure=True)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    # By pasting

    async def _claim(self, text: str) -> bool:
        """Attach what is pasted when it is nothing but paths that exist; tell whether it is."""
        if len(text) > _LONGEST_PASTE or not text.strip():
            return False
        from chat_tui.engine.files import pasted_files

        files: Sequence[Path] = ()
        with suppress(TimeoutError):  # a disk that doesn't answer must not hold up what is typed
            async with asyncio.timeout(_PATIENCE):
                files = await asyncio.to_thread(pasted_files, text)
        if files:
            self.run_worker(self._bring(self.chat, files), group="attach")
        return bool(files)

    async def on_paste(self, event: events.Paste) -> None:
        """Attach what is dropped on the conversation."""
        if not self.composer.has_focus and not self.find_bar.has_focus_within:
            await self._claim(event.text)

    # By typing @path

    @work(group="paths", exclusive=True)
    async def _offer_paths_behind(self) -> None:
        await self._offer_paths()

    async def _offer_paths(self) -> None:
        """Offer what a path that is being typed may go on with, behind an @ or in a command."""
        from chat_tui.engine.files import completions

        text, path = self.composer.text, self.composer.path
        before, _, last = text[1:].rpartition(" ")
        found = await asyncio.to_thread(completions, last if path is None else path)
        if (self.composer.text, self.composer.path) != (text, path):
            return
        if path is None:  # a command of paths
            self._offer([Completion(f"{before} {one}", "", _what(one)) for one in found], highlight=False)
        else:
            self._offer([Completion(one, "", _what(one), "@") for one in found], paths=True)

    def _offer(self, found: Sequence[Completion], *, highlight: bool = True, paths: bool = False) -> None:
        """Show what could be typed; none closes the list."""
        self.completions.offer(found, highlight=highlight)
        self.composer.completing = bool(found)
        self.composer.completing_path = paths and bool(found)

    @on(Composer.CompletionTaken)
    def _take_path(self) -> None:
        """Take the path that is highlighted: a folder to go on in, a file to attach."""
        path = self.completions.first if self.composer.completing_path else self.composer.path
        if not path:
            return
        self.composer.replace_path(path)
        if path.endswith("/"):
            return
        self._offer([])
        self.run_worker(self._attach_word(self.chat, path), group="attach")

    @on(Composer.PathTyped)
    def _take_typed(self, event: Composer.PathTyped) -> None:
        self.run_worker(self._attach_word(self.chat, event.path), group="attach")

    async def _attach_word(self, chat: Chat, path: str) -> None:
        """Attach the file that a word behind an @ names, and take the word out; any other word is text."""
        from chat_tui.engine.files import file_at

        async with self._order:
            file = await asyncio.to_thread(file_at, path)
            is_attached = file is not None and await self._bring_all(chat, [file])
        if is_attached and (chat is not self.chat or not self.composer.remove_path(path)):
            self._left_in_text.append(path)

    # Sending

    async def take_attached(self, chat: Chat, text: str, path: str | None, refusals: int) -> Sending | None:
        """Return what is to be sent of `text` and of what is attached in `chat`, once all is there that was wanted.

        Args:
            chat: The conversation.
            text: As it was typed.
            path: What stands at its end behind an @, and may name a file.
            refusals: How many files were refused before the text was sent: when more were, it isn't what was meant.

        Returns:
            None when nothing is to be sent: something was refused, or a file was attached and there is no word.
        """
        if path:
            await self._attach_word(chat, path)
        async with self._order:
            for typed in self._left_in_text:
                text = without_path(text, typed)
            self._left_in_text.clear()
        files = self._library.drafts.files(chat.id)
        if self.refusals != refusals:
            self.give_back(chat, text)
            return None
        if not text.strip() and (path or not files):
            return None  # the file itself was meant
        if unfit := self._unfit(chat, files):
            self.give_back(chat, text)
            self.warn(f"Not sent: {unfit.sentence}")
            if chat is self.chat:
                await self.action_choose_model(unfit.filter)
            return None
        files = self._library.drafts.take_files(chat.id)
        self._show_chips()
        return Sending(text.strip("\n") if files else text, files)

    def settle(self, chat: Chat, files: Sequence[Staged], *, sent: bool) -> None:
        """Take note of whether the files of a prompt were sent; those that weren't are attached again."""
        self._library.drafts.settle_files(chat.id, files, sent=sent)
        self._write_drafts()
        self._show_chips()

    def forget_attached(self, chat: Chat, files: Sequence[Staged]) -> None:
        """Take note that files of the draft were sent with a request that was edited."""
        self._keep(chat, [file for file in self._library.drafts.files(chat.id) if file not in files])

    def take_again(self, chat: Chat, files: Sequence[Staged]) -> None:
        """Take from the draft what was given back to it, and is sent after all."""
        self._library.drafts.take_files(chat.id, files)
        self._show_chips()


def _what(path: str) -> str:
    return "folder" if path.endswith("/") else ""
