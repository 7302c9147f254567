"""`chat-tui cost`: what was spent, as the servers said it, added up."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from chat_tui.cli.options import surroundings
from chat_tui.cli.output import fail, say, write, write_json
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.cost.sums import By, Group, Spent

BY = ("day", "model", "provider", "chat")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--by", choices=BY, default="day", help="what belongs together (day, where you are)")
    parser.add_argument("--since", type=_day, metavar="DATE", help="only from this day on: 2026-11-01")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--csv", action="store_true", help="print comma-separated values")


def run(arguments: argparse.Namespace) -> int:
    """Print what was spent and return 0."""
    from chat_tui.cost.sums import grouped, total
    from chat_tui.engine.refused import RefusedError
    from chat_tui.engine.spending import Spending

    spending = Spending(surroundings(arguments).paths)
    spending.update()
    try:
        entries = spending.read(arguments.since)
    except RefusedError as error:
        return fail(str(error))
    groups, all_of_it = grouped(entries, arguments.by), total(entries)
    if arguments.json:
        since = arguments.since.isoformat() if arguments.since else None
        rows = [_names(group, arguments.by) | _figures(group.spent) for group in groups]
        write_json({"schema": 1, "by": arguments.by, "since": since, **_figures(all_of_it), "rows": rows})
    elif arguments.csv:
        write(_csv(groups, arguments.by))
    elif not groups:
        say("Nothing was spent yet." if arguments.since is None else "Nothing was spent since then.")
    else:
        _print(groups, all_of_it, arguments.by)
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no day; give one such as 2026-11-01") from None


def _names(group: Group, by: By) -> dict[str, Any]:
    return {"chat": group.key or None, "title": group.title} if by == "chat" else {by: group.key or None}


def _figures(spent: Spent) -> dict[str, Any]:
    """Return sums; costs are USD, to the last digit."""
    return {
        "cost": spent.cost,
        "own_keys_cost": spent.upstream,
        "replies": spent.replies,
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
        "cached_tokens": spent.cached_tokens,
        "pending": spent.pending,
        "unknown": spent.unknown,
    }


def _csv(groups: Sequence[Group], by: By) -> str:
    if not groups:
        return ""
    text = io.StringIO()
    rows = [_names(group, by) | _figures(group.spent) for group in groups]
    table = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue()


def _cell(value: object) -> object:
    """Return a cell; what a spreadsheet would take for a formula is marked as text."""
    from decimal import Decimal

    if isinstance(value, Decimal):
        return format(value, "f")
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _print(groups: Sequence[Group], all_of_it: Spent, by: By) -> None:
    from chat_tui.cost.written import format_tokens

    amounts = _aligned([*(group.spent for group in groups), all_of_it])
    for group, told in zip(groups, amounts, strict=False):
        name = one_line(group.title or group.key or "not told", 48)
        tokens = f"{format_tokens(group.spent.prompt_tokens)} in  {format_tokens(group.spent.completion_tokens)} out"
        write(f"{name:<48}  {told}  {group.spent.replies:>6,}  {tokens}\n")
    word = "reply" if all_of_it.replies == 1 else "replies"
    write(f"{'all':<48}  {amounts[-1]}  {all_of_it.replies:>6,} {word}\n")
    if all_of_it.upstream:
        say(f"Beside that, providers took ${all_of_it.upstream:f} from keys of your own.")
    if all_of_it.pending:
        say(f"{all_of_it.pending:,} more become known later: the application asks the server while it runs.")
    if all_of_it.unknown:
        say(f"Of {all_of_it.unknown:,} nobody said what they cost.")


def _aligned(sums: Sequence[Spent]) -> list[str]:
    """Return amounts to the last digit, their points below each other."""
    texts = [("" if spent.is_whole else "≥ ") + f"${spent.cost:f}" for spent in sums]
    parts = [text.partition(".") for text in texts]
    before, after = max(len(whole) for whole, _, _ in parts), max(len(point + rest) for _, point, rest in parts)
    return [whole.rjust(before) + (point + rest).ljust(after) for whole, point, rest in parts]
