# ---
# balkanlab: {chapter: "06", title: "The security dilemma: exercises"}
# jupyter: {kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}}
# ---

# %% [markdown]
# # The security dilemma: exercises
#
# These tasks go with the chapter [The security dilemma](../notebooks/06_security_dilemma.ipynb), one group for each of its ten systems.
# Each group climbs from easy to hard; you may take the groups in any order.
#
# **How it works.** Under each task is a cell for your answer. Replace the three dots, run the cell, then run the check below it.
# A check says `ok`, or `not yet` with a hint. The next failed attempt brings a stronger hint, three in all. No check shows the answer.
#
# Checks are kind: a column or an array will do where a list is wanted, a whole number where a decimal is, capitals or not.
# Where a task asks for a rounded number, the unrounded one is right too.
#
# **What is real.** Tables come from the course's data; `from balkanlab import card` and `card("spending")` show where one is from and what it cannot tell.
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

check = Checks("06_security_dilemma")

# %% [markdown]
# ## 6.1 Games, worlds and repetition
#
# T is the temptation to arm alone, R the reward of joint restraint, P the punishment when both arm, S the sucker who restrained alone.

# %% [markdown] task="6.1a"
# ### Name the game
# *Teaching values:* R, T, P, S = 3, 5, 1, 0. Which game is it?
#
# - a) stag hunt
# - b) prisoner's dilemma
# - c) chicken
# - d) deadlock
#
# Assign a letter to `which_game`.

# %% solution="6.1a"
which_game = ...
### BEGIN SOLUTION
which_game = "b"
### END SOLUTION

# %% [raw] check="6.1a"
# answer: which_game
# kind: choice
# options: [a, b, c, d]
# points: 1
# difficulty: 1
# minutes: 3
# hints:
#   - Assign one letter in quotes.
#   - Put the four numbers in order, largest first, and write the letters beside them.
#   - Ask what you do if the other restrains, and what you do if the other arms. If the answer is the same twice, and both regret it, you know the name.
# wrong:
#   - value: a
#     say: In a stag hunt joint restraint is worth more than arming alone.
#   - value: c
#     say: In chicken the worst that can happen is that both arm. Look at P and S.
#   - value: d
#     say: In deadlock both arming is better for you than both restraining.

# %% [markdown] task="6.1b"
# ### The trust that restraint needs
# Where R > T and P > S, restraint pays if you are sure enough that the other restrains too.
#
# Write the function `critical_trust(R, T, P, S)`. It returns the probability at which both moves are worth the same.

# %% solution="6.1b"
def critical_trust(R, T, P, S):
    """Belief in the other's restraint at which restraint and arming are worth the same."""
    ### BEGIN SOLUTION
    return (P - S) / ((R - T) + (P - S))
    ### END SOLUTION

# %% [raw] check="6.1b"
# answer: critical_trust
# kind: function
# name: critical_trust
# calls: [[4, 3, 2, 1], [4, 3, 2, 0], [10, 1, 2, 1], [5, 4, 4, -5]]
# returns: {kind: number, tolerance: 0.001}
# properties:
#   - {name: between, low: 0, high: 1, over: [[4, 3, 2, 1], [9, 3, 2, 0]]}
#   - {name: increasing, over: [[4, 3, 2, 1], [4, 3, 2, 0], [4, 3, 2, -3]]}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - The function ends with return and one number. Hand over the function itself, without brackets.
#   - The result is a probability. If being the sucker hurts more, more trust is needed.
#   - Write down what restraint is worth with belief q, and what arming is worth, set them equal and solve for q.
# wrong:
#   - value: "lambda R, T, P, S: (R - T) / ((R - T) + (P - S))"
#     say: This is how sure you may be that the other ARMS. You want the other share.
#   - value: "lambda R, T, P, S: (P - S) / (R - S)"
#     say: You left the temptation out.
#   - value: "lambda R, T, P, S: 0.5"

# %% [markdown] note="6.1b"
# The plan's answers are 0.50 for (4, 3, 2, 1) and 0.667 with S = 0. Ask which of the four payoffs an arms-control inspector changes.

# %% [markdown] task="6.1c"
# ### Count equilibria with nashpy
# *Teaching values:* R, T, P, S = 4, 3, 2, 1. Build the game with `nashpy.Game(A, B)`, where `A` holds your payoffs and `B` the neighbour's (restraint first).
# How many **pure** Nash equilibria has it? `game.vertex_enumeration()` yields all equilibria as pairs of probabilities.
#
# Assign a whole number to `pure_equilibria`.

# %% solution="6.1c"
pure_equilibria = ...
### BEGIN SOLUTION
import nashpy

A = np.array([[4, 1], [3, 2]])
found = list(nashpy.Game(A, A.T).vertex_enumeration())
pure_equilibria = sum(bool(np.isclose(you.max(), 1) and np.isclose(them.max(), 1)) for you, them in found)
### END SOLUTION

# %% [raw] check="6.1c"
# answer: pure_equilibria
# kind: number
# points: 1
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one whole number.
#   - There is more than one equilibrium in all, and one of them throws a coin. That one does not count.
#   - The neighbour's matrix is yours turned over, A.T. Count the pairs in which both sides play one move with certainty.
# wrong:
#   - value: 3
#     say: You counted the one with the coin. A pure equilibrium has no coin.
#   - value: 1
#     say: Is nobody tempted to leave joint restraint? And nobody to leave joint arming?
#   - value: 4

