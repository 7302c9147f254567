"""Why the engine doesn't do what was asked; light enough to be caught before the wire is imported."""

from __future__ import annotations


class RefusedError(Exception):
    """What was asked can't be done now; the message is a sentence for people."""


class ReadOnlyError(RefusedError):
    """A conversation can't be written to: another process, or a newer version, writes there."""
