"""Rule find_candidates: where habitat could be restored or joined, on whose land."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.barrier_crossings import HinderedGroup, find_crossings
from robuust.candidate_checks import candidate_checks, require_parcels
from robuust.candidates import price, trim_slivers
from robuust.corridor_candidates import CORRIDOR
from robuust.derived_candidates import derive_candidates, nearest_first
from robuust.runlog import log_to
from robuust.tracks import TRACKS, describe_tracks
from robuust_files.config_tables import read_barrier_types

TEXTS = ("candidate_id", "kind", "name", "code", "owner", "barrier", "crossing")
COLUMNS = [
    *("candidate_id", "kind", "name", "code", "share", "area_ha", "cost_eur"),
    *("cost_is_default", "track", "nature_area", "manager", "plan", "plan_year"),
    *("owner", "ready_year", "barrier", "crossing"),
    *(f"{track}_ha" for track in TRACKS),
    *("reason_nl", "reason_en", "geometry"),
]
LINK_COLUMNS = ["patch_id_a", "patch_id_b", "cost_m", "probability", "geometry"]


def find_candidates(
    paths, *, groups, parcel_sources, max_candidates, default_cost_eur_per_ha, **rules
):
    """Read parcels or derive candidates, add crossings; write them, and what is odd."""
    log = logging.getLogger(__name__)
    parcels = gpd.read_parquet(paths["parcels"])
    apart = gpd.read_parquet(paths["quarantined"])
    apart = apart[apart["source"].isin(parcel_sources)]
    require_parcels(parcels, apart, parcel_sources)
    habitat, patches = group_habitat(paths)
    if parcel_sources:
        land = parcels[~parcels["excluded"].astype(bool)].assign(kind="parcel")
        left_out = land.iloc[:0]
    else:
        derived = derive(paths, habitat, patches, groups, rules["deriving"])
        land = nearest_first(derived, max_candidates=max_candidates)
        left_out = derived.drop(index=land.index)
    land = land.sort_values("candidate_id", ignore_index=True)
    whole = land.geometry.to_numpy()
    land = land.set_geometry(trim_slivers(whole), crs=land.crs)
    crossings = new_crossings(paths, groups, rules["crossings"])
    corridors = gpd.read_parquet(paths["corridor_candidates"])
    log.info(
        "read %d parcels (%d excluded);"
        " candidates: %d of land, %d crossings, %d corridors",
        *(len(parcels), int(parcels["excluded"].sum())),
        *(len(land), len(crossings), len(corridors)),
    )
    checks = candidate_checks(
        land.assign(whole=whole),
        parcels,
        apart,
        left_out,
        habitat[habitat["polygon_id"].isin(patches["polygon_id"])].geometry,
        gpd.read_parquet(paths["study_area"]).geometry.union_all(),
    )
    found = [land[land.area > 0], crossings, corridors]
    found = pd.concat(found, ignore_index=True)
    found = price(found, default_cost_eur_per_ha=default_cost_eur_per_ha)
    # Of a corridor the land was priced when it was drawn, by the same default.
    found["cost_is_default"] |= found["kind"] == CORRIDOR
    plans, nature_areas = (
        gpd.read_parquet(paths[name]) for name in ("plans", "nature_areas")
    )
    found = describe_tracks(found, plans, nature_areas)
    found = found.assign(
        **{name: pd.array(found[name].tolist(), dtype="str") for name in TEXTS},
        share=found["share"].astype(float).fillna(1.0),
        ready_year=found["ready_year"].astype("Int64"),
    )
    found[COLUMNS].to_parquet(paths["candidates"])
    checks.to_parquet(paths["candidate_checks"])
    for remark in checks["remark_en"]:
        log.warning(remark)
    log.info("wrote %d candidates", len(found))


def group_habitat(paths):
    """Read the habitat map, and which of its polygons are in patches of which group."""
    columns = ["patch_id", "polygon_id"]
    patches = pd.concat(
        pd.read_parquet(path, columns=columns).assign(group=path)
        for path in paths["patch_polygons"]
    )
    return gpd.read_parquet(paths["habitat"]), patches


def derive(paths, habitat, patches, groups, rules):
    """Read what else candidates are derived from; derive them."""
    tables = {
        name: pd.read_csv(paths[name], dtype={"code": str}, encoding="utf-8-sig")
        for name in ("suitability", "conversions")
    }
    conversions = tables["conversions"]
    return derive_candidates(
        habitat,
        pd.read_parquet(paths["habitat_parts"]),
        gpd.read_parquet(paths["study_area"]).geometry.union_all(),
        patches,
        gpd.read_parquet(paths["barriers"]).geometry.to_numpy(),
        tables | {"conversions": conversions.astype({"target_code": "str"})},
        bundles=sorted({group["bundle"] for group in groups.values()}),
        rules=rules,
    )


def new_crossings(paths, groups, rules):
    """Read the links that barriers hinder; find where to open these."""
    files = zip(
        *(paths[name] for name in ("patches", "links", "group_connectivity")),
        strict=True,
    )
    hindered = [
        hindered_group(group, *of_group)
        for group, of_group in zip(groups.values(), files, strict=True)
    ]
    barriers, openings = (
        gpd.read_parquet(paths[name]) for name in ("barriers", "crossings")
    )
    types = read_barrier_types(paths["barrier_types"])
    openings = openings.geometry.to_numpy()
    found = find_crossings(hindered, barriers, openings, types, **rules)
    return found.assign(share=0.0, ready_year=pd.array([None] * len(found), "Int64"))


def hindered_group(group, patches_path, links_path, connectivity_path):
    """Read one group: its capacity, its PCnum and the links that meet a barrier."""
    patches = pd.read_parquet(patches_path, columns=["patch_id", "effective_ha"])
    connectivity = pd.read_parquet(connectivity_path, columns=["pcnum"])
    hinders = [("n_barriers", ">", 0)]
    return HinderedGroup(
        mobility_class=group["mobility_class"],
        weight=group["weight"],
        capacity=patches.set_index("patch_id")["effective_ha"],
        pcnum=float(connectivity["pcnum"].iloc[0]),
        links=gpd.read_parquet(links_path, columns=LINK_COLUMNS, filters=hinders),
        over_land=group["over_land"],
        d0_m=group["dispersal_median_m"],
        p0=group["p0"],
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    values = snakemake.params
    find_candidates(
        {**snakemake.input, **snakemake.output},
        groups=values.groups,
        parcel_sources=values.parcel_sources,
        max_candidates=values.max_candidates,
        default_cost_eur_per_ha=values.default_cost_eur_per_ha,
        deriving=values.deriving,
        crossings=values.crossings,
    )
