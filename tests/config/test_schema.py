"""The table of settings against the request's own types: every field has its setting, of the same kind and choices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from chat_tui.config.names import keys_of
from chat_tui.config.schema import ALIASES, APPLICATION_ONLY, KEYED, SETTINGS, TABLES, Setting
from chat_tui.openrouter.request import ChatRequest

NOT_SETTINGS = {
    "messages": "the conversation",
    "reasoning_effort": "an older name of reasoning.effort",
    "include_reasoning": "an older form of reasoning.exclude",
    "tools.openrouter:files.parameters": "that tool has none yet",
    "tools.function": "functions are kept as a file has them",
    **{
        f"tools.{name}": "another name of openrouter:web_search"
        for name in ("web_search", "web_search_preview", "web_search_preview_2025_03_11", "web_search_2025_08_26")
    },
}
NOT_SENT = {"system", "local_preset", "budget"}
"""Settings that aren't fields of a request: one is its first message."""

NAMES = {name.removeprefix("parameters."): setting for name, setting in SETTINGS.items()}


def forms(declared: Any) -> Iterator[Any]:
    """Return what a field may be, one by one."""
    if get_origin(declared) in (Required, NotRequired):
        yield from forms(get_args(declared)[0])
    elif get_origin(declared) in (Union, UnionType):
        for one in get_args(declared):
            yield from forms(one)
    elif declared is not NoneType and declared is not Decimal:
        yield declared


def fields(table: Any, prefix: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Return the fields of a table of the request, each before those inside it, with what it may be."""
    for key, declared in get_type_hints(table, include_extras=True).items():
        name = f"{prefix}{key}"
        if name in KEYED:
            (items,) = get_args(next(forms(declared)))
            for item in forms(items):
                yield from _item(name, item)
        elif name not in NOT_SETTINGS:
            yield from _field(name, list(forms(declared)))


def _item(name: str, item: Any) -> Iterator[tuple[str, list[Any]]]:
    hints = get_type_hints(item, include_extras=True)
    for known in get_args(next(forms(hints.pop(KEYED[name])))):
        if f"{name}.{known}" not in NOT_SETTINGS:
            yield f"{name}.{known}.enabled", [bool]
            for key, declared in hints.items():
                if f"{name}.{known}.{key}" not in NOT_SETTINGS:
                    yield from _field(f"{name}.{known}.{key}", list(forms(declared)))


def _field(name: str, declared: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    yield name, declared
    if name in TABLES:
        for form in filter(is_typeddict, declared):
            yield from fields(form, f"{name}.")


def kind(form: Any) -> type:
    """Return the kind of setting that a form of a field is."""
    if get_origin(form) is Literal:
        return str
    if is_typeddict(form) or get_origin(form) is Mapping:
        return dict
    return list if get_origin(form) in (list, Sequence) else form


def choices(declared: Sequence[Any]) -> set[str]:
    """Return the words that a field, or each item of it, may be; none where it may be any."""
    inner = [one for form in declared if kind(form) is list for one in forms(get_args(form)[0])]
    literals = [form for form in (*declared, *inner) if get_origin(form) is Literal]
    return {word for form in literals for word in get_args(form)}


def words_of(setting: Setting) -> set[str]:
    return set(setting.choices or (setting.item.choices if setting.item else ()))


def test_every_field_of_a_request_is_a_setting_of_its_kind_and_choices() -> None:
    whole: dict[str, list[Any]] = {}
    for name, declared in fields(ChatRequest):
        whole[name] = [*whole.get(name, ()), *declared]
    wrong = {}
    for name, declared in whole.items():
        kinds = {kind(form) for form in declared if not (name in TABLES and is_typeddict(form))}
        if kinds == {float, str}:
            kinds = {float}  # a price
        setting = NAMES.get(name)
        known = set(setting.kinds) if setting is not None else set()
        if known != kinds or (setting is not None and words_of(setting) != choices(declared)):
            wrong[name] = (declared, setting)
    assert not wrong


def test_every_setting_of_a_chat_is_a_field_of_a_request() -> None:
    known = {name for name, _ in fields(ChatRequest)}
    own = {ALIASES.get(name, name) for name in SETTINGS if keys_of(name)[0] not in APPLICATION_ONLY | NOT_SENT}
    assert {name.removeprefix("parameters.") for name in own} - known == set()
