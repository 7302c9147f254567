"""One turn: a prompt is sent, a reply streams in, and every word of both reaches the disk."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

from chat_tui.conversation.events import Event, Failed, Finished, Kept, Leaving, Noted, Retrying, Started, Tagged
from chat_tui.conversation.partial import PartialWriter
from chat_tui.conversation.values import Attempt, Failure, Message, Receipt, Status
from chat_tui.engine.asking import Asking
from chat_tui.engine.chat import Chat
from chat_tui.engine.keeping import keep_files
from chat_tui.engine.recordings import Recordings
from chat_tui.engine.remembering import keep_asked
from chat_tui.engine.retry import DEFAULT_RETRIES, Retries
from chat_tui.openrouter.client import Client
from chat_tui.openrouter.errors import OpenRouterError
from chat_tui.reply.arriving import Reply, failure_of
from chat_tui.reply.proof import Verdict

FLUSH_SECONDS = 0.08
"""Between two writes of what arrived: with the write itself it stays under the promised 100 ms."""

LONG_REQUEST = 2_000_000
"""Bytes of a request that takes a while to leave."""

_log = logging.getLogger(__name__)


class Turn:
    """A turn that runs as a task of its own; screens and commands watch it, come and go.

    Its log holds every event so far and a watcher is a place in that log: attaching late gives all of it, and a slow or
    vanished watcher holds up nothing.

    Args:
        chat: The conversation; its files are written only here while the turn runs.
        client: Where the request goes.
        prompt: The user's message, perhaps not yet on disk.
        reply: The empty reply, its status `streaming`.
        asking: The request.
        retries: Whether and when a request that failed before its first word is made again.
        recordings: Where what goes over the wire is kept for a while.
        judge: Says of a reply's receipt whether it was served as the request asked.
        mind_saving: Called after each write, when `chat.saving` may have a fault to tell.
    """

    def __init__(
        self,
        chat: Chat,
        client: Client,
        prompt: Message,
        reply: Message,
        asking: Asking,
        *,
        retries: Retries = DEFAULT_RETRIES,
        recordings: Recordings | None = None,
        judge: Callable[[Receipt], Coroutine[Any, Any, Verdict]] | None = None,
        mind_saving: Callable[[], None] = lambda: None,
    ) -> None:
        self.chat = chat
        self.prompt = prompt
        self.reply = reply
        """The reply as the journal has it: empty until the turn has ended."""
        self._client = client
        self._asking = asking
        self._retries = retries
        self._recordings = recordings or Recordings()
        self._judge = judge
        self._mind_saving = mind_saving
        self._verdict = Verdict()
        self._arriving = Reply(reply)
        self._attempts: list[Attempt] = []
        self._log: list[Tagged] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._unwritten: list[Event] = []
        self._left = 0
        self._arrived = asyncio.Event()
        self._stopped_as: Status | None = None
        self._receiving: asyncio.Task[None] | None = None
        self._judging: asyncio.Task[Verdict] | None = None
        self._task = asyncio.create_task(self._run(), name=f"turn {reply.id}")

    @property
    def running(self) -> bool:
        """Whether the reply may still change."""
        return not self._task.done()

    def stop(self, status: Status = "cancelled") -> None:
        """End the reply now; what has arrived is kept. `status` says whether the user or a quit did it."""
        self._stopped_as = self._stopped_as or status
        for task in (self._receiving, self._judging):
            if task is not None:
                task.cancel()

    async def wait(self) -> Message:
        """Return the final reply when it is on disk."""
        await asyncio.shield(self._task)
        return self.reply

    async def watch(self) -> AsyncIterator[Sequence[Tagged]]:
        """Yield the events so far, then those that arrive, as many at a time as have gathered; end with the turn."""
        position = 0
        while True:
            if position < len(self._log):
                batch = self._log[position:]
                position += len(batch)
                yield batch
                if isinstance(batch[-1].event, Finished):
                    return
            else:
                waiter = asyncio.get_running_loop().create_future()
                self._waiting.append(waiter)
                await waiter

    async def _run(self) -> None:
        partial = await asyncio.to_thread(self._begin)
        self._mind_saving()
        self._publish(Started(self._asking.body, self.reply, self._asking.left_out))
        receiving = self._receiving = asyncio.create_task(self._receive())
        receiving.add_done_callback(lambda _: self._arrived.set())
        if self._stopped_as:
            receiving.cancel()
        keeping = asyncio.create_task(self._keep(partial, receiving))
        status, failure, generation = await self._outcome(receiving)
        await keeping
        self._verdict = await self._judged(status)
        if failure:
            self._publish(Failed(failure))
        # A thread can't be cancelled: once begun, the last write is made, whatever happens to this task.
        final = await asyncio.to_thread(self._conclude, partial, status, failure, generation)
        self._mind_saving()
        self._finish(final)

    def _begin(self) -> PartialWriter:
        self.reply = replace(self.reply, asked=keep_asked(self.chat.saving, self._asking.asked))
        self._arriving = Reply(self.reply)
        self.chat.place_reply(self.prompt, self.reply)
        return self.chat.saving.start_partial(self.reply)

    async def _receive(self) -> None:
        """Receive the reply; a request that fails before its first word is made again, as the rule allows."""
        while True:
            self._arriving = Reply(self.reply)
            try:
                await self._exchange(self._arriving)
                return
            except OpenRouterError as error:
                wait = self._retries.wait(error, len(self._attempts))
                if wait is None or self._arriving.said_something:
                    raise
                self._give_up_attempt(error, wait)
            await asyncio.sleep(wait)

    async def _exchange(self, reply: Reply) -> None:
        """Make the request once and take its reply."""
        manner = self._asking.manner
        ask = self._client.stream_text if manner.raw else self._client.stream
        recording = self._recordings.begin(self.reply.id)
        recording.on_leaving = self._note_leaving
        async with ask(self._asking.body, self._asking.headers, whole=not manner.stream, recording=recording) as stream:
            self._take(reply.begin(stream.generation, is_whole=not manner.stream))
            async for chunk in stream:
                self._take(reply.feed(chunk))

    def _note_leaving(self, done: int, total: int) -> None:
        """Tell how much of a long request has left, by hundredths."""
        if total >= LONG_REQUEST and (done == total or done * 100 // total != self._left):
            self._left = done * 100 // total
            self._publish(Leaving(done, total))

    def _give_up_attempt(self, error: OpenRouterError, wait: float) -> None:
        """Note a request that failed, with what it cost, for the receipt of the turn."""
        failed = self._arriving.message("failed", generation=error.generation).receipt or Receipt()
        attempt = Attempt(
            error.sentence, error.code, failed.provider, failed.generation, failed.cost, waited_ms=round(wait * 1000)
        )
        self._attempts.append(attempt)
        self._arriving = Reply(self.reply)  # a stop may come before the next request: nothing of this one is its own
        self._take([Retrying(attempt, len(self._attempts), self._retries.most, wait)])

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            self._publish(event)
            if isinstance(event, Noted) and event.kind == "debug":
                self._recordings.note(self.reply.id, event.data)
        self._unwritten += events
        self._arrived.set()

    async def _outcome(self, receiving: asyncio.Task[None]) -> tuple[Status, Failure | None, str | None]:
        """Wait for the end; return how the reply ended, why, and the generation id where only the error has it."""
        await asyncio.wait([receiving])
        if receiving.cancelled():
            return self._stopped_as or "interrupted", None, None
        error = receiving.exception()
        if error is None:
            return "complete", None, None
        if isinstance(error, OpenRouterError):
            self._arriving.fail(error)
            return "failed", failure_of(error), error.generation
        _log.error("A reply could not be read", exc_info=error)
        failure = Failure("chat-tui could not read the rest of this reply; the log says more. Please report it.")
        return "failed", failure, None

    async def _judged(self, status: Status) -> Verdict:
        """Return what is to be said of how the reply was served; a stop, or a fault in judging, costs only that."""
        if self._judge is None or status == "interrupted":
            return Verdict()
        judging = self._judging = asyncio.create_task(self._judge(self._arriving.receipt))
        await asyncio.wait([judging])
        if judging.cancelled():
            return Verdict()
        if (fault := judging.exception()) is not None:
            _log.error("Who served a reply could not be judged", exc_info=fault)
            return Verdict()
        return judging.result()

    async def _keep(self, partial: PartialWriter, receiving: asyncio.Task[None]) -> None:
        """Write what arrives to the partial file, at most `FLUSH_SECONDS` after it came, to the last word."""
        kept = 0
        while not receiving.done() or self._unwritten:
            await self._arrived.wait()
            if not receiving.done():
                self._arrived.clear()
            events, self._unwritten = self._unwritten, []
            try:
                await asyncio.to_thread(partial.append, events)
                self.chat.saving.note(None)
            except OSError as error:  # what wasn't written is tried again with what comes next
                self.chat.saving.note(error)
            for part in partial.parts[kept:]:
                self._publish(Kept(part))
            kept = len(partial.parts)
            self._mind_saving()
            await asyncio.wait([receiving], timeout=FLUSH_SECONDS)

    def _conclude(
        self, partial: PartialWriter, status: Status, failure: Failure | None, generation: str | None
    ) -> Message:
        """Write the final message; the partial file goes when that is on disk, and stays while the disk refuses."""
        partial.close()
        parts, annotations = keep_files(self.chat.saving, self._arriving, self._asking.body)
        final = self._arriving.message(status, parts, annotations=annotations, generation=generation, failure=failure)
        final = self._with_routing(final)
        self.chat.put(final)
        return final

    def _with_routing(self, message: Message) -> Message:
        verdict = self._verdict
        receipt = replace(
            message.receipt or Receipt(),
            attempts=tuple(self._attempts),
            violation=verdict.violation,
            fallback=verdict.fallback,
        )
        return replace(message, receipt=receipt)

    def _publish(self, event: Event) -> None:
        self._log.append(Tagged(self.chat.id, self.reply.id, 0, event, time.monotonic()))
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    def _finish(self, final: Message) -> None:
        self.reply = final
        self._publish(Finished(final))
