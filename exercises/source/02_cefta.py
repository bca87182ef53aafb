# ---
# balkanlab: {chapter: "02", title: "CEFTA: exercises"}
# jupyter: {kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}}
# ---

# %% [markdown]
# # CEFTA: exercises
#
# These tasks go with the chapter [CEFTA: a club that members leave](../notebooks/02_cefta.ipynb), one group for each of its ten systems.
# Each group climbs from easy to hard; you may take the groups in any order.
#
# **How it works.** Under each task is a cell for your answer. Replace the three dots, run the cell, then run the check below it.
# A check says `ok`, or `not yet` with a hint. The next failed attempt brings a stronger hint, three in all. No check shows the answer.
#
# Checks are kind: a column or an array will do where a list is wanted, a whole number where a decimal is, capitals or not.
# Where a task asks for a rounded number, the unrounded one is right too.
#
# **What is real.** Tables come from the course's data; `from balkanlab import card` and `card("trade")` show where one is from and what it cannot tell.
# Numbers called *teaching values* are invented for practice.
#
# Kosovo: the name is used without taking a position on status. It is in line with UN Security Council Resolution 1244 (1999)
# and the opinion of the International Court of Justice of 2010 on Kosovo's declaration of independence. Its code here is XKX.

# %% setup=true
import math

import numpy as np
import pandas as pd

from balkanlab import load
from balkanlab.exercises import Checks

check = Checks("02_cefta")

# %% [markdown]
# ## 2.1 The conveyor belt
#
# CEFTA is two agreements: the one of 1992, and the one of 2006 that replaced it.
# A row is one party in one agreement, with a column for each kind of date.
# For membership this course counts from the day a party first *applied* the agreement; `ended` is its first day outside.

# %%
memberships = load("memberships")
cefta = memberships[memberships["organisation"].str.startswith("CEFTA")]
cefta[["organisation", "iso3", "status", "signed", "in_force", "applied", "ended"]]

# %% [markdown] task="2.1a"
# ### A club at its smallest
# On 1 May 2004 five members left for the European Union on one day.
# How many members were left on 31 December 2004?
#
# Read it from the table, or let Python count. Assign a whole number to `members_2004`.

# %% solution="2.1a"
day = pd.Timestamp("2004-12-31")
members_2004 = ...
### BEGIN SOLUTION
inside = cefta[(cefta["applied"] <= day) & ~(cefta["ended"] <= day)]
members_2004 = inside["iso3"].nunique()
### END SOLUTION

# %% [raw] check="2.1a"
# answer: members_2004
# kind: number
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one whole number, not a table or a list of names.
#   - Count countries that had applied an agreement by that day. A signature alone does not count, and those who had already left do not either.
#   - "Two conditions hold at once: `applied` is not after the day, and `ended` is missing or after it. Combine them with & and count the codes."
# wrong:
#   - value: 8
#     say: That is the club before the day of the great departure. Look at the column ended.
#   - value: 5
#     say: That is how many left on that day, not how many stayed.
#   - value: 16

# %% [markdown] note="2.1a"
# A first look at missing dates: `ended` is empty for today's members, and a comparison with an empty date is False.

# %% [markdown] task="2.1b"
# ### Between two agreements
# Bulgaria and Romania joined the EU on 1 January 2007. The new agreement was signed by then, but nobody applied it yet.
# Who was a member on 1 June 2007?
#
# Assign a list of three-letter codes to `members_june_2007`.

# %% solution="2.1b"
members_june_2007 = ...
### BEGIN SOLUTION
day = pd.Timestamp("2007-06-01")
inside = cefta[(cefta["applied"] <= day) & ~(cefta["ended"] <= day)]
members_june_2007 = sorted(inside["iso3"].unique())
### END SOLUTION

# %% [raw] check="2.1b"
# answer: members_june_2007
# kind: set
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - 'Assign a list of codes in quotes, for example ["AAA", "BBB"].'
#   - The list is short. Only members of the old agreement can be on it, because the new one was applied from July 2007 at the earliest.
#   - Take everyone who had applied the agreement of 1992 by that day and strike out all who had left for the EU.
# wrong:
#   - value: ["BGR", "HRV", "MKD", "ROU"]
#     say: Two of these had left on the first day of the year.
#   - value: ["ALB", "BIH", "HRV", "MDA", "MKD", "MNE", "SRB", "XKX"]
#     say: These had signed the new agreement, but none of them applied it before 26 July 2007.
#   - value: ["HRV"]

# %% [markdown] task="2.1c"
# ### How long did leavers stay?
# Eight countries applied a CEFTA agreement and later left it for the EU. For how many years did they stay, on average?
#
# A stay runs from the first day a country applied either agreement to its first day outside. A move from the old agreement to the
# new one is no departure. A year has 365.25 days. Assign the mean in years to `mean_stay`; one decimal is enough.

# %% solution="2.1c"
mean_stay = ...
### BEGIN SOLUTION
applied = cefta[cefta["applied"].notna()]
stays = applied.groupby("iso3").agg(
    start=("applied", "min"), end=("ended", "max"), still_inside=("ended", lambda dates: dates.isna().any())
)
leavers = stays[~stays["still_inside"]]
mean_stay = ((leavers["end"] - leavers["start"]).dt.days / 365.25).mean()
### END SOLUTION

# %% [raw] check="2.1c"
# answer: mean_stay
# kind: number
# tolerance: 0.051
# points: 2
# difficulty: 3
# minutes: 15
# hints:
#   - Assign one number, in years. A span of time has `.dt.days`.
#   - It is more than five and fewer than fifteen years. Czechoslovakia only signed, and two other signatories never applied the agreement of 2006.
#   - One row per country. Croatia has two rows and one stay, from the earliest start to the latest end. North Macedonia has an ended row too, and never left.
# wrong:
#   - value: "float(((leavers['end'] - leavers['start']).dt.days / 365.25).sum())"
#     say: That is the sum of all stays.
#   - value: "float(((applied['ended'] - applied['applied']).dt.days / 365.25).mean())"
#     say: You averaged rows. A country that moved from the old agreement to the new one has two rows and one stay.
#   - value: "mean_stay * 12"
#     say: That is in months.

# %% [markdown] note="2.1c"
# Printed lists give other means because they begin with signatures. Ask which of the four dates makes a member.

# %% [markdown] task="2.1d"
# ### The bilateral web
# Before 2006 the region traded under some thirty bilateral agreements. If every two of *n* parties need one of their own, how many is that?
#
# Write the function `bilateral_deals(n)`. It returns a number. Then compare it with the count for the ten signatories of 2006.

