"""The running engine: one client, the conversations' turns, the catalogue; it outlives every screen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat_tui import __version__
from chat_tui.config.server import Server, speaking
from chat_tui.config.settings import BUILT_IN, Layer
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import FilePart, LinkPart, Message, Receipt
from chat_tui.engine.account import Account
from chat_tui.engine.account_presets import AccountPresets
from chat_tui.engine.asking import IN_CHAT, Asking, Manner, asking, asking_edited, checked, with_files_of, with_routing
from chat_tui.engine.budgets import Budgets
from chat_tui.engine.catalogue import Catalogue
from chat_tui.engine.chat import Chat
from chat_tui.engine.chosen_models import ChosenModels
from chat_tui.engine.endpoints import Providers
from chat_tui.engine.estimating import Estimating
from chat_tui.engine.indexing import Indexing
from chat_tui.engine.judging import judge_of
from chat_tui.engine.needs import read_files
from chat_tui.engine.offers import Offers
from chat_tui.engine.open_chats import OpenChats
from chat_tui.engine.prompts import next_prompt, take_in
from chat_tui.engine.recordings import Recordings
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.retry import Retries
from chat_tui.engine.saver import Saver
from chat_tui.engine.settling import Patience, Settling
from chat_tui.engine.spending import Spending
from chat_tui.engine.titles import Titles
from chat_tui.engine.turn import Turn
from chat_tui.engine.unseen import Unseen
from chat_tui.models.endpoint import Endpoints
from chat_tui.models.entry import ModelEntry
from chat_tui.openrouter.client import App, Client, Timeouts
from chat_tui.paths import Paths
from chat_tui.reply.request import form_of

if TYPE_CHECKING:
    from chat_tui.cost.estimate import Estimate
    from chat_tui.engine.library import Library

QUIT_SECONDS = 2.0
NO_SETTINGS: Layer = {}
_log = logging.getLogger(__name__)


class Session(OpenChats):
    """What chat-tui does while it runs; `close` ends it.

    Args:
        server: Where requests go, and the key.
        settings: What `config.toml` says of time-outs, retries, routing metadata and of what the server speaks.
        paths: Where the catalogue is cached and the favourites are kept; None keeps neither.
        on_close: Called last: stops what was started for this session alone, such as the emulator.
        retries: When a turn's request is made again by itself, where the settings' number isn't all.
        patience: How the server is asked for what a reply cost that it didn't say.
        books: Where what was spent is counted, if that isn't `paths`.
    """

    def __init__(
        self,
        server: Server,
        settings: Layer = NO_SETTINGS,
        on_close: Callable[[], None] | None = None,
        *,
        paths: Paths | None = None,
        retries: Retries | None = None,
        patience: Patience | None = None,
        books: Paths | None = None,
    ) -> None:
        super().__init__(Saver(paths), Unseen(paths.state / "seen.toml" if paths else None))
        self.server = speaking(server, settings)
        self._client = Client(
            server.key,
            server.base_url,
            timeouts=Timeouts(**settings.get("timeouts", {})),
            version=__version__,
            routing_metadata=settings.get("routing_metadata", False),
            app=App(**settings.get("attribution", {})),
        )
        # What only OpenRouter understands would be noise, or a refusal, elsewhere.
        self._headers = {} if self.server.speaks == "openai" else _headers(settings.get("headers", {}))
        self.providers = Providers(self._client)
        self.account_presets = AccountPresets(self._client)
        self._on_close = on_close
        self._retries = retries or Retries(**{"most": settings["retries"]} if "retries" in settings else {})
        self.recordings = Recordings()
        self.settling = Settling(
            self._client,
            self.server,
            is_open=lambda chat: chat.id in self._open,
            mind=self._mind_settled,
            patience=patience,
        )
        self.account = Account(self._client)
        self._ending: set[asyncio.Task[None]] = set()
        """What is done behind: waiting for the ends of turns, counting."""
        self._naming: dict[str, asyncio.Task[None]] = {}
        """By the ids of conversations that are about to be titled: who does."""
        model = settings.get("title_model")
        self._titles = Titles(self._client, self.server, self._headers, model) if model else None
        self.indexing = Indexing(paths) if paths else None
        self.spending = Spending(paths, self.indexing) if paths else Spending(books) if books else None
        self.catalogue = Catalogue(self._client, self.server, paths.cache if paths else None)
        self.chosen_models = ChosenModels(paths.state / "models.toml" if paths else None, self.server.origin)
        offers = Offers(self.server, self.providers, self.catalogue, self._client.timeouts.headers)
        self.estimating = Estimating(self.server, offers, paths.cache if paths else None)
        self.budgets = Budgets(self.spending, self.estimating.of)

    async def release(self, chat: Chat) -> None:
        """Stop the reply that streams in `chat` and let go of it: it is about to be moved."""
        if (naming := self._naming.pop(chat.id, None)) is not None:
            naming.cancel()
        await super().release(chat)

    async def _name(self, chat: Chat, turn: Turn, titles: Titles) -> None:
        """Have a conversation titled when its first reply is whole."""
        reply = await turn.wait()
        if reply.status == "complete" and reply.text and not await self.budgets.is_beyond(chat):
            await titles.name(chat, turn.prompt, reply)
            self.settling.note(chat, chat.tree[reply.id])
            self._mind_settled(chat, chat.tree[reply.id])
        self._naming.pop(chat.id, None)

    async def named(self, chat: Chat) -> None:
        """Wait until a model has titled `chat`, if one does."""
        if (naming := self._naming.get(chat.id)) is not None:
            await asyncio.wait([naming])

    async def send(
        self,
        chat: Chat,
        text: str,
        manner: Manner = IN_CHAT,
        files: Sequence[FilePart | LinkPart] = (),
        *,
        over_budget: bool = False,
    ) -> Turn:
        """Send `text` and `files` as the next prompt of `chat`.

        A prompt whose reply failed before its first word can be sent again: unchanged it gets a new reply beside the
        failed one, edited it stands beside the failed prompt.

        Args:
            chat: The conversation.
            text: The prompt.
            files: What is attached to it, in its order.
            manner: How it is asked.
            over_budget: Whether somebody decided to send it, this once, whatever the budgets say.

        Raises:
            OverBudgetError: when it could pass a hard cap; nothing was sent or kept of it.
            RefusedError: when a reply is still streaming there, another process writes there, or a file is gone.
        """
        await self._ready(chat)
        return await self._start(chat, next_prompt(chat, text, files), manner, over_budget=over_budget)

    async def regenerate(self, chat: Chat, manner: Manner = IN_CHAT, *, over_budget: bool = False) -> Turn:
        """Ask for another reply to the last prompt of `chat`; the old one stays, as a sibling.

        Raises:
            OverBudgetError: as of `send`.
            RefusedError: when there is no prompt yet, a reply is still streaming, or another process writes there.
        """
        await self._ready(chat)
        prompt = next((message for message in reversed(chat.path) if message.role == "user"), None)
        if prompt is None:
            raise RefusedError("There is no prompt yet to answer again. Write one first.")
        return await self._start(chat, prompt, manner, over_budget=over_budget)

    async def send_edited(
        self, chat: Chat, prompt: Message, body: Mapping[str, Any], *, over_budget: bool = False
    ) -> Turn:
        """Send a request that a person wrote; its reply stands below `prompt`, beside those that are there.

        Raises:
            OverBudgetError: as of `send`.
            RefusedError: when a reply is still streaming there, or another process writes there.
        """
        await self._ready(chat)

        def ask() -> Asking:
            return asking_edited(with_files_of(chat, body), self.server, self._headers)

        return await self._begin(chat, prompt, ask, str(body.get("model") or ""), over_budget=over_budget)

    async def preview(
        self, chat: Chat, text: str, manner: Manner = IN_CHAT, files: Sequence[FilePart | LinkPart] = ()
    ) -> Asking:
        """Return the request that sending `text` and `files` would make now; nothing is sent."""
        return await self.preview_again(chat, next_prompt(chat, text, files), manner)

    async def preview_again(self, chat: Chat, prompt: Message, manner: Manner = IN_CHAT) -> Asking:
        """Return the request that asking for another reply to `prompt` would make now."""
        return await asyncio.to_thread(self._ask, chat, prompt, manner)

    async def estimate(
        self,
        chat: Chat,
        text: str,
        manner: Manner = IN_CHAT,
        patience: float = 0.0,
        files: Sequence[FilePart | LinkPart] = (),
    ) -> Estimate:
        """Return what sending `text` and `files` is expected to come to, as `Estimating.estimate` does."""
        return await self.estimating.estimate(chat, next_prompt(chat, text, files), manner, patience)

    def address(self, *, text: bool = False) -> str:
        """Return where requests for replies go; for `text`, those to go on with a text."""
        return self._client.address(text=text)

    async def models(self) -> Sequence[ModelEntry]:
        """Return the server's models, as `Catalogue.entries` does.

        Raises:
            RefusedError: when nothing is known of them, with the reason.
        """
        return await self.catalogue.entries()

    async def endpoints(self, model: str) -> Endpoints:
        """Return who serves `model` now.

        Raises:
            RefusedError: when the server doesn't say, or has no such model.
        """
        return await self.providers.endpoints(model)

    def shown_headers(self, body: Mapping[str, Any]) -> dict[str, str]:
        """Return what goes with a request beside its `body`, the key masked; the settings as they were at the start."""
        return self._client.shown_headers(with_routing(self._headers, body))

    @property
    def secrets(self) -> list[str]:
        """What must not leave with a conversation: the key, the headers that are sent."""
        return [*filter(None, [self.server.key]), *self._headers.values()]

    async def preload(self) -> None:
        """Read from the disk what the model picker shows, and take in behind what is to be found.

        The server is asked when the picker opens.
        """
        await self.chosen_models.open()
        await self.catalogue.open()
        if self.indexing is not None:
            self.indexing.start()

    def note(self, folder: Path) -> None:
        """Remember that this process changes a conversation, for the search."""
        if self.indexing is not None:
            self.indexing.note(folder)

    async def settle_model(self, chat: Chat) -> str:
        """Give a chat for which nobody chose a model the server's first, when it hasn't the usual one.

        Returns:
            What was done, as a sentence; empty when there was nothing to do.
        """
        usual = BUILT_IN["model"]
        held = chat.layers.held("model")
        is_chosen = held.origin not in ("built-in", "config.toml") or held.value != usual
        if self.server.is_openrouter or is_chosen:
            return ""
        try:
            async with asyncio.timeout(self._client.timeouts.connect):
                ids = [entry.id for entry in await self.models()]
        except (RefusedError, TimeoutError):
            return ""  # the prompt will say so too, and keeps its words
        if usual in ids or not ids:
            return ""
        chat.defaults = {name: value for name, value in chat.defaults.items() if name != "model"}
        chat.built_in = {**chat.built_in, "model": ids[0]}
        return f"{self.server.origin} has no {usual}; this chat uses its first model, {ids[0]}. Ctrl+O chooses another."

    async def close(self) -> None:
        """Stop every turn, keep what arrived as interrupted, and close the connections; takes two seconds at most."""
        for waiting in self._left.values():
            waiting.cancel()
        for turn in self._turns.values():
            turn.stop("interrupted")
        turns = [asyncio.create_task(turn.wait()) for turn in self._turns.values() if turn.running]
        running = [*turns, *self._naming.values()]  # a title that was asked for is paid, so its receipt should come
        if running:
            await asyncio.wait(running, timeout=QUIT_SECONDS)
        for ending in self._ending:
            ending.cancel()
        await self.settling.close()
        if self.spending is not None:
            await self.spending.close()
        for naming in self._naming.values():
            naming.cancel()
        if self.indexing is not None:
            await self.indexing.close()
        await self.catalogue.close()
        await self.chosen_models.close()
        await self.estimating.close()
        await self.providers.close()
        await self._client.aclose()
        await self.saver.close(self._open.values())
        for chat in self._open.values():
            chat.close()
        if self._on_close is not None:
            await asyncio.to_thread(self._on_close)

    def rescue(self) -> list[str]:
        """Put what isn't saved where it can be found, after a fault that ends all; return what to tell of it."""
        self.saver.rescue(self._open.values())
        return self.saver.farewell

    async def _ready(self, chat: Chat) -> None:
        await self.open(chat)
        await self.settle_model(chat)
        await asyncio.to_thread(chat.check_writable)
        self._check_idle(chat)

    async def _start(self, chat: Chat, prompt: Message, manner: Manner, *, over_budget: bool) -> Turn:
        def ask() -> Asking:
            return self._ask(chat, prompt, manner)

        return await self._begin(chat, prompt, ask, str(chat.settings.get("model")), over_budget=over_budget)

    def _ask(self, chat: Chat, prompt: Message, manner: Manner) -> Asking:
        path = [*chat.tree.path(prompt.parent), prompt]
        reads_files = read_files(chat.settings, self.catalogue.listing.index.by_id)
        return asking(chat, path, self.server, manner, self._headers, reads_files=reads_files)

    async def _begin(
        self, chat: Chat, prompt: Message, ask: Callable[[], Asking], model: str, *, over_budget: bool
    ) -> Turn:
        """Begin a turn: every request for a reply comes by here, and past the budgets.

        Args:
            chat: The conversation.
            prompt: What is answered; its files are taken into the conversation when it may go.
            ask: Makes the request of what is on disk; blocks.
            model: The model that is asked.
            over_budget: As of `send`.
        """
        wanted = await asyncio.to_thread(checked, ask)
        standing = await self.budgets.look(chat, wanted)
        self._check_idle(chat)
        receipt = Receipt(origin=self.server.origin)
        reply = Message(
            new_id(),
            prompt.id,
            "assistant",
            (),
            now(),
            "streaming",
            model=model,
            response_format=form_of(wanted.body),
            receipt=receipt,
        )
        with self.budgets.admitted(reply.id, standing, over_budget=over_budget):
            if files := [part for part in prompt.parts if isinstance(part, FilePart)]:
                await asyncio.to_thread(take_in, chat, files)
                wanted = await asyncio.to_thread(checked, ask)  # they are elsewhere now
                self._check_idle(chat)
        judge = judge_of(wanted.body, self.catalogue, self.providers, at_openrouter=self.server.is_openrouter)
        turn = Turn(
            chat,
            self._client,
            prompt,
            reply,
            wanted,
            retries=self._retries,
            recordings=self.recordings,
            judge=judge,
            mind_saving=lambda: self.saver.mind(chat),
        )
        self._turns[chat.id] = turn
        self._expect(self._account_for(turn, wanted.body))
        self.note(chat.folder.path)
        if self._titles is not None and not any(message.role == "assistant" for message in chat.tree):
            self._naming[chat.id] = asyncio.create_task(self._name(chat, turn, self._titles))
        self.chosen_models.note_use(model)
        return turn

    async def _account_for(self, turn: Turn, body: Mapping[str, Any]) -> None:
        """When a turn has ended, see to it that what it cost becomes known and is counted."""
        reply = await turn.wait()
        self.estimating.learn(body, reply)
        self.settling.note(turn.chat, reply)
        await self.budgets.conclude(turn.chat, reply)

    def _mind_settled(self, chat: Chat, reply: Message) -> None:
        self._expect(self.budgets.conclude(chat, reply))
        self.saver.mind(chat)

    def account_for_earlier(self, library: Library) -> None:
        """Begin to bring the sums up to date, and to ask what replies of earlier runs cost; it takes its time."""
        if self.spending is not None:
            self._expect(self._catch_up(library, self.spending))

    async def _catch_up(self, library: Library, spending: Spending) -> None:
        await asyncio.sleep(self.settling.patience.first_wait)
        for chat in await self.settling.take_in(library):
            spending.note(chat.folder.path)
        try:
            await spending.refresh()
            self.settling.resume(library, await spending.asking())
        except RefusedError as error:
            _log.warning("%s", error)

    def _expect(self, work: Coroutine[Any, Any, None]) -> None:
        """Let `work` be done beside everything else; closing ends it."""
        task = asyncio.create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


def _headers(settings: Layer) -> dict[str, str]:
    """Return headers as they are sent: all of them are text."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in settings.items()}
