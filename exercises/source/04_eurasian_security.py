# ---
# balkanlab: {chapter: "04", title: "Eurasian security: exercises"}
# jupyter: {kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}}
# ---

# %% [markdown]
# # Eurasian security: exercises
#
# These tasks go with the chapter [Eurasian security: a tent for everybody](../notebooks/04_eurasian_security.ipynb), one group for each of its seven systems.
# Each group climbs from easy to hard; you may take the groups in any order. The last task asks you to argue both sides.
#
# **How it works.** Under each task is a cell for your answer. Replace the three dots, run the cell, then run the check below it.
# A check says `ok`, or `not yet` with a hint. The next failed attempt brings a stronger hint, three in all. No check shows the answer.
#
# Where a task asks for a rounded number, the unrounded one is right too.
#
# **What is real.** Tables come from the course's data; `from balkanlab import card` and `card("gas")` show where one is from and what it cannot tell.
# Numbers called *teaching values* are invented for practice.
#
# Kosovo: the name is used without taking a position on status. It is in line with UN Security Council Resolution 1244 (1999)
# and the opinion of the International Court of Justice of 2010 on Kosovo's declaration of independence. Its code here is XKX.

# %% setup=true
import math

import pandas as pd

from balkanlab import load
from balkanlab.exercises import Checks
from balkanlab.models import cascade, energy, indivisible, institutions

check = Checks("04_eurasian_security")

# %% [markdown]
# ## 4.1 The concept: principles, sign and content
#
# `principles` has one row per document and principle. `how` says whether the document states it, takes it over by reference to another text, or whether it was not seen.

# %%
principles = load("principles")
principles[["document", "year", "principle", "how"]]

# %% [markdown] task="4.1a"
# ### From one speech to the next
# The first speech was held on 29 February 2024, the second on 14 June 2024. How many days lie between them?
#
# Assign a whole number to `days`.

# %% solution="4.1a"
days = ...
### BEGIN SOLUTION
days = (pd.Timestamp("2024-06-14") - pd.Timestamp("2024-02-29")).days
### END SOLUTION

# %% [raw] check="4.1a"
# answer: days
# kind: number
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one whole number. The difference of two timestamps has an attribute days.
#   - It is a little more than a hundred.
#   - Take the later date less the earlier one. The first day is not counted, the last one is.
# wrong:
#   - value: 107
#     say: You counted both ends. Between them lies one day less.
#   - value: 90
#     say: Three months are a rounding; count the days of the calendar.
#   - value: -106

# %% [markdown] note="4.1a"
# "Three months later" in the article is a fair rounding of 106 days. Ask when a rounding becomes an error.

# %% [markdown] task="4.1b"
# ### How alike are two sets?
# Write `overlap(a, b)`: what two lists of principles share, divided by all that either has (Jaccard's index, between 0 and 1).
# A principle that stands twice in a list counts once.

# %% solution="4.1b"
def overlap(a, b):
    """Shared over all, 0 to 1."""
    ### BEGIN SOLUTION
    return len(set(a) & set(b)) / len(set(a) | set(b))
    ### END SOLUTION

# %% [raw] check="4.1b"
# answer: overlap
# kind: function
# calls: [[[1, 2, 3], [2, 3, 4]], [[1], [1]], [[1], [2]], [[1, 2, 3, 4], [4]], [[1, 1, 2], [2, 2, 3]]]
# returns: {kind: number, tolerance: 0.0005}
# properties:
#   - {name: between, low: 0, high: 1, over: [[[1, 2], [2, 3]], [[5], [5, 6]]]}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - The function ends with return and one number.
#   - Two equal lists give one, two lists with nothing in common give zero.
#   - "Turn both lists into sets: & gives what they share, | gives all that either has. len counts."
# wrong:
#   - value: "lambda a, b: len(set(a) & set(b)) / len(set(a))"
#     say: This is the share of the first that the second has. It changes if you exchange the two.
#   - value: "lambda a, b: len(set(a) & set(b)) / (len(a) + len(b))"
#     say: What both have is counted twice below the line, and so are doubles.
#   - value: "lambda a, b: len(set(a) & set(b))"

# %% [markdown] task="4.1c"
# ### Which text is nearest?
# Compare the joint vision of 2024 with each of the other five documents. Count both what a text states and what it takes over by reference.
#
# Assign a dictionary `nearness`: document → Jaccard's index, two decimals. The names are those of the table.

# %% solution="4.1c"
nearness = {"North Atlantic Treaty": ..., "Helsinki Final Act": ..., "Charter of Paris": ..., "Istanbul Charter": ..., "Speech of June 2024": ...}
### BEGIN SOLUTION
seen = principles[principles["how"] != "not seen"]
sets = seen.groupby("document")["principle"].agg(set)
nearness = {name: overlap(sets["Joint vision"], sets[name]) for name in sets.index if name != "Joint vision"}
### END SOLUTION

