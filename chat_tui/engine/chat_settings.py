"""The settings of one open chat: shown with their layers, changed here or as the default, undone, kept as presets."""

from __future__ import annotations

from typing import Any, Literal

from chat_tui.config.layers import RIVALS, Held, Layers
from chat_tui.config.names import Values, flat, nested
from chat_tui.config.presets import Preset
from chat_tui.config.schema import KEYED, is_of_application
from chat_tui.config.server import Server
from chat_tui.config.settings import BUILT_IN
from chat_tui.engine.account_presets import AccountPreset, effective, hidden_names
from chat_tui.engine.asking import preview
from chat_tui.engine.chat import Chat
from chat_tui.engine.history import Step
from chat_tui.engine.library import Library
from chat_tui.openrouter.forms import Sent
from chat_tui.reply.request import NOT_SENT

Way = Literal["model", "field", "both"]
"""How a request names an account's preset: `@preset/x` as the model, `preset = "x"`, or `a/b@preset/x`."""


class ChatSettings:
    """What a person does with the settings of `chat`; nothing is kept here, so it can be made whenever it is needed.

    Names are dotted, as in `SETTINGS`; a value of None means: not to be sent, whatever the layers below say. Methods
    that change something write files, and raise ConfigError or OSError when they can't; everything they change can be
    undone.

    Args:
        chat: The conversation whose settings they are.
        library: Where the defaults and the presets are.
    """

    def __init__(self, chat: Chat, library: Library) -> None:
        self.chat = chat
        self.library = library

    @property
    def layers(self) -> Layers:
        """What each layer says; settings of the application alone are in none."""
        return self.chat.layers

    def held(self, name: str) -> Held:
        """Return what holds for `name`, and which layer says so."""
        if is_of_application(name):
            return Layers(built_in=flat(BUILT_IN), file=flat(self.library.defaults)).held(name)
        return self.layers.held(name)

    def is_on_all_the_same(self, name: str) -> bool:
        """Tell whether `name` switches a plugin or tool that nobody switches, but that is on by what is set of it."""
        item, _, field = name.rpartition(".")
        if field != "enabled" or item.partition(".")[0] not in KEYED:
            return False
        values = self.layers.values()
        return name not in values and any(other.startswith(f"{item}.") for other in values)

    def change(self, name: str, value: Any) -> None:
        """Set `name` for this chat, from its next request on; what is the application's alone, in `config.toml`."""
        if is_of_application(name):
            self.make_default(name, value)
        else:
            self.chat.tune({name: value})

    def reset(self, *names: str) -> None:
        """Take back what this chat says of `names`; all that it says, without names."""
        layers = self.layers
        own = {**layers.conversation, **layers.flags}
        self.chat.tune({}, reset=names or tuple(own))

    def make_default(self, name: str, value: Any) -> None:
        """Set `name` in `config.toml`, or take it out with None; a chat's own value stays above it."""
        undo_there = self.library.write_default(name, value)
        self._take_defaults()

        def undo() -> None:
            undo_there()
            self._take_defaults()

        def redo() -> None:
            nonlocal undo_there
            undo_there = self.library.write_default(name, value)
            self._take_defaults()

        self.chat.history.add(Step(f"the default of {name}", undo, redo))

    def _take_defaults(self) -> None:
        self.chat.defaults = self.library.defaults
        self.library.share_budgets()
        self.chat.read_preset()

    def undo(self) -> str:
        """Take the last change back, and return what it was; empty when there is none."""
        return self.chat.history.undo()

    def redo(self) -> str:
        """Make again what was undone last, and return what it was; empty when there is none."""
        return self.chat.history.redo()

    # Presets

    def use_preset(self, name: str) -> Preset:
        """Let this chat use the local preset `name`, and clear what the chat itself says of the same settings."""
        preset = self.library.presets.read(name)
        sets = flat(preset.settings)
        rivals = [RIVALS[known] for known in sets if known in RIVALS]
        self.chat.tune({"local_preset": name}, reset=[*sets, *rivals], what=f"the choice of the preset “{name}”")
        return preset

    def use_account_preset(self, preset: AccountPreset, way: Way | None = None) -> None:
        """Let this chat use a preset of the OpenRouter account: nothing of what it sets is said by the chat any more.

        What a request says wins over an account's preset, so what `config.toml` or a local preset say of the same
        fields isn't sent either.

        Args:
            preset: With what it sets.
            way: `model`: as the model itself; `field`: beside this chat's model; `both`: as an ending of its id.
                Without it, `model` when the preset names one, else `field`.
        """
        chosen, reset = self._choice(preset, way)
        self.chat.tune(chosen, reset=reset, what=f"the choice of the preset “@{preset.slug}”")

    def with_account_preset(self, preset: AccountPreset, way: Way | None, server: Server | None) -> dict[str, Any]:
        """Return what requests come to once `use_account_preset` was done, as far as OpenRouter says how it merges."""
        chosen, reset = self._choice(preset, way)
        layers, gone = self.layers, {*chosen, *reset}
        own, flags = (
            {name: value for name, value in layer.items() if name not in gone}
            for layer in (layers.conversation, layers.flags)
        )
        layers = layers._replace(conversation={**own, **chosen}, flags=flags)
        return effective(preset, preview(layers.settings(), server).body)

    def _choice(self, preset: AccountPreset, way: Way | None) -> tuple[dict[str, Any], list[str]]:
        """Return what choosing a preset of the account sets, and of what this chat then says nothing."""
        way = way or ("model" if {"model", "models"} & set(preset.config) else "field")
        layers = self.layers
        below, own = self._below(), {**layers.conversation, **layers.flags}
        base, marker, _ = str(layers.values().get("model", "")).partition("@preset/")
        kept = ("model",) if way != "model" else ()
        hidden = [name for name in hidden_names(preset, layers.values()) if name not in kept]
        chosen: dict[str, Any] = {name: None for name in hidden if name in below}
        reset = [name for name in hidden if name in own] + ["preset"]
        if way == "field":
            chosen["preset"] = preset.slug
            if marker:
                reset.append("model")
                chosen |= {"model": base} if base and base != below.get("model") else {}
        else:
            chosen["model"] = f"{base if way == 'both' else ''}@preset/{preset.slug}"
            chosen |= {"preset": None} if "preset" in below else {}
        return chosen, reset

    def leave_preset(self) -> None:
        """Let this chat use no preset, neither a local one nor one of the account."""
        own, below = self.layers.conversation, self._below()
        chosen: dict[str, Any] = {"local_preset": None} if "local_preset" in below else {}
        reset = ["local_preset"]
        base, marker, _ = str(own.get("model", "")).partition("@preset/")
        if marker or own.get("preset"):
            # What isn't sent any more so that the account's preset holds is sent again.
            reset += ["preset", *(name for name, value in own.items() if value is None)]
        if marker:
            reset.append("model")
            chosen |= {"model": base} if base and base != below.get("model") else {}
        self.chat.tune(chosen, reset=reset, what="leaving the preset")

    def _below(self) -> dict[str, Any]:
        """Return what holds where this chat says nothing."""
        return self.layers._replace(conversation={}, flags={}).values()

    def delete_preset(self, name: str) -> None:
        """Delete the local preset `name`; a chat that uses it goes on without it."""
        content = self.library.presets.delete(name)
        self._preset_changed(f"the deletion of the preset “{name}”", name, content, None)

    def rename_preset(self, name: str, new: str) -> None:
        """Give the local preset `name` the name `new`, and let this chat follow if it uses it."""
        is_used = self.layers.values().get("local_preset") == name

        def rename(old: str, wanted: str) -> None:
            self.library.presets.rename(old, wanted)
            self.chat.read_preset()

        rename(name, new)
        what = f"the new name of the preset “{name}”"
        self.chat.history.add(Step(what, lambda: rename(new, name), lambda: rename(name, new)))
        if is_used:
            self.chat.tune({"local_preset": new}, what=what)
            self.chat.history.join(2, what)

    def save_preset(self, name: str, *, replacing: bool = False) -> Preset:
        """Write what holds in this chat as the local preset `name`."""
        presets = self.library.presets
        before = presets.content(name)
        preset = presets.write(name, self.preset_settings(), replacing=replacing)
        self._preset_changed(f"saving the preset “{name}”", name, before, presets.content(name))
        return preset

    def _preset_changed(self, what: str, name: str, before: bytes | None, after: bytes | None) -> None:
        """Note what a preset's file held before a change and after it; None: there was none."""
        self.chat.read_preset()

        def exchange(held: bytes | None, content: bytes | None) -> None:
            self.library.presets.exchange(name, held, content)
            self.chat.read_preset()

        self.chat.history.add(Step(what, lambda: exchange(after, before), lambda: exchange(before, after)))

    def preset_settings(self) -> dict[str, Any]:
        """Return what a preset made from this chat would hold: all that is sent with its prompts."""
        values = self.layers.values()
        return nested({name: value for name, value in values.items() if name.partition(".")[0] not in NOT_SENT})

    # What is sent

    def request(self, changes: Values | None = None, server: Server | None = None) -> Sent:
        """Return what the next request holds beside the conversation, and what its server has no place for.

        Args:
            changes: Values by name that hold in place of this chat's, to see what they would do.
            server: Where it goes; None: OpenRouter.
        """
        layers = self.layers
        return preview(layers._replace(flags={**layers.flags, **(changes or {})}).settings(), server)
