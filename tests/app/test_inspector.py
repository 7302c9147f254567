"""The inspector: what is shown is what is sent, whatever of it is looked at, copied, saved, edited or sent again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chat_tui.conversation.values import Message
from chat_tui.engine.inspecting import FORMS
from chat_tui.screens.chat import ChatScreen
from chat_tui.screens.inspector import InspectorScreen
from chat_tui.screens.inspector_keys import TABS
from chat_tui.screens.request_editor import RequestEditor
from tests.app.conftest import Running, Starter

SMALL = (80, 24)
KEY = "sk-or-v1-canary0123456789abcdefcanary"
USER = "user_demo0000000000000000000000"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where chat-tui was started."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def echo(starter: Starter) -> Starter:
    """The application, whose new chats ask the model that answers with the request."""
    starter.library.defaults = {**starter.library.defaults, "model": "demo/echo"}
    return starter


def received(reply: Message) -> Any:
    """Return the request as the server got it."""
    return json.loads(reply.text.partition("```json\n")[2].partition("\n```")[0])


async def inspect(app: Running, *keys: str) -> InspectorScreen:
    """Open the inspector, wait until it shows a request, and press `keys`."""
    await app.pilot.press("f4")
    await app.until(lambda: isinstance(app.app.screen, InspectorScreen))
    screen = app.app.screen
    assert isinstance(screen, InspectorScreen)
    await app.until(lambda: screen._shown)
    await press(app, *keys)
    return screen


async def press(app: Running, *keys: str) -> None:
    """Press keys, each when what the one before does is done."""
    for key in keys:
        await app.pilot.press(key)
        await app.until(lambda: all(worker.is_finished for worker in app.app.workers if worker.group in WORKERS))
    await app.pilot.pause()


WORKERS = ("inspect", "show", "copy", "save")


def copied(app: Running) -> str:
    """Return what was copied last."""
    return app.app.clipboard


async def test_what_is_shown_before_sending_is_what_is_sent(echo: Starter) -> None:
    """The draft stays; with nothing written the last reply's request is shown, from the conversation the cursor's."""
    async with echo.run(size=SMALL) as app:
        await app.send("First")
        await app.type("Second 東京")
        await inspect(app, "c")
        await app.until_shown("The next request", "What will be sent.")
        shown = json.loads(copied(app))
        await press(app, "f4")
        assert app.screen.composer.text == "Second 東京"
        await app.type("", "enter")
        await app.until(lambda: len(app.chat.path) == 4 and app.chat.path[-1].status == "complete")
        assert received(app.chat.path[-1]) == shown
        await inspect(app, "c")
        await app.until_shown("2 of 2", "As it was sent.")
        assert json.loads(copied(app)) == shown
        await press(app, "left_square_bracket")
        await press(app, "c")
        assert json.loads(copied(app)) == received(app.chat.path[1])
        await app.pilot.press("escape", "tab", "g")
        await inspect(app)
        await app.until_shown("1 of 2")


async def test_each_tab_tells_its_part_of_a_turn(starter: Starter) -> None:
    """A request that was made again, with routing told and an echo asked for, in a small terminal."""
    starter.library.defaults = {**starter.library.defaults, "model": "demo/flaky-first", "provider": {"only": ["demo"]}}
    async with starter.run(size=SMALL) as app:
        await inspect(app, "u")
        await app.until_shown('"echo_upstream_body": true')
        await app.pilot.press("escape")
        await app.send("Hello")
        told = {
            "2": (
                "POST http://127.0.0.1",
                "Authorization",
                "Bearer ••••••••",
                "Reply to request 1 of 2: HTTP 200 after",
            ),
            "3": ("Request 1 of 2", "Request 2 of 2"),
            "4": ("asked", "demo/flaky-first", "made again", "could have served", "● Demo", "openrouter_metadata"),
            "5": ("There is no request before this one.",),
        }
        await inspect(app)
        for key, words in told.items():
            await press(app, key)
            await press(app, "c")
            await app.until_shown(words[0])
            assert all(word in copied(app) for word in words), copied(app)
        await press(app, "3")
        await press(app, "c")
        in_words = copied(app)
        await press(app, "f")
        await press(app, "c")
        assert ": OPENROUTER PROCESSING" in copied(app)
        assert '"object":"chat.completion.chunk"' in copied(app)
        assert '"object":"chat.completion.chunk"' not in in_words
        assert "usage {" in in_words
        await press(app, "4")
        await press(app, "c")
        assert "What provider 1 was sent" in copied(app)
        assert '"model": "flaky-first"' in copied(app)
        await app.pilot.press("escape")
        await app.send("And now without")
        await inspect(app, "c")
        assert "debug" not in json.loads(copied(app))
        await press(app, "5")
        await app.until_shown(" -  ", "echo_upstream_body", " +  ", "And now without")


async def test_an_edited_request_is_sent_as_it_was_written_and_kept(echo: Starter) -> None:
    """What is no request isn't sent, and isn't lost; the reply stands beside the first, also after a restart."""
    async with echo.run(size=SMALL) as app:
        await app.send("First")
        session = await app.app.session()
        await app.until(lambda: session.turn(app.chat) is None)
        await inspect(app)
        await app.pilot.press("e")
        await app.until(lambda: isinstance(app.app.screen, RequestEditor))
        editor = app.app.screen
        assert isinstance(editor, RequestEditor)
        body = json.loads(editor.area.text)
        editor.area.load_text('{"messages": 5}')
        await app.pilot.press("ctrl+r")
        await app.until_shown("“messages” must be a list of objects")
        await app.pilot.press("escape")
        await app.until(lambda: isinstance(app.app.screen, InspectorScreen))
        await app.pilot.press("e")
        await app.until(lambda: isinstance(app.app.screen, RequestEditor))
        editor = app.app.screen
        assert isinstance(editor, RequestEditor)
        assert editor.area.text == '{"messages": 5}'
        wanted = {
            **body,
            "messages": [{"role": "system", "content": "By hand \x1b[31m"}, *body["messages"]],
            "top_k": 3,
        }
        editor.area.load_text(json.dumps(wanted))
        await app.pilot.press("ctrl+r")
        await app.until(lambda: isinstance(app.app.screen, ChatScreen) and len(list(app.chat.tree)) == 3)
        await app.until(lambda: app.chat.path[-1].status == "complete")
        first, second = app.chat.tree.children(app.chat.path[0].id)
        assert received(second) == wanted
        assert received(first) == body
        conversation = app.chat.id
    async with echo.run(echo.library.open(conversation), size=SMALL) as again:
        await again.until_shown("By hand")
        await inspect(again, "c")
        await again.until_shown("written by hand")
        assert json.loads(copied(again)) == wanted
        await press(again, "5")
        await again.until_shown("Against the request of the reply", " +  ", "By hand ")


async def test_the_next_request_can_be_edited_before_it_is_sent(echo: Starter) -> None:
    """The prompt is what was written in the composer; what the server gets is what was written of the request."""
    async with echo.run(size=SMALL) as app:
        await inspect(app, "e")
        await app.until_shown("Write a prompt first")
        await app.pilot.press("escape")
        await app.type("Third")
        await inspect(app)
        await app.pilot.press("e")
        await app.until(lambda: isinstance(app.app.screen, RequestEditor))
        editor = app.app.screen
        assert isinstance(editor, RequestEditor)
        wanted = {**json.loads(editor.area.text), "seed": 3}
        editor.area.load_text(json.dumps(wanted))
        await app.pilot.press("ctrl+r")
        await app.until(lambda: len(app.chat.path) == 2 and app.chat.path[-1].status == "complete")
        assert app.chat.path[0].text == "Third"
        assert app.screen.composer.text == ""
        assert received(app.chat.path[-1]) == wanted


async def test_events_come_while_the_reply_does(slow_starter: Starter) -> None:
    """Nothing has to be pressed for them, nor for the last ones; the request can't be sent again meanwhile."""
    slow_starter.library.defaults = {**slow_starter.library.defaults, "model": "demo/slow"}
    async with slow_starter.run(size=SMALL) as app:
        await app.type("Think", "enter")
        await app.until(lambda: app.chat.path and app.chat.path[-1].status == "streaming")
        screen = await inspect(app, "3")
        await app.until_shown("content ")
        await app.pilot.press("e")
        await app.until(lambda: isinstance(app.app.screen, RequestEditor))
        await app.pilot.press("ctrl+r")
        await app.until_shown("A reply is still streaming here.", "What is written is kept")
        await app.until(lambda: app.app.screen is screen)
        session = await app.app.session()
        turn = session.turn(app.chat)
        assert turn is not None
        turn.stop()
        await turn.wait()
        await press(app, "4")
        await app.until_shown("generation", "gen-")


