from __future__ import annotations

import json
import random

import pytest

from agents.strategies.learned import Learned
from api import session as session_module
from api.session import Session, Unfinished, repeat_session
from api.wire import Cancel, Refused, SubmitChild, SubmitParent

MS = 1_000_000


def parent(**changes):
    return SubmitParent(**{"side": "BUY", "qty": 500, "limit": "100.10", "horizon": "100ms", **changes})


def child(**changes):
    return SubmitChild(**{"venue": "NYSE", "side": "BUY", "qty": 200, "price": "99.90", **changes})


def refusal_of(ask):
    with pytest.raises(Refused) as caught:
        ask()
    return caught.value


def a_busy_session(scenario, folder, pieces):
    """Orders, cancels and many questions at odd times; the digest."""
    session, dice = Session(scenario, folder), random.Random(pieces)
    session.tape.listen(True)
    for _ in range(60):
        session.advance(session.now + dice.randrange(1, pieces))
        session.nbbo()
        session.tape.collect()
        if dice.random() < 0.2:
            session.submit_parent(parent(strategy=dice.choice([None, "patient", "broadcast", {"kind": "dark_first"}])))
        if dice.random() < 0.2:
            session.submit_child(child(venue=dice.choice(["NYSE", "BATS", "DARK"])))
        if dice.random() < 0.2:
            for order in session.orders(3)["orders"]:
                if order["status"] in ("WORKING", "NEW"):
                    session.cancel(Cancel(id=order["id"]))
    return session.stop()


@pytest.mark.parametrize("pieces", [500_000, 15 * MS])
def test_a_session_repeats_from_its_journal_to_the_same_digest(tiny, tmp_path, pieces):
    digest = a_busy_session(tiny, tmp_path / "run", pieces)
    assert repeat_session(tiny, tmp_path / "run") == digest


def test_where_pieces_end_and_who_looks_changes_nothing(tiny):
    in_one_piece, looked_at = Session(tiny), Session(tiny)
    looked_at.tape.listen(True)
    for at in range(0, 300 * MS, 777_777):
        looked_at.advance(at)
        looked_at.nbbo()
        looked_at.book("NYSE", 5)
        looked_at.tape.collect()
    for each in (in_one_piece, looked_at):
        each.advance(300 * MS)
    assert in_one_piece.stop() == looked_at.stop()


def test_a_parent_order_is_worked_and_its_children_and_fills_are_told(session):
    session.advance(100 * MS)
    taken = session.submit_parent(parent())
    assert (taken["status"], taken["at"]) == ("WORKING", 100 * MS)
    session.advance(150 * MS)
    order = session.order(taken["id"])
    assert order["status"] == "FILLED"
    assert sum(fill["qty"] for sent in order["children"] for fill in sent["fills"]) == order["cum_qty"] == 500


def test_the_desk_learns_of_a_fill_when_its_report_has_arrived(session):
    session.advance(100 * MS)
    sent = session.submit_child(child(price="100.10", time_in_force="IOC"))
    session.advance(100 * MS + 200_000)  # there, but 150 us one way: the report is still on its way
    assert session.order(sent["id"])["status"] == "SENT"
    session.advance(101 * MS)
    assert session.order(sent["id"])["status"] == "FILLED"


def test_a_direct_order_rests_until_it_is_cancelled(session):
    session.advance(100 * MS)
    sent = session.submit_child(child(price="99.50"))
    session.advance(101 * MS)
    assert session.order(sent["id"])["status"] == "NEW"
    session.cancel(Cancel(id=sent["id"]))
    session.advance(102 * MS)
    order = session.order(sent["id"])
    assert (order["status"], order["reason"]) == ("CANCELED", "cancelled at its owner's request")


def test_a_cancelled_parent_ends(session):
    session.advance(100 * MS)
    sent = session.submit_parent(parent(limit="99.00"))
    session.cancel(Cancel(id=sent["id"]))
    session.advance(101 * MS)
    assert session.order(sent["id"])["status"] == "CANCELED"


def test_a_parent_that_finds_nothing_expires_at_its_horizon(session):
    session.advance(100 * MS)
    sent = session.submit_parent(parent(limit="99.00", horizon="20ms"))
    session.advance(200 * MS)
    order = session.order(sent["id"])
    assert (order["status"], order["ended_at"], order["cum_qty"]) == ("EXPIRED", 120 * MS, 0)


