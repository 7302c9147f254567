"""PDF: how many pages it has, and whether it can be read."""

from __future__ import annotations

from typing import BinaryIO

from chat_tui.attachments.decoding import FAULTS, hush_pypdf
from chat_tui.attachments.values import Measures, NotTakenError

_LOCKED = "is locked with a password. Save a copy without it and attach that."
_UNKNOWN_LOCK = "is encrypted, and can't be looked into. Save a copy without that and attach it."
_DAMAGED = "is damaged: it can't be read as a PDF. Save it again, or get it again."


def measure_document(file: BinaryIO) -> Measures:
    """Return what a PDF says of itself.

    Raises:
        NotTakenError: when it is damaged, or can't be read without a password.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    hush_pypdf()
    try:
        reader = PdfReader(file, strict=False)
        # Without a password of the reader's own it is only marked as not to be changed: everybody can read it.
        if reader.is_encrypted and not reader.decrypt(""):
            raise NotTakenError(_LOCKED)
    except (DependencyError, NotImplementedError):  # how pypdf says that it doesn't know this kind of lock
        raise NotTakenError(_UNKNOWN_LOCK) from None
    except NotTakenError:
        raise
    except (PyPdfError, *FAULTS):
        raise NotTakenError(_DAMAGED) from None
    try:
        pages = reader.root_object["/Pages"]["/Count"]  # type: ignore[index]  # whatever a file has there
    except DependencyError:
        return Measures()  # it can be read, but not by us
    except (PyPdfError, *FAULTS):
        raise NotTakenError(_DAMAGED) from None
    if not isinstance(pages, int) or pages < 1:
        raise NotTakenError("is a PDF without a page.")
    return Measures(pages=int(pages))