# %% solution="2.1d"
def bilateral_deals(n):
    """How many agreements n parties need if each pair has its own."""
    agreements = ...
    ### BEGIN SOLUTION
    agreements = n * (n - 1) / 2
    ### END SOLUTION
    return agreements

# %% [raw] check="2.1d"
# answer: bilateral_deals
# kind: function
# calls: [[2], [4], [7], [10], [27]]
# returns: {kind: number}
# properties:
#   - {name: non_negative, over: [[0], [1], [5]]}
#   - {name: increasing, over: [[2], [3], [4], [10]]}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - The function ends with return and a number. Hand over the function itself, without brackets.
#   - Two parties need one agreement. Try your function with that.
#   - Each party meets all the others. That counts each agreement twice, once from either side.
# wrong:
#   - value: "lambda n: n * (n - 1)"
#     say: Each agreement is counted twice, once from either side.
#   - value: "lambda n: n * n / 2"
#   - value: "lambda n: 45"

# %% [markdown]
# ## 2.2 Gravity
#
# The gravity equation explains trade between two countries by their sizes, their distance and what joins or divides them.
# A coefficient *b* on an agreement means that trade is multiplied by exp(*b*), compared with the same pair without it.

# %% [markdown] task="2.2a"
# ### The coefficient behind a percentage
# A study of 2015 is quoted as finding that CEFTA raised the trade of its members by 25.3 percent.
# Which coefficient must have stood in its table?
#
# Assign it to `coefficient`, with three decimals or more.

# %% solution="2.2a"
coefficient = ...
### BEGIN SOLUTION
coefficient = math.log(1.253)
### END SOLUTION

# %% [raw] check="2.2a"
# answer: coefficient
# kind: number
# tolerance: 0.0006
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one number without a percent sign.
#   - It is positive, a fraction of one, and a little smaller than the effect written as a share.
#   - Solve exp(b) = 1 + effect for b. The inverse of exp is the natural logarithm, math.log.
# wrong:
#   - value: 0.253
#     say: That is the effect itself. The coefficient is its logarithm, measured from a ratio and not from a percentage.
#   - value: "math.log(25.3)"
#     say: The logarithm of a percentage has no meaning here. First turn it into the ratio of trade with and without the agreement.
#   - value: "math.log10(1.253)"
#     say: This is the logarithm to the base of ten. Gravity uses the natural one.

# %% [markdown] task="2.2b"
# ### And back again
# Write the function `percent_effect(b)`: the effect in percent that belongs to a coefficient *b*, which may be negative.

# %% solution="2.2b"
def percent_effect(b):
    """Effect of an agreement in percent, from its coefficient."""
    effect = ...
    ### BEGIN SOLUTION
    effect = 100 * (math.exp(b) - 1)
    ### END SOLUTION
    return effect

# %% [raw] check="2.2b"
# answer: percent_effect
# kind: function
# calls: [[0], [0.1], [0.3646], [-0.2], [2]]
# returns: {kind: number, tolerance: 0.01}
# properties:
#   - {name: increasing, over: [[-1], [0], [0.5], [1]]}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - The function ends with return and one number.
#   - A coefficient of zero means no effect, and the result is in percent, so a doubling of trade is a hundred.
#   - "exp(b) is the ratio of trade with the agreement to trade without it. Take away the one that was there before."
# wrong:
#   - value: "lambda b: 100 * b"
#     say: That is a good approximation near zero only. Try a coefficient of 2.
#   - value: "lambda b: 100 * math.exp(b)"
#     say: This is the new level in percent of the old one. The effect is what was added.
#   - value: "lambda b: math.exp(b) - 1"
#     say: Right as a share. The task asks for percent.

# %% [markdown]
# Now with real data. `panel` holds trade between 46 countries in 2006 and from 2008 to 2012; 2007 is left out, because CEFTA began within it.
# `cefta` is 1 where both sides were in CEFTA 2006 for the whole year. Kosovo is missing: the source has no trade of Kosovo.
#
# `fepois` is the Poisson estimator, which keeps flows of zero. Behind the bar stand the effects:
# `exporter_year` and `importer_year` absorb all that concerns one country in one year, such as its size;
# `directed_pair` absorbs all that stays the same between two countries, such as distance or a common past.

# %%
import warnings

from balkanlab.models.gravity import build_panel

warnings.filterwarnings("ignore", category=UserWarning, module="pyfixest")
panel = build_panel(load("trade"), load("pairs"), load("economies"), memberships)
panel = panel[panel["year"].isin([2006, 2008, 2009, 2010, 2011, 2012])]
panel[["year", "exporter", "importer", "value_kusd", "cefta", "log_distance", "border", "pair"]].head()

# %% [markdown] task="2.2c"
# ### Two answers from the same data
# Estimate the effect of CEFTA twice, each time with `fepois` and with standard errors clustered by `pair`:
#
# 1. `value_kusd ~ cefta + log_distance | exporter_year + importer_year`
# 2. `value_kusd ~ cefta | exporter_year + importer_year + directed_pair`
#
# A model's coefficients are in `.coef()`. Turn both into percent and assign them to the dictionary `effects`; whole percents are enough.

# %% solution="2.2c"
from pyfixest import fepois

effects = {"without pair effects": ..., "with pair effects": ...}
### BEGIN SOLUTION
clustered = {"CRV1": "pair"}
naive = fepois("value_kusd ~ cefta + log_distance | exporter_year + importer_year", data=panel, vcov=clustered)
careful = fepois(
    "value_kusd ~ cefta | exporter_year + importer_year + directed_pair", data=panel, vcov=clustered
)
effects = {
    "without pair effects": percent_effect(naive.coef()["cefta"]),
    "with pair effects": percent_effect(careful.coef()["cefta"]),
}
### END SOLUTION

# %% [raw] check="2.2c"
# answer: effects
# kind: table
# key: specification
# columns: {effect_pct: {tolerance: 1, decimals: 3}}
# points: 3
# difficulty: 3
# minutes: 20
# hints:
#   - Fill both places of the dictionary with a number and keep its two keys as they are.
#   - "Both are percentages: the first is in the hundreds or above, the second is close to zero. If a number is small and precise, you may have left it as a coefficient."
#   - 'Begin with model = fepois("…", data=panel, vcov={"CRV1": "pair"}), read model.coef()["cefta"], and hand it to your percent_effect.'
# wrong:
#   - value: '{"without pair effects": naive.coef()["cefta"], "with pair effects": careful.coef()["cefta"]}'
#     say: These are the coefficients. Turn them into percent.
#   - value: '{"without pair effects": effects["with pair effects"], "with pair effects": effects["without pair effects"]}'
#     say: You have exchanged the two.
#   - value: '{"without pair effects": effects["without pair effects"], "with pair effects": 25.3}'
#     say: That is the quoted figure, not what these data say.

