"""`chat-tui models`: what the server offers, filtered and sorted as in the model picker."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chat_tui.cli.options import Surroundings, server_of, surroundings
from chat_tui.cli.output import fail, say, write, write_json
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.config.server import Server
    from chat_tui.models.entry import ModelEntry, Rates
    from chat_tui.models.listing import Listing
    from chat_tui.models.query import Query

WRONG_USAGE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--filter", default="", metavar="EXPR", help='as in the picker: "free ctx>200k in:image"')
    parser.add_argument("--sort", metavar="ORDER", help="new, ctx, max, in, out, name, …; turned round as --sort=-out")
    parser.add_argument("--refresh", action="store_true", help="ask the server even when it was asked just now")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the models and return 0; 1 when the server doesn't answer, 2 when the filter isn't understood."""
    from chat_tui.config.problems import ConfigError
    from chat_tui.engine.refused import RefusedError
    from chat_tui.models.query import parse

    order = f" sort:{arguments.sort}" if arguments.sort else ""
    query = parse(arguments.filter + order)
    if query.problems:
        for problem in query.problems:
            say(problem.sentence)
        return WRONG_USAGE
    around = surroundings(arguments)
    try:
        server = server_of(arguments, around.paths)
        listing, found = asyncio.run(_find(around, server, query, refresh=arguments.refresh))
    except (ConfigError, RefusedError) as error:
        return fail(str(error))
    if arguments.json:
        _write_json(server, listing, found)
    else:
        _write_table(found)
    return 0


async def _find(
    around: Surroundings, server: Server, query: Query, *, refresh: bool
) -> tuple[Listing, Sequence[ModelEntry]]:
    """Return what is known of the server's models, and those that `query` asks for.

    Raises:
        RefusedError: when nothing is known, not even from before, or the server can't tell what a filter needs.
    """
    from chat_tui.engine.catalogue import FRESH_SECONDS
    from chat_tui.engine.refused import RefusedError
    from chat_tui.engine.session import Session
    from chat_tui.models.known import Known, pending

    session = Session(server, around.settings, paths=around.paths)
    try:
        listing = await session.catalogue.refresh(older_than=0 if refresh else FRESH_SECONDS)
        now = datetime.now(UTC)
        if listing.fetched is None or (refresh and listing.problem):
            raise RefusedError(listing.problem)
        if listing.problem:
            say(f"{listing.problem} These models are {listing.freshness(now)}.")
        listing = await session.catalogue.answered(query.questions)
        chosen = await session.chosen_models.open()
        if session.chosen_models.problem:
            say(session.chosen_models.problem)
        known = Known(now, chosen.favourites, chosen.recents, listing.answers)
        if unanswered := pending(query.questions, known, server.origin):
            raise RefusedError(unanswered[0])
        return listing, listing.index.find(query, known)
    finally:
        await session.close()


def _write_table(entries: Sequence[ModelEntry]) -> None:
    """Print a line for each model: its id, context and longest reply in tokens, USD per million tokens in and out."""
    width = max((len(one_line(entry.id)) for entry in entries), default=0)
    priced = any(entry.prices.varies or entry.prices.prompt is not None for entry in entries)
    for entry in entries:
        counts = [f"{count:,}" if count else "" for count in (entry.context, entry.max_output)]
        line = f"{one_line(entry.id):<{width}}  {counts[0]:>11}  {counts[1]:>11}"
        write(f"{line}{_prices(entry) if priced else ''}".rstrip() + "\n")
    if entries and not priced:
        say("This server names no prices.")


def _prices(entry: ModelEntry) -> str:
    """Return both prices with their points below each other."""
    from chat_tui.models.prices import price_text

    told = ""
    for price in (entry.prices.prompt, entry.prices.completion):
        text = "varies" if entry.prices.varies else "–" if price is None else f"${price_text(price)}"
        whole, point, fraction = text.partition(".")
        told += f"  {whole:>6}{point}{fraction:<8}"
    return told


def _write_json(server: Server, listing: Listing, entries: Sequence[ModelEntry]) -> None:
    from chat_tui.conversation.ids import format_time

    fetched = format_time(listing.fetched) if listing.fetched else None
    models = [_as_json(entry) for entry in entries]
    write_json({"schema": 1, "server": server.base_url, "fetched": fetched, "models": models})


def _as_json(entry: ModelEntry) -> dict[str, object]:
    """Return a model; prices are USD for one (token, image, search, request), and only those that are named."""
    from chat_tui.conversation.ids import format_time

    overrides = [{**dict(override.named()), **_conditions(override)} for override in entry.prices.overrides]
    return {
        "id": entry.id,
        "name": entry.name,
        "author": entry.author or None,
        "alias_of": entry.alias_of,
        "created": format_time(entry.created) if entry.created else None,
        "expires": entry.expires.isoformat() if entry.expires else None,
        "context_length": entry.context,
        "max_completion_tokens": entry.max_output,
        "prompt_price": entry.prices.prompt,
        "completion_price": entry.prices.completion,
        "free": entry.is_free,
        "price_varies": entry.prices.varies,
        "prices": {**dict(entry.prices.named()), **({"overrides": overrides} if overrides else {})},
        "input_modalities": list(entry.inputs),
        "output_modalities": list(entry.outputs),
        "supported_parameters": list(entry.parameters),
    }


def _conditions(override: Rates) -> dict[str, object]:
    from chat_tui.models.entry import Rates

    rates = {field.name for field in fields(Rates)}
    conditions = {field.name: getattr(override, field.name) for field in fields(override) if field.name not in rates}
    return {name: value for name, value in conditions.items() if value not in (None, ())}
