"""Row 6: recorded days, when market data of one's own is there (`SORSIM_DATA`)."""

from __future__ import annotations

from scenarios.validation.proof import Found, Proof, Row


def _recorded(_: Found) -> list[Row]:
    from scenarios.recorded_days import data_folder, lobster_hour, order_entry_day

    claims = (
        ("6 order entries", "a recorded session of order entries (BME) makes exactly 996 trades and 54,378 shares"),
        (
            "6 LOBSTER hour",
            "an hour of LOBSTER messages (AAPL) gives at least 99.8 % of the published best-quote states",
        ),
    )
    data = data_folder()
    if data is None:
        return [Row(name, claim, "market data folder not found; set SORSIM_DATA", None) for name, claim in claims]
    trades, shares, unfit = order_entry_day(data)
    agree, published = lobster_hour(data)
    effects = (
        (
            f"{trades:,} trades, {shares:,} shares, {unfit} rows that did not fit",
            (trades, shares, unfit) == (996, 54_378, 0),
        ),
        (f"{agree:,} of {published:,} states = {agree / published:.4%}", agree >= 0.998 * published),
    )
    return [Row(name, claim, *effect) for (name, claim), effect in zip(claims, effects, strict=True)]


PROOFS: tuple[Proof, ...] = (Proof("6 recorded days", (), _recorded),)
