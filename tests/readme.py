"""The README's generated sections, written from the sources they describe: `python -m tests.readme`."""

from __future__ import annotations

import argparse
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import get_args
from unittest.mock import patch

from chat_tui.cli.main import COMMANDS, parser
from chat_tui.config import themes
from chat_tui.config.commands import VERBS
from chat_tui.config.schema import SETTINGS, Setting
from chat_tui.config.writing import literal
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.records import Hiding, Settlement, encode_hiding, encode_message, encode_settlement
from chat_tui.conversation.values import (
    Aside,
    Asked,
    Attempt,
    Chance,
    Citation,
    Failure,
    FilePart,
    Likely,
    Message,
    Receipt,
    Role,
    Status,
    TextPart,
    Usage,
)
from chat_tui.demo import catalogue
from chat_tui.models.filters import CHOICES, FLAGS, MEASURES
from chat_tui.models.order import ORDERS
from chat_tui.screens import conversation_keys, goto_keys, inspector_keys, model_keys, preset_keys, setting_keys
from chat_tui.screens.actions import ACTIONS, ATTACHED_KEYS, COST_KEYS, PROVIDER_KEYS, READING_KEYS, WRITING_KEYS
from chat_tui.search import filters as search

_NESTED = frozenset(("parts", "citations", "logprobs", "asked", "receipt", "failure"))
_EVERY_FIELD = Message(
    id=new_id(),
    parent=new_id(),
    role="assistant",
    at=datetime(2026, 11, 21, tzinfo=UTC),
    model="a/b",
    parts=(TextPart("text"),),
    reasoning="text",
    reasoning_details=({"type": "reasoning.text"},),
    tool_calls=({"type": "function"},),
    citations=(Citation("https://example.com", "title", ((0, 4),)),),
    logprobs=(Chance(Likely("a", -0.1, b"\xf0"), (Likely("b"),)),),
    response_format="json_object",
    asked=Asked(
        "0" * 64, {"model": "a/b"}, FilePart("0" * 64, "application/json", "name", 1), "openrouter", ("x",), True, True
    ),
    annotations=(FilePart("0" * 64, "application/json", "name", 1),),
    receipt=Receipt(
        model="a/b",
        provider="Provider",
        generation="gen-1",
        finish="stop",
        native_finish="end_turn",
        usage=Usage(1, 1, 1, 1, 1),
        cost=Decimal("0.1"),
        upstream_cost=Decimal("0.1"),
        tool_cost=Decimal("0.1"),
        cache_discount=Decimal("0.1"),
        is_byok=True,
        given_up=True,
        origin="https://openrouter.ai",
        first_token_ms=400,
        reasoning_ms=1200,
        total_ms=2900,
        service_tier="flex",
        attempts=(Attempt("sentence"),),
        asides=(Aside("title"),),
        raw_usage={"cost": 0.1},
        metadata={"attempt": 1},
        violation="sentence",
        fallback="words",
    ),
    failure=Failure("sentence", "429", retryable=True, actions=("retry",), retry_after=1.5, limit_source="word"),
    copied_from=new_id(),
)
_FIELDS = {
    "v": "1, the version of the format; a line of a newer version makes the conversation read-only",
    "type": "`message`; two more types are below, lines of others are kept and skipped",
    "id": "26 characters",
    "parent": "the `id` of the message before it, or null for the first",
    "at": "when the line was written: RFC 3339, UTC, milliseconds",
    "role": " · ".join(f"`{role}`" for role in get_args(Role)),
    "status": " · ".join(f"`{status}`" for status in get_args(Status)),
    "model": "the model that was asked",
    "parts[].type": "`text`; `file` with `sha256`, `media_type`, `name`, `size` in bytes and, where they are known, "
    "`width` and `height` in pixels, `pages`, `seconds`; `link` with `kind`, `url`, `name`",
    "parts[].text": "the text as it was typed or received, Markdown and all",
    "reasoning": "what the model thought, as text",
    "reasoning_details": "the same as the server sent it, to be sent back unchanged",
    "tool_calls": "as the server sent them",
    "citations[].url": "a source that the model named",
    "citations[].title": "its title",
    "citations[].spans": "where the text names it: the first character, and the one after the last; as the server said",
    "logprobs[].token": "with `/logprobs`: each token of the reply, as the server writes it",
    "logprobs[].logprob": "the natural logarithm of how likely it was",
    "logprobs[].bytes": "its bytes, where they aren't those of its text: a token may be a part of a character",
    "logprobs[].top_logprobs": "the likeliest tokens at its place, each with the same three",
    "response_format": "`json_object` or `json_schema`, when the request asked for that",
    "asked.digest": "of the request: the SHA-256 of its JSON with sorted keys and without spaces, non-ASCII escaped",
    "asked.body": "what was sent beside the conversation's messages, which are those of the path to the reply",
    "asked.file": "the same in a file, when it is long; a `file` part as above",
    "asked.form": "what the server speaks: `openrouter`, `openrouter-old`, `openai`",
    "asked.hidden": "the ids of messages on the path that were left out",
    "asked.raw": "true when the prompt was sent as it stands, without roles",
    "asked.edited": "true when the request was written by hand: `body` is then all of it",
    "annotations": "what the server made of attached files: `file` parts as above, sent back to save the parsing",
    "receipt.model": "the model that answered",
    "receipt.provider": "who served it",
    "receipt.generation": "OpenRouter's id of the answer",
    "receipt.finish": "why it ended: `stop`, `length`, …",
    "receipt.native_finish": "the same in the provider's word",
    "receipt.origin": "the server that served; it alone is asked for what it didn't say of the cost",
    "receipt.usage": ", ".join(f"`{name}`" for name in Usage._fields),
    "receipt.cost": "USD that the server took, as it said, a decimal number in a string, as the next three",
    "receipt.upstream_cost": "what the provider charged: with a key of your own beside `cost`, else a part of it",
    "receipt.tool_cost": "what the server's own tools cost, a part of `cost`",
    "receipt.cache_discount": "what the prompt cache saved; below zero: what writing to it cost more",
    "receipt.is_byok": "whether a key of your own at the provider was used",
    "receipt.given_up": "true when the server was asked for a day what the reply cost, and never knew",
    "receipt.first_token_ms": "from sending the request to the first word; not there when the reply came whole",
    "receipt.reasoning_ms": "how long the model thought before it said something else",
    "receipt.total_ms": "from sending the request to the end",
    "receipt.service_tier": "the provider's tier that served, where it said",
    "receipt.attempts": "requests that failed before a word came and were made again: `sentence`, `code`, `provider`, "
    "`generation`, `cost`, `waited_ms`; what they cost isn't in `receipt.cost`",
    "receipt.asides": "requests beside it, such as for a title: `what`, `model`, `generation`, `cost`; what they cost "
    "isn't in `receipt.cost`",
    "receipt.raw_usage": "the server's `usage` as it came",
    "receipt.metadata": "how the request was routed, as the server said when it was asked",
    "receipt.violation": "what served though it was not asked for, as a sentence; missing when all was as asked",
    "receipt.fallback": "in whose place another model or provider served, and why where the server said",
    "failure.sentence": "why it failed, and what to do",
    "failure.code": "the server's code, or the HTTP status",
    "failure.retryable": "true when sending it again may help",
    "failure.actions": "what may help, the likeliest first",
    "failure.retry_after": "how many seconds the server said to wait",
    "failure.limit_source": "whose limit was reached, in the server's word",
    "copied_from": "the conversation that has the message first, where its cost is counted",
}
_OTHER_LINES = {
    "receipt": "what became known of a reply's price later; what its `receipt` says counts in place of the message's",
    "hide": "whether requests leave a message out; `hidden` is true or false",
}

