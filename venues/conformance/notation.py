"""The notation of the cases: commands in, as matching-engine suites write them.

Orders: side, name, quantity, price in ticks, then options in any order::

    S a 5@101                 a sells 5 at 101 ticks, DAY, everything shown
    S a 5 MKT                 a market order
    B x 8@101 IOC             or GTC, FOK, OPG, CLOSE; ``GTD until=10`` (ns)
    S i 30@101 d=10           an iceberg that shows 10; ``hid`` hidden; ``min=3`` at least 3
    B m 10@101 mid            pegged to the midpoint, cap 101; ``primary``, ``market``; ``primary-1`` an offset in ticks
    B m 10 mid                a peg without a cap
    B p 10@102 dpeg           a discretionary peg
    B p 5@100 post            post-only; ``shown`` (in a replace) no longer an iceberg
    S t 5 MKT stop=99         a stop; ``S t 5@98 stop=99`` a stop-limit; ``trail=10 step=5`` a trailing stop
    B m 9 MKT budget=604      spends at most 604 ticks x shares
    S a 5@101 [Y]             the same from participant Y; unsaid, it is X

Commands about an order: ``cancel a``, ``replace a 12@102`` (with the options of an order, when they change),
``reduce a 3``; each may end in a participant. ``nonsense KIND`` sends what is no order at all (:data:`NONSENSE`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from venues.conformance.frame import Frame, distance
from venues.messages import (
    BadMessage,
    CancelOrder,
    NewOrder,
    Peg,
    ReduceOrder,
    ReplaceOrder,
    Side,
    Terms,
    TimeInForce,
)

NONSENSE: Final[Mapping[str, Callable[[int, int], object]]] = {
    "garbage": lambda order_id, owner: BadMessage(order_id, owner, "8=FIX"),
    "id": lambda order_id, owner: NewOrder(1 << 63, owner, Side.BUY, 5, 100_00),
    "qty_text": lambda order_id, owner: NewOrder(order_id, owner, Side.BUY, "5", 100_00),  # type: ignore[arg-type]
    "qty_fraction": lambda order_id, owner: NewOrder(order_id, owner, Side.BUY, 5.5, 100_00),  # type: ignore[arg-type]
    "price_fraction": lambda order_id, owner: NewOrder(order_id, owner, Side.BUY, 5, 100.5),  # type: ignore[arg-type]
    "side": lambda order_id, owner: NewOrder(order_id, owner, 0, 5, 100_00),  # type: ignore[arg-type]
    "tif": lambda order_id, owner: NewOrder(order_id, owner, Side.BUY, 5, 100_00, 9),  # type: ignore[arg-type]
}
"""What a venue may be sent that is no order: kind -> message from (order id, owner)."""

_PEGS: Final = {"primary": Peg.PRIMARY, "mid": Peg.MIDPOINT, "market": Peg.MARKET, "dpeg": Peg.DISCRETIONARY}
_PEG = re.compile(r"(primary|mid|market|dpeg)([+-][\d.]+)?")
_OWNER = re.compile(r"\[(\w)\]")


class Names:
    """Orders by name: a name keeps its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """The order id of a name; new names count up from 1."""
        return self._numbers.setdefault(name, len(self._numbers) + 1)

    def name(self, order_id: int) -> str:
        """The name that an order id was given; the id itself when it was given none."""
        return next((name for name, number in self._numbers.items() if number == order_id), f"#{order_id}")


def read(command: str, names: Names, frame: Frame) -> Any:
    """The message that a command stands for.

    Raises:
        ValueError: it is no command in this notation.
    """
    words = command.split()
    owner = ord("X")
    if found := _OWNER.fullmatch(words[-1]):
        owner = ord(found[1])
        words.pop()
    build = _BUILD.get(words[0])
    if build is None or len(words) < 2:
        raise ValueError(f"{command!r}: a command begins with one of {', '.join(_BUILD)}, then names its order")
    return build(words, names.number(words[1]), owner, frame)


def _new(words: list[str], order_id: int, owner: int, frame: Frame) -> NewOrder:
    qty, price = _size(words[2], frame)
    options, terms = _options(words[3:], frame)
    time_in_force = options.pop("time_in_force", TimeInForce.DAY)
    if price is None and "market" not in options and not (terms and terms.peg):
        raise ValueError(f"{' '.join(words)!r}: give a price (5@101), MKT or a peg")
    return NewOrder(order_id, owner, frame.side(words[0]), qty, price, time_in_force, terms)


def _replace(words: list[str], order_id: int, owner: int, frame: Frame) -> ReplaceOrder:
    qty, price = _size(words[2], frame)
    _, terms = _options(words[3:], frame)
    return ReplaceOrder(order_id, owner, qty, price, terms)  # type: ignore[arg-type]  # None: a peg's cap


def _cancel(words: list[str], order_id: int, owner: int, frame: Frame) -> CancelOrder:
    return CancelOrder(order_id, owner)


def _reduce(words: list[str], order_id: int, owner: int, frame: Frame) -> ReduceOrder:
    return ReduceOrder(order_id, owner, int(words[2]))


def _nonsense(words: list[str], order_id: int, owner: int, frame: Frame) -> object:
    return NONSENSE[words[1]](order_id, owner)


_BUILD: Final[Mapping[str, Callable[[list[str], int, int, Frame], object]]] = {
    "B": _new,
    "S": _new,
    "replace": _replace,
    "cancel": _cancel,
    "reduce": _reduce,
    "nonsense": _nonsense,
}


def _size(word: str, frame: Frame) -> tuple[int, int | None]:
    qty, at, price = word.partition("@")
    return int(qty), frame.price(price) if at else None


def _options(words: list[str], frame: Frame) -> tuple[dict[str, Any], Terms | None]:
    """What an order's options say, and its terms: None when none of them is a term."""
    options: dict[str, Any] = {}
    terms: dict[str, Any] = {}
    for word in words:
        key, equals, number = word.partition("=")
        if equals and key in _TERMS:
            field, read_number = _TERMS[key]
            terms[field] = read_number(number, frame)
        elif word in _FLAGS:
            terms.update(_FLAGS[word])
        elif found := _PEG.fullmatch(word):
            terms.update(peg=_PEGS[found[1]], peg_offset=distance(found[2] or "0"))
        elif word == "MKT":
            options["market"] = True
        elif word in TimeInForce.__members__:
            options["time_in_force"] = TimeInForce[word]
        else:
            raise ValueError(f"{word!r} is no option of an order; `venues.conformance.notation` lists them")
    return options, Terms(**terms) if terms else None


_FLAGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "shown": {"display_qty": None},
    "hid": {"display_qty": 0},
    "post": {"post_only": True},
}
_TERMS: Final[Mapping[str, tuple[str, Callable[[str, Frame], int]]]] = {
    "d": ("display_qty", lambda number, frame: int(number)),
    "min": ("min_qty", lambda number, frame: int(number)),
    "until": ("expire_at", lambda number, frame: int(number)),
    "stop": ("stop_px", lambda number, frame: frame.price(number)),
    "trail": ("trail", lambda number, frame: distance(number)),
    "step": ("trail_step", lambda number, frame: distance(number)),
    "budget": ("budget", lambda number, frame: distance(number)),
}
