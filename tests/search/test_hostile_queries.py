"""What nobody types but may paste: the index answers, and stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat_tui.engine.index import Index, index_file
from tests.conversation.samples import message
from tests.search.libraries import Shelf

QUERIES = {
    "filters": "cost:>0 " * 3000,
    "values": "model:" + ",".join(f"m{number}" for number in range(40_000)),
    "tags": "tag:a " * 3000,
    "words": "word " * 200_000,
    "alternatives": "word OR " * 3000 + "word",
    "without": "-word " * 3000,
    "an open phrase": '"' + "word " * 20_000,
    "quotation marks": '"' * 100_000,
    "colons": ":" * 100_000,
    "misspelt filters": "befor:x " * 3000,
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_without_end_costs_no_index(tmp_path: Path, name: str) -> None:
    shelf = Shelf.under(tmp_path)
    shelf.add(message("a word"))
    index = Index(shelf.paths)
    index.update()
    before = index_file(shelf.paths).stat().st_ino

    found = index.search(QUERIES[name])
    after = index.search("word")
    index.close()

    assert found.problems[0] == "Only the first 1,000 characters are searched for."
    assert after.total == 1
    assert index_file(shelf.paths).stat().st_ino == before


def test_spans_hold_what_was_found_and_nothing_empty(tmp_path: Path) -> None:
    shelf = Shelf.under(tmp_path)
    shelf.add(message("Straße ﬁne\n\n日本語とEnglish e\u0301te\u0301 İstanbul"))
    index = Index(shelf.paths)
    index.update()
    wanted = {
        "strasse": ["Straße"],
        "fine": ["ﬁne"],
        '"日本"': ["日本"],
        "日 本": ["日", "本"],
        "ete": ["e\u0301te\u0301"],
        "istanbul": ["İstanbul"],
    }

    spans = {}
    for query in wanted:
        (match,) = index.search(query).matches
        spans[query] = [match.snippet[first:last] for first, last in match.spans]
    index.close()

    assert spans == wanted


def test_a_folder_whose_name_is_no_text_costs_only_itself(tmp_path: Path) -> None:
    shelf = Shelf.under(tmp_path)
    odd = shelf.add(message("a word")).path
    odd.rename(odd.with_name("\udcff" + odd.name[-26:]))
    shelf.add(message("another word"))
    index = Index(shelf.paths)
    index.update()
    assert index.search("word").total == 1
    index.close()