README = Path(__file__).parent.parent / "README.md"
COLUMNS = 100
"""argparse wraps help to the terminal's width, unless it is told one."""
_KINDS = {str: "text", int: "whole number", float: "number", bool: "true or false", list: "list", dict: "table"}


def keys() -> str:
    """Return the table of actions, and that of the keys that belong to a part of the screen."""
    actions = (
        (
            ", ".join(f"`{action._replace(keys=one).key_label}`" for one in action.keys.split(",") if one),
            f"`/{action.slash}{' ' if action.argument else ''}{action.argument}`",
            action.help,
        )
        for action in ACTIONS
    )
    tables = [_table(("Key", "Command", "What it does"), actions)]
    places = {
        "While you write": WRITING_KEYS,
        "In what is attached": ATTACHED_KEYS,
        "In the conversation": READING_KEYS,
        "In the table of providers": PROVIDER_KEYS,
    }
    for where, rows in places.items():
        tables.append(_table((where, "What it does"), ((f"`{names}`", text) for names, text in rows)))
    return "\n".join(tables)


def commands() -> str:
    """Return the help of the command line, then that of each command."""
    root = parser(list(COMMANDS))
    subparsers = next(action for action in root._actions if isinstance(action, argparse._SubParsersAction))
    with patch.dict(os.environ, COLUMNS=str(COLUMNS), NO_COLOR="1"):
        return "\n".join(f"```text\n{one.format_help()}```\n" for one in (root, *subparsers.choices.values()))


