"""A strategy that computes for ever is stopped, and no other alarm of the process is lost."""

from __future__ import annotations

import signal
from contextlib import suppress

import pytest

from agents.conformance import checks
from agents.conformance.checks import check_strategy
from agents.conformance.patience import OutOfPatience, patience
from agents.strategy import StrategyError

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="nothing can wake a busy thread here")


def never_yields(parent, view):
    while view.now >= 0:
        with suppress(Exception):  # the kind of loop that swallows what would end it
            pass
    yield []


def waits_for_ever():
    while True:
        pass


def test_a_loop_without_a_yield_is_told(monkeypatch):
    monkeypatch.setattr(checks, "SECONDS", 0.05)
    with pytest.raises(StrategyError, match=r"terminates: .*: it did not yield within 0\.05 s; is there a loop"):
        check_strategy(never_yields, only=["terminates"])


def test_who_is_quick_enough_hears_nothing():
    with patience(0.05):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_another_alarm_of_the_process_goes_on():
    rung = []
    handler = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 60)
        with pytest.raises(OutOfPatience), patience(0.02):
            waits_for_ever()
        assert 50 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
        signal.raise_signal(signal.SIGALRM)
        assert rung == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
