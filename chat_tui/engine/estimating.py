"""What a request is expected to come to: counted from the body that would be sent, priced by who may serve it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chat_tui.attachments.kinds import PDF, is_text
from chat_tui.config.server import Server
from chat_tui.conversation.values import FilePart, LinkPart, Message, Part, TextPart, requested_is_served
from chat_tui.cost.estimate import Estimate
from chat_tui.cost.expecting import Counted, expected, reads_for_money
from chat_tui.cost.prices import OCR_PAGE, rates_at
from chat_tui.cost.tokens import MESSAGE, other_parts, part_tokens, request_tokens, text_tokens
from chat_tui.engine.asking import Asking, Manner, sent_for
from chat_tui.engine.calibrating import Calibration
from chat_tui.engine.offers import Offers
from chat_tui.models.entry import Rates

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat

_NOTHING_WRITTEN = (TextPart(""),)
_ROOM = 0.8
"""Of the context that is taken when the oldest messages were left out."""
_SOME_PICTURE = LinkPart("image", "", "")
"""What stands for a part of a request of which nothing is known."""
_LONG = 200
"""Characters from which on a text's count is remembered."""
_log = logging.getLogger(__name__)


class _Before(NamedTuple):
    """All of a request but the new prompt, counted."""

    of: object
    """What it was counted from: as long as that is the same, so is this."""
    counted: Counted
    texts: dict[str, float]
    """The tokens of its long texts."""