# %% [markdown] note="2.2c"
# Let students say what they would have published had they run only one of the two. The standard error of the second is about eight points.

# %% [markdown] task="2.2d"
# ### Why did it fall?
# Without pair effects the coefficient of `cefta` is large; with them it all but vanishes. What explains the fall?
#
# - a) Poisson gives smaller numbers than least squares.
# - b) The members traded far more with each other than size and distance predict, and did so before 2007 as well. Without pair effects the agreement gets the credit.
# - c) CEFTA lowered the trade of its members, and the second estimate shows it.
# - d) The second estimate uses fewer years.
#
# Assign the letter, in quotes, to `why_it_fell`.

# %% solution="2.2d"
why_it_fell = ...
### BEGIN SOLUTION
why_it_fell = "b"
### END SOLUTION

# %% [raw] check="2.2d"
# answer: why_it_fell
# kind: choice
# options: [a, b, c, d]
# points: 1
# difficulty: 2
# minutes: 5
# hints:
#   - Assign one letter in quotes.
#   - Look at what differs between the two formulas, and at what does not. Estimator and years are the same.
#   - Ask what a common past, neighbouring markets and old suppliers do to trade, and which of the two formulas knows of them.
# wrong:
#   - value: a
#     say: Both estimates are Poisson.
#   - value: c
#     say: An estimate close to zero with a standard error several times larger shows neither a rise nor a fall.
#   - value: d
#     say: Both use the same six years.

# %% [markdown]
# ## 2.3 Creation and diversion
#
# A small country buys a good abroad. *Teaching values:* demand is 200 − 10·P, the world sells at 9, a partner in the club at 10,
# and nobody at home makes it. The tariff is in percent of the seller's price. After the club the partner pays none, the world still does.
# Buyers take the cheaper offer.

# %% [markdown] task="2.3a"
# ### Gain or loss?
# The tariff is 20 percent. What does the country as a whole gain from the club?
#
# Consumers gain the area under the demand curve between old and new price: the fall in price times the mean of old and new quantity.
# The treasury loses what it used to collect. Net gain = consumers' gain − treasury's loss.
# Assign it to `net`, one decimal. Mind the sign, and say to yourself why it is so.

# %% solution="2.3a"
tariff = 0.20
net = ...
### BEGIN SOLUTION
price_before = min(9 * (1 + tariff), 10 * (1 + tariff))
price_after = min(9 * (1 + tariff), 10)
quantity_before = 200 - 10 * price_before
quantity_after = 200 - 10 * price_after
consumers_gain = (price_before - price_after) * (quantity_before + quantity_after) / 2
treasury_loss = 9 * tariff * quantity_before
net = consumers_gain - treasury_loss
### END SOLUTION

# %% [raw] check="2.3a"
# answer: net
# kind: number
# tolerance: 0.06
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number.
#   - Compute four things first, namely the price and the quantity, before and after. Then ask whether buyers or the treasury win more.
#   - Before, the world sells at its price plus tariff. After, the partner sells without tariff, so the treasury collects nothing at all. What the buyers win is smaller than what the treasury gives up, because the supplier is dearer.
# wrong:
#   - value: "-net"
#     say: The size is right. Who loses more, the treasury or the buyers?
#   - value: "consumers_gain"
#     say: That is what consumers gain. The treasury's loss has to come off.
#   - value: "-treasury_loss"
#     say: That is what the treasury loses. The consumers' gain is still missing.
#   - value: "consumers_gain - 9 * tariff * quantity_after"
#     say: The treasury loses what it used to collect, on the quantity of before.

# %% [markdown] task="2.3b"
# ### Any tariff
# Write `net_gain(tariff_pct)`: the same net gain for a tariff of `tariff_pct` percent, from 0 upwards.
#
# Think of low tariffs too: if the world remains the cheapest after the club, nothing changes.

# %% solution="2.3b"
def net_gain(tariff_pct):
    """Net gain of the small country from the club, at a tariff of tariff_pct percent."""
    gain = ...
    ### BEGIN SOLUTION
    world = 9 * (1 + tariff_pct / 100)
    before, after = 200 - 10 * world, 100
    gain = 0
    if world > 10:
        gain = (world - 10) * (before + after) / 2 - 9 * tariff_pct / 100 * before
    ### END SOLUTION
    return gain

# %% [raw] check="2.3b"
# answer: net_gain
# kind: function
# calls: [[0], [10], [20], [40], [60], [80]]
# returns: {kind: number, tolerance: 0.05}
# points: 3
# difficulty: 3
# minutes: 15
# hints:
#   - The function ends with return and one number, for a tariff in percent.
#   - Check it against your answer for twenty percent. The sign differs between tariffs.
#   - First find who sells after the club. Is 9·(1 + t) still below 10? Then nobody changes supplier, no price changes, and the treasury collects what it did.
# wrong:
#   - value: "lambda t: (9 * (1 + t / 100) - 10) * (200 - 90 * (1 + t / 100) + 100) / 2 - 0.09 * t * (200 - 90 * (1 + t / 100))"
#     say: Right for high tariffs. At low ones buyers do not switch to the partner, so nothing changes.
#   - value: "lambda t: -88.8"
#   - value: "lambda t: net_gain(100 * t)"
#     say: The tariff comes in percent, so 20 means a fifth.

# %% [markdown] note="2.3b"
# The sign turns at a tariff of about 51 percent. Ask where CEFTA's outside tariffs stood before anyone says "creation".

# %% [markdown] task="2.3c"
# ### Why does the sign turn?
# Let your function run from 10 to 80 percent. The net gain is zero, then negative, then positive. Which sentence explains the last turn?
#
# - a) At high tariffs the partner becomes cheaper than the world.
# - b) At high tariffs the treasury collects more, so it loses less by the club.
# - c) A high tariff had choked off most of the demand. The club brings it back, and that gain outgrows the higher cost of the partner's goods.
# - d) At high tariffs the country starts to make the good itself.
#
# Assign the letter to `why_it_turns`.

