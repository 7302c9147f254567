"""A line to search with that costs little at each key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from rich.highlighter import Highlighter
from rich.style import Style
from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class SearchLine(Input, inherit_bindings=False):
    """An input that never changes its size: what is typed doesn't lay out and paint the whole screen anew.

    Args:
        placeholder: What an empty line says.
        passes: Characters that may be keys as long as nothing is typed.
        meant: Says which stretches of the text stand out, and as what: `filter` or `problem`; none by itself.
    """

    BINDINGS = Input.BINDINGS  # without those of views that scroll, which it is one of
    COMPONENT_CLASSES: ClassVar[set[str]] = {"search-line--filter", "search-line--problem"}
    DEFAULT_CSS = """
    SearchLine {
        border: none; height: 1; padding: 0 1; background: $panel;
        &:focus { border: none; }
        & > .search-line--filter { color: $primary; }
        & > .search-line--problem { color: $text-warning; }
    }
    """
    virtual_size = Reactive(Size(0, 0))

    def __init__(
        self,
        *,
        placeholder: str,
        meant: Callable[[str], Iterable[tuple[int, int, str]]] = lambda _: (),
        passes: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(placeholder=placeholder, highlighter=_Highlighter(self, meant), id=id)
        self.passes = passes

    async def on_key(self, event: events.Key) -> None:
        """Move and delete in the order of the keys: a binding would act when the key has bubbled to the application."""
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.node is self and not self.is_text(event):
            event.stop()
            event.prevent_default()
            await self.run_action(active.binding.action)

    def is_text(self, event: events.Key) -> bool:
        """Tell whether a key can only be meant as text; one with Alt may come with its letter."""
        return "+" not in event.key and self.check_consume_key(event.key, event.character)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Tell whether a key can only be meant as text; bindings of the screen then don't get it."""
        is_passed = not self.value and character is not None and character in self.passes
        return not is_passed and super().check_consume_key(key, character)


class _Highlighter(Highlighter):
    """Colours what a text means, in the colours of the theme."""

    def __init__(self, line: SearchLine, meant: Callable[[str], Iterable[tuple[int, int, str]]]) -> None:
        self._line = line
        self._meant = meant

    def highlight(self, text: Text) -> None:
        for start, end, meaning in self._meant(text.plain):
            color = self._line.get_component_rich_style(f"search-line--{meaning}").color
            text.stylize(Style(color=color), start, end)
