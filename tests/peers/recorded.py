"""Numbers that other tools printed, recorded with tool, version and input."""

from pathlib import Path

import pandas as pd


def recorded(tool, case):
    """Printed numbers of one case: value and half of the last printed digit."""
    numbers = pd.read_csv(Path(__file__).parent / "numbers" / f"{tool}.csv")
    return numbers[numbers["case"] == case]


def misses(numbers, quantity, found):
    """Printed values that ours would not round to; ours in the order of the patches."""
    rows = numbers[numbers["quantity"] == quantity]
    if rows.empty:
        raise KeyError(f"no number of {quantity!r} is recorded")
    away = abs(rows["value"].to_numpy() - found)
    # A printed 5 may stand for either side; 1e-15 of the value is rounding of ours.
    allowed = rows["half_last_digit"] * 1.001 + rows["value"].abs() * 1e-15
    return rows[away > allowed.to_numpy()]
