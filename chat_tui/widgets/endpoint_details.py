"""All that is known of one endpoint, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from textual.content import Content

from chat_tui.cost.written import format_tokens
from chat_tui.models.endpoint import EndpointEntry, Policy
from chat_tui.models.prices import RATES, price_text
from chat_tui.text import one_line
from chat_tui.widgets.endpoint_columns import milliseconds, percent

_LABEL = 10
_DIM = "$foreground-muted"


def endpoint_details(entry: EndpointEntry, width: int) -> Content:
    """Return what is known of `entry` in lines of `width` cells; what the server doesn't say has none."""
    lines = [Content.assemble(one_line(entry.provider), (f"  {one_line(entry.tag)}", _DIM))]
    for label, text in _facts(entry):
        for number, row in enumerate(wrap(one_line(text), max(width - _LABEL, 10))):
            lines.append(Content.assemble((f"{label if not number else '':<{_LABEL}}", _DIM), row))
    return Content("\n").join(lines)


def _facts(entry: EndpointEntry) -> Iterator[tuple[str, str]]:
    """Yield labels and texts; an empty text has no line."""
    yield "prices", _prices(entry)
    limits = ((entry.context, "context"), (entry.max_prompt, "prompt"), (entry.max_output, "output"))
    yield "tokens", " · ".join(f"{format_tokens(number)} {name}" for number, name in limits if number is not None)
    uptimes = (("5 min", entry.uptime_5m), ("30 min", entry.uptime_30m), ("1 day", entry.uptime_1d))
    told = [f"{percent(share)} % in {span}" for span, share in uptimes if share is not None]
    yield "uptime", " · ".join([*told, *([entry.status_words] if entry.status_words else [])])
    yield "latency", " · ".join(f"{name} {milliseconds(value)}" for name, value in entry.latency.told())
    yield "tok/s", " · ".join(f"{name} {value:.0f}" for name, value in entry.throughput.told())
    yield "data", _policy(entry.policy)
    caching = {True: "caches prompts by itself", False: "", None: ""}[entry.caches]
    tier = f"service tier {entry.service_tier}" if entry.service_tier else ""
    yield "serves", " · ".join(text for text in (entry.quantization, tier, caching) if text)
    yield "heeds", ", ".join(entry.parameters)


def _prices(entry: EndpointEntry) -> str:
    if entry.prices.varies:
        return "vary with where the prompt goes"
    told = []
    for name, price in entry.prices.named():
        rate = RATES[name]
        told.append(f"{rate.words} ${price_text(price, rate.places)}/{rate.unit.replace(' tokens', '')}")
    if entry.prices.discount:
        told.append(f"{entry.prices.discount:.0%} off, counted in")
    return " · ".join(told)


def _policy(policy: Policy) -> str:
    kept = {True: "keeps nothing (ZDR)", False: "may keep prompts", None: "whether prompts are kept isn't told"}[
        policy.zdr
    ]
    seat = f"seat {policy.headquarters}" if policy.headquarters else ""
    machines = f"machines in {', '.join(policy.datacenters)}" if policy.datacenters else ""
    return " · ".join(text for text in (kept, seat, machines, policy.privacy_url) if text)
