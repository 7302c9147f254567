"""What the conversation that is shown costs: its receipts, the sums in the status line, the cost screen."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from typing import TYPE_CHECKING

from textual import work

from chat_tui.cost.tokens import estimate_tokens
from chat_tui.screens.tuning import TuningScreen
from chat_tui.widgets.receipt import spent_pieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from chat_tui.conversation.values import Message, Receipt
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.refused import OverBudgetError
    from chat_tui.screens.budget_question import Answer
    from chat_tui.widgets.progress import LivePrice


class AccountingScreen(TuningScreen):
    """A screen that shows what its conversation costs."""

    async def action_show_costs(self) -> None:
        """Open the cost screen."""
        from chat_tui.screens.costs import CostScreen

        # Awaited, so that a key which is typed at once already meets it.
        caps = self._engine.budgets.caps(self.chat) if self._engine is not None else ()
        await self.app.push_screen(CostScreen(self._session, caps))

    async def action_show_receipt(self) -> None:
        """Show all of the receipt of the reply at the cursor, else of the last one."""
        from chat_tui.screens.receipt import ReceiptScreen

        reply = self._reply_at_cursor()
        if reply is None:
            self.app.notify("There is no reply yet that has a receipt.", markup=False, timeout=4)
        else:
            await self.app.push_screen(ReceiptScreen(self.chat, reply, self._session))

    def action_show_budget(self) -> None:
        """Say where one stands."""
        self.command_show_budget("")

    @work(group="command")
    async def command_show_budget(self, argument: str) -> None:
        """Set a cap, and say where one stands."""
        session = await self._session()
        from chat_tui.config.problems import ConfigError
        from chat_tui.engine.budget_commands import run_budget
        from chat_tui.engine.chat_settings import ChatSettings

        try:
            told = await run_budget(ChatSettings(self.chat, self._library), session, argument)
        except ConfigError as error:
            self.post_message(self.Refused(f"/budget {argument}", str(error)))
        except OSError as error:
            self.warn(f"This could not be saved: {error.strerror}.")
        else:
            self.app.notify(told, markup=False, timeout=12)
            self.post_message(self.Changed())

    def ask_about_budget(self, chat: Chat, error: OverBudgetError, send: Callable[[bool], object], kept: str) -> None:
        """Ask whether a request goes out although it could pass a budget.

        Args:
            chat: The conversation.
            error: What could be passed.
            send: Sends it; told whether that is to be whatever the budgets say.
            kept: What becomes of it when it isn't sent, as the end of a sentence.
        """
        from chat_tui.screens.budget_question import BudgetQuestion

        def decide(answer: Answer | None) -> None:
            if answer is not None and self.raise_budget(chat, error, answer):
                send(answer == "send")

        self.app.push_screen(BudgetQuestion(error, kept), decide)

    def raise_budget(self, chat: Chat, error: OverBudgetError, answer: Answer) -> bool:
        """Raise the caps when that was the answer; return whether the request may go."""
        if answer == "raise":
            from chat_tui.engine.budget_commands import raise_caps
            from chat_tui.engine.chat_settings import ChatSettings

            try:
                raise_caps(ChatSettings(chat, self._library), error.over)
            except OSError as fault:
                self.warn(f"This could not be saved: {fault.strerror}.")
                return False
        return True

    def _reply_at_cursor(self) -> Message | None:
        """Return the reply that the reader is at or, when that is a prompt, the one that follows."""
        path = self.chat.path or self.chat.tail()
        ids = [message.id for message in path]
        current = self.transcript.current_message
        if self.transcript.has_focus and current in ids:
            path = path[ids.index(current) : ids.index(current) + 2]
        replies = [one for one in path if one.role == "assistant" and one.status != "streaming"]
        if self.transcript.has_focus and replies:
            return replies[0]
        return replies[-1] if replies else None

    def spent(self) -> list[str]:
        """Return what the status line tells of money, the most asked for first."""
        spending = self._engine.spending if self._engine is not None else None
        return spent_pieces(self.chat.tree, *(spending.lately if spending is not None else ()))

    @work(group="settling")
    async def watch_settling(self) -> None:
        """Show what becomes known of replies later."""
        session = await self._session()
        async for settled in session.settling.watch():
            if settled.conversation == self.chat.id:
                self.show_settled(settled.reply)

    @work(group="spending")
    async def watch_spending(self) -> None:
        """Show what was spent today, whenever that changes."""
        session = await self._session()
        if session.spending is not None:
            async for _ in session.spending.watch():
                self.show_spent()

    @abstractmethod
    def show_settled(self, reply: Message) -> None:
        """Show a receipt that says more than before."""

    @abstractmethod
    def show_spent(self) -> None:
        """Show another sum."""

    def live_price(self, prompt: str, served: Receipt | None = None) -> LivePrice | None:
        """Return what a reply to `prompt` costs while it streams, as far as that is known.

        Args:
            prompt: What was sent.
            served: Says who serves, once that is known: prices are then theirs, else the catalogue's.
        """
        from chat_tui.conversation.values import requested_is_served
        from chat_tui.widgets.progress import LivePrice

        if self._engine is None:
            return None
        # What was said before is what the last receipt counted.
        said = next((one.receipt.usage for one in reversed(self.chat.path) if one.receipt), None)
        before = (said.prompt_tokens or 0) + (said.completion_tokens or 0) if said else 0
        tokens = before + estimate_tokens(prompt)
        provider, serving = (served.provider, served.model or "") if served is not None else (None, "")
        models = [self.chat.model, *(self.chat.settings.get("models") or ())]
        model = next((one for one in models if serving and requested_is_served(one, serving)), models[0])
        rates = self._engine.estimating.rates(model, provider, tokens)
        if rates is None or rates.completion is None:
            return None
        return LivePrice(tokens * (rates.prompt or Decimal(0)) + (rates.request or Decimal(0)), rates.completion)
