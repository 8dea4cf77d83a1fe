"""Verdicts of patches and populations, against a bare spatial join of the records."""

from pathlib import Path

import landscape
import numpy as np
import pandas as pd
import shapely
from judgement import Peer

from robuust.gaps import near_pairs
from robuust.network import components
from robuust.population_sentences import population_sentences
from robuust.populations import RecordRules, judge_in_blocks
from robuust.robustness import Norms, judge
from robuust.status_rules import read_status_rules

TITLE = "verdicts of patches and of 100 species with their records"
SIZES = {"small": 5_000, "full": 100_000}
PEERS = (Peer("join", row="V1", must=3, ambitious=1.5, at_most=True),)
NORMS = Norms(20, 60, 80, 120)
RULES = RecordRules("2026-01-01", 10, 25, 1_000, 5)
DISPERSAL_MAX_M = 1_000.0
UNIT_HA = 0.2
STATUS_RULES = read_status_rules(
    pd.read_csv(Path(__file__).parents[3] / "config/status_rules.csv", dtype="str")
)
RECORDS_PER_PATCH = 50
_SPECIES, _TAXON_GROUPS = 100, 4
_ELSEWHERE = 0.2  # of the records: anywhere between the patches
_OTHERS = 0.1  # of the records: of other species of the taxon groups
_RANGE = 0.1  # of the patches: those that a species is known from
_UNCERTAINTY_M = (np.nan, 5, 10, 25, 50, 100, 250, 500, 707, 2_000)
_HOW_OFTEN = (0.15, 0.15, 0.2, 0.2, 0.12, 0.08, 0.04, 0.03, 0.02, 0.01)


def prepare(folder, n):
    """Write n patches, the links between them, and fifty records per patch."""
    import geopandas as gpd

    shapes = landscape.polygons(n, groups=1)
    a, b, gap_m = near_pairs(shapes, DISPERSAL_MAX_M, threads=2)
    area_ha = shapely.area(shapes) / 10_000
    ids = np.array([f"P{k:06d}" for k in range(n)])
    network = np.array([f"N{k:06d}" for k in components(n, a, b)])
    columns = {"patch_id": ids, "network_id": network, "area_ha": area_ha}
    columns["capacity_ru"] = area_ha / UNIT_HA
    links = {"patch_id_a": ids[a], "patch_id_b": ids[b], "distance_m": gap_m}
    links["within_dispersal"] = True
    gpd.GeoDataFrame(columns, geometry=shapes, crs=31370).to_parquet(
        folder / "patches.parquet"
    )
    pd.DataFrame(links).to_parquet(folder / "links.parquet")
    _records(shapes).to_parquet(folder / "records.parquet")


def _records(shapes):
    """Records in and near patches: few species common, most of recent years."""
    import geopandas as gpd

    n = RECORDS_PER_PATCH * len(shapes)
    random = np.random.default_rng(1)
    often = random.lognormal(0, 1, _SPECIES)
    kind = random.choice(_SPECIES, n, p=often / often.sum())
    in_range = int(_RANGE * len(shapes))
    ranges = np.array(
        [random.choice(len(shapes), in_range, replace=False) for _ in range(_SPECIES)]
    )
    patch = ranges[kind, (in_range * random.random(n) ** 2).astype(int)]
    x, y = shapely.get_coordinates(shapely.point_on_surface(shapes))[patch].T
    x, y = x + random.normal(0, 25, n), y + random.normal(0, 25, n)
    away = random.random(n) < _ELSEWHERE
    west, south, east, north = shapely.total_bounds(shapes)
    x[away] = random.uniform(west, east, away.sum())
    y[away] = random.uniform(south, north, away.sum())
    names, taxa = species()["species"].to_numpy(), species()["taxon_group"].to_numpy()
    name = np.where(random.random(n) < _OTHERS, "Alia species", names[kind])
    day = pd.Timestamp("2025-12-31") - pd.to_timedelta(
        (60 * 365 * random.random(n) ** 2).astype(int), "D"
    )
    day = pd.Series(day).astype("datetime64[us]").mask(random.random(n) < 0.02)
    columns = {
        "species": pd.array(name, dtype="str"),
        "taxon_group": pd.array(taxa[kind], dtype="str"),
        "date_first": day,
        "date_last": day,
        "uncertainty_m": random.choice(_UNCERTAINTY_M, n, p=_HOW_OFTEN),
        "present": random.random(n) >= 0.03,
        "generalised": random.random(n) < 0.03,
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.points(x, y), crs=31370)