# %% [markdown] task="6.1d"
# ### Which world?
# Attack is easier than defence, and a weapon does not show what it is for. Jervis has four such worlds. Is this one the safest of them?
#
# Assign True or False to `safest`.

# %% solution="6.1d"
safest = ...
### BEGIN SOLUTION
safest = False
### END SOLUTION

# %% [raw] check="6.1d"
# answer: safest
# kind: boolean
# points: 1
# difficulty: 1
# minutes: 3
# hints:
#   - Assign True or False, without quotes.
#   - Ask of each of the two switches whether it helps a state that only wants to be safe.
#   - Move the two sliders of the explorer on the four worlds to this corner and read what becomes of the arms.
# wrong:
#   - value: "'safest'"
#   - value: true
#     say: In this corner each state's safety is the other's danger, and nobody can show good will. Jervis calls it doubly dangerous.

# %% [markdown]
# `tournament.match("tit for tat", "always arm", rounds=5)` plays two rules against each other and gives a list of moves, C for restraint and D for arms.
# `tournament.tournament(rounds=…, noise=…)` lets eight rules meet each other. The names are in `tournament.FIELD`.

# %%
from balkanlab.models import tournament

tournament.match("tit for tat", "always arm", rounds=5)

# %% [markdown] task="6.1e"
# ### One slip
# Two neighbours both play tit for tat. In year 3 the first one arms by mistake, once. How many of the ten years are peaceful, that is, both restrain?
#
# Write the ten years down, or program them. Assign a whole number to `peaceful_years`.

# %% solution="6.1e"
peaceful_years = ...
### BEGIN SOLUTION
first, second = [], []
for year in range(1, 11):
    a = "D" if year == 3 else (second[-1] if second else "C")
    b = first[-1] if first else "C"
    first.append(a)
    second.append(b)
peaceful_years = sum(a == b == "C" for a, b in zip(first, second, strict=True))
### END SOLUTION

# %% [raw] check="6.1e"
# answer: peaceful_years
# kind: number
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one whole number.
#   - It is small. Each side answers the other's last move, so the mistake does not go away.
#   - Write both lines of letters, one under the other. In year 3 put a D in the first line, then copy each line into the other, a year later.
# wrong:
#   - value: 9
#     say: One slip is answered. And then the answer is answered.
#   - value: 8
#     say: That would be the end of it if the first state took the answer as deserved. Tit for tat does not know what is deserved.
#   - value: 0
#     say: The years before the slip were peaceful.

# %% [markdown] note="6.1e"
# The echo never ends. This is why generous rules exist; in the chapter's tournament noise of 10 percent gives the crown to always arm.

# %% [markdown] task="6.1f"
# ### When does the crown change?
# In a short game *always arm* wins the chapter's tournament, in a long one it does not. What is the smallest number of years, from 1 to 20, at which
# **another** rule comes first in `tournament.tournament(rounds=years, seed=6)`?
#
# Assign it to `long_enough`.

# %% solution="6.1f"
long_enough = ...
### BEGIN SOLUTION
long_enough = next(
    years for years in range(1, 21) if tournament.tournament(rounds=years, seed=6).strategy.iloc[0] != "always arm"
)
### END SOLUTION

# %% [raw] check="6.1f"
# answer: long_enough
# kind: number
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one whole number of years.
#   - The table is sorted, so the winner stands in its first row. The number lies between 2 and 20.
#   - Loop over the years, and stop at the first whose winner has another name.
# wrong:
#   - value: 1
#     say: With a single year always arm is hard to beat.
#   - value: 20
#     say: True for this length, but a shorter one will do.
#   - value: "long_enough - 1"
#     say: In this year always arm still leads.

# %% [markdown]
# ## 6.2 Spiral or deterrence
#
# A likelihood ratio says how much more often a harmless state sends a signal than a hostile one. Belief is the probability that the neighbour is harmless.

# %% [markdown] task="6.2a"
# ### Bayes in odds
# Write the function `posterior(prior, ratio)`: the belief after a signal.

# %% solution="6.2a"
def posterior(prior, ratio):
    """Belief after a signal with this likelihood ratio."""
    ### BEGIN SOLUTION
    return prior * ratio / (prior * ratio + 1 - prior)
    ### END SOLUTION

# %% [raw] check="6.2a"
# answer: posterior
# kind: function
# name: posterior
# calls: [[0.5, 3], [0.5, 0.3333333333], [0.1, 4], [0.9, 1], [0, 5]]
# returns: {kind: number, tolerance: 0.001}
# properties:
#   - {name: between, low: 0, high: 1, over: [[0.99, 100], [0.01, 0.01]]}
#   - {name: increasing, over: [[0.3, 0.5], [0.3, 1], [0.3, 2]]}
# points: 1
# difficulty: 2
# minutes: 10
# hints:
#   - The function ends with return and one number.
#   - The result is a probability. A ratio of one changes nothing.
#   - Turn the prior into odds, multiply, and turn the odds back into a probability.
# wrong:
#   - value: "lambda prior, ratio: prior * ratio"
#     say: This can exceed one. You forgot to divide by everything that could have happened.
#   - value: "lambda prior, ratio: prior * ratio / (1 - prior)"
#     say: These are the odds. The task asks for the probability.
#   - value: "lambda prior, ratio: ratio / (1 + ratio)"
#     say: Right for a prior of one half only.

