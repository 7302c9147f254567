"""A library of many conversations, made from a seed: sizes and words as real ones have them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from pathlib import Path

from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import Message, Receipt, Role, TextPart

CONVERSATIONS, BYTES = 10_000, 200_000_000
_SYLLABLES = (
    "ka",
    "to",
    "mi",
    "ser",
    "lan",
    "dor",
    "pel",
    "ri",
    "va",
    "nu",
    "shi",
    "bra",
    "ten",
    "gol",
    "fi",
    "ex",
    "um",
    "ot",
    "y",
)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TAGS = ("work", "home", "travel", "code", "Big Plan")
_MODELS = (("anthropic/claude-sonnet-4.5", "Anthropic"), ("openai/gpt-5.5", "OpenAI"), ("qwen/qwen-max", "Alibaba"))


def vocabulary(count: int = 20_000) -> list[str]:
    """Return different words, the commonest first."""
    rng, words = random.Random(7), dict[str, None]()  # noqa: S311 - a library, no secret
    while len(words) < count:
        words["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4)))] = None
    return list(words)


class Maker:
    """Writes conversations; the same seed gives the same bytes."""

    def __init__(self, seed: int = 7) -> None:
        self._rng = random.Random(seed)  # noqa: S311
        words = vocabulary()
        self._words = words
        shares = list(accumulate(1 / (place + 3) for place in range(len(words))))
        self._paragraphs = [
            " ".join(self._rng.choices(words, cum_weights=shares, k=self._rng.randint(30, 110))).capitalize() + "."
            for _ in range(3_000)
        ]
        self._began = datetime(2024, 1, 1, tzinfo=UTC)
        self._count = 0

    def _id(self, moment: datetime) -> str:
        """Return an id as `ids.new_id` makes them, of that moment."""
        self._count += 1
        value = int(moment.timestamp() * 1000) << 80 | self._count
        return "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))

    def _text(self, size: int) -> str:
        pieces: list[str] = []
        while size > 0:
            pieces.append(self._rng.choice(self._paragraphs))
            size -= len(pieces[-1])
        return "\n\n".join(pieces) + " " + " ".join(self._rng.choices(self._words, k=3))

    def conversation(self, folder: Path, moment: datetime, size: int) -> None:
        """Write a conversation of about `size` bytes below `folder`."""
        rng = self._rng
        identifier = self._id(moment)
        title = " ".join(rng.choices(self._words, k=rng.randint(2, 7))).capitalize()
        tags = tuple(rng.sample(_TAGS, rng.choice((0, 0, 0, 1, 2))))
        place = folder / f"{moment:%Y-%m-%d}-{identifier}"
        place.mkdir(parents=True)
        metadata = Metadata(identifier, moment, title, tags, pinned=rng.random() < 0.002)
        (place / "conversation.toml").write_bytes(_toml(metadata))
        model, provider = rng.choice(_MODELS)
        lines: list[bytes] = []
        parent: str | None = None
        while size > 0:
            lines += (self._message(moment, parent, "user", rng.randint(20, 500), model, provider),)
            parent = self._id(moment)
            moment += timedelta(seconds=rng.randint(20, 300))
            lines += (self._message(moment, parent, "assistant", int(rng.lognormvariate(7.2, 0.8)), model, provider),)
            size -= len(lines[-1]) + len(lines[-2])
        (place / "messages.jsonl").write_bytes(b"".join(lines))

    def _message(self, moment: datetime, parent: str | None, role: Role, size: int, model: str, provider: str) -> bytes:
        is_reply = role == "assistant"
        cost = Decimal(self._rng.randint(1, 90_000)) / 1_000_000
        receipt = Receipt(model=model, provider=provider, cost=cost, total_ms=4_000) if is_reply else None
        text = TextPart(self._text(size))
        asked = model if is_reply else None
        return encode_message(Message(self._id(moment), parent, role, (text,), moment, model=asked, receipt=receipt))


def make_library(folder: Path, count: int = CONVERSATIONS, size: int = BYTES) -> None:
    """Write `count` conversations of `size` bytes together below `folder`; a few are very long."""
    maker, rng = Maker(), random.Random(11)  # noqa: S311
    shares: Sequence[float] = [rng.lognormvariate(0, 1.1) for _ in range(count)]
    scale = size / sum(shares)
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    for share in shares:
        maker.conversation(folder, moment, int(share * scale))
        moment += timedelta(minutes=150)


def _toml(metadata: Metadata) -> bytes:
    tags = ", ".join(f'"{tag}"' for tag in metadata.tags)
    return (
        f'v = 1\nid = "{metadata.id}"\ntitle = "{metadata.title}"\ncreated = "{metadata.created.isoformat()}"\n'
        f"tags = [{tags}]\npinned = {str(metadata.pinned).lower()}\narchived = false\n\n[settings]\n"
    ).encode()
