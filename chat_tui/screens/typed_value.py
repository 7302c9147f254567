"""A setting's value as it is typed in the form: what is wrong with it, and which choices it may become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chat_tui.config.commands import fitting
from chat_tui.config.problems import ConfigError
from chat_tui.config.schema import Setting
from chat_tui.config.typed import read_value, shown_value


@dataclass(frozen=True, slots=True)
class Typing:
    """A setting that is being typed.

    Args:
        setting: Which.
        choices: The only words that it, or each item of it, may be; none: anything.
        names: What it may also be, as far as that is known.
    """

    setting: Setting
    choices: Sequence[str] = ()
    names: Sequence[str] = ()

    @property
    def is_free(self) -> bool:
        """Whether any text may be typed, which is then taken as it is."""
        return self.setting.kinds == (str,) and not self.choices

    @property
    def may_have_lines(self) -> bool:
        """Whether there may be several lines."""
        return self.is_free or dict in self.setting.kinds or self.setting.item is not None

    def shown(self, value: Any) -> str:
        """Return `value` as it can be typed."""
        return value if self.is_free and isinstance(value, str) else shown_value(value)

    def read(self, text: str) -> Any:
        """Return what `text` says; None: not to be sent.

        Raises:
            ConfigError: a sentence with what is wrong with it, and what it may be.
        """
        if not self.is_free:
            return read_value(self.setting, text)
        if fault := self.setting.fault(text):
            raise ConfigError(f"{self.setting.title} {fault}")
        return text

    def fitting(self, text: str) -> list[str]:
        """Return the words that `text` may become, of a list its last item; when it is a choice, all others."""
        begun, before = _last(text), [item.strip() for item in text.split(",")[:-1]]
        words = self.choices if begun in self.choices else fitting(begun, self.choices or self.names)
        return [word for word in words if word != begun and word not in before]

    def with_choice(self, text: str, choice: str) -> str:
        """Return `text` with `choice` in the place of what was begun."""
        before, comma, _ = text.rpartition(",")
        return f"{before}{comma}{' ' * bool(comma)}{choice}"

    def with_next(self, text: str, step: int) -> str:
        """Return `text` with the choice after (1) or before (-1) the one that it is, around the ends."""
        begun, words = _last(text), self.choices or self.names
        place = words.index(begun) + step if begun in words else min(step, 0)
        return self.with_choice(text, words[place % len(words)])


def _last(text: str) -> str:
    return text.rpartition(",")[2].strip().lower()
