"""What the inspector shows of a request: headers, events, routing and what changed, as sections of a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from chat_tui.conversation.values import Attempt, Receipt
from chat_tui.engine.inspecting import Form, Inspected, difference
from chat_tui.openrouter.as_code import as_json, as_one_line
from chat_tui.openrouter.recording import Heard, Recording
from chat_tui.screens.event_words import in_words
from chat_tui.text import one_line
from chat_tui.transcript.sheet import Section, json_section
from chat_tui.transcript.text_lines import TextLine, text_lines

_NAMES: Final = 24
"""Cells for names that stand in a column."""
_GONE: Final = (
    "What went over the wire is kept in memory alone, and only for the latest replies of this run; of this reply "
    "nothing is."
)
# The first cell is the cursor's.
_SIGNS: Final[Mapping[str, tuple[str, str]]] = {"-": ("error", " -"), "+": ("string", " +"), " ": ("dim", "  "),
                                                "…": ("faint", " …")}  # fmt: skip
_ABOUT_ENDPOINTS: Final = ("available", "attempts")


def request_sections(inspected: Inspected, form: Form, *, short: bool) -> list[Section]:
    """Return the request in `form`; as JSON it is a tree."""
    if form == "JSON":
        body = inspected.shown(short=short)
        return [json_section(as_one_line(body), inspected.written("JSON", short=short))]
    return [[TextLine(line, "json") for line in inspected.written(form, short=short).split("\n")]]


def header_sections(inspected: Inspected) -> list[Section]:
    """Return the headers of the request, and those of what came for it."""
    lines = [TextLine(f"POST {inspected.sending.url}", "heading"), *_headers(inspected.sending.headers)]
    attempts = inspected.recorded.attempts
    for number, recording in enumerate(attempts, 1):
        named = f" to request {number} of {len(attempts)}" if len(attempts) > 1 else ""
        lines += [TextLine(""), TextLine(f"Reply{named}: {_status(recording)}", "heading")]
        lines += _headers(recording.answered)
    if inspected.reply is not None and not attempts:
        lines += [TextLine(""), TextLine(_GONE, "dim")]
    return [lines]


def _headers(headers: Mapping[str, str]) -> Iterator[TextLine]:
    for name, value in headers.items():
        yield TextLine(f"{one_line(name, 100):<{_NAMES}}  {one_line(value, 2_000)}")


def _status(recording: Recording) -> str:
    if recording.status is None or recording.answered_after is None:
        return "none yet, or the connection failed"
    return f"HTTP {recording.status} after {_time(recording.answered_after)}"


def event_sections(inspected: Inspected, *, raw: bool) -> list[Section]:
    """Return what came, with the time since the request: `raw`, or in a few words where these say all of it."""
    attempts = inspected.recorded.attempts
    if not attempts:
        return [[TextLine("Nothing has come yet." if inspected.reply is None else _GONE, "dim")]]
    lines: list[TextLine] = []
    for number, recording in enumerate(attempts, 1):
        if len(attempts) > 1:
            lines.append(TextLine(f"Request {number} of {len(attempts)}, at {recording.at:%H:%M:%S} UTC", "heading"))
        lines += _events(recording.first(), raw=raw)
        if recording.skipped:
            lines.append(TextLine(f"… {recording.skipped:,} events between aren't kept", "dim"))
        lines += _events(recording.last(), raw=raw)
        if not recording.size:
            lines.append(TextLine("Nothing came.", "dim"))
    return [lines]


def _events(heard: Iterable[Heard], *, raw: bool) -> Iterator[TextLine]:
    for event in heard:
        cut = f"… ({event.length:,} characters)" if event.length > len(event.text) else ""
        text = " ".join(event.text.split("\n"))
        told = f"{text}{cut}" if raw or cut else in_words(text)
        yield TextLine(f"{_time(event.seconds):>9}  {told}", "dim" if text.startswith(":") else "")


def _time(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


def routing_sections(inspected: Inspected) -> list[Section]:
    """Return who was asked and who served; then what the server told of its routing and of what it sent on."""
    reply = inspected.reply
    if reply is None:
        return [[TextLine("Who serves it is known when it has been sent.", "dim")]]
    receipt = reply.receipt or Receipt()
    others = inspected.body.get("models")
    models = [inspected.body.get("model"), *(others if isinstance(others, list | tuple) else ())]
    rows = [
        ("asked", " · ".join(one_line(str(model), 100) for model in models if model)),
        ("model", receipt.model),
        ("provider", receipt.provider),
        ("generation", receipt.generation),
        ("service tier", receipt.service_tier),
        ("finish", " · ".join(filter(None, (receipt.finish, receipt.native_finish)))),
        ("violation", receipt.violation),
        ("fallback", receipt.fallback),
    ]
    lines = [TextLine(f"{name:<{_NAMES}}  {one_line(value, 1_000)}") for name, value in rows if value]
    lines += [TextLine(_attempt(attempt), "warning") for attempt in receipt.attempts]
    sections: list[Section] = [[*lines, TextLine("")]]
    if receipt.metadata:
        sections += [_routed(receipt.metadata), _tree("openrouter_metadata", receipt.metadata)]
    else:
        said = "The server told nothing of its routing. The setting routing_metadata asks for it with every request."
        sections.append([TextLine(said, "dim")])
    for number, note in enumerate(inspected.recorded.upstream, 1):
        body = note.get("echo_upstream_body", note)
        named = f"What provider {number} was sent"
        sections += [[TextLine(""), TextLine(named, "heading")], _tree("", body)]
    return sections


def _attempt(attempt: Attempt) -> str:
    who = f"{one_line(attempt.provider, 60)}: " if attempt.provider else ""
    return f"{'made again':<{_NAMES}}  {who}{one_line(attempt.sentence, 300)}"


def _tree(name: str, value: Any) -> Section:
    if not isinstance(value, Mapping | list):
        return [TextLine(one_line(str(value), 1_000))]
    named = {name: value} if name else value
    return json_section(as_one_line(named), as_json(named) if isinstance(named, Mapping) else as_one_line(named))


def _routed(metadata: Mapping[str, Any]) -> list[TextLine]:
    """Return `openrouter_metadata` for people: its plain facts, who could have served, and who was tried."""
    lines = [
        TextLine(f"{one_line(name, 40):<{_NAMES}}  {one_line(str(value), 500)}")
        for name, value in metadata.items()
        if isinstance(value, str | int | float) and name not in _ABOUT_ENDPOINTS
    ]
    endpoints = metadata.get("endpoints")
    available = endpoints.get("available") if isinstance(endpoints, Mapping) else None
    lines += _listed("could have served", available)
    lines += _listed("were tried", metadata.get("attempts"))
    return [*lines, TextLine("")]


def _listed(name: str, listed: object) -> Iterator[TextLine]:
    found = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    for place, one in enumerate(found):
        selected = one.get("selected") is True
        words = [one.get("provider"), one.get("model"), one.get("status")]
        text = "  ".join(one_line(str(word), 80) for word in words if word is not None)
        role = "accent" if selected else ""
        yield TextLine(f"{'' if place else name:<{_NAMES}}  {'●' if selected else '·'} {text}", role)


def difference_sections(before: Inspected | None, inspected: Inspected) -> list[Section]:
    """Return what of the request is other than in the one `before`."""
    if before is None:
        return [[TextLine("There is no request before this one.", "dim")]]
    old, new = (one.written("JSON", short=True) for one in (before, inspected))
    changes = difference(old, new)
    if not changes:
        return [[TextLine("Both requests are the same.", "dim")]]
    return [[TextLine(line, *_SIGNS[sign]) for sign, line in changes]]


def as_text(sections: Sequence[Section]) -> str:
    """Return what the sections of a tab but the first one say, for copying."""
    lines: list[str] = []
    for section in sections:
        if isinstance(section, Sequence):
            lines += [f"{line.mark}{line.text}" for line in section]
        else:
            lines += [line.text for line in text_lines(section.parts.text)]
    return "\n".join(lines) + "\n"