class Estimating:
    """Counts and prices the requests of a session.

    Args:
        server: Where requests go.
        offers: Says who may serve them.
        cache: Where what receipts teach is kept; None keeps nothing.
    """

    def __init__(self, server: Server, offers: Offers, cache: Path | None = None) -> None:
        self.offers = offers
        self._server = server
        self._calibration = Calibration(cache, server.origin)
        self._before: _Before | None = None
        self._counting = threading.Lock()
        self._noting: set[asyncio.Task[None]] = set()

    async def estimate(self, chat: Chat, prompt: Message, manner: Manner, patience: float = 0.0) -> Estimate:
        """Return what sending `prompt` in `chat` is expected to come to.

        Args:
            chat: The conversation.
            prompt: As `prompts.next_prompt` makes it.
            manner: How it would be asked.
            patience: Seconds to wait for what providers take, where the server wasn't asked yet; without any, what is
                known now counts, and the server is asked behind.
        """
        counted = await asyncio.to_thread(self._count, chat, prompt, manner)
        # Who only reads an old conversation asks nobody.
        if prompt.parts != _NOTHING_WRITTEN and self.offers.ask(counted.body) and patience > 0:
            await self.offers.asked(counted.body, patience)
        return await asyncio.to_thread(self._expected, counted)

    async def of(self, asking: Asking, patience: float = 0.0) -> Estimate:
        """Return what a request that is ready is expected to come to; `patience` as of `estimate`."""
        counted = await asyncio.to_thread(self._counted, asking.body)
        if self.offers.ask(counted.body) and patience > 0:
            await self.offers.asked(counted.body, patience)
        return await asyncio.to_thread(self._expected, counted)

    def _counted(self, body: Mapping[str, Any]) -> Counted:
        """Count a whole request, in which nothing tells how large its files are."""
        others, author = other_parts(body), _author(body)
        tokens = request_tokens(body, self._remembered, files=others * part_tokens(_SOME_PICTURE, author))
        messages = body.get("messages") or ()
        rest = {name: value for name, value in body.items() if name not in ("messages", "prompt")}
        return Counted(tokens, 0.0, rest, is_first=len(messages) <= 1, pictures=others)

    def _remembered(self, text: str) -> float:
        """Return the tokens of a text, which was mostly counted before."""
        texts = self._before.texts if self._before is not None else {}
        return texts[text] if text in texts else text_tokens(text)

    def _expected(self, counted: Counted) -> Estimate:
        model = str(counted.body.get("model") or "")
        learned = self._calibration.of(model)
        return expected(counted, self.offers.of(counted.body), learned, all_models=self._calibration.of_all())

    def _count(self, chat: Chat, prompt: Message, manner: Manner) -> Counted:
        """Count a request; what was said before only when something of it has changed."""
        with self._counting:
            of = _what(chat, prompt, manner)
            if self._before is None or self._before.of != of:
                self._before = self._count_before(chat, prompt, manner, of)
            author = _author(self._before.counted.body)
            draft = [part for part in prompt.parts if not isinstance(part, TextPart)]
            before = self._before.counted
            return before._replace(
                draft=text_tokens(prompt.text) + sum(part_tokens(part, author) for part in draft),
                pictures=before.pictures + _pictures(draft),
                pages=before.pages + _pages(draft),
            )

    def _count_before(self, chat: Chat, prompt: Message, manner: Manner, of: object) -> _Before:
        path = [*chat.tree.path(prompt.parent), prompt]
        sent, _ = sent_for(chat, path, self._server, manner)
        body: Mapping[str, Any] = sent.body
        known = self._before.texts if self._before is not None else {}
        texts: dict[str, float] = {}

        def count(text: str) -> float:
            if len(text) < _LONG:
                return text_tokens(text)
            tokens = texts[text] = known[text] if text in known else text_tokens(text)
            return tokens

        said = [] if manner.raw else [message for message in path[:-1] if message.id not in chat.hidden]
        author = _author(body)
        files = [part for one in said if one.role == "user" for part in one.parts if _is_sent_apart(part)]
        rest = {name: value for name, value in body.items() if name not in ("messages", "prompt")}
        messages = list(body.get("messages") or ())[:-1]  # the last one is the prompt
        before = request_tokens(
            {**rest, "messages": messages}, count, files=sum(part_tokens(part, author) for part in files)
        )
        own = 0 if manner.raw else MESSAGE
        counted = Counted(
            before + own, 0.0, rest, is_first=len(path) == 1, pictures=_pictures(files), pages=_pages(files)
        )
        return _Before(of, counted, texts)

    def attached(
        self, model: str, part: FilePart | LinkPart, settings: Mapping[str, Any]
    ) -> tuple[int, Decimal | None]:
        """Return about how many tokens a file of a draft is to `model`, and USD for them; None: that isn't known."""
        tokens = ceil(part_tokens(part, _author({"model": model})))
        rates = self.rates(model, None, tokens)
        if rates is None or rates.prompt is None:
            return tokens, None
        cost = tokens * rates.prompt + _pictures([part]) * (rates.image or 0)
        return tokens, cost + (_pages([part]) * OCR_PAGE if reads_for_money(settings) else 0)

    def oldest(self, chat: Chat, estimate: Estimate) -> list[str]:
        """Return the ids of the oldest messages without which the request would be no longer nearly full.

        Nothing when that isn't enough, or not needed. Replies go with their prompts, and the last two messages stay.
        """
        context = estimate.context
        said = [message for message in chat.path if message.id not in chat.hidden]
        counted = sum(text_tokens(message.text) for message in said)
        factor = (estimate.prompt_tokens.likely - estimate.draft_tokens) / counted if counted else 1.0
        gone: list[str] = []
        used = context.used + context.reserved - (context.limit or 0) * _ROOM
        for message in said[:-2]:
            if used <= 0 and message.role == "user":
                break
            used -= text_tokens(message.text) * factor
            gone.append(message.id)
        return gone if used <= 0 else []

    def rates(self, model: str, provider: str | None, prompt_tokens: int) -> Rates | None:
        """Return what `model` costs at `provider`, or where nobody has served yet by the catalogue; None: not known."""
        endpoint = self.offers.endpoint(model, provider) if provider else None
        prices = endpoint.prices if endpoint is not None else self.offers.listed_prices(model)
        return rates_at(prices, prompt_tokens, datetime.now(UTC)) if prices is not None else None

    @property
    def is_learning(self) -> bool:
        """Whether a receipt is being taken in."""
        return bool(self._noting)

    def learn(self, body: Mapping[str, Any], reply: Message) -> None:
        """Take in, behind, what a reply's receipt says of the request that it answers."""
        if reply.receipt is None or other_parts(body):
            return  # of files too little is known to tell a tokenizer by them
        model = str(body.get("model") or "")
        if body.get("models") and not requested_is_served(model, reply.receipt.model or model):
            return  # another model counted
        usage = reply.receipt.usage
        whole = usage.completion_tokens if reply.status == "complete" else None
        if usage.prompt_tokens or whole:
            task = asyncio.create_task(asyncio.to_thread(self._learn, body, usage.prompt_tokens, whole))
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    def _learn(self, body: Mapping[str, Any], prompt_tokens: int | None, reply_tokens: int | None) -> None:
        counted = request_tokens(body, self._remembered)
        self._calibration.note(str(body.get("model") or ""), counted, prompt_tokens, reply_tokens)

    async def close(self) -> None:
        """Keep what was learned."""
        await self.offers.close()
        await asyncio.gather(*self._noting, return_exceptions=True)


def _what(chat: Chat, prompt: Message, manner: Manner) -> object:
    """Return what the count of all but the prompt depends on; messages of a tree don't change once they are whole."""
    last = chat.tree[prompt.parent] if prompt.parent is not None else None
    end = (last.id, last.status, last.at) if last is not None else None
    return (chat.id, end, chat.hidden, manner, chat.settings, bool(next(prompt.files, None)))


def _author(body: Mapping[str, Any]) -> str:
    """Return whose model a request asks first."""
    return str(body.get("model") or "").lstrip("~").partition("/")[0]


def _is_sent_apart(part: Part) -> bool:
    """Tell whether a part isn't in the text of its message: files that are text are."""
    return isinstance(part, LinkPart) or (isinstance(part, FilePart) and not is_text(part.media_type))


def _pictures(parts: Sequence[Part]) -> int:
    return sum(
        part.kind == "image" if isinstance(part, LinkPart) else part.media_type.startswith("image/")
        for part in parts
        if isinstance(part, LinkPart | FilePart)
    )


def _pages(parts: Sequence[Part]) -> int:
    """Return how many pages of documents there are, as far as that is known."""
    return sum(part.pages or 1 for part in parts if isinstance(part, FilePart) and part.media_type == PDF)
