"""The models whose replies break, wait or arrive oddly: after the headers, where a status can't say it any more."""

from collections.abc import Callable
from typing import Any

from chat_tui.demo import samples
from chat_tui.demo.faults import faults
from chat_tui.demo.reply import Ending, Reply, tokens_of
from chat_tui.demo.request import ChatRequest


def _said(text: str, ending: Ending = Ending.STOP, **fields: Any) -> Callable[[ChatRequest], Reply]:
    return lambda _: Reply(tokens_of(text), ending=ending, **fields)


def _nothing(ending: Ending, **fields: Any) -> Callable[[ChatRequest], Reply]:
    return lambda _: Reply([], ending=ending, is_insured=True, **fields)


_STRING_CODE = {
    "code": "server_error",
    "message": "Simulated: the provider gave up",
    "metadata": {"error_type": "server"},
}
_NO_CODE = {"message": "Simulated: the provider left", "error_type": "provider_unavailable", "http_status": 503}
_OVERLOADED = {
    "code": 529,
    "message": "Provider returned error",
    "metadata": {"raw": "Simulated: overloaded.", "provider_name": "Demo", "error_type": "provider_overloaded"},
}

BREAKING: dict[str, Callable[[ChatRequest], Reply]] = {
    "demo/flaky": _said(samples.FLAKY),
    "demo/flaky-first": _said(samples.FLAKY),
    "demo/keep-alive": _said(samples.KEEP_ALIVE, keep_alives=200, latency=8.0),
    "demo/slow-headers": _said(samples.SLOW_HEADERS, waits_for_headers=4.0),
    "demo/garbage": _said(samples.GARBAGE, has_noise=True),
    "demo/cut": _said(samples.BEGINNING, Ending.CUT),
    "demo/reset": _said(samples.BEGINNING, Ending.RESET),
    "demo/stall": _said(samples.BEGINNING, Ending.STALL),
    "demo/stall-first": _nothing(Ending.STALL),
    "demo/error-first": _nothing(Ending.ERROR, error=_OVERLOADED),
    "demo/error-midstream": _said(samples.BEGINNING, Ending.ERROR),
    "demo/error-string-code": _said(samples.BEGINNING, Ending.ERROR, error=_STRING_CODE),
    "demo/error-no-code": _said(samples.BEGINNING, Ending.ERROR, error=_NO_CODE),
    "demo/error-finish": _said(samples.BEGINNING, Ending.ERROR_FINISH, is_insured=True),
    "demo/error-choice": _said(samples.BEGINNING, Ending.ERROR, is_insured=True),
}


def refused_first(model_id: str) -> Reply:
    """Return the reply that is only an error, as the first and only event of a stream."""
    return Reply([], ending=Ending.ERROR, error=faults()[model_id].error, is_insured=True)
