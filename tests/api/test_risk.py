"""Pre-trade risk and algorithms of a served market: the same checks as in a simulation, told over the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agents.risk.gate import RiskGate
from api.journal import read_journal
from api.session import Session, repeat_session
from api.wire import Cancel, Kill, Refused, Release, SetRisk, SubmitChild, SubmitParent, in_words, read_instruction
from scenarios.load import load
from tests.scenarios.builders import with_agents

MS = 1_000_000
FLOW = {"kind": "background_flow", "limit_rate": "200/s", "market_rate": "40/s", "lifetime": "300ms", "news": "10ms"}


def market() -> Any:
    return load(with_agents(FLOW, fundamental={"kind": "constant"}, duration="60s"))


def session(folder: Path | None = None) -> Session:
    made = Session(market(), folder)
    made.advance(200 * MS)
    return made


def limits(**keys: Any) -> SetRisk:
    return SetRisk.model_validate(keys)


def child(qty: int = 100, price: str = "99.50", **more: Any) -> SubmitChild:
    return SubmitChild.model_validate({"venue": "NYSE", "side": "BUY", "qty": qty, "price": price, **more})


def after(made: Session, name: str, ns: int = 10 * MS) -> dict[str, Any]:
    made.advance(made.now + ns)
    return made.order(name)


def test_without_limits_orders_pass():
    made = session()
    assert after(made, made.submit_child(child())["id"])["status"] == "NEW"
    assert made.risk()["limits"] is None


def test_an_order_beyond_a_limit_is_rejected_with_the_reason_in_words():
    made = session()
    made.set_risk(limits(max_order_shares=500))
    order = after(made, made.submit_child(child(501))["id"])
    assert (order["status"], order["reason"]) == ("REJECTED", "501 shares are more than the 500 that an order may have")
    assert after(made, made.submit_child(child(500))["id"])["status"] == "NEW"


def test_the_router_s_children_pass_the_same_gate():
    made = session()
    assert isinstance(made.live.desk.risk.gate, RiskGate)
    made.set_risk(limits(max_order_shares=10))
    parent = SubmitParent.model_validate({"side": "BUY", "qty": 1_000, "horizon": "20ms"})
    order = after(made, made.submit_parent(parent)["id"], 50 * MS)
    refused, *later = order["children"]
    text = refused["reason"].partition("shares")[2]
    assert (refused["status"], text) == ("REJECTED", " are more than the 10 that an order may have")
    assert later
    assert all(c["status"] != "REJECTED" and c["qty"] <= 10 for c in later)


def test_a_held_order_leaves_later_and_can_be_given_up():
    made = session()
    made.set_risk(limits(message_rate={"rate": "10/s"}))
    first, second, third = (made.submit_child(child(qty))["id"] for qty in (100, 200, 300))
    assert made.risk()["held_messages"] == 2
    assert made.cancel(Cancel(id=second))["status"] == "CANCELED"
    assert made.order(second)["reason"] == "cancelled while pre-trade risk held it"
    assert after(made, first)["status"] == "NEW"
    assert made.order(third)["status"] == "SENT"
    assert after(made, third, 110 * MS)["status"] == "NEW"


def test_the_kill_switch_cancels_what_rests_and_refuses_what_comes():
    made = session()
    resting = made.submit_child(child())["id"]
    made.advance(made.now + 10 * MS)
    assert made.kill(Kill(reason="fire drill"))["kill_switch"] == {"on": True, "reason": "fire drill"}
    assert after(made, resting)["status"] == "CANCELED"
    refused = after(made, made.submit_child(child())["id"])
    assert (refused["status"], refused["reason"]) == ("REJECTED", "the kill switch is on: fire drill")
    assert made.release(Release())["kill_switch"]["on"] is False
    assert after(made, made.submit_child(child())["id"])["status"] == "NEW"


def test_open_orders_and_positions_count_from_before_the_limits_were_set():
    made = session()
    made.submit_child(child(400))
    made.submit_child(child(300, "101.00"))
    made.advance(made.now + 20 * MS)
    (held,) = made.risk()["holdings"]
    assert (held["position"] + held["open_buy"], held["open_sell"]) == (700, 0)
    made.set_risk(limits(max_position=750))
    assert after(made, made.submit_child(child(51))["id"])["status"] == "REJECTED"
    assert after(made, made.submit_child(child(50))["id"])["status"] == "NEW"


def test_limits_and_switches_are_in_the_journal_and_a_repeat_has_the_same_digest(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("scenarios.live.SUMMARY_LIMIT", 0)  # no plots: they take longer than all of it
    made = session(tmp_path)
    made.set_risk(limits(max_order_notional="25000.50", price_collar=0.05, kill_switch={"loss": 100}))
    made.submit_child(child(300))
    algo = {"kind": "pegged", "offset": "-0.01", "show": 100}
    made.submit_parent(SubmitParent.model_validate({"side": "SELL", "qty": 300, "horizon": "100ms", "algo": algo}))
    made.advance(made.now + 50 * MS)
    made.kill(Kill())
    made.advance(made.now + 200 * MS)
    made.release(Release())
    digest = made.stop()
    assert [entry.instruction.do for entry in read_journal(tmp_path)] == [
        "risk", "child", "parent", "kill", "release", "stop",
    ]  # fmt: skip
    assert repeat_session(market(), tmp_path) == digest


@pytest.mark.parametrize(
    ("request_body", "message"),
    [
        ({"max_order_share": 5}, "max_order_share: unknown key; did you mean 'max_order_shares'?"),
        ({"credit": 0}, "credit: 0 is nothing; write dollars above zero"),
        ({"fat_finger": {}}, "fat_finger: is empty; write `part`, `ticks` or both"),
        ({"message_rate": {"rate": "0/s"}}, "message_rate: a rate of 0/s lets nothing pass; write one above zero"),
        ({"message_rate": {"rate": 5}}, "message_rate.rate: 5 has no unit; write 5/s or 5/min"),
        (
            {"market_state": {"halted": "wait"}},
            "market_state.halted: 'wait' is not possible here; write one of: accept",
        ),
    ],
)
def test_limits_that_make_no_sense_are_told_with_their_place(request_body, message):
    with pytest.raises(ValidationError) as error:
        read_instruction.validate_python({"do": "risk", **request_body})
    assert in_words(error.value).removeprefix("risk.").startswith(message)


# -- algorithms -----------------------------------------------------------------------------------------


def test_an_order_with_an_algorithm_shows_its_slices():
    made = session()
    body = {"side": "BUY", "qty": 400, "horizon": "400ms", "algo": {"kind": "twap", "slices": 4}}
    taken = made.submit_parent(SubmitParent.model_validate(body))
    assert taken["algo"]["kind"] == "twap"
    order = after(made, taken["id"], 500 * MS)
    assert (order["status"], order["cum_qty"], len(order["slices"])) == ("FILLED", 400, 4)
    assert made.order(order["slices"][0])["slice_of"] == taken["id"]


def test_an_order_with_an_algorithm_can_be_cancelled():
    made = session()
    body = {"side": "BUY", "qty": 400, "horizon": "4s", "algo": "twap"}
    taken = made.submit_parent(SubmitParent.model_validate(body))
    made.advance(made.now + 500 * MS)
    made.cancel(Cancel(id=taken["id"]))
    order = after(made, taken["id"])
    assert order["status"] == "CANCELED"
    assert 0 < order["cum_qty"] < 400


def test_an_algorithm_that_fits_no_venue_is_refused():
    made = session()
    body = {"side": "BUY", "qty": 400, "algo": {"kind": "iceberg", "show": 100, "venue": "POOL"}}
    with pytest.raises(Refused) as error:
        made.submit_parent(SubmitParent.model_validate(body))
    assert error.value.code == "bad_algo"
    assert error.value.message == "algo.venue: POOL is no lit venue of this router; connected: NYSE, BATS"


def test_a_curve_from_a_file_is_not_read_for_the_api():
    body = {"side": "BUY", "qty": 400, "algo": {"kind": "vwap", "curve": {"file": "/etc/hostname"}}}
    with pytest.raises(ValidationError, match="a curve from a file is for scenarios; write a list of weights"):
        SubmitParent.model_validate(body)
