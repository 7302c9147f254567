"""The tree of a conversation: regenerate and edit add a sibling, nothing is overwritten."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from chat_tui.conversation.values import Message


class Tree:
    """Messages by id, with their children in the order in which they were made.

    Args:
        messages: In any order.
        whole: Whether that is all there is. A message whose parent is missing then hangs below the one that was made
            before that parent: a line that got lost must not cut off what was said before it.
    """

    def __init__(self, messages: Iterable[Message] = (), *, whole: bool = True) -> None:
        self._messages: dict[str, Message] = {}
        self._children: dict[str | None, list[str]] = {}
        self._shown: tuple[str | None, str | None] | None = None
        """The active message that was asked for last and the leaf below it: sending must not walk through all."""
        for message in sorted(messages, key=lambda message: message.id):
            self.put(message)
        self._bridges = self._bridge() if whole else {}

    def _bridge(self) -> dict[str, str | None]:
        """Hang the messages whose parent is missing below what was made before them; return their new parents."""
        circling = self._circling()
        orphans = [
            one
            for one in self._messages.values()
            if one.parent is not None and (one.parent not in self._messages or one.id in circling)
        ]
        known, bridges = sorted(self._messages) if orphans else [], dict[str, str | None]()
        for orphan in orphans:
            place = bisect_left(known, min(orphan.parent or "", orphan.id))
            bridges[orphan.id] = known[place - 1] if place else None
        for parent in {orphan.parent for orphan in orphans}:
            self._children[parent] = [child for child in self._children[parent] if child not in bridges]
        for child, before in bridges.items():
            self._children.setdefault(before, []).append(child)
        for before in set(bridges.values()):
            self._children[before].sort()
        return bridges

    def _circling(self) -> set[str]:
        """Return the messages that go back to themselves and were made before their parent: no circle is without one.

        Parents that were made later are rare: clocks differ, or the line is damaged.
        """
        found: set[str] = set()
        settled: set[str] = set()
        for message in self._messages.values():
            way: dict[str, None] = {}
            place: str | None = message.id if message.parent is not None and message.parent >= message.id else None
            while place is not None and place in self._messages and place not in settled and place not in way:
                way[place] = None
                place = self._messages[place].parent
            if place in way:
                circle = list(way)[list(way).index(place) :]
                found.update(one for one in circle if (self._messages[one].parent or "") >= one)
            settled.update(way)
        return found

    def __iter__(self) -> Iterator[Message]:
        return iter(list(self._messages.values()))

    def __len__(self) -> int:
        return len(self._messages)

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._messages

    def __getitem__(self, identifier: str) -> Message:
        return self._messages[identifier]

    def put(self, message: Message) -> None:
        """Add `message`, or let it take the place of the record with its id."""
        if message.id not in self._messages:
            siblings = self._children.setdefault(message.parent, [])
            siblings.append(message.id)
            if len(siblings) > 1 and siblings[-2] > message.id:
                siblings.sort()
            if self._shown is not None:
                parent = message.parent
                goes_on = parent is not None and parent == self._shown[1] and message.id > parent
                goes_on = goes_on and not self._children.get(message.id)
                self._shown = (self._shown[0], message.id) if goes_on else None
        self._messages[message.id] = message

    def children(self, identifier: str | None) -> list[Message]:
        """Return the replies to a message (or the first messages, for None), oldest first."""
        return [self._messages[child] for child in self._children.get(identifier, ())]

    def path(self, leaf: str | None, most: int | None = None) -> list[Message]:
        """Return the messages from the first to `leaf`; one of whose parent nothing is known begins the path.

        Args:
            leaf: The last one.
            most: How many are enough, from the end; None: all.
        """
        path: list[Message] = []
        seen: set[str] = set()
        while leaf is not None and leaf in self._messages and leaf not in seen and len(path) != most:
            seen.add(leaf)
            path.append(self._messages[leaf])
            leaf = self._bridges.get(leaf, self._messages[leaf].parent)
        path.reverse()
        return path

    def leaf(self, active: str | None = None) -> str | None:
        """Return the leaf to show: the newest one below `active`, or the newest of all when that isn't known."""
        if active not in self._messages:
            active = None
        if self._shown is not None and self._shown[0] == active:
            return self._shown[1]
        if active is None:
            leaf = max((one for one in self._messages if not self._children.get(one)), default=None)
        else:
            leaf = self._below(active)
        self._shown = (active, leaf)
        return leaf

    def _below(self, identifier: str | None) -> str | None:
        """Return the newest leaf below a message, going to the newest child each time."""
        seen: set[str | None] = set()
        while (children := self._children.get(identifier)) and identifier not in seen:
            seen.add(identifier)
            identifier = children[-1]
        return identifier
