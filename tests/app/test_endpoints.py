"""The table of providers, key by key, and what its rules come to in the request that the server gets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from textual.events import Key

from chat_tui.screens import endpoints
from chat_tui.screens.endpoints import EndpointsScreen
from tests.app.conftest import Running, Starter
from tests.other_servers import OTHER_SERVERS, running

DEMO, TURBO, AZURE, FAST = "demo", "deepinfra/turbo", "azure/eu", "fireworks"


async def open_table(app: Running, model: str = "demo/echo") -> EndpointsScreen:
    """Open the table for `model` and wait until the server has told who serves it, or why it doesn't."""
    app.screen.command_choose_model(model)
    await app.pilot.press("f7")
    await app.until(lambda: isinstance(app.app.screen, EndpointsScreen))
    await app.until_shown(f"Providers of {model}")
    await app.until(lambda: "Asking who" not in app.text())
    screen = app.app.screen
    assert isinstance(screen, EndpointsScreen)
    return screen


def saying(app: Running, words: str) -> Callable[[], bool]:
    """Return what tells whether `words` are on the screen, on however many rows."""
    return lambda: words in " ".join(app.text().split())


async def received(app: Running) -> dict[str, Any]:
    """Send a prompt and return the request as the server got it."""
    await app.send("Hi")
    text = app.chat.path[-1].text
    body: dict[str, Any] = json.loads(text.partition("```json\n")[2].partition("\n```")[0])
    return body


RULES: list[tuple[list[str], dict[str, Any] | None]] = [
    (["space", "down", "space"], {"only": [DEMO, TURBO]}),
    (["space", "x", "j", "x", "x"], {"ignore": [DEMO]}),
    (["1", "down", "2", "left_square_bracket", "up", "2", "right_square_bracket"], {"order": [TURBO, DEMO]}),
    (["1", "1", "f"], {"allow_fallbacks": False}),
    (["space", "1", "down", "x", "end", "2", "space", "f"],
     {"only": [DEMO, FAST], "ignore": [TURBO], "order": [DEMO, FAST], "allow_fallbacks": False}),
    (["space", "down", "x", "1", "f", "c"], None),
    (["s", "s", "s", "s", "s", "home", "space"], {"only": [FAST]}),  # by latency, the quickest first
]  # fmt: skip


