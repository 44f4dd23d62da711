"""A served market, as a client meets it: real processes, real sockets on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
import websockets

from api.replay import replay_run
from tests.api.conftest import TINY, command, environment, hears_ctrl_c

PATIENCE = 60
"""Seconds after which a test gives up on a process."""


class Served:
    """`sorsim serve` in a folder of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "tiny.yaml").write_text(TINY)
        self.run_folder = folder / "run"
        arguments = command("serve", "tiny.yaml", "--port", 0, "--out", "run", *options)
        self.process = subprocess.Popen(
            arguments,
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=hears_ctrl_c,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE)

    def get(self, path: str) -> dict:
        return self.client.get(path).raise_for_status().json()

    def post(self, path: str, **body: object) -> dict:
        return self.client.post(path, json=body).raise_for_status().json()

    def step(self, duration: str) -> dict:
        return self.post("/run/step", duration=duration)

    def ended(self) -> tuple[int, str]:
        """(exit code, what it said on stderr)."""
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said

    def close(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One paused market for all tests that leave it running."""
    market = Served(tmp_path_factory.mktemp("served"), "--speed", "paused")
    yield market
    market.close()


@pytest.fixture
def own(tmp_path):
    """A market for a test that ends it."""
    markets = []

    def start(*options):
        markets.append(Served(tmp_path / "own", *options))
        return markets[-1]

    yield start
    for market in markets:
        market.close()


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(true, seconds=20.0):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


# -- while it runs ----------------------------------------------------------------------------------


def test_a_step_goes_exactly_as_far_as_asked(served):
    before = served.get("/run")["now"]
    assert served.step("12345678ns")["now"] == before + 12_345_678
    time.sleep(0.05)
    assert served.get("/run")["now"] == before + 12_345_678


def test_an_order_is_worked_and_its_fills_are_told(served):
    served.step("50ms")
    taken = served.post("/orders/parent", side="BUY", qty=300, limit="101.00", strategy="patient")
    assert taken["status"] == "WORKING"
    served.step("10ms")
    order = served.get(f"/orders/{taken['id']}")
    assert (order["status"], order["cum_qty"]) == ("FILLED", 300)
    assert order["children"][0]["fills"][0]["at"] > taken["at"]


def test_a_venue_answers_a_direct_order(served):
    sent = served.post("/orders/child", venue="BATS", side="SELL", qty=100, price="105.00")
    served.step("1ms")
    assert served.get(f"/orders/{sent['id']}")["status"] == "NEW"
    assert served.client.delete(f"/orders/{sent['id']}").status_code == 202
    served.step("1ms")
    assert served.get(f"/orders/{sent['id']}")["status"] == "CANCELED"


def test_the_market_can_be_looked_at(served):
    served.step("1ms")
    best = served.get("/nbbo")["direct"]
    assert Decimal(best["bid"]["price"]) < Decimal(best["ask"]["price"])
    assert len(served.get("/venues/NYSE/book?depth=3")["bids"]) == 3
    assert [venue["name"] for venue in served.get("/venues")["venues"]] == ["NYSE", "BATS", "DARK"]
    assert "patient" in served.get("/strategies")["strategies"]


def test_fifty_requests_at_a_time_are_all_answered(served):
    def one(number):
        if number % 2:
            return served.client.post(
                "/orders/child", json={"venue": "NYSE", "side": "BUY", "qty": 100, "price": "95.00"}
            )
        return served.client.get("/nbbo")

    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(one, range(100)))
    assert [answer.status_code for answer in answers] == [200, 201] * 50
    assert len({answer.json()["id"] for answer in answers[1::2]}) == 50


def test_time_goes_on_at_a_pace_and_stops_when_paused(served):
    served.post("/run/speed", speed=5)
    served.post("/run/resume")
    time.sleep(0.3)
    stopped = served.post("/run/pause")
    assert stopped["state"] == "paused"
    assert served.get("/run")["now"] == stopped["now"]


def stream_of(served, topics):
    return websockets.connect(f"{served.url.replace('http', 'ws')}/stream?topics={topics}")


def test_the_stream_tells_trades_quotes_and_order_updates(served):
    async def listen():
        async with stream_of(served, "trades,nbbo,orders") as stream:
            heard = [json.loads(await stream.recv())]
            await asyncio.to_thread(served.post, "/orders/parent", side="SELL", qty=200, limit="95.00")
            await asyncio.to_thread(served.step, "300ms")
            while {message["topic"] for message in heard} != {"subscribed", "trades", "nbbo", "orders"}:
                heard.append(json.loads(await asyncio.wait_for(stream.recv(), PATIENCE)))
            return heard

    assert asyncio.run(listen())[0] == {"topic": "subscribed", "topics": ["nbbo", "orders", "trades"]}


def test_an_unknown_topic_is_told_and_the_stream_closed(served):
    async def listen():
        async with stream_of(served, "trades,rumours") as stream:
            told = json.loads(await stream.recv())
            await stream.wait_closed()
            return told, stream.close_code

    told, code = asyncio.run(listen())
    assert told["error"] == {
        "code": "unknown_topic",
        "message": "no topic 'rumours'",
        "hint": "topics: trades, nbbo, orders",
    }
    assert code == 1008


def test_a_page_of_another_host_cannot_open_the_stream(served):
    async def listen():
        address = f"{served.url.replace('http', 'ws')}/stream"
        async with websockets.connect(address, origin="https://example.com"):
            pass

    with pytest.raises(websockets.InvalidStatus):
        asyncio.run(listen())


def test_a_client_that_does_not_read_holds_up_nobody_and_is_told_what_it_missed(served):
    address = served.url.removeprefix("http://")
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", int(address.rpartition(":")[2])))
    slow.sendall(
        f"GET /stream?topics=nbbo HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    for _ in range(8):
        served.step("20s")
        assert served.get("/run")["state"] == "paused"
    slow.settimeout(PATIENCE)
    heard = b""
    while b'"topic": "dropped"' not in heard:
        piece = slow.recv(1 << 20)
        assert piece, "the stream was closed"
        heard = heard[-100:] + piece
    slow.close()


# -- how it ends ------------------------------------------------------------------------------------


def test_ctrl_c_ends_the_day_and_the_session_can_be_replayed(own):
    market = own("--speed", "paused")
    market.step("600ms")
    market.post("/orders/parent", side="BUY", qty=500, limit="101.00")
    market.step("100ms")
    market.process.send_signal(signal.SIGINT)
    code, said = market.ended()
    assert code == 0, said
    replayed = replay_run(market.run_folder)
    assert replayed.same
    assert replayed.digest in said


def test_sigterm_ends_the_day_too(own):
    market = own("--speed", "paused")
    market.process.terminate()
    code, said = market.ended()
    assert code == 0, said
    assert (market.run_folder / "summary.json").exists()


def test_it_can_be_stopped_over_the_api(own):
    market = own("--speed", "1")
    assert market.post("/run/stop")["state"] == "stopping"
    code, said = market.ended()
    assert code == 0, said
    assert (market.run_folder / "summary.json").exists()


def test_it_ends_by_itself_after_the_time_that_was_given(own):
    market = own("--speed", "1", "--for", "300ms")
    code, said = market.ended()
    assert code == 0, said
    assert "stopped at 0." in said


def test_when_the_market_process_dies_requests_are_told_so_and_the_service_ends(own):
    market = own("--speed", "1")
    os.kill(market.get("/run")["pid"], signal.SIGKILL)
    answers = []
    try:
        while market.process.poll() is None:
            answers.append(market.client.get("/run"))
    except httpx.HTTPError:
        pass  # it has ended
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    assert refused[-1].json()["error"]["message"].startswith("the market process died: ")
    code, said = market.ended()
    assert code == 1
    assert "the market process died" in said


def test_when_the_service_is_killed_the_market_process_ends_too(own):
    market = own("--speed", "1")
    pid = market.get("/run")["pid"]
    market.process.kill()
    assert wait_until(lambda: not is_alive(pid))
    assert (market.run_folder / "summary.json").exists()


def test_a_strategy_that_breaks_a_rule_ends_the_market_with_the_rule(own, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "greedy.py").write_text(
        "from agents.orders import ChildOrder\n"
        "def too_much(parent, view):\n"
        "    yield [ChildOrder('NYSE', 2 * parent.qty, parent.limit)]\n"
    )
    market = own("--speed", "paused", "--set", 'strategies.greedy={kind: "greedy.py:too_much"}')
    market.step("10ms")
    order = {"side": "BUY", "qty": 100, "limit": "100.00", "strategy": "greedy"}
    answer = market.client.post("/orders/parent", json=order)
    assert answer.status_code == 503
    assert "children of 200 shares asked for, 100 left of 100" in answer.json()["error"]["message"]
    assert market.ended()[0] == 1


def test_a_second_service_on_the_same_port_is_told_so(served, sorsim, tiny_file):
    port = served.url.rpartition(":")[2]
    second = sorsim("serve", tiny_file, "--port", port, "--for", "1s")
    assert second.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in second.stderr
    assert "--port 0 for a free one" in second.stderr
