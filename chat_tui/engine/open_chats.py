"""The conversations that this process has open: it is their writer, and its turns run in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from chat_tui.engine.chat import Chat
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.saver import Saver
from chat_tui.engine.turn import Turn
from chat_tui.engine.unseen import Unseen

FOLLOW_SECONDS = 0.5


class OpenChats:
    """What is open, whether it is shown or a reply still streams there.

    Args:
        saver: Who minds what the disk refuses.
        unseen: The marks of replies that ended while nobody looked.
    """

    def __init__(self, saver: Saver, unseen: Unseen) -> None:
        self.saver = saver
        self.unseen = unseen
        self._turns: dict[str, Turn] = {}
        self._open: dict[str, Chat] = {}
        self._left: dict[str, asyncio.Task[None]] = {}
        """By the ids of conversations in which a reply streams that nobody sees: what waits for its end."""

    async def open(self, chat: Chat) -> None:
        """Read all of `chat`; from now on this process is its writer, unless another is."""
        self._come_back(chat)
        self._open[chat.id] = chat
        await asyncio.to_thread(chat.load)
        self.saver.mind(chat)
        await asyncio.to_thread(self.unseen.mark, chat.id, seen=True)

    async def follow(self, chat: Chat) -> AsyncIterator[None]:
        """Read on in a conversation that another process writes; yield when there was something new, until it is ours.

        Raises:
            OSError: when the journal is there and can't be read.
        """
        while chat.is_read_only:
            await asyncio.sleep(FOLLOW_SECONDS)
            if await asyncio.to_thread(chat.follow):
                yield

    def leave(self, chat: Chat) -> None:
        """Show `chat` no longer: another process may write there, once no reply streams there any more.

        A reply that ends while nobody looks leaves a mark.
        """
        if (turn := self.turn(chat)) is None:
            self._let_go(chat)
        elif chat.id not in self._left:
            self._left[chat.id] = asyncio.create_task(self._outlast(chat, turn))

    async def _outlast(self, chat: Chat, turn: Turn) -> None:
        await turn.wait()
        self._left.pop(chat.id, None)
        self._let_go(chat)
        await asyncio.to_thread(self.unseen.mark, chat.id, seen=False)

    def _let_go(self, chat: Chat) -> None:
        if chat.saving.is_pending:
            return  # it stays ours until it is saved
        chat.close()
        self._open.pop(chat.id, None)
        self._turns.pop(chat.id, None)

    async def release(self, chat: Chat) -> None:
        """Stop the reply that streams in `chat` and let go of it: it is about to be moved."""
        self._come_back(chat)
        if (turn := self.turn(chat)) is not None:
            turn.stop()
            await turn.wait()
        self._let_go(chat)

    def _come_back(self, chat: Chat) -> None:
        if (waiting := self._left.pop(chat.id, None)) is not None:
            waiting.cancel()

    @property
    def streaming(self) -> frozenset[str]:
        """The ids of the conversations in which a reply streams."""
        return frozenset(identifier for identifier, turn in self._turns.items() if turn.running)

    def turn(self, chat: Chat) -> Turn | None:
        """Return the turn that runs in `chat`, or None."""
        turn = self._turns.get(chat.id)
        return turn if turn is not None and turn.running else None

    def _check_idle(self, chat: Chat) -> None:
        """Refuse a second turn; called after every wait, for another send may have come this far meanwhile.

        Raises:
            RefusedError: when a reply is still streaming there.
        """
        if self.turn(chat) is not None:
            raise RefusedError("A reply is still streaming here. Wait for its end, or press Esc to stop it.")