def species():
    """Hundred species: some long-lived, with seed, or that need more room."""
    number = np.arange(_SPECIES)
    text = {
        "species": [f"Species {k:03d}" for k in number],
        "name_nl": [f"Soort {k:03d}" for k in number],
        "group": "group",
        "taxon_group": [f"taxon {k % _TAXON_GROUPS}" for k in number],
        "annexes": np.where(number % 20 == 0, "II", None),
        "long_lived": np.where(number % 7 == 0, "yes", "no"),
        "red_list": np.array(["CR", "EN", "VU", "NT", "LC"])[number % 5],
        "red_list_source": "Red List 2024",
    }
    return (
        pd.DataFrame(text)
        .astype("str")
        .assign(
            seed_bank_years=np.array([np.nan, 0, 30])[number % 3],
            reproductive_unit_ha=np.where(number % 10 == 0, 2 * UNIT_HA, np.nan),
        )
    )


def read(folder):
    """Tables of patches, links and records.

    Returns
    -------
    dict
        patches, links, records; and for the join the points and the reach [m] of the
        records that tell a patch, and whether each can support one.
    """
    import geopandas as gpd

    return _with_reach(
        gpd.read_parquet(folder / "patches.parquet"),
        pd.read_parquet(folder / "links.parquet"),
        gpd.read_parquet(folder / "records.parquet"),
    )


def _with_reach(patches, links, records):
    uncertainty = records["uncertainty_m"].fillna(0).to_numpy()
    placed = uncertainty <= RULES.max_uncertainty_m
    placed &= ~records["generalised"].to_numpy()
    counts = records["present"] & records["date_first"].notna()
    counts &= records["species"].isin(species()["species"])
    return {
        "patches": patches,
        "links": links,
        "records": records,
        "points": records.geometry.to_numpy()[placed],
        "reach": np.maximum(uncertainty, RULES.record_tolerance_m)[placed],
        "counts": counts.to_numpy()[placed],
    }


def small(tables):
    """The first patches, and the first records."""
    patches, links = tables["patches"].iloc[:200], tables["links"]
    inside = links["patch_id_a"].isin(patches["patch_id"])
    inside &= links["patch_id_b"].isin(patches["patch_id"])
    return _with_reach(patches, links[inside], tables["records"].iloc[:50_000])


def ours(tables):
    """Judge patches, networks and populations, and say why.

    Returns
    -------
    dict
        Per patch the records that support it alone.
    """
    patches, _ = judge(
        tables["patches"],
        NORMS,
        reproductive_unit_ha=UNIT_HA,
        dispersal_max_m=DISPERSAL_MAX_M,
    )
    per_patch = np.zeros(len(patches), dtype=np.int64)
    for facts in judge_in_blocks(
        species(),
        patches,
        tables["links"],
        tables["records"],
        norms=NORMS,
        rules=RULES,
        status_rules=STATUS_RULES,
        reproductive_unit_ha=UNIT_HA,
    ):
        population_sentences(
            facts,
            dispersal_max_m=DISPERSAL_MAX_M,
            reference_date=RULES.reference_date,
            recent_years=RULES.recent_years,
        )
        n_records = facts["n_records"].to_numpy()
        per_patch += n_records.reshape(-1, len(patches)).sum(axis=0)
    return {"n_records": per_patch}


def join(tables):
    """All pairs of a record and a patch in its reach, by the tree of shapely.

    Returns
    -------
    dict
        As `ours`.
    """
    polygons = tables["patches"].geometry.to_numpy()
    record, patch = shapely.STRtree(polygons).query(
        tables["points"], predicate="dwithin", distance=tables["reach"]
    )
    alone = np.bincount(record, minlength=len(tables["points"])) == 1
    supported = patch[(alone & tables["counts"])[record]]
    return {"n_records": np.bincount(supported, minlength=len(polygons))}


def difference(side, ours, theirs, *, cut):
    """As many records support each patch alone."""
    wrong = (ours["n_records"] != theirs["n_records"]).sum()
    return f"records of {wrong} patches" if wrong else ""