# %% [markdown] task="6.2b"
# ### Three signals
# *Teaching values:* you start at 0.5. One friendly signal (ratio 3) is followed by two hostile ones (ratio 1/3 each). Where do you end?
#
# Assign the belief to `after_three`.

# %% solution="6.2b"
after_three = ...
### BEGIN SOLUTION
after_three = posterior(posterior(posterior(0.5, 3), 1 / 3), 1 / 3)
### END SOLUTION

# %% [raw] check="6.2b"
# answer: after_three
# kind: number
# tolerance: 0.006
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one number between 0 and 1.
#   - It is below a half, since there are more hostile signals than friendly ones.
#   - Use your function three times; each belief is the next prior. Or multiply the three ratios first.
# wrong:
#   - value: 0.5
#     say: Two hostile signals weigh more than one friendly one.
#   - value: 0.1
#     say: That is where you end if you leave the friendly signal out.
#   - value: 0.75
#     say: This is the belief after the first signal.

# %% [markdown] task="6.2c"
# ### Cheap talk
# Being believed is worth 6 to a harmless state and 3 to a hostile one (*teaching values*). A gesture costs its sender *c*. Each type makes it if belief is worth at least the cost.
# Which of these costs make the gesture informative: 1, 2, 4, 5, 7, 8?
#
# Assign them as a list to `telling_costs`.

# %% solution="6.2c"
telling_costs = ...
### BEGIN SOLUTION
telling_costs = [cost for cost in (1, 2, 4, 5, 7, 8) if (cost <= 6) != (cost <= 3)]
### END SOLUTION

# %% [raw] check="6.2c"
# answer: telling_costs
# kind: set
# items: number
# points: 2
# difficulty: 2
# minutes: 5
# hints:
#   - Assign a list of numbers from the six given.
#   - Neither the smallest nor the largest cost is on it.
#   - For each cost write down who makes the gesture. It informs if exactly one of the two types does.
# wrong:
#   - value: [1, 2]
#     say: At these costs the hostile state makes the gesture too.
#   - value: [7, 8]
#     say: At these costs nobody makes it.
#   - value: [4, 5, 7, 8]
#     say: A signal that no type can afford tells the types apart as little as one that both can.

# %% [markdown]
# ## 6.3 Croatia and Serbia
#
# `spending` holds two countries from **one** release of the SIPRI database, in millions of dollars of 2021.

# %%
spending = load("spending")
wide = spending.pivot(index="year", columns="iso3", values="usd_m_2021") / 1000
wide.tail(3)

# %% [markdown] task="6.3a"
# ### Does it settle?
# *Teaching values:* k, l, a, b, g, h = 0.3, 0.4, 0.5, 0.6, 0.1, 0.05 in Richardson's equations dx/dt = ky − ax + g and dy/dt = lx − by + h.
#
# Write the function `balance(k, ell, a, b, g, h)`. It returns x*, the spending of the first side where **both** stand still, and raises a `ValueError`
# if the race is not stable, that is, unless ab > kl. (In Python `ell` stands for l, which looks too much like 1.)

# %% solution="6.3a"
def balance(k, ell, a, b, g, h):
    """Spending of the first side where both stand still; a ValueError if the race runs away."""
    ### BEGIN SOLUTION
    margin = a * b - k * ell
    if margin <= 0:
        raise ValueError("the race is not stable")
    return (k * h + b * g) / margin
    ### END SOLUTION

# %% [raw] check="6.3a"
# answer: balance
# kind: function
# name: balance
# calls: [[0.3, 0.4, 0.5, 0.6, 0.1, 0.05], [0.1, 0.2, 0.5, 0.4, 0.2, 0.2], [0.0, 0.0, 0.5, 0.25, 1, 1]]
# returns: {kind: number, tolerance: 0.001}
# properties:
#   - {name: raises, over: [[0.6, 0.6, 0.5, 0.5, 0.1, 0.1]]}
#   - {name: increasing, over: [[0.3, 0.4, 0.5, 0.6, 0.1, 0.05], [0.4, 0.4, 0.5, 0.6, 0.1, 0.05]]}
# points: 3
# difficulty: 3
# minutes: 20
# hints:
#   - The function ends with return and one number.
#   - Without any reaction the first side stands at its grievance divided by its fatigue. Test that. Do not forget the error.
#   - Set both equations to zero and solve them for x, by hand or with numpy.linalg.solve.
# wrong:
#   - value: "lambda k, ell, a, b, g, h: (k * h + b * g) / (a * b - k * ell)"
#     say: For a runaway race this gives a number as well, and it means nothing. Raise a ValueError there.
#   - value: "lambda k, ell, a, b, g, h: g / a"
#     say: That is the world without reaction.
#   - value: "lambda k, ell, a, b, g, h: (ell * g + a * h) / (a * b - k * ell)"
#     say: This is the other side.

