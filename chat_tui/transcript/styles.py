"""The transcript's looks: its component classes, resolved to Rich styles."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import quote

from rich.style import Style

COMPONENTS: Final = {
    "accent": "color: $primary;",
    "dim": "color: $text-muted;",
    "faint": "color: $foreground 45%;",
    "error": "color: $text-error;",
    "warning": "color: $text-warning;",
    "heading": "color: $text-primary; text-style: bold;",
    "code": "color: $text-accent;",
    "math": "color: $text-secondary;",
    "link": "color: $text-primary; text-style: underline;",
    "quote": "color: $text-muted;",
    "keyword": "color: $text-accent;",
    "string": "color: $text-success;",
    "comment": "color: $foreground 55%; text-style: italic;",
    "number": "color: $text-warning;",
    "name": "color: $text-primary;",
    "builtin": "color: $text-secondary;",
    "invalid": "color: $text-error;",
    "match": "background: $warning-muted;",
    "own-match": "background: $warning; color: $background;",
    "own-link": "background: $primary; color: $background;",
}
"""Role -> its CSS; theme variables only."""

COMPONENT_CLASSES: Final = {f"transcript--{role}" for role in COMPONENTS}
CSS: Final = "\n".join(f"    & > .transcript--{role} {{ {rules} }}" for role, rules in COMPONENTS.items())

# The first part of a Pygments token's name that is known here decides.
TOKEN_ROLES: Final = {
    "Token.Keyword": "keyword",
    "Token.Operator.Word": "keyword",
    "Token.Literal.String": "string",
    "Token.Literal.Number": "number",
    "Token.Comment": "comment",
    "Token.Name.Function": "name",
    "Token.Name.Class": "name",
    "Token.Name.Tag": "name",
    "Token.Name.Namespace": "name",
    "Token.Name.Builtin": "builtin",
    "Token.Name.Decorator": "builtin",
    "Token.Name.Attribute": "builtin",
    "Token.Name.Exception": "builtin",
    "Token.Generic.Deleted": "invalid",
    "Token.Generic.Error": "invalid",
    "Token.Generic.Inserted": "string",
    "Token.Generic.Heading": "name",
    "Token.Generic.Subheading": "name",
}

OURS: Final = "ours"
"""The key of a style's data for text that isn't the author's; its value is the source that is copied instead."""
LONGEST_ADDRESS: Final = 2_000
"""Characters of a link that terminals are given."""
_IN_ADDRESSES: Final = "%/:?#[]@!$&'()*+,;=-._~"

BOLD: Final = Style(bold=True)
ITALIC: Final = Style(italic=True)
STRIKE: Final = Style(strike=True)


class Palette:
    """A Rich style for each role, with the widget's background."""

    def __init__(self, base: Style, component: Callable[[str], Style]) -> None:
        self.text = base
        self._component = component
        self._roles: dict[str, Style] = {}
        self._tokens: dict[str, Style] = {}

    def __getitem__(self, role: str) -> Style:
        style = self._roles.get(role)
        if style is None:
            style = self._roles[role] = self._component(f"transcript--{role}")
        return style

    def same_as(self, other: Palette) -> bool:
        """Tell whether everything looks the same in both."""
        return self.text == other.text and all(self[role] == other[role] for role in COMPONENTS)

    @cached_property
    def dim(self) -> Style:
        """Metadata."""
        return self["dim"]

    @cached_property
    def faint(self) -> Style:
        """Gutters and rules."""
        return self["faint"]

    def token(self, name: str) -> Style:
        """Return the style of the Pygments token called `name` (`Token.Name.Function.Magic`)."""
        style = self._tokens.get(name)
        if style is None:
            known = name
            while known and known not in TOKEN_ROLES:
                known = known.rpartition(".")[0]
            style = self._tokens[name] = self[TOKEN_ROLES[known]] if known else self.text
        return style


@lru_cache(4096)
def add(first: Style, second: Style) -> Style:
    """Return `second` over `first`."""
    return first + second


@lru_cache(1024)
def linked(style: Style, href: str) -> Style:
    """Return `style` with a link; the address is data for the click, never part of an action string.

    Terminals get it too, in the form that they allow: printable ASCII without spaces, not too long.
    """
    address = quote(href, safe=_IN_ADDRESSES)
    return style + Style(meta={"href": href}, link=address if len(address) <= LONGEST_ADDRESS else None)


@lru_cache(1024)
def tagged(style: Style, source: str = "") -> Style:
    """Return `style` for text that isn't the author's, but stands for `source` or is added."""
    return style + Style(meta={OURS: source})
