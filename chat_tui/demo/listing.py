"""`/models` and its relatives: the query checked, the catalogue filtered, sorted and cut into pages."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from urllib.parse import urlencode

from chat_tui.demo.catalogue import Model, models
from chat_tui.demo.endpoints import endpoints_of
from chat_tui.demo.faults import Fault, invalid_query

_Test: TypeAlias = Callable[[Model], bool]
_Read: TypeAlias = Callable[[str], _Test]

_OUTPUTS = {
    *("text", "image", "embeddings", "audio", "video", "rerank", "decisions", "speech", "transcription"),
    "all",
}
_INPUTS = {"text", "image", "audio", "file"}
_CATEGORIES = {
    *("programming", "roleplay", "marketing", "marketing/seo", "technology", "science", "translation", "legal"),
    *("finance", "health", "trivia", "academia"),
}
_PARAMETERS = {
    *("temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty"),
    *("repetition_penalty", "max_tokens", "max_completion_tokens", "logit_bias", "logprobs", "top_logprobs"),
    *("prediction", "seed", "response_format", "structured_outputs", "stop", "tools", "tool_choice"),
    *("parallel_tool_calls", "include_reasoning", "reasoning", "reasoning_effort", "web_search_options", "verbosity"),
}
_DEFAULT_LIMIT = 500
_MOST = 1000
_PER_MILLION = 1_000_000
_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the list.

    Args:
        models: What is on the page.
        total: How many there are on all pages.
        next: The address of the next page, or None.
    """

    models: list[Model]
    total: int
    next: str | None


def page_of(query: Mapping[str, str], path: str) -> Page | Fault:
    """Return the models that a query asks for.

    Args:
        query: The parameters; unknown ones are ignored.
        path: The address that the query came to, for the link to the next page.
    """
    found = matching(query)
    if isinstance(found, Fault):
        return found
    try:
        offset = _whole(query.get("offset") or "0", 0, None)
    except ValueError as error:
        return invalid_query("offset", str(error))
    try:
        limit = _whole(query.get("limit") or str(_DEFAULT_LIMIT), 1, _MOST)
    except ValueError as error:
        return invalid_query("limit", str(error))
    if "offset" not in query and "limit" not in query:
        return Page(found, len(found), None)
    shown = found[offset : offset + limit]
    more = {**query, "offset": str(offset + limit), "limit": str(limit)}
    following = f"{path}?{urlencode(more)}" if offset + limit < len(found) else None
    return Page(shown, len(found), following)


def matching(query: Mapping[str, str]) -> list[Model] | Fault:
    """Return all models that a query asks for, sorted as it says."""
    tests: list[_Test] = []
    for name, read in _FILTERS.items():
        value = query.get(name, "text" if name == "output_modalities" else None)
        if value is None:
            continue
        try:
            tests.append(read(value))
        except ValueError as error:
            return invalid_query(name, str(error))
    found = [model for model in models().values() if all(test(model) for test in tests)]
    order = query.get("sort")
    if order is None:
        return found
    if order not in _ORDERS:
        return invalid_query("sort", "Invalid option")
    return sorted(found, key=_ORDERS[order])


def _whole(text: str, least: int, most: int | None) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < least or (most is not None and int(text) > most):
        raise ValueError(f"expected a whole number from {least}" + (f" to {most}" if most else ""))
    return int(text)


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("expected a number") from None
    if not value.is_finite() or value < 0:
        raise ValueError("expected a number from 0")
    return value


def _words(text: str, allowed: set[str] | None = None) -> set[str]:
    words = {word.strip() for word in text.split(",") if word.strip()}
    if allowed is not None and not words <= allowed:
        raise ValueError(f"Invalid option: expected one of {'|'.join(sorted(allowed))}")
    return words


def _outputs(text: str) -> _Test:
    wanted = _words(text, _OUTPUTS)
    return lambda model: "all" in wanted or not wanted.isdisjoint(model.outputs)


def _inputs(text: str) -> _Test:
    wanted = _words(text, _INPUTS)
    return lambda model: wanted <= set(model.inputs)


def _supported(text: str) -> _Test:
    wanted = _words(text, _PARAMETERS)
    return lambda model: wanted <= set(model.entry["supported_parameters"])


def _search(text: str) -> _Test:
    words = text.casefold().split()
    return lambda model: all(word in f"{model.id} {model.name}".casefold() for word in words)


