"""`chat-tui ask --attach`: what arrives is what was attached; of what can't be, nothing is sent."""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from chat_tui.cli.main import main
from tests.attachments.files import FILES, picture
from tests.attachments.wrong import KEY, WRONG
from tests.cli.home import Home

FORMATS = {
    "a.wav": "wav", "a.mp3": "mp3", "a.aiff": "aiff", "a.aac": "aac", "a.ogg": "ogg", "a.flac": "flac", "a.m4a": "m4a",
    "a.pcm16": "pcm16", "a.pcm24": "pcm24",
}  # fmt: skip
"""What `input_audio.format` says of each sound."""
TEXTS = ["Say hello", "a.py\n```python\nprint('hello')\n```", "a.md\n```markdown\n# Größe\n```"]
LINK = "https://example.com/map.png?size=2"


def received(answer: str) -> list[dict[str, Any]]:
    """The content of the prompt, as `demo/echo` says that it came."""
    body = json.loads(answer.partition("```json\n")[2].rpartition("\n```")[0])
    (message,) = body["messages"]
    content: list[dict[str, Any]] = message["content"]
    return content


def as_it_came(part: dict[str, Any]) -> tuple[str, object, bytes]:
    """A part's type, how it was named, and its bytes."""
    match part:
        case {"type": "image_url" | "video_url" as kind}:
            header, _, data = part[kind]["url"].partition(",")
            return kind, header, base64.b64decode(data, validate=True)
        case {"type": "file", "file": {"filename": name, "file_data": url}}:
            header, _, data = url.partition(",")
            return "file", (name, header), base64.b64decode(data, validate=True)
        case {"type": "input_audio", "input_audio": {"data": data, "format": form}}:
            return "input_audio", form, base64.b64decode(data, validate=True)
    raise AssertionError(part)


def expected(name: str) -> tuple[str, object, bytes]:
    """What the wire has of a file."""
    content, media_type = FILES[name]
    header = f"data:{'video/mov' if name == 'a.mov' else media_type};base64"
    if name in FORMATS:
        return "input_audio", FORMATS[name], content
    if name == "a.pdf":
        return "file", (name, header), content
    return ("image_url" if media_type.startswith("image/") else "video_url"), header, content


def test_files_of_every_kind_arrive_as_they_are(home: Home) -> None:
    options: list[str] = []
    for name, (content, _) in FILES.items():
        (home.work / name).write_bytes(content)
        options += ["--attach", name]
    done = home.ask("echo", *options, "--attach", LINK)
    assert (done.code, done.err) == (0, "")
    parts = received(done.out)
    assert parts[: len(TEXTS)] == [{"type": "text", "text": text} for text in TEXTS]
    assert parts[-1] == {"type": "image_url", "image_url": {"url": LINK}}
    sent = [name for name, (_, media_type) in FILES.items() if not media_type.startswith("text/")]
    assert [as_it_came(part) for part in parts[len(TEXTS) : -1]] == [expected(name) for name in sent]


def test_what_can_not_be_attached_is_said_and_nothing_is_sent(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in home.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(home.work)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    for wrong in WRONG:
        path = home.work / wrong.name
        wrong.make(path)
        assert main(["ask", "What is this?", "--model", "demo/echo", "--attach", str(path)]) == 1
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert err.startswith("chat-tui: “")
        assert wrong.sentence in err
        assert ("--sure" in err) == wrong.asks
    assert not (home.data / "conversations").exists()
    assert [file for file in (home.root / "state").rglob("*") if file.is_file() and file.suffix != ".log"] == []


def test_a_key_is_sent_when_that_is_meant(home: Home) -> None:
    (home.work / "key.txt").write_bytes(KEY)
    done = home.ask("echo", "--attach", "key.txt", "--sure")
    assert done.code == 0
    assert "PRIVATE KEY" in done.out


def test_the_settings_say_how_large_pictures_may_be(home: Home) -> None:
    (home.config / "config.toml").write_text("[attachments]\nscale = 64\n")
    (home.work / "a.png").write_bytes(picture(size=(256, 128)))
    done = home.ask("echo", "--attach", "a.png", "--json")
    assert done.err == "chat-tui: a.png: scaled from 256×128.\n"
    (attached,) = done.json()["attached"]
    assert (attached["name"], attached["width"], attached["height"]) == ("a.png", 64, 32)
    (folder,) = (home.data / "conversations").iterdir()
    assert [file.name for file in Path(folder / "attachments").iterdir()] == [f"{attached['sha256']}.png"]