# %% [raw] check="4.1c"
# answer: nearness
# kind: table
# key: document
# columns: {jaccard: {tolerance: 0.006}}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Fill all five places of the dictionary with a number between 0 and 1 and keep the keys as they are.
#   - Four of the five are above one half. If all are small, you may have left out what is taken over by reference.
#   - Keep the rows whose `how` is not "not seen", group them by document, and collect the principles of each in a set. Then use your overlap.
# wrong:
#   - value: "{name: overlap(principles[(principles['how'] == 'stated') & (principles['document'] == 'Joint vision')]['principle'], principles[(principles['how'] == 'stated') & (principles['document'] == name)]['principle']) for name in nearness}"
#     say: You counted only what the texts state in their own words. Take references in.
#   - value: "{name: value * 100 for name, value in nearness.items()}"
#     say: These are percentages; the task asks for the index between 0 and 1.
#   - value: "{name: 1 - value for name, value in nearness.items()}"
#     say: This is the distance, not the likeness.

# %% [markdown] note="4.1c"
# Discuss why the speech is far from everything: it was read in summaries and refers to no other text. A coding can only find what the coder could read.

# %% [markdown] task="4.1d"
# ### Where does a text end?
# On the page of the Valdai article, 38 of 2,398 words begin with *Eurasia*. Three teasers of other articles stand between its paragraphs.
# Without them it is 33 of 2,144.
#
# Assign a dictionary `rates` with the two rates per thousand words, one decimal.

# %% solution="4.1d"
rates = {"whole page": ..., "article alone": ...}
### BEGIN SOLUTION
rates = {"whole page": 1000 * 38 / 2398, "article alone": 1000 * 33 / 2144}
### END SOLUTION

# %% [raw] check="4.1d"
# answer: rates
# kind: table
# key: cut
# columns: {per_thousand: {tolerance: 0.06}}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Fill both places of the dictionary with a number and keep its two keys as they are.
#   - Both rates lie between fifteen and sixteen.
#   - Divide the count by the number of words, and multiply by a thousand.
# wrong:
#   - value: '{"whole page": 100 * 38 / 2398, "article alone": 100 * 33 / 2144}'
#     say: These are percentages, so per hundred words.
#   - value: '{"whole page": 1000 * 33 / 2144, "article alone": 1000 * 38 / 2398}'
#     say: You have exchanged the two.
#   - value: '{"whole page": 1000 * 38 / 2398, "article alone": 1000 * 33 / 2398}'

# %% [markdown]
# ## 4.2 Indivisible security
#
# Security of each of two sides is its own arms less what it feels of the other's: S = a − β·b, with the threat β of at least 0.

# %% [markdown] task="4.2a"
# ### Security as a formula
# Write `security(own, other, threat)`.

# %% solution="4.2a"
def security(own, other, threat):
    """Own arms less the felt part of the other's arms."""
    ### BEGIN SOLUTION
    return own - threat * other
    ### END SOLUTION

# %% [raw] check="4.2a"
# answer: security
# kind: function
# calls: [[5, 5, 0.4], [5, 7, 0.4], [0, 3, 1], [4, 0, 2], [2, 8, 0.25]]
# returns: {kind: number, tolerance: 0.0005}
# properties:
#   - {name: decreasing, over: [[5, 1, 0.5], [5, 2, 0.5], [5, 3, 0.5]]}
#   - {name: increasing, over: [[1, 5, 0.5], [2, 5, 0.5], [3, 5, 0.5]]}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - The function ends with return and one number, which may be negative.
#   - It grows with your own arms and falls with the other's.
#   - Multiply the other's arms by the threat and take the product away from your own.
# wrong:
#   - value: "lambda own, other, threat: (1 - threat) * (own + other)"
#     say: This is the sum for both sides, not the security of one.
#   - value: "lambda own, other, threat: threat * own - other"
#     say: The threat belongs to the arms that you feel, not to your own.
#   - value: "lambda own, other, threat: own - other"

# %% [markdown] task="4.2b"
# ### The smallest answer that passes
# With β = 0.4 the first side raises its arms by 3. The strict rule says that nobody may be less safe afterwards.
# By how much must the second side raise at least, so that the joint move passes?
#
# Assign a number to `least_rise`.

# %% solution="4.2b"
least_rise = ...
### BEGIN SOLUTION
least_rise = 0.4 * 3
### END SOLUTION

# %% [raw] check="4.2b"
# answer: least_rise
# kind: number
# tolerance: 0.006
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one positive number.
#   - It is smaller than 3, because the second feels only a part of the first side's rise.
#   - The second loses β times 3 by the first side's rise, and wins its own rise. Set the sum to zero. Check that the first is no worse off either.
# wrong:
#   - value: 3
#     say: Equal rises pass, but a smaller answer passes as well.
#   - value: 7.5
#     say: This is the largest rise that passes. Beyond it the first would lose.
#   - value: 0

# %% [markdown] note="4.2b"
# The allowed answers run from 1.2 to 7.5. At β = 1 both ends meet at 3; above 1 no joint rise passes, and the rule orders cuts. This is the cone of the explorer.

# %% [markdown]
# Now the case with three choices (*teaching values*): Belgrade's forces, Pristina's force, KFOR. `indivisible.margins(outcome, threat)` gives how safe Belgrade and Pristina are; both are safe if neither number is below zero.

