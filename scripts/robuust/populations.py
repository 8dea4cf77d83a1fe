"""Verdict per population: the status of every species at every patch of its group.

The status comes from the rules of status_rules.csv: the first whose conditions all hold
decides. What each condition means stands in `status_rules.CONDITIONS`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from robuust.ambiguous_records import ambiguous_facts
from robuust.habitat_history import HISTORY
from robuust.own_norms import OWN_VALUES, own_verdicts, own_words
from robuust.record_dates import date_records, years_before
from robuust.record_facts import record_evidence, record_facts, rows_of_cells
from robuust.robustness import NETWORK, number_networks
from robuust.status_rules import CONDITIONS, decide
from robuust.text_columns import by_code

ROWS_PER_BLOCK = 1_000_000  # about one GiB with all facts and sentences
SPECIES_TEXT = (
    *("species", "name_nl", "group", "taxon_group"),
    *("annexes", "long_lived", "red_list", "red_list_source"),
)
PASSED_ON = ("name_nl", "taxon_group", "long_lived", "red_list_source")
OF_PATCH = ("patch_id", "network_id", *HISTORY)
SPECIES_NUMBERS = ("seed_bank_years", *OWN_VALUES)


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


def judge_populations(species, patches, links, records, **options):
    """Give every species at every patch of its group a status, with the facts.

    Parameters
    ----------
    species : DataFrame
        Species of one group: species, taxon_group, seed_bank_years (missing:
        unknown), long_lived (yes, no, unknown), `OWN_VALUES` (missing: those of the
        group); other columns are carried along.
    patches : GeoDataFrame
        Judged patches of the group: patch_id, network_id, capacity_ru, class, geometry,
        and where an earlier map is given what `habitat_change` found.
    links : DataFrame
        patch_id_a, patch_id_b, distance_m, within_dispersal.
    records : GeoDataFrame
        Records of the species and of their taxon groups.
    norms : Norms
        The norms of the group.
    rules : RecordRules
        How records count.
    status_rules : list of StatusRule
        What gives a status, see `read_status_rules`.
    reproductive_unit_ha : float
        The group's value, on which capacity_ru rests [ha].

    Returns
    -------
    DataFrame
        One row per species x patch, sorted: the columns of `species`, patch_id,
        network_id, patch (position by patch_id), status, rule (number and conditions),
        every condition, looked_at (bits, by `CONDITIONS`: which ones decided), and the
        facts: capacity_ru, class_code, reproductive_unit_ha and key_patch_ru (those
        that apply), own_norms_nl and own_norms_en (words, missing: none),
        nearest_occupied_m (within dispersal; missing: none), habitat_then_ha,
        habitat_now_ha, habitat_left_share, and those of `record_facts` and
        `ambiguous_facts`.
    """
    blocks = judge_in_blocks(species, patches, links, records, **options)
    return pd.concat(blocks, ignore_index=True)


def judge_in_blocks(
    species,
    patches,
    links,
    records,
    *,
    norms,
    rules,
    status_rules,
    reproductive_unit_ha,
):
    """As `judge_populations`, a few species at a time: all at once fill the memory.

    Yields
    ------
    DataFrame
        The next rows, about `ROWS_PER_BLOCK`, all patches of each species; one without
        rows when there are no species.
    """
    patches = patches.sort_values("patch_id", ignore_index=True)
    species = species.sort_values("species", ignore_index=True)
    nl, en = (pd.Categorical(words) for words in own_words(species))
    species = species.assign(own_norms_nl=nl, own_norms_en=en)
    # What only columns of the output hold takes a byte a row, not its whole text.
    species = species.astype({c: "category" for c in PASSED_ON if c in species})
    network, _ = number_networks(patches["network_id"])
    dated = date_records(
        records,
        reference_date=rules.reference_date,
        recent_years=rules.recent_years,
    )
    evidence = record_evidence(species, patches, network, dated, rules)
    del dated
    ways = _ways(patches["patch_id"], links)
    step = max(1, ROWS_PER_BLOCK // max(1, len(patches)))
    for first in range(0, max(1, len(species)), step):
        some = species.iloc[first : first + step].reset_index(drop=True)
        facts = _cross(some, patches).assign(
            **own_verdicts(
                some, patches, network, norms, reproductive_unit_ha=reproductive_unit_ha
            ),
            **record_facts(evidence, first, first + len(some)),
        )
        occupied = facts["recent"].to_numpy().reshape(len(some), len(patches))
        nearest = _nearest_occupied(occupied, *ways)
        vague = rows_of_cells(
            evidence.vague, first * len(patches), len(some) * len(patches)
        )
        facts = facts.assign(
            nearest_occupied_m=np.where(np.isinf(nearest), np.nan, nearest).ravel(),
            **ambiguous_facts(vague, occupied & np.isinf(nearest), *ways[:2]),
        )
        facts = facts.assign(**_conditions(facts, rules))
        chosen, looked_at = decide(
            {name: facts[name].to_numpy() for name in CONDITIONS}, status_rules
        )
        yield facts.assign(
            status=by_code([rule.status for rule in status_rules], chosen),
            rule=by_code([str(rule) for rule in status_rules], chosen),
            looked_at=_as_bits(looked_at),
        )


def _as_bits(conditions):
    """Pack conditions into one number per row, the first in the lowest bit."""
    bits = (flag.astype(np.int16) << k for k, flag in enumerate(conditions.values()))
    return sum(bits)


def _cross(species, patches):
    """Every species of the group with every patch of the group."""
    s = np.repeat(np.arange(len(species)), len(patches))
    p = np.tile(np.arange(len(patches)), len(species))
    species = species.drop(columns=OWN_VALUES, errors="ignore")
    place = pd.DataFrame(patches.drop(columns="geometry")).reindex(columns=OF_PATCH)
    place = place.iloc[p].reset_index(drop=True)
    return pd.concat([species.iloc[s].reset_index(drop=True), place], axis=1).assign(
        patch=p
    )


def _ways(patch_ids, links):
    """Links within dispersal, both ways: by the patch that is reached, shortest first.

    Returns
    -------
    here, there : ndarray of int64
        The patch that is reached, and the one that animals come from.
    distance : ndarray of float64
    """
    linked = links[links["within_dispersal"].to_numpy(dtype=bool)]
    index = pd.Index(patch_ids)
    a = index.get_indexer(linked["patch_id_a"])
    b = index.get_indexer(linked["patch_id_b"])
    here, there = np.concatenate([a, b]), np.concatenate([b, a])
    distance = np.tile(linked["distance_m"].to_numpy(dtype=float), 2)
    order = np.lexsort((distance, here))
    return here[order], there[order], distance[order]


def _nearest_occupied(occupied, here, there, distance):
    """Distance to the nearest other occupied patch that animals can reach, or inf."""
    nearest = np.full(occupied.shape, np.inf)
    for row, taken in zip(nearest, occupied, strict=True):
        useful = np.flatnonzero(taken[there])
        first = useful[np.diff(here[useful], prepend=-1) > 0]
        row[here[first]] = distance[first]
    return nearest


def _conditions(facts, rules):
    """All conditions of the rules but `recent`, which is a fact already."""
    reachable = facts["nearest_occupied_m"].notna()
    seed_years = facts["seed_bank_years"].astype(float)
    last_day = facts["last_day"].to_numpy(dtype="datetime64[us]")
    oldest = {
        years: np.datetime64(years_before(rules.reference_date, years), "us")
        for years in seed_years.dropna().unique()
    }
    limit = seed_years.map(oldest).to_numpy(dtype="datetime64[us]")
    long_lived, declining = facts["long_lived"] == "yes", facts["trend"] == "decline"
    return {
        "sustained": facts["class_code"].to_numpy() <= NETWORK,
        "below_key": (facts["capacity_ru"] < facts["key_patch_ru"]).to_numpy(),
        "alone": (~reachable & ~facts["maybe_elsewhere"]).to_numpy(),
        "fading": (long_lived | declining).to_numpy(dtype=bool),
        "earlier": (facts["n_records"] > 0).to_numpy(),
        # Comparing with a missing day gives False: unknown seed is no seed bank.
        "in_seed_bank": (last_day >= limit) & (seed_years > 0).to_numpy(),
        "unsearched": ~facts["searched"].to_numpy(),
        "within_reach": (reachable | facts["maybe_near"]).to_numpy(),
    }
