"""The chat: a conversation, the composer under it, a row above and a row below."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message as Event
from textual.widgets import Static, TextArea

from chat_tui.conversation.events import Failed, Finished, Reasoning, Started, Tagged, Text, ToolCall
from chat_tui.cost import estimate_tokens
from chat_tui.engine.refused import RefusedError
from chat_tui.models.routing import Choices
from chat_tui.screens.actions import BY_SLASH, FAVOURITES, Action, bindings
from chat_tui.screens.choosing import ChoosingScreen
from chat_tui.text import one_line
from chat_tui.transcript.reader import Reader
from chat_tui.widgets.bar import Bar
from chat_tui.widgets.completions import Completion, Completions
from chat_tui.widgets.composer import Composer
from chat_tui.widgets.find import FindBar
from chat_tui.widgets.progress import Progress
from chat_tui.widgets.receipt import receipt_line, spent_line
from chat_tui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from chat_tui.conversation.values import Message
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session
    from chat_tui.engine.turn import Turn

FRAME_SECONDS = 1 / 30
TICK_SECONDS = 0.25


class ChatScreen(ChoosingScreen):
    """A view of one conversation at a time; everything in it is also on disk or in the engine.

    Args:
        chat: The conversation to show first.
        library: Where new ones come from.
        session: Brings the engine as soon as it runs.
    """

    class Ready(Event):
        """The composer takes keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(),
        Binding("escape", "back", "Back", show=False, id="chat.back", tooltip="Close, clear, stop or change the focus"),
        Binding(
            "tab", "accept", "Accept", show=False, id="chat.accept", tooltip="Take the completion or change the focus"
        ),
        Binding(
            "shift+tab", "change_focus", "Other pane", show=False, id="chat.other_pane", tooltip="Change the focus"
        ),
        Binding("ctrl+z", "suspend", "Suspend", show=False, id="chat.suspend", tooltip="Back to the shell; fg returns"),
    ]
    header = getters.query_one("#header", Bar)
    welcome = getters.query_one(Welcome)
    completions = getters.query_one(Completions)
    composer = getters.query_one(Composer)
    hint = getters.query_one("#hint", Bar)
    status = getters.query_one("#status", Bar)

    def __init__(self, chat: Chat, library: Library, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__(chat, library, session)
        self._shown: list[str] = []
        self._left_out: tuple[str, ...] = ()
        self._progress = Progress()
        self._mouse_released = False

    def compose(self) -> ComposeResult:
        """Lay out the chat."""
        yield Bar(id="header")
        yield Static(id="top-rule")
        yield Reader(footer=receipt_line, id="transcript")
        yield Welcome()
        yield FindBar()
        yield Static(id="bottom-rule")
        yield Completions(id="completions")
        yield Composer(id="composer")
        yield Bar(id="hint")
        yield Bar(id="status")

    def on_mount(self) -> None:
        """Show the end of the conversation at once; the rest follows when the engine runs."""
        self._ticking = self.set_interval(TICK_SECONDS, self._show_status, pause=True)
        self._sync(self.chat.tail())
        self._show_all()
        self.set_focus(self.composer)
        self.post_message(self.Ready())

    # What is shown

    def enter(self, chat: Chat) -> None:
        """Show another conversation; what streams in the one before goes on without a watcher."""
        self.workers.cancel_group(self, "watch")
        self.chat, self._progress = chat, Progress()
        self._ticking.pause()
        self.close_find()
        self._sync(chat.path or chat.tail())
        self._show_all()
        self.composer.focus()
        self.load()

    @work(group="load", exclusive=True)
    async def load(self) -> None:
        """Read the whole conversation behind the tail that is shown, and watch the reply that streams in it."""
        chat = self.chat
        self._engine = session = await self._session()
        try:
            await session.open(chat)
        except OSError as error:
            self.warn(f"This conversation can't be read: {error.strerror}: {error.filename}.")
            return
        for problem in chat.problems:
            self.warn(problem)
        chat.problems.clear()
        if (turn := session.turn(chat)) is not None:
            self._watch(turn)
        else:
            self._sync(chat.path)
        self._show_all()
        if settled := await session.settle_model(chat):
            self.warn(settled)
            self._show_all()

    def _sync(self, path: Sequence[Message]) -> None:
        """Make the transcript show `path`; where both agree, nothing moves."""
        ids = [message.id for message in path]
        start = ids.index(self._shown[0]) if self._shown and self._shown[0] in ids else None
        if start is None:
            self.transcript.show(path)
        else:
            self.transcript.prepend(path[:start])
            agreeing = _agreeing(self._shown, ids[start:])
            for gone in self._shown[agreeing:]:
                self.transcript.discard(gone)
            for message in path[start + agreeing :]:
                self.transcript.add(message)
        self._shown = ids
        self.welcome.display = not ids
        self.transcript.display = bool(ids)
        self.composer.remember([message.text for message in path if message.role == "user"])

    @on(ChoosingScreen.Changed)
    def _show_all(self) -> None:
        settings = self.chat.settings
        system = "system prompt" if settings.get("system") else ""
        others = len(settings.get("models") or ())
        fallbacks = f"{others} fallback{'s' * (others != 1)}" if others else ""
        rules = Choices.of(settings.get("provider") or {}).summary()
        self.header.show(self.chat.title, self.chat.model, fallbacks, rules, system)
        self._show_hint()
        self._show_status()

    def _show_status(self) -> None:
        mouse = "F6 takes the mouse back" if self._mouse_released else ""
        self.status.show(self._progress.line(), mouse, spent_line(self.chat.tree), "Ctrl+O model", "F1 help")

    def _show_hint(self) -> None:
        text = self.composer.text
        tokens = estimate_tokens(text)
        self.hint.show(f"≈ {tokens} token{'s' * (tokens != 1)}" if text else "/ commands · Ctrl+J new line")

    # Sending and watching

    @on(Composer.Submitted)
    def _submit(self, event: Composer.Submitted) -> None:
        text = event.text
        first_word, argument = [*text[1:].split(maxsplit=1), "", ""][:2]
        if not text.startswith("/") or text[1:2].isspace() or "/" in first_word:
            self._send(text)  # a prompt, perhaps one that begins with a path
            return
        if not argument and (chosen := self.completions.chosen) is not None:
            first_word = chosen
        if first_word in FAVOURITES and not argument:
            self.action_use_favourite(first_word)
            return
        action = BY_SLASH.get(first_word)
        if action is None:
            self._refuse(text, f"There is no command /{one_line(first_word, 30)}. Type / alone to see them all.")
        elif argument and not action.argument:
            self._refuse(text, f"/{action.slash} takes nothing after it. To send the text, begin it with a space.")
        else:
            self._run_command(action, argument.strip())

    def _run_command(self, action: Action, argument: str) -> None:
        if argument:
            command: Callable[[str], None] = getattr(self, f"command_{action.name}")
            command(argument)
        else:
            self.run_worker(self.run_action(action.name), group="command")

    def _refuse(self, text: str, sentence: str) -> None:
        """Say why `text` wasn't taken and give it back, above what was typed meanwhile."""
        self.warn(sentence)
        newer = self.composer.text
        self.composer.put(f"{text}\n{newer}" if newer else text)

    async def sent(self) -> None:
        """Return when every prompt that was given to be sent is on disk, or was refused."""
        for worker in [worker for worker in self.workers if worker.group == "send"]:
            await worker.wait()

    @work(group="send")
    async def _send(self, text: str) -> None:
        await self._start(self.chat, text)

    async def _start(self, chat: Chat, text: str | None) -> None:
        """Send `text`, or ask again for None; when that can't be, say why and give the text back."""
        session = await self._session()
        try:
            turn = await (session.regenerate(chat) if text is None else session.send(chat, text))
        except (RefusedError, OSError) as error:
            self._refuse(text or "", str(error))
            return
        if chat is self.chat:
            self.transcript.action_scroll_end()
            self._watch(turn)

    @work(group="watch", exclusive=True)
    async def _watch(self, turn: Turn) -> None:
        """Show a turn as it goes, at most thirty times a second; leaving loses nothing."""
        self._ticking.resume()
        async for batch in turn.watch():
            self._take(batch, turn)
            await asyncio.sleep(FRAME_SECONDS)
        self._ticking.pause()
        self._show_all()

    def _take(self, batch: Sequence[Tagged], turn: Turn) -> None:
        """Show what a batch of events adds; neighbouring pieces of text go in together."""
        reply = turn.reply.id
        if isinstance(batch[0].event, Started):
            self._sync(self.chat.path)
            self._show_all()
        reasoning = "".join(tagged.event.text for tagged in batch if isinstance(tagged.event, Reasoning))
        text = "".join(tagged.event.text for tagged in batch if isinstance(tagged.event, Text))
        if reasoning:
            self.transcript.append_reasoning(reply, reasoning)
        if text:
            self.transcript.append_text(reply, text)
        events = [tagged.event for tagged in batch]
        if calls := [(call.index, call.name, call.arguments) for call in events if isinstance(call, ToolCall)]:
            self.transcript.append_calls(reply, calls)
        for tagged in batch:
            self._progress.take(tagged.event)
            match tagged.event:
                case Started(left_out=names) if names and names != self._left_out:
                    self._left_out = names
                    self.warn(f"Not sent, for this server has no place for it: {', '.join(names)}.")
                case Failed(failure) if reply not in self._shown:
                    self.app.notify(one_line(failure.sentence), severity="error", markup=False, timeout=10)
                case Finished(final):
                    self.transcript.replace(final)
                    if final.status == "failed" and final.is_empty and not self.composer.text:
                        # To be sent again with Enter, or replaced by what is typed: it is in the journal.
                        self.composer.put(turn.prompt.text)
                        self.composer.select_all()
                case _:
                    pass

    # Completion of commands

    @on(TextArea.Changed, "#composer")
    def _complete(self) -> None:
        text = self.composer.text
        found: list[Completion] = []
        if text.startswith("/") and not any(character.isspace() for character in text):
            typed = text[1:].lower()
            named = [(name, a) for name, a in BY_SLASH.items() if name.startswith(typed)]
            found = [Completion(name, a.argument, a.help) for name, a in named if name == a.slash or typed]
        self.completions.offer(found)
        self.composer.completing = bool(found)
        self._show_hint()

    @on(Composer.CompletionMoved)
    def _move_completion(self, event: Composer.CompletionMoved) -> None:
        self.completions.move(event.rows)

    def action_accept(self) -> None:
        """Take the highlighted command into the composer; without one, Tab goes between the panes."""
        if (chosen := self.completions.chosen) is not None:
            self.composer.put(f"/{chosen} ")
        else:
            self.action_change_focus()

    # Actions, by the names in the table

    def on_key(self, event: events.Key) -> None:
        """Take letters that mean nothing to the conversation as the beginning of a prompt."""
        free = event.is_printable and event.key not in self.active_bindings
        if free and self.transcript.has_focus and event.character:
            event.stop()
            self.composer.focus()
            self.composer.insert(event.character)

    def action_back(self) -> None:
        """Close completions, clear the selection, stop the reply, or change the focus: the first that applies."""
        if self.completions.chosen is not None:
            self.completions.offer([])
            self.composer.completing = False
        elif self.find_bar.display:
            self.close_find()
        elif self.get_selected_text():
            self.clear_selection()
        elif self._progress.running:
            self.action_stop()
        else:
            self.action_change_focus()

    def action_change_focus(self) -> None:
        """Go from the composer to the conversation, or back."""
        if (self.composer.has_focus or self.find_bar.text.has_focus) and self.transcript.display:
            self.transcript.focus()
        else:
            self.composer.focus()

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

    def show_mouse(self, *, released: bool) -> None:
        """Say in the status line whose the mouse is."""
        self._mouse_released = released
        self._show_status()

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
        if self._shown:
            left, fresh = self.chat, self._library.begin()
            self.enter(fresh)
            (await self._session()).leave(left)

    def action_choose_theme(self) -> None:
        """Open the list of themes."""
        self.app.search_themes()

    def command_choose_theme(self, name: str) -> None:
        """Switch to a theme."""
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


def _agreeing(shown: Sequence[str], wanted: Sequence[str]) -> int:
    """Return how many ids two lists share from their beginning."""
    return next(
        (place for place, (a, b) in enumerate(zip(shown, wanted, strict=False)) if a != b), min(len(shown), len(wanted))
    )
