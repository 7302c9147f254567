"""What people do to attach files to their prompt: by path, by pasting, from a list, from the clipboard."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual import on, work

from chat_tui.attachments.values import Refusal, Staged
from chat_tui.conversation.values import FilePart, LinkPart
from chat_tui.screens.inspecting import InspectingScreen
from chat_tui.text import one_line
from chat_tui.widgets.completions import Completion
from chat_tui.widgets.composer import Composer, without_path

if TYPE_CHECKING:
    from chat_tui.conversation.values import Message
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.needs import Unfit
    from chat_tui.engine.session import Session
    from chat_tui.widgets.chips import Chips

SMALLEST = 64
"""Pixels of the longer side below which a picture isn't shrunk: a model sees nothing in less."""
_LAST = 1_000_000
_LONGEST_NAME = 60
_LONGEST_PASTE = 20_000
"""Characters of a paste that could be paths."""


class Sending(NamedTuple):
    """A prompt on its way."""

    text: str
    files: tuple[Staged, ...] = ()


class AttachingScreen(InspectingScreen):
    """A screen with a composer, to whose prompt files can be attached.

    What is attached is the library's, with the draft; this shows it, and has it changed in the order of the wishes.
    """

    def __init__(self, chat: Chat, library: Library, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__(chat, library, session)
        self._order = asyncio.Lock()
        """Whoever attaches has it, and whoever sends waits for it: what was wanted first is there first."""
        self._reading: list[tuple[Chat, str]] = []
        """What is being read, with the conversation that it is for."""
        self._left_in_text: list[str] = []
        """Paths that were typed behind an @ and attached, in a text that had left the composer by then."""
        self.refusals = 0
        """How many files were refused so far."""

    def on_mount(self) -> None:
        """Go on with what was attached here and not sent."""
        self.composer.claims = self._claim
        self._show_chips()

    def enter(self, chat: Chat) -> None:
        """Show another conversation, with what is attached to its draft."""
        super().enter(chat)
        self._left_in_text.clear()
        self._show_chips()

    # What is shown

    def _show_chips(self, place: int | None = None) -> None:
        files = self._library.drafts.files(self.chat.id)
        reading = [name for chat, name in self._reading if chat is self.chat]
        self.composer.has_attachments = bool(files)
        if self.chips is None:
            if not files and not reading:
                return
            from chat_tui.widgets.chips import Chips

            self.chips = Chips(id="chips")
            self.mount(self.chips, before=self.completions)
        if not files and self.chips.has_focus:
            self.composer.focus()
        self.chips.list(files, reading, place)
        self._show_hint()

    def _keep(self, chat: Chat, files: Sequence[Staged], place: int | None = None) -> None:
        """Take what is attached in `chat` as it is now."""
        self._library.drafts.keep_files(chat.id, files)
        self._write_drafts()
        if chat is self.chat:
            self._show_chips(place)

    @property
    def has_chips(self) -> bool:
        """Whether something is attached to the draft that is shown."""
        return bool(self._library.drafts.files(self.chat.id))

    # Attaching

    def attach_file(self, path: Path, name: str = "") -> None:
        """Attach a file of the application's own, called `name` when that isn't what it is called."""
        self.run_worker(self._bring(self.chat, [path], name=name, sure=True), group="attach")

    @asynccontextmanager
    async def _being_read(self, chat: Chat, source: str | Path) -> AsyncIterator[None]:
        """Show that something is being read."""
        known = (chat, str(source).rpartition("/")[2])
        self._reading.append(known)
        self._show_chips()
        try:
            yield
        finally:
            self._reading.remove(known)

    async def _bring(self, chat: Chat, sources: Sequence[str | Path], *, name: str = "", sure: bool = False) -> bool:
        """Attach files and addresses in their order; say of each that isn't taken why. Tell whether all were."""
        async with self._order:
            return await self._bring_all(chat, sources, name=name, sure=sure)

    async def _bring_all(
        self, chat: Chat, sources: Sequence[str | Path], *, name: str = "", sure: bool = False
    ) -> bool:
        taken = [await self._bring_one(chat, source, name, sure=sure) for source in sources]
        self._show_chips()
        return all(taken)

    async def _bring_one(self, chat: Chat, source: str | Path, name: str, *, sure: bool) -> bool:
        drafts = self._library.drafts
        from chat_tui.engine.attaching import wishes_of

        wishes = wishes_of(self._library.defaults)
        async with self._being_read(chat, source):
            staged = await asyncio.to_thread(drafts.stage, chat.id, source, wishes, sure=sure, name=name)
        if isinstance(staged, Refusal) and staged.asks:
            from chat_tui.screens.question import Question

            if not await self.app.push_screen_wait(Question(staged.sentence, "Attach it", "Leave it")):
                self.refusals += 1
                return False
            async with self._being_read(chat, source):
                staged = await asyncio.to_thread(drafts.stage, chat.id, source, wishes, sure=True, name=name)
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

    @work(group="fit", exclusive=True)
    async def _look_whether_it_fits(self, chat: Chat) -> None:
        """Say when this chat's model can't take what is attached, and which can."""
        await self._session()
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
            await self._bring(chat, [path], name="clipboard", sure=True)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    # By pasting

    async def _claim(self, text: str) -> bool:
        """Attach what is pasted when it is nothing but paths that exist; tell whether it is."""
        if len(text) > _LONGEST_PASTE or not text.strip():
            return False
        from chat_tui.engine.files import pasted_files

        if files := await asyncio.to_thread(pasted_files, text):
            self.run_worker(self._bring(self.chat, files), group="attach")
        return bool(files)

    # By typing @path

    @work(group="paths", exclusive=True)
    async def _offer_paths_behind(self) -> None:
        await self._offer_paths()

    async def _offer_paths(self) -> None:
        """Offer what a path that is being typed may go on with."""
        from chat_tui.engine.files import completions

        path = self.composer.path
        found = [] if path is None else await asyncio.to_thread(completions, path)
        if self.composer.path == path:
            self._offer([Completion(one, "", "folder" if one.endswith("/") else "", "@") for one in found], paths=True)

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

    # What is attached

    def on_composer_attachments_wanted(self) -> None:
        """Go to what is attached."""
        self.action_show_attachments()

    def action_show_attachments(self) -> None:
        """Go to what is attached: to look at it, put it into another order, take it out."""
        if self.chips is not None and self.has_chips:
            self._show_chips(_LAST)
            self.chips.focus()
        else:
            self._tell("Nothing is attached yet. /attach lists your files; @ and a path attaches one.")

    def on_chips_left(self) -> None:
        """Go back to the prompt."""
        self.composer.focus()

    def on_chips_removed(self, event: Chips.Removed) -> None:
        """Don't send a file."""
        self._remove([event.place])

    def on_chips_shifted(self, event: Chips.Shifted) -> None:
        """Send a file earlier or later."""
        files = list(self._library.drafts.files(self.chat.id))
        place = min(max(event.place + event.by, 0), len(files) - 1)
        files.insert(place, files.pop(event.place))
        self._keep(self.chat, files, place)

    def on_chips_opened(self, event: Chips.Opened) -> None:
        """Show what is in a file."""
        self.open_file(self._library.drafts.files(self.chat.id)[event.place].part)

    def on_chips_shrunk(self, event: Chips.Shrunk) -> None:
        """Make a picture half as large."""
        self.run_worker(self._shrink(self.chat, event.place), group="attach")

    def action_shrink(self) -> None:
        """Make the picture half as large that was attached last."""
        self.run_worker(self._shrink(self.chat, None), group="attach")

    def command_shrink(self, typed: str) -> None:
        """Give the picture that was attached last no more pixels than this on its longer side."""
        if typed.isdecimal() and int(typed) >= SMALLEST:
            self.run_worker(self._shrink(self.chat, None, int(typed)), group="attach")
        else:
            self.warn(f"/shrink takes the pixels of the longer side, {SMALLEST} or more; alone it halves them.")

    async def _shrink(self, chat: Chat, place: int | None, side: int | None = None) -> None:
        """Put a smaller picture in the place of one that is attached, by default the last; by default half of it."""
        drafts = self._library.drafts
        async with self._order:
            files = drafts.files(chat.id)
            pictures = [at for at, file in enumerate(files) if isinstance(file.part, FilePart) and file.part.width]
            place = place if place is not None else max(pictures, default=-1)
            part = files[place].part if place in pictures else None
            if not isinstance(part, FilePart) or not part.media_type.startswith("image/"):
                self.warn("This is no picture that can be made smaller.")
                return
            longer = max(part.width or 0, part.height or 0)
            side = max(longer // 2, SMALLEST) if side is None else side
            if side >= longer:
                self._tell(
                    f"{one_line(part.name, _LONGEST_NAME)} has no more than {longer:,} pixels on its longer side."
                )
                return
            async with self._being_read(chat, part.name):
                smaller = await asyncio.to_thread(drafts.rescale, chat.id, part, side)
            if isinstance(smaller, Refusal):
                self._show_chips()
                self.warn(smaller.sentence)
                return
            self._keep(chat, [smaller if file.part == part else file for file in files], place)
            await asyncio.to_thread(drafts.discard, chat.id, part)

    def action_detach(self) -> None:
        """Take the file out that was attached last."""
        self._remove([len(self._library.drafts.files(self.chat.id)) - 1])

    def command_detach(self, typed: str) -> None:
        """Take out the files with these numbers or names; “all” takes out all."""
        files = self._library.drafts.files(self.chat.id)
        words = typed.lower().split()
        named = {str(place): place - 1 for place in range(1, len(files) + 1)}
        places = [place for place, file in enumerate(files) if file.part.name.lower().startswith(typed.lower())]
        places += [named[word] for word in words if word in named]
        if not places and typed.lower() != "all":
            self.warn(f"Nothing that is attached is called “{one_line(typed, _LONGEST_NAME)}”.")
        else:
            self._remove(range(len(files)) if typed.lower() == "all" else places)

    def _remove(self, places: Iterable[int]) -> None:
        drafts, gone = self._library.drafts, set(places)
        files = drafts.files(self.chat.id)
        if not files:
            self._tell("Nothing is attached.")
            return
        self._keep(self.chat, [file for place, file in enumerate(files) if place not in gone], min(gone, default=0))
        self._discard(self.chat.id, [files[place] for place in gone if place < len(files)])

    @work(group="drafts")
    async def _discard(self, conversation: str, files: Sequence[Staged]) -> None:
        for file in files:
            await asyncio.to_thread(self._library.drafts.discard, conversation, file.part)

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
        if path and not text.strip():
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

    def bring_back(self, prompt: Message) -> None:
        """Put a prompt into the empty composer again, with its files."""
        super().bring_back(prompt)
        files = [Staged(part) for part in prompt.parts if isinstance(part, FilePart | LinkPart)]
        if files and not self.has_chips:
            self._keep(self.chat, files)