# %% [markdown] task="6.3b"
# ### Do the changes move together?
# Compute the correlation of the **yearly changes** of the two countries in `wide`, 1997 to 2022.
#
# Assign it to `change_correlation`, with two decimals or more.

# %% solution="6.3b"
change_correlation = ...
### BEGIN SOLUTION
change_correlation = wide.diff().corr().loc["HRV", "SRB"]
### END SOLUTION

# %% [raw] check="6.3b"
# answer: change_correlation
# kind: number
# tolerance: 0.006
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number, not a table.
#   - It lies between -1 and 1, and it is small. Levels and changes are two things.
#   - "`.diff()` turns levels into changes, `.corr()` gives all correlations, and `.loc` picks one."
# wrong:
#   - value: "wide.corr().loc['HRV', 'SRB']"
#     say: This is the correlation of the levels. Two countries that come out of one war share a fall.
#   - value: "wide.diff().corr()"
#   - value: 1

# %% [markdown] task="6.3c"
# ### A reaction, from two windows
# Estimate Richardson's equation for Serbia by least squares: regress the yearly change of Serbia on Croatia's spending of the year before, minus Serbia's own of the year before, and a constant.
# The coefficient on Croatia is the reaction. Do it for the years from 1997 and for the years from 2002.
#
# Fill the dictionary `reactions`; two decimals are enough.

# %% solution="6.3c"
reactions = {"from 1997": ..., "from 2002": ...}
### BEGIN SOLUTION
reactions = {}
for first in (1997, 2002):
    part = wide[wide.index >= first]
    own, other = part["SRB"].to_numpy(), part["HRV"].to_numpy()
    design = np.column_stack([other[:-1], -own[:-1], np.ones(len(own) - 1)])
    reactions[f"from {first}"] = np.linalg.lstsq(design, np.diff(own), rcond=None)[0][0]
### END SOLUTION

# %% [raw] check="6.3c"
# answer: reactions
# kind: table
# key: window
# columns: {reaction: {tolerance: 0.006, decimals: 3}}
# points: 3
# difficulty: 3
# minutes: 20
# hints:
#   - Fill both places of the dictionary with a number and keep its keys.
#   - Both are positive. One is close to zero, the other is not.
#   - The changes come from np.diff. Build a matrix with three columns, all of them without the last year, and hand both to np.linalg.lstsq.
# wrong:
#   - value: "{'from 1997': reactions['from 2002'], 'from 2002': reactions['from 1997']}"
#     say: You have exchanged the windows.
#   - value: "{'from 1997': wide['SRB'].corr(wide['HRV']), 'from 2002': wide[wide.index >= 2002]['SRB'].corr(wide[wide.index >= 2002]['HRV'])}"
#     say: A correlation of levels is no reaction. The equation explains changes.
#   - value: "{'from 1997': 0.06, 'from 2002': 0.05}"
#     say: These are Croatia's reactions to Serbia.

# %% [markdown] note="6.3c"
# Interval from 2002: 0.20 to 1.05, on 20 changes, with a window chosen after looking. Let students argue what they would print.

# %% [markdown] task="6.3d"
# ### Never mix releases
# `load("spending_releases")` holds Serbia's spending in 2021 and 2022 in three releases. In how many of the **nine** ways to take 2021 from one release and 2022 from any release (the same one included)
# does spending appear to **fall**?
#
# Assign a whole number to `falls`.

# %% solution="6.3d"
falls = ...
### BEGIN SOLUTION
serbia = load("spending_releases").query("iso3 == 'SRB'")
before = serbia[serbia.year == 2021].usd_m_current
after = serbia[serbia.year == 2022].usd_m_current
falls = sum(y < x for x in before for y in after)
### END SOLUTION

# %% [raw] check="6.3d"
# answer: falls
# kind: number
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one whole number.
#   - Some of the nine rise, some fall. Only three of the nine use one release for both years.
#   - Take the three numbers of 2021 and the three of 2022, make all pairs, and count those in which the second is smaller.
# wrong:
#   - value: 1
#     say: That is the number of falls if each release is kept to itself.
#   - value: 9
#   - value: "9 - falls"
#     say: You counted the rises.

# %% [markdown] task="6.3e"
# ### From beds to a reserve
# Press reports of Croatia's plan name five courses a year with about 800 recruits each. For Serbia nothing is known; take 5,000 beds held for 60 days (*teaching values*).
#
# Write the function `reserve(beds, courses, years)`: the number of people trained after some years, if nobody leaves. Then compare 800 beds and five courses with 5,000 beds and the whole courses of 60 days that fit into 365 days.

# %% solution="6.3e"
def reserve(beds, courses, years):
    """People trained after some years."""
    ### BEGIN SOLUTION
    return beds * courses * years
    ### END SOLUTION

# %% [raw] check="6.3e"
# answer: reserve
# kind: function
# name: reserve
# calls: [[800, 5, 1], [800, 5, 10], [5000, 6, 4]]
# returns: {kind: number}
# properties:
#   - {name: non_negative, over: [[0, 5, 3]]}
#   - {name: increasing, over: [[800, 5, 1], [800, 5, 2], [800, 6, 2]]}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - The function ends with return and one number.
#   - Each bed is filled once in each course. The result is a number of people, so it is whole.
#   - Per year it is beds times courses. The years add up.
# wrong:
#   - value: "lambda beds, courses, years: beds * years"
#     say: A bed is used more than once a year.
#   - value: "lambda beds, courses, years: beds * courses"
#     say: That is one year.

