"""What decodes files is loaded with the first of them and kept quiet: nobody else may write on a terminal."""

from __future__ import annotations

import logging
import struct
import warnings
import zlib

FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What decoders raise of damaged files, which lead them anywhere; found by damaging some at random."""


def hush_pillow() -> None:
    """Have Pillow say nothing of damaged files but what it raises; it warns on standard error otherwise."""
    warnings.filterwarnings("ignore", module=r"PIL\.")
    logging.getLogger("PIL").setLevel(logging.CRITICAL)


def hush_pypdf() -> None:
    """Have pypdf say nothing of the faults that it gets over."""
    warnings.filterwarnings("ignore", module=r"pypdf\.")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
