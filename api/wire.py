"""What goes over the API's wire: orders in, facts out. Prices are decimal text in dollars, times whole nanoseconds.

An order is one pydantic model on its whole way: it is read from the request's body, put into the journal as it came,
sent to the market process and read there again. So what reaches the market is well formed, whoever wrote it, and a
journal can be read, and written, by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from scenarios.algo_parts import AlgoField, CurveFile, VwapAlgo
from scenarios.fields import Switch
from scenarios.part import Part, failure
from scenarios.quantities import QuantityError, format_price, parse_duration, parse_positive_number, parse_shares, show
from scenarios.risk_parts import RiskPart
from venues.messages import UNITS_PER_DOLLAR, Peg, Terms

MOST_SHARES: Final = 100_000_000
"""Largest order that is taken, shares."""

MOST_UNITS: Final = 1_000_000 * UNITS_PER_DOLLAR
"""Highest price that is taken, price units: a million dollars."""

MOST_TIME: Final = 86_400_000_000_000
"""Longest duration that is taken, ns: a day."""

FASTEST: Final = 1_000_000
"""Highest pace, simulated seconds per second; `max` has no bound."""

_DOLLARS = re.compile(r"[0-9]{1,7}(\.[0-9]{1,4})?")
_SIGNED_DOLLARS = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,4})?")
_BUDGET = re.compile(r"[0-9]{1,10}(\.[0-9]{1,4})?")
_ORDER_ID = re.compile(r"[PC][0-9]{1,18}")


def dollars(units: int) -> str:
    """Decimal text of a price in price units.

    >>> dollars(1_000_150), dollars(1_000_000), dollars(1_000_100)
    ('100.015', '100.00', '100.01')
    """
    return f"{format_price(units):f}"


def price_units(value: object) -> int:
    """Price units of decimal text in dollars.

    >>> price_units("100.015")
    1000150
    """
    if not isinstance(value, str) or not _DOLLARS.fullmatch(value):
        raise QuantityError(
            f'{show(value)} is not a price; write dollars as text with up to 4 decimals, such as "100.05"'
        )
    units = int(Decimal(value) * UNITS_PER_DOLLAR)
    if not 0 < units <= MOST_UNITS:
        raise QuantityError(f"{show(value)} is not a price; write one above 0 and up to {dollars(MOST_UNITS)}")
    return units


def nanoseconds(value: object) -> int:
    """A duration in ns, of a whole number of ns or of text with a unit.

    >>> nanoseconds(350_000), nanoseconds("350us")
    (350000, 350000)
    """
    time = parse_duration(value) if isinstance(value, str) else value
    if type(time) is not int:
        raise QuantityError(f'{show(value)} is not a duration; write whole nanoseconds, or text such as "350us"')
    if not 0 < time <= MOST_TIME:
        raise QuantityError(f"{show(value)} is not a duration; write one above 0 and up to {MOST_TIME} ns (a day)")
    return time


def shares(value: object) -> int:
    """A number of shares that an order may have."""
    number = parse_shares(value)
    if number > MOST_SHARES:
        raise QuantityError(f"{show(value)} is too large for an order; write {MOST_SHARES} or less")
    return number


def speed(value: object) -> float | str:
    """Simulated seconds per second, or a word."""
    if value in ("max", "paused"):
        return str(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= FASTEST:
        return parse_positive_number(value)
    raise QuantityError(f"{show(value)} is not a speed; write a number above 0 and up to {FASTEST}, max, or paused")


def order_id(value: object) -> str:
    """The name of an order: P or C and its number."""
    if not isinstance(value, str) or not _ORDER_ID.fullmatch(value):
        raise QuantityError(f"{show(value)} is no order; write P or C and a number, such as P12000001")
    return value


def shown_shares(value: object) -> int:
    """Shares that an order shows; 0: none.

    >>> shown_shares(0)
    0
    """
    return 0 if type(value) is int and value == 0 else shares(value)


def signed_units(value: object) -> int:
    """Price units of decimal text in dollars, which may be negative.

    >>> signed_units("-0.01"), signed_units("0")
    (-100, 0)
    """
    if not isinstance(value, str) or not _SIGNED_DOLLARS.fullmatch(value):
        raise QuantityError(f'{show(value)} is not an offset; write dollars as text, such as "-0.01"')
    return int(Decimal(value) * UNITS_PER_DOLLAR)


def budget_units(value: object) -> int:
    """Price units x shares of a sum in dollars.

    >>> budget_units("10000.00")
    100000000
    """
    if not isinstance(value, str) or not _BUDGET.fullmatch(value) or not Decimal(value):
        raise QuantityError(f'{show(value)} is not a budget; write dollars above 0 as text, such as "10000.00"')
    return int(Decimal(value) * UNITS_PER_DOLLAR)


_PRICE_SCHEMA = {"type": "string", "pattern": r"^[0-9]{1,7}(\.[0-9]{1,4})?$", "examples": ["100.05"]}
_TIME_SCHEMA = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}], "examples": [2_000_000_000, "2s"]}

_SHARES_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MOST_SHARES}
_SPEED_SCHEMA = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"enum": ["max", "paused"]}]}
_ID_SCHEMA = {"type": "string", "pattern": "^[PC][0-9]{1,18}$"}

DollarText = Annotated[int, BeforeValidator(price_units), PlainSerializer(dollars), WithJsonSchema(_PRICE_SCHEMA)]
SignedDollarText = Annotated[
    int,
    BeforeValidator(signed_units),
    PlainSerializer(dollars),
    WithJsonSchema({"type": "string", "pattern": f"^{_SIGNED_DOLLARS.pattern}$", "examples": ["-0.01"]}),
]
BudgetText = Annotated[
    int,
    BeforeValidator(budget_units),
    PlainSerializer(dollars),
    WithJsonSchema({"type": "string", "pattern": f"^{_BUDGET.pattern}$", "examples": ["10000.00"]}),
]
ShownShares = Annotated[
    int, BeforeValidator(shown_shares), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST_SHARES})
]
Duration = Annotated[int, BeforeValidator(nanoseconds), WithJsonSchema(_TIME_SCHEMA)]
Shares = Annotated[int, BeforeValidator(shares), WithJsonSchema(_SHARES_SCHEMA)]
OrderId = Annotated[str, BeforeValidator(order_id), WithJsonSchema(_ID_SCHEMA)]
Speed = Annotated[float | str, BeforeValidator(speed), WithJsonSchema(_SPEED_SCHEMA)]
BuyOrSell = Literal["BUY", "SELL"]


class SubmitParent(Part):
    """A parent order for the API's router."""

    do: Literal["parent"] = "parent"
    side: BuyOrSell = Field(description="BUY or SELL.", examples=["BUY"])
    qty: Shares = Field(description="Shares.", examples=[1000])
    limit: DollarText | None = Field(None, description="Worst price, $; null: none.")
    horizon: Duration = Field(2_000_000_000, description="How long it is worked, ns, or text with a unit.")
    strategy: str | dict[str, Any] | None = Field(
        None, description="A strategy's name, or {kind: ..., parameters}; null: the default one. See GET /strategies."
    )
    algo: AlgoField | None = Field(
        None, description="How it is cut into slices that the strategy works; null: it is worked as a whole."
    )

    @model_validator(mode="after")
    def _reads_no_file(self) -> SubmitParent:
        if isinstance(self.algo, VwapAlgo) and isinstance(self.algo.curve, CurveFile):
            raise failure("a curve from a file is for scenarios; write a list of weights")
        return self