# %% [markdown] note="6.3e"
# 5,000 beds, 60 days: 365 // 60 = 6 courses, 30,000 a year, 120,000 after four years. With 75 days in the bed only four courses fit; the plan has 60 in the bed and 15 of exercises.

# %% [markdown]
# ## 6.4 One page signed in Tirana

# %% [markdown] task="6.4a"
# ### A date that checks itself
# The declaration was signed on 18 March 2025. A text in this course prints 15 March 2024. How many days lie between the two?
#
# Assign a whole number to `days_apart`.

# %% solution="6.4a"
days_apart = ...
### BEGIN SOLUTION
days_apart = (pd.Timestamp("2025-03-18") - pd.Timestamp("2024-03-15")).days
### END SOLUTION

# %% [raw] check="6.4a"
# answer: days_apart
# kind: number
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one whole number of days.
#   - It is a little more than a year.
#   - "Hand each date as text to pd.Timestamp; the difference has `.days`."
# wrong:
#   - value: 3
#     say: The years differ too.
#   - value: 369
#     say: You counted the first day as well.
#   - value: "-days_apart"

# %% [markdown] task="6.4b"
# ### One page, three readers
# *Teaching values:* training (ratio 1.3), procurement (1.5) and an invitation to others (0.6) are in the page. The ratio says how much more likely the feature is if the page is aimed at the reader.
# Beliefs before are 0.05, 0.3 and 0.7.
#
# Assign the list of the three beliefs afterwards, in this order, to `readers`.

# %% solution="6.4b"
readers = ...
### BEGIN SOLUTION
readers = [posterior(prior, 1.3 * 1.5 * 0.6) for prior in (0.05, 0.3, 0.7)]
### END SOLUTION

# %% [raw] check="6.4b"
# answer: readers
# kind: list
# items: number
# tolerance: 0.006
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign a list of three numbers between 0 and 1.
#   - All three rise a little, because the product of the ratios is a little above one.
#   - Multiply the three ratios, and use your function posterior with each prior.
# wrong:
#   - value: "[prior * 1.3 * 1.5 * 0.6 for prior in (0.05, 0.3, 0.7)]"
#     say: Ratios multiply odds, not probabilities.
#   - value: "[posterior(prior, 1.3 * 1.5) for prior in (0.05, 0.3, 0.7)]"
#     say: The invitation is in the page, and it reassures.
#   - value: "[0.7, 0.3, 0.05]"

# %% [markdown]
# ## 6.5 Whom does a government fear?

# %% [markdown] task="6.5a"
# ### Splitting effort
# A regime puts the share s of its effort against outside threats and the rest into its own safety at home. It maximises w·ln s + (1 − w)·ln(1 − s), with w = 0.3 (*teaching value*).
# Which share of its effort stays **at home**?
#
# Assign it to `home_share`.

# %% solution="6.5a"
home_share = ...
### BEGIN SOLUTION
shares = np.linspace(0.001, 0.999, 999)
home_share = 1 - shares[np.argmax(0.3 * np.log(shares) + 0.7 * np.log(1 - shares))]
### END SOLUTION

# %% [raw] check="6.5a"
# answer: home_share
# kind: number
# tolerance: 0.006
# points: 1
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number between 0 and 1.
#   - More than half of the effort stays at home, because the inside weighs more.
#   - Try many values of s and take the best, or set the derivative w/s − (1 − w)/(1 − s) to zero. Then take what is left.
# wrong:
#   - value: 0.3
#     say: This is the share against outside threats.
#   - value: 0.5
#     say: Equal shares would be right for equal weights.
#   - value: 1

# %% [markdown] task="6.5b"
# ### What patrons pay for
# Staying as it is brings a regime a rent; reform brings a reward and costs something at home.
#
# Write the function `reforms(rent, reward, cost)`: True if reform is worth **more** than the status quo.

# %% solution="6.5b"
def reforms(rent, reward, cost):
    """Whether reform is worth more than the rent of staying as it is."""
    ### BEGIN SOLUTION
    return reward - cost > rent
    ### END SOLUTION

# %% [raw] check="6.5b"
# answer: reforms
# kind: function
# name: reforms
# calls: [[5, 8, 4], [5, 9, 4], [5, 10, 4], [0, 5, 4], [3, 3, 0]]
# returns: {kind: boolean}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - The function returns True or False.
#   - A tie is no reform. Test a rent of 5, a reward of 9 and a cost of 4.
#   - Compare what is left of the reward after the cost with the rent that is given up.
# wrong:
#   - value: "lambda rent, reward, cost: reward > rent"
#     say: Reform has a price at home.
#   - value: "lambda rent, reward, cost: reward - cost >= rent"
#     say: At a tie nothing moves.
#   - value: "lambda rent, reward, cost: reward > cost"
#     say: The rent is lost when the calm ends.

# %% [markdown]
# ## 6.6 Speech acts
#
# `acts` holds twelve short statements, the course's label (`strand`) and that of a second, invented coder.

