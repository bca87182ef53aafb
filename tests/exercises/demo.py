"""The source of a small exercise notebook, with every part that a source may have."""

DEMO = '''\
# ---
# balkanlab: {chapter: "99", title: "Demo"}
# ---

# %% [markdown]
# # Demo
# See [the chapter](../notebooks/99_demo.ipynb).

# %% setup=true
from balkanlab.exercises import Checks

check = Checks("99_demo")

# %%
1 + 1

# %% [markdown] task="99.1a"
# ### Six times seven
# Assign the product to `product`.

# %% solution="99.1a"
factor = 6
product = ...  # a whole number
### BEGIN SOLUTION
product = factor * 7
### END SOLUTION
print("product", product)

# %% [raw] check="99.1a"
# answer: product
# kind: number
# points: 1
# difficulty: 1
# minutes: 5
# hints: [Assign a number., Mind the sign., Multiply the two.]
# wrong:
#   - value: factor + 7
#     say: That is the sum.
#   - value: -42

# %% hidden="99.1a"
assert product % 6 == 0, "a hidden sentence"

# %% [markdown] note="99.1a"
# For the instructor only: a warm-up.

# %% [markdown] task="99.1b"
# ### Square
# Write `square`.

# %% solution="99.1b"
def square(x):
    """The square of x."""
    ### BEGIN SOLUTION
    secret = x
    return secret * x
    ### END SOLUTION

# %% [raw] check="99.1b"
# answer: square
# kind: function
# calls: [[0], [3], [-2]]
# returns: {kind: number}
# properties: [{name: non_negative, over: [[-1], [1]]}]
# points: 2
# difficulty: 3
# minutes: 10
# hints: [Return a number., It is never negative., Multiply x by itself.]
# wrong: ["lambda x: 2 * x", "lambda x: -x * x"]
'''
