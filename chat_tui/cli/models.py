"""`chat-tui models`: what the server offers."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from chat_tui.cli.options import Surroundings, server_of, surroundings
from chat_tui.cli.output import fail, say, write, write_json
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.config.server import Server
    from chat_tui.models.entry import ModelEntry

_MILLION = Decimal(1_000_000)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the catalogue and return 0, or 1 when the server doesn't answer."""
    from chat_tui.config.problems import ConfigError
    from chat_tui.engine.refused import RefusedError

    around = surroundings(arguments)
    try:
        entries = asyncio.run(_fetch(around, server_of(arguments, around.paths)))
    except (ConfigError, RefusedError) as error:
        return fail(str(error))
    if arguments.json:
        write_json({"schema": 1, "models": [_as_json(entry) for entry in entries]})
        return 0
    width = max((len(one_line(entry.id)) for entry in entries), default=0)
    priced = any(entry.prices.prompt is not None for entry in entries)
    for entry in entries:
        context = f"{entry.context:,}" if entry.context else ""
        prices = " / ".join(_per_million(price) for price in (entry.prices.prompt, entry.prices.completion))
        write(f"{one_line(entry.id):<{width}}  {context:>11}  {prices if priced else ''}".rstrip() + "\n")
    if entries and not priced:
        say("This server names no prices.")
    return 0


async def _fetch(around: Surroundings, server: Server) -> Sequence[ModelEntry]:
    from chat_tui.engine.session import Session

    session = Session(server, around.settings)
    try:
        return await session.models()
    finally:
        await session.close()


def _per_million(price: Decimal | None) -> str:
    """Return a price per token as USD per million of them."""
    return f"{'–':>8}" if price is None else f"${price * _MILLION:>7.2f}"


def _as_json(entry: ModelEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "name": entry.name,
        "context_length": entry.context,
        "prompt_price": entry.prices.prompt,
        "completion_price": entry.prices.completion,
        "input_modalities": list(entry.inputs),
        "output_modalities": list(entry.outputs),
    }
