# %% [markdown]
# # First run
#
# Six exchanges, two dark pools, market makers, snipers and a client whose router works large orders. No outcome is drawn
# from a die: a quote is stale because somebody's message got there first, and a fill rate is a count of fills.
#
# This notebook runs the market, looks at what its client paid, takes one order apart, and changes one key.

# %% [markdown]
# ## The market, and who sees it how late
#
# `us_equities` comes with sorsim. Settings by path change any key of it: here it is cut to 12 seconds of market time and
# 60 orders. `ss.check` tells all mistakes of a scenario at once, or who sees what, and how late.

# %%
import sorsim as ss

short = {"duration": "12s", "agents.client.orders.count": "60"}
report = str(ss.check("us_equities", set=short)).splitlines()
print("\n".join(line for line in report if line.startswith(("us_eq", "who", "SIP ", "background", "client"))))

# %% [markdown]
# ## Run it
#
# The client's strategy is `price_time`: it sends to every venue with the best price at once. The digest stands for the
# whole event log; the same scenario and seed give the same digest on every machine.

# %%
sweeping = {**short, "agents.client.strategy": "price_time"}
result = ss.run("us_equities", seed=7, set=sweeping)

print("digest", result.digest)
print(f"{result.trades:,} trades, {result.shares_traded:,} shares; messages that reached a venue:")
for kind, messages in result.venue_messages.items():
    print(f"{messages:8,}  {kind}")

# %% [markdown]
# ## What the client paid
#
# The ruler is the best displayed price of all venues when an order arrived, from the log: nobody's own view. All-in cost
# is per *ordered* share and values what stayed unfilled at the end.

# %%
figures = ["orders", "ordered_shares", "fill_rate", "average_price", "slippage_bps", "fees_per_share", "all_in_bps"]
figures += ["venues_per_order", "fill_ratio", "hft_share", "markout_100ms"]
result.summary[figures].T.round(4)

# %% [markdown]
# `fill_ratio` is the share of displayed shares that its children aimed at and got; `hft_share` what snipers took of them
# while the children were on their way. By venue:

# %%
from analysis.metrics import venue_table

venues = venue_table(result.tables)
columns = ["venue", "children", "filled_shares", "share_of_fills", "average_fee", "fill_ratio", "hft_share"]
venues[columns].round(4)

# %%
import tempfile
from pathlib import Path

from IPython.display import Image

from analysis.plots import missed_shares, venue_distribution

pictures = Path(tempfile.mkdtemp())
Image(venue_distribution(venues.assign(strategy="price_time"), pictures / "venues.png"), width=800)

# %% [markdown]
# Every displayed share that a child saw and missed is charged to the event that removed it. The sum is exact.

# %%
Image(missed_shares(venues.assign(strategy="price_time"), pictures / "missed.png"), width=800)

# %% [markdown]
# ## One order, taken apart
#
# The order that lost most to snipers at BATS, on its way from the client: what its router saw, what it sent, what came
# back, and what beat it.

# %%
from analysis.attribution import attribute
from analysis.explain import timeline

found = attribute(result.tables)
parent_of = {target.order_id: target.parent_id for target in found.targets}
name_of = {venue["id"]: venue["name"] for venue in result.market["venues"]}
lost = found.charge_table().query("cause == 'sniper trade'")
lost = lost.assign(parent=lost["order_id"].map(parent_of), venue=lost["venue"].map(name_of))
at_bats = lost[lost["venue"] == "BATS"].groupby("parent")["shares"].sum()
parent = int(at_bats.idxmax())

print(timeline(result.tables, parent))

# %% [markdown]
# ## The quotes around that sweep
#
# What the venues showed at the prices that the client's first children went for, and when each child arrived. The
# client's way to NASDAQ is the shortest: its trade there is what the snipers see. The rest is a race between messages,
# decided within microseconds. (A child for IEX arrives behind the speed bump, too late for this picture.)

# %%
import matplotlib.pyplot as plt

children = result.tables.children.query("parent_id == @parent")
first = children[children["decision"] == children["decision"].min()]
start, side = int(first["at"].iloc[0]), int(first["side"].iloc[0])
near, size = ("ask", "ask_qty") if side == ss.Side.BUY else ("bid", "bid_qty")
arrived = result.orders.query("action == 0").set_index("order_id")["at"]
legs = sorted(((arrived[leg.order_id] - start) / 1e3, name_of[leg.venue], leg) for leg in first.itertuples())
legs = [leg for leg in legs if leg[0] < 300]

figure, panels = plt.subplots(len(legs), sharex=True, figsize=(9, 1.25 * len(legs) + 0.9), layout="constrained")
for panel, (arrival, venue, leg) in zip(panels, legs, strict=True):
    quotes = result.quotes[result.quotes["venue"] == leg.venue].sort_values(["at", "seq"])
    times = (quotes["at"] - start) / 1e3
    shown = quotes[size].where(side * (quotes[near] - leg.price) <= 0, 0)
    panel.fill_between(times, shown, step="post", color="#56B4E9", linewidth=0)
    panel.axvline(arrival, color="#222222", linestyle=":")
    taken = lost[lost["order_id"] == leg.order_id]["at"]
    top = 1.2 * max(leg.qty, shown[(times > 0) & (times < 240)].max())
    panel.plot((taken - start) / 1e3, [top / 10] * len(taken), "^", color="#D55E00", markersize=8)
    panel.set(xlim=(80, 240), ylim=(0, top))
    aim = f"{venue}: {leg.qty} at {leg.price / ss.UNITS_PER_DOLLAR:.2f}, arrives after {arrival:.1f} us"
    panel.set_title(aim, loc="left", fontsize=9)
    panel.spines[["top", "right"]].set_visible(False)
panels[-1].set_xlabel("microseconds since the decision")
figure.supylabel("shares at that price or better", fontsize=9)
figure.suptitle("Dotted: the client's order arrives. Triangles: snipers took what it aimed at.", fontsize=10)
plt.show()

# %% [markdown]
# ## Change one key
#
# The same random numbers, one key changed: quicker snipers, then none. What changes is that key's doing.

# %%
import pandas as pd

changes = {
    "as above": {},
    "reaction 10 us": {"agents.snipers.reaction.mean": "10us"},
    "no snipers": {"agents.snipers.enabled": "false"},
}
runs = {name: ss.run("us_equities", seed=7, set={**sweeping, **change}) for name, change in changes.items()}
table = pd.DataFrame({name: run.summary.loc["client"] for name, run in runs.items()}).T
table[["target_shares", "missed_shares", "fill_ratio", "hft_share"]].astype(float).round(4)

# %% [markdown]
# One seed shows what happened once. For statements about strategies and their costs, with intervals, see
# `02_compare_strategies`.
