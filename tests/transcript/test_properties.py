"""What holds for every document: each character is shown once, in order, however it arrives and however wide it is."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat_tui.text import printable
from chat_tui.transcript.body import render_source
from chat_tui.transcript.lines import Line, Sections
from chat_tui.transcript.streaming import StreamingBody
from tests.transcript.documents import DOCUMENTS
from tests.transcript.reading import difference
from tests.transcript.samples import context

# The same documents in every run: a failure is seen by everyone.
repeatable = settings(
    max_examples=80, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


def lines_of(sections: Sequence[Sequence[Line]]) -> list[Line]:
    return list(Sections(sections))


@repeatable
@given(DOCUMENTS, st.integers(20, 200))
def test_every_character_is_shown_once_and_in_order(source: str, width: int) -> None:
    look = replace(context(width), math=False)
    assert difference(source, Sections(render_source(printable(source), look))) == ""


@repeatable
@given(DOCUMENTS, st.integers(0, 9), st.booleans())
def test_streamed_in_random_fragments_is_the_same_as_whole(source: str, seed: int, math: bool) -> None:
    source, look = printable(source), replace(context(), math=math)
    chance = random.Random(seed)  # noqa: S311 - cuts, not secrets
    body, shown = StreamingBody(look), list[Sequence[Line]]()
    position = 0
    while position < len(source):
        size = chance.choice((1, 3, 20, 100))
        keep, after, same = body.append(source[position : position + size])
        before = lines_of(shown[keep:])
        shown[keep:] = after
        assert lines_of(after)[:same] == before[:same]
        position += size
    body.finish()
    assert lines_of(body.sections) == lines_of(render_source(source, look))
