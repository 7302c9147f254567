"""PDF: how many pages it has, and whether it can be read."""

from __future__ import annotations

import logging
from typing import BinaryIO

from chat_tui.attachments.values import Measures, NotTakenError

_LOCKED = "is locked with a password. Save a copy without it and attach that."
_DAMAGED = "is damaged: it can't be read as a PDF. Save it again, or get it again."


def measure_document(file: BinaryIO) -> Measures:
    """Return what a PDF says of itself.

    Raises:
        NotTakenError: when it is damaged, or can't be read without a password.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells every fault that it gets over
    try:
        reader = PdfReader(file, strict=False)
        # Without a password of the reader's own it is only marked as not to be changed: everybody can read it.
        if reader.is_encrypted and not reader.decrypt(""):
            raise NotTakenError(_LOCKED)
        pages = reader.root_object["/Pages"]["/Count"]  # type: ignore[index]  # whatever a file has there
    except DependencyError:
        raise NotTakenError(_LOCKED) from None
    except NotTakenError:
        raise
    # A damaged file leads a parser of such objects anywhere.
    except (PyPdfError, ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError):
        raise NotTakenError(_DAMAGED) from None
    if not isinstance(pages, int) or pages < 1:
        raise NotTakenError("is a PDF without a page.")
    return Measures(pages=int(pages))
