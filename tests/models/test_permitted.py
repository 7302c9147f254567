"""Who may serve a request."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chat_tui.models.endpoint import EndpointEntry, Policy
from chat_tui.models.entry import Prices
from chat_tui.models.permitted import permitted

DOLLAR = Decimal(1) / 1_000_000
CHEAP = EndpointEntry("cheap", "Cheap", Prices(prompt=DOLLAR, completion=DOLLAR), "fp8", parameters=("temperature",))
DEAR = EndpointEntry(
    "dear/us", "Dear", Prices(prompt=5 * DOLLAR, completion=9 * DOLLAR), parameters=("max_tokens", "temperature"),
    policy=Policy(zdr=False),
)  # fmt: skip
FAST = EndpointEntry("dear/fast", "Dear", DEAR.prices, service_tier="priority")


@pytest.mark.parametrize(
    ("body", "variants", "left"),
    [
        ({}, (), [CHEAP, DEAR]),
        ({}, ("nitro",), [CHEAP, DEAR, FAST]),
        ({"service_tier": "priority"}, (), [CHEAP, DEAR, FAST]),
        ({"provider": {"only": ["dear/fast"]}}, (), [FAST]),
        ({"provider": {"ignore": ["dear"]}}, (), [CHEAP]),
        ({"provider": {"order": ["dear/us"], "allow_fallbacks": False}}, (), [DEAR]),
        ({"provider": {"quantizations": ["fp8"]}}, (), [CHEAP]),
        ({"provider": {"quantizations": ["unknown"]}}, (), [DEAR]),
        ({"provider": {"max_price": {"prompt": "2"}}}, (), [CHEAP]),
        ({"provider": {"max_price": {"completion": 9, "request": "soon"}}}, (), [CHEAP, DEAR]),
        ({"provider": {"zdr": True}}, (), [CHEAP]),
        ({"provider": {"require_parameters": True}, "max_completion_tokens": 5, "model": "a"}, (), [DEAR]),
        ({"provider": {"require_parameters": True}, "temperature": 1}, (), [CHEAP, DEAR]),
        ({"provider": "all"}, (), [CHEAP, DEAR]),
    ],
)
def test_who_may_serve(body: dict[str, Any], variants: tuple[str, ...], left: list[EndpointEntry]) -> None:
    assert permitted([CHEAP, DEAR, FAST], body, variants) == left
