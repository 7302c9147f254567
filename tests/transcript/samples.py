"""Markdown that models write, and that they shouldn't."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from rich.style import Style

from chat_tui.transcript.context import Context
from chat_tui.transcript.styles import Palette

PALETTE: Final = Palette(Style(color="white", bgcolor="black"), lambda name: Style(color=f"color({20 + len(name)})"))


def context(width: int = 80, *, markdown: bool = True) -> Context:
    """Return a context whose roles have colours of their own."""
    return Context(width, PALETTE, markdown)


EVERYTHING: Final = """\
# Title with `code`

Setext heading
--------------
A paragraph with **bold**, *italic*, ~~struck~~, `code` and [a link](https://example.com/a_(b)), long enough to be
wrapped somewhere; https://bare.example/path?x=1. And <mailto:me@example.com>.\x20\x20
Hard break\\
and another.

- one
- two
  - nested **item**
    with two lines

  ```python
  def within(item: int) -> None: ...
  ```
- [ ] task
- [x] done

3. three
3. four

   second paragraph
10. ten

> quoted *text*
>
> > twice
> - item

| a | b |
|:--|--:|
| 日本語 | 1 |
| `x|y` | 🎉 |
| long cell that wraps because there is a lot in it, indeed much more than fits | 22222 |

***

    indented
    \tcode

~~~rust extra info
fn main() {
    println!("``` {}", 1);
}
~~~
```
no language
```
<div>html &lt; &amp; &#x202e; &copy;</div>

![alt text](https://example.com/i.png) ![local](file.png) [js](javascript:alert(1)) [ftp](ftp://example.com)

[ref]: https://example.com/ref

Text [ref] and [other][ref].
```python
unclosed = "fence"
"""

SAMPLES: Final = (
    EVERYTHING,
    "",
    "\n\n\n",
    "one line",
    "word " * 5000,
    "x" * 30_000,
    "日本語" * 3000,
    "**bold " * 400,
    "[" * 300 + "](" * 300,
    "`" * 500 + "a" + "`" * 499,
    "".join(f"- item {number} with **text**\n" for number in range(500)),
    "".join(f"{number}. item\n\n   more\n" for number in range(1, 200)),
    "| n | square |\n|---|---|\n" + "".join(f"| {n} | {n * n} |\n" for n in range(300)),
    "> " * 200 + "deep quote",
    "".join("  " * depth + f"- level {depth}\n" for depth in range(200)),
    "- " * 150 + "deep list",
    "```\n" + "".join(f"line {n}\n" for n in range(700)) + "```\nafter\n",
    "```python\n" + 'x = """\n' + "".join(f"text {n}\n\ndef f{n}(): pass\n" for n in range(250)) + "```",
    "a\r\nb\rc\n\r\n- d\r\n",
    "\x1b[2J\x1b]52;c;aGk=\x07 \x9b31m \x00 \u202e [/foo] [bold]x[/bold] [@click=app.quit]q[/]",
    "```\x1b[31m\n\x9b\x07\n```\n|\x1b|b|\n|-|-|\n|\x07|&#27;|",
    "  ```\n  indented fence\n\nat column 0\n  ```\nafter",
    "text\n\n    ```\n    not a fence\n\n- a\n```\ntop\n```\n",
)


def pieces(text: str, seed: int) -> Iterator[str]:
    """Yield `text` in random pieces."""
    chance = random.Random(seed)  # noqa: S311 - splits, not secrets
    position = 0
    while position < len(text):
        size = chance.choice((1, 2, 3, 7, 20, 100, 1000)) if len(text) < 5000 else chance.choice((50, 333, 2000))
        yield text[position : position + size]
        position += size