# %%
outcomes = indivisible.solve(indivisible.CHOICES, [])
print(len(outcomes), "outcomes, for instance", outcomes[0])
print(indivisible.margins(outcomes[0], 1.0))

# %% [markdown] task="4.2c"
# ### When can foreign troops leave?
# Take the seven threats from none to 1.5, in steps of one quarter. What is the highest at which there is an outcome with KFOR gone (`"kfor"` is `"leave"`) and both sides safe?
#
# Assign the threat to `highest`.

# %% solution="4.2c"
threats = [step / 4 for step in range(7)]
highest = ...
### BEGIN SOLUTION
highest = max(
    threat
    for threat in threats
    if any(o["kfor"] == "leave" and min(indivisible.margins(o, threat)) >= 0 for o in outcomes)
)
### END SOLUTION

# %% [raw] check="4.2c"
# answer: highest
# kind: number
# tolerance: 0.001
# points: 2
# difficulty: 3
# minutes: 15
# hints:
#   - Assign one of the seven threats.
#   - It is above zero and below one.
#   - For each threat, go through the outcomes with KFOR gone and look at the smaller of the two margins. One outcome with no negative margin is enough.
# wrong:
#   - value: 1.5
#     say: You may have looked at outcomes in which KFOR stays, or at only one of the two sides.
#   - value: 0
#     say: Some fear is compatible with departure. Try the next threats.
#   - value: 0.75

# %% [markdown] task="4.2d"
# ### One paragraph, two promises
# The Istanbul charter of 1999 says in one paragraph that states are free to choose their alliances, and that they will not strengthen their security at the expense of others. What follows from the text alone?
#
# - a) An alliance may not take in a state if a neighbour objects.
# - b) A state may join whatever alliance it likes, and neighbours have no say of any kind.
# - c) Both promises bind, and the text does not say which one yields when they meet.
# - d) The second promise was meant for great powers only.
#
# Assign the letter, in quotes, to `istanbul`.

# %% solution="4.2d"
istanbul = ...
### BEGIN SOLUTION
istanbul = "c"
### END SOLUTION

# %% [raw] check="4.2d"
# answer: istanbul
# kind: choice
# options: [a, b, c, d]
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one letter in quotes.
#   - Two of the answers quote one half of the paragraph and forget the other.
#   - Ask what the paragraph says about a case in which a free choice makes a neighbour less safe.
# wrong:
#   - value: a
#     say: That is one half of the paragraph, read as a veto. The other half stands beside it.
#   - value: b
#     say: That is one half of the paragraph. The other half limits it.
#   - value: d
#     say: The text makes no such difference.

# %% [markdown]
# ## 4.3 Towers and tents

# %%
codes = load("institution_codes")
codes

# %% [markdown] task="4.3a"
# ### Can you have both?
# Compute Pearson's correlation of obligation and flexibility over the five institutions (*teaching values*).
#
# Assign it to `trade_off`, two decimals.

# %% solution="4.3a"
trade_off = ...
### BEGIN SOLUTION
trade_off = codes["obligation"].corr(codes["flexibility"])
### END SOLUTION

# %% [raw] check="4.3a"
# answer: trade_off
# kind: number
# tolerance: 0.006
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one number between minus one and one.
#   - It is negative and close to its limit.
#   - A column has the method corr, which takes another column.
# wrong:
#   - value: "codes['obligation'].corr(codes['centralisation'])"
#     say: This is the correlation with centralisation.
#   - value: "abs(trade_off)"
#     say: The sign is the point of the task.
#   - value: "codes['obligation'].corr(codes['flexibility']) ** 2"

# %% [markdown] note="4.3a"
# Five cases and codes by one coder: let students change one code by one step and watch the number.

# %% [markdown] task="4.3b"
# ### How many come?
# Ten states. At depth *d* of obligation, 10·(1 − e·d) of them sign, and never fewer than none; *e* is the entry cost. Of those who signed, a share of d/c comes in a crisis, at most all; *c* is the crisis cost.
#
# Write `come(depth, entry_cost, crisis_cost)`: the number that comes.

# %% solution="4.3b"
def come(depth, entry_cost, crisis_cost):
    """States that have signed and keep their promise."""
    ### BEGIN SOLUTION
    signed = 10 * max(0, 1 - entry_cost * depth)
    return signed * min(1, depth / crisis_cost)
    ### END SOLUTION

# %% [raw] check="4.3b"
# answer: come
# kind: function
# calls: [[0, 1, 0.6], [0.5, 1, 0.6], [0.8, 1, 0.6], [1, 1.4, 0.5], [0.3, 0.2, 0.2], [1, 1, 1]]
# returns: {kind: number, tolerance: 0.0005}
# properties:
#   - {name: between, low: 0, high: 10, over: [[0, 1, 1], [0.2, 1, 0.1], [1, 3, 0.1]]}
#   - {name: decreasing, over: [[0.6, 1, 0.5], [0.7, 1, 0.5], [0.8, 1, 0.5]]}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - The function ends with return and one number between 0 and 10.
#   - A depth of zero brings nobody. A very high entry cost brings nobody either, and never a negative number.
#   - Multiply the number that signs by the share that comes. max(0, …) keeps the first from falling below none, min(1, …) keeps the second from exceeding all.
# wrong:
#   - value: "lambda depth, entry_cost, crisis_cost: 10 * (1 - entry_cost * depth)"
#     say: This is who signs. Not all of them come.
#   - value: "lambda depth, entry_cost, crisis_cost: 10 * max(0, 1 - entry_cost * depth) * depth / crisis_cost"
#     say: More than all who have signed cannot come. Limit the share.
#   - value: "lambda depth, entry_cost, crisis_cost: 10 * (1 - entry_cost * depth) * min(1, depth / crisis_cost)"
#     say: With a high entry cost this turns negative.

