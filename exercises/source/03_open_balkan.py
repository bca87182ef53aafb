# ---
# balkanlab: {chapter: "03", title: "Open Balkan: exercises"}
# jupyter: {kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}}
# ---

# %% [markdown]
# # Open Balkan: exercises
#
# These tasks go with the chapter [Open Balkan: a club without a house](../notebooks/03_open_balkan.ipynb), one group for each of its ten systems.
# Each group climbs from easy to hard; you may take the groups in any order.
#
# **How it works.** Under each task is a cell for your answer. Replace the three dots, run the cell, then run the check below it.
# A check says `ok`, or `not yet` with a hint. The next failed attempt brings a stronger hint, three in all. No check shows the answer.
#
# Checks are kind: a column or an array will do where a list is wanted, a whole number where a decimal is, capitals or not.
# Where a task asks for a rounded number, the unrounded one is right too.
#
# **What is real.** Tables come from the course's data; `from balkanlab import card` and `card("agreements")` show where one is from and what it cannot tell.
# Numbers called *teaching values* are invented for practice, and points on a scale are the course's own coding.
#
# Kosovo: the name is used without taking a position on status. It is in line with UN Security Council Resolution 1244 (1999)
# and the opinion of the International Court of Justice of 2010 on Kosovo's declaration of independence. Its code here is XKX.

# %% setup=true
from datetime import date, timedelta
from itertools import combinations, permutations
from math import comb, factorial

from balkanlab import load
from balkanlab.exercises import Checks

check = Checks("03_open_balkan")

# %% [markdown]
# ## 3.1 A pile of treaties
#
# A row is one text that was signed under Open Balkan. `in_force` is the day from which it could be used, where a page gives one.

# %%
agreements = load("agreements")
agreements[["id", "title", "kind", "parties", "signed", "in_force"]]

# %% [markdown] task="3.1a"
# ### From the pen to the counter
# How many days passed between the signature of the agreement on the labour market and the day on which it could be used?
#
# The row has the id `labour`. Assign a whole number to `days_waited`.

# %% solution="3.1a"
days_waited = ...
### BEGIN SOLUTION
row = agreements.set_index("id").loc["labour"]
days_waited = (row["in_force"] - row["signed"]).days
### END SOLUTION

# %% [raw] check="3.1a"
# answer: days_waited
# kind: number
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one whole number of days, not a span of time. A span has `.days`.
#   - It is more than two years. There are other rows on labour, so take care that you have the agreement.
#   - Set the index to id, pick the row with .loc, and subtract signed from in_force.
# wrong:
#   - value: 39
#     say: That is the protocol which carries the agreement out, signed two years later.
#   - value: "(row['in_force'] - agreements.set_index('id').loc['labour-mou', 'signed']).days"
#     say: You began with the memorandum of Skopje. Find the agreement.
#   - value: "-days_waited"
#     say: The later day comes first in the subtraction.

# %% [markdown] task="3.1b"
# ### After a quarrel
# Each topic is settled by texts between two states, one text for each pair. One state repeals everything that it signed.
#
# Write `texts_left(states, topics)`: the number of texts still in force. Here `states` counts the state that left, too.

# %% solution="3.1b"
def texts_left(states, topics):
    """Texts in force after one of the states repealed all of its own."""
    left = ...
    ### BEGIN SOLUTION
    left = topics * comb(states - 1, 2)
    ### END SOLUTION
    return left

# %% [raw] check="3.1b"
# answer: texts_left
# kind: function
# calls: [[3, 3], [3, 1], [2, 5], [4, 3], [6, 4]]
# returns: {kind: number}
# properties:
#   - {name: non_negative, over: [[2, 1], [3, 2], [7, 7]]}
#   - {name: increasing, over: [[3, 2], [4, 2], [5, 2]]}
# points: 1
# difficulty: 2
# minutes: 5
# hints:
#   - The function ends with return and one whole number.
#   - With two states nothing is left. Three states and three topics make nine texts before the quarrel.
#   - A text survives if the state that left is not in its pair. Count the pairs among the others, and multiply by the topics.
# wrong:
#   - value: "lambda states, topics: topics * states * (states - 1) // 2"
#     say: That is the number before the quarrel.
#   - value: "lambda states, topics: topics * (states - 1)"
#     say: These are the texts that end, one for each partner and topic.
#   - value: "lambda states, topics: topics * (states - 1) * (states - 2)"
#     say: Each pair is counted twice.

# %% [markdown] task="3.1c"
# ### How long does a pile live?
# In a year each text is repealed with the chance `risk`, a share of one, on its own and independently of the others.
#
# Write `pile_alive(risk, years, texts)`: the chance that at least one of the texts is still in force after so many years.

# %% solution="3.1c"
def pile_alive(risk, years, texts):
    """Chance that at least one text is alive, as a share of one."""
    ### BEGIN SOLUTION
    one = (1 - risk) ** years
    return 1 - (1 - one) ** texts
    ### END SOLUTION