class SubmitChild(Part):
    """An order straight to a venue. What the venue makes of its terms is written in docs/matching.md."""

    do: Literal["child"] = "child"
    venue: str = Field(description="The venue's name.", examples=["NYSE"])
    side: BuyOrSell = Field(description="BUY or SELL.", examples=["BUY"])
    qty: Shares = Field(description="Shares.", examples=[1000])
    price: DollarText | None = Field(None, description="Limit, $; null: a market order, or a peg without a cap.")
    time_in_force: Literal["DAY", "GTC", "GTD", "IOC", "FOK", "OPG", "CLOSE"] = Field(
        "DAY", description="How long it stays; OPG and CLOSE are for the auctions."
    )
    display_qty: ShownShares | None = Field(
        None, description="Shares shown at a time: 0 hidden, fewer than qty an iceberg; null: all."
    )
    min_qty: Shares | None = Field(None, description="Trade at least so many shares at once; null: any number.")
    post_only: Switch = Field(False, description="Never take.")
    peg: Literal["PRIMARY", "MIDPOINT", "MARKET", "DISCRETIONARY"] | None = Field(
        None, description="What its price follows."
    )
    peg_offset: SignedDollarText | None = Field(None, description="$ towards the market from what it follows.")
    stop_px: DollarText | None = Field(None, description="Wait until the market gets there, $.")
    trail: DollarText | None = Field(None, description="Keep the stop so far from the touch, $.")
    trail_step: DollarText | None = Field(None, description="Move the stop in steps of at least this, $.")
    expire_at: Duration | None = Field(
        None,
        description="With GTD: the last simulated time at which it stands, ns since the start, or text with a unit.",
    )
    budget: BudgetText | None = Field(None, description="A market BUY spends at most this, $.")

    @model_validator(mode="after")
    def _fits_together(self) -> SubmitChild:
        for wrong, message in _CONTRADICTIONS:
            if wrong(self):
                raise failure(message)
        return self

    @property
    def terms(self) -> Terms | None:
        """As a venue takes them; None: a plain order."""
        terms = Terms(
            display_qty=self.display_qty,
            min_qty=self.min_qty or 0,
            post_only=self.post_only,
            peg=Peg.NONE if self.peg is None else Peg[self.peg],
            peg_offset=self.peg_offset or 0,
            stop_px=self.stop_px or 0,
            trail=self.trail or 0,
            trail_step=self.trail_step or 0,
            expire_at=self.expire_at or 0,
            budget=self.budget or 0,
        )
        return None if terms == Terms() else terms