# %% [markdown] task="4.3c"
# ### The missing middle
# At which depth do most members come? Find it for two clubs: one with entry cost 0.8 and crisis cost 0.5, one with entry cost 1.4 and crisis cost 0.6.
#
# Assign the two depths, two decimals, to the list `best_depths`, in this order. You may search a fine grid with your function, or use the formula of the chapter.

# %% solution="4.3c"
best_depths = [..., ...]
### BEGIN SOLUTION
best_depths = [min(0.5, 1 / (2 * 0.8)), min(0.6, 1 / (2 * 1.4))]
### END SOLUTION

# %% [raw] check="4.3c"
# answer: best_depths
# kind: list
# items: number
# tolerance: 0.006
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign a list of two numbers between 0 and 1.
#   - The first is where the promise becomes strong enough for all who signed; the second lies below one half.
#   - The peak is at the smaller of the crisis cost and one over twice the entry cost.
# wrong:
#   - value: "[1 / (2 * 0.8), 1 / (2 * 1.4)]"
#     say: In one of the clubs everybody who signed comes already at a smaller depth. Going deeper only drives members away.
#   - value: "[0.5, 0.6]"
#     say: That is where all who signed come. In one of the clubs too many have left by then.
#   - value: "[1, 1]"

# %% [markdown] task="4.3d"
# ### A middle layer
# An armed attack asks for an obligation of 4 and a centralisation of 3. The share of a need that is covered is 100·(1 − shortfall / need), where shortfalls add up and surpluses do not count.
# The Eurasian platform has 0 and 0. Each step of middle layer adds one to both and takes one from its flexibility of 4.
#
# What is the smallest number of steps that covers at least half of the need, and how much flexibility is then left? Assign the pair to the list `middle`.

# %% solution="4.3d"
middle = [..., ...]
### BEGIN SOLUTION
need = {"obligation": 4, "centralisation": 3}
platform = {"obligation": 0, "centralisation": 0, "flexibility": 4}
steps = min(k for k in range(5) if institutions.fit_pct(institutions.middle_layer(platform, k), need) >= 50)
middle = [steps, 4 - steps]
### END SOLUTION

# %% [raw] check="4.3d"
# answer: middle
# kind: list
# items: number
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign a list with one whole number for each question.
#   - They add up to four.
#   - "The need is 4 + 3. After k steps the shortfalls are 4 − k and 3 − k. Find the smallest k at which their sum is at most half of the need."
# wrong:
#   - value: [4, 0]
#     say: Four steps cover the whole need; half of it is reached earlier.
#   - value: [1, 3]
#     say: After one step more than half of the need is still short.
#   - value: [3, 1]

# %% [markdown]
# ## 4.4 The audience
#
# Everybody has a threshold: how many others must have joined before I do.

# %% [markdown] task="4.4a"
# ### Run a cascade
# Write `final(thresholds)`: how many join in the end. Start with nobody; in each round all join whose threshold is at most the number of those already in; stop when nothing changes.

# %% solution="4.4a"
def final(thresholds):
    """Number of actors that join in the end."""
    joined = ...
    ### BEGIN SOLUTION
    joined = 0
    while True:
        now = sum(wanted <= joined for wanted in thresholds)
        if now == joined:
            break
        joined = now
    ### END SOLUTION
    return joined

# %% [raw] check="4.4a"
# answer: final
# kind: function
# calls: [[[0, 0, 3, 4, 5, 6, 7, 8]], [[0, 1, 2, 3]], [[1, 1, 1]], [[0, 2, 2, 1]], [[0, 0, 2, 3, 4, 5, 6, 7]], [[5, 4, 3, 2, 1, 0]]]
# returns: {kind: number}
# properties:
#   - {name: non_negative, over: [[[9, 9]], [[0]]]}
# points: 2
# difficulty: 2
# minutes: 15
# hints:
#   - The function returns one whole number.
#   - If everybody waits for one other, nobody ever comes. The order of the list does not matter.
#   - Use while. Count the thresholds that are at most joined. If the count equals joined, you are done; otherwise joined becomes the count.
# wrong:
#   - value: "lambda thresholds: sum(t == 0 for t in thresholds)"
#     say: These are the ones who need nobody. Others may follow them.
#   - value: "lambda thresholds: sum(t < len(thresholds) for t in thresholds)"
#     say: This counts who would come if all others were in. They are not in yet.
#   - value: "lambda thresholds: sum(t <= sum(s == 0 for s in thresholds) for t in thresholds)"
#     say: You stopped after one round.