# %% [raw] check="3.1c"
# answer: pile_alive
# kind: function
# calls: [[0.1, 10, 1], [0.1, 10, 12], [0.5, 1, 2], [0.05, 20, 6], [0.3, 4, 22]]
# returns: {kind: number, tolerance: 0.0005}
# properties:
#   - {name: between, over: [[0, 5, 3], [0.9, 9, 1], [0.2, 0, 4]], low: 0, high: 1}
#   - {name: increasing, over: [[0.1, 10, 1], [0.1, 10, 3], [0.1, 10, 9]]}
#   - {name: decreasing, over: [[0.1, 5, 3], [0.1, 10, 3], [0.1, 20, 3]]}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - The function ends with return and one number between zero and one.
#   - Begin with one text. To be alive after two years it must survive the first and the second.
#   - At least one is alive unless all have died. The chance that one has died is one minus the chance that it lives; raise that to the number of texts.
# wrong:
#   - value: "lambda risk, years, texts: (1 - risk) ** (years * texts)"
#     say: That is the chance that all of them are alive.
#   - value: "lambda risk, years, texts: (1 - risk) ** years"
#     say: That is one given text. A pile has more chances.
#   - value: "lambda risk, years, texts: 1 - risk ** (years * texts)"

# %% [markdown] note="3.1c"
# Let students find the hidden assumption, independence, and a case in which it fails: a new government that repeals all on one day.

# %% [markdown]
# ## 3.2 Four freedoms
#
# Points from 0 to 1 for each freedom, where 1 is the single market of the EU. The column `reason` says why.

# %%
freedoms = load("freedoms")
practice = freedoms[freedoms["stage"] == "practice"]
practice.pivot(index="scheme", columns="freedom", values="score")

# %% [markdown] task="3.2a"
# ### Weights
# Write `weighted_score(points, weights)`. Both arguments are dictionaries. A freedom that has points and no entry in `weights` has the weight 1.

# %% solution="3.2a"
def weighted_score(points, weights):
    """Weighted mean of the points."""
    score = ...
    ### BEGIN SOLUTION
    total = sum(weights.get(name, 1) for name in points)
    score = sum(weights.get(name, 1) * value for name, value in points.items()) / total
    ### END SOLUTION
    return score

# %% [raw] check="3.2a"
# answer: weighted_score
# kind: function
# calls: [[{goods: 0.5, services: 0, capital: 0.25, persons: 0.5, labour: 0.5}, {}], [{goods: 0.5, services: 0, capital: 0.25, persons: 0.5, labour: 0.5}, {labour: 2}], [{goods: 1, labour: 0}, {goods: 3}], [{goods: 1, services: 0.5, capital: 0.5, persons: 1, labour: 1}, {services: 4, capital: 2}]]
# returns: {kind: number, tolerance: 0.0005}
# points: 1
# difficulty: 1
# minutes: 10
# hints:
#   - The function ends with return and one number between zero and one.
#   - Without any weights it is the plain mean. A dictionary has .get(name, 1) for an entry that may be missing.
#   - Multiply each point by its weight, add up, and divide by the sum of the weights of the freedoms that have points.
# wrong:
#   - value: "lambda points, weights: sum(points.values()) / len(points)"
#     say: Right for equal weights only.
#   - value: "lambda points, weights: sum(weights.get(n, 1) * v for n, v in points.items()) / len(points)"
#     say: Divide by the sum of the weights, not by the number of freedoms.
#   - value: "lambda points, weights: sum(weights.get(n, 1) * v for n, v in points.items())"

# %% [markdown] task="3.2b"
# ### Can any weights turn the order?
# Take the practice of the Common Regional Market and of CEFTA. Between which two numbers lies the lead of the first over the second, whatever the weights?
#
# Assign a list of two numbers to `lead`, the smaller first.

# %% solution="3.2b"
lead = [..., ...]
### BEGIN SOLUTION
points = practice.pivot(index="freedom", columns="scheme", values="score")
difference = points["Common Regional Market"] - points["CEFTA"]
lead = [difference.min(), difference.max()]
### END SOLUTION

# %% [raw] check="3.2b"
# answer: lead
# kind: list
# items: number
# tolerance: 0.001
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign a list of two numbers.
#   - Subtract freedom by freedom. No weights are needed.
#   - A weighted mean of the differences cannot leave their range. With almost all weight on one freedom it comes as close as you like to that freedom's difference.
# wrong:
#   - value: [-0.25, 0.5]
#     say: That is Open Balkan against CEFTA.
#   - value: "[float(difference.mean()), float(difference.mean())]"
#     say: This is the lead under equal weights. The task asks for all weights.
#   - value: "[lead[1], lead[0]]"
#     say: The smaller first.

# %% [markdown] note="3.2b"
# Both ends are not negative: in this coding no weights put CEFTA ahead. Ask which single point would have to change.

# %% [markdown]
# ## 3.3 Ninety days in any hundred and eighty
#
# On each day of presence count the days of presence in the 180 days that end on that day, the day itself included. At most 90 are legal.
# First and last day of a stay count. A day is a text such as `"2024-05-30"`.

# %% [markdown] task="3.3a"
# ### How many days are used?
# Write `days_used(stays, day)`. `stays` is a list of pairs of days, first and last. Count days of presence in the window of 180 days that ends on `day`.
#
# Stays may overlap; a day counts once. Stays may reach beyond `day`; what comes later does not count.

