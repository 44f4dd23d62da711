from __future__ import annotations

import asyncio
import json

from api.subscribers import Subscriber, Subscribers, batch_of


def trades(*prices):
    return batch_of("trades", [{"price": price} for price in prices])


def heard_by(subscriber, messages):
    async def listen():
        return [json.loads(await asyncio.wait_for(subscriber.next(), 1)) for _ in range(messages)]

    return asyncio.run(listen())


def test_a_subscriber_hears_its_topics_only():
    subscriber = Subscriber(["trades"])
    subscriber.put(batch_of("nbbo", [{"bid": None}]))
    subscriber.put(trades("100.00"))
    assert heard_by(subscriber, 1) == [{"topic": "trades", "events": [{"price": "100.00"}]}]


def test_a_slow_subscriber_loses_the_oldest_and_is_told_how_many():
    subscriber = Subscriber(["trades"], most=3)
    for batch in (trades("1", "2"), trades("3"), trades("4"), trades("5")):
        subscriber.put(batch)
    told, *rest = heard_by(subscriber, 4)
    assert told == {"topic": "dropped", "dropped": {"trades": 2}}
    assert [message["events"][0]["price"] for message in rest] == ["3", "4", "5"]


def test_the_queue_of_a_subscriber_never_holds_more_than_its_bound():
    subscriber = Subscriber(["trades"], most=10)
    for price in range(1_000):
        subscriber.put(trades(str(price)))
    assert subscriber.waiting == 10
    assert subscriber.dropped == {"trades": 990}


def test_a_single_batch_beyond_the_bound_is_kept_whole():
    subscriber = Subscriber(["trades"], most=1)
    subscriber.put(trades("1", "2", "3"))
    assert len(heard_by(subscriber, 1)[0]["events"]) == 3


def test_what_the_market_dropped_is_passed_on():
    everybody, subscriber = Subscribers(), Subscriber(["nbbo"])
    everybody.add(subscriber)
    everybody.hear({}, {"nbbo": 7, "trades": 9})
    assert heard_by(subscriber, 1) == [{"topic": "dropped", "dropped": {"nbbo": 7}}]


def test_one_slow_subscriber_costs_the_others_nothing():
    everybody, slow, quick = Subscribers(), Subscriber(["trades"], most=1), Subscriber(["trades"])
    everybody.add(slow)
    everybody.add(quick)
    for price in ("1", "2", "3"):
        everybody.hear({"trades": [{"price": price}]}, {})
    assert (slow.waiting, quick.waiting) == (1, 3)


def test_the_market_is_asked_for_a_topic_only_while_somebody_wants_it():
    everybody, subscriber = Subscribers(), Subscriber(["orders"])
    everybody.add(subscriber)
    assert everybody.want(["orders"])
    assert not everybody.want(["trades", "nbbo"])
    everybody.remove(subscriber)
    assert not everybody.want(["orders"])