# %% [markdown] task="4.4b"
# ### One step changes everything
# The thresholds 0, 0, 3, 4, 5, 6, 7, 8 end with a small audience (*teaching values*). Two changes are on offer: lower the third threshold by one; or lower all but the two zeros by one.
#
# Assign the list of the three final audiences to `audiences`: unchanged, first change, second change.

# %% solution="4.4b"
audiences = [..., ..., ...]
### BEGIN SOLUTION
audiences = [final([0, 0, 3, 4, 5, 6, 7, 8]), final([0, 0, 2, 4, 5, 6, 7, 8]), final([0, 0, 2, 3, 4, 5, 6, 7])]
### END SOLUTION

# %% [raw] check="4.4b"
# answer: audiences
# kind: list
# items: number
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign a list with one whole number for each case.
#   - They rise, and the last step is much larger than the first.
#   - Write down the list of thresholds for each case, and call final on it.
# wrong:
#   - value: [2, 3, 7]
#     say: In the last case the actor who wants seven others finds them.
#   - value: [2, 8, 8]
#     say: After the first change one more comes, and then the next still waits.
#   - value: [2, 3, 3]

# %% [markdown]
# The course's codes give each actor's attitude to the initiative, from 2 (keen) to −2. `cascade.thresholds` turns coolness into thresholds, and `pull` is the offer that lowers them.

# %%
positions = load("positions")
room = ["RUS", "BLR", "BIH-SRP", "SRB", "BIH", "ALB", "MKD", "MNE", "XKX"]
cool = cascade.coolness(positions, room, {"Eurasian security initiative": -1})
print(cool)
print(cascade.thresholds(cool, pull=0))

# %% [markdown] task="4.4c"
# ### The offer that tips
# The two hosts, Russia and Belarus, count as company. What is the smallest whole offer (`pull`) at which all nine are in the room?
#
# Assign it to `tipping_offer`.

# %% solution="4.4c"
tipping_offer = ...
### BEGIN SOLUTION
tipping_offer = min(
    offer for offer in range(9) if final(list(cascade.thresholds(cool, pull=offer).values())) == len(room)
)
### END SOLUTION

# %% [raw] check="4.4c"
# answer: tipping_offer
# kind: number
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one whole number.
#   - It is above one and below six.
#   - Take the values of cascade.thresholds(cool, pull=offer) for offer 0, 1, 2 and so on, and hand them to your final.
# wrong:
#   - value: 2
#     say: At this offer one more actor joins, but the others still wait.
#   - value: 8
#     say: At this offer nobody needs company at all. Less is enough.
#   - value: 0

# %% [markdown] note="4.4c"
# Ask what kind of offer could lower every threshold by the same number, and whether thresholds of opponents are thresholds at all.

# %% [markdown] task="4.4d"
# ### How large is an audience of two?
# Take the population of 2022 in the table `economies`, and 1,170,342 people for Republika Srpska (census of 2013, count of the entity's office).
# Which share of the Western Balkan six (ALB, BIH, MKD, MNE, SRB, XKX) lives in Serbia and Republika Srpska together? Republika Srpska is part of Bosnia and Herzegovina and so already inside the six.
#
# Assign the share in percent to `audience_share`, one decimal.

# %% solution="4.4d"
people = load("economies").query("year == 2022").set_index("iso3")["population"]
audience_share = ...
### BEGIN SOLUTION
audience_share = 100 * (people["SRB"] + 1170342) / people[["ALB", "BIH", "MKD", "MNE", "SRB", "XKX"]].sum()
### END SOLUTION

# %% [raw] check="4.4d"
# answer: audience_share
# kind: number
# tolerance: 0.06
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one number in percent.
#   - It is a little below one half.
#   - Add Serbia and the entity, divide by the sum of the six, and multiply by a hundred. Do not add the entity to the six.
# wrong:
#   - value: "100 * people['SRB'] / people[['ALB', 'BIH', 'MKD', 'MNE', 'SRB', 'XKX']].sum()"
#     say: This is Serbia alone.
#   - value: "100 * (people['SRB'] + 1170342) / (people[['ALB', 'BIH', 'MKD', 'MNE', 'SRB', 'XKX']].sum() + 1170342)"
#     say: The entity is part of one of the six. You counted its people twice below the line.
#   - value: "audience_share / 100"

# %% [markdown]
# ## 4.5 Channels of influence
#
# Each text of the course stresses some channels more than others, coded from 0 to 3 (*teaching values*).

# %%
channel = load("channel_codes")
stress = channel.pivot(index="source", columns="channel", values="code")
stress

# %% [markdown] task="4.5a"
# ### Add up
# With equal weights, what is the sum of codes of each text?
#
# Assign a dictionary `sums`: source → sum.

# %% solution="4.5a"
sums = {"paradigms": ..., "riac": ..., "luli": ..., "antic": ...}
### BEGIN SOLUTION
sums = channel.groupby("source")["code"].sum().to_dict()
### END SOLUTION

