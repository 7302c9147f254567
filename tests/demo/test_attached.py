"""What is attached to a request: looked at, measured, and documents read and paid for once."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from chat_tui.demo.server import DEMO_KEY, DemoServer
from tests.attachments.files import FILES, pdf, picture
from tests.demo.conftest import Client

PICTURES = ("png", "jpg", "webp", "gif")
SOUNDS = {"wav": "wav", "mp3": "mp3", "aiff": "aiff", "aac": "aac", "ogg": "ogg", "flac": "flac", "m4a": "m4a",
          "pcm16": "pcm16", "pcm24": "pcm24"}  # fmt: skip
FILMS = {"mp4": "video/mp4", "mov": "video/mov", "mpeg": "video/mpeg", "webm": "video/webm"}


def url(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def image(content: bytes, media_type: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url(content, media_type)}}


def sound(content: bytes, form: str) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": {"data": base64.b64encode(content).decode(), "format": form}}


def film(content: bytes, media_type: str) -> dict[str, Any]:
    return {"type": "video_url", "video_url": {"url": url(content, media_type)}}


def document(content: bytes, media_type: str = "application/pdf") -> dict[str, Any]:
    return {"type": "file", "file": {"filename": "a.pdf", "file_data": url(content, media_type)}}


GOOD = [
    *(image(*FILES[f"a.{ending}"]) for ending in PICTURES),
    *(sound(FILES[f"a.{ending}"][0], form) for ending, form in SOUNDS.items()),
    *(film(FILES[f"a.{ending}"][0], media_type) for ending, media_type in FILMS.items()),
    document(FILES["a.pdf"][0]),
    {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}},
    {"type": "video_url", "video_url": {"url": "https://youtu.be/b"}},
    {"type": "file", "file": {"file_data": "https://a.example/b.pdf"}},
]


@pytest.mark.parametrize("part", GOOD, ids=lambda part: str(part)[:60])
def test_what_is_what_it_says_is_taken(client: Client, part: dict[str, Any]) -> None:
    assert client.chat("demo/markdown", messages=[{"role": "user", "content": [part]}]).status_code == 200


@pytest.mark.parametrize(
    ("part", "error_type"),
    [
        (image(picture("PNG"), "image/jpeg"), "invalid_image"),
        (image(picture("PNG")[:20], "image/png"), "invalid_image"),
        (image(picture("PNG"), "image/bmp"), "unsupported_image_format"),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0K!"}}, "invalid_image"),
        *((sound(b"not at all", form), "invalid_request") for form in SOUNDS.values() if not form.startswith("pcm")),
        *((film(b"not at all, no film", media_type), "invalid_request") for media_type in FILMS.values()),
        (film(FILES["a.mov"][0], "video/quicktime"), "invalid_request"),
        (document(b"no document"), "invalid_request"),
    ],
    ids=str,
)  # fmt: skip
def test_what_isnt_is_refused_by_who_serves_it(client: Client, part: dict[str, Any], error_type: str) -> None:
    response = client.chat("demo/markdown", messages=[{"role": "user", "content": [part]}])
    error = response.json()["error"]
    assert (response.status_code, error["message"], error["metadata"]["error_type"]) == (
        400,
        "Provider returned error",
        error_type,
    )


def usage_of(client: Client, *parts: dict[str, Any]) -> dict[str, Any]:
    content = [{"type": "text", "text": "Look"}, *parts]
    response = client.chat("demo/markdown", messages=[{"role": "user", "content": content}])
    return dict(response.json()["usage"])


def test_pictures_are_billed_by_their_pixels_and_films_by_their_length(client: Client) -> None:
    none = usage_of(client)["prompt_tokens"]
    for part, tokens in (
        (image(picture(size=(768, 768)), "image/png"), 258),
        (image(picture(size=(769, 1600)), "image/png"), 2 * 3 * 258),
        (document(pdf(pages=3)), 3 * 258),
        (film(FILES["a.mp4"][0], "video/mp4"), 263),
    ):
        assert usage_of(client, part)["prompt_tokens"] - none == tokens
    heard = usage_of(client, sound(bytes(30_000), "pcm16"))["prompt_tokens_details"]
    assert (heard["audio_tokens"], heard["video_tokens"]) == (2 * 32, 0)


@pytest.fixture
def watched() -> Iterator[tuple[DemoServer, Client]]:
    """A server with books of its own."""
    headers = {"Authorization": f"Bearer {DEMO_KEY}"}
    with DemoServer(pace=0) as server, Client(base_url=server.base_url, headers=headers, trust_env=False) as client:
        yield server, client


@pytest.mark.parametrize(
    ("model", "engine", "pages", "scanned"),
    [
        ("demo/text-only", None, 3, 3),
        ("demo/text-only", "mistral-ocr", 3, 3),
        ("demo/text-only", "cloudflare-ai", 3, 0),
        ("demo/markdown", None, 0, 0),
        ("demo/markdown", "native", 0, 0),
        ("demo/markdown", "mistral-ocr", 3, 3),
    ],
)
def test_a_document_is_read_once_and_paid_for_by_the_page(
    watched: tuple[DemoServer, Client], model: str, engine: str | None, pages: int, scanned: int
) -> None:
    server, client = watched
    plugins: dict[str, Any] = {} if engine is None else {"plugins": [{"id": "file-parser", "pdf": {"engine": engine}}]}
    asked = {"role": "user", "content": [{"type": "text", "text": "What is in it?"}, document(pdf(pages=3))]}
    said = client.chat(model, messages=[asked], **plugins).json()["choices"][0]["message"]
    assert ("annotations" in said) == bool(pages)
    kept = {"role": "assistant", **{name: said[name] for name in ("content", "annotations") if name in said}}
    client.chat(model, messages=[asked, kept, {"role": "user", "content": "And then?"}], **plugins)
    client.chat(model, messages=[asked, {**kept, "annotations": []}, {"role": "user", "content": "And?"}], **plugins)
    assert server.books.settled(20)
    assert [entry.parsed_pages for entry in server.books.entries] == [pages, 0, pages]
    assert [entry.usage.scanned for entry in server.books.entries] == [scanned, 0, scanned]
    assert all(
        entry.cost - entry.usage.prompt_cost - entry.usage.completion_cost == entry.usage.scanned * Decimal("0.002")
        for entry in server.books.entries
    )
