"""What a conversation is set to, by layers, and how that is changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat_tui.config.layers import RIVALS, Layers, merged
from chat_tui.config.names import Values, flat, nested
from chat_tui.config.schema import is_of_application
from chat_tui.config.settings import Layer, conversation_settings
from chat_tui.conversation.metadata import Metadata
from chat_tui.engine.history import History, Step

if TYPE_CHECKING:
    from chat_tui.models.routing import Choices

NOTHING: Layer = {}
Presets = Callable[[str], tuple[Layer, list[str]]]
"""Returns what the local preset of a name sets, and sentences about what is wrong; it may read a file."""


def no_preset(name: str) -> tuple[Layer, list[str]]:
    """Know no presets."""
    return NOTHING, [f"There is no preset “{name}” here."]


class Tuned(ABC):
    """A conversation as far as its settings go; a subclass keeps them."""

    def __init__(
        self, metadata: Metadata, folder: Path, defaults: Layer, flags: Layer, presets: Presets, built_in: Layer
    ) -> None:
        self.metadata = metadata
        self.defaults = defaults
        self.flags = flags
        self.built_in: Values = flat(built_in)
        self.history = History()
        """What was changed of the settings here."""
        self.problems: list[str] = []
        """Sentences about what was found wrong on loading, and of the preset since; whoever tells them clears them."""
        self.preset: Layer = NOTHING
        """What the local preset that is used sets."""
        self.preset_problems: list[str] = []
        """Sentences about what is wrong with it."""
        self._presets = presets
        self._named = folder
        self._loaded = False

    @property
    @abstractmethod
    def is_read_only(self) -> bool:
        """Whether another process writes here: changes then hold for this run alone."""

    @abstractmethod
    def load_kept(self) -> None:
        """Read what is on disk of the conversation, if anything is: it must not be overwritten with less."""

    @abstractmethod
    def keep_settings(self) -> None:
        """Write what the conversation is set to, if it is on disk, and this process may."""

    @property
    def layers(self) -> Layers:
        """What each layer says of the next request."""
        own, _ = conversation_settings(self.metadata.settings, self._named)
        return Layers(
            self.built_in, _of_chats(flat(self.defaults)), flat(self.preset), flat(own), _of_chats(flat(self.flags))
        )

    @property
    def settings(self) -> dict[str, Any]:
        """What holds for the next request: all layers, merged."""
        return self.layers.settings()

    @property
    def model(self) -> str:
        return str(self.settings.get("model", ""))

    def change(self, **settings: Any) -> None:
        """Set this conversation's own settings, as the wire has them; None takes one back.

        On disk at once if the conversation is. Where another process writes, they hold for this run alone.
        """
        self.load_kept()
        flags = {name: value for name, value in self.flags.items() if name not in settings}
        wanted = {name: value for name, value in settings.items() if value is not None}
        what = f"the change of {', '.join(settings)}"
        if self.is_read_only:
            self._hold(what, self.metadata.settings, {**flags, **wanted})
        else:
            own = {name: value for name, value in self.metadata.settings.items() if settings.get(name, "") is not None}
            self._hold(what, {**own, **wanted}, flags)

    def tune(self, values: Mapping[str, Any], *, reset: Collection[str] = (), what: str = "") -> None:
        """Set this conversation's own settings by their dotted names, as `change` does.

        Args:
            values: None: not to be sent, whatever the layers below say.
            reset: Names of which the conversation says nothing from now on.
            what: What this is, for the sentence that undoes it.
        """
        self.load_kept()
        gone = {*values, *reset} | {RIVALS[name] for name, value in values.items() if name in RIVALS and value}
        own, flags = (
            {name: value for name, value in flat(layer).items() if name not in gone}
            for layer in (self.metadata.settings, self.flags)
        )
        what = what or f"the change of {', '.join((*values, *reset))}"
        if self.is_read_only:
            self._hold(what, self.metadata.settings, nested({**flags, **values}))
        else:
            self._hold(what, nested({**own, **values}), nested(flags))

    def _hold(self, what: str, settings: Mapping[str, Any], flags: Layer) -> None:
        before = self.metadata.settings, self.flags
        self.history.add(Step(what, lambda: self._set(*before), lambda: self._set(settings, flags)))
        self._set(settings, flags)

    def _set(self, settings: Mapping[str, Any], flags: Layer) -> None:
        self.metadata = replace(self.metadata, settings=settings)
        self.flags = flags
        self.read_preset()
        self.keep_settings()

    def read_preset(self) -> None:
        """Take what the local preset that is named sets, as its file says it now."""
        named = merged(self.defaults, self.metadata.settings, self.flags).get("local_preset")
        found = self._presets(named) if isinstance(named, str) and named else (NOTHING, [])
        before = self.preset_problems
        self.preset, self.preset_problems = found
        self.problems += [problem for problem in self.preset_problems if self._loaded and problem not in before]

    def choose_providers(self, choices: Choices) -> None:
        """Set this conversation's rules about who may serve; its other settings of providers stay."""
        layers = self.layers
        mine = layers.flags if self.is_read_only else layers.conversation
        under = layers._replace(flags={}) if self.is_read_only else layers._replace(flags={}, conversation={})
        below, own = under.settings().get("provider") or {}, nested(mine).get("provider") or {}
        self.change(provider=choices.settings(own, below) or None)


def _of_chats(values: Values) -> Values:
    """Return `values` without what is the application's alone."""
    return {name: value for name, value in values.items() if not is_of_application(name)}
