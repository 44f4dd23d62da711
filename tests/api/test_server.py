"""The HTTP side by itself: a stand-in for the market notes what reaches it."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from api.server import MOST_BYTES, PAGE, create_app
from api.subscribers import Subscribers
from api.wire import Refused


class Noting:
    """Answers everything, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, object]]] = []

    async def ask(self, name, arguments, patience=None):
        self.asked.append((name, arguments))
        return 200, {"asked": name}


@pytest.fixture
def market():
    return Noting()


@pytest.fixture
def request_of(market):
    """Send one request to the application; its response."""
    app = create_app(market, Subscribers())

    def send(method, path, **more):
        async def one():
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8731") as client:
                return await client.request(method, path, **more)

        return asyncio.run(one())

    return send


def error_of(response):
    assert set(response.json()) == {"error"}
    assert set(response.json()["error"]) == {"code", "message", "hint"}
    return response.status_code, response.json()["error"]["code"]


ORDER = {"side": "BUY", "qty": 100, "limit": "100.00"}


def test_an_order_reaches_the_market_as_it_was_sent(request_of, market):
    request_of("POST", "/orders/parent", json=ORDER)
    assert market.asked == [("instruct", {"do": "parent", **ORDER, "horizon": 2_000_000_000})]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "not_json")),
        (b"{", (400, "not_json")),
        (b"\xff\xfe", (400, "not_json")),
        (b"[]", (422, "invalid_request")),
        (b'{"side": "BUY"}', (422, "invalid_request")),
        (b'{"side": "BUY", "qty": 1e400}', (422, "invalid_request")),
        (b'{"side": "BUY", "qty": 1, "limit": "100.00001"}', (422, "invalid_request")),
        (b'{"side": "BUY", "qty": 1, "do": "stop"}', (422, "invalid_request")),
        (b" " * (MOST_BYTES + 1), (413, "too_long")),
    ],
)
def test_a_malformed_order_never_reaches_the_market(request_of, market, body, expected):
    response = request_of("POST", "/orders/parent", content=body, headers={"content-type": "application/json"})
    assert error_of(response) == expected
    assert market.asked == []


def test_a_form_that_a_web_page_could_send_is_refused(request_of, market):
    response = request_of("POST", "/orders/parent", content=json.dumps(ORDER), headers={"content-type": "text/plain"})
    assert error_of(response) == (415, "not_json")
    assert market.asked == []


@pytest.mark.parametrize("header", [{"origin": "https://example.com"}, {"host": "example.com"}, {"origin": "null"}])
def test_other_hosts_and_pages_of_other_hosts_are_refused(request_of, market, header):
    assert error_of(request_of("POST", "/run/stop", headers=header)) == (403, "not_local")
    assert market.asked == []


@pytest.mark.parametrize("header", [{"origin": "http://localhost:3000"}, {"host": "localhost"}, {"host": "[::1]:1"}])
def test_programs_and_pages_of_this_machine_are_served(request_of, header):
    assert request_of("GET", "/run", headers=header).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nothing", (404, "not_found")),
        ("PUT", "/run", (405, "method_not_allowed")),
        ("GET", "/orders/17", (404, "unknown_order")),
        ("DELETE", "/orders/P-1", (404, "unknown_order")),
        ("GET", "/orders?most=0", (422, "invalid_request")),
        ("GET", "/venues/NYSE/book?depth=many", (422, "invalid_request")),
    ],
)
def test_every_error_has_the_one_form(request_of, market, method, path, expected):
    assert error_of(request_of(method, path)) == expected
    assert market.asked == []


def test_a_market_that_is_gone_is_503(request_of, market, monkeypatch):
    async def nobody(name, arguments, patience=None):
        raise Refused(503, "market_gone", "the market process died: out of memory", "start it again")

    monkeypatch.setattr(market, "ask", nobody)
    response = request_of("GET", "/run")
    assert error_of(response) == (503, "market_gone")
    assert response.json()["error"]["message"] == "the market process died: out of memory"


def test_a_fault_of_ours_has_the_same_form(request_of, market, monkeypatch):
    async def faulty(name, arguments, patience=None):
        raise ZeroDivisionError("no")

    monkeypatch.setattr(market, "ask", faulty)
    assert error_of(request_of("GET", "/run")) == (500, "internal_error")


def test_the_description_names_every_path_and_every_field(request_of):
    described = request_of("GET", "/openapi.json").json()
    assert {
        *("/orders", "/orders/parent", "/orders/child", "/orders/{order_id}", "/strategies"),
        *("/risk", "/risk/limits", "/risk/kill", "/risk/release"),
        *("/venues", "/venues/{name}/book", "/nbbo"),
        *("/run", "/run/pause", "/run/resume", "/run/step", "/run/speed", "/run/stop"),
    } == set(described["paths"])
    body = described["paths"]["/orders/child"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]) == {
        *("venue", "side", "qty", "price", "time_in_force", "display_qty", "min_qty", "post_only", "peg", "peg_offset"),
        *("stop_px", "trail", "trail_step", "expire_at", "budget"),
    }


def test_the_page_needs_nothing_from_elsewhere(request_of):
    page = request_of("GET", "/").text
    assert page == PAGE.read_text()
    assert not any(word in page for word in ("https://", "http://", "src=", "@import"))


@pytest.mark.parametrize(
    ("method", "path", "body", "asked"),
    [
        ("PUT", "/risk/limits", {"max_order_shares": 500}, {"do": "risk", "max_order_shares": 500}),
        ("POST", "/risk/kill", {"reason": "fire drill"}, {"do": "kill", "reason": "fire drill"}),
        ("POST", "/risk/release", {}, {"do": "release"}),
    ],
)
def test_limits_and_the_kill_switch_are_instructions(request_of, market, method, path, body, asked):
    assert request_of(method, path, json=body).status_code == 200
    ((name, arguments),) = market.asked
    assert name == "instruct"
    assert asked.items() <= arguments.items()


def test_the_state_of_the_desk_s_risk_is_a_question(request_of, market):
    request_of("GET", "/risk")
    assert market.asked == [("risk", {})]


def test_a_limit_that_there_is_not_is_refused(request_of, market):
    assert error_of(request_of("PUT", "/risk/limits", json={"max_size": 5})) == (422, "invalid_request")
    assert market.asked == []
