"""Messages as other programs have them, made into a tree of ours: same source, same ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from chat_tui.conversation.imports.found import Found, stable_id, title_from
from chat_tui.conversation.values import Citation, Json, Message, Part, Receipt, Role, Status

_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Node:
    """A message as its source has it."""

    id: str
    parent: str | None
    role: Role
    parts: tuple[Part, ...]
    at: datetime | None = None
    status: Status = "complete"
    model: str | None = None
    reasoning: str = ""
    tool_calls: tuple[Json, ...] = ()
    citations: tuple[Citation, ...] = ()
    receipt: Receipt | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.parts or self.reasoning or self.tool_calls)


def plant(
    found: Found,
    key: Iterable[object],
    nodes: Iterable[Node],
    *,
    leaf: str | None = None,
    skipped: Mapping[str, str | None] | None = None,
) -> None:
    """Make `nodes` the messages of `found`, and give it what its metadata lacks.

    Args:
        found: The conversation.
        key: What it is known by where it is from.
        nodes: Its messages; parents may be missing, run in circles, or come twice.
        leaf: The source's id of the last message of the branch that is shown.
        skipped: The parents of messages that have no place here.
    """
    known: dict[str, Node] = {}
    passed = dict(skipped or {})
    for node in nodes:
        if node.id in known:
            found.left_out["messages with an id that is there already"] += 1
        elif node.is_empty:
            found.left_out["messages without a word"] += 1
            passed[node.id] = node.parent
        else:
            known[node.id] = node
    parents = _parents(known, passed)
    names = tuple(key)
    times = _times(known, parents)
    ids = {name: stable_id(times[name], *names, name) for name in known}
    for node in known.values():
        parent = parents[node.id]
        found.add(_message(found, node, ids[node.id], ids[parent] if parent else None))
    _describe(found, ids.get(_nearest(leaf, known, passed) or ""))


def _times(known: Mapping[str, Node], parents: Mapping[str, str | None]) -> dict[str, datetime]:
    """Return the time in each id: siblings stand in the order of their ids.

    Where there is none, it is the one before it that counts; where there is none at all, the place in the list. Nothing
    else is the same the next time.
    """
    if not any(node.at for node in known.values()):
        return {name: _EPOCH + timedelta(milliseconds=number) for number, name in enumerate(known)}
    times: dict[str, datetime] = {}
    for name in known:
        way: list[str] = []
        place: str | None = name
        while place is not None and place not in times and known[place].at is None:
            way.append(place)
            place = parents[place]
        time = _EPOCH if place is None else times.get(place) or known[place].at or _EPOCH
        times |= dict.fromkeys(way, time)
        times.setdefault(name, time)
    return times


def _message(found: Found, node: Node, identifier: str, parent: str | None) -> Message:
    return Message(
        id=identifier,
        parent=parent,
        role=node.role,
        parts=node.parts,
        at=node.at or found.metadata.created,
        status=node.status,
        model=node.model,
        reasoning=node.reasoning,
        tool_calls=node.tool_calls,
        citations=node.citations,
        receipt=node.receipt,
        unknown={"imported": {"from": found.source, "id": node.id[:200]}},
    )


def _parents(known: Mapping[str, Node], skipped: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the parent of every node among them; what closes a circle has none."""
    parents = {name: _nearest(node.parent, known, skipped) for name, node in known.items()}
    settled: set[str] = set()
    for name in known:
        way: dict[str, None] = {}
        place: str | None = name
        while place is not None and place not in settled and place not in way:
            way[place] = None
            place = parents[place]
        if place is not None and place in way:
            parents[next(reversed(way))] = None
        settled |= way.keys()
    return parents


def _nearest(name: str | None, known: Mapping[str, Node], skipped: Mapping[str, str | None]) -> str | None:
    """Return `name`, or the nearest before it that has a place here."""
    seen: set[str] = set()
    while name is not None and name not in known:
        if name in seen:
            return None
        seen.add(name)
        name = skipped.get(name)
    return name


def _describe(found: Found, leaf: str | None) -> None:
    first = next((message.text for message in found.messages if message.role == "user"), "")
    found.metadata = replace(found.metadata, leaf=leaf, title=found.metadata.title or title_from(first))