# %%
acts = load("speech_acts")
acts[["id", "speaker", "words"]]

# %% [markdown] task="6.6a"
# ### Code five
# Sort statements a to e into `agenda`, `deterrence`, `past acts`, `control` and `future acts`. Do not look at the labels first.
#
# Assign the five labels, in the order a to e, as a list to `labels`.

# %% solution="6.6a"
labels = ...
### BEGIN SOLUTION
labels = acts.sort_values("id").strand.head(5).tolist()
### END SOLUTION

# %% [raw] check="6.6a"
# answer: labels
# kind: list
# points: 2
# difficulty: 1
# minutes: 10
# hints:
#   - Assign a list of five labels in quotes.
#   - Each word is used once. Ask of each statement to whom it speaks, and about which time.
#   - Two justify something, one that has been done and one that is to come. One speaks to an attacker, one to people who should obey.
# wrong:
#   - value: '["agenda", "deterrence", "past acts", "control", "control"]'
#     say: Statement e announces something for next year. Does it demand obedience today?
#   - value: '["agenda", "control", "past acts", "deterrence", "future acts"]'
#     say: Who is spoken to in b, and who in d?
#   - value: '["control", "deterrence", "past acts", "control", "future acts"]'

# %% [markdown] task="6.6b"
# ### Agreement beyond chance
# Write the function `kappa(first, second)` for two lists of labels. It returns Cohen's kappa: the agreement beyond luck, as a share of what is possible beyond luck.

# %% solution="6.6b"
def kappa(first, second):
    """Cohen's kappa of two lists of labels."""
    ### BEGIN SOLUTION
    n = len(first)
    seen = sum(a == b for a, b in zip(first, second, strict=True)) / n
    luck = sum(list(first).count(x) * list(second).count(x) for x in set(first) | set(second)) / n**2
    return (seen - luck) / (1 - luck)
    ### END SOLUTION

# %% [raw] check="6.6b"
# answer: kappa
# kind: function
# name: kappa
# calls: [[[a, b, a, b], [a, b, b, b]], [[a, b, c, d, e], [a, b, c, d, d]], [[a, a, b, b], [b, b, a, a]], [[a, b, c], [a, b, c]]]
# returns: {kind: number, tolerance: 0.001}
# properties:
#   - {name: between, low: -1, high: 1, over: [[[a, b, a], [b, a, b]]]}
# points: 3
# difficulty: 3
# minutes: 20
# hints:
#   - The function ends with return and one number.
#   - It is 1 for perfect agreement and can be negative. The raw share of agreement is only the first half.
#   - For each label multiply the two coders' shares and add up. That is the agreement by luck. Take it off above and below.
# wrong:
#   - value: "lambda first, second: sum(a == b for a, b in zip(first, second)) / len(first)"
#     say: This is the raw agreement. Take the luck away.
#   - value: "lambda first, second: sum(a == b for a, b in zip(first, second)) / len(first) - sum(list(first).count(x) * list(second).count(x) for x in set(first)) / len(first) ** 2"
#     say: Divide by what was possible beyond luck.

# %% [markdown] task="6.6c"
# ### The gap in the list
# The list of four strands that luli quotes has agenda, deterrence, past acts and control. How many of the twelve statements have a course label that is **not** on that list?
#
# Assign a whole number to `without_place`.

# %% solution="6.6c"
without_place = ...
### BEGIN SOLUTION
without_place = int((~acts.strand.isin(["agenda", "deterrence", "past acts", "control"])).sum())
### END SOLUTION

# %% [raw] check="6.6c"
# answer: without_place
# kind: number
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign a whole number.
#   - It is small, and not zero.
#   - "`isin` tells which labels are on a list, and ~ turns it round."
# wrong:
#   - value: 0
#     say: This course uses a label that is not on the list of four.
#   - value: 11
#     say: You counted those that have a place.
#   - value: 2

# %% [markdown]
# ## 6.7 Before anyone can answer

# %% [markdown] task="6.7a"
# ### When does the window open?
# A prize of V = 10, a cost of failure C = 30, and an answer whose probability fades as 0.6·e^(−0.1·t), t in months (*teaching values*). Seizing pays if (1 − p)·V > p·C.
#
# After how many months does seizing begin to pay? Assign it to `opens`, with two decimals.

# %% solution="6.7a"
opens = ...
### BEGIN SOLUTION
opens = math.log(0.6 / (10 / (10 + 30))) / 0.1
### END SOLUTION

# %% [raw] check="6.7a"
# answer: opens
# kind: number
# tolerance: 0.006
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number of months.
#   - It is less than a year. First find the probability at which seizing is worth nothing.
#   - Set 0.6·e^(−0.1·t) equal to V/(V + C) and take logarithms.
# wrong:
#   - value: 0.25
#     say: This is the critical probability. The task asks for the time.
#   - value: 5.88
#     say: The critical probability is V/(V + C), not V/C.
#   - value: 12.81
#     say: That is with a tripwire that lifts the cost to 50.

# %% [markdown] task="6.7b"
# ### Slices
# A stake of 10 is cut into n equal slices. The defender resists if the slice before it, alone, is worth at least 4, the cost of resisting.
# What is the smallest n at which it never resists?
#
# Assign it to `thin_enough`.

