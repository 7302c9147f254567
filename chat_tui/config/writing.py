"""Changing one setting in a file that a person wrote: everything else in it stays as it is, byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from chat_tui.config import toml_places
from chat_tui.config.layers import RIVALS
from chat_tui.config.names import UNSET, Values, flat, item_key, keys_of, nested
from chat_tui.config.problems import ConfigError
from chat_tui.config.schema import ALIASES, KEYED
from chat_tui.config.toml_places import Place, Places, Section
from chat_tui.paths import NotTomlError, change_file, parse_toml

_LEADING = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")
"""What a file may begin with: a setting goes below it, above the first table."""
_REST_OF_LINE = re.compile(r"[ \t]*(#[^\n]*)?\r?(?:\n|\Z)")
_INDENT = re.compile(r"[ \t]*\Z")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_MARK = "\ufeff"
"""What Windows may begin a file with."""


def write_setting(path: Path, name: str, value: Any) -> Callable[[], None]:
    """Set `name`, dotted, to `value` in the TOML file `path`; None takes it out. A missing file is made.

    What would exclude it there is taken out: of two settings that say the same, the one that is set now counts.

    Returns:
        What takes that back: byte for byte, or in a file that was changed since, these settings alone. It raises what
        this raises, also when these were changed.

    Raises:
        ConfigError: when the file isn't TOML, or says it in a way that can't be changed safely.
        OSError: when it can't be read or written; it is then as before.
    """
    name = ALIASES.get(name, name)
    wanted = {name: value}
    if value is not None and name in RIVALS:
        wanted[RIVALS[name]] = None
    was_there = path.exists()
    before = after = b""

    def change(held: bytes) -> bytes:
        nonlocal before, after
        before, after = held, _with_settings(path, held, wanted)
        return after

    def back(held: bytes) -> bytes:
        if held == after:
            return before
        earlier, written, now = (_known(path, content) for content in (before, after, held))
        if any(now.get(one) != written.get(one) for one in wanted):
            raise ConfigError(f"{path} was changed meanwhile: {name} was left as it is now. Mend it there.")
        return _with_settings(path, held, {one: earlier.get(one) for one in wanted})

    def take_back() -> None:
        change_file(path, back)
        if not was_there and path.exists() and not path.stat().st_size:
            path.resolve().unlink()

    change_file(path, change)
    return take_back


def _known(path: Path, content: bytes) -> Values:
    try:
        return flat(parse_toml(content))
    except NotTomlError:
        raise ConfigError(f"{path} is no TOML any more, so it was left as it is. Mend it first.") from None


def _with_settings(path: Path, content: bytes, wanted: Mapping[str, Any]) -> bytes:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8, so it was left as it is. Mend it first.") from None
    for name, value in wanted.items():
        changed = with_setting(text, name, value)
        if changed is None:
            how = f"Take {name} out" if value is None else f"Set {name} = {literal(value)}"
            raise ConfigError(f"{path} could not be changed without touching the rest of it. {how} there.")
        text = changed
    return text.encode("utf-8", "replace")


def with_setting(text: str, name: str, value: Any) -> str | None:
    """Return the TOML `text` with `name` set to `value`, or without it for None; None when that can't be done safely.

    Whatever is tried, a parser says whether it means what was wanted, and nothing else.
    """
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(mark)
    try:
        data = parse_toml(text.encode("utf-8", "replace"))
    except NotTomlError:
        return None
    before = flat(data)
    name = ALIASES.get(name, name)
    rest = {key: held for key, held in before.items() if key != name}
    if name in before and before[name] is None:
        # It is in the list of what isn't sent, which would count.
        listed = [one for one in data[UNSET] if not isinstance(one, str) or ALIASES.get(one, one) != name]
        unlisted = _first_fitting(_Changing(text, data, UNSET, listed or None), rest)
        if unlisted is None or value is None:
            return None if unlisted is None else mark + unlisted
        return with_setting(mark + unlisted, name, value)
    if before.get(name) == value and type(before.get(name)) is type(value):
        return mark + text
    changed = _first_fitting(_Changing(text, data, name, value), rest | ({} if value is None else {name: value}))
    return None if changed is None else mark + changed


def _first_fitting(changing: _Changing, wanted: Values) -> str | None:
    """Return the least change that means what is `wanted`, or None when there is none."""
    for candidate in changing.candidates():
        try:
            if flat(parse_toml(candidate.encode("utf-8", "replace"))) == wanted:
                return candidate
        except NotTomlError:
            continue
    return None


def literal(value: Any) -> str:
    """Return `value` as TOML has it in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, Mapping):
        fields = ", ".join(f"{_key(key)} = {literal(item)}" for key, item in value.items())
        return f"{{{fields}}}"
    return repr(value)