_AT_ONCE: Final = ("IOC", "FOK")

_CONTRADICTIONS: Final[tuple[tuple[Callable[[SubmitChild], bool], str], ...]] = (
    (
        lambda order: (order.time_in_force == "GTD") != (order.expire_at is not None),
        "expire_at and time_in_force GTD go together; write both, or neither",
    ),
    (
        lambda order: (order.min_qty or 0) > order.qty,
        "min_qty is more than qty; write at most qty",
    ),
    (
        lambda order: bool(order.min_qty) and order.time_in_force not in _AT_ONCE and order.display_qty != 0,
        "min_qty is for IOC, FOK and hidden orders; write time_in_force IOC, or display_qty 0",
    ),
    (
        lambda order: order.post_only and (order.time_in_force in _AT_ONCE or order.price is None),
        "post_only never takes, and an IOC, FOK, market or pegged order must; take one of the two out",
    ),
    (
        lambda order: order.stop_px is not None and order.trail is not None,
        "stop_px and trail are two kinds of stop; write one of them",
    ),
    (
        lambda order: order.trail_step is not None and order.trail is None,
        "trail_step is the step of a trail; write `trail` too",
    ),
    (
        lambda order: order.peg_offset is not None and order.peg is None,
        "peg_offset is the offset of a peg; write `peg` too",
    ),
    (
        lambda order: order.peg == "DISCRETIONARY" and bool(order.peg_offset),
        "a discretionary peg has no offset; take peg_offset out, or write another peg",
    ),
    (
        lambda order: order.peg is not None and bool(order.stop_px or order.trail or order.budget),
        "a peg has neither stop nor budget; take them out",
    ),
    (
        lambda order: order.peg is not None and (order.time_in_force in _AT_ONCE or bool(order.display_qty)),
        "a peg rests hidden: it cannot be IOC or FOK, nor show shares; take one of the two out",
    ),
    (
        lambda order: order.budget is not None and (order.side != "BUY" or order.price is not None),
        "a budget is for a BUY without a price; take one of the two out",
    ),
)
"""What an order cannot be at the same time, and what to write instead."""


class Cancel(Part):
    """Cancel what is open of an order."""

    do: Literal["cancel"] = "cancel"
    id: OrderId = Field(description="The order's id.", examples=["P12000001"])


class SetRisk(RiskPart):
    """The desk's limits from now on, all of them; a key that is not there is a check that is off."""

    do: Literal["risk"] = "risk"


class Kill(Part):
    """Throw the desk's kill switch: what rests is cancelled, nothing more leaves."""

    do: Literal["kill"] = "kill"
    reason: str = Field("by hand", description="Why, for the refusals that follow.", max_length=200)


class Release(Part):
    """Release the kill switch."""

    do: Literal["release"] = "release"


class Stop(Part):
    """The end of the session."""

    do: Literal["stop"] = "stop"


Instruction = SubmitParent | SubmitChild | Cancel | SetRisk | Kill | Release | Stop
AnyInstruction = Annotated[Instruction, Field(discriminator="do")]

read_instruction: Final[TypeAdapter[Instruction]] = TypeAdapter(AnyInstruction)


class StepRequest(Part):
    """How far to step a paused market."""

    duration: Duration = Field(description="Simulated time, ns, or text with a unit.", examples=["10ms"])


class SpeedRequest(Part):
    """How fast simulated time goes."""

    speed: Speed = Field(description="Simulated seconds per second, or max, or paused.", examples=[10])


class Refused(Exception):
    """A request that is answered with an error.

    Attributes:
        status: HTTP status.
        code: a word for programs; message: what is wrong; hint: what to do instead.
    """

    def __init__(self, status: int, code: str, message: str, hint: str = "") -> None:
        super().__init__(status, code, message, hint)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint

    def body(self) -> dict[str, Any]:
        """The one form of every error."""
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint}}


def in_words(error: ValidationError) -> str:
    """Every mistake of an order or request, with its place."""
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'body'}: {each.get('ctx', {}).get('message', each['msg'])}"
        for each in error.errors(include_url=False, include_input=False)
    )
