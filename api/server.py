"""HTTP and WebSocket over a live market. Handlers validate, ask the market process, and pass its answer on.

Every error has one form, ``{"error": {"code": ..., "message": ..., "hint": ...}}``. Only programs on this machine are
served: a request with the name of another host, or from a web page of one, is refused.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Annotated, Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit

from fastapi import FastAPI, Query, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from api.market_process import TOPICS
from api.subscribers import Subscriber, Subscribers
from api.wire import (
    Cancel,
    Kill,
    Refused,
    Release,
    SetRisk,
    SpeedRequest,
    StepRequest,
    SubmitChild,
    SubmitParent,
    in_words,
)

PAGE: Final = Path(__file__).with_name("page.html")

MOST_BYTES: Final = 16_384
"""Longest body of a request."""

MOST_SUBSCRIBERS: Final = 100

Scope = MutableMapping[str, Any]
Model = TypeVar("Model", bound=BaseModel)


class Market(Protocol):
    """What the handlers need of the market."""

    async def ask(self, name: str, arguments: dict[str, Any], patience: float | None = ...) -> tuple[int, Any]:
        """(HTTP status, body)."""


def create_app(market: Market, subscribers: Subscribers) -> FastAPI:
    """The application over a market."""
    app = FastAPI(
        title="sorsim",
        description="A live, simulated, fragmented stock market. Prices are decimal text in dollars, times whole ns.",
        docs_url=None,
        redoc_url=None,
    )
    _errors(app)
    _orders(app, market)
    _risk(app, market)
    _looks(app, market)
    _drive(app, market)
    _stream(app, market, subscribers)
    app.add_middleware(LocalOnly)
    return app


# -- routes -----------------------------------------------------------------------------------------


def _orders(app: FastAPI, market: Market) -> None:
    @app.post("/orders/parent", status_code=201, openapi_extra=_body(SubmitParent), tags=["orders"])
    async def submit_parent(request: Request) -> Response:
        """Give the API's router a parent order, with the strategy that works it."""
        return answer(await market.ask("instruct", (await read(request, SubmitParent)).model_dump()))

    @app.post("/orders/child", status_code=201, openapi_extra=_body(SubmitChild), tags=["orders"])
    async def submit_child(request: Request) -> Response:
        """Send an order straight to a venue."""
        return answer(await market.ask("instruct", (await read(request, SubmitChild)).model_dump()))

    @app.delete("/orders/{order_id}", status_code=202, tags=["orders"])
    async def cancel(order_id: str) -> Response:
        """Cancel what is open of an order. The answer is its status now; the cancel is on its way."""
        return answer(await market.ask("instruct", Cancel(id=_order_id(order_id)).model_dump()))

    @app.get("/orders/{order_id}", tags=["orders"])
    async def order(order_id: str) -> Response:
        """An order with its children and fills."""
        return answer(await market.ask("order", {"id": _order_id(order_id)}))

    @app.get("/orders", tags=["orders"])
    async def orders(most: Annotated[int, Query(ge=1, le=1_000)] = 50) -> Response:
        """The latest orders, newest first."""
        return answer(await market.ask("orders", {"most": most}))

    @app.get("/strategies", tags=["orders"])
    async def strategies() -> Response:
        """The strategies that a parent order may name, with their parameters."""
        return answer(await market.ask("strategies", {}))


def _risk(app: FastAPI, market: Market) -> None:
    @app.get("/risk", tags=["risk"])
    async def risk() -> Response:
        """The desk's limits, what it holds and has open, what is held, and its kill switch."""
        return answer(await market.ask("risk", {}))

    @app.put("/risk/limits", openapi_extra=_body(SetRisk), tags=["risk"])
    async def limits(request: Request) -> Response:
        """New limits for the desk, all of them: a key that is not there is a check that is off."""
        return answer(await market.ask("instruct", (await read(request, SetRisk)).model_dump()))

    @app.post("/risk/kill", openapi_extra=_body(Kill), tags=["risk"])
    async def kill(request: Request) -> Response:
        """Throw the kill switch: what rests is cancelled, nothing more leaves."""
        return answer(await market.ask("instruct", (await read(request, Kill)).model_dump()))

    @app.post("/risk/release", openapi_extra=_body(Release), tags=["risk"])
    async def release(request: Request) -> Response:
        """Release the kill switch."""
        return answer(await market.ask("instruct", (await read(request, Release)).model_dump()))


def _looks(app: FastAPI, market: Market) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return Response(PAGE.read_bytes(), media_type="text/html")

    @app.get("/venues", tags=["market"])
    async def venues() -> Response:
        """The venues and their fees."""
        return answer(await market.ask("venues", {}))

    @app.get("/venues/{name}/book", tags=["market"])
    async def book(name: str, depth: Annotated[int, Query(ge=1, le=1_000)] = 10) -> Response:
        """The displayed book of a lit venue, best prices first, its phase, and what an auction now would do."""
        return answer(await market.ask("book", {"venue": name, "levels": depth}))

    @app.get("/nbbo", tags=["market"])
    async def nbbo() -> Response:
        """The best quotes, as the SIP has published them and over the venues' own books."""
        return answer(await market.ask("nbbo", {}))


