"""Values as people type them: what can't be meant, kept or sent is refused with the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.config.problems import ConfigError
from chat_tui.config.schema import SETTINGS
from chat_tui.config.typed import read_value
from chat_tui.config.writing import with_setting
from chat_tui.paths import parse_toml

BETA = "headers.x-anthropic-beta"
LARGE = "too large a whole number"
NO_HEADER = "headers carry no others"
REFUSED = [
    ("parameters.temperature", "0,2", "Did you mean “0.2”?"),
    ("parameters.max_tokens", "2,00", "is no number that way"),
    ("provider.max_price.prompt", "$1,5", "Did you mean “$1.5”?"),
    ("timeouts.idle", "1,5 s", "Did you mean “1.5 s”?"),
    ("parameters.temperature", "1e400", "above its most"),
    ("parameters.temperature", "9" * 40, LARGE),
    ("parameters.temperature", "9" * 5000, "above its most"),
    ("user", '"\\ud800"', "holds half of a character"),
    ("parameters.seed", "99999999999999999999", LARGE),
    ("parameters.logit_bias", f'{{"1": {"9" * 400}}}', LARGE),
    ("trace", '{"a": [99999999999999999999]}', LARGE),
    ("trace", '{"a": null}', "holds null"),
    ("trace", '{"a":' * 41 + "1" + "}" * 41, "more than 40 tables"),
    ("trace", '{"a":' * 100_000, "is neither JSON nor TOML"),
    ("trace", f'{{"a": {"9" * 5000}}}', "is neither JSON nor TOML"),
    (BETA, "a\r\nAuthorization: x", NO_HEADER),
    (BETA, "é", NO_HEADER),
    (BETA, '" "', NO_HEADER),
    (BETA, '""', NO_HEADER),
    ("attribution.title", "Café", NO_HEADER),
]


@pytest.mark.parametrize(("name", "text", "said"), REFUSED, ids=[f"{name} {text[:20]!r}" for name, text, _ in REFUSED])
def test_what_cannot_be_is_refused_in_a_short_sentence(name: str, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_value(SETTINGS[name], text)
    assert said in str(raised.value)
    assert len(str(raised.value)) < 1000


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), VALUES, max_size=3))
def test_what_is_taken_comes_back_from_a_file(value: dict[str, Any]) -> None:
    try:
        taken = read_value(SETTINGS["trace"], json.dumps(value))
    except ConfigError:
        return
    text = with_setting("", "trace", taken)
    assert text is not None
    assert parse_toml(text.encode()) == {"trace": taken}
