"""What the races of a run amount to: how many, how much of the volume, for what prize, how long, who wins.

Rules
    Races are looked for at each lit venue by itself, over the whole log; figures count those that began, and shares
    that traded, after the warm-up and in regular hours.
    The prize is what a share was worth to the winner: the mid some time after the race began against the race's price,
    in ticks, positive when the price moved the winner's way; a race whose later mid the run does not know has none.
    The share of volume counts what traded in races at their prices.
    A race is won by the first that succeeds and lost by the first that fails; the duration is the time between.

Source: M. Aquilina, E. Budish and P. O'Neill, "Quantifying the high-frequency trading 'arms race'", Quarterly Journal
of Economics 137 (2022), section IV: about one race a minute in a FTSE 100 stock, a fifth of its volume, a prize of half
a tick, 5 to 10 us from the first success to the first failure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from analysis.race_attempts import Messages, attempts_in
from analysis.race_detector import BASELINE, US, Definition, Race, find_races
from analysis.race_log import messages_of_run
from analysis.tables import RunTables

MARKOUT: Final = 10_000_000_000
"""When the prize is reckoned, ns after the race began: the paper's ten seconds."""

BIN: Final = 5 * US
"""Width of the durations' histogram, ns: a race of 5 to 10 us is in the second bin."""

TOP: Final = 6
"""The paper's six firms that win and lose most."""

_NS_A_MINUTE: Final = 60_000_000_000


@dataclass(frozen=True)
class VenueRaces:
    """The races at one venue; ``prizes`` are theirs in ticks, None: not known; ``volume`` is shares traded."""

    venue: str
    length: int
    """Time looked at, ns."""
    races: tuple[Race, ...]
    prizes: tuple[float | None, ...]
    volume: int

    @property
    def per_minute(self) -> float | None:
        """Races a minute."""
        return len(self.races) * _NS_A_MINUTE / self.length if self.length else None

    @property
    def traded(self) -> int:
        """Shares that traded in races, at their prices."""
        return sum(race.traded for race in self.races)

    @property
    def share_of_volume(self) -> float | None:
        """Of the shares traded, those in races."""
        return self.traded / self.volume if self.volume else None

    @property
    def prize_ticks(self) -> float | None:
        """Mean prize a share, ticks."""
        return _mean([prize for prize in self.prizes if prize is not None])

    @property
    def participants(self) -> float | None:
        """Mean number of participants."""
        return _mean([race.participants for race in self.races])

    @property
    def durations(self) -> dict[int, int]:
        """Races by duration: lower edge of a bin of 5 us (ns) -> races; a failure that came first is in bin 0."""
        counts = Counter(max(race.duration, 0) // BIN * BIN for race in self.races)
        return dict(sorted(counts.items()))

    @property
    def modal_duration(self) -> int | None:
        """Lower edge of the fullest bin, the earliest of several, ns."""
        bins = self.durations
        return max(bins, key=lambda edge: (bins[edge], -edge)) if bins else None

    @property
    def wins(self) -> dict[str, int]:
        """Races won, by participant, most first."""
        return _ranked(race.winner.user for race in self.races)

    @property
    def losses(self) -> dict[str, int]:
        """Races lost, by participant, most first."""
        return _ranked(race.loser.user for race in self.races)

    def top_share(self, count: int = TOP) -> float | None:
        """Share of all wins and losses of the participants with most of them."""
        both = Counter(self.wins) + Counter(self.losses)
        return sum(n for _, n in both.most_common(count)) / both.total() if both else None

    def as_json(self) -> dict[str, Any]:
        """Figures and one object a race, plain values; times ns, prices in price units."""
        return {
            "venue": self.venue,
            "races": len(self.races),
            "races_per_minute": self.per_minute,
            "share_of_volume": self.share_of_volume,
            "shares_traded_in_races": self.traded,
            "shares_traded": self.volume,
            "prize_ticks": self.prize_ticks,
            "participants": self.participants,
            "modal_duration": self.modal_duration,
            "durations": {str(edge): count for edge, count in self.durations.items()},
            "top_six_share": self.top_share(),
            "wins": self.wins,
            "losses": self.losses,
            "each": [_race_json(race, prize) for race, prize in zip(self.races, self.prizes, strict=True)],
        }


def _race_json(race: Race, prize: float | None) -> dict[str, Any]:
    return {
        "at": race.at,
        "side": "BUY" if race.side > 0 else "SELL",
        "price": race.price,
        "horizon": race.horizon,
        "participants": race.participants,
        "takes": race.takes,
        "cancels": race.cancels,
        "winner": race.winner.user,
        "loser": race.loser.user,
        "duration": race.duration,
        "traded": race.traded,
        "cancelled": race.cancelled,
        "prize_ticks": prize,
    }


def races_of_run(
    tables: RunTables,
    gateway_latency: int | Mapping[str, int],
    definition: Definition = BASELINE,
    markout: int = MARKOUT,
    venues: Sequence[str] | None = None,
) -> list[VenueRaces]:
    """The races at each lit venue of a run, in the scenario's order.

    Args:
        gateway_latency: ns from a venue's gateway to its answer; one number, or by venue.
        markout: when the prize is reckoned, ns after a race began.
        venues: only these.

    Raises:
        ValueError: the run has no such venue, or it is a dark one.
    """
    lit = {name: number for number, name in tables.directory.venues.items() if tables.directory.is_lit(number)}
    for name in venues or ():
        if name not in lit:
            raise ValueError(f"venue {name!r}: is no lit venue of this run; these are {', '.join(lit)}")
    found = []
    for name in venues or lit:
        latency = gateway_latency if isinstance(gateway_latency, int) else gateway_latency[name]
        messages = attempts_in(messages_of_run(tables, lit[name], latency))
        found.append(venue_races(tables, name, messages, definition, markout))
    return found


def venue_races(tables: RunTables, venue: str, messages: Messages, definition: Definition, markout: int) -> VenueRaces:
    """The races in one venue's messages."""
    instrument = tables.market.get("instrument", {})
    tick = int(instrument.get("tick", 100))
    begin, end = int(tables.market.get("warm_up") or 0), tables.end
    races = tuple(race for race in find_races(messages.attempts, tick, definition) if race.at >= begin)
    mid = _mid_at(messages)
    prizes = tuple(
        prize_in_ticks(race, mid(race.at + markout), tick) if race.at + markout <= end else None for race in races
    )
    volume = sum(shares for at, shares in messages.volume if at >= begin)
    return VenueRaces(venue, max(end - begin, 0), races, prizes, volume)


def prize_in_ticks(race: Race, twice_the_mid: int, tick: int) -> float | None:
    """What a share won was worth, ticks; None without a mid (0)."""
    if not twice_the_mid:
        return None
    return -race.side * (twice_the_mid - 2 * race.price) / (2 * tick)


def _mid_at(messages: Messages) -> Callable[[int], int]:
    """Twice the mid at a time, price units; 0: there is none."""

    def mid(at: int) -> int:
        place = bisect_right(messages.mid_at, at) - 1
        return messages.mids[place] if place >= 0 else 0

    return mid


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _ranked(users: Any) -> dict[str, int]:
    return dict(sorted(Counter(users).items(), key=lambda item: (-item[1], item[0])))