def _drive(app: FastAPI, market: Market) -> None:
    @app.get("/run", tags=["run"])
    async def run() -> Response:
        """How far the market is and how fast it goes."""
        return answer(await market.ask("state", {}))

    @app.post("/run/pause", tags=["run"])
    async def pause() -> Response:
        """Stop simulated time."""
        return answer(await market.ask("pause", {}))

    @app.post("/run/resume", tags=["run"])
    async def resume() -> Response:
        """Let simulated time go on."""
        return answer(await market.ask("resume", {}))

    @app.post("/run/step", openapi_extra=_body(StepRequest), tags=["run"])
    async def step(request: Request) -> Response:
        """Pause, and go on by exactly this duration as fast as possible; answered when it is there."""
        return answer(await market.ask("step", (await read(request, StepRequest)).model_dump(), patience=None))

    @app.post("/run/speed", openapi_extra=_body(SpeedRequest), tags=["run"])
    async def speed(request: Request) -> Response:
        """How fast simulated time goes; a paused market stays paused."""
        return answer(await market.ask("speed", (await read(request, SpeedRequest)).model_dump()))

    @app.post("/run/stop", status_code=202, tags=["run"])
    async def stop() -> Response:
        """End the session: the day ends, the run folder is written, the service stops."""
        return answer(await market.ask("stop", {}))


def _stream(app: FastAPI, market: Market, subscribers: Subscribers) -> None:
    async def tell_the_market() -> None:
        try:
            await market.ask("listen", {"listening": subscribers.want(("trades", "nbbo"))})
        except Refused:
            pass  # it is gone: there is nothing to listen to

    @app.websocket("/stream")
    async def stream(socket: WebSocket, topics: str = ",".join(TOPICS)) -> None:
        """Messages `{"topic": ..., "events": [...]}`; and `{"topic": "dropped", ...}` when this client is too slow."""
        await socket.accept()
        wanted = [topic.strip() for topic in topics.split(",")]
        refused = _unfit(wanted, subscribers)
        if refused is not None:
            await socket.send_text(json.dumps(refused.body()))
            await socket.close(code=1008, reason=refused.code)
            return
        subscriber = Subscriber(wanted)
        subscribers.add(subscriber)
        try:
            await tell_the_market()
            await socket.send_text(json.dumps({"topic": "subscribed", "topics": sorted(subscriber.topics)}))
            await _feed(socket, subscriber)
        finally:
            subscribers.remove(subscriber)
            await tell_the_market()


def _unfit(wanted: list[str], subscribers: Subscribers) -> Refused | None:
    unknown = [topic for topic in wanted if topic not in TOPICS]
    if unknown:
        return Refused(422, "unknown_topic", f"no topic {unknown[0]!r}", f"topics: {', '.join(TOPICS)}")
    if subscribers.count >= MOST_SUBSCRIBERS:
        return Refused(429, "too_many_subscribers", f"{MOST_SUBSCRIBERS} clients listen already", "share a stream")
    return None


async def _feed(socket: WebSocket, subscriber: Subscriber) -> None:
    """Send until the client is gone."""
    sending = asyncio.create_task(_send(socket, subscriber))
    try:
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass  # what a client says is of no interest
    finally:
        sending.cancel()


async def _send(socket: WebSocket, subscriber: Subscriber) -> None:
    try:
        while True:
            await socket.send_text(await subscriber.next())
    except (WebSocketDisconnect, RuntimeError, OSError):
        pass  # the client left while we wrote


# -- requests and answers ---------------------------------------------------------------------------


def answer(reply: tuple[int, Any]) -> Response:
    """The market's answer as JSON."""
    status, body = reply
    return Response(to_json(body), status_code=status, media_type="application/json")


async def read(request: Request, model: type[Model]) -> Model:
    """The request's body.

    Raises:
        Refused: it is not JSON, too long, or not what the model says.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "not_json", f"content type {kind or 'none'}", "send JSON, content-type: application/json")
    try:
        return model.model_validate_json(await _limited(request))
    except ValidationError as error:
        raise _invalid(error) from None


async def _limited(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise Refused(413, "too_long", f"the body has more than {MOST_BYTES} bytes")
    return body


def _invalid(error: ValidationError) -> Refused:
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        return Refused(400, "not_json", f"the body is not JSON: {first['ctx']['error']}")
    return Refused(422, "invalid_request", in_words(error), "GET /openapi.json says what is possible")


def _order_id(text: str) -> str:
    try:
        return Cancel(id=text).id
    except ValidationError:
        hint = "an order's id is P or C and a number, such as P12000001"
        raise Refused(404, "unknown_order", f"no order {text[:50]!r}", hint) from None


def _body(model: type[BaseModel]) -> dict[str, Any]:
    """The model as an OpenAPI request body."""
    schema = model.model_json_schema()
    schema["properties"].pop("do", None)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _errors(app: FastAPI) -> None:
    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return answer((error.status, error.body()))

    async def query(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        message = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
        return answer((422, Refused(422, "invalid_request", message).body()))

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        body = Refused(error.status_code, code, str(error.detail), "GET / lists what there is").body()
        return answer((error.status_code, body))

    async def unexpected(_: Request, error: Exception) -> Response:
        return answer((500, Refused(500, "internal_error", f"{type(error).__name__}: {error}").body()))

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, query)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)


# -- who may ask ------------------------------------------------------------------------------------

LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class LocalOnly:
    """Refuses what a web page elsewhere could make a browser send here: foreign host names and foreign origins."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        """Pass a local request on."""
        if scope["type"] in ("http", "websocket") and not _is_local(scope):
            body = Refused(403, "not_local", "this service answers programs on its own machine only").body()
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008, "reason": "not_local"})
            else:
                await answer((403, body))(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    host = urlsplit("//" + headers.get(b"host", b"localhost").decode("latin-1")).hostname
    origin = headers.get(b"origin")
    from_page = None if origin is None else urlsplit(origin.decode("latin-1")).hostname
    return host in LOCAL_NAMES and (origin is None or from_page in LOCAL_NAMES)