# %% solution="2.3c"
why_it_turns = ...
### BEGIN SOLUTION
why_it_turns = "c"
### END SOLUTION

# %% [raw] check="2.3c"
# answer: why_it_turns
# kind: choice
# options: [a, b, c, d]
# points: 1
# difficulty: 2
# minutes: 5
# hints:
#   - Assign one letter in quotes.
#   - Two of the sentences contradict the setting. Read prices and makers once more.
#   - Compare the quantity bought before the club at 20 and at 80 percent with the quantity bought after it.
# wrong:
#   - value: a
#     say: The world's price without tariff stays below the partner's whatever the tariff.
#   - value: b
#     say: What was collected is lost; more collected means more lost.
#   - value: d
#     say: Nobody at home makes it, by assumption.

# %% [markdown]
# ## 2.4 Tariffs and bans
#
# A row is one measure by one party (`imposer`) against another (`target`). Each row keeps both sides' reasons and a third view; read them before you judge.

# %%
episodes = load("tariff_episodes")
episodes[["episode", "imposer", "target", "instrument", "rate_percent", "starts", "ends"]]

# %% [markdown] task="2.4a"
# ### How long did each last?
# For every measure that Kosovo took against Serbia, compute the days from start to end.
# `ends` is the first day without the measure (for the ban of 2023: the day it was eased).
#
# Assign a table `lengths` with the columns `episode` and `days`. A dictionary from episode to days will do.

# %% solution="2.4a"
lengths = ...
### BEGIN SOLUTION
against_serbia = episodes[(episodes["imposer"] == "XKX") & (episodes["target"] == "SRB")]
lengths = pd.DataFrame(
    {
        "episode": against_serbia["episode"],
        "days": (against_serbia["ends"] - against_serbia["starts"]).dt.days,
    }
)
### END SOLUTION

# %% [raw] check="2.4a"
# answer: lengths
# kind: table
# key: episode
# columns: {days: {tolerance: 0.5}}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign a table with the columns episode and days. A span of time becomes a number with .dt.days.
#   - One row per episode, Kosovo as the imposer and Serbia as the target. Paperwork is a measure too. Days are positive.
#   - Filter the rows with two conditions joined by &, then subtract the dates, end minus start.
# wrong:
#   - value: "lengths.assign(days=lengths['days'] + 1)"
#     say: One day too many each. The column ends is the first day without the measure.
#   - value: "lengths.assign(days=-lengths['days'])"
#     say: Days are negative. Subtract the start from the end.
#   - value: "lengths[lengths['days'] > 60]"

# %% [markdown] task="2.4b"
# ### How strongly did buyers react?
# Kosovo's imports from Serbia fell by 88 percent in the first five months of the 100 percent tariff (GAP Institute).
# Suppose that the tariff was passed on in full, so that prices doubled, and that the elasticity *e* is constant: $m_{after}/m_{before} = (p_{after}/p_{before})^e$ for imports *m* and prices *p*.
#
# Assign *e* to `elasticity`, with two decimals.

# %% solution="2.4b"
elasticity = ...
### BEGIN SOLUTION
elasticity = math.log(1 - 0.88) / math.log(2)
### END SOLUTION

# %% [raw] check="2.4b"
# answer: elasticity
# kind: number
# tolerance: 0.011
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number.
#   - Imports fall when the price rises. Which sign follows? In size it is well above one.
#   - Take logarithms of both sides. What remains of the imports is one minus the fall.
# wrong:
#   - value: "-elasticity"
#     say: The size is right. Imports fall when the price rises.
#   - value: "-0.88"
#     say: This sets the fall in percent against a price rise of a hundred percent. With such large changes the constant elasticity needs logarithms.
#   - value: "math.log(0.88) / math.log(2)"
#     say: The ratio of imports after and before is not the fall. What is left when so much is gone?
#   - value: "math.log(1 - 0.83) / math.log(2)"
#     say: That is the answer for imports from Bosnia and Herzegovina.

# %% [markdown] note="2.4b"
# The fall includes goods that were refused for their papers, so it overstates the reaction to price. Serbian counts of the same fall say 80 percent.

# %% [markdown] task="2.4c"
# ### Find the gap in a count
# One of the course's sources, an article of 2024, counts two uses of tariffs or blockades by Pristina: the tariff of 2018 and the ban of 2023 ([antic-021](../book/ledger.md#antic-021)).
#
# Which episodes in the table are tariffs or bans imposed by Kosovo and missing from that count? Take the instruments `tariff` and `ban` only, and treat the two stages of 2018 as one use.
# Assign a list of their names to `missing`. Then read `reason_imposer` of these rows: the count leaves out the other side's block that came before as well.

# %% solution="2.4c"
missing = ...
### BEGIN SOLUTION
kosovo = episodes[(episodes["imposer"] == "XKX") & episodes["instrument"].isin(["tariff", "ban"])]
missing = sorted(set(kosovo.loc[kosovo["starts"] < "2018-01-01", "episode"]))
### END SOLUTION

# %% [raw] check="2.4c"
# answer: missing
# kind: set
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign a list of names from the column episode, in quotes.
#   - Filter by imposer and instrument, then strike out what began in 2018 or 2023. One day brought different measures against two targets.
#   - Look for measures of Kosovo that are older than the ones counted. The blocks of 2008 were imposed by others, and paperwork is neither a tariff nor a ban.
# wrong:
#   - value: ["embargo-2011"]
#     say: One is still missing. On the same day another party was hit, by another instrument.
#   - value: ["stamps-2008"]
#     say: That one was imposed on Kosovo, not by it.
#   - value: ["duty-2011", "embargo-2011", "reciprocity-2020"]
#     say: Paperwork is neither a tariff nor a ban.

# %% [markdown]
# ## 2.5 Consensus and dispute settlement
#
# CEFTA's Joint Committee decides by consensus, and its secretariat cannot fine anyone.

# %% [markdown] task="2.5a"
# ### The power to act
# Coleman (1971) asks: of all the ways in which the members may say yes or no, which share lets the proposal pass?
#
# Write `power_to_act(members, needed)`: *members* parties, each says yes or no, and at least *needed* must say yes. It returns a share between 0 and 1.

# %% solution="2.5a"
def power_to_act(members, needed):
    """Share of all yes-no patterns in which a proposal passes."""
    share = ...
    ### BEGIN SOLUTION
    passing = sum(math.comb(members, yes) for yes in range(needed, members + 1))
    share = passing / 2**members
    ### END SOLUTION
    return share

