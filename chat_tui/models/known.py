"""What filters look at besides the model itself: the day, the person's choices, and what the server was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
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
        at: When it came, in UTC; None: it is none of the server's.
        problem: Why there is none, a sentence.
    """

    progress: Progress = "asking"
    ids: frozenset[str] = frozenset()
    at: datetime | None = None
    problem: str = ""


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


def pending(questions: Sequence[str], known: Known, server: str) -> list[str]:
    """Return a sentence for each of `questions` that isn't answered: what is being asked, what `server` can't tell."""
    return [sentence for question in questions if (sentence := _pending(question, known, server))]


def _pending(question: str, known: Known, server: str) -> str:
    if question == PROVIDERS:
        return ""
    name, providers = question.removeprefix(PROVIDER), known.told(PROVIDERS)
    if question != ZDR and providers is not None and name not in providers:
        near = get_close_matches(name, sorted(providers), n=1)
        return f"{server} knows no provider “{name}”." + (f" Did you mean “{near[0]}”?" if near else "")
    answer = known.answers.get(question, Answer())
    about = "are served without keeping any data" if question == ZDR else f"{name} serves"
    if answer.progress == "asking":
        return f"Asking {server} which models {about} …"
    return answer.problem or f"{server} can't tell which models {about}." if answer.progress == "untold" else ""