# %% [raw] check="4.5a"
# answer: sums
# kind: table
# key: source
# columns: {total: {tolerance: 0}}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Fill all four places of the dictionary with a whole number.
#   - No sum can be above fifteen.
#   - Group the table by source and add up the codes.
# wrong:
#   - value: "channel.groupby('source')['code'].mean().to_dict()"
#     say: These are means.
#   - value: "channel.groupby('source')['code'].max().to_dict()"
#     say: These are the strongest channels, not the sums.
#   - value: "{source: 100 * total / 15 for source, total in sums.items()}"
#     say: This is the index. The task asks for the sum.

# %% [markdown] task="4.5b"
# ### The weight that turns the order
# All channels weigh 1, except energy. At which weight of energy do `paradigms` and `riac` have the same weighted sum?
#
# Assign it to `tie`.

# %% solution="4.5b"
tie = ...
### BEGIN SOLUTION
gap = stress.loc["paradigms"] - stress.loc["riac"]
tie = -gap.drop("energy").sum() / gap["energy"]
### END SOLUTION

# %% [raw] check="4.5b"
# answer: tie
# kind: number
# tolerance: 0.001
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number above 1.
#   - Without energy, one text leads by a few points. Each unit of weight on energy takes one point of that lead away.
#   - Compute the difference of the two rows, channel by channel. Its sum without energy, plus the weight times the difference on energy, must be zero.
# wrong:
#   - value: 3
#     say: That is the lead with energy at weight 1. How much is it without energy?
#   - value: "-4"
#     say: A weight cannot be negative. Mind which row you take away from which.
#   - value: 2

# %% [markdown] task="4.5c"
# ### Which channel carries the lead?
# With equal weights `luli` is ahead of `paradigms`. Leave out one channel, and the order turns. Which one?
#
# Assign its name to `carrier`.

# %% solution="4.5c"
carrier = ...
### BEGIN SOLUTION
carrier = next(
    name for name in stress.columns if stress.drop(columns=name).sum(axis=1)["luli"] < stress.drop(columns=name).sum(axis=1)["paradigms"]
)
### END SOLUTION

# %% [raw] check="4.5c"
# answer: carrier
# kind: choice
# options: [media, church, energy, arms, veto]
# points: 1
# difficulty: 2
# minutes: 5
# hints:
#   - Assign the name of one channel, in quotes.
#   - On most channels the two texts have the same code.
#   - Take the row of paradigms away from the row of luli. Only a channel on which luli is ahead can carry its lead.
# wrong:
#   - value: veto
#     say: On this channel luli has the lower code, so its lead grows without it.
#   - value: media
#     say: Both have the same code there.
#   - value: church
#     say: The two codes are equal on this channel, so it cannot carry a lead.

# %% [markdown]
# ## 4.6 Gas
#
# `gas` holds pipes, contracts and needs in billion cubic metres a year.

# %%
gas = load("gas").set_index("id")
gas[["kind", "from_node", "to_node", "bcm_year", "since", "said_by"]]

# %% [markdown] task="4.6a"
# ### What is the whole?
# One report says that the Niš pipe of 1.8 bcm carries 60 percent of Serbia's need. Another says that a contract of 2.2 bcm covers 62 percent of it.
# Which need does each imply?
#
# Assign the two needs in bcm, two decimals, to the list `needs`, in this order.

# %% solution="4.6a"
needs = [..., ...]
### BEGIN SOLUTION
needs = [1.8 / 0.60, 2.2 / 0.62]
### END SOLUTION

# %% [raw] check="4.6a"
# answer: needs
# kind: list
# items: number
# tolerance: 0.006
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign a list of two numbers.
#   - Both are larger than the amounts you start from, and they differ by about half a billion.
#   - A part divided by its share is the whole.
# wrong:
#   - value: [1.08, 1.364]
#     say: You multiplied. The amount is the part, and the whole is larger.
#   - value: [0.03, 0.0355]
#     say: Turn the percentages into shares.
#   - value: [3.0, 3.0]

# %% [markdown] task="4.6b"
# ### Concentration
# Write `herfindahl(amounts)`: the sum of squared shares of a list of amounts, between 0 and 1.

# %% solution="4.6b"
def herfindahl(amounts):
    """Sum of squared shares."""
    ### BEGIN SOLUTION
    total = sum(amounts)
    return sum((amount / total) ** 2 for amount in amounts)
    ### END SOLUTION

# %% [raw] check="4.6b"
# answer: herfindahl
# kind: function
# calls: [[[3]], [[1, 1]], [[2.6, 0.4]], [[2, 1]], [[1, 1, 1, 1]], [[5, 0]]]
# returns: {kind: number, tolerance: 0.0005}
# properties:
#   - {name: between, low: 0, high: 1, over: [[[1, 2, 3]], [[10, 1]]]}
#   - {name: decreasing, over: [[[9, 1]], [[8, 2]], [[6, 4]]]}
# points: 1
# difficulty: 2
# minutes: 10
# hints:
#   - The function ends with return and one number.
#   - One supplier gives one, two equal ones give one half.
#   - Divide each amount by the sum of all, square, and add up.
# wrong:
#   - value: "lambda amounts: sum(a * a for a in amounts)"
#     say: Square the shares, not the amounts.
#   - value: "lambda amounts: max(amounts) / sum(amounts)"
#     say: This is the share of the largest supplier.
#   - value: "lambda amounts: math.sqrt(sum((a / sum(amounts)) ** 2 for a in amounts))"
#     say: This is the square root of it, Hirschman's form.

