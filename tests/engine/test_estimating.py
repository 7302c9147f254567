"""What a request is expected to come to: counted from what would be sent, by prices that the server says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chat_tui.config.server import Server
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import Message, Receipt, TextPart, Usage
from chat_tui.cost import tokens
from chat_tui.cost.calibration import Learned
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.calibrating import FILE_NAME, Calibration
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.engine.warmth import lost_warmth
from tests.engine.conftest import PATIENCE, ask, begin, library_at, session_of, until

SONNET = "anthropic/claude-sonnet-4.6"
ORIGIN = "https://openrouter.ai"


@pytest.fixture
async def kept(emulator: DemoServer, library: Library) -> AsyncIterator[Session]:
    """A session that keeps what it learns."""
    async with session_of(emulator.base_url, paths=library.paths) as running:
        yield running


def fill(chat: Chat, texts: list[str], **reply: Any) -> list[Message]:
    """Put prompts and replies with `texts` in `chat`, in turn."""
    chat.load()
    said: list[Message] = []
    for number, text in enumerate(texts):
        parent = said[-1].id if said else None
        role = "assistant" if number % 2 else "user"
        said.append(Message(new_id(), parent, role, (TextPart(text),), now()))  # type: ignore[arg-type]
        if role == "assistant":
            said[-1] = replace(said[-1], **reply)
        chat.put(said[-1])
    return said


async def test_all_that_would_be_sent_is_counted_and_nothing_else(kept: Session, library: Library) -> None:
    chat = begin(library, "demo/echo")
    said = fill(chat, ["What is it? " * 50, "It is this. " * 50])
    plain = await kept.estimate(chat, "And then?")
    chat.change(system="Be brief. " * 20)
    instructed = await kept.estimate(chat, "And then?")
    chat.hide(said[0].id)
    hidden = await kept.estimate(chat, "And then?")
    assert instructed.prompt_tokens.likely > plain.prompt_tokens.likely + 40
    assert hidden.prompt_tokens.likely < instructed.prompt_tokens.likely - 100
    longer = await kept.estimate(chat, "And then, after that, and after all?")
    assert longer.prompt_tokens.likely - hidden.prompt_tokens.likely == pytest.approx(
        longer.draft_tokens - hidden.draft_tokens, abs=1
    )


async def test_what_was_said_is_not_counted_again_with_each_key(
    kept: Session, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = begin(library, "demo/echo")
    fill(chat, [f"{number} " * 200 for number in range(20)])
    await kept.estimate(chat, "A")
    counted: list[str] = []

    def count(text: str) -> float:
        counted.append(text)
        return tokens.text_tokens(text)

    monkeypatch.setattr("chat_tui.engine.estimating.text_tokens", count)
    await kept.estimate(chat, "An")
    assert set(counted) == {"An"}
    chat.change(system="Be brief.")
    await kept.estimate(chat, "And")
    assert not [text for text in counted if len(text) > 200], "only what is new or short"


async def expected_of(session: Session, reply: Message) -> int | None:
    """Return how many tokens the prompt of a reply was expected to be, once its receipt has taught that."""
    estimating = session.estimating
    await until(lambda: estimating.expected_tokens(reply.id) is not None and not estimating.is_learning, "a lesson")
    return estimating.expected_tokens(reply.id)


async def test_receipts_correct_the_next_estimate_also_after_a_restart(emulator: DemoServer, library: Library) -> None:
    prompt = "12345 " * 60  # the emulator takes four characters for a token, whatever they are
    for is_first in (True, False):
        async with session_of(emulator.base_url, paths=library.paths) as session:
            chat = begin(library, "demo/echo")
            estimate = await session.estimate(chat, prompt)
            reply = await ask(session, chat, prompt)
            assert reply.receipt is not None
            counted = reply.receipt.usage.prompt_tokens
            assert (estimate.prompt_tokens.likely == pytest.approx(counted, rel=0.2)) is not is_first
            expected = await expected_of(session, reply)
            assert (expected == pytest.approx(counted, rel=0.2)) is not is_first


async def test_who_may_serve_decides_the_price_and_the_context(kept: Session, library: Library) -> None:
    chat = begin(library, "deepseek/deepseek-v4-pro")
    every = await kept.estimate(chat, "Why?", patience=PATIENCE)
    chat.change(provider={"only": ["deepseek"]})
    one = await kept.estimate(chat, "Why?", patience=PATIENCE)
    assert every.cost is not None
    assert one.cost is not None
    assert one.cost.high < every.cost.high
    assert (every.context.whose, every.context.limit) == ("Fireworks", 262_144)
    assert one.context.whose == "DeepSeek"
    chat.change(provider={"zdr": True})
    strict = await kept.estimate(chat, "Why?", patience=PATIENCE)
    assert (every.context.largest, strict.context.largest) == (1_048_576, 524_288), "DeepSeek keeps data"
    chat.change(provider={"only": ["nobody"]})
    none = await kept.estimate(chat, "Why?", patience=PATIENCE)
    assert "No provider of deepseek/deepseek-v4-pro is permitted" in " ".join(none.assumptions)


@pytest.mark.parametrize("model", ["openrouter/auto", "@preset/mine", "no/such-model"])
async def test_what_costs_nobody_knows_is_said_to_be_unknown(kept: Session, library: Library, model: str) -> None:
    estimate = await kept.estimate(begin(library, model), "Why?", patience=PATIENCE)
    assert estimate.cost is None
    assert model in " ".join(estimate.assumptions)


async def test_what_is_free_costs_nothing(kept: Session, library: Library) -> None:
    estimate = await kept.estimate(begin(library, "openai/gpt-oss-120b:free"), "Why?", patience=PATIENCE)
    assert estimate.cost is not None
    assert estimate.cost.low == estimate.cost.high == 0


async def test_a_key_of_ones_own_is_told(kept: Session, library: Library) -> None:
    chat = begin(library, "mistralai/mistral-large-2512")
    reply = await ask(kept, chat, "Why?")
    assert reply.receipt is not None
    assert reply.receipt.is_byok
    assert "a key of your own at Mistral" in " ".join((await kept.estimate(chat, "And?")).assumptions)


async def test_what_streams_is_priced_by_who_serves_it(kept: Session) -> None:
    model = "deepseek/deepseek-v4-pro"
    assert kept.estimating.rates(model, "Together", 100) is None
    await kept.estimating.offers.asked({"model": model})
    first, second = (kept.estimating.rates(model, name, 100) for name in ("DeepSeek", "Together"))
    assert first is not None
    assert first.completion is not None
    assert second is not None
    assert second.completion == first.completion * Decimal("2.5")


# What receipts taught, in its file


def test_what_was_learned_is_kept_for_each_server(tmp_path: Path) -> None:
    first, second = Calibration(tmp_path, ORIGIN), Calibration(tmp_path, ORIGIN)
    first.note("a/b", 10.0, 12, 5)
    second.note("c/d", 10.0, None, 7)
    second.note("a/b", 20.0, 24, None)
    again = Calibration(tmp_path, ORIGIN)
    assert again.of("a/b") == Learned(((10.0, 12), (20.0, 24)), (5,))
    assert again.of("c/d") == Learned((), (7,))
    assert Calibration(tmp_path, "http://localhost:1").of("a/b") == Learned()
    assert Calibration(None, ORIGIN).of("a/b") == Learned()


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"v": 2, "server": "https://openrouter.ai", "models": {"a/b": {"prompts": [[1, 2]]}}}',
        b'{"v": 1, "server": "https://openrouter.ai", "models": [1]}',
        b'{"v": 1, "server": "https://openrouter.ai", "models": {"a/b": {"prompts": [[1], [0, 1]], "replies": 3}}}',
        b'{"v": 1, "server": "https://openrouter.ai", "models": {"a/b": {"prompts": [[true, 1]], "replies": [-1]}}}',
    ],
)  # fmt: skip
def test_a_damaged_file_teaches_nothing_and_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    Calibration(tmp_path, ORIGIN).note("a/b", 10.0, 12, 5)
    (file,) = tmp_path.rglob(FILE_NAME)
    file.write_bytes(damage)
    calibration = Calibration(tmp_path, ORIGIN)
    assert calibration.of("a/b") == Learned()
    calibration.note("a/b", 10.0, 13, 6)
    assert Calibration(tmp_path, ORIGIN).of("a/b") == Learned(((10.0, 13),), (6,))


def test_the_file_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.engine.calibrating.MOST_MODELS", 3)
    calibration = Calibration(tmp_path, ORIGIN)
    for number in range(5):
        calibration.note(f"a/{number}", 10.0, 12, 5)
    (file,) = tmp_path.rglob(FILE_NAME)
    assert list(json.loads(file.read_text())["models"]) == ["a/2", "a/3", "a/4"]


# A warm cache


WARM = Receipt(model=SONNET, provider="Anthropic", usage=Usage(10_000, 500, cached_tokens=8_000))


@pytest.mark.parametrize(
    ("settings", "receipt", "minutes", "told"),
    [
        ({"model": "anthropic/claude-opus-4.7"}, WARM, 1, True),
        ({"model": SONNET}, WARM, 1, False),
        ({"model": SONNET, "provider": {"ignore": ["anthropic"]}}, WARM, 1, True),
        ({"model": SONNET, "provider": {"order": ["google-vertex/us-east5"]}}, WARM, 1, True),
        ({"model": SONNET, "provider": {"order": ["anthropic"]}}, WARM, 1, False),
        ({"model": "google/gemini-2.5-flash"}, WARM, 1, False),  # cheaper, even without a cache
        ({"model": "anthropic/claude-opus-4.7"}, WARM, 11, False),
        ({"model": "anthropic/claude-opus-4.7", "cache_control": {"type": "ephemeral"}}, WARM, 6, False),
        ({"model": "anthropic/claude-opus-4.7", "cache_control": {"ttl": "1h"}}, WARM, 11, True),
        ({"model": "anthropic/claude-opus-4.7"}, replace(WARM, usage=Usage(10_000, 500, cached_tokens=0)), 1, False),
        ({"model": "openrouter/auto"}, WARM, 1, False),
    ],
)  # fmt: skip
async def test_leaving_a_warm_cache_is_told_when_it_costs_something(
    session: Session, settings: dict[str, Any], receipt: Receipt, minutes: int, told: bool
) -> None:
    at = now()
    reply = Message(new_id(), None, "assistant", (TextPart("Yes."),), at, model=SONNET, receipt=receipt)
    offers = session.estimating.offers
    await offers.asked({"model": SONNET, "models": [settings["model"]]})
    sentence = lost_warmth(reply, settings, offers, at + timedelta(minutes=minutes))
    assert bool(sentence) is told
    if told and minutes == 1 and settings["model"] != SONNET:
        # 10,500 tokens at $5 a million, instead of 8,000 at $0.30 and 2,500 at $3
        assert sentence == (
            "Anthropic has 8,000 tokens of this chat in its cache for 9 more minutes; elsewhere all is read anew. "
            "The next prompt is ≈ $0.0426 dearer than staying."
        )


async def test_another_server_is_asked_nothing(library: Library) -> None:
    settings = {"servers": {"http://127.0.0.1:9": {"speaks": "openai"}}}
    session = Session(Server("http://127.0.0.1:9/v1", DEMO_KEY), settings, paths=library.paths)
    estimate = await session.estimate(begin(library_at(library.paths.data), "llama3"), "Why?", patience=PATIENCE)
    assert estimate.cost is None
    assert not session.estimating.offers.is_asking
    await session.close()


@pytest.mark.parametrize(
    ("body", "reply", "prompts", "replies"),
    [
        ({}, {}, 1, (90,)),
        ({}, {"status": "cancelled"}, 1, ()),  # the server counts what never came, too
        ({"models": ["b/other"]}, {}, 1, (90,)),
        ({"models": ["b/other"]}, {"served": "b/other"}, 0, ()),  # that is another tokenizer's count
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, {}, 0, ()),
    ],
    ids=["whole", "stopped", "first choice", "fallback", "picture"],
)
async def test_only_what_tells_of_the_model_is_learned(
    kept: Session, library: Library, body: dict[str, Any], reply: dict[str, Any], prompts: int, replies: tuple[int, ...]
) -> None:
    receipt = Receipt(model=reply.get("served", "a/model"), usage=Usage(prompt_tokens=50, completion_tokens=90))
    said = Message(new_id(), None, "assistant", (), now(), reply.get("status", "complete"), receipt=receipt)
    kept.estimating.learn({"model": "a/model", "messages": [{"role": "user", "content": "Hello"}]} | body, said)
    await until(lambda: not kept.estimating.is_learning, "the receipt")
    learned = Calibration(library.paths.cache, kept.server.origin).of("a/model")
    assert (len(learned.prompts), learned.replies) == (prompts, replies)
