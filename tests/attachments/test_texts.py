"""Text is attached in a fence that nothing in it can end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chat_tui.attachments.texts import fenced, holds_private_key

LINES = st.sampled_from(["```", "````", "   ```python", "~~~", "> ```", "text", "    ````", "`", "", "- ```\n  x"])


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=8).map("\n".join))
def test_a_fence_ends_where_the_file_does(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(fenced("notes.md", text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close", "fence"]
    assert tokens[1].content == "notes.md"
    assert tokens[-1].info == "markdown"
    assert tokens[-1].content == (text if text.endswith("\n") else f"{text}\n")


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("a.py", "a.py\n```python\n"),
        ("Makefile", "Makefile\n```makefile\n"),
        ("notes", "notes\n```\n"),
        ("two\nlines.rs", "two lines.rs\n```rust\n"),
    ],
)
def test_a_fence_has_the_name_and_the_language(name: str, beginning: str) -> None:
    assert fenced(name, "x\n") == f"{beginning}x\n```"


@pytest.mark.parametrize(
    ("text", "is_key"),
    [
        ("x\n-----BEGIN PRIVATE KEY-----\n", True),
        ("-----BEGIN RSA PRIVATE KEY-----", True),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----", True),
        ("PuTTY-User-Key-File-3: ssh-ed25519", True),
        ("AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQ", True),
        ("-----BEGIN PUBLIC KEY-----", False),
        ("-----BEGIN CERTIFICATE-----", False),
        ("how to make a PRIVATE KEY", False),
    ],
)
def test_a_private_key_is_known_by_its_head(text: str, is_key: bool) -> None:
    assert holds_private_key(text) == is_key