# %% [markdown] task="4.6c"
# ### How many sellers are enough?
# A government wants an index below 0.4. What is the smallest number of equal suppliers that does it?
#
# Assign a whole number to `sellers`. Then ask why two can never be enough.

# %% solution="4.6c"
sellers = ...
### BEGIN SOLUTION
sellers = next(n for n in range(1, 20) if herfindahl([1] * n) < 0.4)
### END SOLUTION

# %% [raw] check="4.6c"
# answer: sellers
# kind: number
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign a whole number.
#   - Equal shares give the lowest index for a given number of suppliers.
#   - With n equal suppliers the index is one over n.
# wrong:
#   - value: 2
#     say: Two equal suppliers give one half, and unequal ones more.
#   - value: 4
#     say: That is more than is needed.
#   - value: 2.5
#     say: There is no half supplier. Round up.

# %% [markdown]
# `energy.served(sources, pipes, needs, first=[…])` finds who gets what. `sources` maps a name to the node where its gas enters and the amount; `pipes` is a list of (from, to, capacity).
# Below is the normal year.

# %%
sources = {"Russia": ("Russian gas", 15.75), "others": ("other gas", 0.4)}
pipes = [
    ("Russian gas", "Serbia", 13.88),
    ("Russian gas", "North Macedonia", math.inf),
    ("other gas", "Serbia", 1.8),
    ("other gas", "North Macedonia", math.inf),
    ("Serbia", "Bosnia and Herzegovina", math.inf),
]
customers = {"Serbia": 3.0, "Bosnia and Herzegovina": 0.2, "North Macedonia": 0.3}
energy.served(sources, pipes, customers, first=["Serbia"])

# %% [markdown] task="4.6d"
# ### The cut
# Russian gas stops. Others sell 2.4 bcm in Bulgaria, and the store of 0.45 bcm in Serbia is opened. Serbia serves itself first.
# How much is missing, and where?
#
# Assign a dictionary `missing`: customer → bcm missing, two decimals.

# %% solution="4.6d"
missing = {"Serbia": ..., "Bosnia and Herzegovina": ..., "North Macedonia": ...}
### BEGIN SOLUTION
after = {"others": ("other gas", 2.4), "store": ("Serbia", 0.45)}
table = energy.served(after, pipes, customers, first=["Serbia"])
missing = table.set_index("customer")["unmet"].round(3).to_dict()
### END SOLUTION

# %% [raw] check="4.6d"
# answer: missing
# kind: table
# key: customer
# columns: {bcm: {tolerance: 0.006}}
# points: 3
# difficulty: 3
# minutes: 15
# hints:
#   - Fill all three places of the dictionary with a number.
#   - One of the three is served in full, one gets nothing.
#   - Take Russia out of the sources, raise the others to 2.4, and add a source that enters at the node Serbia. Then read the column unmet. The Niš pipe is the limit.
# wrong:
#   - value: '{"Serbia": 0.15, "Bosnia and Herzegovina": 0.2, "North Macedonia": 0.3}'
#     say: You let all gas on sale reach Serbia. The pipe takes less, and the rest can go elsewhere.
#   - value: '{"Serbia": 1.2, "Bosnia and Herzegovina": 0.2, "North Macedonia": 0.0}'
#     say: The store is missing.
#   - value: '{"Serbia": 0.95, "Bosnia and Herzegovina": 0.0, "North Macedonia": 0.0}'
#     say: Here Bosnia and Herzegovina is served before Serbia.

# %% [markdown] note="4.6d"
# The last wrong answer opens a good discussion: who is served first is a political choice that no pipe decides.

# %% [markdown]
# ## 4.7 Ladders and talks

# %%
ties = load("military_links")
figures = load("security_figures").set_index("id")
ties.pivot(index="pair", columns="step", values="reached")

# %% [markdown] task="4.7a"
# ### Who does Serbia train with?
# In 2019 Serbia held 23 exercises with NATO states and partners and 5 with Russia; in 2021 it was 14 and 4.
# Which share of these was western in each year?
#
# Assign the two shares in percent, one decimal, to the list `western`, 2019 first.

# %% solution="4.7a"
western = [..., ...]
### BEGIN SOLUTION
western = [100 * 23 / (23 + 5), 100 * 14 / (14 + 4)]
### END SOLUTION

# %% [raw] check="4.7a"
# answer: western
# kind: list
# items: number
# tolerance: 0.06
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign a list of two numbers in percent.
#   - Both are about four fifths.
#   - Divide the western exercises by all of them together.
# wrong:
#   - value: "[23 / 5, 14 / 4]"
#     say: These are ratios of west to east, not shares of the whole.
#   - value: "[100 * 5 / 28, 100 * 4 / 18]"
#     say: These are the Russian shares.
#   - value: "[100 * 14 / 18, 100 * 23 / 28]"
#     say: You have exchanged the years.

