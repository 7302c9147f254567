"""The presets, those in files and those of the OpenRouter account: what each would change, and Enter uses it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, get_args

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input

from chat_tui.config.names import flat
from chat_tui.config.presets import Preset
from chat_tui.engine.account_presets import AccountPreset
from chat_tui.engine.asking import preview
from chat_tui.engine.chat_settings import Way
from chat_tui.engine.refused import RefusedError
from chat_tui.screens import preset_keys
from chat_tui.screens.changing import ChangingScreen
from chat_tui.screens.few_words import few_words
from chat_tui.screens.searched_pane import MUTED, WARNING
from chat_tui.text import one_line, printable
from chat_tui.widgets.json_lines import json_difference
from chat_tui.widgets.row_list import Piece, RowList, fitted

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

_NAME_ROOM = 26
_DESCRIPTION = 600
_WAYS: Mapping[Way, str] = {
    "model": "as the model: @preset/{slug}",
    "field": "beside this chat's model: preset {slug}",
    "both": "as the ending of this chat's model: {model}@preset/{slug}",
}
_ASKED = {"save": "Save as", "account": "Save at OpenRouter as", "rename": "Rename to"}


class PresetPane(ChangingScreen):
    """Uses, compares, saves, renames and deletes presets.

    Args:
        chat: The conversation that uses them.
        library: Where those in files are.
        session: Brings the engine, which knows those of the account.
        engine: The engine, when it runs already.
        saving: Whether it begins with the name for a preset of this chat.
    """

    PLACEHOLDER = "Search your presets"
    CHANGES, VIEWS = preset_keys.CHANGES, preset_keys.VIEWS
    MORE_KEYS = "Enter uses it"
    BINDINGS: ClassVar[list[BindingType]] = [*preset_keys.bindings()]

    def __init__(
        self,
        chat: Chat,
        library: Library,
        session: Callable[[], Awaitable[Session]],
        engine: Session | None = None,
        *,
        saving: bool = False,
    ) -> None:
        super().__init__(chat, library, session, engine)
        self._saving = saving
        self._local: Sequence[Preset] = ()
        self._account: Mapping[str, AccountPreset] = {}
        self._account_told = "asking …"
        self._read: dict[str, AccountPreset | str] = {}
        """What each preset of the account sets, or why that isn't told, by its slug."""
        self._listed: Sequence[Preset | AccountPreset] = ()
        self._asked = ""
        """What a name is typed for: one of `_ASKED`."""
        self._sure_of = ""
        """What the same key does once more without asking again."""
        self._way: Way | None = None

    def on_mount(self) -> None:
        """Ask for the presets of the account behind those that are in files."""
        self._local = self.library.presets.all()
        self.run_worker(self._fetch(), group="list", exclusive=True)
        if self._saving:
            self.call_after_refresh(self.action_save)

    async def _fetch(self) -> None:
        self.engine = session = await self.session()
        try:
            presets = await session.account_presets.all()
        except RefusedError as error:
            self._account, self._account_told = {}, str(error)
        else:
            self._account = {preset.slug: preset for preset in presets}
            self._account_told = "" if presets else "There are none yet."
        self._list_again()

    async def _learn(self, slug: str) -> None:
        """Find out what a preset of the account sets."""
        try:
            self._read[slug] = await (await self.session()).account_presets.read(slug)
        except RefusedError as error:
            self._read[slug] = str(error)
        self.show()

    # What is shown

    def find(self, text: str) -> tuple[int, Sequence[tuple[int, str]]]:
        """Find the presets that have all words of `text` in their names or in what they set."""
        words = text.lower().split()
        local = [one for one in self._local if _has(words, one.name, *few_words(flat(one.settings)))]
        account = [one for one in self._account.values() if _has(words, one.slug, one.name, one.description)]
        self._listed = [*local, *account]
        told = f": {self._account_told}" if self._account_told else ""
        headings = [(0, "In your files")] if local else []
        return len(self._listed), [*headings, (len(local), f"Of your OpenRouter account{told}")]

    def row(self, place: int, width: int) -> Sequence[Piece]:
        """Return the name of a preset, and in a few words what it sets."""
        one = self._listed[place]
        is_used = self._is_used(one)
        told = "" if isinstance(one, AccountPreset) else "this file can't be used" if one.problems else "sets nothing"
        if isinstance(one, AccountPreset):
            name = f"@{one.slug}"
            told = one.description or one.name if one.status == "active" else f"{one.status} at OpenRouter"
        else:
            name = one.name
            told = " · ".join(few_words(flat(one.settings))) or told
        name_room = min(_NAME_ROOM, width // 2)
        left = max(width - 2 - name_room, 1)
        return [
            ("● " if is_used else "  ", "mark"),
            (fitted(name, name_room - 2) + "  ", "mark" if is_used else "plain"),
            (fitted(told, left), "dim"),
        ]

    def _is_used(self, one: Preset | AccountPreset) -> bool:
        values = self.chat_layers.values()
        if isinstance(one, Preset):
            return values.get("local_preset") == one.name
        return values.get("preset") == one.slug or str(values.get("model")).endswith(f"@preset/{one.slug}")

    @property
    def _highlighted(self) -> Preset | AccountPreset | None:
        return self._listed[self.rows.place] if self._listed else None

    def moved(self) -> None:
        """Tell of another preset."""
        self.said = self._sure_of = ""
        super().moved()

    def show(self) -> None:
        """Show what holds now, and what the highlighted preset would change."""
        if not self.has_place:
            return
        one = self._highlighted
        if isinstance(one, AccountPreset) and one.slug not in self._read and not self._is_asked(one.slug):
            self.run_worker(self._learn(one.slug), group="read", name=one.slug)
        self.rows.refresh()
        keys = f"{_ASKED[self._asked]} … · Enter keeps it · Esc leaves it" if self._asked else ""
        self.note.show(Content.styled(one_line(self.said or keys) or self._usual(), MUTED))
        self.details.show(lambda width: self._about(one))
        self.json.show(lambda width: self._changes(one, width))

    def _is_asked(self, slug: str) -> bool:
        return any(worker.group == "read" and worker.name == slug for worker in self.workers)

    def _usual(self) -> str:
        used = self.chat_layers.values().get("local_preset")
        return f"this chat uses {one_line(str(used))}" if used else "Alt+S keeps the settings of this chat as a preset"

    def _about(self, one: Preset | AccountPreset | None) -> Content:
        """Return what a preset is and sets."""
        if one is None:
            return Content.styled("Presets are settings with a name. Alt+S makes one of this chat.", MUTED)
        if isinstance(one, Preset):
            file = f"{one.path.parent.name}/{one.path.name}"
            lines = [Content.assemble((one_line(one.name), "bold"), (f"  {one_line(file)}", MUTED))]
            told = (str(problem).replace(str(one.path), one.path.name) for problem in one.problems)
            lines += [Content.styled(one_line(sentence), WARNING) for sentence in told]
            return Content("\n").join([*lines, *_sets(flat(one.settings))])
        lines = [Content.assemble((f"@{one_line(one.slug)}", "bold"), (f"  {one_line(one.name)}", MUTED))]
        if one.description:
            lines.append(Content(printable(one.description[:_DESCRIPTION])))
        match self._read.get(one.slug):
            case str() as refusal:
                lines.append(Content.styled(one_line(refusal), WARNING))
            case AccountPreset() as known:
                way = self._way_of(known)
                model = str(self.chat_layers.values().get("model", "")).partition("@preset/")[0]
                sent = _WAYS[way].format(slug=known.slug, model=model)
                version = f"version {known.version}; " if known.version else ""
                lines.append(Content.styled(one_line(f"{version}it is sent {sent}"), MUTED))
                lines += _sets(flat(known.settings))
            case None:
                lines.append(Content.styled("asking what it sets …", MUTED))
        return Content("\n").join(lines)

    def _changes(self, one: Preset | AccountPreset | None, width: int) -> Content:
        """Return what using a preset would change in what is sent."""
        before = preview(self.chat_layers.settings(), self.server).body
        if isinstance(one, Preset):
            after = preview(self.chat_layers.with_preset(one.name, flat(one.settings)).settings(), self.server).body
        elif one is not None and isinstance(known := self._read.get(one.slug), AccountPreset):
            after = self.settings.with_account_preset(known, self._way_of(known), self.server)
        else:
            return Content()
        return json_difference(before, after, width) or Content.styled(
            "It changes nothing: this chat sends the same now.", MUTED
        )

    def _way_of(self, known: AccountPreset) -> Way:
        return self._way or ("model" if {"model", "models"} & set(known.config) else "field")

    # What the keys do

    async def action_enter(self) -> None:
        """Keep the name that is typed; else use the highlighted preset."""
        if self._asked:
            self._keep_name(self.editor.text.strip())
            return
        match self._highlighted:
            case Preset(name=name):
                self.do(lambda: self.settings.use_preset(name), f"This chat uses {name} now. Alt+U takes it back.")
            case AccountPreset(slug=slug, status=status):
                known = self._read.get(slug)
                if status != "active":
                    self.refuse(f"“@{slug}” is {status} at OpenRouter, so it can't be used.")
                elif isinstance(known, AccountPreset):
                    way = self._way_of(known)
                    said = f"This chat uses @{slug} now. Alt+U takes it back."
                    self.do(lambda: self.settings.use_account_preset(known, way), said)
                else:
                    self.refuse(known or f"What “@{slug}” sets isn't known yet. Try again in a moment.")

    @on(RowList.Chosen)
    async def _use_clicked(self) -> None:
        await self.action_enter()

    def action_leave(self) -> None:
        """Use no local preset in this chat."""
        self.do(self.settings.leave_preset, "This chat uses no preset of your files.")

    def action_way(self) -> None:
        """Name an account's preset another way in the request."""
        if isinstance(one := self._highlighted, AccountPreset):
            known = self._read.get(one.slug)
            ways: Sequence[Way] = get_args(Way)
            now = self._way_of(known if isinstance(known, AccountPreset) else one)
            self._way = ways[(ways.index(now) + 1) % len(ways)]
            self.show()

    def action_save(self) -> None:
        """Type the name for a preset of this chat."""
        self._ask("save", str(self.chat_layers.values().get("local_preset") or ""))

    def action_save_to_account(self) -> None:
        """Type the slug for a preset of the account."""
        self._ask("account", "")

    def action_rename(self) -> None:
        """Type another name for the highlighted preset."""
        if isinstance(one := self._highlighted, Preset):
            self._ask("rename", one.name)
        else:
            self._say("Presets of your account are renamed at openrouter.ai/settings/presets.")

    def _ask(self, asked: str, name: str) -> None:
        self._asked, self._sure_of, self.said = asked, "", ""
        self.begin_typing(_ASKED[asked], name)
        self.show()

    def end_typing(self) -> None:
        """Leave the name as it was."""
        self._asked = ""
        super().end_typing()

    def _keep_name(self, name: str) -> None:
        """Save or rename; a name that can't be stays typed."""
        if self._asked == "save":
            is_sure, self._sure_of = self._sure_of == name, name
            if not is_sure and name in self.library.presets.names():
                self._say(f"There is a preset {name} already. Enter once more replaces it.")
                return
            is_done = self.do(lambda: self.settings.save_preset(name, replacing=is_sure), f"Saved as {name}.")
        elif self._asked == "account":
            # Behind: a server may take a minute to answer, and Esc leaves it at once.
            self.run_worker(self._save_to_account(name.removeprefix("@")), group="save", exclusive=True)
            self.said = "Saving it at OpenRouter …"
            self.show()
            return
        elif isinstance(one := self._highlighted, Preset):
            is_done = self.do(lambda: self.settings.rename_preset(one.name, name), f"It is called {name} now.")
        else:
            is_done = True
        if is_done:
            self.end_typing()
            self._list_again(name)

    async def _save_to_account(self, slug: str) -> None:
        presets = (await self.session()).account_presets
        try:
            _, lost = await presets.save(slug, self.chat_layers.settings(), self.settings.request().body)
        except RefusedError as error:
            self.refuse(str(error))
            return
        left = f" It did not keep: {', '.join(lost)}." if lost else ""
        self.said = f"Saved at OpenRouter as @{slug}.{left}"
        self._read.pop(slug, None)
        await self._fetch()
        if self._asked == "account":
            self.end_typing()
            self._list_again(slug)

    def action_delete(self) -> None:
        """Delete the highlighted preset; the first time ask."""
        one = self._highlighted
        if not isinstance(one, Preset):
            self._say("Presets of your account are deleted at openrouter.ai/settings/presets.")
        elif self._sure_of != one.name:
            self._sure_of = one.name
            self._say(f"Alt+L once more deletes {one.name}; Alt+U would bring it back.")
        else:
            self._sure_of = ""
            self.do(lambda: self.settings.delete_preset(one.name), f"{one.name} is deleted. Alt+U brings it back.")

    def _say(self, sentence: str) -> None:
        self.said = sentence
        self.note.show(Content.styled(one_line(sentence), WARNING))

    def changed(self) -> None:
        """Show what holds now; presets may have come or gone."""
        self.chat_layers = self.settings.layers
        self._list_again()

    def _list_again(self, name: str = "") -> None:
        """List what there is now; the highlight stays, or goes to the preset `name`."""
        one = self._highlighted
        wanted = name or (one.name if isinstance(one, Preset) else one.slug if one else "")
        self._local = self.library.presets.all()
        if name and not _has(self.search.value.lower().split(), name):
            with self.prevent(Input.Changed):
                self.search.value = self.searched = ""  # what was just made has to be seen
        count, headings = self.find(self.search.value)
        names = [one.name if isinstance(one, Preset) else one.slug for one in self._listed]
        self.rows.show(count, names.index(wanted) if wanted in names else 0, headings, keep=True)
        self.show()


def _has(words: Sequence[str], *texts: str) -> bool:
    whole = " ".join(texts).lower()
    return all(word in whole for word in words)


def _sets(values: Mapping[str, Any]) -> list[Content]:
    return [Content(one_line(", ".join(few_words(values)), _DESCRIPTION) or "It sets nothing.")]
