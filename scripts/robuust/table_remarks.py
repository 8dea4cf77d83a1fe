"""What looks wrong in the tables, though a run can go on with it."""

SEED_BANK_YEARS = 5  # longer is long-lived
LONG_LIVED_SHARE = 0.2
MIN_PLANTS = 20


def seed_bank_remark(species):
    """Doubt a table in which too many plants live long as seed in the soil.

    Fewer than one in five species of a realistic flora keeps seed alive for more than
    five years; with more, populations that are gone would come out as dormant.

    Parameters
    ----------
    species : DataFrame
        Typed rows of species.csv: taxon_group and seed_bank_years (missing: unknown).

    Returns
    -------
    str or None
        Words, or None when all is well or fewer than `MIN_PLANTS` vascular plants have
        a known seed bank, too few for a share.

    Examples
    --------
    >>> import pandas as pd
    >>> flora = pd.DataFrame({"seed_bank_years": [1.0] * 16 + [9] * 4})
    >>> seed_bank_remark(flora.assign(taxon_group="vascular plants"))[:50]
    '4 of the 20 plants with a known seed bank in speci'
    """
    plants = species[species["taxon_group"] == "vascular plants"]
    years = plants["seed_bank_years"].dropna()
    lasting = int((years > SEED_BANK_YEARS).sum())
    if len(years) < MIN_PLANTS or lasting < LONG_LIVED_SHARE * len(years):
        return None
    return (
        f"{lasting} of the {len(years)} plants with a known seed bank in species.csv "
        f"({lasting / len(years):.0%}) live more than {SEED_BANK_YEARS} years as seed: "
        f"in a realistic flora fewer than {LONG_LIVED_SHARE:.0%} do, so that too many "
        "lost populations would count as dormant. Correct the column seed_bank_years"
    ).replace("%", " %")
