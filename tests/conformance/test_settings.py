"""Every setting on the wire: typed as a command, sent over HTTP, and understood by the official SDK."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.config.commands import SETTABLE
from chat_tui.config.schema import SETTINGS
from chat_tui.config.server import Server
from chat_tui.config.typed import read_value, shown_value
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.chat_settings import ChatSettings
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.paths import Paths
from tests.conformance.test_request import UNKNOWN_TO_THE_SDK, through_the_sdk
from tests.setting_samples import SENT, fields_for, value_for

pytestmark = [
    pytest.mark.xdist_group("official SDK"),
    pytest.mark.filterwarnings(r"ignore:.*\*\* DEPRECATED \*\*:DeprecationWarning"),
]

RULE = {"rule": "No jokes.", "watch": ["content"]}
HERE: dict[str, Any] = {
    "model": "demo/echo",
    "models": ["demo/echo"],
    "preset": "show-request",
    "provider.order": ["demo"],
    "provider.only": ["demo"],
    "provider.ignore": ["openai"],
    "provider.quantizations": ["unknown"],
    "provider.options": {"groq": {"any": "thing"}},
    "deferred_tools": {"protocol": "v1", "profile": "portable", "search": {"type": "bm25"}, "validation": "runtime"},
    "prediction": {"type": "content", "content": "x"},
    "stop_server_tools_when": [{"type": "step_count_is", "step_count": 3}],
    "tool_choice": "auto",
    "image_config": {"aspect_ratio": "16:9"},
    "response_format.json_schema": {"name": "x"},
    "trace": {"trace_id": "x"},
    "parameters.max_tokens": 2000,
    "parameters.max_completion_tokens": 2000,
    "provider.enforce_distillable_text": False,
    "tools.openrouter:web_search.parameters.user_location": {"type": "approximate", "city": "Rome"},
    "tools.openrouter:web_search.parameters.x_search": {"from_date": "2026-01-31"},
    "tools.openrouter:web_fetch.parameters": {"max_uses": 2},
    "tools.openrouter:image_generation.parameters": {"quality": "high"},
    "tools.openrouter:fusion.parameters": {"max_tool_calls": 2},
    "tools.openrouter:advisor.parameters": {"model": "demo/fast"},
    "tools.openrouter:subagent.parameters": {"model": "demo/fast"},
    "tools.openrouter:experimental__search_models.parameters": {"max_results": 2},
    "tools.openrouter:bash.parameters": {"engine": "auto"},
    "plugins.alignment.rules": [RULE],
    "plugins.armor.classifier_context": {"v": 1, "auto_mode": {"hard_deny": ["Delete nothing."]}},
    "stream": False,
    "plugins.web.user_location": {"type": "approximate", "city": "Rome"},
    "plugins.web.x_search": {"from_date": "2026-01-31"},
}
"""Values that the emulator's echo can serve, and the SDK knows."""
TOGETHER: dict[str, dict[str, Any]] = {
    "provider.sort.partition": {"provider.sort": "price"},
    "response_format.json_schema": {"response_format.type": "json_schema"},
    "response_format.grammar": {"response_format.type": "grammar"},
    "cache_control.ttl": {"cache_control.type": "ephemeral"},
    "prompt_cache_options.ttl": {"prompt_cache_options.mode": "explicit"},
    **{
        f"plugins.alignment.{name}": {"plugins.alignment.rules": [RULE]}
        for name in ("enabled", "mode", "threshold", "instruct", "max_retries")
    },
}
"""Settings that the wire knows beside others only."""


NAMES = [name for name in SENT if name in SETTABLE]


@pytest.fixture(scope="module")
def received(server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, Any]]:
    """The value of each setting as it was typed, and the request that came of it: one conversation for each."""
    library = Library(Paths.under(tmp_path_factory.mktemp("home")), defaults={"model": "demo/echo"})

    async def ask(session: Session, name: str) -> tuple[Any, Any]:
        chat = library.begin()
        settings = ChatSettings(chat, library)
        value = read_value(SETTINGS[name], shown_value(HERE.get(name, value_for(SETTINGS[name]))))
        for other, needed in TOGETHER.get(name, {}).items():
            settings.change(other, needed)
        settings.change(name, value)
        reply = await (await session.send(chat, "Hi")).wait()
        return value, json.loads(reply.text.partition("```json")[2].rpartition("```")[0] or "null") or reply.failure

    async def ask_all() -> dict[str, tuple[Any, Any]]:
        session = Session(Server(server.base_url, DEMO_KEY))
        try:
            return dict(zip(NAMES, await asyncio.gather(*(ask(session, name) for name in NAMES)), strict=True))
        finally:
            await session.close()

    return asyncio.run(ask_all())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_set_is_sent_exactly_and_nothing_else(name: str, received: dict[str, tuple[Any, Any]]) -> None:
    value, request = received[name]
    system = [{"role": "system", "content": value}] if name == "system" else []
    expected = {
        "model": "demo/echo",
        "messages": [*system, {"role": "user", "content": "Hi"}],
        "stream": True,
        **({} if name == "stream" else {"stream_options": {"include_usage": True}}),
        **_wire(name, value, TOGETHER.get(name, {})),
    }
    assert request == expected
    assert as_json(request) == as_json(expected), "1, 1.0 and true are equal to Python alone"
    assert through_the_sdk(request) <= UNKNOWN_TO_THE_SDK


def as_json(body: Any) -> str:
    return json.dumps(body, sort_keys=True)


def _wire(name: str, value: Any, beside: dict[str, Any]) -> dict[str, Any]:
    """Return what the wire has for a setting, with those that it needs beside it."""
    if name == "provider.sort.partition":
        return {"provider": {"sort": {"by": beside["provider.sort"], "partition": value}}}
    whole = fields_for(name, value)
    for other, needed in beside.items():
        for field, inner in fields_for(other, needed).items():
            is_list = isinstance(inner, list)
            whole[field] = [{**inner[0], **whole[field][0]}] if is_list else {**inner, **whole[field]}
    prices = (whole.get("provider") or {}).get("max_price")
    if prices:
        whole["provider"]["max_price"] = {kind: format(Decimal(str(price)), "f") for kind, price in prices.items()}
    return whole
