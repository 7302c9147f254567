"""Budgets while the engine runs: the one gate that each request passes, and what is told of caps that are passed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from chat_tui.conversation.values import Message
from chat_tui.cost.budgets import (
    OF_ALL,
    PERIODS,
    Cap,
    Period,
    caps_of,
    could_pass,
    passed,
    passed_sentence,
    passing_sentence,
    written,
)
from chat_tui.cost.sums import Spent, spent
from chat_tui.engine.refused import OverBudgetError, RefusedError
from chat_tui.engine.spending import Spending

if TYPE_CHECKING:
    from chat_tui.cost.estimate import CostRange, Estimate
    from chat_tui.engine.asking import Asking
    from chat_tui.engine.chat import Chat

_LOOK_AGAIN_SECONDS = 60.0
"""Between two looks at what other processes spent, after requests."""
_OLD_SECONDS = 3.0
"""After which that is looked at before a request."""
_log = logging.getLogger(__name__)


class Standing(NamedTuple):
    """What the gate goes by for one request."""

    caps: list[Cap]
    sums: Mapping[Period, Spent]
    """What was spent, by period."""
    cost: CostRange | None = None
    """What the request may cost."""

    @property
    def high(self) -> Decimal | None:
        """USD that the request is expected to cost at most; None: not known."""
        if self.cost is None or (self.cost.is_open and not self.cost.high):
            return None
        return self.cost.high


class Budgets:
    """Asks before a hard cap is passed, and tells once of each soft one that is.

    Args:
        spending: What was spent in all chats; None: nobody keeps that.
        estimate: Returns what a request may cost, and may wait for some seconds for that.
        patience: Seconds that a request waits for what was spent to be counted, where that wasn't done yet, and for
            what it may cost; then it is compared with what is known.
    """

    def __init__(
        self,
        spending: Spending | None,
        estimate: Callable[[Asking, float], Awaitable[Estimate]],
        patience: float = 0.3,
    ) -> None:
        self.tell: Callable[[str], None] = lambda _: None
        """Called with a sentence when a cap is passed."""
        self.patience = patience
        self._spending = spending
        self._estimate = estimate
        self._open: dict[str, Decimal] = {}
        """By the ids of replies that aren't counted yet: USD that they may cost, or did."""
        self._ended: set[str] = set()
        """Those of them that have ended; they stay as long as what was spent can't be read."""
        self._live: dict[str, list[Cap]] = {}
        """By the ids of replies that stream: the caps that they may pass."""
        self._begun: set[str] = set()
        """The ids of replies of this run; of others that become known now only the sums over all chats are told."""
        self._told: set[tuple[object, ...]] = set()
        self._looked = monotonic()
        self._counting: asyncio.Task[None] | None = None

    @staticmethod
    def caps(chat: Chat) -> list[Cap]:
        """Return the caps that hold for `chat`: its own, and those over all chats, which no chat can lift."""
        of_all = chat.defaults.get("budget") or {}
        own = chat.settings.get("budget") or {}
        return [cap for cap in caps_of(own) if cap.period not in OF_ALL] + [
            cap for cap in caps_of(of_all) if cap.period in OF_ALL
        ]

    async def standing(self, chat: Chat) -> dict[Period, Spent]:
        """Return what was spent in `chat`, today and this month, whether there are caps or not."""
        return await self.sums(chat, [Cap(period, Decimal(0), asks=True) for period in PERIODS])

    # Before a request

    async def look(self, chat: Chat, asking: Asking) -> Standing:
        """Find out what the gate goes by; nothing where no caps are set."""
        caps = self.caps(chat)
        if not caps:
            return Standing([], {})
        cost = None
        if any(cap.asks for cap in caps):
            try:
                async with asyncio.timeout(self.patience * 2):
                    cost = (await self._estimate(asking, self.patience)).cost
            except (TimeoutError, RefusedError, OSError) as error:
                _log.info("A request goes without an estimate: %r", error)
        # The last wait before the gate: a reply that ended during another one would be in no sum.
        sums = await self.sums(chat, caps)
        self._tell_passed(chat, caps, sums)
        standing = Standing(caps, sums, cost)
        if standing.high is None and any(cap.asks for cap in caps):
            self._say(
                "What this model's replies cost isn't known before they come, so your budget is compared with what was "
                "spent alone.",
                "unknown",
                chat.model,
            )
        return standing

    @contextmanager
    def admitted(self, reply: str, standing: Standing, *, over_budget: bool) -> Iterator[None]:
        """Let a request go, and count what `reply` may cost from now on, unless something else keeps it back.

        Args:
            reply: The id of its reply.
            standing: What `look` found; what was let go since counts too.
            over_budget: Whether somebody decided to send it whatever the budgets say.

        Raises:
            OverBudgetError: when it could pass a hard cap.
        """
        over = could_pass(standing.caps, self._with_open(standing.sums), standing.high)
        if over and not over_budget:
            raise OverBudgetError(over, standing.cost)
        self._begun.add(reply)
        if standing.caps:
            self._open[reply] = standing.high or Decimal(0)
            self._live[reply] = [cap for cap in standing.caps if cap.period == "reply"]
        try:
            yield
        except BaseException:
            self._open.pop(reply, None)
            self._live.pop(reply, None)
            raise

    async def is_beyond(self, chat: Chat) -> bool:
        """Tell whether a hard cap over more than a reply is used up: nothing is asked beside the replies then."""
        caps = [cap for cap in self.caps(chat) if cap.asks]
        return bool(caps) and bool(could_pass(caps, self._with_open(await self.sums(chat, caps)), None))

    async def sums(self, chat: Chat, caps: list[Cap]) -> dict[Period, Spent]:
        """Return what counts for `caps`, by period."""
        periods = {cap.period for cap in caps}
        found: dict[Period, Spent] = {}
        if "chat" in periods:
            found["chat"] = await asyncio.to_thread(spent, tuple(chat.tree))
        if periods & {*OF_ALL}:
            found["day"], found["month"] = await self._lately()
            if self._spending is not None and self._spending.is_current:
                for reply in self._ended:
                    self._open.pop(reply, None)
                self._ended.clear()
        return found

    def _with_open(self, sums: Mapping[Period, Spent]) -> dict[Period, Spent]:
        """Return sums with what replies that aren't counted yet may cost."""
        running = Spent(sum(self._open.values(), Decimal(0)))
        return {period: one + running if period in OF_ALL else one for period, one in sums.items()}

    async def _lately(self) -> tuple[Spent, Spent]:
        """Return what was spent today and this month, as far as that is counted; it doesn't wait long."""
        spending = self._spending
        if spending is None:
            return Spent(), Spent()
        is_old = monotonic() > self._looked + _OLD_SECONDS
        if is_old or not spending.is_ready:
            self._looked = monotonic()
            if self._counting is None or self._counting.done():
                self._counting = asyncio.create_task(spending.hurry(self.patience))
            await asyncio.wait([self._counting], timeout=self.patience * 2)
            if not spending.is_ready:
                self._say(
                    f"What was spent isn't all counted yet, so your budget was compared with {_least(spending)} for "
                    "today.",
                    "uncounted",
                )
        return spending.lately

    # After a request

    async def conclude(self, chat: Chat, reply: Message) -> None:
        """Take note of what a reply came to that has ended, and tell of the caps that it passed."""
        caps = self.caps(chat)
        self._open.pop(reply.id, None)
        self._live.pop(reply.id, None)
        if self._spending is None:
            await self.review(chat, reply)
            return
        if reply.id in self._begun and any(cap.period in OF_ALL for cap in caps):
            self._open[reply.id] = spent([reply]).cost  # it isn't in the sums before they are made anew
            self._ended.add(reply.id)
        self._spending.note(chat.folder.path)
        await self._spending.counted()
        await self.review(chat, reply)
        if any(cap.period in OF_ALL for cap in caps) and monotonic() > self._looked + _LOOK_AGAIN_SECONDS:
            self._looked = monotonic()
            await self._spending.refresh()

    async def review(self, chat: Chat, reply: Message) -> None:
        """Tell of the caps that are passed now that more is known of what a reply cost."""
        is_ours = reply.id in self._begun
        caps = [cap for cap in self.caps(chat) if is_ours or cap.period in OF_ALL]
        if not caps:
            return
        sums = await self.sums(chat, caps)
        sums["reply"] = spent([reply])
        self._tell_passed(chat, caps, sums, reply.id)

    def note_live(self, reply: str, cost: Decimal | None) -> None:
        """Tell when a reply that streams has passed a cap, by the estimate; it isn't stopped: that would lose words.

        Args:
            reply: The reply's id.
            cost: USD, about; None: not known.
        """
        for cap in self._live.get(reply, ()):
            if cost is not None and cost > cap.amount:
                self._say(passing_sentence(cap, cost), cap, reply)

    def _tell_passed(self, chat: Chat, caps: list[Cap], sums: Mapping[Period, Spent], reply: str = "") -> None:
        day = self._spending.today().isoformat() if self._spending is not None else ""
        keys: dict[Period, str] = {"reply": reply, "chat": chat.id, "day": day, "month": day[:7]}
        for cap, came_to in passed(caps, sums):
            # Past a hard cap over more than a reply there is a question before each request.
            if not cap.asks or cap.period == "reply":
                self._say(passed_sentence(cap, came_to), cap, keys[cap.period])

    def _say(self, sentence: str, *what: object) -> None:
        """Tell `sentence` unless that was done."""
        if what not in self._told:
            self._told.add(what)
            self.tell(sentence)


def _least(spending: Spending) -> str:
    return written(spending.lately.today._replace(pending=1))