# %% [raw] check="2.5a"
# answer: power_to_act
# kind: function
# calls: [[1, 1], [2, 2], [3, 2], [7, 7], [7, 5], [7, 4], [28, 20]]
# returns: {kind: number, tolerance: 0.00005}
# properties:
#   - {name: between, low: 0, high: 1, over: [[7, 1], [7, 4], [7, 7]]}
#   - {name: decreasing, over: [[7, 4], [7, 5], [7, 6], [7, 7]]}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - The function ends with return and one number, a share.
#   - Start small. Two members have four patterns of yes and no, and under unanimity one of them passes.
#   - "There are 2 to the power of members patterns. Count those with `needed` yes votes, with one more, and so on up to all: math.comb(members, k) each."
# wrong:
#   - value: "lambda members, needed: math.comb(members, needed) / 2**members"
#     say: This counts patterns with exactly as many yes votes as needed. More than needed is fine as well.
#   - value: "lambda members, needed: needed / members"
#     say: This is the quota itself, not the share of patterns that reach it.
#   - value: "lambda members, needed: 1 / 2**members"
#     say: That is unanimity whatever the rule.

# %% [markdown] task="2.5b"
# ### Patience and a fine
# Two members trade year after year. Keeping the rules pays each 3 a year. Who breaks them once gets 5 that year, and afterwards both get 1 for ever *(teaching values)*.
# Now a dispute mechanism takes a fine of 1 from a lone rule-breaker. The payoff after the quarrel stays 1.
#
# Cooperation holds if a member values next year at no less than δ of this year, with $\delta = (T - R)/(T - P)$: T the temptation, R the reward of keeping the rules, P the payoff after the quarrel.
# Assign the critical δ with the fine to `patience`, two decimals.

# %% solution="2.5b"
temptation, reward, punishment, fine = 5, 3, 1, 1
patience = ...
### BEGIN SOLUTION
patience = (temptation - fine - reward) / (temptation - fine - punishment)
### END SOLUTION

# %% [raw] check="2.5b"
# answer: patience
# kind: number
# tolerance: 0.006
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number between zero and one.
#   - It is smaller than without a fine. A mechanism with teeth asks for less patience.
#   - The fine changes one payoff only, what the lone rule-breaker takes home in the year of the breach. Put that in place of T, in both brackets.
# wrong:
#   - value: 0.5
#     say: That is the threshold without a fine.
#   - value: 0.25
#     say: You have changed the numerator only. The temptation stands in both brackets.
#   - value: "2 / 3"

# %% [markdown] task="2.5c"
# ### Veto and ban in one hand
# Two rows of the course's data: `blocked-decisions` in `load("quoted_figures")`, and `ban-2023` in `episodes`. Read both, with their notes. Which sentence do the two rows support?
#
# - a) Serbia held up the decisions because of the ban.
# - b) The party that held up decisions was also the one whose ban others called a breach. A veto and a disputed measure can lie in one hand.
# - c) The decisions were held up by the secretariat, which lacks power.
# - d) CEFTA fined the party that imposed the ban.
#
# Assign the letter to `what_the_rows_say`. Whether the veto was fair is another question: Pristina wanted to speak for itself, and several members did not recognise it.

# %% solution="2.5c"
what_the_rows_say = ...
### BEGIN SOLUTION
what_the_rows_say = "b"
### END SOLUTION

# %% [raw] check="2.5c"
# answer: what_the_rows_say
# kind: choice
# options: [a, b, c, d]
# points: 1
# difficulty: 2
# minutes: 5
# hints:
#   - Assign one letter in quotes.
#   - In `blocked-decisions` read the columns iso3 and quantity. In `ban-2023` read imposer and reason_target.
#   - Compare who withheld consent with who imposed the ban.
# wrong:
#   - value: a
#     say: The row names another party.
#   - value: c
#     say: The secretariat has no vote that it could withhold.
#   - value: d
#     say: CEFTA cannot fine anyone; that is what the reform is about.

# %% [markdown] note="2.5c"
# For a debate: let one half argue that a veto is the only shield of a party without recognition, the other that it makes the club a hostage.

# %% [markdown]
# ## 2.6 Rules of origin
#
# A good crosses the border free of duty if it counts as regional: if foreign inputs make up no more than a ceiling, here 50 percent of its price *(teaching values throughout)*.
# With diagonal cumulation an input from another member of the zone counts as one's own, provided it can prove its origin.

# %% [markdown] task="2.6a"
# ### What counts as foreign?
# Write `foreign_pct(price, inputs, zone)`: the share of foreign inputs in the price, in percent.
#
# `inputs` is a list of `[origin, value, proven]`; `zone` is a list of codes, the home country among them.
# An input is *not* foreign if its origin is in the zone and proven.

# %% solution="2.6a"
def foreign_pct(price, inputs, zone):
    """Foreign inputs in percent of the price."""
    percent = ...
    ### BEGIN SOLUTION
    foreign = sum(value for origin, value, proven in inputs if not (proven and origin in zone))
    percent = 100 * foreign / price
    ### END SOLUTION
    return percent

# %% [raw] check="2.6a"
# answer: foreign_pct
# kind: function
# calls:
#   - [100, [[SRB, 20, true], [MKD, 10, true], [DEU, 45, true]], [SRB]]
#   - [100, [[SRB, 20, true], [MKD, 10, true], [DEU, 45, true]], [SRB, MKD]]
#   - [100, [[SRB, 20, true], [MKD, 10, false], [DEU, 45, true]], [SRB, MKD]]
#   - [80, [[SRB, 20, false], [ALB, 8, true]], [SRB, MKD]]
#   - [50, [], [SRB]]
# returns: {kind: number, tolerance: 0.01}
# properties:
#   - {name: between, low: 0, high: 100, over: [[100, [[DEU, 100, true]], [SRB]], [100, [[SRB, 100, true]], [SRB]]]}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - The function ends with return and one number.
#   - It is a percentage of the price, not of all inputs, and it is never negative.
#   - Go through the inputs and add the value of each that is outside the zone or cannot prove its origin. Both conditions can fail.
# wrong:
#   - value: "lambda price, inputs, zone: 100 * sum(v for o, v, p in inputs if o not in zone) / price"
#     say: An input from the zone that cannot prove its origin is foreign too.
#   - value: "lambda price, inputs, zone: sum(v for o, v, p in inputs if not (p and o in zone)) / price"
#     say: Right as a share. The task asks for percent.
#   - value: "lambda price, inputs, zone: 100 * sum(v for o, v, p in inputs if p and o in zone) / price"
#     say: This is what counts as regional. Look at the other side.