async def test_the_server_gets_what_the_table_shows(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as app:
        for keys, rules in RULES:
            await open_table(app)
            await app.pilot.press(*keys)
            shown = "no rules" if rules is None else json.dumps({"provider": rules})
            await app.until(saying(app, shown))
            await app.pilot.press("enter")
            assert (await received(app)).get("provider") == rules, keys
            await app.pilot.press("ctrl+n")
            await app.until(lambda: not app.chat.path)


async def test_leaving_keeps_the_rules_as_they_were_and_other_settings_stay(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as app:
        app.chat.change(model="demo/echo", provider={"sort": "price", "only": [FAST, DEMO]})
        await app.pilot.press(*"/providers", "enter")
        await app.until_shown("Providers of demo/echo", "2 of 4 may serve")
        await app.pilot.press("space", "escape")
        assert (await received(app))["provider"] == {"sort": "price", "only": [FAST, DEMO]}
        await open_table(app)
        await app.pilot.press("space", "enter")
        await app.until_shown("only fireworks")
        assert (await received(app))["provider"] == {"sort": "price", "only": [FAST]}


async def test_rules_of_the_file_are_taken_back_and_last_beyond_a_restart(starter: Starter) -> None:
    starter.library.defaults = {**starter.library.defaults, "provider": {"ignore": [FAST], "zdr": False}}
    async with starter.run(size=(80, 24)) as app:
        await open_table(app)
        await app.until_shown("✕", '"ignore"')
        await app.pilot.press("end", "x", "1", "enter")
        assert (await received(app))["provider"] == {"order": [FAST], "zdr": False}
        chat = app.chat
    async with starter.run(starter.library.open(chat.id), size=(80, 24)) as app:
        await app.until_shown("fireworks")
        assert (await received(app))["provider"] == {"order": [FAST], "zdr": False}


async def test_columns_sort_and_refreshing_keeps_the_place(starter: Starter) -> None:
    def tags(app: Running) -> list[str]:
        rows = app.text().splitlines()
        return [tag for row in rows[5:9] for tag in (DEMO, TURBO, AZURE, FAST) if f" {tag} " in row]

    async with starter.run(size=(80, 24)) as app:
        screen = await open_table(app)
        assert tags(app) == [DEMO, TURBO, AZURE, FAST]
        await app.pilot.press("end", *"ssss")
        await app.until_shown("up % ▾")
        assert tags(app) == [AZURE, DEMO, FAST, TURBO]
        await app.pilot.press("s")
        await app.until_shown("latency ▾")
        assert tags(app) == [FAST, TURBO, DEMO, AZURE]
        await app.pilot.press("S")
        await app.until_shown("latency ▴")
        assert tags(app) == [AZURE, DEMO, TURBO, FAST]
        await app.pilot.press("r")
        await app.until(lambda: not any(worker.group == "fetch" for worker in app.app.workers))
        assert screen.table.highlighted is not None
        assert screen.table.highlighted.tag == FAST
        await app.until_shown("p50 240 ms · p75 336 ms", "keeps nothing (ZDR)")


ANSWERS = {
    "openrouter/auto": "has no providers of its own",
    "@preset/mine": "only your account knows",
    "no/such": "has no model “no/such”",
    "nonsense": "offers no list of who serves a model",
    "demo/markdown": "1 provider, asked",
    "demo/echo:nitro": "4 providers, asked",
    "openai/gpt-oss-120b:free": "1 provider, asked",
}


async def test_every_model_has_an_answer(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as app:
        for model, said in ANSWERS.items():
            await open_table(app, model)
            await app.until(saying(app, said))
            await app.pilot.press("space", "s", "escape")
            await app.until(lambda: not isinstance(app.app.screen, EndpointsScreen))


@contextmanager
def serving(told: list[Any]) -> Iterator[str]:
    """A server that answers every question for endpoints with the next of `told`, an Exception's words as a 500."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_asked = self.path.endswith("/a/b/endpoints")
            answer: Any = told.pop(0) if is_asked and len(told) > 1 else told[0] if is_asked else None
            body = json.dumps({"error": {"message": str(answer), "code": 500}} if answer is None else answer).encode()
            self.send_response(404 if answer is None else 500 if "error" in answer else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def offers(*named: dict[str, Any] | None) -> dict[str, Any]:
    return {"data": {"id": "a/b", "endpoints": list(named)}}


MANY = offers(*({"tag": f"provider-{n:02}", "provider_name": f"P{n}", "pricing": {"prompt": "0.1"}} for n in range(40)))
HOSTILE = offers(
    {"tag": "[/foo]\x1b[2J", "provider_name": "[red]x[/red]\x07", "quantization": "\u202eq", "pricing": None},
    {"tag": 7, "provider_name": "Numbered", "uptime_last_30m": "high", "latency_last_30m": 812.4, "status": -5},
    {
        "tag": "odd",
        "provider_name": "Odd",
        "pricing": {"prompt": "NaN", "image": "-1"},
        "latency_last_30m": {"p50": "NaN"},
        "throughput_last_30m": {"p50": "Infinity"},
        "uptime_last_30m": "NaN",
    },
    {"provider_name": None},
    None,
)


async def test_whatever_a_server_tells(starter: Starter) -> None:
    broken = {"error": {"message": "Broken", "code": 500}}
    told = [
        (offers(), ["Nobody serves it now."]),
        (MANY, ["40 providers", "isn't told", "provider-00", "100000.00"]),
        (broken, ["Not refreshed since", "provider-00"]),
        ({"data": None}, ["Not refreshed since", "provider-00"]),
        (HOSTILE, ["3 providers", "[/foo]␛[2J", "Numbered"]),
    ]
    with serving([answer for answer, _ in told]) as base_url:
        async with starter.run(size=(80, 24), base_url=base_url) as app:
            await open_table(app, "a/b")
            for _, shown in told:
                await app.until_shown(*shown)
                assert not re.search(r"\b(nan|inf)\b|-1\.00", app.text())
                await app.pilot.press("end", "space", "s", "home", "x", "r")
            await app.pilot.press("enter")
            await app.until(lambda: not isinstance(app.app.screen, EndpointsScreen))


BURSTS = [
    ("f7", "enter", "enter"),
    ("f7", "f1", "escape", "escape"),
]


@pytest.mark.parametrize("keys", BURSTS, ids=" ".join)
async def test_keys_of_one_burst_end_a_screen_once(starter: Starter, keys: tuple[str, ...]) -> None:
    async with starter.run() as app:
        await app.pilot.press("ctrl+o")
        await app.until(lambda: app.app.screen is not app.screen)
        await app.pilot.press("escape")
        await app.until(lambda: app.app.screen is app.screen)
        for key in keys:
            app.app.post_message(Key(key, None))
        for _ in range(10):
            await app.pilot.pause(0.01)
        await app.until(lambda: app.app.screen is app.screen)
        await app.pilot.press(*"more")
        assert "more" in app.screen.composer.text


async def test_the_table_is_asked_for_again_while_it_is_open(starter: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "REFRESH_SECONDS", 0.1)
    with serving([offers(), MANY]) as base_url:
        async with starter.run(size=(80, 24), base_url=base_url) as app:
            app.screen.command_choose_model("a/b")
            await app.pilot.press("f7")
            await app.until_shown("40 providers", "provider-00")


async def test_a_server_without_the_route_is_told_so(starter: Starter) -> None:
    with running(OTHER_SERVERS["Ollama"]) as there:
        async with starter.run(size=(80, 24), base_url=there.base_url) as app:
            await open_table(app, "a/b")
            await app.until(saying(app, "offers no list of who serves a model"))


async def test_who_served_instead_is_said_under_the_reply(starter: Starter) -> None:
    async with starter.run(size=(120, 40)) as app:
        await (await app.app.session()).models()
        app.chat.change(model="demo/error-502", models=["demo/echo"])
        await app.send("Hi")
        await app.until_shown("1 fallback")
        await app.until(
            saying(app, "answered by demo/echo · Demo · fallback in place of demo/error-502 (502 from Demo)")
        )
        app.chat.change(model="demo/misrouted", models=None, provider={"only": ["demo"]})
        await app.send("And now?")
        await app.until(saying(app, "! Not what was asked for: demo/misrouted was asked for, demo/markdown answered;"))
        chat = app.chat
    async with starter.run(starter.library.open(chat.id), size=(120, 40)) as app:
        await app.until(saying(app, "only demo may serve, Novita did."))