# %% solution="6.7b"
thin_enough = ...
### BEGIN SOLUTION
thin_enough = next(n for n in range(1, 20) if 10 / n < 4)
### END SOLUTION

# %% [raw] check="6.7b"
# answer: thin_enough
# kind: number
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one whole number of slices.
#   - Two slices are worth five each.
#   - A slice is worth 10/n. Find the first n at which this is less than the cost of resisting.
# wrong:
#   - value: 2
#     say: Half of the stake is still worth a fight.
#   - value: 2.5
#     say: Slices are whole.
#   - value: 4

# %% [markdown]
# ## 6.8 Who did it?
#
# *Teaching values:* a clue appears with 0.8 if the suspect did it and with 0.2 if not.

# %% [markdown] task="6.8a"
# ### One clue, two beginnings
# How sure are you after one clue if you began with 0.3, and how sure if you began with 0.1?
#
# Assign a list of the two beliefs to `after_one_clue`.

# %% solution="6.8a"
after_one_clue = ...
### BEGIN SOLUTION
after_one_clue = [posterior(prior, 0.8 / 0.2) for prior in (0.3, 0.1)]
### END SOLUTION

# %% [raw] check="6.8a"
# answer: after_one_clue
# kind: list
# items: number
# tolerance: 0.001
# points: 1
# difficulty: 2
# minutes: 5
# hints:
#   - Assign a list of two numbers between 0 and 1.
#   - The first is above a half, the second below it.
#   - The likelihood ratio is hit rate over false alarms. Use your function posterior.
# wrong:
#   - value: [0.8, 0.8]
#     say: This is how often the clue appears if the suspect did it. You are asked for the reverse.
#   - value: [0.24, 0.08]
#     say: These are the chances of guilt and clue together. Divide by the chance of the clue.
#   - value: "after_one_clue[::-1]"
#     say: You have exchanged the two.

# %% [markdown] task="6.8b"
# ### How many independent clues?
# A wrong accusation costs nine times as much as a missed culprit, so you act from a belief of 0.9 on. You begin at 0.3. How many independent clues do you need?
#
# Assign a whole number to `clues_needed`.

# %% solution="6.8b"
clues_needed = ...
### BEGIN SOLUTION
clues_needed = next(n for n in range(1, 20) if posterior(0.3, 4**n) >= 0.9)
### END SOLUTION

# %% [raw] check="6.8b"
# answer: clues_needed
# kind: number
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one whole number.
#   - One clue is not enough. Ratios of independent clues multiply.
#   - Count n up from 1, with a ratio of 4 to the power of n, and stop when the belief reaches the bar.
# wrong:
#   - value: 2
#     say: Two bring you close, to 87 percent.
#   - value: 1
#     say: One brings you to 63 percent.
#   - value: 4
#     say: Fewer will do.

# %% [markdown] task="6.8c"
# ### One leaked file
# Two newspapers print the same clue, and both have it from one leaked file. How much does the second print add?
#
# - a) as much as the first
# - b) half as much
# - c) nothing
#
# Assign a letter to `second_print`.

# %% solution="6.8c"
second_print = ...
### BEGIN SOLUTION
second_print = "c"
### END SOLUTION

# %% [raw] check="6.8c"
# answer: second_print
# kind: choice
# options: [a, b, c]
# points: 1
# difficulty: 1
# minutes: 3
# hints:
#   - Assign one letter in quotes.
#   - Ask how likely the second print is, once you know of the first.
#   - If the suspect is innocent, would the second newspaper have printed it less often? Then what is its likelihood ratio?
# wrong:
#   - value: a
#     say: That holds for independent clues.
#   - value: b
#     say: The second print is certain given the first, guilty or not, so its ratio is one.

# %% [markdown]
# ## 6.9 Two faces

# %% [markdown] task="6.9a"
# ### Two homes
# Write the function `room(at_most, at_least)`: how wide the range is that both homes accept, 0 if there is none. One accepts deals up to `at_most`, the other from `at_least`.

# %% solution="6.9a"
def room(at_most, at_least):
    """Width of the range that both homes accept."""
    ### BEGIN SOLUTION
    return max(0, at_most - at_least)
    ### END SOLUTION

# %% [raw] check="6.9a"
# answer: room
# kind: function
# name: room
# calls: [[6, 5], [4, 5], [5, 5], [9, 1]]
# returns: {kind: number}
# properties:
#   - {name: non_negative, over: [[0, 10], [3, 8]]}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - The function ends with return and one number.
#   - A range cannot be narrower than nothing.
#   - Subtract the floor from the ceiling, and take the larger of this and zero.
# wrong:
#   - value: "lambda at_most, at_least: at_most - at_least"
#     say: If the floor lies above the ceiling, this is negative.
#   - value: "lambda at_most, at_least: abs(at_most - at_least)"
#     say: A gap is not a room.

# %% [markdown] task="6.9b"
# ### Are 83.0 and 80.5 different?
# Treat two shares, 83.0 and 80.5 percent, as if they came from two independent samples of 1,000 people each (*assumed*). Compute the z statistic with the pooled share.
#
# Assign it to `z`, with two decimals.

