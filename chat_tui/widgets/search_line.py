"""A line to search with that costs little at each key."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class SearchLine(Input):
    """An input that never changes its size: what is typed doesn't lay out and paint the whole screen anew.

    Args:
        placeholder: What an empty line says.
        passes: Characters that may be keys as long as nothing is typed.
    """

    DEFAULT_CSS = """
    SearchLine { border: none; height: 1; padding: 0 1; background: $panel; &:focus { border: none; } }
    """
    virtual_size = Reactive(Size(0, 0))

    def __init__(self, *, placeholder: str, passes: str = "", id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, id=id)
        self._passes = passes

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Tell whether a key can only be meant as text; bindings of the screen then don't get it."""
        is_passed = not self.value and character is not None and character in self._passes
        return not is_passed and super().check_consume_key(key, character)
