"""What people do to see what is sent: the inspector, and requests that they wrote themselves."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from chat_tui.engine.refused import OverBudgetError, RefusedError
from chat_tui.screens.moving import MovingScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chat_tui.attachments.values import Staged
    from chat_tui.conversation.values import Message
    from chat_tui.engine.chat import Chat
    from chat_tui.screens.inspector import Edited, Left


class InspectingScreen(MovingScreen):
    """A screen whose conversation's requests can be looked at."""

    _left: Left | None = None
    """What the inspector left."""

    async def action_inspect(self) -> None:
        """Show the next request while one is written; else that of the reply at the cursor, or of the last one."""
        from chat_tui.screens.inspector import InspectorScreen, Left

        self._left = left = self._left or Left()
        draft = "" if self.composer.text.startswith("/") else self.composer.text
        files = [file.part for file in self._library.drafts.files(self.chat.id)]
        reply = self._inspected_reply(draft or " " * bool(files))
        # Awaited, so that what is typed at once already meets the inspector.
        await self.app.push_screen(
            InspectorScreen(self.chat, self._session, draft, reply, left=left, send=self._send_edited, files=files)
        )

    def take_echo(self) -> bool:
        """Return whether the request that is about to be made is to be echoed; the one after it isn't."""
        echo = self._left is not None and self._left.echo
        if self._left is not None:
            self._left.echo = False
        return echo

    def keep_echo(self, echo: bool) -> None:
        """Note that a request which was to be echoed wasn't made yet."""
        if self._left is not None:
            self._left.echo = echo

    def _inspected_reply(self, draft: str) -> Message | None:
        """Return the reply to begin with; None for the next request."""
        path = self.chat.path
        if draft and self.composer.has_focus:
            return None
        current = self.transcript.current_message if self.transcript.has_focus else None
        place = next((place for place, message in enumerate(path) if message.id == current), len(path) - 1)
        after = (message for message in path[max(place, 0) :] if message.role == "assistant")
        return next(after, None)

    @abstractmethod
    def forget_attached(self, chat: Chat, files: Sequence[Staged]) -> None:
        """Take note that files of the draft were sent."""

    async def _send_edited(self, edited: Edited, *, over_budget: bool = False) -> str:
        """Send a request that a person wrote; return why that can't be, or nothing."""
        from chat_tui.engine.prompts import next_prompt

        session, chat = await self._session(), self.chat
        files = self._library.drafts.files(chat.id)
        if edited.reply is None:
            prompt = next_prompt(chat, self.composer.text, [file.part for file in files])
        else:
            prompt = chat.tree.path(edited.reply.parent)[-1]
        try:
            turn = await session.send_edited(chat, prompt, edited.body, over_budget=over_budget)
        except OverBudgetError as error:
            from chat_tui.screens.budget_question import BudgetQuestion

            answer = await self.app.push_screen_wait(BudgetQuestion(error, "; it stays written"))
            if answer is None or not self.raise_budget(chat, error, answer):
                return "Nothing was sent."
            return await self._send_edited(edited, over_budget=answer == "send")
        except (RefusedError, OSError) as error:
            return str(error)
        if edited.reply is None:
            self.composer.put("")
            self.forget_attached(chat, files)
        self._sync(chat.path)
        self.transcript.action_scroll_end()
        self._watch(turn)
        return ""
