"""Settling: what cancelled, failed and interrupted replies cost becomes known later; it is asked for until then.

The server is asked for each generation after two seconds, then after ever longer waits of up to ten minutes. While it
doesn't know the generation, that goes on for a day from the reply's end; from then on nobody knows what it cost. A
server that can't be reached, or that answers with nothing of use, is asked again for as long as it takes.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from chat_tui.config.server import Server
from chat_tui.conversation.charges import can_be_asked, charges
from chat_tui.conversation.ids import now
from chat_tui.conversation.values import Message, Receipt
from chat_tui.engine.chat import Chat
from chat_tui.engine.refused import ReadOnlyError, RefusedError
from chat_tui.engine.watching import Watchers
from chat_tui.openrouter.account import Generation
from chat_tui.openrouter.client import Client
from chat_tui.openrouter.errors import NotFound, NotOffered, OpenRouterError, ServerError
from chat_tui.reply.receipts import cost_of, settled

if TYPE_CHECKING:
    from chat_tui.engine.index_charges import Charged
    from chat_tui.engine.library import Library

_AT_ONCE = 4
_LOOKS = 4
"""Times that the server is asked while a person waits."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often the server is asked what a reply cost.

    Args:
        first_wait: Seconds before the first question, also before replies of earlier runs are looked for.
        longest_wait: Seconds between two questions at most; the waits double until then.
        give_up_after: Seconds from the reply's end during which the server may not know it.
        chance: Gives numbers from 0 up to 1.
    """

    first_wait: float = 2.0
    longest_wait: float = 600.0
    give_up_after: float = 86_400.0
    chance: Callable[[], float] = random.random

    def wait(self, made: int) -> float:
        """Return the seconds before the next question, after `made`."""
        return min(self.first_wait * (1 << min(made, 30)), self.longest_wait) * (3 + self.chance()) / 4


class Settled(NamedTuple):
    """A reply whose receipt says more than before, or that nobody will know more of."""

    conversation: str
    reply: Message


class _Question(NamedTuple):
    chat: Callable[[], Chat]
    """Brings the conversation; it may read files."""
    reply: str
    generation: str
    ended: datetime


class Settling:
    """Asks for what isn't known yet of replies, writes it to their journals, and tells who watches.

    Args:
        client: Asks the server.
        server: Which one; it is asked only about what it served itself.
        is_open: Tells whether this process goes on writing in a conversation.
        mind: Called with the reply when something was written in a conversation.
        patience: How long it asks, and how often.
        clock: Says what time it is.
    """

    def __init__(
        self,
        client: Client,
        server: Server,
        *,
        is_open: Callable[[Chat], bool],
        mind: Callable[[Chat, Message], None],
        patience: Patience | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.patience = patience or Patience()
        self._client = client
        self._server = server
        self._is_open = is_open
        self._mind = mind
        self._clock = clock
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._few = asyncio.Semaphore(_AT_ONCE)
        self._writing = asyncio.Lock()
        self._watchers = Watchers[Settled]()

    def note(self, chat: Chat, reply: Message) -> None:
        """Ask for what isn't known of `reply`, which has ended, until it is."""
        if reply.receipt is not None:
            for charge in charges(reply):
                if charge.asks and charge.generation and self.serves(reply.receipt.origin):
                    self._start(_Question(lambda: chat, reply.id, charge.generation, reply.at))

    def resume(self, library: Library, charged: Iterable[Charged]) -> None:
        """Go on asking about replies of earlier runs.

        Args:
            library: Their conversations.
            charged: Charges of which the server may say more.
        """
        for one in charged:
            generation, folder = one.charge.generation, library.paths.data / one.folder
            if one.charge.asks and generation and self.serves(one.origin):
                ended = datetime.fromtimestamp(one.at / 1000).astimezone()
                self._start(_Question(partial(library.at, folder), one.message, generation, ended))

    async def take_in(self, library: Library) -> list[Chat]:
        """Put replies that a dead process left half done into their journals, and return their conversations."""
        taken = []
        for folder in await asyncio.to_thread(
            lambda: [one for one in library.folders() if _has_partial(one / "partial")]
        ):
            chat = await asyncio.to_thread(library.at, folder)
            if not self._is_open(chat):
                async with self._writing:
                    await asyncio.to_thread(self._mend, chat)
                taken.append(chat)
        return taken

    def serves(self, origin: str | None) -> bool:
        """Tell whether what `origin` served can be asked for here; None: nobody noted who did."""
        if self._server.speaks == "openai":
            return False
        return origin == self._server.origin or (origin is None and self._server.is_openrouter)

    async def look(self, chat: Chat, reply: Message) -> Message:
        """Ask at once for all that the server knows of a reply, and return it with that.

        Raises:
            RefusedError: when it says nothing, with the reason.
        """
        receipt = reply.receipt or Receipt()
        generation = receipt.generation
        if generation is None or not can_be_asked(generation) or not self.serves(receipt.origin):
            raise RefusedError("The server of this chat knows nothing more of this reply: another one served it.")
        found = await self._found(generation)
        question = _Question(lambda: chat, reply.id, generation, reply.at)
        told = await self._conclude(question, found)
        return told or replace(reply, receipt=settled(receipt, found))

    async def _found(self, generation: str) -> Generation:
        """Return what the server knows of a generation; one that it doesn't know yet is asked for a few times."""
        for made in range(_LOOKS):
            try:
                found = await self._client.generation(generation)
            except OpenRouterError as error:
                if not _is_not_known(error) or made == _LOOKS - 1:
                    raise RefusedError(error.sentence) from None
            else:
                if _fits(found, generation):
                    return found
            await asyncio.sleep(self.patience.wait(made))
        raise RefusedError("The server doesn't say yet what became of this reply.")

    def watch(self) -> AsyncIterator[Settled]:
        """Yield replies as soon as more is known of them; it doesn't end by itself."""
        return self._watchers.watch()

    async def close(self) -> None:
        """Stop asking; what isn't known is asked for when the application runs again."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _start(self, question: _Question) -> None:
        if question.generation not in self._asking:
            task = asyncio.create_task(self._ask(question), name=f"settle {question.generation}")
            self._asking[question.generation] = task
            task.add_done_callback(lambda _: self._asking.pop(question.generation, None))

    async def _ask(self, question: _Question) -> None:
        made, least = 0, 0.0
        while True:
            await asyncio.sleep(max(self.patience.wait(made), least))
            made, least = made + 1, 0.0
            try:
                async with self._few:
                    found = await self._client.generation(question.generation)
            except OpenRouterError as error:
                if not _is_not_known(error):
                    least = (error.retry_after or 0.0) if isinstance(error, ServerError) else 0.0
                    continue
                found = Generation()
            if _fits(found, question.generation):
                await self._conclude(question, found)
                return
            if found == Generation() and self._is_too_late(question):
                await self._conclude(question, None)
                return

    def _is_too_late(self, question: _Question) -> bool:
        return (self._clock() - question.ended).total_seconds() > self.patience.give_up_after

    async def _conclude(self, question: _Question, found: Generation | None) -> Message | None:
        """Write what was found, or that nothing ever is, and tell of it."""
        async with self._writing:
            # A thread can't be cancelled: once begun, the write is made.
            told = await asyncio.shield(asyncio.to_thread(self._write, question, found))
        if told is None:
            return None
        chat, reply = told
        self._mind(chat, reply)
        self._watchers.tell(Settled(chat.id, reply))
        return reply

    def _write(self, question: _Question, found: Generation | None) -> tuple[Chat, Message] | None:
        """Write to the journal; None: the conversation is gone from here, or another process writes there."""
        try:
            chat = question.chat()
            if not chat.folder.journal.exists():
                return None  # it was moved or deleted: where it is now it is found at the next start
            chat.check_writable()
        except (OSError, ReadOnlyError) as error:
            _log.info("A receipt waits: %s", error)
            return None
        try:
            if question.reply not in chat.tree:
                return None
            receipt = chat.tree[question.reply].receipt or Receipt()
            chat.settle(question.reply, _with(receipt, question.generation, found))
            return chat, chat.tree[question.reply]
        finally:
            self._let_go(chat)

    def _mend(self, chat: Chat) -> None:
        with suppress(OSError):
            chat.load()
        self._let_go(chat)

    def _let_go(self, chat: Chat) -> None:
        if not self._is_open(chat) and not chat.saving.is_pending:
            chat.close()


def _is_not_known(error: OpenRouterError) -> bool:
    """Tell whether the server itself says that it knows no such generation, or has no receipts at all."""
    return isinstance(error, NotFound) or (isinstance(error, NotOffered) and error.code in ("404", "405"))


def _fits(found: Generation, generation: str) -> bool:
    """Tell whether an answer says what that generation cost, and not another."""
    cost = cost_of(found)
    return cost is not None and cost >= 0 and found.id in (None, generation)


def _with(receipt: Receipt, generation: str, found: Generation | None) -> Receipt:
    """Return `receipt` with what was found of one of its generations, or that nobody knows what it cost."""
    if generation == receipt.generation:
        return replace(receipt, given_up=True) if found is None else settled(replace(receipt, given_up=False), found)
    attempts = (
        attempt
        if attempt.generation != generation
        else attempt._replace(given_up=True)
        if found is None
        else attempt._replace(cost=cost_of(found), provider=found.provider_name or attempt.provider)
        for attempt in receipt.attempts
    )
    asides = (
        aside
        if aside.generation != generation
        else aside._replace(given_up=True)
        if found is None
        else aside._replace(cost=cost_of(found))
        for aside in receipt.asides
    )
    return replace(receipt, attempts=tuple(attempts), asides=tuple(asides))


def _has_partial(folder: object) -> bool:
    import os

    try:
        with os.scandir(str(folder)) as entries:
            return any(entries)
    except OSError:
        return False
