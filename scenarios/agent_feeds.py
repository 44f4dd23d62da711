"""Where an agent of a scenario sees quotes. One that says nothing of it sees the venues' own feeds, or reads none."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from scenarios.agent_base import TradingAgent
from scenarios.latencies import LinkLatency, constant


class HearsVenues(TradingAgent):
    """An agent that follows each venue's quotes and prints."""

    feed: Literal["direct", "sip"] = Field(
        "direct", description="Where it sees quotes and prints: the venues' own feeds, or the SIP."
    )
    sip_latency: LinkLatency = Field(constant("200us"), description="From the SIP to it.", examples=["200us"])


class ReadsQuotes(TradingAgent):
    """An agent that looks at quotes."""

    feed: Literal["direct", "sip", "retail"] = Field(
        "direct", description="Where it sees quotes: the venues' own feeds, the SIP, or the retail feed's snapshots."
    )
    sip_latency: LinkLatency = Field(constant("200us"), description="From the SIP to it.", examples=["200us"])
    retail_latency: LinkLatency = Field(constant("10ms"), description="From the retail feed to it.", examples=["10ms"])