def settings_keys() -> str:
    """Return the keys of the settings pane."""
    return _key_table(setting_keys.help_rows())


def conversations_keys() -> str:
    """Return the keys of the pane of conversations."""
    return _key_table(conversation_keys.help_rows())


def search_keys() -> str:
    """Return the keys of the search of everything."""
    return _key_table(goto_keys.help_rows())


def search_filters() -> str:
    """Return every filter that finds conversations and messages."""
    rows = []
    for choice in search.CHOICES.values():
        values = ", ".join(f"`{value}` ({meaning})" for value, meaning in choice.values)
        rows.append((f"`{choice.name}:…`", f"{choice.meaning}{': ' if values else ''}{values}"))
    rows.append((f"`{search.COST}:>0.1`", search.COST_MEANING))
    return _table(("Filter", "What it asks for"), rows)


def presets_keys() -> str:
    """Return the keys of the pane of presets."""
    return _key_table(preset_keys.help_rows())


def inspector() -> str:
    """Return the keys of the inspector."""
    return _key_table(inspector_keys.KEYS)


def _key_table(rows: Iterable[tuple[str, str]]) -> str:
    return _table(("Key", "What it does"), ((f"`{keys}`", text) for keys, text in rows))


def setting_commands() -> str:
    """Return the commands that show and change settings."""
    return _table(("Command", "What it does"), ((f"`/{verb} {what}`", help) for verb, (what, help) in VERBS.items()))


def settings() -> str:
    """Return a table of settings for each of their groups, with what OpenRouter charges for."""
    groups: dict[str, list[Setting]] = {}
    for setting in SETTINGS.values():
        groups.setdefault(setting.group, []).append(setting)
    heading = ("Setting", "Command", "What it may be", "What it is")
    return "\n".join(
        f"<details><summary>{group}</summary>\n\n{_table(heading, map(_setting_row, rows))}\n</details>\n"
        for group, rows in groups.items()
    )


def _setting_row(setting: Setting) -> tuple[str, ...]:
    short = f"`/{setting.short}`" if setting.short else ""
    default = "" if setting.default is None else f" (built in: `{literal(setting.default).strip(chr(34))}`)"
    kind = ", ".join(_kind(setting))
    return f"`{setting.name}`", short, f"{kind}{default}", f"{setting.help} {setting.price}".strip()


def filters() -> str:
    """Return every filter and order that finds models."""
    rows = [(f"`{flag.name}`", flag.meaning) for flag in FLAGS.values()]
    for choice in CHOICES.values():
        values = ": " + ", ".join(f"`{value}`" for value in choice.values) if choice.values else ""
        rows.append((f"`{choice.name}:…`", f"{choice.meaning}{values}"))
    rows += [(f"`{measure.name}{measure.example}`", measure.meaning) for measure in MEASURES.values()]
    rows.append(("`sort:…`", "the order: " + ", ".join(f"`{name}`" for name in ORDERS)))
    return _table(("Filter", "What a model must be, have or cost"), rows)


def picker_keys() -> str:
    """Return the keys of the model picker."""
    return _table(("Key", "What it does"), ((f"`{names}`", text) for names, text in model_keys.help_rows()))


