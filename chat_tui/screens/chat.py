"""The chat: everything that people can make it do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from chat_tui.engine.refused import OverBudgetError, RefusedError
from chat_tui.screens.actions import BY_SLASH, FAVOURITES, Action, bindings
from chat_tui.screens.attaching import AttachingScreen, Sending
from chat_tui.screens.conversation import ConversationScreen
from chat_tui.text import one_line
from chat_tui.widgets.completions import Completion
from chat_tui.widgets.composer import Composer

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat


_OF_PATHS = ("/attach ", "/file ", "/import ")
"""Commands that take paths."""


class ChatScreen(AttachingScreen):
    """The conversation, and the composer in which it goes on.

    Args:
        chat: The conversation to show first.
        library: Where new ones come from.
        session: Brings the engine as soon as it runs.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(),
        Binding("escape", "back", "Back", show=False, id="chat.back", tooltip="Close, clear, stop or change the focus"),
        Binding(
            "tab", "accept", "Accept", show=False, id="chat.accept", tooltip="Take the completion or change the focus"
        ),
        Binding(
            "shift+tab", "change_focus_back", "Other pane", show=False, id="chat.other_pane", tooltip="Change the focus"
        ),
        Binding("ctrl+z", "suspend", "Suspend", show=False, id="chat.suspend", tooltip="Back to the shell; fg returns"),
    ]

    # Prompts and commands

    @on(Composer.Submitted)
    def _submit(self, event: Composer.Submitted) -> None:
        text = event.text
        first_word, argument = [*text[1:].split(maxsplit=1), "", ""][:2]
        if not text.startswith("/") or text[1:2].isspace() or "/" in first_word:
            self._send(text, event.path)  # a prompt, perhaps one that begins with a path
            return
        if (chosen := self.completions.chosen) is not None and (not argument or " " in chosen):
            first_word, argument = [*chosen.split(maxsplit=1), ""][:2]
        if first_word and first_word in FAVOURITES and not argument:
            self.action_use_favourite(first_word)
            return
        from chat_tui.config.commands import is_command, other_command

        action = BY_SLASH.get(first_word)
        if action is None and is_command(first_word):
            self.run_setting_command(text, first_word, argument.strip())
        elif action is None:
            self._refuse(text, f"There is no command /{one_line(first_word, 30)}. Type / alone to see them all.")
        elif argument and not action.argument:
            more = other_command(first_word) or "To send the text, begin it with a space."
            self._refuse(text, f"/{action.slash} takes nothing after it. {more}")
        else:
            self._run_command(action, argument.strip())

    def _run_command(self, action: Action, argument: str) -> None:
        if argument:
            command: Callable[[str], None] = getattr(self, f"command_{action.name}")
            command(argument)
        else:
            self.run_worker(self.run_action(action.name), group="command")

    @on(ConversationScreen.Refused)
    def _give_back(self, event: ConversationScreen.Refused) -> None:
        self._refuse(event.text, event.sentence)

    def _refuse(self, text: str, sentence: str) -> None:
        """Say why `text` wasn't taken and give it back."""
        self.warn(sentence)
        self.give_back(self.chat, text)

    async def sent(self) -> None:
        """Return when all that was typed is on disk: as a prompt, or refused and given back, or as a draft."""
        try:
            for worker in [worker for worker in self.workers if worker.group == "send"]:
                await worker.wait()
        finally:  # what waits too long is a draft again
            self._library.drafts.keep(self.chat.id, self.composer.text)
            await asyncio.to_thread(self._library.drafts.write)

    def _send(self, text: str, path: str | None) -> None:
        self._library.drafts.hold(self.chat.id, text)
        self._write_drafts_soon()
        self.run_worker(self._send_when_attached(self.chat, text, path, self.refusals), group="send")

    async def _send_when_attached(self, chat: Chat, text: str, path: str | None, refusals: int) -> None:
        await self._session()
        sending = await self.take_attached(chat, text, path, refusals)
        self._library.drafts.let_go(chat.id, text)
        self._write_drafts()
        if sending:
            await self._start(chat, sending)

    async def _start(self, chat: Chat, sending: Sending | None, *, over_budget: bool = False) -> None:
        """Send a prompt, or ask again for None; when that can't be, say why and give back what was to be sent."""
        session = await self._session()
        from chat_tui.engine.asking import Manner

        parts = [file.part for file in sending.files] if sending is not None else []
        if sending is not None and not over_budget and not await self.fits(chat, sending.text, parts):
            self.settle(chat, sending.files, sent=False)
            return
        manner = Manner(echo=self.take_echo())
        try:
            if sending is None:
                turn = await session.regenerate(chat, manner, over_budget=over_budget)
            else:
                turn = await session.send(chat, sending.text, manner, parts, over_budget=over_budget)
        except OverBudgetError as error:
            self.keep_echo(manner.echo)
            self._ask_first(chat, sending, error)
            return
        except (RefusedError, OSError) as error:
            self.warn(str(error))
            if sending is not None:
                self.give_back(chat, sending.text)
                self.settle(chat, sending.files, sent=False)
            return
        if chat is self.chat:
            self.transcript.action_scroll_end()
            self._watch(turn)
        else:
            session.leave(chat)  # the person went on before the reply began
        if sending is not None and sending.files:
            async for _ in turn.watch():
                break  # it begins when the prompt is on disk
            self.settle(chat, sending.files, sent=True)

    def send_again(self, chat: Chat, text: str, written: str) -> None:
        """Send what was put back, and leave what was `written` after it."""
        self.composer.put(written)
        files = self._library.drafts.files(chat.id)
        self.take_again(chat, files)
        self._send_again(chat, Sending(text, tuple(files)), over_budget=False)

    def _ask_first(self, chat: Chat, sending: Sending | None, error: OverBudgetError) -> None:
        """Ask whether to go past a budget; what was to be sent waits in the composer."""
        if chat is not self.chat:  # the person went on before it was clear what it may cost
            kept = ""
            if sending is not None:
                self.give_back(chat, sending.text)
                self.settle(chat, sending.files, sent=False)
                kept = "; the prompt stays written there"
            self.warn(f"{error} Nothing was sent in “{one_line(chat.title, 60)}”{kept}.")
            return
        newer = ""
        if sending is not None:
            newer = self.put_back(sending.text)
            self.settle(chat, sending.files, sent=False)

        def send(over_budget: bool) -> None:
            if sending is not None:
                self.composer.put(newer)
                self.take_again(chat, sending.files)
            self._send_again(chat, sending, over_budget)

        self.ask_about_budget(chat, error, send, "; it stays written" if sending is not None else "")

    @work(group="send")
    async def _send_again(self, chat: Chat, sending: Sending | None, over_budget: bool) -> None:
        await self._start(chat, sending, over_budget=over_budget)

    # Completion of commands

    @on(TextArea.Changed, "#composer")
    def _complete(self) -> None:
        if self.composer.path is not None or self.composer.text.startswith(_OF_PATHS):
            self._offer_paths_behind()
            self._show_hint()
            return
        text = self.composer.text
        found: list[Completion] = []
        is_free = False
        if text.startswith("/") and "\n" not in text:
            from chat_tui.config.commands import suggestions

            typed = text[1:].lower()
            named = [(name, a) for name, a in BY_SLASH.items() if name.startswith(typed)]
            found = [Completion(name, a.argument, a.help) for name, a in named if name == a.slash or typed]
            command, space, _ = typed.partition(" ")
            if not space or command not in BY_SLASH or self._names(command):
                offered = [one for one in suggestions(text[1:], self._names) if one.text not in BY_SLASH]
                found += [Completion(one.text, one.argument, one.help) for one in offered]
                is_free = any(one.is_free for one in offered)
        self._offer(found, highlight=not is_free)
        self._show_hint()

    def _names(self, setting: str) -> Sequence[str]:
        """Return what is known that a setting may hold; what isn't yet is asked for behind, and then offered."""
        from chat_tui.engine.known_names import known_names

        if setting == "theme":
            return sorted(self.app.available_themes)
        names = known_names(setting, self._library, self._engine)
        if not names and not any(worker.group == "names" for worker in self.workers):
            self._learn_names(setting)
        return names

    @work(group="names")
    async def _learn_names(self, setting: str) -> None:
        from chat_tui.engine.known_names import learn_names

        if await learn_names(setting, await self._session()):
            self._complete()

    @on(Composer.CompletionMoved)
    def _move_completion(self, event: Composer.CompletionMoved) -> None:
        self.completions.move(event.rows)

    async def action_accept(self) -> None:
        """Take the highlighted command into the composer, or the first; without any, Tab goes between the panes."""
        if self.composer.has_focus and self.composer.path:
            await self._offer_paths()  # what was typed last may not be answered yet
            self._take_path()
        elif (chosen := self.completions.first) is not None:
            self.composer.put(f"/{chosen}" + " " * (not chosen.endswith((".", "/"))))  # a name goes on after them
        else:
            self.action_change_focus()

    # Actions, by the names in the table

    def on_key(self, event: events.Key) -> None:
        """Take letters that mean nothing to the conversation as the beginning of a prompt."""
        free = event.is_printable and event.key not in self.active_bindings
        if free and (self.transcript.has_focus or self._is_at_chips) and event.character:
            event.stop()
            self.composer.focus()
            self.composer.insert(event.character)

    def action_back(self) -> None:
        """Close completions, clear the selection, stop the reply, or change the focus: the first that applies."""
        if self.completions.display:
            self._offer([])
            self.composer.end_path()
        elif self.chips is not None and self.chips.has_focus:
            self.composer.focus()
        elif self.find_bar.display:
            self.close_find()
        elif self.transcript.leave_link():
            pass
        elif self.get_selected_text():
            self.clear_selection()
        elif self._progress.running:
            self.action_stop()
        else:
            self.action_change_focus()

    def action_change_focus(self) -> None:
        """Go from the composer to the conversation, or back."""
        if not self.transcript.has_focus and not self._is_at_chips and self.transcript.display:
            self.transcript.focus()
        else:
            self.composer.focus()

    def action_change_focus_back(self) -> None:
        """Go from the composer up to what is attached, from there to the conversation, and from there back."""
        if self.composer.has_focus and self.has_chips:
            self.action_show_attachments()
        elif self._is_at_chips and self.transcript.display:
            self.transcript.focus()
        else:
            self.action_change_focus()

    @property
    def _is_at_chips(self) -> bool:
        return self.chips is not None and self.chips.has_focus

    @work(group="command")
    async def action_stop(self) -> None:
        """End the reply that streams here."""
        session = await self._session()
        if (turn := session.turn(self.chat)) is not None:
            turn.stop()

    def action_copy(self) -> None:
        """Copy the selection, else stop the reply, else say how to quit."""
        selected = self.composer.selected_text if self.composer.has_focus else ""
        if text := selected or self.get_selected_text():
            self.app.copy_to_clipboard(text)
        elif self._progress.running:
            self.action_stop()
        else:
            self.app.notify("Nothing is selected. Ctrl+Q quits.", markup=False, timeout=4)

    async def action_toggle_mouse(self) -> None:
        """Give the mouse to the terminal, or take it back."""
        await self.app.run_action("toggle_mouse")

    def action_suspend(self) -> None:
        """Go back to the shell until it continues the application."""
        self.app.action_suspend_process()

    @work(group="command")
    async def action_retry(self) -> None:
        """Ask for another reply to the last prompt."""
        await self._start(self.chat, None)

    @work(group="command")
    async def action_new_chat(self) -> None:
        """Show a new conversation; a reply that streams goes on."""
        if self._shown or self.composer.text or self.has_chips:
            await self.go_on_in(self._library.begin())

    def action_choose_theme(self) -> None:
        """Open the list of themes."""
        from textual.theme import ThemeProvider

        from chat_tui.screens.palette import Palette

        self.app.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    @work(group="command")
    async def command_choose_theme(self, name: str) -> None:
        """Switch to a theme."""
        if name not in self.app.available_themes:
            await self._session()  # the first paint waits for one theme only; before the engine runs, all are there
        if name in self.app.available_themes:
            self.app.theme = name
        else:
            self.app.notify(f"There is no theme {one_line(name, 30)}. /theme alone lists them.", markup=False)

    def action_show_help(self) -> None:
        """Show all keys and commands."""
        from chat_tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())

    def action_show_palette(self) -> None:
        """Open the command palette."""
        self.app.action_command_palette()

    async def action_quit(self) -> None:
        """Leave; what streams is kept."""
        await self.app.action_quit()
