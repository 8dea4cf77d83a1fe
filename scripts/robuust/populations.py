"""Verdict per population: the status of every species at every patch of its group.

The status comes from an ordered decision table, kept as data: the first row of
`DECISIONS` whose conditions all hold decides. What each condition means stands in
`CONDITIONS`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from robuust.records_to_patches import date_records, searched, support, years_before
from robuust.robustness import (
    CLASSES,
    NETWORK,
    network_verdicts,
    number_networks,
    patch_verdicts,
)

CONDITIONS = {
    "recent": "a recent record at the patch",
    "sustained": "the patch is robust or its network is viable",
    "below_key": "the capacity of the patch is below one key patch",
    "alone": "no other occupied patch within dispersal_max_m",
    "fading": "the species is long-lived, or its last three periods decline",
    "earlier": "a record at the patch, of any date",
    "in_seed_bank": "the last record is no older than the seed in the soil lives",
    "unsearched": "no recent record of the same taxon group at the patch",
    "within_reach": "an occupied patch within dispersal_max_m, or an occupied network",
}
DECISIONS = (
    (1, "viable", ("recent", "sustained")),
    (2, "phantom", ("recent", "below_key", "alone", "fading")),
    (3, "relict", ("recent",)),
    (4, "dormant", ("earlier", "in_seed_bank")),
    (5, "unsearched", ("earlier", "unsearched")),
    (6, "lost", ("earlier",)),
    (7, "colonisable", ("within_reach",)),
    (8, "unreachable", ()),
)
STATUSES = tuple(status for _, status, _ in DECISIONS)
TREND_PERIODS = 3
SPECIES_TEXT = (
    *("species", "name_nl", "group", "taxon_group"),
    *("annexes", "long_lived", "red_list", "red_list_source"),
)
SPECIES_NUMBERS = ("seed_bank_years", "reproductive_unit_ha")


@dataclass(frozen=True)
class RecordRules:
    """How records count; the settings of `records` and the reference date."""

    reference_date: str
    recent_years: int
    record_tolerance_m: float
    max_uncertainty_m: float
    trend_period_years: int


def choose_species(table, categories, *, group):
    """Pick the species of one group, with their categories on the Red List.

    Parameters
    ----------
    table : DataFrame of str
        Rows of species.csv, missing where blank.
    categories : DataFrame
        species, red_list and red_list_source, see `red_list_categories`.
    group : str
        Name of the group.

    Returns
    -------
    DataFrame
        species, name_nl, group, taxon_group, annexes, long_lived, red_list,
        red_list_source (text), seed_bank_years, reproductive_unit_ha (float); sorted
        by species.

    Examples
    --------
    >>> text = {"species": ["B b", "A a"], "group": ["bees", "ants"]}
    >>> text |= {"seed_bank_years": ["0", None]}
    >>> listed = pd.DataFrame({"species": ["B b"], "red_list": ["CR"]})
    >>> found = choose_species(pd.DataFrame(text), listed, group="bees")
    >>> found[["species", "red_list", "seed_bank_years"]].values.tolist()
    [['B b', 'CR', 0.0]]
    """
    own = table[table["group"] == group].merge(categories, on="species", how="left")
    own = own.reindex(columns=[*SPECIES_TEXT, *SPECIES_NUMBERS])
    types = dict.fromkeys(SPECIES_TEXT, "str") | dict.fromkeys(SPECIES_NUMBERS, float)
    return own.astype(types).sort_values("species", ignore_index=True)


def decide(conditions, decisions=DECISIONS):
    """Find the first row of a decision table whose conditions all hold.

    Parameters
    ----------
    conditions : dict of str to ndarray of bool, shape (n,)
        The conditions that the table names.
    decisions : sequence of (number, status, names of conditions)
        Ordered table; a row without conditions always holds.

    Returns
    -------
    ndarray of int64, shape (n,)
        Position of the row that decides.

    Raises
    ------
    ValueError
        If no row holds for some case.

    Examples
    --------
    >>> table = ((1, "wet", ("rain",)), (2, "dry", ()))
    >>> decide({"rain": np.array([True, False])}, table)
    array([0, 1])
    """
    n = len(next(iter(conditions.values())))
    chosen = np.full(n, -1, dtype=np.int64)
    for row, (_, _, names) in enumerate(decisions):
        holds = chosen < 0
        for name in names:
            holds &= conditions[name]
        chosen[holds] = row
    if (chosen < 0).any():
        raise ValueError(
            f"no row of the decision table holds for {(chosen < 0).sum()} of {n} "
            "cases; end the table with a row without conditions"
        )
    return chosen


def judge_populations(
    species, patches, links, records, *, norms, rules, reproductive_unit_ha
):
    """Give every species at every patch of its group a status, with the facts.

    Parameters
    ----------
    species : DataFrame
        Species of one group: species, taxon_group, seed_bank_years (missing:
        unknown), long_lived (yes, no, unknown), reproductive_unit_ha (own value [ha];
        missing: that of the group); other columns are carried along.
    patches : GeoDataFrame
        Judged patches of the group: patch_id, network_id, capacity_ru, class, geometry.
    links : DataFrame
        patch_id_a, patch_id_b, distance_m, within_dispersal.
    records : GeoDataFrame
        Records of the species and of their taxon groups.
    norms : Norms
        The norms of the group.
    rules : RecordRules
        How records count.
    reproductive_unit_ha : float
        The group's value, on which capacity_ru rests [ha].

    Returns
    -------
    DataFrame
        One row per species x patch, sorted: the columns of `species`, patch_id,
        network_id, patch (position by patch_id), status, rule, every condition, and
        the facts: capacity_ru, class_code, n_records, n_years, first_year, last_year,
        last_day, nearest_occupied_m (within dispersal; missing: none), visits_1 to
        visits_3 (per period, the last one latest), n_ambiguous, searched.
    """
    patches = patches.sort_values("patch_id", ignore_index=True)
    species = species.sort_values("species", ignore_index=True)
    facts = _cross(species, patches)
    network, _ = number_networks(patches["network_id"])
    dated = date_records(
        records,
        reference_date=rules.reference_date,
        recent_years=rules.recent_years,
    ).reset_index(drop=True)
    facts = facts.assign(
        **_capacities(species, patches, network, norms, reproductive_unit_ha),
        **_record_facts(species, patches, network, dated, rules),
    )
    shape = (len(species), len(patches))
    nearest = _nearest_occupied(
        facts["recent"].to_numpy().reshape(shape), patches["patch_id"], links
    ).ravel()
    facts["nearest_occupied_m"] = np.where(np.isinf(nearest), np.nan, nearest)
    facts = facts.assign(**_conditions(facts, norms, rules))
    row = decide({name: facts[name].to_numpy() for name in CONDITIONS})
    names = [f"{n}: {' and '.join(c) or 'else'}" for n, _, c in DECISIONS]
    return facts.assign(
        status=pd.array(np.array(STATUSES, dtype=object)[row], dtype="str"),
        rule=pd.array(np.array(names, dtype=object)[row], dtype="str"),
    )


def _cross(species, patches):
    """Every species of the group with every patch of the group."""
    s = np.repeat(np.arange(len(species)), len(patches))
    p = np.tile(np.arange(len(patches)), len(species))
    place = patches[["patch_id", "network_id"]].iloc[p].reset_index(drop=True)
    return pd.concat([species.iloc[s].reset_index(drop=True), place], axis=1).assign(
        patch=p
    )


def _capacities(species, patches, network, norms, reproductive_unit_ha):
    """Capacity and class, where a species may need more or less room than its group."""
    capacity = patches["capacity_ru"].to_numpy(dtype=float)
    usual = pd.Categorical(patches["class"], categories=CLASSES).codes
    capacities, classes = [], []
    for own_ha in species["reproductive_unit_ha"].astype(float):
        if np.isnan(own_ha):
            capacities.append(capacity)
            classes.append(usual)
            continue
        own = capacity * (reproductive_unit_ha / own_ha)
        found = network_verdicts(own, network, norms)
        capacities.append(own)
        classes.append(patch_verdicts(own, network, found, norms))
    none = np.empty(0)
    return {
        "capacity_ru": np.concatenate([none, *capacities]),
        "class_code": np.concatenate([none, *classes]).astype(np.int8),
    }


def _record_facts(species, patches, network, dated, rules):
    """Gather what the records say of every species x patch."""
    n_patches = len(patches)
    taxon_groups = species["taxon_group"].unique()
    dated = dated[
        dated["species"].isin(species["species"])
        | dated["taxon_group"].isin(taxon_groups)
    ]
    limits = {
        "record_tolerance_m": rules.record_tolerance_m,
        "max_uncertainty_m": rules.max_uncertainty_m,
    }
    polygons = patches.geometry.to_numpy()
    effort = searched(dated, polygons, **limits)
    never = np.zeros(n_patches, dtype=bool)
    looked = [effort.get(taxon, never) for taxon in species["taxon_group"]]

    own = dated[dated["species"].isin(species["species"])].reset_index(drop=True)
    pairs = support(own, polygons, networks=network, **limits)
    which = pd.Index(species["species"]).get_indexer(own["species"])
    pairs["species"] = which[pairs["record"]]
    pairs["cell"] = pairs["species"] * n_patches + pairs["patch"]
    pairs["day"] = own["day"].to_numpy()[pairs["record"]]
    pairs["recent"] = own["recent"].to_numpy()[pairs["record"]]

    n = len(species) * n_patches
    facts = _single_facts(pairs[~pairs["ambiguous"]], n, rules)
    facts |= _ambiguous_facts(
        pairs[pairs["ambiguous"] & pairs["recent"]], len(species), network
    )
    facts["searched"] = np.concatenate([np.zeros(0, dtype=bool), *looked])
    return facts


def _single_facts(pairs, n, rules):
    """Count the records that support one patch each, and their years."""
    cells = pairs.groupby("cell")
    day = pd.DataFrame(
        {
            "n_records": cells.size(),
            "recent": cells["recent"].any(),
            "first_day": cells["day"].min(),
            "last_day": cells["day"].max(),
            "n_years": pairs["day"].dt.year.groupby(pairs["cell"]).nunique(),
        }
    ).reindex(range(n))
    facts = {
        "n_records": day["n_records"].fillna(0).astype("int64").to_numpy(),
        "n_years": day["n_years"].fillna(0).astype("int64").to_numpy(),
        "recent": (day["recent"] == True).to_numpy(dtype=bool),  # noqa: E712
        "last_day": day["last_day"].to_numpy(dtype="datetime64[us]"),
        "first_year": day["first_day"].dt.year.astype("Int64").array,
        "last_year": day["last_day"].dt.year.astype("Int64").array,
    }
    # A day with ten observers is one visit: their number is no trend of the species.
    visits = pairs.assign(day=pairs["day"].dt.normalize())
    visits = visits.drop_duplicates(["cell", "day"])
    edges = [
        years_before(rules.reference_date, k * rules.trend_period_years)
        for k in range(TREND_PERIODS, 0, -1)
    ]
    period = np.searchsorted(
        np.array(edges, dtype="datetime64[us]"),
        visits["day"].to_numpy(dtype="datetime64[us]"),
        side="right",
    )
    for k in range(1, TREND_PERIODS + 1):
        cell = visits["cell"].to_numpy(dtype=np.int64)[period == k]
        facts[f"visits_{k}"] = np.bincount(cell, minlength=n)
    return facts


def _ambiguous_facts(pairs, n_species, network):
    """Recent records that fit several patches: they support a network at most."""
    n_patches = network.size
    n = n_species * n_patches
    cell = pairs["cell"].to_numpy(dtype=np.int64)
    here = np.bincount(cell, minlength=n)
    firm = pairs[pairs["network"] >= 0]
    n_networks = int(network.max()) + 1 if n_patches else 0
    records = firm.drop_duplicates("record")
    key = records["species"].to_numpy(dtype=np.int64) * n_networks
    key += records["network"].to_numpy(dtype=np.int64)
    total = np.bincount(key, minlength=n_species * n_networks)
    in_network = total.reshape(n_species, n_networks)[:, network].ravel()
    firm_here = np.bincount(firm["cell"].to_numpy(dtype=np.int64), minlength=n)
    return {
        "n_ambiguous": here,
        "network_occupied": in_network > 0,
        # A record that may be from this very patch is no proof of another one.
        "network_occupied_elsewhere": in_network > firm_here,
    }


def _nearest_occupied(occupied, patch_ids, links):
    """Distance to the nearest other occupied patch that animals can reach, or inf."""
    linked = links[links["within_dispersal"].to_numpy(dtype=bool)]
    index = pd.Index(patch_ids)
    a = index.get_indexer(linked["patch_id_a"])
    b = index.get_indexer(linked["patch_id_b"])
    here, there = np.concatenate([a, b]), np.concatenate([b, a])
    distance = np.tile(linked["distance_m"].to_numpy(dtype=float), 2)
    nearest = np.full(occupied.shape, np.inf)
    for row, taken in zip(nearest, occupied, strict=True):
        useful = taken[there]
        np.minimum.at(row, here[useful], distance[useful])
    return nearest


def _conditions(facts, norms, rules):
    """All conditions of the decision table but `recent`, which is a fact already."""
    reachable = facts["nearest_occupied_m"].notna()
    seed_years = facts["seed_bank_years"].astype(float)
    last_day = facts["last_day"].to_numpy(dtype="datetime64[us]")
    oldest = {
        years: np.datetime64(years_before(rules.reference_date, years), "us")
        for years in seed_years.dropna().unique()
    }
    limit = seed_years.map(oldest).to_numpy(dtype="datetime64[us]")
    v1, v2, v3 = (facts[f"visits_{k}"] for k in range(1, TREND_PERIODS + 1))
    return {
        "sustained": facts["class_code"].to_numpy() <= NETWORK,
        "below_key": (facts["capacity_ru"] < norms.key_patch_ru).to_numpy(),
        "alone": (~reachable & ~facts["network_occupied_elsewhere"]).to_numpy(),
        "declining": ((v1 > v2) & (v2 > v3)).to_numpy(),
        "fading": ((facts["long_lived"] == "yes") | ((v1 > v2) & (v2 > v3))).to_numpy(),
        "earlier": (facts["n_records"] > 0).to_numpy(),
        # Comparing with a missing day gives False: unknown seed is no seed bank.
        "in_seed_bank": (last_day >= limit) & (seed_years > 0).to_numpy(),
        "unsearched": ~facts["searched"].to_numpy(),
        "within_reach": (reachable | facts["network_occupied"]).to_numpy(),
    }