# %% [markdown] task="2.6b"
# ### Which new member flips the answer?
# A machine from Serbia sells at 100. Its inputs are below, and the zone is Serbia alone: too much is foreign, and the duty has to be paid.
# Suppose the zone gains one more country. With which of them does the machine become regional?
#
# Assign a list of codes to `flips`: all countries that do it on their own.

# %% solution="2.6b"
machine = [["DEU", 24, True], ["TUR", 12, True], ["MKD", 10, True], ["BIH", 9, False], ["ALB", 4, True], ["SRB", 20, True]]
flips = ...
### BEGIN SOLUTION
flips = [
    code for code in ("DEU", "TUR", "MKD", "BIH", "ALB") if foreign_pct(100, machine, ["SRB", code]) <= 50
]
### END SOLUTION

# %% [raw] check="2.6b"
# answer: flips
# kind: set
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign a list of codes in quotes.
#   - More than one country does it. The ceiling itself is still allowed.
#   - Add up what is foreign now and see by how much it is over the ceiling. A new member helps only by what it supplies and can prove.
# wrong:
#   - value: ["DEU", "TUR", "MKD", "BIH"]
#     say: One of these cannot prove the origin of its part, so it stays foreign.
#   - value: ["DEU", "TUR"]
#     say: One is missing. Is a share just below the ceiling allowed?
#   - value: ["MKD"]
#     say: That is one, but size is not all that counts. The zone need not be the Balkans.

# %% [markdown]
# ## 2.7 An investment league table
#
# One source offers these four figures as proof that CEFTA brought investment. Look at `concept`, `unit` and the period before you rank them.

# %%
figures = load("quoted_figures")
investment = figures[figures["topic"] == "fdi"]
investment[["iso3", "quantity", "concept", "value", "unit", "period_from", "period_to", "said_by", "note"]]

# %% [markdown] task="2.7a"
# ### Which may be divided?
# A *flow* is what comes in during a time; a *stock* is what is there at its end; an average is divided already.
# Which of the four figures may be divided by its number of years, so that a yearly flow comes out, without further enquiry?
#
# Assign a list of country codes to `divisible`.

# %% solution="2.7a"
divisible = ...
### BEGIN SOLUTION
divisible = investment.loc[investment["concept"] == "flow total", "iso3"].tolist()
### END SOLUTION

# %% [raw] check="2.7a"
# answer: divisible
# kind: set
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign a list of country codes in quotes, even if it is short.
#   - Only a sum of yearly flows may be divided by its years. Read the column concept row by row.
#   - Strike out what is a stock, what is an average already, and what the note calls doubtful.
# wrong:
#   - value: ["SRB", "BIH"]
#     say: The note on one of them says that it may be a stock. That needs an enquiry first.
#   - value: ["SRB", "MKD"]
#     say: One of them is what had piled up by the end of a year, not what came in during it.
#   - value: ["SRB", "BIH", "MKD", "ALB"]
#     say: These are four different concepts.

# %% [markdown] task="2.7b"
# ### Per year and per head
# Serbia's 42 and Albania's 1.19 look far apart. Turn both into euros per year and inhabitant.
#
# Serbia's sum covers the calendar years 2007 to 2021, both included. Albania's figure is a yearly average in US dollars; take 1.14 dollars for one euro *(teaching value)*.
# Take the population of 2022 from `load("economies")`. Assign a table with the columns `iso3` and `eur_per_head`, or a dictionary, to `per_head`; whole euros are enough.

# %% solution="2.7b"
per_head = ...
### BEGIN SOLUTION
economies = load("economies")
people = economies[economies["year"] == 2022].set_index("iso3")["population"]
per_head = {"SRB": 42e9 / 15 / people["SRB"], "ALB": 1.19e9 / 1.14 / people["ALB"]}
### END SOLUTION

# %% [raw] check="2.7b"
# answer: per_head
# kind: table
# key: iso3
# columns: {eur_per_head: {tolerance: 1}}
# points: 3
# difficulty: 2
# minutes: 15
# hints:
#   - Assign a dictionary or a table with two rows, SRB and ALB, and a number for each.
#   - Both are some hundreds of euros. From 2007 to 2021, both included, there are more than fourteen years. A billion has nine zeros.
#   - "Serbia: billions, divided by years, divided by people. Albania: an average is per year already, so divide by people and turn dollars into euros; a euro is worth more than a dollar."
# wrong:
#   - value: "{'SRB': per_head['SRB'] * 15, 'ALB': per_head['ALB']}"
#     say: Serbia's figure is still the sum of all years.
#   - value: "{'SRB': per_head['SRB'] * 15 / 14, 'ALB': per_head['ALB']}"
#     say: Count the years again, both ends included.
#   - value: "{'SRB': per_head['SRB'], 'ALB': per_head['ALB'] * 1.14}"
#     say: Albania's figure is still in dollars.
#   - value: "{'SRB': per_head['SRB'], 'ALB': per_head['ALB'] * 1.14**2}"
#     say: A euro is worth more than a dollar, so the sum in euros is smaller.

# %% [markdown] note="2.7b"
# With the population of an older list (2.78 million) Albania falls behind; after its census of 2023 it is level. The rank rests on the denominator.

# %% [markdown] task="2.7c"
# ### What would count as proof?
# Investment rose in CEFTA countries after 2007. Which comparison comes closest to showing what CEFTA itself did?
#
# - a) Investment in the members, before and after 2007.
# - b) Members and non-members, after 2007.
# - c) The change in members, less the change in similar countries that did not join, over the same years.
# - d) The member with the highest investment and the one with the lowest.
#
# Assign the letter to `best_comparison`.

# %% solution="2.7c"
best_comparison = ...
### BEGIN SOLUTION
best_comparison = "c"
### END SOLUTION

# %% [raw] check="2.7c"
# answer: best_comparison
# kind: choice
# options: [a, b, c, d]
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one letter in quotes.
#   - Much else happened in those years, such as EU association, privatisation and a world crisis. Which comparison lets such things cancel out?
#   - You need two differences at once, one over time and one between groups.
# wrong:
#   - value: a
#     say: Whatever else changed in those years is mixed in.
#   - value: b
#     say: The groups may have differed before.
#   - value: d
#     say: Both are members, so CEFTA cannot explain the gap.