def demo_models() -> str:
    """Return the table of the models that exist only on the emulator."""
    file = Path(catalogue.__file__).with_name("demo_models.toml")
    listed = tomllib.loads(file.read_text("utf-8"))["models"]
    # What is hostile on purpose there stays there: only the printable part of a description is quoted.
    rows = ((f"`{model['id']}`", re.split(r"[\x00-\x1f]", model["description"])[0].strip()) for model in listed)
    return _table(("Model", "What it does"), rows)


def journal() -> str:
    """Return the fields of a message's line as the code writes them, with where and what they are."""
    everything = _journalled(_EVERY_FIELD)
    if unexplained := everything.keys() ^ _FIELDS.keys():
        raise ValueError(f"explain these fields of the journal, and no others: {', '.join(sorted(unexplained))}")
    fields = _table(("Field", "What it is"), ((f"`{name}`", _FIELDS[name]) for name in everything))
    lines = (encode_settlement(Settlement(new_id(), now(), Receipt())), encode_hiding(Hiding(new_id(), now())))
    rows = []
    for record in map(json.loads, lines):
        names = ", ".join(f"`{name}`" for name in record if name != "type")
        rows.append((f"`{record['type']}`", names, _OTHER_LINES[record["type"]]))
    return f"{fields}\n{_table(('Other lines', 'Fields', 'What they say of the message with that `id`'), rows)}"


def _journalled(message: Message) -> dict[str, None]:
    """Return the names of all fields of a line, dotted, in the order in which they are written."""
    record = json.loads(encode_message(message))
    names: dict[str, None] = {}
    for name, value in record.items():
        inner = value[0] if isinstance(value, list) else value
        nested = isinstance(inner, dict) and name in _NESTED
        dots = "[]." if isinstance(value, list) else "."
        names |= dict.fromkeys([f"{name}{dots}{key}" for key in inner] if nested else [name])
    return names


def theme_names() -> str:
    """Return the names of the themes that come along."""
    return ", ".join(f"`{file.stem}`" for file in sorted(themes.shipped_themes().glob("*.toml"))) + "\n"


def theme_colors() -> str:
    """Return the names of the colours that a theme sets."""
    required = " and ".join((", ".join(f"`{name}`" for name in themes.REQUIRED[:-1]), f"`{themes.REQUIRED[-1]}`"))
    others = ", ".join(f"`{name}`" for name in themes.COLORS if name not in themes.REQUIRED)
    return f"Needed: {required}. Optional: {others}.\n"


def cost_keys() -> str:
    """Return the keys of the cost screen."""
    return _key_table(COST_KEYS)


SECTIONS: dict[str, Callable[[], str]] = {
    "keys": keys,
    "commands": commands,
    "filters": filters,
    "picker keys": picker_keys,
    "settings keys": settings_keys,
    "presets keys": presets_keys,
    "conversations keys": conversations_keys,
    "search keys": search_keys,
    "search filters": search_filters,
    "inspector keys": inspector,
    "cost keys": cost_keys,
    "setting commands": setting_commands,
    "settings": settings,
    "demo models": demo_models,
    "journal": journal,
    "theme names": theme_names,
    "theme colours": theme_colors,
}


def generated(text: str) -> str:
    """Return the README `text` with each section between `<!-- name -->` and `<!-- /name -->` written anew.

    Raises:
        ValueError: when a section's marks are missing, or there more than once.
    """
    for name, section in SECTIONS.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
            raise ValueError(f"{README.name} needs one pair of {begin.strip()} and {end}")
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{section()}\n{end}{after}"
    return text


def _kind(setting: Setting) -> Iterator[str]:
    named = {**_KINDS, str: " · ".join(f"`{choice}`" for choice in setting.choices) or _KINDS[str]}
    yield " or ".join(named[kind] for kind in setting.kinds)
    if setting.item is not None:
        yield f"each {', '.join(_kind(setting.item))}"
    if setting.low is not None and setting.high is not None:
        yield f"{setting.low:g} to {setting.high:g}"
    elif setting.low is not None:
        yield f"at least {setting.low:g}"
    if setting.longest is not None:
        yield f"at most {setting.longest}"
    if setting.needs:
        yield f"with `{setting.needs}`"
    if setting.unit:
        yield setting.unit


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    README.write_text(generated(README.read_text("utf-8")), "utf-8")