class _Changing:
    """Ways to change one setting in a text; each may be wrong where the file is unusual.

    Args:
        text: The file.
        data: What it means.
        name: The setting, dotted.
        value: What it is to be; None: not there.
    """

    def __init__(self, text: str, data: Mapping[str, Any], name: str, value: Any) -> None:
        self.text = text
        self.value = value
        self.places = Places(text)
        self.end = "\r\n" if "\r\n" in text else "\n"
        self._name = keys_of(name)
        self.path = _in_data(self._name, data)
        self.whole = nested({**{key: held for key, held in flat(data).items() if held is not None}, name: value})

    def candidates(self) -> Iterator[str]:
        """Yield the changed texts, the least change first."""
        # `sort = {by = "price"}` says the same as `sort = "price"`.
        for path in [(*self.path, alias) for alias in ("by", "p50")] + [self.path]:
            if place := self.places.of(path):
                yield from self._without(place) if self.value is None else self._replaced(place, literal(self.value))
        if self.value is None:
            yield from self._without_item()
        else:
            yield from self._inserted()
            yield from self._as_table()

    def _replaced(self, place: Place, new: str) -> Iterator[str]:
        yield self.text[: place.value] + new + self.text[place.end :]

    def _without(self, place: Place) -> Iterator[str]:
        before, after = self.text[: place.start], self.text[place.end :]
        if place.is_inline:
            is_last = after.lstrip()[:1] in ("]", "}")
            without_comma = after.lstrip(" \t").removeprefix(",").lstrip(" \t")
            yield before.rstrip(" \t,") + after if is_last else before + without_comma
            return
        rest = _REST_OF_LINE.match(after)
        indent = _INDENT.search(before)
        start = indent.start() if indent else len(before)
        comment = rest[1] if rest else None
        kept = f"{before}{comment.rstrip()}{self.end}" if comment else before[:start]
        yield kept + after[rest.end() if rest else 0 :]

    def _without_item(self) -> Iterator[str]:
        """Yield the text without the plugin or tool that the setting is of: alone, its id would still switch it on."""
        item = self.path[:2]
        if len(self.path) > 2 and self.path[0] in KEYED:
            for section in self.places.sections[1:]:
                if section.path == item:
                    yield self.text[: section.start] + self.text[section.end :]
            if place := self.places.of(item):
                yield from self._without(place)
            if place := self.places.of(item[:1]):
                yield from self._without(place)

    def _inserted(self) -> Iterator[str]:
        for depth in range(len(self.path) - 1, -1, -1):
            table, rest = self.path[:depth], self.path[depth:]
            if any(isinstance(key, int) for key in rest):
                continue
            keys = ".".join(_key(str(key)) for key in rest)
            yield from self._into_inline(table, f"{keys} = {literal(self.value)}")
            yield from self._beside(table, rest)
            for number, section in enumerate(self.places.sections):
                if number and section.path == table:
                    yield self._into_section(number, section, f"{keys} = {literal(self.value)}")
            if not table and len(self.path) == 1:
                yield self._on_top(f"{keys} = {literal(self.value)}")
        yield from self._new_table()

    def _into_inline(self, table: toml_places.Path, statement: str) -> Iterator[str]:
        place = self.places.of(table) if table else None
        if place is not None and self.text[place.value] == "{":
            inner = self.text[place.value + 1 : place.end - 1].rstrip()
            comma = ", " if inner.strip() else ""
            yield f"{self.text[: place.value]}{{{inner}{comma}{statement}}}{self.text[place.end :]}"

    def _beside(self, table: toml_places.Path, rest: toml_places.Path) -> Iterator[str]:
        """Yield the text with a new line after the last dotted key of the same table."""
        siblings = [one for one in self.places.values if not one.is_inline and one.path[: len(table)] == table]
        for sibling in reversed(siblings if table else []):
            here = self.places.sections[sibling.section].path
            if len(here) < len(table):
                keys = ".".join(_key(str(key)) for key in (*table, *rest)[len(here) :])
                yield self._after(sibling.end, f"{keys} = {literal(self.value)}", self._indent_of(sibling.start))

    def _into_section(self, number: int, section: Section, statement: str) -> str:
        own = [place for place in self.places.values if place.section == number and not place.is_inline]
        indent = self._indent_of(own[-1].start) if own else ""
        return self._after(own[-1].end if own else section.body, statement, indent)

    def _on_top(self, statement: str) -> str:
        own = [place for place in self.places.values if place.section == 0 and not place.is_inline]
        if own:
            return self._after(own[-1].end, statement, "")
        leading = _LEADING.match(self.text)
        # A comment right above the first table belongs to that.
        at = leading.end() if leading and not self.places.sections[1:] else self._above_first_table()
        return f"{self.text[:at]}{statement}{self.end}{self.text[at:]}"

    def _above_first_table(self) -> int:
        first = self.places.sections[1].start if self.places.sections[1:] else len(self.text)
        blank = self.text.rfind("\n\n", 0, first)
        crlf = self.text.rfind("\r\n\r\n", 0, first)
        return max(blank + 1 if blank >= 0 else 0, crlf + 2 if crlf >= 0 else 0)

    def _after(self, at: int, statement: str, indent: str) -> str:
        rest = _REST_OF_LINE.match(self.text, at)
        end = rest.end() if rest else at
        line = self.text[:end] if self.text[:end].endswith("\n") else self.text[:end] + self.end
        return f"{line}{indent}{statement}{self.end}{self.text[end:]}"

    def _indent_of(self, start: int) -> str:
        indent = _INDENT.search(self.text[:start])
        return indent[0] if indent else ""

    def _new_table(self) -> Iterator[str]:
        first = str(self.path[0])
        if first in KEYED:
            item = next(one for one in self.whole[first] if item_key(first, one) == self._name[1])
            if (place := self.places.of((first,))) and self.text[place.value] == "[":
                inner = self.text[place.value + 1 : place.end - 1].rstrip()
                comma = "" if not inner.strip() or inner.endswith(",") else ", "
                yield f"{self.text[: place.value]}[{inner}{comma}{literal(item)}]{self.text[place.end :]}"
            fields = [f"{keys} = {literal(value)}" for keys, value in _dotted(item)]
            yield self._at_end(f"[[{first}]]", *fields)
        elif len(self.path) > 1:
            keys = ".".join(_key(str(key)) for key in self.path[1:])
            if first == "servers":
                yield self._at_end(f"[servers.{_key(str(self.path[1]))}]", f"{self.path[-1]} = {literal(self.value)}")
            yield self._at_end(f"[{first}]", f"{keys} = {literal(self.value)}")

    def _at_end(self, *lines: str) -> str:
        text = self.text if self.text.endswith("\n") or not self.text else self.text + self.end
        return f"{text}{self.end if text.strip() else ''}{self.end.join(lines)}{self.end}"

    def _as_table(self) -> Iterator[str]:
        """Yield the text where what was a plain value is a table: `sort = "price"` when a partition comes to it."""
        above = self.path[:-1]
        if (place := self.places.of(above)) and len(above) > 1:
            held: Any = self.whole
            for key in above:
                held = held[key]
            yield from self._replaced(place, literal(held))


def _in_data(keys: tuple[str, ...], data: Mapping[str, Any]) -> toml_places.Path:
    """Return the path of a setting in `data`, where items of lists have numbers; a new item has the next one."""
    if keys[0] not in KEYED or len(keys) < 2:
        return keys
    items = data.get(keys[0])
    items = items if isinstance(items, list) else []
    number = next((n for n, item in enumerate(items) if item_key(keys[0], item) == keys[1]), len(items))
    return (keys[0], number, *keys[2:])


def _dotted(item: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the fields of a table in one line each."""
    for key, value in item.items():
        if isinstance(value, Mapping) and value:
            yield from _dotted(value, f"{prefix}{_key(key)}.")
        else:
            yield prefix + _key(key), value


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(value: str) -> str:
    """Return `value` as a TOML text; JSON's escapes are among TOML's, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
