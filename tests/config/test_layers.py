"""Layers: the later one wins, name by name; and settings by dotted names are the same as nested ones."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.config.layers import RIVALS, Held, Layers, merged, stacked
from chat_tui.config.names import flat, nested

NAMES = (
    "model", "system", "models", "parameters.temperature", "parameters.max_tokens", "parameters.max_completion_tokens",
    "reasoning.effort", "reasoning.max_tokens", "provider.sort", "provider.sort.partition", "provider.max_price.prompt",
    "provider.preferred_max_latency", "provider.preferred_max_latency.p99", "plugins.web.enabled",
    "plugins.web.max_results", "plugins.file-parser.pdf.engine", "tools.openrouter:web_search.enabled",
    "tools.openrouter:web_search.parameters.max_results",
)  # fmt: skip
VALUES = st.one_of(st.integers(0, 9), st.booleans(), st.sampled_from(["a", "b"]), st.just(["x"]))
LAYERS = st.dictionaries(st.sampled_from(NAMES), st.one_of(st.none(), VALUES), max_size=8)


def reference(name: str, layers: list[dict[str, Any]]) -> Any:
    """Return what holds for `name`: what the last layer says that says something of it, or sets its rival alone."""
    for layer in reversed(layers):
        if name in layer:
            return layer[name]
        if layer.get(RIVALS.get(name, "")) is not None:
            return None
    return None


@given(st.lists(LAYERS, min_size=5, max_size=5))
def test_layers_merge_as_the_reference_says(layers: list[dict[str, Any]]) -> None:
    whole = Layers(*layers)
    expected = {name: value for name in NAMES if (value := reference(name, layers)) is not None}
    assert whole.values() == expected
    assert flat(whole.settings()) == expected
    assert merged(*map(nested, layers)) == nested(expected) or flat(merged(*map(nested, layers))) == expected
    for name in NAMES:
        held, said = whole.held(name), whole.said(name)
        assert held.value == expected.get(name)
        assert held == Held() or (held.origin, held.value) == said[-1]
        assert [value for _, value in said] == [layer[name] for layer in layers if name in layer]


@given(LAYERS)
def test_the_shape_of_the_wire_and_dotted_names_are_the_same(values: dict[str, Any]) -> None:
    assert flat(nested(values)) == values


def test_what_the_names_do_not_know_comes_back_unchanged() -> None:
    layer = {
        "newer": {"a": [1]},
        "provider": {"options": {"groq": {"x": 1}}, "new": 1},
        "plugins": [{"id": "new", "x": {"y": 1}}, {"id": "web"}, {"id": "web-fetch", "new": 2}],
        "tools": [
            {"type": "function", "function": {"name": "a.b"}},
            {"type": "function", "function": {"name": "c"}},
            {"type": "openrouter:web_search"},
        ],
        "servers": {"http://127.0.0.1:80": {"speaks": "openai"}},
        "unset": ["model"],
    }
    assert nested(flat(layer)) == layer


def test_a_plain_value_is_what_its_table_begins_with() -> None:
    below = {"provider": {"sort": "price", "preferred_max_latency": 2}}
    above = {"provider": {"sort": {"partition": "none"}, "preferred_max_latency": {"p50": 1, "p99": 4}}}
    assert merged(below, above) == {
        "provider": {"sort": {"by": "price", "partition": "none"}, "preferred_max_latency": {"p50": 1, "p99": 4}}
    }


def test_an_upper_layer_switches_a_plugin_off_without_repeating_it() -> None:
    below = {"plugins": [{"id": "web", "max_results": 3}, {"id": "response-healing"}]}
    assert merged(below, {"plugins": [{"id": "web", "enabled": False}]}) == {
        "plugins": [{"id": "web", "max_results": 3, "enabled": False}, {"id": "response-healing"}]
    }


def test_what_is_unset_above_is_not_sent_and_its_rival_stays() -> None:
    below: dict[str, Any] = {"reasoning.effort": "high", "model": "a"}
    above: dict[str, Any] = {"reasoning.max_tokens": None, "model": None}
    assert stacked(below, above) == {"reasoning.effort": "high", "model": None, "reasoning.max_tokens": None}
