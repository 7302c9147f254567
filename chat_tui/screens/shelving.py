"""What people do with whole conversations: open another one, name, mark, copy, throw away, search all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.widgets import TextArea

from chat_tui.conversation.metadata import Metadata
from chat_tui.engine.drafts import WRITE_SECONDS
from chat_tui.engine.refused import RefusedError
from chat_tui.screens.conversation import ConversationScreen
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session
    from chat_tui.screens.conversations import ConversationsPane

_TITLE = 60


class ShelvingScreen(ConversationScreen):
    """A screen that goes from one conversation to another; what is typed and what streams in one stays with it.

    Args:
        chat: The conversation to show first.
        library: Where the others are.
        session: Brings the engine as soon as it runs.
    """

    def __init__(self, chat: Chat, library: Library, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__(chat, library, session)
        self._writes_draft = False
        """Whether a write of the drafts is about to come."""
        self._thrown: list[Path] = []
        """Where in the trash what was deleted here is, the last at the end."""

    def on_mount(self) -> None:
        """Go on with what was written here and not sent."""
        if draft := self._library.drafts.of(self.chat.id):
            self.composer.put(draft)

    # Drafts

    @on(TextArea.Changed, "#composer")
    def _keep_draft(self) -> None:
        if self._library.drafts.keep(self.chat.id, self.composer.text):
            self._write_drafts_soon()

    def _write_drafts_soon(self) -> None:
        if not self._writes_draft:
            self._writes_draft = True
            self.set_timer(WRITE_SECONDS, self._write_drafts)

    @work(group="drafts")
    async def _write_drafts(self) -> None:
        self._writes_draft = False
        await asyncio.to_thread(self._library.drafts.write)

    def give_back(self, chat: Chat, text: str) -> None:
        """Put a text that wasn't sent where it was written, above what was written there since."""
        drafts = self._library.drafts
        newer = self.composer.text if chat is self.chat else drafts.of(chat.id)
        text = f"{text}\n{newer}" if newer else text
        if chat is self.chat:
            self.composer.put(text)
        else:
            drafts.keep(chat.id, text)
            self._write_drafts()

    # Going to another conversation

    def enter(self, chat: Chat) -> None:
        """Show another conversation, with what was being written in it."""
        drafts = self._library.drafts
        drafts.keep(self.chat.id, self.composer.text)
        super().enter(chat)
        self.composer.put(drafts.of(chat.id))

    async def go_on_in(self, chat: Chat) -> None:
        """Show `chat` in the place of the conversation that is shown; that one is left as it is."""
        if chat is not (left := self.chat):
            self.enter(chat)
            (await self._session()).leave(left)

    async def open_conversation(self, folder: Path) -> None:
        """Show the conversation in `folder`."""
        try:
            chat = await asyncio.to_thread(self._library.at, folder)
        except OSError as error:
            self.warn(f"This conversation can't be opened: {error.strerror or error}.")
        else:
            await self.go_on_in(chat)

    def action_go_to(self) -> None:
        """Search all that was said, and go to what is chosen."""
        self.command_go_to("")

    @work(group="command")
    async def command_go_to(self, words: str) -> None:
        """Search for `words` in all that was said, and go to the message that is chosen."""
        from chat_tui.screens.goto import GotoScreen

        screen = GotoScreen(self._library, self._session, self._engine, words, shown=self.chat.id)
        goal = await self.app.push_screen_wait(screen)
        if goal is None:
            return
        if goal.folder.parent != self._library.paths.conversations:
            self.warn("That conversation is in the trash. Alt+O brings it back.")
            await self.action_show_conversations("trash")
            return
        await self.open_conversation(goal.folder)
        if goal.message is None:
            return
        if not await self._show_message(goal.message):
            self.warn("That message is no longer there.")
        elif goal.words:
            self.command_find(goal.words)

    async def _show_message(self, identifier: str) -> bool:
        """Put the cursor on a message, on whichever branch it is; tell whether it is there."""
        chat = self.chat
        try:
            await (await self._session()).open(chat)
        except OSError:
            return False  # whoever shows the conversation says why
        if chat is not self.chat or identifier not in chat.tree:
            return False
        if all(message.id != identifier for message in chat.path):
            await asyncio.to_thread(chat.show_branch, identifier)
        self._sync(chat.path)
        self.transcript.go_to(identifier)
        self.transcript.focus()
        return True

    async def action_show_conversations(self, view: str = "") -> None:
        """Open the list of conversations, and go on in the one that is chosen."""
        from chat_tui.screens.conversations import ConversationsPane

        pane = ConversationsPane(self._library, self._session, self.chat.id, view=view)

        def go_on(_: None) -> None:
            self._leave_pane(pane)

        # Awaited, so that what is typed at once already meets the search.
        await self.app.push_screen(pane, go_on)

    @work(group="command")
    async def _leave_pane(self, pane: ConversationsPane) -> None:
        self.post_message(self.Changed())  # the title may be another
        if pane.way.folder is not None:
            await self.open_conversation(pane.way.folder)
        elif pane.way.words is not None:
            self.command_go_to(pane.way.words)
        elif pane.has_thrown_away(self.chat.folder.path):
            await self.go_on_in(self._library.begin())

    # What is said of the conversation that is shown

    def action_rename(self) -> None:
        """Say how a title is given."""
        self._tell(f"It is called “{one_line(self.chat.title, _TITLE)}”. Another title: /rename TEXT")

    def command_rename(self, title: str) -> None:
        """Give this conversation another title."""
        self._relabel(lambda known: replace(known, title=" ".join(title.split())), "Renamed.")

    def action_tag(self) -> None:
        """Say which tags it has."""
        tags = " ".join(f"#{tag}" for tag in self.chat.metadata.tags)
        self._tell(f"{tags or 'No tags yet'}. /tag NAME adds one, /tag -NAME takes it away.")

    def command_tag(self, typed: str) -> None:
        """Add tags, and take those away that have a minus before them."""
        words = typed.replace(",", " ").split()
        gone = {word[1:].lstrip("#") for word in words if word.startswith("-")}
        more = (word.lstrip("#") for word in words if not word.startswith("-"))
        tags = tuple(tag for tag in dict.fromkeys((*self.chat.metadata.tags, *more)) if tag and tag not in gone)
        told = f"Tagged {' '.join(f'#{tag}' for tag in tags)}." if tags else "It has no tags now."
        self._relabel(lambda known: replace(known, tags=tags), told)

    def action_pin(self) -> None:
        """List this conversation first, or no longer."""
        pinned = not self.chat.metadata.pinned
        self._relabel(lambda known: replace(known, pinned=pinned), "Pinned." if pinned else "No longer pinned.")

    def action_archive(self) -> None:
        """Put this conversation away, or back among the others."""
        archived = not self.chat.metadata.archived
        told = "Archived; in Ctrl+B, Alt+V shows what is." if archived else "Back among the others."
        self._relabel(lambda known: replace(known, archived=archived), told)

    @work(group="command")
    async def _relabel(self, change: Callable[[Metadata], Metadata], told: str) -> None:
        chat = self.chat
        if await self._shelve(lambda: chat.relabel(change)):
            self._tell(told)
            self.post_message(self.Changed())

    # The conversation that is shown, as a whole

    @work(group="command")
    async def action_duplicate(self) -> None:
        """Go on in a copy of this conversation."""
        folder, copies = self.chat.folder.path, list[Path]()
        if not self._shown:
            self.warn("Nothing was sent here yet, so there is nothing to copy.")
        elif await self._shelve(lambda: copies.append(self._library.shelf.duplicate(folder))):
            await self.open_conversation(copies[0])
            self._tell("This is the copy.")

    @work(group="command")
    async def action_delete(self) -> None:
        """Move this conversation to the trash."""
        chat, thrown = self.chat, list[Path]()
        if not self._shown:
            self.warn("Nothing was sent here yet, so there is nothing to delete.")
            return
        await (await self._session()).release(chat)
        if await self._shelve(lambda: thrown.append(self._library.shelf.delete(chat.folder.path))):
            self._thrown += thrown
            self._tell(f"“{one_line(chat.title, _TITLE)}” is in the trash. /restore brings it back.")
            if chat is self.chat:
                await self.go_on_in(self._library.begin())

    @work(group="command")
    async def action_restore(self) -> None:
        """Bring back what was deleted last; when nothing was since the start, show the trash."""
        back = list[Path]()
        if not self._thrown:
            await self.action_show_conversations("trash")
        elif await self._shelve(lambda: back.append(self._library.shelf.restore(self._thrown[-1]))):
            self._thrown.pop()
            await self.open_conversation(back[0])

    async def _shelve(self, change: Callable[[], None]) -> bool:
        """Make a change in a thread; tell whether it was made, and the person why it wasn't."""
        (await self._session()).note(self.chat.folder.path)
        try:
            await asyncio.to_thread(change)
        except RefusedError as error:
            self.warn(str(error))
        except OSError as error:
            self.warn(f"This could not be done: {error.strerror}.")
        else:
            return True
        return False

    def _tell(self, sentence: str) -> None:
        self.app.notify(one_line(sentence), markup=False, timeout=6)
