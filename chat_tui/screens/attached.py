"""What is attached to the prompt that is written: shown, looked at, put into another order, made smaller, taken out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from chat_tui.attachments.values import Refusal, Staged
from chat_tui.conversation.values import FilePart, LinkPart
from chat_tui.screens.inspecting import InspectingScreen
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.conversation.values import Message
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session
    from chat_tui.widgets.chips import Chips

SMALLEST = 64
"""Pixels of the longer side below which a picture isn't shrunk: a model sees nothing in less."""
_LAST = 1_000_000
_LONGEST_NAME = 60


class AttachedScreen(InspectingScreen):
    """A screen with a composer, and rows for what is attached to its prompt.

    That is the library's, with the draft; this shows it, and has it changed in the order of the wishes.
    """

    def __init__(self, chat: Chat, library: Library, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__(chat, library, session)
        self._order = asyncio.Lock()
        """Whoever attaches has it, and whoever sends waits for it: what was wanted first is there first."""
        self._reading: list[tuple[Chat, str]] = []
        """What is being read, with the conversation that it is for."""

    def on_mount(self) -> None:
        """Go on with what was attached here and not sent."""
        self._show_chips()

    def enter(self, chat: Chat) -> None:
        """Show another conversation, with what is attached to its draft."""
        super().enter(chat)
        self._show_chips()

    # What is shown

    def _show_chips(self, place: int | None = None) -> None:
        files = self._library.drafts.files(self.chat.id)
        self.composer.has_attachments = bool(files)
        if self.chips is None:
            if not files and not self._read_here:
                return
            from chat_tui.widgets.chips import Chips

            self.chips = Chips(id="chips")
            self.mount(self.chips, before=self.completions)
        if not files and self.chips.has_focus:
            self.composer.focus()
        self.chips.list(files, self._read_here, place, self.attached_words())
        self._show_hint()
        self.expect_soon()

    @property
    def _read_here(self) -> list[str]:
        """What is being read for the conversation that is shown."""
        return [name for chat, name in self._reading if chat is self.chat]

    def show_estimate(self) -> None:
        """Show also what each attached file comes to."""
        super().show_estimate()
        if self.chips is not None and (files := self._library.drafts.files(self.chat.id)):
            self.chips.list(files, self._read_here, None, self.attached_words())

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
            self._show_chips()

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
        self._remove([event.file])

    def on_chips_shifted(self, event: Chips.Shifted) -> None:
        """Send a file earlier or later."""
        files = list(self._library.drafts.files(self.chat.id))
        if event.file in files:
            place = files.index(event.file)
            files.remove(event.file)
            place = min(max(place + event.by, 0), len(files))
            files.insert(place, event.file)
            self._keep(self.chat, files, place)

    def on_chips_opened(self, event: Chips.Opened) -> None:
        """Show what is in a file."""
        self.open_file(event.file.part)

    def on_chips_shrunk(self, event: Chips.Shrunk) -> None:
        """Make a picture half as large."""
        self.run_worker(self._shrink(self.chat, event.file), group="attach")

    def action_shrink(self) -> None:
        """Make the picture half as large that was attached last."""
        self.run_worker(self._shrink(self.chat, None), group="attach")

    def command_shrink(self, typed: str) -> None:
        """Give the picture that was attached last no more pixels than this on its longer side."""
        if typed.isdecimal() and int(typed) >= SMALLEST:
            self.run_worker(self._shrink(self.chat, None, int(typed)), group="attach")
        else:
            self.warn(f"/shrink takes the pixels of the longer side, {SMALLEST} or more; alone it halves them.")

    async def _shrink(self, chat: Chat, file: Staged | None, side: int | None = None) -> None:
        """Put a smaller picture in the place of one that is attached, by default the last; by default half of it."""
        drafts = self._library.drafts
        async with self._order:
            pictures = [one for one in drafts.files(chat.id) if isinstance(one.part, FilePart) and one.part.width]
            file = next((one for one in reversed(pictures) if file in (None, one)), None)
            part = file.part if file is not None else None
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
                self.warn(smaller.sentence)
                return
            self._keep(chat, [smaller if one == file else one for one in drafts.files(chat.id)])
            for gone in (part, smaller.part):  # it may have been taken out meanwhile
                await asyncio.to_thread(drafts.discard, chat.id, gone)

    def action_detach(self) -> None:
        """Take the file out that was attached last."""
        self._remove(self._library.drafts.files(self.chat.id)[-1:])

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
            self._remove(files if typed.lower() == "all" else [files[place] for place in places])

    def _remove(self, gone: Sequence[Staged]) -> None:
        files = self._library.drafts.files(self.chat.id)
        if not files:
            self._tell("No more is read." if self._reading else "Nothing is attached.")
            self.workers.cancel_group(self, "attach")
            return
        self._keep(self.chat, [file for file in files if file not in gone])
        self._discard(self.chat.id, gone)

    @work(group="drafts")
    async def _discard(self, conversation: str, files: Sequence[Staged]) -> None:
        for file in files:
            await asyncio.to_thread(self._library.drafts.discard, conversation, file.part)

    def bring_back(self, prompt: Message) -> None:
        """Put a prompt into the empty composer again, with its files."""
        super().bring_back(prompt)
        files = [Staged(part) for part in prompt.parts if isinstance(part, FilePart | LinkPart)]
        if files and not self.has_chips:
            self._keep(self.chat, files)
