"""What is read from a server beside completions: where it is asked for, what comes of it, and what a server lacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest

from chat_tui.openrouter import errors
from chat_tui.openrouter.providers import Endpoint
from tests.openrouter.answering import Call, answering, error_of
from tests.openrouter.wire import KEY, USER_ID, client_of


@dataclass(frozen=True)
class Case:
    """One endpoint: how it is asked, where, with what reply, and what the client makes of it."""

    call: Call
    address: str
    data: Any
    result: Callable[[Any], Any]
    expected: Any
    is_one_of_many: bool = False
    """Whether the address names one thing of a kind, which may be missing alone."""


MODEL = {"id": "a/b", "name": "B"}
PRESET = {"id": "p1", "slug": "poet", "status": "active", "designated_version": None}
VERSION = {"id": "v2", "version": 2, "config": {"temperature": 0.5}, "system_prompt": "Rhyme."}
ENDPOINT = {"name": "X | a/b", "tag": "x/fp8", "pricing": {"prompt": "0.000001"}, "status": 0}

CASES = {
    "models": Case(lambda c: c.models(), "/models?output_modalities=all", [MODEL], lambda r: r.data[0].id, "a/b"),
    "user_models": Case(
        lambda c: c.user_models(), "/models/user?output_modalities=all", [MODEL], lambda r: r.data[0].name, "B"
    ),
    "model_count": Case(
        lambda c: c.model_count("image,audio"), "/models/count?output_modalities=image,audio", {"count": 7}, int, 7
    ),
    "model": Case(lambda c: c.model("~a/b-latest:free"), "/model/~a/b-latest:free", MODEL, lambda r: r.name, "B", True),
    "endpoints": Case(
        lambda c: c.endpoints("a/b"),
        "/models/a/b/endpoints",
        {"id": "a/b", "endpoints": [ENDPOINT]},
        lambda r: (r.endpoints[0].tag, r.endpoints[0].pricing.prompt),
        ("x/fp8", Decimal("0.000001")),
        True,
    ),
    "zdr_endpoints": Case(lambda c: c.zdr_endpoints(), "/endpoints/zdr", [ENDPOINT], lambda r: r[0].tag, "x/fp8"),
    "providers": Case(
        lambda c: c.providers(),
        "/providers",
        [{"name": "X", "slug": "x", "datacenters": ["DE"]}],
        lambda r: (r[0].slug, r[0].datacenters),
        ("x", ("DE",)),
    ),
    "generation": Case(
        lambda c: c.generation("gen-1"),
        "/generation?id=gen-1",
        {"id": "gen-1", "total_cost": 0.00012, "cancelled": True, "provider_responses": [{"status": 200}]},
        lambda r: (r.total_cost, r.cancelled, r.provider_responses[0].status),
        (Decimal("0.00012"), True, 200),
        True,
    ),
    "credits": Case(
        lambda c: c.credits(),
        "/credits",
        {"total_credits": 25, "total_usage": 24.9},
        lambda r: r.balance,
        Decimal("0.1"),
    ),
    "key_info": Case(
        lambda c: c.key_info(),
        "/key",
        {"label": "sk-or-v1-0e6...1c9", "usage": 1.10, "limit": None, "budgets": [{"limit_usd": 5, "budget_id": "b"}]},
        lambda r: (r.label, r.usage, r.limit, r.budgets[0].limit_usd),
        ("sk-or-v1-0e6...1c9", Decimal("1.1"), None, Decimal(5)),
    ),
    "presets": Case(lambda c: c.presets(), "/presets?limit=100", [PRESET], lambda r: r[0].slug, "poet"),
    "preset": Case(
        lambda c: c.preset("poet"),
        "/presets/poet",
        {**PRESET, "designated_version": VERSION},
        lambda r: r.designated_version.system_prompt,
        "Rhyme.",
        True,
    ),
    "preset_versions": Case(
        lambda c: c.preset_versions("poet"),
        "/presets/poet/versions?limit=100",
        [VERSION],
        lambda r: r[0].config["temperature"],
        Decimal("0.5"),
        True,
    ),
    "preset_version": Case(
        lambda c: c.preset_version("poet", 2), "/presets/poet/versions/2", VERSION, lambda r: r.version, 2, True
    ),
}
every_endpoint = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@every_endpoint
async def test_each_endpoint_is_asked_at_its_address_and_read(case: Case) -> None:
    asked: list[httpx.Request] = []
    async with client_of(answering(httpx.Response(200, json={"data": case.data}), asked)) as client:
        assert case.result(await case.call(client)) == case.expected
    (request,) = asked
    assert (request.method, str(request.url)) == ("GET", f"https://openrouter.ai/api/v1{case.address}")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["accept"] == "application/json"


@every_endpoint
@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(404, text="404 page not found"),
        httpx.Response(404, json={"detail": "Not Found"}),
        httpx.Response(404, json={"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}),
        httpx.Response(405, json={"detail": "Method Not Allowed"}),
        httpx.Response(501),
        httpx.Response(404, html="<!DOCTYPE html><title>404</title>"),
        httpx.Response(200, html="<!DOCTYPE html><title>A console</title>"),
        httpx.Response(200, json={"error": "Unexpected endpoint or method. (GET /v1/anything)"}),
    ],
    ids=["Go", "FastAPI", "llama.cpp", "405", "501", "page 404", "page 200", "LM Studio"],
)
async def test_what_a_server_lacks_is_not_offered(case: Case, reply: httpx.Response) -> None:
    error = await error_of(case.call, answering(reply), "http://localhost:11434/v1")
    assert isinstance(error, errors.NotOffered)
    assert "http://localhost:11434" in error.sentence
    assert not error.retryable


@every_endpoint
async def test_one_thing_that_is_missing_is_not_found(case: Case) -> None:
    body = {"error": {"code": 404, "message": f"Resource not found {KEY}"}, "user_id": USER_ID}
    error = await error_of(case.call, answering(httpx.Response(404, json=body)))
    assert isinstance(error, errors.StatusError if case.is_one_of_many else errors.NotOffered)
    assert isinstance(error, (errors.NotFound, errors.UnknownModel)) == case.is_one_of_many
    assert KEY not in str(vars(error))
    assert USER_ID not in str(vars(error))


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("model", errors.UnknownModel, "has no model “~a/b-latest:free”. Choose one"),
        ("endpoints", errors.UnknownModel, "has no model “a/b”. Choose one"),
        ("generation", errors.NotFound, "has no receipt for “gen-1”. It may come within minutes"),
        ("preset", errors.NotFound, "has no preset “poet”. Check its name"),
        ("preset_version", errors.NotFound, "has no preset “poet, version 2”. Check its name"),
    ],
)
async def test_the_sentence_names_what_is_missing(name: str, kind: type[Exception], said: str) -> None:
    body = {"error": {"code": 404, "message": "Resource not found"}}
    error = await error_of(CASES[name].call, answering(httpx.Response(404, json=body)))
    assert isinstance(error, kind)
    assert said in str(error)


@every_endpoint
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (429, errors.RateLimited),
        (500, errors.ServerFault),
        (307, errors.NotOpenRouter),
    ],
)
async def test_other_refusals_are_what_they_are_elsewhere(case: Case, status: int, kind: type[Exception]) -> None:
    reply = httpx.Response(status, json={"error": {"code": status, "message": "No."}})
    if case is CASES["credits"] and status in (401, 403):
        async with client_of(answering(reply)) as client:
            assert await client.credits() is None
    else:
        error = await error_of(case.call, answering(reply))
        assert isinstance(error, kind)
        assert not isinstance(error, errors.NotOffered)


@every_endpoint
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(200, text="hm"), errors.NotOpenRouter),
        (httpx.Response(200, json={"data": "hm"}), errors.NotOpenRouter),
        (httpx.Response(200, json={"error": {"code": 500, "message": "Boom"}}), errors.ServerFault),
        (httpx.Response(200, text='{"data":' + "[" * 200 + "]" * 200 + "}"), errors.NotOpenRouter),
    ],
    ids=["text", "data is text", "error under 200", "nested"],
)
async def test_replies_of_another_kind_are_not_openrouter(
    case: Case, reply: httpx.Response, kind: type[Exception]
) -> None:
    assert isinstance(await error_of(case.call, answering(reply)), kind)


@pytest.mark.parametrize("name", ["models", "model_count", "zdr_endpoints", "providers", "presets", "preset_versions"])
async def test_an_object_is_no_list_and_no_number(name: str) -> None:
    reply = httpx.Response(200, json={"data": {"count": "many"}})
    assert isinstance(await error_of(CASES[name].call, answering(reply)), errors.NotOpenRouter)


@every_endpoint
async def test_no_secret_comes_with_what_is_read(case: Case) -> None:
    entry = {**(case.data[0] if isinstance(case.data, list) else case.data), "note": f"{KEY} sk-or-v1-{'ab' * 20}"}
    entry |= {"user_id": USER_ID, "creator_user_id": USER_ID, "creator_id": USER_ID} if case.address[1] in "gkp" else {}
    data = [entry] if isinstance(case.data, list) else entry
    async with client_of(answering(httpx.Response(200, json={"data": data}))) as client:
        result = await case.call(client)
    for value in result if isinstance(result, tuple) else (result,):
        told = f"{value!r} {getattr(value, 'raw', '')} {getattr(value, 'text', '')}"
        assert KEY not in told
        assert "sk-or-v1-abab" not in told
        assert USER_ID not in told


@pytest.mark.parametrize("refused", [404, 405])
async def test_the_key_is_also_asked_for_by_its_older_name(refused: int) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        old = request.url.path.endswith("/auth/key")
        return httpx.Response(200, json={"data": {"usage": 2}}) if old else httpx.Response(refused)

    async with client_of(answer) as client:
        assert (await client.key_info()).usage == 2
    assert asked == ["/api/v1/key", "/api/v1/auth/key"]


@pytest.mark.parametrize(
    ("model_id", "path"),
    [
        ("openai/gpt-4o:free:online", "/model/openai/gpt-4o:free:online"),
        ("~anthropic/claude-latest", "/model/~anthropic/claude-latest"),
        ("@preset/poet", "/model/@preset/poet"),
        ("llama3:8b", "/model/llama3:8b"),
        ("hf.co/who/x:Q4", "/model/hf.co/who%2Fx:Q4"),
        ("a/../../credits", "/model/a/..%2F..%2Fcredits"),
        ("a/b?id=1#x", "/model/a/b%3Fid%3D1%23x"),
        ("a/50%2F", "/model/a/50%252F"),
        ("é/ü x", "/model/%C3%A9/%C3%BC%20x"),
    ],
)
async def test_a_model_id_stays_in_its_path(model_id: str, path: str) -> None:
    asked: list[httpx.Request] = []
    async with client_of(answering(httpx.Response(200, json={"data": MODEL}), asked)) as client:
        await client.model(model_id)
    assert asked[0].url.raw_path.decode() == f"/api/v1{path}"


@pytest.mark.parametrize(
    "name", ["", "..", ".", "a/..", "../b", "a/", "/b", "%2e%2e/x\n", "a\x00/b", "a/\ud83d", "..."]
)
async def test_a_name_that_leaves_its_path_is_never_sent(name: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        pytest.fail(f"{request.url} was asked")

    for call in (lambda c: c.model(name), lambda c: c.endpoints(name)):
        assert isinstance(await error_of(call, answer), errors.UnknownModel)
    if "/" not in name:
        assert isinstance(await error_of(lambda c: c.preset(name), answer), errors.BadRequest)
        assert isinstance(await error_of(lambda c: c.preset_version(name, 1), answer), errors.BadRequest)


CALLS_WITH_A_NAME: list[Call] = [
    lambda client: client.model("a/" + "x" * 70_000),
    lambda client: client.preset("x" * 70_000),
    lambda client: client.generation("x" * 70_000),
]


@pytest.mark.parametrize("call", CALLS_WITH_A_NAME, ids=["model", "preset", "generation"])
async def test_a_name_as_long_as_no_address_is_never_sent(call: Call) -> None:
    asked: list[httpx.Request] = []
    error = await error_of(call, answering(httpx.Response(200, json={"data": {}}), asked))
    assert isinstance(error, errors.BadRequest)
    assert (asked, len(str(error)) < 200) == ([], True)


async def test_an_address_without_end_for_the_next_page_is_an_error() -> None:
    page = {"data": [MODEL], "links": {"next": "/models?offset=" + "1" * 70_000}}
    error = await error_of(lambda client: client.models(), answering(httpx.Response(200, json=page)))
    assert isinstance(error, errors.BadRequest)


async def test_a_slug_and_an_id_are_encoded() -> None:
    asked: list[httpx.Request] = []
    async with client_of(answering(httpx.Response(200, json={"data": PRESET}), asked)) as client:
        await client.preset("../keys?a=b")
        await client.generation("a&id=b#c d")
    assert [request.url.raw_path.decode() for request in asked] == [
        "/api/v1/presets/..%2Fkeys%3Fa%3Db",
        "/api/v1/generation?id=a%26id%3Db%23c%20d",
    ]


def test_a_bare_number_is_the_median() -> None:
    told = json.loads(
        '{"latency_last_30m": 0.25, "throughput_last_30m": {"p50": 40, "p99": 3}, "uptime_last_1d": 99.5}'
    )
    endpoint = Endpoint.read({**told, "supports_tool_choice": {"auto": True}, "status": -2})
    assert endpoint.latency_last_30m is not None
    assert endpoint.throughput_last_30m is not None
    assert (endpoint.latency_last_30m.p50, endpoint.latency_last_30m.p99) == (0.25, None)
    assert (endpoint.throughput_last_30m.p50, endpoint.throughput_last_30m.p99) == (40, 3)
    assert Endpoint.read({"latency_last_30m": None, "throughput_last_30m": "fast"}).throughput_last_30m is None


@pytest.mark.parametrize("half", [{"total_credits": 5}, {"total_usage": 5}, {}])
async def test_half_of_the_credits_is_no_balance(half: dict[str, int]) -> None:
    async with client_of(answering(httpx.Response(200, json={"data": half}))) as client:
        credit = await client.credits()
    assert credit is not None
    assert credit.balance is None
