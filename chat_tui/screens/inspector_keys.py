"""The inspector's keys."""

from __future__ import annotations

from textual.binding import Binding

TABS = ("Request", "Headers", "Events", "Routing", "Diff")

KEYS = (
    ("1 … 5", "Request, headers, events with their times, routing, what is other than in the request before"),
    ("← →", "The tab before, the next one"),
    ("[ ]", "The request before, the next one; the last is the one that will be sent"),
    ("f", "The request as JSON, as curl, as Python, the key named by its variable; events in words, or raw"),
    ("b", "Long data shortened, or whole"),
    ("c", "Copy what is shown"),
    ("s", "Save what is shown to a file"),
    ("e", "Edit the request and send it; the reply stands beside the others"),
    ("u", "Of the next request: have the server tell what it sends to the provider"),
    ("Enter", "Fold or unfold"),
)
"""For the help."""


def bindings() -> list[Binding]:
    """Return all bindings but those that scroll."""
    keys = (
        ("escape,f4,q", "leave", "Close", "close", "Back to the chat"),
        ("right,l,tab", "tab(1)", "Next tab", "next_tab", "The next tab"),
        ("left,h,shift+tab", "tab(-1)", "Tab before", "previous_tab", "The tab before"),
        ("right_square_bracket", "turn(1)", "Next request", "next", "The next request"),
        ("left_square_bracket", "turn(-1)", "Request before", "previous", "The request before"),
        ("f", "form", "Form", "form", "JSON, curl or Python; events in words or raw"),
        ("b", "data", "Data", "data", "Long data shortened, or whole"),
        ("c", "copy", "Copy", "copy", "Copy what is shown"),
        ("s", "save", "Save", "save", "Save what is shown to a file"),
        ("e", "edit", "Edit", "edit", "Edit the request and send it"),
        ("u", "echo", "Upstream", "echo", "Have the server tell what it sends to the provider"),
    )
    numbers = [
        Binding(str(place), f"show({place - 1})", name, show=False, id=f"inspector.tab_{place}", tooltip=name)
        for place, name in enumerate(TABS, 1)
    ]
    return numbers + [
        Binding(key, action, title, show=False, id=f"inspector.{name}", tooltip=tooltip)
        for key, action, title, name, tooltip in keys
    ]
