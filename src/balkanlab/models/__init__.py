"""The course's models: pure functions, one module per family.

Numbers and frames go in, numbers and tidy frames come out; nothing here reads a file, draws, or knows of
widgets. Rates and shares in percent carry the suffix ``_pct``; money carries no currency unless its name says
so. A value out of range raises ``ValueError`` with the range and the value in it.
"""
