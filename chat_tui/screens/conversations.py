"""The conversations: Enter opens one; they are named, marked, copied, thrown away and brought back here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on, work
from textual.binding import BindingType

from chat_tui.conversation.ids import ID_LENGTH
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.summary import Summary
from chat_tui.engine.refused import RefusedError
from chat_tui.screens import conversation_keys
from chat_tui.screens.conversation_list import ASKED, ConversationList
from chat_tui.screens.conversation_rows import Arranged
from chat_tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session


@dataclass(frozen=True, slots=True)
class Way:
    """Where the person wants to go on after the pane.

    Args:
        folder: The conversation to open.
        words: What to search for in all that was said.
    """

    folder: Path | None = None
    words: str | None = None


class Step(NamedTuple):
    """Something that was done: what, where it is now, and what takes it back."""

    said: str
    folder: Path
    undo: Callable[[], Path]


class ConversationsPane(ConversationList):
    """Does with conversations what the keys say; `way` says how it goes on when it has ended.

    Args:
        library: Where they are.
        session: Brings the engine, which knows where replies stream.
        shown: The id of the conversation that is open behind it.
        view: What it begins with: "" for the current ones, `archived`, `trash`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*conversation_keys.bindings()]

    def __init__(
        self, library: Library, session: Callable[[], Awaitable[Session]], shown: str, *, view: str = ""
    ) -> None:
        super().__init__(library, session, shown, view=view)
        self.way = Way()
        self._changing = asyncio.Lock()
        self._undoable: list[Step] = []
        """What was done, the last at the end."""

    async def action_enter(self) -> None:
        """Keep what is typed; else open the highlighted conversation."""
        if self._asked:
            self._keep_typed()
        elif self._view == "trash":
            self._say("What is in the trash can't be opened. Alt+O restores it.")
        elif (one := self._highlighted) is not None:
            self.way = Way(one.folder)
            self.dismiss(None)

    @on(RowList.Chosen)
    async def _open_clicked(self) -> None:
        await self.action_enter()

    def action_go_to(self) -> None:
        """Search for what is typed in all that was said."""
        self.way = Way(words=self.search.value.strip())
        self.dismiss(None)

    def action_focus_next(self) -> None:
        """Go to the list, or on."""
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Go back."""
        self.focus_previous()

    def action_view(self, view: str) -> None:
        """Show the archive or the trash; the second time, the others again."""
        self._view = "" if self._view == view else view
        self._said = self._sure_of = ""
        self.list()
        self.show_views()

    def action_rename(self) -> None:
        """Type another title."""
        if (one := self._movable()) is not None:
            self._ask("rename", one.metadata.title)

    def action_tag(self) -> None:
        """Type the tags."""
        if (one := self._movable()) is not None:
            self._ask("tag", " ".join(one.metadata.tags))

    def _ask(self, asked: str, text: str) -> None:
        self._asked, self._said, self._sure_of = asked, "", ""
        self.begin_typing(ASKED[asked], text, selected=asked == "rename")
        self.show()

    def end_typing(self) -> None:
        """Leave it as it was."""
        self._asked = ""
        super().end_typing()

    def _keep_typed(self) -> None:
        one, typed, asked = self._highlighted, " ".join(self.editor.text.split()), self._asked
        self.end_typing()
        if one is None:
            return
        if asked == "tag":
            tags = tags_in(typed)
            said = f"Tagged {' '.join(f'#{tag}' for tag in tags)}" if tags else "It has no tags now"
            self._relabel(one, lambda metadata: replace(metadata, tags=tags), said)
        elif typed:
            self._relabel(one, lambda metadata: replace(metadata, title=typed), "Renamed")

    def action_pin(self) -> None:
        """List it first, or no longer."""
        if (one := self._movable()) is not None:
            pinned = not one.metadata.pinned
            self._relabel(one, lambda metadata: replace(metadata, pinned=pinned), "Pinned" if pinned else "Unpinned")

    def action_archive(self) -> None:
        """Put it away, or back among the others."""
        if (one := self._movable()) is not None:
            archived = not one.metadata.archived
            said = "Archived; Alt+V shows what is" if archived else "Back among the others"
            self._relabel(one, lambda metadata: replace(metadata, archived=archived), said)

    def action_duplicate(self) -> None:
        """Make a copy."""
        if (one := self._movable()) is not None:
            shelf = self._library.shelf
            self._change(one.folder, lambda: shelf.duplicate(one.folder), "Copied", lambda c: lambda: shelf.delete(c))

    def action_delete(self) -> None:
        """Move it to the trash; the first time ask."""
        if (one := self._movable()) is None:
            return
        if self._sure_of != one.id:
            streams = " and stops its reply" if one.id in self._marks[0] else ""
            self._sure_of = one.id
            self._say(f"Alt+L once more deletes {self._title(one)}{streams}; Alt+U would bring it back.")
        else:
            self._sure_of = ""
            self._delete(one)

    @work(group="change")
    async def _delete(self, one: Summary) -> None:
        session, shelf = await self._session(), self._library.shelf
        await session.release(self._library.at(one.folder))
        said = "Deleted; Alt+S shows the trash"
        self._change(one.folder, lambda: shelf.delete(one.folder), said, lambda thrown: lambda: shelf.restore(thrown))

    def action_restore(self) -> None:
        """Bring it back from the trash."""
        if self._view != "trash":
            self._say("Alt+S shows the trash; what is there can be restored.")
        elif (one := self._highlighted) is not None:
            shelf = self._library.shelf
            self._change(one.folder, lambda: shelf.restore(one.folder), "Restored", lambda f: lambda: shelf.delete(f))

    @work(group="change")
    async def action_undo(self) -> None:
        """Take the last change back."""
        if not self._undoable:
            self._say("Nothing is left to undo.")
            return
        step = self._undoable.pop()
        done = step.said[:1].lower() + step.said[1:].partition(";")[0]
        if not await self._made(step.folder, step.undo, f"Taken back: {done}"):
            self._undoable.append(step)

    def _movable(self) -> Summary | None:
        """Return the highlighted conversation, if something can be done with it here."""
        if self._view == "trash":
            self._say("It is in the trash. Alt+O restores it first.")
            return None
        one = self._highlighted
        if one is not None and not one.folder.exists():
            self._say("Nothing was sent there yet. Enter opens it.")
            return None
        return one

    def _relabel(self, one: Summary, change: Callable[[Metadata], Metadata], said: str) -> None:
        shelf, folder, before = self._library.shelf, one.folder, one.metadata

        def back(now: Metadata) -> Metadata:
            return replace(now, title=before.title, tags=before.tags, pinned=before.pinned, archived=before.archived)

        def relabel(change: Callable[[Metadata], Metadata]) -> Path:
            shelf.relabel(folder, change)
            return folder

        self._change(folder, lambda: relabel(change), said, lambda _: lambda: relabel(back))

    @work(group="change")
    async def _change(
        self, folder: Path, change: Callable[[], Path], said: str, undo: Callable[[Path], Callable[[], Path]]
    ) -> None:
        """Make a change that can be taken back.

        Args:
            folder: The conversation.
            change: Makes it, in a thread, and returns where the conversation, or its copy, is then.
            said: What was done, in a few words.
            undo: Returns what takes it back, given what `change` returned; that again returns where it is then.
        """

        def made() -> Path:
            result = change()
            self._undoable.append(Step(said, result, undo(result)))
            return result

        await self._made(folder, made, f"{said}. Alt+U takes it back.")

    async def _made(self, folder: Path, change: Callable[[], Path], said: str) -> bool:
        """Make a change of the conversation in `folder`, say so and show it; tell whether it could be made."""
        self._sure_of = ""
        async with self._changing:
            try:
                result = await asyncio.to_thread(change)
            except RefusedError as error:
                self._say(str(error))
                return False
            except OSError as error:
                self._say(f"This could not be saved: {error.strerror}.")
                return False
            self._said = said
            await self._read_again({folder, result}, result.name[-ID_LENGTH:])
        return True

    async def _read_again(self, folders: set[Path], wanted: str) -> None:
        """Show some conversations as they are now, wherever they are; the others stay."""
        session = await self._session()
        for folder in folders:
            session.note(folder)
        found = await asyncio.to_thread(self._library.summaries_of, folders)
        self._thrown = await asyncio.to_thread(self._trash)
        everything = self._arranged.all
        known = {one.folder: one for one in everything if one.folder in folders}
        found = [known.get(one.folder, one)._replace(metadata=one.metadata) for one in found]
        found += (one for one in everything if one.folder not in folders)
        self._take(await asyncio.to_thread(Arranged, found), wanted)


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags that are typed, each once: divided by spaces or commas, with or without #."""
    return tuple(dict.fromkeys(tag for word in text.replace(",", " ").split() if (tag := word.lstrip("#"))))