# %% solution="3.3a"
def days_used(stays, day):
    """Days of presence in the 180 days that end on `day`."""
    end = date.fromisoformat(day)
    ### BEGIN SOLUTION
    present = set()
    for first, last in stays:
        first, last = date.fromisoformat(first), date.fromisoformat(last)
        present |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return sum(end - timedelta(days=n) in present for n in range(180))
    ### END SOLUTION

# %% [raw] check="3.3a"
# answer: days_used
# kind: function
# calls: [[[["2024-01-10", "2024-03-09"], ["2024-05-01", "2024-05-30"]], "2024-05-30"], [[["2024-01-10", "2024-03-09"], ["2024-05-01", "2024-05-30"]], "2024-07-08"], [[["2024-02-29", "2024-02-29"]], "2024-08-26"], [[["2024-02-29", "2024-02-29"]], "2024-08-27"], [[["2024-01-01", "2024-01-10"], ["2024-01-10", "2024-01-12"]], "2024-01-31"], [[["2024-01-01", "2024-12-31"]], "2024-01-20"], [[], "2024-05-05"]]
# returns: {kind: number}
# points: 3
# difficulty: 3
# minutes: 20
# hints:
#   - The function ends with return and one whole number. With no stays it is zero.
#   - The window has 180 days with both ends, so it opens 179 days before the day. Try a single day on 29 February 2024 and ask on 26 and on 27 August.
#   - Put all days of presence into a set, so that a double day counts once. Then count how many of the 180 days up to and including the day are in the set.
# wrong:
#   - value: "lambda stays, day: sum((date.fromisoformat(b) - date.fromisoformat(a)).days + 1 for a, b in stays)"
#     say: You counted all stays. Only days inside the window count.
#   - value: "lambda stays, day: len({date.fromisoformat(a) + timedelta(days=n) for a, b in stays for n in range((date.fromisoformat(b) - date.fromisoformat(a)).days + 1)} & {date.fromisoformat(day) - timedelta(days=n) for n in range(181)})"
#     say: Your window has 181 days.
#   - value: "lambda stays, day: sum((date.fromisoformat(b) - date.fromisoformat(a)).days for a, b in stays)"

# %% [markdown] task="3.3b"
# ### Back again
# Somebody was there from 10 January to 9 March 2024 and from 1 to 30 May 2024 (teaching values). What is the first day of legal entry after 30 May?
#
# Assign the day as a text to `next_entry`, as in "2024-05-30". Your function may help.

# %% solution="3.3b"
next_entry = ...
### BEGIN SOLUTION
stays = [("2024-01-10", "2024-03-09"), ("2024-05-01", "2024-05-30")]
entry = date(2024, 5, 31)
while days_used(stays, entry.isoformat()) + 1 > 90:
    entry += timedelta(days=1)
next_entry = entry.isoformat()
### END SOLUTION

# %% [raw] check="3.3b"
# answer: next_entry
# kind: text
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one text with year, month and day, in quotes.
#   - It is in the summer of 2024. On 30 May exactly 90 days are used.
#   - The day of entry counts too, so before it at most 89 may be used. Days begin to leave when the window has passed 10 January.
# wrong:
#   - value: "2024-05-31"
#     say: On that day it would be the 91st day.
#   - value: "2024-07-07"
#     say: One day too early. On that day 10 January is still in the window.
#   - value: "2024-08-28"
#     say: You waited for 90 days. That is needed after 90 days in a row, not here.

# %% [markdown] task="3.3c"
# ### As long as possible
# Somebody stays whenever it is legal, from day 1 on, and leaves when it is not. Write `most_days(days)`: the days of presence among the first `days` days.

