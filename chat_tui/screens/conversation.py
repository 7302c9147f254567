"""The screen of one conversation: what it shows, also while a reply streams."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message as Event
from textual.widgets import Static, TextArea

from chat_tui.screens.estimating import EstimatingScreen
from chat_tui.text import one_line
from chat_tui.transcript.reader import Reader
from chat_tui.transcript.view import Transcript
from chat_tui.widgets.bar import Bar
from chat_tui.widgets.completions import Completions
from chat_tui.widgets.composer import Composer
from chat_tui.widgets.find import FindBar
from chat_tui.widgets.progress import Progress
from chat_tui.widgets.receipt import receipt_line
from chat_tui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from chat_tui.conversation.events import Event as TurnEvent
    from chat_tui.conversation.events import Tagged
    from chat_tui.conversation.values import Message
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session
    from chat_tui.engine.turn import Turn
    from chat_tui.widgets.chips import Chips

FRAME_SECONDS = 1 / 30
TICK_SECONDS = 0.25
WIDE = 120
"""Cells from which on the status line has room for what was spent this month."""
NARROW = 60
"""Cells below which it has none for what the chat cost beside what the reply that streams does."""
READING_HINT = "↑ ↓ move · o links · c copy · y code · / find · F1 all keys"
FILE_HINT = "o opens · s saves · u attaches it to what you write · ↑ ↓ move · F1 all keys"
LINK_HINTS = ("Enter opens", "c copies", "o next")


class ConversationScreen(EstimatingScreen):
    """A view of one conversation at a time; everything in it is also on disk or in the engine.

    Args:
        chat: The conversation to show first.
        library: Where new ones come from.
        session: Brings the engine as soon as it runs.
    """

    class Ready(Event):
        """The composer takes keys."""

    AUTO_FOCUS = "Composer"
    header = getters.query_one("#header", Bar)
    welcome = getters.query_one(Welcome)
    completions = getters.query_one(Completions)
    composer = getters.query_one(Composer)
    hint = getters.query_one("#hint", Bar)
    status = getters.query_one("#status", Bar)
    chips: Chips | None = None
    """What is attached to the prompt; made when something is."""

    def __init__(self, chat: Chat, library: Library, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__(chat, library, session)
        self._shown: list[str] = []
        self._left_out: tuple[str, ...] = ()
        self._progress = Progress()
        self._spent: list[str] = []
        self._mouse_released = False

    def compose(self) -> ComposeResult:
        """Lay out the chat."""
        yield Bar(id="header")
        yield Static(id="top-rule")
        yield Reader(footer=receipt_line, id="transcript")
        yield Welcome()
        yield FindBar()
        yield Static(id="bottom-rule")
        yield Completions(id="completions")
        yield Composer(id="composer")
        yield Bar(id="hint")
        yield Bar(id="status")

    def on_mount(self) -> None:
        """Show the end of the conversation at once; the rest follows when the engine runs."""
        self._ticking = self.set_interval(TICK_SECONDS, self._show_status, pause=True)
        self._sync(self.chat.tail())
        self._show_all()
        self.set_focus(self.composer)
        self.watch_settling()
        self.watch_spending()
        self.post_message(self.Ready())

    # What is shown

    def enter(self, chat: Chat) -> None:
        """Show another conversation; what streams in the one before goes on without a watcher."""
        self.workers.cancel_group(self, "watch")
        self.chat, self._progress = chat, Progress()
        self.forget_estimate()
        self._ticking.pause()
        self.close_find()
        self._shown = []  # a copy's messages have the ids of the original's
        self._sync(chat.path or chat.tail())
        self._show_all()
        self.composer.focus()
        self.load()

    @work(group="load", exclusive=True)
    async def load(self) -> None:
        """Read the whole conversation behind the tail that is shown, and watch the reply that streams in it."""
        chat = self.chat
        self._engine = session = await self._session()
        try:
            await session.open(chat)
        except OSError as error:
            self.warn(f"This conversation can't be read: {error.strerror}: {error.filename}.")
            return
        if (turn := session.turn(chat)) is not None:
            self._watch(turn)
        else:
            self._sync(chat.path)
        self._show_all()
        if settled := await session.settle_model(chat):
            self.warn(settled)
            self._show_all()
        async for _ in session.follow(chat):
            self._show_followed()

    def _show_followed(self) -> None:
        """Show what the process that writes here has added."""
        self._sync(self.chat.path)
        if self._shown:
            self.transcript.replace(self.chat.tree[self._shown[-1]])
        self._show_all()

    def _sync(self, path: Sequence[Message]) -> None:
        """Make the transcript show `path`; where both agree, nothing moves."""
        ids = [message.id for message in path]
        start = ids.index(self._shown[0]) if self._shown and self._shown[0] in ids else None
        if start is None:
            self.transcript.show(path)
        else:
            self.transcript.prepend(path[:start])
            agreeing = _agreeing(self._shown, ids[start:])
            for gone in self._shown[agreeing:]:
                self.transcript.discard(gone)
            for message in path[start + agreeing :]:
                self.transcript.add(message)
        self._shown = ids
        self.welcome.display = not ids
        self.transcript.display = bool(ids)
        self.composer.remember([message.text for message in path if message.role == "user" and message.text])

    @on(EstimatingScreen.Changed)
    def _show_all(self) -> None:
        for problem in self.chat.problems:
            self.warn(problem)
        self.chat.problems.clear()
        settings = self.chat.settings
        system = "system prompt" if settings.get("system") else ""
        others = len(settings.get("models") or ())
        fallbacks = f"{others} fallback{'s' * (others != 1)}" if others else ""
        rules = ""
        if provider := settings.get("provider"):
            from chat_tui.models.routing import Choices

            rules = Choices.of(provider).summary()
        out = len(self.chat.hidden.intersection(self._shown))
        hidden = f"{out} message{'s' * (out != 1)} left out" if out else ""
        self.header.show(self.chat.title, self.chat.model, fallbacks, rules, system, hidden, *self.own_words())
        if (self._shown or self.draft) and not self._progress.running:
            self.expect_soon()
        self._show_hint()
        self.show_spent()

    def show_settled(self, reply: Message) -> None:
        """Show a receipt that says more than before, in its place."""
        if reply.id in self._shown:
            self.transcript.replace(reply)
        self.show_spent()

    def show_spent(self) -> None:
        """Show other sums; they are over the whole tree, so they aren't made anew with each tick."""
        self._spent = self.spent()
        self._show_status()

    @on(Reader.FollowChanged)
    def _show_status(self) -> None:
        mouse = "F6 takes the mouse back" if self._mouse_released else ""
        left_behind = self._progress.running and not self.transcript.following
        follow = "End follows the reply" if left_behind else ""
        keys = ("F1 help", "Ctrl+O model", "Ctrl+T settings", "Ctrl+B chats")
        money = " · ".join(self._spent if self.size.width >= WIDE else self._spent[:2])
        has_one_price = self._progress.running and self.size.width < NARROW
        right = (mouse, follow, "" if has_one_price else money, *keys)
        line, full = Content(one_line(self._progress.line(self.status.room(*right)))), self.meter()
        has_room = full and (self.size.width >= WIDE or not self._progress.running)
        self.status.show(Content.assemble(line, "   ", full) if has_room else line, *right)

    def show_estimate(self) -> None:
        """Show how full the context is, and what the next reply may cost."""
        self._show_status()
        self._show_hint()

    def show_mouse(self, *, released: bool) -> None:
        """Say in the status line whose the mouse is."""
        self._mouse_released = released
        self._show_status()

    @on(events.DescendantFocus)
    @on(Transcript.LinkShown)
    def _show_hint(self) -> None:
        """Say below the composer where the link leads that is pointed at, else what keys do where the focus is."""
        if link := self.transcript.link:
            keys = LINK_HINTS if self.transcript.chosen_link else ()
            self.hint.show(f"→ {link}", *keys)
        elif self.transcript.has_focus:
            self.hint.show(FILE_HINT if self.transcript.at_file else READING_HINT)
        elif self.chips is not None and self.chips.has_focus:
            self.hint.show(self.chips.HINT)
        else:
            self._show_draft()

    @property
    def draft(self) -> str:
        """What would be sent; nothing while a command is written."""
        text = self.composer.text
        return "" if text.startswith("/") and "/" not in text[1:].partition(" ")[0] else text

    @on(TextArea.Changed, "#composer")
    def _expect_draft(self) -> None:
        if self.draft or self._shown:
            self.expect_soon()

    def put_back(self, text: str, *, alone: bool = False) -> str:
        """Put what wasn't sent back to be written on; return what was written meanwhile, which stays unless `alone`."""
        newer = self.composer.text
        self.composer.put(f"{text}\n{newer}" if newer and text and not alone else text)
        return newer

    def _show_draft(self) -> None:
        text = self.composer.text
        about = self.chips.about if self.chips is not None else ""
        if not text:
            self.hint.show("/ commands · @ attach · Ctrl+J new line", about, self.price() if about else "")
            return
        tokens = self.draft_tokens(text)
        told = f"≈ {tokens:,} token{'s' * (tokens != 1)}" if tokens is not None else "≈ … tokens"
        self.hint.show(told, self.price() if self.draft else "", about)

    # The reply that streams

    @work(group="watch", exclusive=True)
    async def _watch(self, turn: Turn) -> None:
        """Show a turn as it goes, at most thirty times a second; leaving loses nothing."""
        self._ticking.resume()
        async for batch in turn.watch():
            self._take(batch, turn)
            if self._engine is not None:
                self._engine.budgets.note_live(turn.reply.id, self._progress.cost)
            await asyncio.sleep(FRAME_SECONDS)
        self._ticking.pause()
        self._show_all()
        await (await self._session()).named(self.chat)
        reply = turn.reply.id
        if reply in self.chat.tree and self.chat.tree[reply] != turn.reply:
            self.transcript.replace(self.chat.tree[reply])  # with what the title cost
            self._show_all()

    def bring_back(self, prompt: Message) -> None:
        """Put a prompt into the empty composer, to be sent again with Enter or replaced by what is typed.

        Nothing is lost when that is: it is in the journal.
        """
        self.composer.put(prompt.text)
        self.composer.select_all()

    def _append(self, reply: str, events: Sequence[TurnEvent]) -> None:
        """Show what `events` add to a reply that goes on."""
        from chat_tui.conversation.events import Kept, Reasoning, Text, ToolCall

        reasoning = "".join(event.text for event in events if isinstance(event, Reasoning))
        text = "".join(event.text for event in events if isinstance(event, Text))
        if reasoning:
            self.transcript.append_reasoning(reply, reasoning)
        if text:
            self.transcript.append_text(reply, text)
        if calls := [(call.index, call.name, call.arguments) for call in events if isinstance(call, ToolCall)]:
            self.transcript.append_calls(reply, calls)
        for kept in [event for event in events if isinstance(event, Kept)]:
            self.transcript.append_part(reply, kept.part)

    def _take(self, batch: Sequence[Tagged], turn: Turn) -> None:
        """Show what a batch of events adds; neighbouring pieces of text go in together."""
        from chat_tui.conversation.events import Started

        reply = turn.reply.id
        if isinstance(batch[0].event, Started):
            self._progress.price = self.live_price(turn.prompt.text)
            self._sync(self.chat.path)
            self._show_all()
        self._append(reply, [tagged.event for tagged in batch])
        for tagged in batch:
            self._progress.take(tagged.event, tagged.at)
            self._heed(tagged.event, turn)

    def _heed(self, event: TurnEvent, turn: Turn) -> None:
        """Do what an event asks for beside adding to the reply."""
        from chat_tui.conversation.events import Failed, Finished, Receipted, Started

        match event:
            case Started(left_out=names) if names and names != self._left_out:
                self._left_out = names
                self.warn(f"Not sent, for this server has no place for it: {', '.join(names)}.")
            case Receipted(receipt) if receipt.provider and receipt.cost is None:
                self._progress.price = self.live_price(turn.prompt.text, receipt)
            case Failed(failure) if turn.reply.id not in self._shown:
                self.app.notify(one_line(failure.sentence), severity="error", markup=False, timeout=10)
            case Finished(final):
                self.transcript.replace(final)
                if final.status == "failed" and final.is_empty and not self.composer.text:
                    self.bring_back(turn.prompt)
            case _:
                pass


def _agreeing(shown: Sequence[str], wanted: Sequence[str]) -> int:
    """Return how many ids two lists share from their beginning."""
    return next(
        (place for place, (a, b) in enumerate(zip(shown, wanted, strict=False)) if a != b), min(len(shown), len(wanted))
    )
