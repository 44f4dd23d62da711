from __future__ import annotations

import pytest
from pydantic import ValidationError

from api.wire import Cancel, SpeedRequest, StepRequest, SubmitChild, SubmitParent, dollars, in_words, read_instruction


def mistakes_in(model, text):
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(text)
    return in_words(caught.value)


def test_a_parent_order_is_read_from_json():
    order = SubmitParent.model_validate_json('{"side": "BUY", "qty": 1000, "limit": "100.05"}')
    assert (order.side, order.qty, order.limit, order.horizon, order.strategy) == (
        "BUY",
        1000,
        1_000_500,
        2 * 10**9,
        None,
    )


def test_prices_are_decimal_text_in_dollars():
    assert [dollars(1_000_000), dollars(1_000_150), dollars(50)] == ["100.00", "100.015", "0.005"]


def test_an_instruction_survives_the_way_through_text():
    order = SubmitChild(venue="NYSE", side="SELL", qty=300, price="99.99", time_in_force="IOC")
    assert read_instruction.validate_python(order.model_dump()) == order


def test_durations_are_nanoseconds_or_text_with_a_unit():
    assert StepRequest(duration=10_000_000) == StepRequest(duration="10ms")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "side: missing; write for example `side: BUY`; qty: missing; write for example `qty: 1000`"),
        ("[]", "body: [] is not a mapping; write {key: value, ...}"),
        (
            '{"side": "buy", "qty": 1}',
            "side: 'buy' is not possible here; did you mean 'BUY'? (write one of: BUY, SELL)",
        ),
        ('{"side": "BUY", "qty": 0}', "qty: 0 is not a number of shares; write one of 1 or more"),
        ('{"side": "BUY", "qty": 1.5}', "qty: 1.5 is not a whole number of shares; write one, such as 2"),
        ('{"side": "BUY", "qty": 1e12}', "qty: 1000000000000.0 is too large for an order; write 100000000 or less"),
        (
            '{"side": "BUY", "qty": 1, "limit": 100.05}',
            'limit: 100.05 is not a price; write dollars as text with up to 4 decimals, such as "100.05"',
        ),
        (
            '{"side": "BUY", "qty": 1, "limit": "0.00"}',
            "limit: '0.00' is not a price; write one above 0 and up to 1000000.00",
        ),
        (
            '{"side": "BUY", "qty": 1, "horizon": 0}',
            "horizon: 0 is not a duration; write one above 0 and up to 86400000000000 ns (a day)",
        ),
        (
            '{"side": "BUY", "qty": 1, "strateg": "smart"}',
            "strateg: unknown key; did you mean 'strategy'? (keys here: do, side, qty, limit, horizon, strategy, algo)",
        ),
    ],
)
def test_a_malformed_parent_order_is_explained(text, said):
    assert mistakes_in(SubmitParent, text) == said


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1", "true", '"100"'])
def test_a_quantity_is_nothing_but_a_whole_number(number):
    assert "qty: " in mistakes_in(SubmitParent, f'{{"side": "BUY", "qty": {number}}}')


@pytest.mark.parametrize("speed", [0.5, 10, "max", "paused"])
def test_speeds(speed):
    assert SpeedRequest(speed=speed).speed == speed


@pytest.mark.parametrize("speed", [0, -1, "fast", True, None])
def test_what_is_no_speed_is_refused(speed):
    with pytest.raises(ValidationError, match="is not a speed"):
        SpeedRequest(speed=speed)


@pytest.mark.parametrize("name", ["7", "X7", "P", "P-1", "P1234567890123456789"])
def test_what_is_no_order_id_is_refused(name):
    with pytest.raises(ValidationError, match="is no order"):
        Cancel(id=name)