# %% solution="6.9b"
z = ...
### BEGIN SOLUTION
p, q, n = 0.83, 0.805, 1000
pooled = (p + q) / 2
z = (p - q) / math.sqrt(pooled * (1 - pooled) * 2 / n)
### END SOLUTION

# %% [raw] check="6.9b"
# answer: z
# kind: number
# tolerance: 0.011
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number.
#   - Shares as fractions, not percent. The result is positive and below 1.96.
#   - The standard error is the root of pooled·(1 − pooled)·(1/n + 1/n), where pooled is the mean of the two shares.
# wrong:
#   - value: "(p - q) / math.sqrt(pooled * (1 - pooled) / n)"
#     say: Both shares have an error, so the variance counts twice.
#   - value: 2.5
#     say: That is the difference in points.
#   - value: 1.96

# %% [markdown] note="6.9b"
# The same people answered both items, so the right test is McNemar's, and it needs the cross-table. With these shares its statistic can be anything from 1.7 to 25.

# %% [markdown] task="6.9c"
# ### The margin of 76 percent
# The Balkan Barometer 2023 asked 6,027 people. If they were one simple random sample, what is the 95 percent margin of the 76 percent, in percentage points?
#
# Assign it to `margin`, with one decimal or more.

# %% solution="6.9c"
margin = ...
### BEGIN SOLUTION
margin = 100 * 1.96 * math.sqrt(0.76 * 0.24 / 6027)
### END SOLUTION

# %% [raw] check="6.9c"
# answer: margin
# kind: number
# tolerance: 0.051
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one number, in percentage points.
#   - It is about one point, up or down.
#   - "The standard error of a share is the root of p·(1 − p)/n. The margin is 1.96 times that."
# wrong:
#   - value: "margin * 2"
#     say: That is the whole width. The margin is half of it.
#   - value: "margin / 1.96"
#     say: That is one standard error.
#   - value: "100 * 0.98 / math.sqrt(1000)"
#     say: That is the margin of a half in a sample of a thousand.

# %% [markdown]
# ## 6.10 A neighbourhood of twelve
#
# `pairs` knows which states share a land border (`shared_border` is 1).

# %%
from balkanlab.models import neighbourhood

pairs = load("pairs")
region = list(neighbourhood.REGION)
graph = neighbourhood.neighbours(pairs)

# %% [markdown] task="6.10a"
# ### Who has most windows?
# Which of the twelve states of `region` has the most neighbours among the other eleven, and how many are they? Count in `pairs`.
#
# Assign the number of its neighbours to `most_neighbours`.

# %% solution="6.10a"
most_neighbours = ...
### BEGIN SOLUTION
inside = pairs[pairs.iso3_a.isin(region) & pairs.iso3_b.isin(region) & (pairs.shared_border == 1)]
most_neighbours = int(pd.concat([inside.iso3_a, inside.iso3_b]).value_counts().max())
### END SOLUTION

# %% [raw] check="6.10a"
# answer: most_neighbours
# kind: number
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one whole number.
#   - Each pair stands once in the table, so a state can be in either of two columns.
#   - Keep the pairs inside the region that share a border, put the two columns under each other, and count.
# wrong:
#   - value: 25
#     say: That is the number of borders in the region.
#   - value: 7
#     say: You may have counted one of the two columns only.
#   - value: 11

# %% [markdown] task="6.10b"
# ### Where does calm end?
# Without noise and with full distrust (trust 0), find the smallest `reaction` on the grid 0.10, 0.12, … 1.20 at which the region ends in a spiral.
# `neighbourhood.sweep(graph, reactions=[…], trusts=[0])` gives a table; `spiral_pct` is 100 where the run ended in a spiral.
#
# Assign the reaction to `tipping_point`.

# %% solution="6.10b"
tipping_point = ...
### BEGIN SOLUTION
table = neighbourhood.sweep(graph, reactions=np.round(np.arange(0.10, 1.201, 0.02), 2), trusts=[0])
tipping_point = table[table.spiral_pct == 100].reaction.min()
### END SOLUTION

# %% [raw] check="6.10b"
# answer: tipping_point
# kind: number
# tolerance: 0.006
# points: 2
# difficulty: 3
# minutes: 15
# hints:
#   - Assign one number from the grid.
#   - It lies in the middle of the grid, well below one.
#   - Make the grid with np.arange, run the sweep once, keep the rows with a spiral, and take the smallest reaction.
# wrong:
#   - value: 1
#     say: For two states the product of reaction and distrust would have to reach one. Here a state with many neighbours gets there earlier.
#   - value: "tipping_point - 0.02"
#     say: At this one the region is still calm.
#   - value: 0.2

# %% [markdown] note="6.10b"
# Below a reaction of 0.90, which is 1 over the largest eigenvalue of the scaled border matrix, arms would settle in the end; but a run counts as a
# spiral from mean arms of 3 on, and those are reached earlier. Strong students can show both with numpy.linalg.

# %% [markdown]
# ## Done?
#
# Run all cells once from the top: in the menu *Run*, *Run All Cells*. Every check that says `ok` then is one that holds.
# Three questions that no check can settle are worth a conversation: which evidence would make you change from spiral to deterrence, who may call a purchase a reply, and what calm is worth.
