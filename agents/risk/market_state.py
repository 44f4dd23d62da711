"""What state the order's venue is in, as far as the desk knows: halted, in an auction, closed, without a quote.

Orders for an auction alone pass while there is no continuous trading.
"""

from __future__ import annotations

from agents.risk.account import Account
from agents.risk.check import Check
from agents.risk.limits import Limits
from agents.risk.seen import Seen
from agents.risk.verdict import OrderFacts, Verdict, held, rejected
from venues.messages import BookState, TimeInForce

_WORDS = {
    BookState.HALTED: "halted",
    BookState.CLOSED: "closed",
    BookState.PRE_OPEN: "auction",
    BookState.OPENING_AUCTION: "auction",
    BookState.VOLATILITY_AUCTION: "auction",
    BookState.CLOSING_AUCTION: "auction",
}
_SAID = {
    "halted": "{} is halted",
    "closed": "{} is closed",
    "auction": "{} is in an auction",
    "no_quote": "{} shows no quote",
}
_FOR_AUCTIONS = (TimeInForce.OPG, TimeInForce.CLOSE)


def make(limits: Limits, account: Account, seen: Seen) -> Check | None:
    """The check; None: no such limit."""
    actions = {word: getattr(limits, word) for word in _SAID}
    if all(action == "accept" for action in actions.values()):
        return None

    continuous = BookState.CONTINUOUS

    def check(order: OrderFacts, now: int) -> Verdict | None:
        venue = order.venue
        state = seen.state_of(venue)
        if state is continuous:
            if seen.quotes_at(venue):
                return None
            word = "no_quote"
        else:
            word = _WORDS[state]
        action = actions[word]
        if action == "accept" or (word in ("auction", "no_quote") and order.time_in_force in _FOR_AUCTIONS):
            return None
        text = _SAID[word].format(venue)
        if action == "hold":
            return held("MARKET_STATE", int(state), 0, now + limits.recheck, text)
        return rejected("MARKET_STATE", int(state), 0, text)

    return check