async def test_megabytes_are_shortened_until_they_are_wanted(echo: Starter) -> None:
    """A data URL of 20 MB: its beginning, its size and its digest; all of it with b, and in what is saved then."""
    url = "data:image/png;base64," + "iVBORw0KGgoAAAAN" * 1_310_720
    content = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]
    async with echo.run(size=SMALL) as app:
        await app.send("First")
        session = await app.app.session()
        await app.until(lambda: session.turn(app.chat) is None)
        body = {"model": "demo/markdown", "messages": [{"role": "user", "content": content}], "stream": False}
        turn = await session.send_edited(app.chat, app.chat.path[0], body)
        await turn.wait()
        await inspect(app)
        await app.until_shown("characters, sha256", "1 long value is shortened")
        await press(app, "c")
        assert len(copied(app)) < 2_000
        await press(app, "b")
        await app.until_shown("iVBORw0KGgoAAAANiVBORw0KGgo")
        await press(app, "end")
        await app.until_shown('"stream": false')
        await press(app, "s")
        (saved,) = Path.cwd().iterdir()
        assert json.loads(saved.read_text()) == body


async def test_no_secret_is_in_anything_that_is_written_or_shown(
    starter: Starter, tmp_path: Path, folder: Path
) -> None:
    """After failures whose bodies name the user, and an upstream echo: in no file, copy, export or screen."""
    seen: list[str] = []
    async with starter.run(key=KEY, size=(120, 40)) as app:
        app.chat.change(debug={"echo_upstream_body": True})
        for model in ("demo/error-midstream", "demo/echo", "no/such"):
            app.chat.change(model=model)
            await app.send(f"To {model}")
        for ending in ("md", "json"):
            await app.type(f"/export {ending} all.{ending}", "enter")
            await app.until((folder / f"all.{ending}").exists)
        await inspect(app)
        for _ in ("no/such", "demo/echo"):
            for tab in range(1, len(TABS) + 1):
                await press(app, str(tab), "c", "s")
                seen += [copied(app), app.text()]
            await press(app, "left_square_bracket")
        for _ in FORMS:
            await press(app, "f", "c", "s")
            seen += [copied(app), app.text()]
        await app.pilot.press("e")
        await app.until(lambda: isinstance(app.app.screen, RequestEditor))
        seen.append(app.text())
        await app.pilot.press("escape", "escape")
        seen += [text async for text in about_money(app)]
    written = {str(file): file.read_bytes().decode(errors="replace") for file in files_in(tmp_path)}
    assert sum(Path(name).parent == folder for name in written) == 2 + 10 + 3
    assert any('"user_id":"[user]"' in text for text in written.values())
    assert any("Bearer ••••••••" in text for text in written.values())
    for text in (*seen, *written, *written.values()):
        assert "canary" not in text
        assert USER not in text


async def about_money(app: Running) -> AsyncIterator[str]:
    """Yield what people see of receipts, costs and budgets."""
    await app.until(lambda: app.app.screen is app.screen)
    for typed, shown in (("/receipt", "Receipt"), ("/cost", "free models"), ("/budget chat 0", "asked past")):
        await app.type(typed, "enter")
        await app.until_shown(shown)
        yield app.text()
        if app.app.screen is not app.screen:
            await app.pilot.press("escape")
            await app.until(lambda: app.app.screen is app.screen)
    app.chat.change(model="demo/markdown")
    await app.type("And now?", "enter")
    await app.until_shown("Past your budget?")
    yield app.text()
    await app.pilot.press("escape")


def files_in(folder: Path) -> list[Path]:
    """Return all files below `folder`."""
    return [file for file in folder.rglob("*") if file.is_file()]
