"""The style sheet of exported pages: light and dark by the reader's system, and on paper; and what a page may load."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib import import_module
from typing import Any

_SHEET = """
:root { color-scheme: light dark;
  --ink: #1c2024; --dim: #60646c; --line: #d9dce0; --page: #ffffff; --code: #f4f5f7; --accent: #3a6ea5; }
@media screen and (prefers-color-scheme: dark) { :root {
  --ink: #e4e6e9; --dim: #9aa0a8; --line: #33373d; --page: #17191c; --code: #1f2226; --accent: #8ab4e8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 50rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
header { border-bottom: 1px solid var(--line); }
h1 { font-size: 1.5rem; margin: 0; }
header p, small, figcaption, .note, summary { color: var(--dim); font-size: .85rem; font-weight: normal; }
article, .system { margin-top: 2rem; }
article > h2, .system > h2 { font-size: .95rem; margin: 0 0 .5rem; }
article.user { border-left: 3px solid var(--accent); padding-left: 1rem; }
.plain { white-space: pre-wrap; }
details .plain { color: var(--dim); border-left: 2px solid var(--line); padding-left: 1rem; }
pre { background: var(--code); padding: .75rem 1rem; border-radius: 4px; overflow-x: auto; line-height: 1.45; }
code { font: .875rem/1.45 ui-monospace, monospace; background: var(--code); }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; }
.left { text-align: left; } .center { text-align: center; } .right { text-align: right; }
blockquote { border-left: 3px solid var(--line); margin-left: 0; padding-left: 1rem; color: var(--dim); }
figure { margin: 1rem 0; } img { max-width: 100%; height: auto; }
a { color: var(--accent); }
.failure { border-left: 3px solid #c4453c; padding-left: 1rem; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  pre { white-space: pre-wrap; border: 1px solid var(--line); }
  article > h2 { break-after: avoid; } pre, figure, tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; }
  a[href^="http"]::after { content: " (" attr(href) ")"; color: var(--dim); font-size: .8em; }
}
"""
_LIGHT, _DARK = "default", "github-dark"
_LONGEST_CODE = 200_000
"""Characters of one block: highlighting more takes longer than anybody waits."""


@cache
def style_sheet() -> str:
    """Return the style sheet, with the colours of code."""
    light, dark = _colours(_LIGHT), _colours(_DARK)
    screens = f"@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"
    return f"{_SHEET}{light}\n{screens}\n"


def content_policy(style: str) -> str:
    """Return the policy of a page whose only style sheet is `style`: nothing runs, nothing is loaded."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _colours(style: str) -> str:
    formatters: Any = import_module("pygments.formatters.html")
    rules = formatters.HtmlFormatter(style=style).get_token_style_defs(".hl")
    return "\n".join(rule.partition(" /*")[0] for rule in rules)


def highlighted(code: str, language: str) -> str:
    """Return `code` as HTML, in the colours of the sheet where Pygments knows the language."""
    if language not in _known_languages() or len(code) > _LONGEST_CODE:
        return escape(code)
    pygments: Any = import_module("pygments")
    lexers: Any = import_module("pygments.lexers")
    formatters: Any = import_module("pygments.formatters.html")
    lexer = lexers.get_lexer_by_name(language, stripnl=False, ensurenl=False)
    return str(pygments.highlight(code, lexer, formatters.HtmlFormatter(nowrap=True)))


@cache
def _known_languages() -> frozenset[str]:
    """Return the names of Pygments' own lexers: asking for another would import whatever plug-ins are installed."""
    lexers: Any = import_module("pygments.lexers")
    return frozenset(alias for _, aliases, _, _ in lexers.get_all_lexers(plugins=False) for alias in aliases)
