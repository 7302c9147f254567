"""Which conversations have a reply that ended while nobody looked: kept in a small file."""

from __future__ import annotations

import logging
from pathlib import Path

from chat_tui.paths import NotTomlError, private_directory, read_toml, replace_file

_log = logging.getLogger(__name__)


class Unseen:
    """Ids of conversations; several processes may change them.

    Args:
        file: Where they are; None keeps them for this run alone.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self.ids: frozenset[str] = frozenset()
        """Those known last."""

    def read(self) -> frozenset[str]:
        """Return what the file says by now; blocks. A file that can't be read has none: these are only marks."""
        if self._file is not None:
            try:
                kept = read_toml(self._file).get("unseen", ())
            except FileNotFoundError:
                kept = ()
            except (OSError, NotTomlError) as error:
                _log.warning("The marks of unseen replies can't be read: %s", error)
                kept = ()
            self.ids = frozenset(one for one in kept if isinstance(one, str)) if isinstance(kept, list) else frozenset()
        return self.ids

    def mark(self, conversation: str, *, seen: bool) -> None:
        """Say whether the last reply there was seen; blocks."""
        known = self.read()
        if (conversation not in known) == seen:
            return
        self.ids = known - {conversation} if seen else known | {conversation}
        if self._file is None:
            return
        import tomli_w

        try:
            private_directory(self._file.parent)
            replace_file(self._file, tomli_w.dumps({"v": 1, "unseen": sorted(self.ids)}).encode())
        except OSError as error:
            _log.warning("The marks of unseen replies can't be written: %s", error)
