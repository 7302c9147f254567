"""The table of providers: what a column shows, which fit, and what comes first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chat_tui.models.endpoint import EndpointEntry, Policy, Spread
from chat_tui.models.entry import Prices
from chat_tui.widgets.endpoint_columns import COLUMNS, fitting, ordered
from chat_tui.widgets.endpoint_details import endpoint_details

BY_HEADING = {column.heading: column for column in COLUMNS}


def offer(tag: str, **known: Any) -> EndpointEntry:
    return EndpointEntry(tag, tag.title(), known.pop("prices", Prices()), **known)


KNOWN = offer(
    "groq",
    prices=Prices(prompt=Decimal("0.00000059"), completion=Decimal("0"), input_cache_read=Decimal("0.0000000375")),
    quantization="fp8",
    context=131_072,
    max_output=8192,
    uptime_30m=99.97,
    latency=Spread(p50=1499),
    throughput=Spread(p50=287.4),
    status=-2,
    policy=Policy(zdr=False),
)
UNKNOWN = offer("azure/eu")
FREE = offer("free", prices=Prices(prompt=Decimal(0)), uptime_30m=100.0, latency=Spread(p50=90), status=0)
VARYING = offer("auto", prices=Prices(varies=True))


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("$/M in", ("0.59", "–   ", "0.00", "varies   ")),
        ("out", ("0.00", "–   ", "–   ", "varies   ")),
        ("cached", ("0.0375", "–     ", "–     ", "varies     ")),
        ("quant", ("fp8", "–", "–", "–")),
        ("context", ("131k", "–", "–", "–")),
        ("output", ("8,192", "–", "–", "–")),
        ("up %", ("99.9!", "–", "100 ", "–")),  # not rounded up to all
        ("latency", ("1.5 s", "–", "90 ms", "–")),
        ("tok/s", ("287", "–", "–", "–")),
        ("data", ("may keep", "–", "–", "–")),
    ],
)
def test_what_is_shown_of_each(heading: str, cells: tuple[str, ...]) -> None:
    (shown,) = (one for one in fitting([KNOWN, UNKNOWN, FREE, VARYING], 400) if one.column.heading == heading)
    assert shown.cells == cells
    assert shown.room > max(map(len, (heading, *cells)))


def test_no_number_pushes_the_others_out() -> None:
    told = {"context": 8192, "throughput": Spread(p50=40)}
    odd = offer("odd", prices=Prices(prompt=Decimal("1e-30"), completion=Decimal("1e30")), **told)
    plain = offer("plain", prices=Prices(prompt=Decimal("1e-6"), completion=Decimal("2e-6")), **told)
    assert [one.column.heading for one in fitting([odd, plain], 58)] == ["$/M in", "out", "context", "tok/s"]


def test_columns_give_way_and_those_that_tell_nothing_are_absent() -> None:
    every = [one.column.heading for one in fitting([KNOWN], 400)]
    assert every == [column.heading for column in COLUMNS]
    last = len(every)
    for width in range(120, -1, -1):
        fits = fitting([KNOWN], width)
        assert sum(one.room for one in fits) <= width
        assert len(fits) <= last
        last = len(fits)
    assert [one.column.heading for one in fitting([KNOWN], 36)] == ["$/M in", "out", "latency", "tok/s"]
    assert [one.column.heading for one in fitting([FREE], 400)] == ["$/M in", "up %", "latency"]
    assert fitting([UNKNOWN], 400) == fitting([], 400) == []


SLOW = offer("slow", latency=Spread(p50=900), throughput=Spread(p50=9), prices=Prices(prompt=Decimal("0.1")))
QUICK = offer("quick", latency=Spread(p50=90), throughput=Spread(p50=900), prices=Prices(prompt=Decimal("0.2")))


@pytest.mark.parametrize(
    ("heading", "best_first", "worst_first"),
    [
        ("latency", [QUICK, SLOW, UNKNOWN], [SLOW, QUICK, UNKNOWN]),
        ("tok/s", [QUICK, SLOW, UNKNOWN], [SLOW, QUICK, UNKNOWN]),
        ("$/M in", [SLOW, QUICK, UNKNOWN], [QUICK, SLOW, UNKNOWN]),
        ("data", [UNKNOWN, SLOW, QUICK], [UNKNOWN, SLOW, QUICK]),
        ("", [UNKNOWN, SLOW, QUICK], [QUICK, SLOW, UNKNOWN]),
    ],
)
def test_the_best_come_first_and_the_unknown_last(
    heading: str, best_first: list[EndpointEntry], worst_first: list[EndpointEntry]
) -> None:
    listed, column = [UNKNOWN, SLOW, QUICK], BY_HEADING.get(heading)
    assert ordered(listed, column, reverse=False) == best_first
    assert ordered(listed, column, reverse=True) == worst_first


def test_details_say_all_that_is_known_within_the_width() -> None:
    text = endpoint_details(KNOWN, 40).plain
    words = " ".join(text.split())
    assert "input $0.59/M · output $0.00/M · cache read $0.0375/M" in words
    assert "131k context · 8,192 output" in words
    assert "99.9 % in 30 min · degraded (-2)" in words
    assert "may keep prompts" in words
    assert max(map(len, text.splitlines())) <= 40
    assert endpoint_details(UNKNOWN, 80).plain.splitlines() == [
        "Azure/Eu  azure/eu",
        "data      whether prompts are kept isn't told",
    ]
