"""The model picker in a pty: opening it, and a key in its search, with 1,000 models in the cache."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from chat_tui.engine.catalogue_files import CatalogueFiles
from tests.bench.application import BASE_URL, FRAME_MS, KEY_MS, cpu_of, idle_again, opening, terminal
from tests.bench.row import Row, at_most

MODELS = 1_000
_KEYS = b"gpt ctx>100k claude sonnet -mini out<5 "
_FAMILIES = (("openai", "gpt"), ("anthropic", "claude-sonnet"), ("google", "gemini-pro"), ("qwen", "qwen-max"))
_DESCRIPTION = "A model of some size that answers in many languages, calls tools and thinks before it speaks. " * 3


def run(quick: bool) -> list[Row]:
    """Measure in several runs; the figures are medians."""
    with tempfile.TemporaryDirectory(prefix="chat-tui-bench-") as root:
        home = Path(root)
        origin = BASE_URL.removesuffix("/api/v1")
        files = CatalogueFiles(home / "cache", origin, BASE_URL)
        files.write_models(json.dumps({"data": [_model(place) for place in range(MODELS)]}), datetime.now(UTC))
        measured = [_measure(home) for _ in range(3 if quick else 7)]
    opened, key, step = (statistics.median(column) * 1000 for column in zip(*measured, strict=True))
    return [
        at_most(f"{MODELS:,} models shown after the key", opened, 2 * FRAME_MS, " ms", "two frames"),
        at_most("a key in the search (CPU)", key, KEY_MS, " ms"),
        at_most("a step down the list (CPU)", step, KEY_MS, " ms"),
    ]


def _model(place: int) -> dict[str, object]:
    """Return an entry as the server has it; they differ as real ones do."""
    author, family = _FAMILIES[place % len(_FAMILIES)]
    model = f"{author}/{family}-{place / 100:.2f}-mini"
    price = f"0.{place + 1:09}"
    return {
        "id": model,
        "canonical_slug": f"{model}-20260101",
        "name": f"{author.title()}: {family.title()} {place / 100:.2f} Mini",
        "created": 1_700_000_000 + 86_400 * place,
        "description": _DESCRIPTION,
        "context_length": 8_192 << place % 8,
        "architecture": {"input_modalities": ["text", "image"][: 1 + place % 2], "output_modalities": ["text"]},
        "pricing": {"prompt": price, "completion": price},
        "top_provider": {"max_completion_tokens": 4_096 << place % 6},
        "supported_parameters": ["tools", "reasoning", "response_format", "temperature"][place % 3 :],
    }


def _measure(home: Path) -> tuple[float, float, float]:
    """Return seconds from the key to the models, and seconds of CPU for a letter of a search and for a step down."""
    with terminal([sys.executable, "-m", "chat_tui"], home) as (process, screen):
        screen(b"sk anything", b"")
        idle_again(process.pid, screen)
        opened = opening(screen, process.pid, b"\x0f", b"1,000 models")
        step = cpu_of(process.pid, screen, [b"\x1b[B"] * 40)
        key = cpu_of(process.pid, screen, [bytes([key]) for key in _KEYS])
    return opened, key, step