# %% solution="3.3c"
def most_days(days):
    """Legal days of presence among the first `days` days, staying as long as allowed."""
    ### BEGIN SOLUTION
    return 90 * (days // 180) + min(days % 180, 90)
    ### END SOLUTION

# %% [raw] check="3.3c"
# answer: most_days
# kind: function
# calls: [[1], [90], [91], [180], [181], [270], [300], [365], [720], [1000]]
# returns: {kind: number}
# points: 2
# difficulty: 3
# minutes: 15
# hints:
#   - The function ends with return and one whole number.
#   - In the beginning every day is legal, up to the limit. Then comes a pause. How long is it, and what comes after it?
#   - Once the window has passed the first day of presence, one day leaves for each day that comes. So the pattern repeats with the length of the window. Count full patterns, and what is left up to the limit.
# wrong:
#   - value: "lambda days: days // 2"
#     say: Half of the time is right in the long run. Early on it is more.
#   - value: "lambda days: min(days, 90)"
#     say: After the pause a new stay is legal.
#   - value: "lambda days: 90 * (days // 180)"
#     say: What is left after the full patterns counts too, up to a limit.

# %% [markdown] note="3.3c"
# Let students test the formula by a greedy walk with their own days_used.

# %% [markdown]
# ## 3.4 The queue at the border
#
# Trucks arrive at random, λ an hour. A booth handles μ an hour. There are c booths and one queue. All rates here are teaching values.

# %% [markdown] task="3.4a"
# ### Erlang's formula
# With $a=\lambda/\mu$ and $\rho=a/c$ below 1, a truck has to wait with the chance $C = \frac{X}{\sum_{k<c} a^k/k! + X}$, where $X = \frac{a^c}{c!\,(1-\rho)}$.
# The mean wait is $C/(c\mu-\lambda)$ hours.
#
# Write `mean_wait(arrivals, service, booths)` in *minutes*.

# %% solution="3.4a"
def mean_wait(arrivals, service, booths):
    """Mean wait before the booth, in minutes."""
    a = arrivals / service
    ### BEGIN SOLUTION
    idle = sum(a**k / factorial(k) for k in range(booths))
    busy = a**booths / factorial(booths) / (1 - a / booths)
    return 60 * busy / (idle + busy) / (booths * service - arrivals)
    ### END SOLUTION

# %% [raw] check="3.4a"
# answer: mean_wait
# kind: function
# calls: [[40, 12, 4], [46, 12, 4], [40, 13.2, 4], [40, 12, 5], [9, 12, 1]]
# returns: {kind: number, tolerance: 0.01}
# properties:
#   - {name: increasing, over: [[30, 12, 4], [36, 12, 4], [42, 12, 4], [46, 12, 4]]}
#   - {name: decreasing, over: [[40, 12, 4], [40, 12, 5], [40, 12, 6]]}
# points: 3
# difficulty: 3
# minutes: 20
# hints:
#   - The function ends with return and one number, in minutes.
#   - With one booth, nine arrivals and twelve checks an hour, the chance to wait is three quarters and the mean wait is a quarter of an hour.
#   - Compute X first, with the factorial of the number of booths. The sum runs over k from 0 to c − 1. An hour has sixty minutes.
# wrong:
#   - value: "lambda l, m, c: mean_wait(l, m, c) / 60"
#     say: These are hours.
#   - value: "lambda l, m, c: 60 / (c * m - l)"
#     say: Not every truck has to wait. Multiply by the chance to wait.
#   - value: "lambda l, m, c: mean_wait(l, m, c) + 60 / m"
#     say: That is wait and check together. The task asks for the wait before the booth.

# %% [markdown] task="3.4b"
# ### How many booths?
# 46 trucks an hour arrive, and a booth handles 12. How many booths are needed so that the mean wait is below one minute?
#
# Assign a whole number to `booths_needed`.

# %% solution="3.4b"
booths_needed = ...
### BEGIN SOLUTION
booths_needed = 4
while mean_wait(46, 12, booths_needed) >= 1:
    booths_needed += 1
### END SOLUTION

# %% [raw] check="3.4b"
# answer: booths_needed
# kind: number
# points: 1
# difficulty: 2
# minutes: 5
# hints:
#   - Assign one whole number.
#   - Four booths are just enough to keep the queue from growing without end. Let your function run upwards from there.
#   - One more booth brings most of the relief, and it is not quite enough.
# wrong:
#   - value: 4
#     say: With four the mean wait is almost half an hour.
#   - value: 5
#     say: Close. With five it is still above one minute.
#   - value: 8
#     say: That is twice what is needed to keep up. Fewer will do.

# %% [markdown] task="3.4c"
# ### Hours per truck
# The World Bank spoke of 26 million truck hours a year at the region's crossings. The Regional Cooperation Council counts 13,000 trucks a day on the corridors.
#
# How many hours per truck is that? Assign it to `hours_per_truck`, with two decimals. A year has 365 days. (Two sources, so the ratio is rough.)

# %% solution="3.4c"
hours_per_truck = ...
### BEGIN SOLUTION
hours_per_truck = 26_000_000 / (13_000 * 365)
### END SOLUTION

# %% [raw] check="3.4c"
# answer: hours_per_truck
# kind: number
# tolerance: 0.006
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one number, in hours.
#   - Hours are given for a year and trucks for a day. Bring both to a year.
#   - It is between five and six hours, or a good part of a working day.
# wrong:
#   - value: 2000
#     say: You divided yearly hours by trucks of one day.
#   - value: "hours_per_truck * 60"
#     say: That is in minutes.
#   - value: "26_000_000 / (13_000 * 260)"
#     say: Trucks drive at weekends too; the task says 365 days.

# %% [markdown]
# For the last task of this group the library computes the mean waits of a day: 800 trucks, 45 percent of them in six rush hours, four booths that handle 12 an hour each.

# %%
from balkanlab.models.borders import green_lane, rush_profile

day = rush_profile(800, 45)
green_lane(day, 12, 4, aeo_pct=10, green_booths=0)

# %% [markdown] task="3.4d"
# ### A lane for the few
# Ten percent of the trucks are certified. Now one of the four booths is kept for them. By how many minutes does the mean wait of *all trucks* change?
#
# Assign the change to `lane_effect`, one decimal, positive if the wait grows.

# %% solution="3.4d"
lane_effect = ...
### BEGIN SOLUTION
shared = green_lane(day, 12, 4, aeo_pct=10, green_booths=0).set_index("lane")["wait"]
kept = green_lane(day, 12, 4, aeo_pct=10, green_booths=1).set_index("lane")["wait"]
lane_effect = kept["all trucks"] - shared["all trucks"]
### END SOLUTION

# %% [raw] check="3.4d"
# answer: lane_effect
# kind: number
# tolerance: 0.051
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign one number, in minutes.
#   - Call the function twice, once with a green booth and once without. The rows of the result are lanes.
#   - Take the row for all trucks in both tables, and subtract the wait without the lane from the wait with it.
# wrong:
#   - value: "kept['certified'] - shared['certified']"
#     say: That is what the certified win. The task asks for all trucks.
#   - value: "kept['others'] - shared['others']"
#     say: That is the change for the others only.
#   - value: "-lane_effect"
#     say: Positive means that the wait grows.

# %% [markdown] note="3.4d"
# Let students find the certified share at which the lane does least harm, and then let the check be faster instead (faster_pct).

# %% [markdown]
# ## 3.5 A number instead of a permit

# %% [markdown] task="3.5a"
# ### A door with a threshold
# In two countries employers pay $100 - L$ when they employ $L$ workers. In the first there are 20 workers, in the second 60 (teaching values).
# Workers move until the gap in wages is down to the cost of moving, which is 10. What are the wages then?

# %% solution="3.5a"
wages = {"first": ..., "second": ...}
### BEGIN SOLUTION
gap = 80 - 40
movers = (gap - 10) / 2
wages = {"first": 100 - (20 + movers), "second": 100 - (60 - movers)}
### END SOLUTION

# %% [raw] check="3.5a"
# answer: wages
# kind: table
# key: country
# columns: {wage: {tolerance: 0.01}}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Fill both places with a number and keep the keys.
#   - Before the door opens the wages are 80 and 40. After it they differ by exactly the cost of moving.
#   - Each mover lowers the wage in the first country by one and raises it in the second by one. So each closes the gap by two.
# wrong:
#   - value: '{"first": 60, "second": 60}'
#     say: That is without any cost of moving.
#   - value: '{"first": 50, "second": 70}'
#     say: People do not move past each other. The wage stays higher where it was higher.
#   - value: '{"first": 70, "second": 50}'
#     say: Here the gap is twenty. It should be ten.

# %% [markdown] task="3.5b"
# ### Is that many?
# In the first half year 1,928 people in North Macedonia got a number. How many is that per 100,000 people?
#
# Take the population of 2022 from the table of economies. Assign the number to `per_100k`, one decimal.

# %% solution="3.5b"
economies = load("economies")
per_100k = ...
### BEGIN SOLUTION
people = economies[(economies["iso3"] == "MKD") & (economies["year"] == 2022)]["population"].iloc[0]
per_100k = 1928 / people * 100_000
### END SOLUTION

# %% [raw] check="3.5b"
# answer: per_100k
# kind: number
# tolerance: 0.06
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one number.
#   - It is about a tenth of a percent, written per 100,000. North Macedonia is MKD.
#   - Pick the row of the country and the year, divide 1,928 by the population, and multiply by 100,000.
# wrong:
#   - value: 93.6
#     say: You took an older population of 2.06 million. The census of 2021 changed it; the table has the newer one.
#   - value: "per_100k / 1000"
#     say: That is in percent.
#   - value: 28.9
#     say: That is per 100,000 in a country of Serbia's size.

# %% [markdown] note="3.5b"
# How many of them found work is unknown, even to the ministry. Ask what one would need to know to call the scheme a success.

# %% [markdown]
# ## 3.6 Who joins?
#
# Positions on Open Balkan from −2 to +2, coded by the course.

# %%
positions = load("positions")
stand = positions[positions["issue"] == "Open Balkan"].set_index("actor")["position"]
stand

# %% [markdown] task="3.6a"
# ### Three peoples, two rules
# Write `decides(votes, veto)`. `votes` is a list of numbers, one for each people; only a number above 0 is a yes. With `veto` true all must say yes,
# otherwise more than half of the peoples must.

# %% solution="3.6a"
def decides(votes, veto):
    """Whether the peoples accept together."""
    ### BEGIN SOLUTION
    yes = sum(vote > 0 for vote in votes)
    return yes == len(votes) if veto else 2 * yes > len(votes)
    ### END SOLUTION

# %% [raw] check="3.6a"
# answer: decides
# kind: function
# calls: [[[2, -1, 0], true], [[2, -1, 0], false], [[2, -1, 1], true], [[2, -1, 1], false], [[1, 1, 1], true], [[1, 1, -2, -2], false]]
# returns: {kind: boolean}
# points: 1
# difficulty: 1
# minutes: 10
# hints:
#   - The function ends with return and True or False.
#   - A people with 0 has not said yes. Two of four are not more than half.
#   - Count the votes above zero. Compare the count with the number of peoples, or twice the count with it.
# wrong:
#   - value: "lambda votes, veto: sum(votes) > 0"
#     say: A strong yes does not count twice.
#   - value: "lambda votes, veto: min(votes) >= 0 if veto else 2 * sum(v >= 0 for v in votes) > len(votes)"
#     say: An abstention is no yes.
#   - value: "lambda votes, veto: 2 * sum(v > 0 for v in votes) > len(votes)"
#     say: With a veto one missing yes is enough to stop it.

# %% [markdown] task="3.6b"
# ### A bandwagon with a locked door
# Leave Bosnia and Herzegovina aside. The founders ALB, MKD and SRB are in. MNE and XKX look on. In each round a state wants in if its position plus 3 × (number inside) / 5 is above 0.
# But nobody may come in who cannot sign with somebody inside: Serbia and Kosovo do not recognise each other, and there is no clause on names.
#
# Who is inside when nobody moves any more? Assign a list of codes to `inside`.

# %% solution="3.6b"
inside = [...]
### BEGIN SOLUTION
inside = ["ALB", "MKD", "SRB"]
moved = True
while moved:
    moved = False
    for state in ["MNE", "XKX"]:
        wants = stand[state] + 3 * len(inside) / 5 > 0
        may = not (state == "XKX" and "SRB" in inside)
        if state not in inside and wants and may:
            inside.append(state)
            moved = True
### END SOLUTION

# %% [raw] check="3.6b"
# answer: inside
# kind: set
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - Assign a list of codes in quotes.
#   - First ask who wants in, with three inside. Then ask again with the new number inside.
#   - Kosovo comes to want it in the second round. Wanting is not the only condition.
# wrong:
#   - value: ["ALB", "MKD", "SRB"]
#     say: Montenegro's payoff is above zero with three inside.
#   - value: ["ALB", "MKD", "SRB", "MNE", "XKX"]
#     say: All of them want it. But who is inside that Kosovo cannot sign with?
#   - value: ["ALB", "MKD", "MNE", "XKX"]
#     say: Founders stay.

# %% [markdown]
# ## 3.7 Who gains?

# %% [markdown] task="3.7a"
# ### Shapley's shares
# Three players S, A and M. Alone each makes 0. Pairs make: S and A 6, S and M 4, A and M 2. All three make 15 (teaching values).
#
# Compute the Shapley value: the mean over all six orders of arrival of what each adds when it arrives.

# %% solution="3.7a"
worth = {"": 0, "A": 0, "M": 0, "S": 0, "AM": 2, "AS": 6, "MS": 4, "AMS": 15}
shapley = {"S": ..., "A": ..., "M": ...}
### BEGIN SOLUTION
shapley = dict.fromkeys("SAM", 0.0)
for order in permutations("SAM"):
    for place, player in enumerate(order):
        before = "".join(sorted(order[:place]))
        after = "".join(sorted(order[: place + 1]))
        shapley[player] += (worth[after] - worth[before]) / 6
### END SOLUTION

# %% [raw] check="3.7a"
# answer: shapley
# kind: table
# key: player
# columns: {value: {tolerance: 0.006}}
# points: 3
# difficulty: 3
# minutes: 20
# hints:
#   - Fill all three places with a number and keep the keys.
#   - The three numbers sum to the worth of all three. S adds most on average.
#   - For each order, take the worth of those who are there after an arrival and subtract the worth of those before it. The keys of `worth` are in alphabetical order, so sort the letters.
# wrong:
#   - value: '{"S": 5, "A": 5, "M": 5}'
#     say: That is an equal split. Count what each one adds.
#   - value: '{"S": 6.25, "A": 5.0, "M": 3.75}'
#     say: You divided in proportion to the pairs. Go through the orders of arrival.
#   - value: '{"S": 13, "A": 11, "M": 9}'
#     say: That is what each adds as the last to arrive. It may also arrive first or second.

# %% [markdown] task="3.7b"
# ### Would anybody walk out?
# Take another cake: S and A make 4, S and M 7, A and M 1, all three 9. It is divided equally, 3 for each. Is this division in the core?
#
# Assign True or False to `stable`.

# %% solution="3.7b"
stable = ...
### BEGIN SOLUTION
pairs = {"SA": 4, "SM": 7, "AM": 1}
stable = all(value <= 3 + 3 for value in pairs.values())
### END SOLUTION

# %% [raw] check="3.7b"
# answer: stable
# kind: boolean
# points: 1
# difficulty: 2
# minutes: 5
# hints:
#   - Assign True or False without quotes.
#   - A division is in the core if no group makes more by itself than its members get.
#   - Each pair gets six. Compare it with what each pair could make alone.
# wrong:
#   - value: "not stable"
#     say: Look at each pair once more, the best one above all.
#   - value: "'yes'"

# %% [markdown] task="3.7c"
# ### Weight and power
# Suppose that the six governments of the Western Balkans voted by GDP of 2022, and a decision needed at least two thirds of the weight.
# Compute the normalised Banzhaf index: each state's share of all swings. A swing is a winning coalition that would lose without the state.
#
# Fill the dictionary `power` with a share for each code; three decimals are enough.

# %% solution="3.7c"
six = ["ALB", "BIH", "MKD", "MNE", "SRB", "XKX"]
gdp = economies[economies["year"] == 2022].set_index("iso3")["gdp_usd"][six]
power = dict.fromkeys(six, ...)
### BEGIN SOLUTION
quota = gdp.sum() * 2 / 3
swings = dict.fromkeys(six, 0)
for size in range(1, 7):
    for group in combinations(six, size):
        total = gdp[list(group)].sum()
        for state in group:
            if total >= quota > total - gdp[state]:
                swings[state] += 1
power = {state: count / sum(swings.values()) for state, count in swings.items()}
### END SOLUTION

# %% [raw] check="3.7c"
# answer: power
# kind: table
# key: state
# columns: {share: {tolerance: 0.0006}}
# points: 3
# difficulty: 3
# minutes: 25
# hints:
#   - Fill all six places with a number and keep the keys.
#   - The shares sum to one. Serbia has most power, and it cannot decide alone.
#   - Go through all coalitions. If one reaches the quota and falls below it without a member, that member has a swing. Divide each count by the sum of all counts.
# wrong:
#   - value: "{s: float(gdp[s] / gdp.sum()) for s in six}"
#     say: That is weight, not power.
#   - value: "{s: 1 / 6 for s in six}"
#     say: That would be one state, one vote.
#   - value: "{s: swings[s] / 32 for s in six}"
#     say: You divided by the number of coalitions. Normalise by the sum of all swings.

# %% [markdown] note="3.7c"
# Compare with the trio at the same quota. Does Serbia's power fall in step with its weight?

# %% [markdown]
# ## 3.8 Three forums

# %%
tasks = load("forum_tasks")
tasks

# %% [markdown] task="3.8a"
# ### How alike are two clubs?
# Write `jaccard(a, b)` for two lists of codes: the number of shared members divided by the number of all members of either.

# %% solution="3.8a"
def jaccard(a, b):
    """Jaccard index of two groups, between 0 and 1."""
    ### BEGIN SOLUTION
    return len(set(a) & set(b)) / len(set(a) | set(b))
    ### END SOLUTION

# %% [raw] check="3.8a"
# answer: jaccard
# kind: function
# calls: [[[ALB, MKD, SRB], [ALB, BIH, MDA, MKD, MNE, SRB, XKX]], [[ALB, MKD, SRB], [ALB, BIH, MKD, MNE, SRB, XKX]], [[ALB, BIH], [SRB]], [[ALB, MKD], [MKD, ALB]], [[ALB, BIH, MKD], [BIH, MKD, MNE, SRB]]]
# returns: {kind: number, tolerance: 0.0005}
# properties:
#   - {name: between, over: [[[ALB], [BIH]], [[ALB], [ALB]]], low: 0, high: 1}
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - The function ends with return and one number.
#   - Two clubs with the same members have 1, two without a common member 0. Python has sets, with & and |.
#   - Divide the size of the intersection by the size of the union.
# wrong:
#   - value: "lambda a, b: len(set(a) & set(b)) / (len(a) + len(b))"
#     say: Shared members are counted twice below the line.
#   - value: "lambda a, b: len(set(a) & set(b)) / min(len(a), len(b))"
#     say: Divide by all members of either, not by the smaller club.
#   - value: "lambda a, b: len(set(a) & set(b))"

# %% [markdown] task="3.8b"
# ### Who would miss it?
# For how many of the tasks in the table does Open Balkan work alone, so that three of the six have nobody?
#
# Assign a whole number to `alone`.

# %% solution="3.8b"
alone = ...
### BEGIN SOLUTION
forums_at_work = tasks.groupby("task")["forum"].agg(set)
alone = sum(forums == {"Open Balkan"} for forums in forums_at_work)
### END SOLUTION

# %% [raw] check="3.8b"
# answer: alone
# kind: number
# points: 1
# difficulty: 2
# minutes: 5
# hints:
#   - Assign one whole number.
#   - A task has one row for each forum that works on it.
#   - Group by task and keep the groups whose only forum is Open Balkan.
# wrong:
#   - value: 9
#     say: That is on how many tasks Open Balkan works at all.
#   - value: 5
#     say: That is on how many it works beside another forum.
#   - value: 7
#     say: You counted tasks of a single forum, whichever it is.

# %% [markdown]
# ## 3.9 Two readers of one newspaper
#
# Odds are belief / (1 − belief). A signal with likelihood ratio r multiplies the odds by r: above 1 it speaks for the statement, below 1 against it.

# %% [markdown] task="3.9a"
# ### An honest reader
# Write `belief_after(prior, ratios)`: the belief after all signals, as a share of one.

# %% solution="3.9a"
def belief_after(prior, ratios):
    """Belief after the signals, by Bayes' rule."""
    odds = prior / (1 - prior)
    ### BEGIN SOLUTION
    for ratio in ratios:
        odds = odds * ratio
    return odds / (1 + odds)
    ### END SOLUTION

# %% [raw] check="3.9a"
# answer: belief_after
# kind: function
# calls: [[0.2, [2, 2, 2, 0.5, 0.5]], [0.8, [2, 2, 2, 0.5, 0.5]], [0.8, [2, 2, 2, 2, 2]], [0.5, []], [0.2, [0.5, 0.5, 0.5, 0.5, 0.5]]]
# returns: {kind: number, tolerance: 0.0005}
# properties:
#   - {name: between, over: [[0.1, [9]], [0.9, [0.1]]], low: 0, high: 1}
#   - {name: increasing, over: [[0.1, [2]], [0.3, [2]], [0.6, [2]]]}
# points: 2
# difficulty: 2
# minutes: 10
# hints:
#   - The function ends with return and one number between zero and one.
#   - Without signals the belief is the prior. One signal of 2 takes a belief of one half to two thirds.
#   - Multiply the odds by each ratio in turn, then turn odds back into a belief, odds / (1 + odds).
# wrong:
#   - value: "lambda prior, ratios: __import__('math').prod([prior / (1 - prior), *ratios])"
#     say: These are the odds. Turn them back into a belief.
#   - value: "lambda prior, ratios: min(1, prior * __import__('math').prod(ratios))"
#     say: The ratio multiplies the odds and not the belief.
#   - value: "lambda prior, ratios: prior"

# %% [markdown] task="3.9b"
# ### How much would it take?
# An honest sceptic begins at 20 percent. Every signal speaks for the statement, with a likelihood ratio of 2.
# After how many signals is the belief above 90 percent for the first time? Assign a whole number to `signals_needed`.

# %% solution="3.9b"
signals_needed = ...
### BEGIN SOLUTION
signals_needed = 0
while belief_after(0.2, [2] * signals_needed) <= 0.9:
    signals_needed += 1
### END SOLUTION

# %% [raw] check="3.9b"
# answer: signals_needed
# kind: number
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one whole number.
#   - The odds begin at a quarter. They must pass nine.
#   - Double a quarter until it is above nine, and count the doublings.
# wrong:
#   - value: 5
#     say: After five signals the odds are eight, just short of nine.
#   - value: 4
#     say: After four signals the belief is 80 percent.
#   - value: 2
#     say: The ratio doubles the odds and not the belief.

# %% [markdown] note="3.9b"
# A reader who turns contradicting signals around never gets there. Ask how one would tell such a reader from an honest one with a very low prior.

# %% [markdown]
# ## 3.10 Fires, food and a promise of help
#
# Each of n states is hit in a year with the chance p. With the chance ρ one common event decides for all of them; otherwise each has luck of its own.

# %% [markdown] task="3.10a"
# ### All at once?
# Write `at_least(k, n, p, rho)`: the chance that k or more of the n states are hit in one year. `k` is 1 or more.

# %% solution="3.10a"
def at_least(k, n, p, rho):
    """Chance that at least k of n states are hit."""
    ### BEGIN SOLUTION
    alone = sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))
    return rho * p + (1 - rho) * alone
    ### END SOLUTION

