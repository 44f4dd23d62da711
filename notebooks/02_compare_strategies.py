# %% [markdown]
# # Compare strategies
#
# Each strategy works the same parent orders in the same market: on one seed everybody else draws the same random
# numbers, so a difference within a seed is the strategy's doing. Differences are paired by seed, with 95 % t intervals.
#
# The markets are short and the seeds few, so that this runs in seconds. Take 30 seeds and the shipped minute for a
# statement.

# %%
import sorsim as ss

short = {"duration": "8s", "agents.client.orders.count": "60"}
strategies = ["single_venue", "price_time", "dark_first", "smart"]
comparison = ss.compare("us_equities", strategies, baseline="single_venue", seeds=3, set=short)

# %% [markdown]
# ## Means with intervals

# %%
def with_interval(row):
    return f"{row['mean']:.3g} [{row['low']:.3g}, {row['high']:.3g}]"


def as_table(rows, metrics):
    """One row per strategy, one column per figure, each with its interval."""
    rows = rows[rows["metric"].isin(metrics)]
    texts = rows.assign(text=rows.apply(with_interval, axis=1))
    table = texts.pivot(index="strategy", columns="metric", values="text")[metrics]
    return table.loc[list(dict.fromkeys(rows["strategy"]))]


costs = ["slippage_bps", "fees_per_share", "all_in_bps"]
fills = ["fill_rate", "fill_ratio", "hft_share", "venues_per_order"]
as_table(comparison.means, costs)

# %%
as_table(comparison.means, fills)

# %% [markdown]
# ## Against the baseline
#
# An interval that leaves out zero is a difference that these seeds show.

# %%
as_table(comparison.differences, costs)

# %%
shown = comparison.differences.query("metric in @costs and (low > 0 or high < 0)")
for row in shown.itertuples():
    print(f"{row.strategy:12} {row.metric:15} {row.mean:+.3g} [{row.low:+.3g}, {row.high:+.3g}] against single_venue")

# %% [markdown]
# ## The picture

# %%
import tempfile
from pathlib import Path

from IPython.display import Image, display

from analysis.plots import four_panel, venue_distribution

pictures = Path(tempfile.mkdtemp())
Image(four_panel(comparison.table, comparison.venues, pictures / "comparison.png"), width=1000)

# %% [markdown]
# ## Where each strategy filled

# %%
for strategy in strategies:
    picture = venue_distribution(comparison.venues, pictures / f"{strategy}.png", strategy)
    display(Image(picture, width=720))

# %% [markdown]
# ## How quick are the snipers?
#
# One strategy at three reactions. On the way from NASDAQ to EDGX and ARCA the client and the snipers are
# level at the shipped 29 us: quicker ones win these races as well.

# %%
reactions = "agents.snipers.reaction.mean=10us,29us,100us"
sweep = ss.compare("us_equities", ["price_time"], seeds=3, set=short, sweep=reactions)
losses = sweep.means.query("metric in ['fill_ratio', 'hft_share', 'all_in_bps']")
losses = losses.assign(text=losses.apply(with_interval, axis=1))
losses.pivot(index="swept", columns="metric", values="text").loc[["10us", "29us", "100us"]]

# %% [markdown]
# By venue, all seeds together: of the displayed shares that the client's orders aimed at, how many were still there when
# they arrived? From NASDAQ to BATS, EDGX and ARCA the snipers' way is 20 us, to NYSE and IEX it is 60 us. The client's
# own orders are 25 us later at NYSE than at NASDAQ, 50 us later at EDGX and ARCA, 75 us later at BATS.

# %%
lit = sweep.venues.query("kind == 'lit'")
shares = lit.groupby(["venue", "swept"], sort=False)[["target_shares", "missed_shares"]].sum()
got = (100 * (1 - shares["missed_shares"] / shares["target_shares"])).unstack("swept")
got.round(1)

# %%
import matplotlib.pyplot as plt

from analysis.palette import venue_fills

fills_of = venue_fills(zip(comparison.venues["venue"], comparison.venues["kind"], strict=True))
figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
for venue, row in got.sort_values("10us", ascending=False).iterrows():
    axes.plot(list(got.columns), row, "o-", color=fills_of[venue].colour, label=venue)
axes.set(xlabel="snipers' reaction", ylabel="% of the displayed shares aimed at")
axes.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside right center", frameon=False)
figure.suptitle("What price_time got of the shares it aimed at", x=0.01, ha="left", fontweight="bold")
plt.show()

# %% [markdown]
# ## What it says
#
# - `single_venue` works through one book, level by level: it pays the most for its shares and leaves the most unfilled.
#   Nobody races it, because it shows nobody where it goes next.
# - `price_time` takes the best prices of all venues at once. It pays less, and finds that part of what it aimed at is
#   gone: its own trade at NASDAQ gave it away, and the snipers' orders were at BATS before its own.
# - `dark_first` and `smart` trade part of their shares at the midpoint, before they show themselves, and `smart` goes
#   where fees are low and where it was not beaten before.
# - A race is decided by arithmetic. At 100 us the snipers are late everywhere and the client gets nearly all it aimed
#   at. At 29 us they are first at BATS, and level with the client at EDGX and ARCA. At 10 us they win more at BATS and
#   ARCA. At NYSE, where their way is long and the client's is short, nothing changes: the negative control. IEX loses
#   shares as well, many of them to makers who cancel: behind the speed bump an order arrives when the client's trades
#   elsewhere are known to everybody.
# - Costs vary more from seed to seed than fills do. Where an interval above holds zero, these few short seeds say
#   nothing; `sorsim compare us_equities --strategies all --baseline single_venue --seeds 30` says more.
