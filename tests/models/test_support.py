"""Which settings a model heeds, as far as the catalogue says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chat_tui.config.schema import SETTINGS
from chat_tui.models.entry import ModelEntry, Prices, Reasoning
from chat_tui.models.support import support

PLAIN = ModelEntry("m/plain", "Plain", parameters=("temperature", "max_tokens"), outputs=("text",))
THINKER = ModelEntry(
    "m/thinker",
    "Thinker",
    parameters=("reasoning", "tools"),
    reasoning=Reasoning(mandatory=True, efforts=("high", "low"), takes_budget=False),
)
BARE_THINKER = ModelEntry("m/bare", "Bare", parameters=("reasoning",))
PAINTER = ModelEntry("m/painter", "Painter", parameters=("seed",), outputs=("text", "image"))
SILENT = ModelEntry("m/silent", "Silent")
ROUTER = ModelEntry("openrouter/auto", "Auto", parameters=("seed",), prices=Prices(prompt=Decimal(-1), varies=True))


@pytest.mark.parametrize(
    ("name", "entry", "value", "known", "reason"),
    [
        ("parameters.temperature", PLAIN, 0.2, "supported", ""),
        ("parameters.top_k", PLAIN, 5, "unsupported", "doesn't heed top_k"),
        ("parameters.max_completion_tokens", PLAIN, 9, "supported", ""),
        ("parameters.top_k", None, 5, "unknown", ""),
        ("parameters.top_k", SILENT, 5, "unknown", ""),
        ("parameters.top_k", ROUTER, 5, "unknown", ""),
        ("provider.sort", PLAIN, "price", "supported", ""),
        ("provider.sort", None, "price", "supported", ""),
        ("plugins.web.enabled", PLAIN, True, "supported", ""),
        ("tools.openrouter:web_search.enabled", PLAIN, True, "unsupported", "can't use tools"),
        ("tools.openrouter:web_search.enabled", THINKER, True, "supported", ""),
        ("reasoning.effort", PLAIN, "high", "unsupported", "doesn't think before it answers"),
        ("reasoning.effort", THINKER, "high", "supported", ""),
        ("reasoning.effort", THINKER, "max", "unsupported", "knows high, low: the nearest is used"),
        ("reasoning.effort", THINKER, "none", "unsupported", "always thinks: a request that forbids it is refused"),
        ("reasoning.enabled", THINKER, False, "unsupported", "always thinks: a request that forbids it is refused"),
        ("reasoning.enabled", THINKER, True, "supported", ""),
        ("reasoning.max_tokens", THINKER, 2000, "unsupported", "takes an effort, not a number of tokens"),
        ("reasoning.max_tokens", BARE_THINKER, 2000, "supported", ""),
        ("image_config", PLAIN, {}, "unsupported", "gives no image"),
        ("image_config", PAINTER, {}, "supported", ""),
        ("modalities", PAINTER, ["text", "audio"], "unsupported", "gives no audio"),
        ("audio.voice", SILENT, "x", "unknown", ""),
    ],
)
def test_what_the_catalogue_says(name: str, entry: ModelEntry | None, value: Any, known: str, reason: str) -> None:
    found = support(SETTINGS[name], entry, value)
    assert (found.is_known, found.reason) == (known, reason)