# %% [raw] check="3.10a"
# answer: at_least
# kind: function
# calls: [[1, 3, 0.1, 0], [2, 3, 0.1, 0], [2, 3, 0.1, 1], [2, 3, 0.1, 0.5], [3, 6, 0.25, 0.2]]
# returns: {kind: number, tolerance: 0.0002}
# properties:
#   - {name: between, over: [[1, 2, 0.5, 0.5], [6, 6, 0.9, 0]], low: 0, high: 1}
#   - {name: increasing, over: [[2, 3, 0.1, 0], [2, 3, 0.1, 0.5], [2, 3, 0.1, 1]]}
# points: 2
# difficulty: 3
# minutes: 15
# hints:
#   - The function ends with return and one number between zero and one.
#   - Begin without a common event. With k = 1 it is one minus the chance that nobody is hit.
#   - If the common event decides, all are hit with the chance p, whatever k is. Weigh the two cases with rho and 1 − rho.
# wrong:
#   - value: "lambda k, n, p, rho: sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))"
#     say: Right without a common event. Where is rho?
#   - value: "lambda k, n, p, rho: (1 - rho) * sum(comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(k, n + 1))"
#     say: If the common event decides, it may hit all.
#   - value: "lambda k, n, p, rho: rho * p + (1 - rho) * comb(n, k) * p**k * (1 - p) ** (n - k)"
#     say: That is exactly k, not k or more.