def _category(text: str) -> _Test:
    _words(text, _CATEGORIES)
    return lambda _: True  # nobody keeps score here


def _authors(text: str) -> _Test:
    wanted = _words(text)
    return lambda model: model.id.partition("/")[0] in wanted


def _providers(text: str) -> _Test:
    wanted = _words(text)
    return lambda model: any(endpoint.is_called(name) for endpoint in endpoints_of(model) for name in wanted)


def _zdr(text: str) -> _Test:
    _words(text, {"true"})
    return lambda model: any(endpoint.provider.zdr for endpoint in endpoints_of(model))


def _region(text: str) -> _Test:
    inside = {"us": {"US"}, "eu": {"FR", "DE", "IE", "BE"}}
    (region,) = _words(text, {"eu", "us"}) or {"us"}
    return lambda model: any(
        not inside[region].isdisjoint(endpoint.provider.entry["datacenters"] or ()) for endpoint in endpoints_of(model)
    )


def _architecture(text: str) -> _Test:
    return lambda model: str(model.entry["architecture"]["tokenizer"]).casefold() == text.casefold()


def _distillable(text: str) -> _Test:
    (wanted,) = _words(text, {"true", "false"}) or {"true"}
    return lambda model: bool(model.entry["hugging_face_id"]) is (wanted == "true")


def _context(text: str) -> _Test:
    least = _number(text)
    return lambda model: (model.entry["context_length"] or 0) >= least


def _bounded(measure: Callable[[Model], Decimal | int], *, least: bool) -> _Read:
    def read(text: str) -> _Test:
        bound = _number(text)
        if least:
            return lambda model: measure(model) >= bound
        return lambda model: measure(model) <= bound

    return read


def _prompt_price(model: Model) -> Decimal:
    return _per_million(model, "prompt")


def _completion_price(model: Model) -> Decimal:
    return _per_million(model, "completion")


def _per_million(model: Model, kind: str) -> Decimal:
    return Decimal(model.entry["pricing"][kind]) * _PER_MILLION


def _days(model: Model) -> int:
    return (int(time.time()) - int(model.entry["created"])) // _SECONDS_PER_DAY


def _score(text: str) -> _Test:
    _number(text)
    return lambda _: False  # no model here has been measured


_FILTERS: dict[str, _Read] = {
    "output_modalities": _outputs,
    "input_modalities": _inputs,
    "supported_parameters": _supported,
    "q": _search,
    "category": _category,
    "model_authors": _authors,
    "providers": _providers,
    "zdr": _zdr,
    "region": _region,
    "arch": _architecture,
    "distillable": _distillable,
    "context": _context,
    "min_price": _bounded(_prompt_price, least=True),
    "max_price": _bounded(_prompt_price, least=False),
    "min_output_price": _bounded(_completion_price, least=True),
    "max_output_price": _bounded(_completion_price, least=False),
    "min_age_days": _bounded(_days, least=True),
    "max_age_days": _bounded(_days, least=False),
    **{
        f"{bound}_{measure}": _score
        for bound in ("min", "max")
        for measure in ("intelligence_index", "coding_index", "agentic_index", "tool_success_rate")
    },
}


def _mean_price(model: Model) -> Decimal:
    return _prompt_price(model) + _completion_price(model)


def _best(model: Model, statistic: str, *, high: bool) -> float:
    medians = [endpoint.entry[statistic]["p50"] for endpoint in endpoints_of(model)]
    if not medians:
        return float("inf")
    return float(-max(medians) if high else min(medians))


def _as_listed(_: Model) -> int:
    return 0


_ORDERS: dict[str, Callable[[Model], Any]] = {
    "newest": lambda model: -model.entry["created"],
    "pricing-low-to-high": _mean_price,
    "pricing-high-to-low": lambda model: -_mean_price(model),
    "context-high-to-low": lambda model: -(model.entry["context_length"] or 0),
    "throughput-high-to-low": lambda model: _best(model, "throughput_last_30m", high=True),
    "latency-low-to-high": lambda model: _best(model, "latency_last_30m", high=False),
    # Nobody keeps score here, so these keep the order of the list.
    "most-popular": _as_listed,
    "top-weekly": _as_listed,
    "intelligence-high-to-low": _as_listed,
    "coding-high-to-low": _as_listed,
    "agentic-high-to-low": _as_listed,
    "design-arena-elo-high-to-low": _as_listed,
}
