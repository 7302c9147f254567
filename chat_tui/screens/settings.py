"""The settings of this chat: one form, searched by typing, with who says what and what will be sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import TextArea

from chat_tui.config.commands import choices_of
from chat_tui.config.layers import Held
from chat_tui.config.problems import ConfigError
from chat_tui.config.schema import Setting, is_of_application
from chat_tui.engine.known_names import doubt, known_names, learn_names
from chat_tui.models.entry import ModelEntry
from chat_tui.models.listing import Listing
from chat_tui.models.support import support
from chat_tui.models.variants import split_id
from chat_tui.openrouter.forms import Sent
from chat_tui.screens import setting_keys
from chat_tui.screens.changing import ChangingScreen
from chat_tui.screens.letters import Key
from chat_tui.screens.searched_pane import MUTED, WARNING
from chat_tui.screens.setting_search import (
    ROWS,
    find,
    headings,
    hits,
)
from chat_tui.screens.setting_shown import OWN, is_of_all, request_content, setting_facts, setting_row
from chat_tui.screens.typed_value import Typing
from chat_tui.text import one_line
from chat_tui.widgets.row_list import Piece, RowList

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

_NO_VALUES: Mapping[str, Any] = {}


class SettingsPane(ChangingScreen):
    """Shows and changes settings; each change holds, and is kept, at once.

    Args:
        chat: The conversation whose settings they are.
        library: Where the defaults and the presets are.
        session: Brings the engine as soon as it runs.
        engine: The engine, when it runs already.
    """

    PLACEHOLDER = "Search: shorter  cheaper  temp  effort  zdr  web"
    CHANGES, VIEWS = setting_keys.CHANGES, setting_keys.VIEWS
    MORE_KEYS = "Enter change · ← → choices"
    WHILE_TYPING = ChangingScreen.WHILE_TYPING | {"make_default"}
    BINDINGS: ClassVar[list[BindingType]] = [*setting_keys.bindings()]

    def __init__(
        self,
        chat: Chat,
        library: Library,
        session: Callable[[], Awaitable[Session]],
        engine: Session | None = None,
    ) -> None:
        super().__init__(chat, library, session, engine)
        self._listed: Sequence[Setting] = ()
        self._typing: Typing | None = None
        self._typed: Mapping[str, Any] = _NO_VALUES
        """What is typed, by the name of its setting, while it could be kept."""
        self._fault = ""
        self._entry: ModelEntry | None = None
        self._listing = Listing()
        self._only_changed = False
        self._sent: Sent | None = None

    def on_mount(self) -> None:
        """Find out what this chat's model supports."""
        if self.engine is not None:
            self._take(self.engine.catalogue.listing)
        self._learn()

    def _learn(self) -> None:
        self.run_worker(self._learn_model(), group="model", exclusive=True)

    async def _learn_model(self) -> None:
        """Find out what this chat's model supports, as far as the catalogue knows, and what it learns meanwhile."""
        if self.engine is None:
            self.engine, self._sent = await self.session(), None
        session = self.engine
        session.providers.prepare()
        await session.catalogue.open()
        session.catalogue.refresh_behind()
        async for listing in session.catalogue.watch():
            if listing.index is not self._listing.index:
                self._take(listing)
                self.show()

    def _take(self, listing: Listing) -> None:
        """Take note of what the catalogue says of this chat's model."""
        self._listing = listing
        model, by_id = self.chat.model, listing.index.by_id
        self._entry = by_id.get(model) or by_id.get(split_id(model).listed)

    # What is shown

    def find(self, text: str) -> tuple[int, Sequence[tuple[int, str]]]:
        """Find the settings that fit `text`."""
        found = find(text) if text.strip() else list(ROWS)
        if self._only_changed:
            found = [setting for setting in found if self._held(setting).origin not in (None, "built-in")]
        self._listed = found
        return len(found), [] if text.strip() else headings(found)

    def show(self) -> None:
        """Show what holds now, everywhere."""
        if not self.has_place:
            return
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

    def row(self, place: int, width: int) -> Sequence[Piece]:
        """Return the setting at `place` with its value, and the layer that it is from."""
        setting = self._listed[place]
        remark = "not with this model" if self._unsupported(setting) else "unknown name" * bool(self._doubt(setting))
        row = setting_row(setting, self._held(setting), self.chat_layers, remark)
        if not row.value and self.settings.is_on_all_the_same(setting.name):
            row = replace(row, value="on, by what else is set of it")
        return list(row.pieces(width, hits(self.searched or "", row.label)))

    def _unsupported(self, setting: Setting) -> str:
        """Return why this chat's model has no use for it, as the end of a sentence; empty when it has, or may have."""
        return support(setting, self._entry, self._held(setting).value).reason

    def _doubt(self, setting: Setting) -> str:
        """Return which of its names nobody knows, as a sentence; empty when all are known, or nobody can tell."""
        return doubt(setting.name, self._held(setting).value, self.engine) if self.engine else ""

    def _show_note(self) -> None:
        """Say what is wrong with what is typed, what may be typed, or what was done."""
        is_part = bool(self.searched) or self._only_changed
        count = f"{len(self._listed)} of {len(ROWS)}" if is_part else f"{len(ROWS)} settings"
        self.note.show(self._told(), "" if self._typing else count)

    def _told(self) -> Content:
        if (typing := self._typing) is not None:
            fitting = typing.fitting(self.editor.text)
            if self._fault and not fitting:
                return Content.styled(one_line(self._fault), WARNING)
            keys = "Enter keeps it" + (" for all chats" if is_of_all(typing.setting) else "")
            lines = " · Ctrl+J new line" if self.editor.takes_lines else ""
            if fitting:
                first, *others = fitting
                rest = f"  {'  '.join(others)}   {keys}"
                return Content.assemble(("Tab ", MUTED), (first, "$primary"), (rest, MUTED))
            return Content.styled(f"{typing.setting.range} · {keys}{lines} · Esc leaves it", MUTED)
        return Content.styled(one_line(self.said) or f"for this chat, with {one_line(self.chat.model)}", MUTED)

    def _show_details(self) -> None:
        setting = self._highlighted
        if not self.details.display:
            return
        if setting is None:
            self.details.show(lambda _: Content.styled("Nothing matches.", MUTED))
            return
        held = self.settings.held(setting.name)
        said = self.chat_layers.said(setting.name)
        if is_of_all(setting) and held.origin:
            said = [(held.origin, held.value)]
        why = self._unsupported(setting)
        warning = self._fault or (f"{self.chat.model} {why}." if why else self._doubt(setting))
        self.details.show(setting_facts(setting, held, said, self.chat_layers, warning).content)

    def _show_json(self) -> None:
        """Show the settings as the next request will hold them, with what is typed in place of what holds."""
        if not self.json.display:
            return
        typed = {name: value for name, value in self._typed.items() if not is_of_application(name)}
        sent = self.settings.request(typed, self.server)
        if sent != self._sent:
            self._sent = sent
            headers = self.engine.shown_headers(sent.body) if self.engine is not None else {}
            self.json.show(lambda width: request_content(sent, headers, width))

    def lit(self, key: Key) -> bool:
        """Tell whether what a key shows is shown."""
        return super().lit(key) or (key.action == "toggle_changed" and self._only_changed)

    # Moving

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let keys be what is typed where they can't be meant for the list."""
        if self._typing is not None and action == "move":
            return bool(self._typing.choices or self._typing.names) and parameters[0] in (1, -1)
        if self._typing is None and action in ("switch", "cycle") and self.search.has_focus and self.search.value:
            return False
        return super().check_action(action, parameters)

    def take_typed(self) -> None:
        """Take what is searched for, and the value that is typed."""
        super().take_typed()
        self._take_value()

    def action_move(self, rows: int) -> None:
        """Go through the choices while one is typed; else move the highlight."""
        if self._typing is None:
            super().action_move(rows)
        else:
            self.editor.area.put(self._typing.with_next(self.editor.text, rows))

    def moved(self) -> None:
        """Tell of another setting."""
        self.said = ""
        super().moved()

    # Typing a value

    def action_enter(self) -> None:
        """Keep what is typed; else type the highlighted setting's value, or switch it."""
        if self._typing is not None:
            self._keep(self._typing.setting)
        elif (setting := self._highlighted) is not None:
            if bool in setting.kinds:
                self.action_switch()
            elif setting.name == "model":
                self._choose_model()
            elif setting.name == "local_preset":
                self.action_presets()
            else:
                self._edit(setting)

    @on(RowList.Chosen)
    def _choose_clicked(self) -> None:
        if self._typing is not None:
            self.end_typing()
        self.action_enter()

    def _edit(self, setting: Setting) -> None:
        names = known_names(setting.name, self.library, self.engine)
        self._typing = typing = Typing(setting, self._choices(setting), names)
        self.said = ""
        self.begin_typing(
            setting.title,
            typing.shown(self._held(setting).value),
            takes_lines=typing.may_have_lines,
            selected=not typing.is_free,
        )
        self._take_value()
        if not names:
            self.run_worker(self._learn_names(typing), group="names", exclusive=True)

    async def _learn_names(self, typing: Typing) -> None:
        """Complete names that aren't known yet as soon as they are."""
        if await learn_names(typing.setting.name, await self.session()) and self._typing is typing:
            names = known_names(typing.setting.name, self.library, self.engine)
            self._typing = replace(typing, names=names)
            self.show()

    def end_typing(self) -> None:
        """Leave what is typed."""
        self._typing, self._typed, self._fault = None, _NO_VALUES, ""
        super().end_typing()

    @on(TextArea.Changed)
    def _take_value(self) -> None:
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
        self.end_typing()
        if not typed:
            self.reset_value(setting)
        elif typed[setting.name] != self._held(setting).value:
            self.set_value(setting, typed[setting.name])

    def _choices(self, setting: Setting) -> Sequence[str]:
        return sorted(self.app.available_themes) if setting.name == "theme" else choices_of(setting)

    def action_accept(self) -> None:
        """Take the first choice; without one, go on to the list, to what is told, and back."""
        if (typing := self._typing) is None:
            self.focus_next()
        elif fitting := typing.fitting(text := self.editor.text):
            self.editor.area.put(typing.with_choice(text, fitting[0]))

    # Changing

    def action_switch(self) -> None:
        """Switch on or off, or take the next choice."""
        setting = self._highlighted
        if setting is not None and bool in setting.kinds:
            self.set_value(setting, not self._held(setting).value)
        elif setting is not None and self._choices(setting) and list not in setting.kinds:
            self.action_step(1)
        else:
            self.action_enter()

    def action_cycle(self, step: int) -> None:
        """Go through the choices, with keys that in a text go through its letters."""
        self.action_step(step)

    def action_step(self, step: int) -> None:
        """Go through the choices, what lies below this chat among them."""
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

    def action_reset(self) -> None:
        """Take back what this chat says of the highlighted setting."""
        if (setting := self._highlighted) is not None:
            self.reset_value(setting)

    def action_unset(self) -> None:
        """Don't send the highlighted setting, whatever the layers below say."""
        if (setting := self._highlighted) is not None and not is_of_all(setting):
            self.set_value(setting, None)

    def action_make_default(self) -> None:
        """Make what is typed, or what holds, the default of all chats; take the default back when it is that."""
        setting = self._typing.setting if self._typing else self._highlighted
        if setting is None or self._fault:
            return
        value = self._held(setting).value
        is_default = dict(self.chat_layers.said(setting.name)).get("config.toml") == value
        wanted = None if is_default and self._typing is None else value
        if self._typing is not None:
            self.end_typing()
        self.set_default(setting, wanted)

    # Views, and the panes of others

    def action_toggle_changed(self) -> None:
        """List only what somebody has set, or everything."""
        self._only_changed = not self._only_changed
        self.show_views()
        self.list()

    def action_presets(self) -> None:
        """Show the presets."""
        self._open_presets(saving=False)

    def action_save_preset(self) -> None:
        """Keep the settings of this chat as a preset."""
        self._open_presets(saving=True)

    def _open_presets(self, *, saving: bool) -> None:
        from chat_tui.screens.presets import PresetPane

        pane = PresetPane(self.chat, self.library, self.session, self.engine, saving=saving)
        self.app.push_screen(pane, lambda _: self.changed())

    def _choose_model(self) -> None:
        from chat_tui.screens.models import ModelPicker

        self.app.push_screen(ModelPicker(self.chat, self.library, self.session, self.engine), self._use_model)

    def _use_model(self, model: str | None) -> None:
        if model:
            self.do(lambda: self.settings.change("model", model), f"This chat uses {model} now.")
            self._take(self._listing)
            self.show()
        else:
            self.changed()  # the picker may have kept other things
