"""Slash commands that show and change settings: `/temp 0.2`, `/set provider.zdr on`, `/preset careful`, `/undo`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chat_tui.config.commands import ASPECTS, find
from chat_tui.config.layers import Held
from chat_tui.config.problems import ConfigError, nearest
from chat_tui.config.schema import Setting, is_of_application
from chat_tui.config.typed import read_value, shown_value
from chat_tui.engine.account_presets import hidden_names
from chat_tui.engine.chat_settings import ChatSettings
from chat_tui.engine.known_names import doubt
from chat_tui.models.support import support
from chat_tui.models.variants import split_id

if TYPE_CHECKING:
    from chat_tui.engine.session import Session
    from chat_tui.models.entry import ModelEntry

_FROM = {
    "built-in": "as built in",
    "config.toml": "from config.toml",
    "preset": "from the preset",
    "conversation": "set in this chat",
    "flags": "by a flag of this run",
}
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs the commands of one chat; each returns what to tell, as sentences.

    Args:
        settings: The chat's.
        session: The engine, which knows the account's presets and what models support.
    """

    settings: ChatSettings
    session: Session

    async def run(self, word: str, argument: str) -> str:
        """Run `/word argument`.

        Raises:
            ConfigError: there is no such command or setting, or the value isn't one; the reason, as sentences.
            RefusedError: the server doesn't do it.
            OSError: the disk doesn't take it; the change holds until the application ends.
        """
        match word:
            case "undo":
                return self._undone(self.settings.undo(), "undone")
            case "redo":
                return self._undone(self.settings.redo(), "redone")
            case "preset":
                return await self._preset(argument)
            case "reset":
                return self._reset(argument)
            case "aspect":
                return self._aspect(argument)
            case "set" | "unset" | "default":
                return self._named(word, argument)
        setting = find(word)
        return self._change(setting, argument) if argument else self._show(setting)

    # Settings

    def _named(self, word: str, argument: str) -> str:
        name, _, value = argument.partition(" ")
        if not name:
            raise ConfigError(f"/{word} needs the name of a setting, as in: /{word} {_EXAMPLES[word]}")
        setting = find(name)
        if word == "unset":
            return self._change(setting, "unset")
        if not value.strip():
            return self._show(setting)
        return self._make_default(setting, value) if word == "default" else self._change(setting, value)

    def _change(self, setting: Setting, text: str) -> str:
        if is_of_application(setting.name):
            return self._make_default(setting, text)
        value = read_value(setting, text)
        self.settings.change(setting.name, value)
        if value is None:
            said = f"{setting.title} isn't sent from the next prompt on, whatever the defaults say."
            return said + self._on_all_the_same(setting)
        told = f"{setting.title} is {_brief(value)} from the next prompt on."
        return " ".join([told, *self._remarks(setting, value)])

    def _make_default(self, setting: Setting, text: str) -> str:
        value = read_value(setting, text)
        self.settings.make_default(setting.name, value)
        file = self.settings.library.paths.settings
        if value is None:
            return f"{setting.title} is no longer in {file}."
        if is_of_application(setting.name):
            since = "next prompt" if setting.name.startswith("budget.") else "next start"
            return f"{setting.title} is {_brief(value)} in {file}, from the {since} on."
        held = self.settings.held(setting.name)
        own = f" This chat has its own: {_brief(held.value) or 'not sent'}." if held.value != value else ""
        return f"{setting.title} is {_brief(value)} by default, in {file}.{own}"

    def _remarks(self, setting: Setting, value: Any) -> list[str]:
        """Return what a person should know of a change: what speaks against it, and what it costs."""
        found = support(setting, self._entry(), value)
        remarks = [f"But this chat's model {found.reason}."] if found.is_known == "unsupported" else []
        remarks += filter(None, [doubt(setting.name, value, self.session)])
        return [*remarks, setting.price] if setting.price and value is not False else remarks

    def _entry(self) -> ModelEntry | None:
        by_id = self.session.catalogue.listing.index.by_id
        model = self.settings.chat.model
        return by_id.get(model) or by_id.get(split_id(model).listed)

    def _reset(self, argument: str) -> str:
        if not argument:
            self.settings.reset()
            return "This chat has no settings of its own any more. /undo brings them back."
        setting = find(argument)
        self.settings.reset(setting.name)
        return f"{setting.title} is {_held(self.settings.held(setting.name))}.{self._on_all_the_same(setting)}"

    def _aspect(self, argument: str) -> str:
        """Have pictures in a shape, and pictures at all."""
        held: dict[str, Any] = dict(self.settings.held("image_config").value or {})
        if not argument:
            return (
                f"Pictures are {held.get('aspect_ratio') or 'as the model likes'}. /aspect takes {', '.join(ASPECTS)}."
            )
        if argument == "off":
            held.pop("aspect_ratio", None)
            self.settings.chat.tune({"image_config": held} if held else {}, reset=() if held else ("image_config",))
            return "Pictures are as the model likes from the next prompt on."
        if argument not in ASPECTS:
            raise ConfigError(
                f"There is no shape “{argument:.20}”.{nearest(argument, ASPECTS)} {', '.join(ASPECTS)} are."
            )
        changes: dict[str, Any] = {"image_config": {**held, "aspect_ratio": argument}}
        entry, made_of = self._entry(), self.settings.held("modalities").value
        told = f"Pictures are {argument}, such as {ASPECTS[argument]} pixels, from the next prompt on."
        outputs = entry.outputs if entry is not None and entry.outputs else ("image", "text")
        if "image" in outputs and "image" not in (made_of or ()):
            changes["modalities"] = [kind for kind in ("image", "text") if kind in outputs]
            told += f" Replies are made of {' and '.join(changes['modalities'])}."
        self.settings.chat.tune(changes)
        return " ".join([told, *self._remarks(find("image_config"), changes["image_config"])])

    def _show(self, setting: Setting) -> str:
        held = self.settings.held(setting.name)
        price = f" {setting.price}" if setting.price else ""
        on = self._on_all_the_same(setting)
        return f"{setting.title} is {_held(held)}.{on} It may be {setting.range}. {setting.help}{price}"

    def _on_all_the_same(self, setting: Setting) -> str:
        """Return a sentence when a plugin or tool, of which nobody says that it is on, is on by what else is set."""
        if not self.settings.is_on_all_the_same(setting.name):
            return ""
        off = setting.short or f"set {setting.name}"
        return f" But what else is set of it switches it on; /{off} off switches it off."

    def _undone(self, what: str, how: str) -> str:
        return f"{what[0].upper()}{what[1:]} is {how}." if what else f"There is nothing to be {how}."

    # Presets

    async def _preset(self, argument: str) -> str:
        verb, _, rest = argument.partition(" ")
        rest = rest.strip()
        if not argument:
            return self._presets()
        if verb == "save" and rest:
            return await self._save_to_account(rest[1:]) if rest.startswith("@") else self._save(rest, replacing=False)
        if verb == "replace" and rest:
            return self._save(rest, replacing=True)
        if verb == "delete" and rest:
            self.settings.delete_preset(rest)
            return f"The preset “{rest}” is deleted. /undo brings it back."
        if verb == "rename" and " to " in rest:
            name, _, new = rest.partition(" to ")
            self.settings.rename_preset(name.strip(), new.strip())
            return f"The preset “{name.strip()}” is called “{new.strip()}” now."
        if argument.startswith("@"):
            return await self._use_account(argument.removeprefix("@preset/").removeprefix("@"))
        if argument == "none":
            self.settings.leave_preset()
            return "This chat uses no preset any more."
        preset = self.settings.use_preset(argument)
        wrong = " ".join(map(str, preset.problems))
        return f"This chat uses the preset “{preset.name}”. /undo goes back. {wrong}".rstrip()

    def _presets(self) -> str:
        names = self.settings.library.presets.names()
        used = self.settings.held("local_preset").value
        said = f"This chat uses the preset “{used}”. " if used else ""
        if not names:
            return f"{said}There are no presets yet. /preset save NAME makes one of this chat's settings."
        return f"{said}There are: {', '.join(names)}. /preset NAME uses one, /preset @SLUG one of your account."

    def _save(self, name: str, *, replacing: bool) -> str:
        preset = self.settings.save_preset(name, replacing=replacing)
        return f"This chat's settings are the preset “{preset.name}” now, in {preset.path}."

    async def _use_account(self, slug: str) -> str:
        preset = await self.session.account_presets.read(slug)
        if preset.status != "active":
            raise ConfigError(f"The preset “@{slug}” is {preset.status} at OpenRouter, so it can't be used.")
        self.settings.use_account_preset(preset)
        values = self.settings.layers.values()
        sets = ", ".join([*preset.config, *(["system"] if preset.system else [])])
        hidden = [name for name in hidden_names(preset, values) if name != "model"]
        still = f" This chat's own {', '.join(hidden)} stay." if hidden else ""
        return f"This chat uses your account's preset “@{preset.slug}”, which sets {sets or 'nothing'}.{still}"

    async def _save_to_account(self, slug: str) -> str:
        layers = self.settings.layers
        saved, lost = await self.session.account_presets.save(slug, layers.settings(), self.settings.request().body)
        version = f", version {saved.version}" if saved.version else ""
        left = f" OpenRouter did not keep: {', '.join(lost)}." if lost else ""
        return f"This chat's settings are your account's preset “@{saved.slug}”{version}.{left}"


_EXAMPLES = {
    "set": "temp 0.2",
    "unset": "temp",
    "default": "temp 0.2",
}


def _held(held: Held) -> str:
    """Return what holds, and why, as the end of a sentence."""
    if held.value is None:
        return "not sent" + (f", {_FROM[held.origin]}" if held.origin else "")
    return f"{_brief(held.value)}, {_FROM[held.origin] if held.origin else ''}".rstrip(", ")


def _brief(value: Any) -> str:
    shown = shown_value(value)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