# %% [markdown]
# ## 2.8 Surplus, dependence and shares
#
# Trade in goods again, now for Serbia: who sells what to whom, in thousand US dollars. The table covers 45 partners, nearly all of Serbia's trade, and not Kosovo.

# %%
trade = load("trade")
trade[(trade["exporter"] == "SRB") & (trade["year"] == 2019)].nlargest(5, "value_kusd")

# %% [markdown] task="2.8a"
# ### Value and share
# How much did Serbia sell to the five other CEFTA members in the table (ALB, BIH, MDA, MKD, MNE) in 2008 and in 2019, and which share of its exports to all 45 partners was that?
#
# Assign a table `to_cefta` with the columns `year` (2008 and 2019), `value_musd` (million dollars) and `share_pct` (percent, one decimal).

# %% solution="2.8a"
neighbours = ["ALB", "BIH", "MDA", "MKD", "MNE"]
to_cefta = ...
### BEGIN SOLUTION
sales = trade[(trade["exporter"] == "SRB") & trade["year"].isin([2008, 2019])]
total = sales.groupby("year")["value_kusd"].sum()
close = sales[sales["importer"].isin(neighbours)].groupby("year")["value_kusd"].sum()
to_cefta = pd.DataFrame({"value_musd": close / 1000, "share_pct": 100 * close / total}).reset_index()
### END SOLUTION

# %% [raw] check="2.8a"
# answer: to_cefta
# kind: table
# key: year
# columns: {value_musd: {tolerance: 1}, share_pct: {tolerance: 0.051}}
# points: 3
# difficulty: 3
# minutes: 15
# hints:
#   - Assign a table with three columns (year, value_musd, share_pct) and two rows.
#   - The values are a few thousand millions and almost alike; the shares are percentages below fifty. A thousand thousands are a million.
#   - Filter Serbia as the exporter, group by year and add up, once for the five and once for all. The share is one divided by the other.
# wrong:
#   - value: "to_cefta.assign(value_musd=to_cefta['value_musd'] * 1000)"
#     say: The values are in thousands still.
#   - value: "to_cefta.assign(share_pct=to_cefta['share_pct'] / 100)"
#     say: The share is wanted in percent.
#   - value: "(lambda b: pd.DataFrame({'value_musd': b[b['exporter'].isin(neighbours)].groupby('year')['value_kusd'].sum() / 1000, 'share_pct': 100 * b[b['exporter'].isin(neighbours)].groupby('year')['value_kusd'].sum() / b.groupby('year')['value_kusd'].sum()}).reset_index())(trade[(trade['importer'] == 'SRB') & trade['year'].isin([2008, 2019])])"
#     say: These are Serbia's imports. The column exporter names the seller.

# %% [markdown] note="2.8a"
# The value hardly moved while the share fell by more than a third: Serbia's sales elsewhere grew. Neither number alone tells the story.

# %% [markdown] task="2.8b"
# ### How concentrated?
# Hirschman measured dependence by the concentration of a country's trade on few partners: the sum of squared shares, from near 0 (many equal partners) to 1 (a single one).
#
# In 2023 the EU took 63.2 percent of Serbia's exports and CEFTA 15.4 percent. Treat each bloc as one partner. What is the least that the index can be, however the rest is spread?
# Assign it to `least_concentration`, three decimals.

# %% solution="2.8b"
least_concentration = ...
### BEGIN SOLUTION
least_concentration = 0.632**2 + 0.154**2
### END SOLUTION

# %% [raw] check="2.8b"
# answer: least_concentration
# kind: number
# tolerance: 0.0006
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number between zero and one.
#   - Shares are fractions of one here, not percentages, and there is no root.
#   - The rest adds least if it is spread over very many very small partners. Then its squares add up to almost nothing.
# wrong:
#   - value: "math.sqrt(0.632**2 + 0.154**2)"
#     say: That is Hirschman's own index, the root of the sum. The task asks for the sum itself.
#   - value: "0.632**2 + 0.154**2 + 0.214**2"
#     say: That puts the whole rest into a single partner, which is the most it can be and not the least.
#   - value: "63.2**2 + 15.4**2"
#     say: Shares are fractions of one here.

# %% [markdown] task="2.8c"
# ### One label, two bases
# An article prints 54 percent as the EU's share of Serbia's total trade in 2022. The statistical office has 58.7 percent ([antic-016](../book/ledger.md#antic-016)).
# Read the five rows of `figures` whose topic is `eu_share` and whose quantity is a share of total trade, with their notes. What is the most likely explanation?
#
# - a) The statistical office counts the United Kingdom as a member.
# - b) The article gives a share of imports under the label of total trade.
# - c) The share fell by more than four points within the year.
# - d) The article counts services as well.
#
# Assign the letter to `likely_slip`.

# %% solution="2.8c"
likely_slip = ...
### BEGIN SOLUTION
likely_slip = "b"
### END SOLUTION

# %% [raw] check="2.8c"
# answer: likely_slip
# kind: choice
# options: [a, b, c, d]
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one letter in quotes.
#   - The years are the same and both speak of goods. What else can a share be a share of?
#   - Read the note of the claimed row. A share has a numerator and a base.
# wrong:
#   - value: a
#     say: Its note says the opposite.
#   - value: c
#     say: Both figures are for the whole year.
#   - value: d
#     say: Nothing in the rows points to services.

# %% [markdown]
# ## 2.9 Comparative advantage and value chains

# %% [markdown] task="2.9a"
# ### Revealed comparative advantage
# Balassa (1965): a country has a revealed comparative advantage in a good if the good weighs more in its exports than in the world's. The index is one weight divided by the other.
#
# Write `rca(home_good, home_total, world_good, world_total)`.

# %% solution="2.9a"
def rca(home_good, home_total, world_good, world_total):
    """Revealed comparative advantage; above 1 means an advantage."""
    index = ...
    ### BEGIN SOLUTION
    index = (home_good / home_total) / (world_good / world_total)
    ### END SOLUTION
    return index

