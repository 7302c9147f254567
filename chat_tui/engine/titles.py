"""Titles by a model: asked for once, behind, when a conversation's first reply is whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace

from chat_tui.config.server import Server
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.values import Aside, Message, Receipt, TextPart
from chat_tui.engine.asking import Manner, asking
from chat_tui.engine.chat import TITLE_LENGTH, Chat, automatic_title
from chat_tui.engine.refused import RefusedError
from chat_tui.openrouter.client import Client
from chat_tui.openrouter.errors import OpenRouterError
from chat_tui.reply.arriving import Reply
from chat_tui.text import one_line

_MOST_TOKENS = 200
_QUOTED = 1500
"""Characters of the prompt, and of the reply, that the model sees."""
_WISH = "Give this conversation a title of at most six words, in its own language. Answer with the title alone."
_KEPT_RULES = ("zdr", "data_collection")
"""What a chat says of its data holds for its title too."""
_log = logging.getLogger(__name__)


class Titles:
    """Asks one model for titles.

    Args:
        client: Where the requests go.
        server: What understands them.
        headers: What goes with them beside the usual headers.
        model: The model that is asked.
    """

    def __init__(self, client: Client, server: Server, headers: Mapping[str, str], model: str) -> None:
        self._client = client
        self._server = server
        self._headers = headers
        self._model = model

    async def name(self, chat: Chat, prompt: Message, reply: Message) -> None:
        """Give `chat` a title, and its first `reply` what that cost; when it fails the title stays as it is."""
        automatic = automatic_title(prompt)
        if chat.metadata.title != automatic:
            return
        try:
            about = prompt.text[:_QUOTED] or automatic
            try:
                answer = await self._ask(chat, f"{_WISH}\n\n{about}\n\n{reply.text[:_QUOTED]}")
            except OpenRouterError as error:
                if error.generation is not None:  # it may have cost something all the same
                    await asyncio.to_thread(self._keep_cost, chat, reply.id, Receipt(generation=error.generation))
                raise
            await asyncio.to_thread(self._keep, chat, reply.id, automatic, answer)
        except (OpenRouterError, RefusedError, OSError) as error:
            _log.warning("A conversation got no title from %s: %s", self._model, error)

    async def _ask(self, chat: Chat, text: str) -> Message:
        rules = chat.settings.get("provider") or {}
        settings = {
            "model": self._model,
            "parameters": {"max_tokens": _MOST_TOKENS},
            "provider": {name: rules[name] for name in _KEPT_RULES if name in rules},
        }
        asked = Chat(Metadata(new_id(), now()), chat.folder.path, chat.folder.path, defaults=settings)
        message = Message(new_id(), None, "user", (TextPart(text),), now())
        manner = Manner(stream=False)
        wanted = await asyncio.to_thread(asking, asked, [message], self._server, manner, self._headers)
        reply = Reply(Message(new_id(), message.id, "assistant", (), now(), "streaming", model=self._model))
        async with self._client.stream(wanted.body, wanted.headers, whole=True) as stream:
            reply.begin(stream.generation)
            async for chunk in stream:
                reply.feed(chunk)
        return reply.message("complete")

    def _keep_cost(self, chat: Chat, reply: str, receipt: Receipt) -> None:
        if chat.folder.journal.exists():
            with chat.writing():
                aside = Aside("title", receipt.model or self._model, receipt.generation, receipt.cost)
                chat.settle(reply, Receipt(asides=(aside,)))

    def _keep(self, chat: Chat, reply: str, automatic: str, answer: Message) -> None:
        """Keep what the title cost, and the title itself unless somebody gave another one meanwhile."""
        if not chat.folder.journal.exists():
            return  # it was deleted meanwhile
        self._keep_cost(chat, reply, answer.receipt or Receipt())
        title = one_line(answer.text, TITLE_LENGTH).strip("\"'“”„«»*# .")
        if title:
            chat.relabel(lambda metadata: replace(metadata, title=title) if metadata.title == automatic else metadata)
