"""The settings of this chat: one form, searched by typing, with who says what and what will be sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from chat_tui.config.commands import choices_of
from chat_tui.config.layers import Held
from chat_tui.config.problems import ConfigError
from chat_tui.config.schema import APPLICATION_ONLY, Setting
from chat_tui.config.server import Server
from chat_tui.models.entry import ModelEntry
from chat_tui.models.support import support
from chat_tui.screens import setting_keys
from chat_tui.screens.changing import ChangingScreen
from chat_tui.screens.letters import hint
from chat_tui.screens.setting_search import (
    ROWS,
    find,
    headings,
    hits,
)
from chat_tui.screens.setting_shown import OWN, is_of_all, setting_facts, setting_row
from chat_tui.screens.typed_value import Typing
from chat_tui.text import one_line
from chat_tui.widgets.json_lines import json_content
from chat_tui.widgets.note import Note
from chat_tui.widgets.row_list import Piece, RowList
from chat_tui.widgets.scrolled_text import ScrolledText
from chat_tui.widgets.search_line import SearchLine
from chat_tui.widgets.value_editor import ValueEditor

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

WIDE, WIDER, TALL = 120, 160, 30
"""Cells from which on the pane is beside the chat, has two columns, and shows the JSON without being asked."""
_MUTED, _WARNING = "$foreground-muted", "$text-warning"
_NO_VALUES: Mapping[str, Any] = {}


class SettingsPane(ChangingScreen):
    """Shows and changes settings; each change holds, and is kept, at once.

    Args:
        chat: The conversation whose settings they are.
        library: Where the defaults and the presets are.
        session: Brings the engine as soon as it runs.
    """

    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*setting_keys.bindings()]
    pane = getters.query_one("#pane", Vertical)
    search = getters.query_one(SearchLine)
    editor = getters.query_one(ValueEditor)
    note = getters.query_one(Note)
    rows = getters.query_one("#rows", RowList)
    about = getters.query_one("#about", Horizontal)
    details = getters.query_one("#details", ScrolledText)
    json = getters.query_one("#json", ScrolledText)
    views = getters.query_one("#views", Static)

    def __init__(self, chat: Chat, library: Library, session: Callable[[], Awaitable[Session]]) -> None:
        super().__init__(chat, library, session)
        self._listed: Sequence[Setting] = ()
        self._searched: str | None = None
        self._typing: Typing | None = None
        self._typed: Mapping[str, Any] = _NO_VALUES
        """What is typed, by the name of its setting, while it could be kept."""
        self._fault = ""
        self._entry: ModelEntry | None = None
        self._server: Server | None = None
        self._only_changed = False
        self._wants_details: bool | None = None
        self._wants_json: bool | None = None
        self._sent: Mapping[str, Any] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        with Vertical(id="pane"):
            yield SearchLine(placeholder="Search: temp  effort  sort  zdr  web", passes=" ", id="search")
            yield ValueEditor(id="edit")
            yield Note(id="note")
            with Vertical(id="found"):
                yield RowList(self._row, id="rows")
                with Horizontal(id="about"):
                    yield ScrolledText(id="details")
                    yield ScrolledText(id="json")
            changes = hint("Alt+", setting_keys.CHANGES)
            more = "   Enter change · Space on/off · ← → choices"
            yield Static(Content.assemble(changes, (more, _MUTED)), id="changes", markup=False)
            yield Static(id="views", markup=False)

    def on_mount(self) -> None:
        """Show everything at once; what the model supports comes behind."""
        self._fit()
        self._list()
        self.run_worker(self._learn_model(), group="model", exclusive=True)

    async def _learn_model(self) -> None:
        """Find out what this chat's model supports, as far as the catalogue on the disk knows."""
        session = await self.session()
        self._server = session.server
        await session.catalogue.open()
        self._entry = session.catalogue.listing.index.by_id.get(self.chat.model)
        self.show()

    # What is shown

    @on(Input.Changed)
    def _list(self) -> None:
        """List the settings that fit the search."""
        text = self._searched = self.search.value
        found = find(text) if text.strip() else list(ROWS)
        if self._only_changed:
            found = [setting for setting in found if self._held(setting).origin not in (None, "built-in")]
        self._listed = found
        self.rows.show(len(found), 0, [] if text.strip() else headings(found))
        self.show()

    def show(self) -> None:
        """Show what holds now, everywhere."""
        super().show()
        self.rows.refresh()
        self._show_note()
        self._show_details()
        self._show_json()

    @property
    def _highlighted(self) -> Setting | None:
        return self._listed[self.rows.place] if self._listed else None

    def _held(self, setting: Setting) -> Held:
        if setting.name in self._typed:
            return Held(self._typed[setting.name], "conversation")
        return self.chat_layers.held(setting.name) if not is_of_all(setting) else self.settings.held(setting.name)

    def _row(self, place: int, width: int) -> Sequence[Piece]:
        setting = self._listed[place]
        row = setting_row(setting, self._held(setting), self.chat_layers, self._unsupported(setting))
        return list(row.pieces(width, hits(self._searched or "", row.label)))

    def _unsupported(self, setting: Setting) -> str:
        """Return why this chat's model has no use for it, as the end of a sentence; empty when it has, or may have."""
        return support(setting, self._entry, self._held(setting).value).reason

    def _show_note(self) -> None:
        """Say what is wrong with what is typed, what may be typed, or what was done."""
        count = (
            f"{len(self._listed)} of {len(ROWS)}" if self._searched or self._only_changed else f"{len(ROWS)} settings"
        )
        self.note.show(self._told(), "" if self._typing else count)

    def _told(self) -> Content:
        if (typing := self._typing) is not None:
            fitting = typing.fitting(self.editor.text)
            if self._fault and not fitting:
                return Content.styled(one_line(self._fault), _WARNING)
            keys = "Enter keeps it" + (" for all chats" if is_of_all(typing.setting) else "")
            lines = " · Ctrl+J new line" if self.editor.takes_lines else ""
            if fitting:
                first, *others = fitting
                rest = f"  {'  '.join(others)}   {keys}"
                return Content.assemble(("Tab ", _MUTED), (first, "$primary"), (rest, _MUTED))
            return Content.styled(f"{typing.setting.range} · {keys}{lines} · Esc leaves it", _MUTED)
        return Content.styled(one_line(self.said) or f"for this chat, with {one_line(self.chat.model)}", _MUTED)

    def _show_details(self) -> None:
        setting = self._highlighted
        if not self.details.display:
            return
        if setting is None:
            self.details.show(lambda _: Content.styled("Nothing matches.", _MUTED))
            return
        held = self.settings.held(setting.name)
        said = (
            [(held.origin, held.value)] if is_of_all(setting) and held.origin else self.chat_layers.said(setting.name)
        )
        why = self._unsupported(setting)
        warning = self._fault or (f"{self.chat.model} {why}." if why else "")
        self.details.show(setting_facts(setting, held, said, self.chat_layers, warning).content)

    def _show_json(self) -> None:
        """Show the settings as the next request will hold them, with what is typed in place of what holds."""
        if not self.json.display:
            return
        typed = {name: value for name, value in self._typed.items() if name.partition(".")[0] not in APPLICATION_ONLY}
        sent = self.settings.request(typed, self._server).body
        if sent != self._sent:
            self._sent = sent
            self.json.show(lambda _: json_content(sent))

    def on_resize(self) -> None:
        """Fit the panes to the new size."""
        self._fit()

    def _fit(self) -> None:
        """Lay out for the size that there is; what a setting does, and the JSON, show where there is room."""
        width, height = self.app.size
        self.pane.set_class(width >= WIDE, "-wide")
        self.pane.set_class(width >= WIDER, "-wider")
        has_room = width >= WIDE and height >= TALL
        wants_json = has_room if self._wants_json is None else self._wants_json
        wants_details = has_room or not wants_json if self._wants_details is None else self._wants_details
        self.details.display, self.json.display = wants_details, wants_json
        self.json.set_class(wants_details, "-beside")
        self.about.display = wants_details or wants_json
        shown = {"toggle_changed": self._only_changed, "toggle_details": wants_details, "toggle_json": wants_json}
        self.views.update(hint("Alt+", setting_keys.VIEWS, lambda key: shown.get(key.action, False)), layout=False)
        self._sent = None
        self._show_details()
        self._show_json()

    # Moving

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let keys be what is typed where they can't be meant for the list."""
        if self._typing is not None:
            is_choice = action == "move" and bool(self._typing.choices) and parameters[0] in (1, -1)
            return is_choice or (
                action in setting_keys.WHILE_TYPING and (action != "newline" or self.editor.takes_lines)
            )
        if action in ("switch", "cycle"):
            return not self.search.has_focus or not self.search.value
        return action != "newline"

    def on_key(self, event: events.Key) -> None:
        """Take what is typed before the search has the focus."""
        if event.is_printable and event.character and self.focused is None:
            event.stop()
            self.search.insert_text_at_cursor(event.character)

    async def _caught_up(self) -> None:
        """Wait until what was typed before this key is where it belongs; a fast typist is ahead of the screen."""
        if (widget := self.focused) is not None:
            caught_up = asyncio.Event()
            if widget.call_later(caught_up.set):
                await caught_up.wait()
        if self._typing is not None:
            self._take_typed()
        elif self.search.value != self._searched:
            self._list()

    async def action_move(self, rows: int) -> None:
        """Move the highlight, or go through the choices while one is typed, or scroll what has the focus."""
        await self._caught_up()
        if (typing := self._typing) is not None:
            self.editor.area.put(typing.with_next(self.editor.text, rows))
        elif (focused := self.focused) in (self.details, self.json) and focused is not None:
            focused.scroll_relative(y=rows, animate=False, immediate=True)
        elif count := self.rows.count:
            place = self.rows.place + rows
            self.rows.highlight(place % count if abs(rows) == 1 else place)
            self.said = ""
            self.show()

    async def action_page(self, pages: int) -> None:
        """Move by a screen."""
        pane = next((text for text in (self.details, self.json) if text.has_focus), self.rows)
        await self.action_move(pages * max(pane.size.height - 2, 2))

    def action_search(self) -> None:
        """Go back to the search."""
        self.search.focus()

    async def action_close(self) -> None:
        """Leave the value as it was; without one, close the pane."""
        if self._typing is not None:
            self._end_editing()
        else:
            self.dismiss(None)

    def action_help(self) -> None:
        """Show all keys."""
        from chat_tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())

    # Typing a value

    async def action_enter(self) -> None:
        """Keep what is typed; else type the highlighted setting's value, or switch it."""
        await self._caught_up()
        if self._typing is not None:
            self._keep(self._typing.setting)
        elif (setting := self._highlighted) is not None:
            if bool in setting.kinds:
                await self.action_switch()
            elif setting.name == "model":
                self._choose_model()
            else:
                self._edit(setting)

    @on(RowList.Chosen)
    async def _choose_clicked(self) -> None:
        if self._typing is not None:
            self._end_editing()
        await self.action_enter()

    def _edit(self, setting: Setting) -> None:
        typing = Typing(setting, self._choices(setting))
        self._typing, self.said = typing, ""
        self.editor.open(
            setting.title,
            typing.shown(self._held(setting).value),
            takes_lines=typing.may_have_lines,
            selected=not typing.is_free,
        )
        self.search.display = False
        self._take_typed()

    def _end_editing(self) -> None:
        self._typing, self._typed, self._fault = None, _NO_VALUES, ""
        self.editor.close()
        self.search.display = True
        self.search.focus()
        self.show()

    @on(TextArea.Changed)
    def _take_typed(self) -> None:
        """Read what is typed, say at once what is wrong with it, and show what it would do."""
        if (typing := self._typing) is None:
            return
        self._typed, self._fault = _NO_VALUES, ""
        if text := self.editor.text.strip():
            try:
                self._typed = {typing.setting.name: typing.read(text)}
            except ConfigError as error:
                self._fault = str(error)
        self.show()

    def _keep(self, setting: Setting) -> None:
        """Set what is typed for this chat; nothing typed takes back what the chat says."""
        if self._fault:
            return
        typed = self._typed
        self._end_editing()
        if typed:
            self.set_value(setting, typed[setting.name])
        else:
            self.reset_value(setting)

    def _choices(self, setting: Setting) -> Sequence[str]:
        return sorted(self.app.available_themes) if setting.name == "theme" else choices_of(setting)

    async def action_accept(self) -> None:
        """Take the first choice; without one, go on to the list, to what is told, and back."""
        await self._caught_up()
        if (typing := self._typing) is None:
            self.focus_next()
        elif fitting := typing.fitting(text := self.editor.text):
            self.editor.area.put(typing.with_choice(text, fitting[0]))

    def action_newline(self) -> None:
        """Begin a new line in a text."""
        self.editor.area.action_newline()

    # Changing

    async def action_switch(self) -> None:
        """Switch on or off, or take the next choice."""
        await self._caught_up()
        setting = self._highlighted
        if setting is not None and bool in setting.kinds:
            self.set_value(setting, not self._held(setting).value)
            self.show()
        elif setting is not None and self._choices(setting) and list not in setting.kinds:
            await self.action_step(1)
        else:
            await self.action_enter()

    async def action_cycle(self, step: int) -> None:
        """Go through the choices, what lies below this chat among them."""
        await self.action_step(step)

    async def action_step(self, step: int) -> None:
        """Go through the choices, what lies below this chat among them."""
        await self._caught_up()
        setting = self._highlighted
        if setting is None or list in setting.kinds or dict in setting.kinds:
            return
        values = [True, False] if bool in setting.kinds else list(self._choices(setting))
        if not values:
            return
        held = self._held(setting)
        is_here = held.origin in OWN or (is_of_all(setting) and held.origin == "config.toml")
        place = values.index(held.value) + 1 if is_here and held.value in values else 0
        place = (place + step) % (len(values) + 1)
        if place:
            self.set_value(setting, values[place - 1])
        else:
            self.reset_value(setting)
        self.show()

    def action_reset(self) -> None:
        """Take back what this chat says of the highlighted setting."""
        if (setting := self._highlighted) is not None:
            self.reset_value(setting)

    def action_unset(self) -> None:
        """Don't send the highlighted setting, whatever the layers below say."""
        if (setting := self._highlighted) is not None and not is_of_all(setting):
            self.set_value(setting, None)

    async def action_make_default(self) -> None:
        """Make what is typed, or what holds, the default of all chats; take the default back when it is that."""
        await self._caught_up()
        setting = self._typing.setting if self._typing else self._highlighted
        if setting is None or self._fault:
            return
        value = self._held(setting).value
        is_default = dict(self.chat_layers.said(setting.name)).get("config.toml") == value
        wanted = None if is_default and self._typing is None else value
        if self._typing is not None:
            self._end_editing()
        self.set_default(setting, wanted)

    # Views, and the panes of others

    def action_toggle_changed(self) -> None:
        """List only what somebody has set, or everything."""
        self._only_changed = not self._only_changed
        self._fit()
        self._list()

    def action_toggle_details(self) -> None:
        """Show or hide what a setting does."""
        self._wants_details = not self.details.display
        self._fit()

    def action_toggle_json(self) -> None:
        """Show or hide the settings as they will be sent."""
        self._wants_json = not self.json.display
        self._fit()

    def _choose_model(self) -> None:
        from chat_tui.screens.models import ModelPicker

        self.app.push_screen(ModelPicker(self.chat, self.library, self.session), self._use_model)

    def _use_model(self, model: str | None) -> None:
        if model:
            self.do(lambda: self.settings.change("model", model), f"This chat uses {model} now.")
            self.run_worker(self._learn_model(), group="model", exclusive=True)
        else:
            self.show()