# %% [raw] check="2.9a"
# answer: rca
# kind: function
# calls: [[120, 1000, 900, 15000], [40, 1000, 1200, 15000], [5, 50, 10, 100], [9, 300, 70, 900]]
# returns: {kind: number, tolerance: 0.001}
# properties:
#   - {name: increasing, over: [[10, 1000, 900, 15000], [20, 1000, 900, 15000], [30, 1000, 900, 15000]]}
#   - {name: constant, over: [[10, 1000, 900, 15000], [20, 2000, 1800, 30000]]}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - The function ends with return and one number.
#   - If a good weighs the same at home and in the world, the index is one. It is a ratio of two ratios.
#   - First the weight of the good in the country's exports, then its weight in the world's, then one divided by the other.
# wrong:
#   - value: "lambda a, b, c, d: (c / d) / (a / b)"
#     say: This is upside down. An advantage should be above one.
#   - value: "lambda a, b, c, d: a / b - c / d"
#     say: This is the difference of the two weights. The index is their ratio.
#   - value: "lambda a, b, c, d: a / c"
#     say: This is the share in the world market. It ignores how large the country is.

# %% [markdown] task="2.9b"
# ### What exports contain
# Two industries need each other's goods, and imports *(teaching values)*. Column *j* of `A` says what industry *j* takes from each industry for one unit of output;
# `m` says what it imports for it; `e` are the exports. Production must cover exports and all that goes into them: $x = (I - A)^{-1} e$.
#
# Which share of the value of exports is imported, directly or through suppliers? Assign it to `import_content`, three decimals, as a fraction.

# %% solution="2.9b"
A = np.array([[0.2, 0.1], [0.1, 0.3]])
m = np.array([0.15, 0.25])
e = np.array([30, 70])
import_content = ...
### BEGIN SOLUTION
output = np.linalg.solve(np.eye(2) - A, e)
import_content = m @ output / e.sum()
### END SOLUTION

# %% [raw] check="2.9b"
# answer: import_content
# kind: number
# tolerance: 0.0011
# points: 3
# difficulty: 3
# minutes: 15
# hints:
#   - Assign one number, a fraction of one.
#   - It is larger than the direct import share, the weighted mean of m, because suppliers import too.
#   - "First output: np.linalg.solve(np.eye(2) - A, e). Then each industry's imports are m times its output. Divide their sum by the sum of exports."
# wrong:
#   - value: "float(m @ e / e.sum())"
#     say: These are direct imports only. Suppliers import too.
#   - value: "float(m @ output / output.sum())"
#     say: You divided by all output. The share of exports is wanted.
#   - value: "float(m @ (np.eye(2) + A) @ e / e.sum())"
#     say: This goes back one step, to the first suppliers. Their suppliers import as well.

# %% [markdown]
# ## 2.10 Who may sign with whom
#
# `recognition` says who recognises Kosovo. Two parties can put their names under one text if they recognise each other, or if a clause takes the place of recognition.

# %%
recognition = load("recognition")
recognition[["from_iso3", "to_iso3", "recognises", "since"]]

# %% [markdown] task="2.10a"
# ### The blocked pairs
# CEFTA has seven parties: ALB, BIH, MDA, MKD, MNE, SRB, XKX. Without any clause, which pairs among them cannot sign because one does not recognise the other?
#
# Assign a list of pairs to `blocked`, for example `[("AAA", "BBB"), ("AAA", "CCC")]`. The order within a pair does not count.

# %% solution="2.10a"
parties = ["ALB", "BIH", "MDA", "MKD", "MNE", "SRB", "XKX"]
blocked = ...
### BEGIN SOLUTION
refusing = recognition[recognition["from_iso3"].isin(parties) & ~recognition["recognises"]]
blocked = list(zip(refusing["from_iso3"], refusing["to_iso3"], strict=True))
### END SOLUTION

# %% [raw] check="2.10a"
# answer: blocked
# kind: set
# items: pair
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign a list of pairs, each of two codes in quotes.
#   - Only the seven parties count. The table also has EU members.
#   - Filter the rows whose from_iso3 is a party and whose recognises is False.
# wrong:
#   - value: [["SRB", "XKX"]]
#     say: There are more. Go through the table row by row.
#   - value: [["SRB", "XKX"], ["BIH", "XKX"], ["MDA", "XKX"], ["ROU", "XKX"], ["SVK", "XKX"]]
#     say: Two of these have an EU member in them, which is no party to CEFTA today.
#   - value: [["SRB", "ALB"], ["SRB", "MKD"], ["SRB", "MNE"]]
#     say: These recognise each other; they differ about a third.

# %% [markdown] task="2.10b"
# ### Three tables
# Compare three tables without any clause: CEFTA with its seven parties, the six of the Western Balkans (CEFTA without MDA), and Open Balkan (ALB, MKD, SRB) with Kosovo added.
# At each, which share of all pairs can sign?
#
# Assign a dictionary `workable` with the keys `"CEFTA"`, `"Western Balkans"`, `"Open Balkan and Kosovo"` and the share in percent, one decimal.
# Then ask: one text for all needs *every* pair. Does a high share help?

# %% solution="2.10b"
workable = {"CEFTA": ..., "Western Balkans": ..., "Open Balkan and Kosovo": ...}
### BEGIN SOLUTION
def share(members):
    pairs = len(members) * (len(members) - 1) / 2
    unable = sum(a in members and b in members for a, b in blocked)
    return 100 * (pairs - unable) / pairs


workable = {
    "CEFTA": share(parties),
    "Western Balkans": share([p for p in parties if p != "MDA"]),
    "Open Balkan and Kosovo": share(["ALB", "MKD", "SRB", "XKX"]),
}
### END SOLUTION

# %% [raw] check="2.10b"
# answer: workable
# kind: table
# key: table
# columns: {share_pct: {tolerance: 0.051}}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Fill all three places of the dictionary with a number and keep the keys as they are.
#   - The shares are in percent and all well above fifty. Your function bilateral_deals counts pairs.
#   - At each table count all pairs, take away the blocked ones whose two ends sit there, and divide.
# wrong:
#   - value: "{name: value / 100 for name, value in workable.items()}"
#     say: These are shares; the task asks for percent.
#   - value: "{name: 100 - value for name, value in workable.items()}"
#     say: These are the blocked pairs.
#   - value: "{**workable, 'Western Balkans': 80.0}"
#     say: At the second table one of the blocked pairs has no seat. Which?

# %% [markdown] note="2.10b"
# UNMIK signed for Kosovo from 26 July 2007 to 9 October 2024; since then Kosovo speaks for itself under a footnote. Discuss what each side gave.

# %% [markdown]
# ## Done?
#
# Run all cells once from the top: in the menu *Run*, *Run All Cells*. Every check that says `ok` then is one that holds.
# Three questions that no check can settle are worth a conversation: which date makes a member, what a single estimate is worth, and when a veto is fair.
