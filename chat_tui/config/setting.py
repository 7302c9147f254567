"""What one setting may be, and what is said of a value that it can't be."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any, NamedTuple

from chat_tui.config.problems import nearest

_KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}

_LARGEST_INTEGER = 2**63
"""What files and most servers have no room for; TOML's integers have 64 bits."""
_DEEPEST = 40
"""Tables and lists in each other, beyond which files aren't read."""
_HALF = re.compile("[\ud800-\udfff]")
_HEADERS = {"headers": re.compile(r"[!-~](?:[ -~]*[!-~])?"), "attribution": re.compile(r"[ -~]*")}
"""What texts that are sent as headers may be, by their table; those of an attribution may be empty: not sent."""


class Setting(NamedTuple):
    """One setting; `name` is dotted where the wire nests it (`parameters.temperature`)."""

    name: str
    kind: type | tuple[type, ...]
    """What it is, or each of what it may be."""
    help: str
    default: Any = None
    """What holds when nobody sets it; None is not sent."""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    """The only texts that it may be."""
    longest: int | None = None
    """Characters of a text, items of a list or table."""
    item: Setting | None = None
    """What each item of a list is, or each value of a table."""
    needs: str = ""
    """The key that a table must have, with a text."""
    label: str = ""
    """Its name for people; made from `name` where that says it well enough (`title`)."""
    group: str = ""
    """The heading that it stands under in forms and lists."""
    short: str = ""
    """Its slash command, without the slash; empty: `/set` with the whole name."""
    price: str = ""
    """What OpenRouter charges for it, as a sentence."""
    parameter: str = ""
    """What a model lists among its `supported_parameters` when it knows this; empty: not of the model's business."""
    same_as: str = ""
    """The setting that this is another name for: files may use either, forms and commands know that one alone."""

    @property
    def kinds(self) -> tuple[type, ...]:
        return self.kind if isinstance(self.kind, tuple) else (self.kind,)

    @property
    def title(self) -> str:
        """Its name for people: `Top k`."""
        return self.label or self.name.rpartition(".")[2].replace("_", " ").capitalize()

    @property
    def range(self) -> str:
        """What it may be, as a short phrase: `a number, 0 to 2`, `low · medium · high`, `a list, each text`."""
        kinds = [" · ".join(self.choices) if kind is str and self.choices else _KINDS[kind] for kind in self.kinds]
        said = [" or ".join(kinds)]
        if self.item is not None:
            said.append(f"each {self.item.range}")
        if self.low is not None and self.high is not None:
            said.append(f"{self.low:g} to {self.high:g}")
        elif self.low is not None:
            said.append(f"at least {self.low:g}")
        if self.longest is not None:
            said.append(f"at most {self.longest} {'characters' if self.kinds == (str,) else 'items'}")
        if self.needs:
            said.append(f"with “{self.needs}”")
        if self.unit:
            said.append(self.unit)
        return ", ".join(said)

    def fault(self, value: object) -> str | None:
        """Return what is wrong with `value`, as the end of a sentence, or None."""
        kind = float if type(value) is int and float in self.kinds else type(value)
        is_choice = isinstance(value, str) or self.kinds == (str,)
        if self.choices and is_choice and value not in self.choices:
            return f"is {value!r:.80}, which isn't one of {', '.join(self.choices)}.{nearest(str(value), self.choices)}"
        if kind not in self.kinds:
            return f"should be {' or '.join(_KINDS[known] for known in self.kinds)}."
        if isinstance(value, int | float):
            return self._number_fault(value)
        if isinstance(value, str) and (form := _HEADERS.get(self.name.partition(".")[0])) and not form.fullmatch(value):
            return "should be letters, digits and signs of ASCII in one line: headers carry no others."
        if isinstance(value, str | list | dict):
            return self._length_fault(value) or self._item_fault(value)
        return None

    def _number_fault(self, value: float) -> str | None:
        if isinstance(value, int) and _unstorable(value):
            return "is too large a whole number: 64 bits are the most."
        if self.low is not None and value < self.low:
            return f"is {value}, below its least, {self.low:g}."
        if self.high is not None and value > self.high:
            return f"is {value}, above its most, {self.high:g}."
        return None if isfinite(value) else "should be a number."

    def _length_fault(self, value: str | list[Any] | dict[str, Any]) -> str | None:
        if self.longest is None or len(value) <= self.longest:
            return None
        counted = "characters" if isinstance(value, str) else "items"
        return f"has {len(value)} {counted}, more than its most, {self.longest}."

    def _item_fault(self, value: str | list[Any] | dict[str, Any]) -> str | None:
        """Return what is wrong inside of a list or a table, where it is first."""
        if isinstance(value, dict) and self.needs and not isinstance(value.get(self.needs), str):
            return f"needs “{self.needs}”, a text."
        if self.item is None or isinstance(value, str):
            return _unstorable(value)
        places = (
            ((f"item {place}", item) for place, item in enumerate(value, 1))
            if isinstance(value, list)
            else ((f"“{key}”", item) for key, item in value.items())
        )
        faults = ((place, self.item.fault(item)) for place, item in places)
        return next((f"is wrong at {place}: it {fault}" for place, fault in faults if fault), None)


def _unstorable(value: object, depth: int = 0) -> str | None:
    """Return what in `value` JSON, which requests are in, or TOML, which files are in, hasn't; or None."""
    if isinstance(value, dict | list):
        if depth == _DEEPEST:
            return f"holds more than {_DEEPEST} tables in each other."
        items = value.values() if isinstance(value, dict) else value
        return next(filter(None, (_unstorable(item, depth + 1) for item in items)), None)
    if value is None:
        return "holds null, which no file can say. Leave it out."
    if isinstance(value, int):
        is_small = -_LARGEST_INTEGER <= value < _LARGEST_INTEGER
        return None if is_small else "holds too large a whole number: 64 bits are the most."
    if isinstance(value, str):
        # Halves of characters are in JSON's escapes alone.
        return "holds half of a character, which no file can say." if _HALF.search(value) else None
    is_sendable = isinstance(value, float) and isfinite(value)
    return None if is_sendable else "holds a date, a time, nan or inf, which no request can say."


def grouped(group: str, *settings: Setting) -> tuple[Setting, ...]:
    """Return `settings` under the heading `group`."""
    return tuple(setting._replace(group=group) for setting in settings)


def texts(name: str, help: str, *choices: str, **more: Any) -> Setting:
    """Return a setting that is a list of texts, each of `choices` if there are any."""
    return Setting(name, list, help, item=Setting("", str, "", choices=choices), **more)