# %% [markdown] task="4.7b"
# ### Off the ladder
# On a perfect ladder whoever has reached *n* rungs has reached the lowest *n*. Write `errors(reached)`: given a list of True and False, lowest rung first, in how many places it differs from the perfect ladder with the same number of rungs.

# %% solution="4.7b"
def errors(reached):
    """Places that differ from the perfect pattern."""
    ### BEGIN SOLUTION
    n = sum(reached)
    perfect = [place < n for place in range(len(reached))]
    return sum(bool(a) != b for a, b in zip(reached, perfect, strict=True))
    ### END SOLUTION

# %% [raw] check="4.7b"
# answer: errors
# kind: function
# calls: [[[true, true, false]], [[true, false, true]], [[false, false, true]], [[true, true, true, true, false, true]], [[false, false]], [[false, true, false, true]]]
# returns: {kind: number}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - The function ends with return and one whole number.
#   - A perfect ladder gives zero. The number is always even, because a gap below goes with a rung above.
#   - Count the True values; build a list that is True in that many first places and False after; count where the two lists differ.
# wrong:
#   - value: "lambda reached: sum(not r for r in reached)"
#     say: These are missing rungs. A pair that is low on the ladder is not off the ladder.
#   - value: "lambda reached: sum(not r for r in reached[:sum(reached)])"
#     say: You counted the gaps below. Each of them goes with a rung that is too high.
#   - value: "lambda reached: 0"

# %% [markdown] task="4.7c"
# ### A share of an incomplete sum
# Of the gifts to Serbia's army in 2019 and 2020 whose value is public, EUR 13,261,918 came from the United States, 755,000 from China and 167,425 from South Korea.
# Gifts from Russia and Belarus are secret. How much must they be worth, in million euros, for the American share of *all* gifts to fall to one half?
#
# Assign it to `secret_value`, two decimals.

# %% solution="4.7c"
secret_value = ...
### BEGIN SOLUTION
public = 13261918 + 755000 + 167425
secret_value = (2 * 13261918 - public) / 1e6
### END SOLUTION

# %% [raw] check="4.7c"
# answer: secret_value
# kind: number
# tolerance: 0.006
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number in million euros.
#   - It is a little smaller than the American sum itself.
#   - If the American sum is one half of all, then all is twice that sum. Take away what is public.
# wrong:
#   - value: 13.26
#     say: This would be right if the United States were the only public donor.
#   - value: 26.52
#     say: This is the sum of all gifts in that case. Part of it is public.
#   - value: 0.92
#     say: These are the other public gifts.

# %% [markdown] note="4.7c"
# A used tank has no market price, so the sum is a thought experiment. The point: a share of what is public is not a share of what there is.

# %% [markdown] task="4.7d"
# ### Argue both
# Six sentences, each fair to its holder. Who would sign which? Write `"tent"` for one who holds the Eurasian case, `"tower"` for one who argues against it, `"both"` if both would sign without changing a word.
#
# 1. Whoever wants no blocs must first offer something that binds.
# 2. Free choice of alliance ends where a neighbour becomes less safe.
# 3. No state should strengthen its security at the expense of another.
# 4. A guarantee that nobody is bound to keep is no guarantee.
# 5. Forces of powers from outside the continent should leave it in the long run.
# 6. Serbia seeks energy security, and looks for it where it is to be had.
#
# Assign a dictionary `signers`, sentence number → signer. Think of the strongest reader on each side.

# %% solution="4.7d"
signers = {1: ..., 2: ..., 3: ..., 4: ..., 5: ..., 6: ...}
### BEGIN SOLUTION
signers = {1: "tower", 2: "tent", 3: "both", 4: "tower", 5: "tent", 6: "both"}
### END SOLUTION

# %% [raw] check="4.7d"
# answer: signers
# kind: table
# key: sentence
# columns: {signer: {kind: text}}
# points: 3
# difficulty: 2
# minutes: 15
# hints:
#   - Fill all six places with a word of the task, in quotes.
#   - Each of the three words is needed exactly twice.
#   - Sentence 3 was signed by all in Istanbul; sentence 2 is how one side reads it. Ask of each sentence who would strike a word out.
# wrong:
#   - value: '{1: "tower", 2: "tent", 3: "tent", 4: "tower", 5: "tent", 6: "both"}'
#     say: One of these sentences stands in a charter that all of them signed.
#   - value: '{1: "tower", 2: "both", 3: "both", 4: "tower", 5: "tent", 6: "both"}'
#     say: The charter holds free choice without this limit. One side reads the limit into it.
#   - value: '{1: "tower", 2: "tent", 3: "both", 4: "tower", 5: "tent", 6: "tent"}'
#     say: Sentence 6 names no seller. Would the other side deny it?

# %% [markdown] note="4.7d"
# Let pairs of students defend a sentence they would not sign. The Valdai article itself comes close to sentence 4 when it writes on guarantees: a good reader notices.

# %% [markdown]
# ## Done?
#
# Run all cells once from the top: in the menu *Run*, *Run All Cells*. Every check that says `ok` then is one that holds.
# Three questions that no check can settle are worth a conversation: whose fear counts, what a promise is worth that nobody enforces, and how you would notice that your own side is wrong.
