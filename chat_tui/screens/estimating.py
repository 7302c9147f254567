"""What the next prompt of the shown conversation is expected to come to, and what is done when it is too long."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.content import Content

from chat_tui.cost.tokens import estimate_tokens
from chat_tui.cost.written import format_cost, format_range
from chat_tui.engine.refused import RefusedError
from chat_tui.screens.accounting import AccountingScreen

if TYPE_CHECKING:
    from chat_tui.conversation.values import FilePart, LinkPart, Message
    from chat_tui.cost.estimate import Estimate
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session
    from chat_tui.screens.estimate import Remedy

ESTIMATE_SECONDS = 0.25
"""Between two estimates of what is being written."""
LONGEST_COUNTED = 8_000
"""Characters of a draft that are counted with each key."""
ASKING_SECONDS = 2.0
"""Longer than that nobody waits for who takes how much."""
WIDE, NARROW = 100, 60
"""Cells from which on the status line has room for the bar of the context, and for its figures."""


class EstimatingScreen(AccountingScreen):
    """A screen that tells before a prompt is sent what it may cost and whether it fits."""

    _estimate: Estimate | None = None
    """The last one of the conversation that is shown."""
    _is_due = False
    """Whether an estimate is about to begin."""
    _is_stale = False
    """Whether something has changed since the estimate that is being made was begun."""
    _estimating = False

    def __init__(self, chat: Chat, library: Library, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__(chat, library, session)
        self._told: set[tuple[str, str, str]] = set()
        """What was said of which conversation and model, or reply."""

    @property
    @abstractmethod
    def draft(self) -> str:
        """What would be sent."""

    @property
    def draft_files(self) -> list[FilePart | LinkPart]:
        """What is attached to that."""
        return [file.part for file in self._library.drafts.files(self.chat.id)]

    @abstractmethod
    def show_estimate(self) -> None:
        """Show another estimate."""

    @abstractmethod
    def put_back(self, text: str, *, alone: bool = False) -> str:
        """Put what wasn't sent back to be written on; return what was written meanwhile, which stays unless `alone`."""

    @abstractmethod
    async def go_on_in(self, chat: Chat) -> None:
        """Show `chat` in the place of the conversation that is shown."""

    @abstractmethod
    def send_again(self, chat: Chat, text: str, written: str) -> None:
        """Send what was put back, and leave what was `written` after it."""

    # Estimates

    def forget_estimate(self) -> None:
        """Note that another conversation is shown."""
        self._estimate = None

    def expect_soon(self) -> None:
        """Make an estimate, not at once: more may be typed."""
        self._is_stale = True
        if self._engine is not None and not self._is_due and not self._estimating:
            self._is_due = True
            self.set_timer(ESTIMATE_SECONDS, self._make_estimates)

    @property
    def is_expecting(self) -> bool:
        """Whether an estimate is being made, or about to be."""
        return self._is_due or self._estimating

    @work(group="estimate")
    async def _make_estimates(self) -> None:
        session = await self._session()
        self._is_due, self._estimating = False, True
        try:
            while self._is_stale:
                self._is_stale = False
                await self._take_estimate(session)
                if session.estimating.offers.is_asking:
                    await session.estimating.offers.settled()
                    await self._take_estimate(session)
        finally:
            self._estimating = False

    async def _take_estimate(self, session: Session) -> None:
        chat = self.chat
        try:
            estimate = await session.estimate(chat, self.draft, files=self.draft_files)
        except (RefusedError, OSError):
            return  # sending says why
        if chat is self.chat:
            self._estimate = estimate
            self._tell_when_full(chat, estimate)
            self.show_estimate()

    # What is shown

    def meter(self) -> Content:
        """Return how full the context is, as far as there is room for that in the status line."""
        from chat_tui.widgets.meter import meter

        if self._estimate is None or self.size.width < NARROW:
            return Content()
        return meter(self._estimate.context, bar=self.size.width >= WIDE)

    def attached_words(self) -> list[str]:
        """Return of each file of the draft about how many tokens it is and what they cost, in a few words."""
        if self._engine is None:
            return []
        model, settings, found = self.chat.model, self.chat.settings, []
        for part in self.draft_files:
            tokens, cost = self._engine.estimating.attached(model, part, settings)
            found.append(f"≈ {tokens:,} tokens" + (f" · ≈ {format_cost(cost)}" if cost else ""))
        return found

    def draft_tokens(self, text: str) -> int | None:
        """Return about how many tokens a draft is; of a long one what the last estimate says, None before there is one.

        Counting a megabyte takes longer than a key may.
        """
        if len(text) <= LONGEST_COUNTED:
            return estimate_tokens(text)
        return self._estimate.draft_tokens if self._estimate is not None else None

    def price(self) -> str:
        """Return what the next reply may cost; empty where nothing can be said."""
        if self._estimate is None or not self._estimate.prompt_tokens.likely:
            return ""
        if self._estimate.cost is None:
            speaks_prices = self._engine is not None and self._engine.server.speaks != "openai"
            return "price not known" if speaks_prices and self._estimate.assumptions else ""
        return format_range(self._estimate.cost)

    async def action_show_estimate(self) -> None:
        """Show what the next prompt may cost and how full the context is, in words."""
        session = await self._session()
        chat = self.chat
        try:
            estimate = await session.estimate(chat, self.draft, patience=1.0, files=self.draft_files)
        except (RefusedError, OSError) as error:
            self.warn(str(error))
            return
        await self._open_estimate(session, chat, estimate, None)

    async def _open_estimate(self, session: Session, chat: Chat, estimate: Estimate, text: str | None) -> None:
        """Show an estimate; with a `text` that wasn't sent, ask what to do."""
        from chat_tui.screens.estimate import EstimateScreen

        oldest = await asyncio.to_thread(session.estimating.oldest, chat, estimate)
        written = ""
        if text is not None:
            self._told.add((chat.id, chat.model, "full"))  # the question says it
            written = self.put_back(text)

        def decide(remedy: Remedy | None) -> None:
            if remedy == "send" and text is not None:
                self._told.add((chat.id, chat.model, "sent"))
                self.send_again(chat, text, written)
            elif remedy is not None:
                self._remedy(remedy, oldest)

        screen = EstimateScreen(chat.model, estimate, asks=text is not None, can_hide=bool(oldest))
        await self.app.push_screen(screen, decide)

    # When another model or provider is chosen

    @on(AccountingScreen.Changed)
    def _mind_switch(self) -> None:
        """Say once what is thrown away with a warm cache, when the conversation goes on elsewhere."""
        settings = self.chat.settings
        reply = next((message for message in reversed(self.chat.path) if message.role == "assistant"), None)
        usage = reply.receipt.usage if reply is not None and reply.receipt is not None else None
        if reply is None or usage is None or not (usage.cached_tokens or usage.cache_write_tokens):
            return
        is_elsewhere = reply.model != self.chat.model or settings.get("provider")
        if is_elsewhere and (reply.id, "", "warm") not in self._told:
            self._mind_warmth(reply, settings)

    @work(group="warmth", exclusive=True)
    async def _mind_warmth(self, reply: Message, settings: Mapping[str, Any]) -> None:
        from chat_tui.engine.warmth import lost_warmth

        offers = (await self._session()).estimating.offers
        for model in (settings.get("model"), reply.model):
            await offers.asked({"model": model}, ASKING_SECONDS)
        if sentence := lost_warmth(reply, settings, offers):
            self._told.add((reply.id, "", "warm"))
            self.warn(sentence)

    # When it is too long

    async def fits(self, chat: Chat, text: str, files: Sequence[FilePart | LinkPart] = ()) -> bool:
        """Tell whether a prompt may go; when it is longer than what may serve holds, ask once, and take it back."""
        session = await self._session()
        if (chat.id, chat.model, "sent") in self._told:
            return True
        try:
            estimate = await session.estimate(chat, text, files=files)
        except (RefusedError, OSError):
            return True  # sending says why
        context = estimate.context
        if not context.overflows or context.compresses or chat is not self.chat:
            return True
        await self._open_estimate(session, chat, estimate, text)
        return False

    def _tell_when_full(self, chat: Chat, estimate: Estimate) -> None:
        """Say once that little room is left, before none is."""
        context = estimate.context
        told = (chat.id, chat.model, "full")
        if not context.is_nearly_full:
            self._told -= {told, (chat.id, chat.model, "sent")}
        elif told not in self._told:
            from chat_tui.screens.estimate import overflow_sentences

            self._told.add(told)
            self.warn(" ".join((*overflow_sentences(estimate), "/estimate shows what can be done.")))

    def _remedy(self, remedy: Remedy, oldest: list[str]) -> None:
        match remedy:
            case "hide":
                self._hide(oldest)
            case "compress":
                self.run_setting_command("/compress on", "compress", "on")
            case "model":
                self._choose_larger()
            case "new":
                self._go_on_in_new()
            case "fork":
                self.run_worker(self.run_action("duplicate"), group="command")
            case _:
                pass

    @work(group="command")
    async def _choose_larger(self) -> None:
        context = self._estimate.context if self._estimate is not None else None
        need = context.used + context.reserved if context is not None else 0
        await self.action_choose_model(f"ctx>{ceil(need / 1000)}k ")

    @work(group="command")
    async def _go_on_in_new(self) -> None:
        draft = self.draft
        self.put_back("", alone=True)
        await self.go_on_in(self._library.begin())
        self.put_back(draft, alone=True)

    @work(group="command")
    async def _hide(self, messages: list[str]) -> None:
        await self._mark_hidden(messages, hidden=True)
        which = f"The {len(messages)} oldest messages are"
        told = f"{which} left out of requests from now on; /unhide takes them in again."
        self.app.notify(told, markup=False, timeout=8)

    @work(group="command")
    async def action_unhide(self) -> None:
        """Take all messages that were left out of requests in again."""
        messages = [message.id for message in self.chat.path if message.id in self.chat.hidden]
        await self._mark_hidden(messages, hidden=False)
        told = f"{len(messages)} messages are" if len(messages) != 1 else "One message is"
        self.app.notify(f"{told} sent again." if messages else "No message is left out.", markup=False, timeout=6)

    async def _mark_hidden(self, messages: list[str], *, hidden: bool) -> None:
        chat = self.chat

        def mark() -> None:
            chat.check_writable()
            for message in messages:
                chat.hide(message, hidden=hidden)

        try:
            await asyncio.to_thread(mark)
        except (RefusedError, OSError) as error:
            self.warn(str(error))
        self.post_message(self.Changed())
