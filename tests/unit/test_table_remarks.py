"""A table that no flora would give is doubted, in words."""

from pathlib import Path

import pandas as pd

from robuust.table_remarks import seed_bank_remark

HOME = Path(__file__).parents[2]


def flora(*years, taxon="vascular plants"):
    return pd.DataFrame({"taxon_group": taxon, "seed_bank_years": years}, dtype=object)


def test_one_in_five_long_lived_plants_is_too_many_and_fewer_is_not():
    assert seed_bank_remark(flora(*[1] * 16, *[6] * 4)).startswith(
        "4 of the 20 plants with a known seed bank in species.csv (20 %) live more "
        "than 5 years as seed: in a realistic flora fewer than 20 % do"
    )
    assert seed_bank_remark(flora(*[1] * 17, *[6] * 4)) is None


def test_five_years_is_not_yet_long_lived():
    assert seed_bank_remark(flora(*[5] * 30)) is None


def test_too_few_plants_and_unknown_seed_banks_tell_nothing():
    assert seed_bank_remark(flora(*[30] * 19)) is None
    assert seed_bank_remark(flora(*[30] * 19, *[None] * 30)) is None


def test_animals_do_not_count():
    plants = flora(*[1] * 16, *[6] * 4)
    animals = flora(*[0] * 80, taxon="birds")
    assert seed_bank_remark(pd.concat([plants, animals])) is not None


def test_the_shipped_table_is_a_realistic_flora():
    table = pd.read_csv(HOME / "config" / "species.csv")
    plants = table[table["taxon_group"] == "vascular plants"]
    assert plants["seed_bank_years"].notna().sum() >= 20
    assert seed_bank_remark(table) is None
