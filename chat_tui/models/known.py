"""What filters look at besides the model itself: the day, the person's choices, and what the server was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ZDR = "zdr"
PROVIDER = "provider:"
PROVIDERS = "providers"

Progress = Literal["asking", "told", "untold"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to a question about all models.

    Args:
        progress: `asking`: not yet; `untold`: it can't tell, or didn't answer.
        ids: The models (or, of `PROVIDERS`, the providers' slugs) that the answer names.
        asked: When it was told, in UTC.
    """

    progress: Progress = "asking"
    ids: frozenset[str] = frozenset()
    asked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The surroundings of a search.

    Args:
        now: In UTC; ages and expiry count from it.
        favourites: Ids, in the person's order.
        recents: Ids, the last used first.
        answers: By question, as `Query.questions` names them.
    """

    now: datetime
    favourites: Sequence[str] = ()
    recents: Sequence[str] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def told(self, question: str) -> frozenset[str] | None:
        """Return the models that the answer names, or None while it isn't known."""
        answer = self.answers.get(question)
        return answer.ids if answer is not None and answer.progress == "told" else None


def about(question: str) -> str:
    """Return what a question is about, to follow “which models”."""
    if question == ZDR:
        return "are served without keeping any data"
    return f"{question.removeprefix(PROVIDER)} serves"


def pending(questions: Sequence[str], known: Known, server: str) -> list[str]:
    """Return a sentence for each question that isn't answered: what is being asked, what `server` can't tell."""
    sentences = []
    for question in questions:
        answer = known.answers.get(question, Answer())
        if question == PROVIDERS or answer.progress == "told":
            continue
        if answer.progress == "asking":
            sentences.append(f"Asking {server} which models {about(question)} …")
        else:
            sentences.append(f"{server} can't tell which models {about(question)}.")
    return sentences