# %% [markdown] task="3.10b"
# ### Which neighbour to choose?
# A state looks for a partner in mutual aid. Every candidate has the same chance of fires and the same crews. Which one helps most?
#
# - a) The nearest one: the helicopters arrive first, and the weather is the same.
# - b) One whose fires come in other weeks than one's own.
# - c) One that burns most often: it has most practice.
# - d) It makes no difference, because the chances are the same.
#
# Assign the letter to `best_partner`.

# %% solution="3.10b"
best_partner = ...
### BEGIN SOLUTION
best_partner = "b"
### END SOLUTION

# %% [raw] check="3.10b"
# answer: best_partner
# kind: choice
# options: [a, b, c, d]
# points: 1
# difficulty: 1
# minutes: 5
# hints:
#   - Assign one letter in quotes.
#   - Ask what the partner's crews are doing at the moment at which you need them.
#   - Let your function run for rho of 0 and of 1. In which world is somebody free to help?
# wrong:
#   - value: a
#     say: If the weather is the same, the neighbour burns when you do.
#   - value: c
#     say: By assumption the chances are the same, and a burning partner cannot lend.
#   - value: d
#     say: Each one's chance is the same, and yet it matters whether the fires come together.

# %% [markdown]
# ## Done?
#
# Run all cells once from the top: in the menu *Run*, *Run All Cells*. Every check that says `ok` then is one that holds.
# Three questions that no check can settle are worth a conversation: whether a club needs a house, when a fear is a bias, and what a fair division divides by.
