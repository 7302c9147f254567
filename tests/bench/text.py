"""Replies as models write them, from chance that repeats."""

from __future__ import annotations

import random
from functools import lru_cache

TEXT = "a reply streams words and **bold** ones, `code`, a [link](https://example.com) or 日本語 now"
WORDS = TEXT.split(" ")


def source(words: int, seed: int) -> str:
    """Return Markdown as models write it, of about `words` words."""
    chance = random.Random(seed)  # noqa: S311 - text, not secrets
    blocks: list[str] = []
    left = words
    while left > 0:
        kind, length = chance.randrange(5), chance.randrange(15, 60)
        text = " ".join(chance.choices(WORDS, k=length))
        match kind:
            case 0:
                blocks.append(f"## Heading {left}\n\n{text}.")
            case 1:
                blocks.append("\n".join(f"- item {text[n * 40 : n * 40 + 40].strip()}" for n in range(4)))
            case 2:
                code = "\n".join(f"    value_{n} = call(value, {n})  # {text[n * 9 : n * 9 + 9]}" for n in range(6))
                blocks.append(f"```python\ndef function_{left}(value: int) -> int:\n{code}\n    return value\n```")
            case 3:
                rows = "\n".join(f"| {n} | {text[n * 20 : n * 20 + 20].replace('|', ' ')} |" for n in range(4))
                blocks.append(f"| n | text |\n|---|---|\n{rows}")
            case _:
                blocks.append(text + ".")
        left -= length
    return "\n\n".join(blocks)


@lru_cache(8)
def tokens(count: int) -> list[str]:
    """Return a reply of `count` tokens of about five characters."""
    text = source(count, 1)
    while len(text) < 5 * count:
        text += "\n\n" + source(count, len(text))
    return [text[n * 5 : n * 5 + 5] for n in range(count)]
