"""Rules of origin: does a good made of many countries' parts count as the region's own?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from balkanlab.models._check import columns, one_of, within


def classify_inputs(bill: pd.DataFrame, *, home: str = "SRB", partners: Iterable[str] = ()) -> pd.DataFrame:
    """Add `counted_as` to a bill of materials: "home", "cumulated" or "foreign".

    bill: input, origin (code), value, originating (bool: the input itself meets the rules where it comes
    from). Diagonal cumulation counts an originating input from a partner in the zone as if it were home-made.
    An input that was only shipped through the partner stays foreign, and so does a home input that does not
    originate.
    """
    columns("bill", bill, ("input", "origin", "value", "originating"))
    if (bill["value"] < 0).any():
        raise ValueError(f"bill values must be at least 0, got {float(bill['value'].min())!r}")
    zone = set(partners)
    counted = [
        "foreign" if not ok else "home" if origin == home else "cumulated" if origin in zone else "foreign"
        for origin, ok in zip(bill["origin"], bill["originating"], strict=True)
    ]
    return bill.assign(counted_as=counted)


def foreign_pct(
    bill: pd.DataFrame, *, price: float, home: str = "SRB", partners: Iterable[str] = ()
) -> float:
    """Share of the price (ex works, above 0) that counts as foreign input, in percent."""
    counted = classify_inputs(bill, home=home, partners=partners)
    foreign = float(counted.loc[counted["counted_as"] == "foreign", "value"].sum())
    return 100 * foreign / within("price", price, 0, above=True)


def originates(
    bill: pd.DataFrame,
    *,
    price: float,
    ceiling_pct: float = 50,
    home: str = "SRB",
    partners: Iterable[str] = (),
) -> bool:
    """Whether the good counts as home-made: foreign input up to and including `ceiling_pct` (0 to 100) of the
    price.
    """
    return foreign_pct(bill, price=price, home=home, partners=partners) <= within(
        "ceiling_pct", ceiling_pct, 0, 100
    ) * (1 + 1e-12)


def origin_test(
    bill: pd.DataFrame,
    zones: Mapping[str, Sequence[str]],
    *,
    zone: str,
    ceiling_pct: float,
    price: float = 100,
    tariff_pct: float = 10,
    proof: bool = True,
    proof_of: str = "MKD",
    home: str = "SRB",
) -> pd.DataFrame:
    """The origin test for an explorer: one row per input.

    `zones` maps a zone's name to its members; `proof` False makes the inputs from `proof_of` non-originating.
    Rows: input, origin, value, counted_as, foreign_pct, ceiling_pct, originating, duty (what the buyer pays
    if not originating, `tariff_pct` of the price).
    """
    one_of("zone", zone, zones)
    tested = bill if proof else bill.assign(originating=bill["originating"] & (bill["origin"] != proof_of))
    partners = zones[zone]
    passed = originates(tested, price=price, ceiling_pct=ceiling_pct, home=home, partners=partners)
    duty = 0.0 if passed else price * within("tariff_pct", tariff_pct, 0, 300) / 100
    counted = classify_inputs(tested, home=home, partners=partners)
    return counted[["input", "origin", "value", "counted_as"]].assign(
        foreign_pct=foreign_pct(tested, price=price, home=home, partners=partners),
        ceiling_pct=float(ceiling_pct),
        originating=passed,
        duty=duty,
    )
