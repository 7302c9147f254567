"""A server's catalogue: from the cache at once, refreshed behind, watched by whoever shows it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chat_tui.config.server import Server
from chat_tui.engine.catalogue_files import CatalogueFiles
from chat_tui.engine.entries import entry_of
from chat_tui.engine.refused import RefusedError
from chat_tui.models.entry import ModelEntry
from chat_tui.models.known import PROVIDER, PROVIDERS, ZDR, Answer
from chat_tui.models.listing import Listing
from chat_tui.models.search import Index
from chat_tui.openrouter.catalogue import ModelList
from chat_tui.openrouter.client import Client
from chat_tui.openrouter.errors import NotOffered, OpenRouterError
from chat_tui.openrouter.model_query import ModelQuery

FRESH_SECONDS = 300
"""How long a catalogue counts as new; OpenRouter's own caches keep it as long."""
ANSWER_SECONDS = 86_400
"""How long an answer about all models counts as new."""
AGAIN_SECONDS = 60
"""After how long a question that got no answer may be asked again."""


class Catalogue:
    """What a server offers; `listing` is what is known of it now.

    Args:
        client: Asks the server.
        server: Which one.
        cache: The folder of all caches; None keeps nothing.
        clock: Says what time it is, in UTC.
    """

    def __init__(
        self,
        client: Client,
        server: Server,
        cache: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.listing = Listing()
        self._client = client
        self._server = server
        self._files = CatalogueFiles(cache, server.origin, server.base_url)
        self._clock = clock
        self._opening: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._asked_here = False
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._writing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: list[asyncio.Future[None]] = []

    async def open(self) -> Listing:
        """Return the catalogue as the cache has it, read once; it may know nothing."""
        if self._opening is None:
            self._opening = self._start(self._read())
        await asyncio.shield(self._opening)
        return self.listing

    async def watch(self) -> AsyncIterator[Listing]:
        """Yield what is known now, then again whenever that changes; it doesn't end by itself."""
        shown = None
        while True:
            if self.listing is not shown:
                shown = self.listing
                yield shown
            else:
                waiter = asyncio.get_running_loop().create_future()
                self._waiting.append(waiter)
                await waiter

    async def refresh(self, *, older_than: float = 0) -> Listing:
        """Ask the server, unless what is known is newer than `older_than` seconds, and return what is known then.

        A failure is in the listing's `problem`; the models from before stay.
        """
        await self.open()
        if self._refreshing is None and (older_than <= 0 or self.listing.is_older_than(older_than, self._clock())):
            self._refreshing = self._start(self._fetch())
        if self._refreshing is not None:
            await asyncio.shield(self._refreshing)
        return self.listing

    def refresh_behind(self, *, older_than: float = FRESH_SECONDS) -> None:
        """Begin to refresh, and return; whoever watches sees what becomes of it."""
        self._start(self._refreshed(older_than))

    async def entries(self) -> Sequence[ModelEntry]:
        """Return the models; the server is asked once while this runs, and its earlier list serves when it fails.

        Raises:
            RefusedError: when nothing is known, with the reason.
        """
        listing = self.listing if self._asked_here else await self.refresh()
        if listing.fetched is None:
            raise RefusedError(listing.problem)
        return listing.index.entries

    def ask(self, questions: Iterable[str]) -> None:
        """See to it that `questions` about all models are answered; the answers come with the listing.

        Args:
            questions: As `Query.questions` has them.
        """
        for question in questions:
            if question not in self._asking and self._wants_answer(self.listing.answers.get(question)):
                if question not in self.listing.answers:
                    self._answered(question, Answer())
                self._asking[question] = self._start(self._answer(question))

    async def answered(self, questions: Iterable[str]) -> Listing:
        """Return what is known when `questions` are answered, or it is clear that they won't be."""
        asked = list(questions)
        await self.open()
        self.ask(asked)
        if running := [self._asking[question] for question in asked if question in self._asking]:
            await asyncio.wait(running)
        return self.listing

    async def close(self) -> None:
        """Stop what goes on."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self) -> None:
        read = await asyncio.to_thread(self._files.read_models)
        answers = await asyncio.to_thread(self._files.read_answers)
        if read is not None:
            index, fetched = read
            self._publish(index=index, fetched=fetched, answers={**answers, **self.listing.answers})

    async def _refreshed(self, older_than: float) -> None:
        await self.refresh(older_than=older_than)

    async def _fetch(self) -> None:
        self._publish(refreshing=True)
        try:
            listed = await self._client.models()
        except OpenRouterError as error:
            self._publish(problem=error.sentence)
        else:
            await self._take(listed)
        finally:
            self._refreshing = None
            self._publish(refreshing=False)

    async def _take(self, listed: ModelList) -> None:
        """Put a new list in the old one's place, unless it is empty and the old one wasn't."""
        self._asked_here = True
        fetched = self._clock()
        if not listed.data and self.listing.index.entries:
            self._publish(problem=f"{self._server.origin} lists no models at present.")
            return
        index = await asyncio.to_thread(_indexed, listed)
        self._publish(index=index, fetched=fetched, problem="", refreshing=False)
        await asyncio.to_thread(self._files.write_models, listed.text, fetched)

    def _wants_answer(self, answer: Answer | None) -> bool:
        if answer is None or answer.at is None:
            return True
        lasts = ANSWER_SECONDS if answer.progress == "told" else AGAIN_SECONDS
        return not 0 <= (self._clock() - answer.at).total_seconds() <= lasts

    async def _answer(self, question: str) -> None:
        try:
            answer = await self._told(question)
        except NotOffered:
            answer = Answer("untold", at=self._clock())
        except OpenRouterError as error:
            answer = Answer("untold", at=self._clock(), problem=error.sentence)
        finally:
            del self._asking[question]
        self._answered(question, answer)
        if answer.ids:
            async with self._writing:  # one that knows less must not come last
                await asyncio.to_thread(self._files.write_answers, self.listing.answers, self._clock())

    async def _told(self, question: str) -> Answer:
        """Return the server's answer; a provider is only asked about when the server knows one of that name.

        Raises:
            OpenRouterError: No answer.
        """
        if question == PROVIDERS:
            slugs = frozenset(provider.slug for provider in await self._client.providers() if provider.slug)
            return Answer("told" if slugs else "untold", slugs, self._clock())
        if question == ZDR:
            query = ModelQuery(zdr=True)
        else:
            self.ask([PROVIDERS])
            if PROVIDERS in self._asking:
                await asyncio.wait([self._asking[PROVIDERS]])
            providers, name = self.listing.answers[PROVIDERS], question.removeprefix(PROVIDER)
            if name not in providers.ids:
                return replace(providers, ids=frozenset(), at=self._clock())
            query = ModelQuery(providers=(name,))
        every = frozenset((await self.refresh(older_than=ANSWER_SECONDS)).index.by_id)
        named = frozenset(model.id for model in (await self._client.models(query)).data)
        # A server that doesn't know the question answers with everything it has.
        return Answer("untold", at=self._clock()) if every <= named else Answer("told", named, self._clock())

    def _answered(self, question: str, answer: Answer) -> None:
        self._publish(answers={**self.listing.answers, question: answer})

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _publish(self, **changes: Any) -> None:
        changed = replace(self.listing, **changes)
        if changed == self.listing:
            return
        self.listing = changed
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)


def _indexed(listed: ModelList) -> Index:
    return Index(map(entry_of, listed.data))