@pytest.mark.parametrize(
    ("ask", "code", "hint"),
    [
        (lambda s: s.submit_parent(parent(limit="100.005")), "off_tick", "write 100.00 or 100.01"),
        (lambda s: s.submit_child(child(price="99.999")), "off_tick", "write 99.99 or 100.00"),
        (
            lambda s: s.submit_child(child(venue="NYS")),
            "unknown_venue",
            "did you mean 'NYSE'? (venues: NYSE, BATS, DARK)",
        ),
        (lambda s: s.book("DARK", 5), "dark_venue", "ask a lit venue's"),
        (lambda s: s.submit_parent(parent(strategy="smrt")), "bad_strategy", "GET /strategies"),
        (lambda s: s.submit_parent(parent(strategy={"kind": "smart", "fee": 1})), "bad_strategy", "GET /strategies"),
        (lambda s: s.order("P1"), "unknown_order", "GET /orders"),
        (lambda s: s.cancel(Cancel(id="C99")), "unknown_order", "GET /orders"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_hint_and_not_journalled(session, monkeypatch, ask, code, hint):
    noted = []
    monkeypatch.setattr(session, "_note", noted.append)
    refused = refusal_of(lambda: ask(session))
    assert refused.code == code
    assert hint in refused.hint
    assert noted == []


def test_a_client_cannot_have_code_imported_that_the_scenario_does_not_name(session):
    refused = refusal_of(lambda: session.submit_parent(parent(strategy="my_router.py:Mine")))
    assert "names code of one's own; give it a name in the scenario's `strategies`" in refused.message


def test_a_client_cannot_have_a_file_read_that_the_scenario_does_not_name(session):
    refused = refusal_of(lambda: session.submit_parent(parent(strategy={"kind": "learned", "file": "its.model"})))
    assert "an order cannot name a file; name such a strategy in the scenario's `strategies`" in refused.message


def test_a_variant_that_learned_from_this_very_market_is_refused(session, monkeypatch):
    seed = session.live.market.seed
    monkeypatch.setattr(Learned, "training_seeds", frozenset([seed]))
    refused = refusal_of(lambda: session.submit_parent(parent(strategy="learned")))
    assert f"its model was trained on it, and this market's seed is {seed}" in refused.message


def test_the_child_of_a_parent_is_cancelled_through_its_parent(session):
    session.advance(100 * MS)
    sent = session.submit_parent(parent())
    refused = refusal_of(lambda: session.cancel(Cancel(id=sent["children"][0]["id"])))
    assert (refused.status, refused.hint) == (409, "cancel the parent")


def test_what_has_ended_cannot_be_cancelled(session):
    session.advance(100 * MS)
    sent = session.submit_child(child(price="100.10", time_in_force="IOC"))
    session.advance(102 * MS)
    refused = refusal_of(lambda: session.cancel(Cancel(id=sent["id"])))
    assert (refused.status, refused.message) == (409, f"{sent['id']} has ended: FILLED")


def test_there_is_a_bound_on_live_orders(session, monkeypatch):
    monkeypatch.setattr(session_module, "MOST_LIVE_ORDERS", 2)
    session.submit_child(child())
    session.submit_child(child())
    assert refusal_of(lambda: session.submit_child(child())).status == 429


def test_a_stopped_session_leaves_an_ordinary_run_folder(tiny, tmp_path):
    folder = tmp_path / "run"
    session = Session(tiny, folder)
    session.advance(600 * MS)
    session.submit_parent(parent())
    session.advance(700 * MS)
    digest = session.stop()
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["digest"] == digest
    assert {row["router"] for row in summary["results"]} >= {"api"}
    assert {path.name for path in folder.glob("*")} >= {"scenario.yaml", "market.json", "journal.jsonl"}


def test_a_session_without_an_end_cannot_be_repeated(tiny, tmp_path):
    session = Session(tiny, tmp_path / "run")
    session.submit_child(child())
    session.break_off()
    with pytest.raises(Unfinished, match="the journal has no end"):
        repeat_session(tiny, tmp_path / "run")


def test_strategies_are_listed_with_the_scenarios_variants(session):
    known = session.strategies()
    assert known["default"] in known["strategies"]
    assert known["strategies"]["patient"]["attempts_per_venue"] == 1
    assert known["strategies"]["broadcast"]["kind"] == "broadcast"


def test_the_other_participants_draw_the_same_numbers_with_and_without_the_desk(tiny):
    from scenarios.run import run

    session = Session(tiny)
    session.advance(tiny.duration)
    session.stop()
    background = "background_flow"
    assert run(tiny).venue_messages[background] == session.live.market.messages()[background]
