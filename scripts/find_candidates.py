"""Rule find_candidates: where habitat could be restored, and on whose land."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.candidates import price, trim_slivers
from robuust.derived_candidates import derive_candidates
from robuust.runlog import log_to
from robuust.tracks import TRACKS, describe_tracks

DERIVING = (
    "candidate_reach_m",
    "candidate_cell_m",
    "max_candidates",
    "convertible_codes",
)
TEXTS = ("candidate_id", "kind", "name", "code", "owner")
COLUMNS = [
    *("candidate_id", "kind", "name", "code", "share", "area_ha", "cost_eur"),
    *("cost_is_default", "track", "nature_area", "manager", "plan", "plan_year"),
    *("owner", "ready_year", *(f"{track}_ha" for track in TRACKS)),
    *("reason_nl", "reason_en", "geometry"),
]


def find_candidates(paths, candidates_path, *, default_cost_eur_per_ha, bundles, rules):
    """Read parcels or derive candidates, give each its price and track, write them."""
    log = logging.getLogger(__name__)
    parcels = gpd.read_parquet(paths["parcels"])
    if len(parcels):
        found = parcels[~parcels["excluded"].astype(bool)].assign(kind="parcel")
        log.info("%d parcels, %d of them not excluded", len(parcels), len(found))
    else:
        found = derived(paths, bundles=bundles, rules=rules)
        log.info(
            "no parcels: %d derived (%d at most)", len(found), rules["max_candidates"]
        )
    found = found.sort_values("candidate_id", ignore_index=True)
    found = found.set_geometry(trim_slivers(found.geometry.to_numpy()), crs=found.crs)
    found = found[found.area > 0]
    found = price(found, default_cost_eur_per_ha=default_cost_eur_per_ha)
    plans = gpd.read_parquet(paths["plans"])
    found = describe_tracks(found, plans, gpd.read_parquet(paths["nature_areas"]))
    found = found.assign(
        **{name: pd.array(found[name].tolist(), dtype="str") for name in TEXTS},
        share=found["share"].astype(float).fillna(1.0),
        ready_year=found["ready_year"].astype("Int64"),
    )
    found[COLUMNS].to_parquet(candidates_path)
    log.info("wrote %d candidates to %s", len(found), candidates_path)


def derived(paths, *, bundles, rules):
    """Read the habitat map and the patches of all groups; derive candidates."""
    columns = ["patch_id", "polygon_id"]
    patches = pd.concat(
        pd.read_parquet(path, columns=columns).assign(group=path)
        for path in paths["patch_polygons"]
    )
    return derive_candidates(
        gpd.read_parquet(paths["habitat"]),
        pd.read_parquet(paths["habitat_parts"]),
        gpd.read_parquet(paths["study_area"]).geometry.union_all(),
        patches,
        pd.read_csv(paths["suitability"], dtype={"code": str}, encoding="utf-8-sig"),
        bundles=bundles,
        rules=rules,
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    find_candidates(
        dict(snakemake.input.items()),
        snakemake.output.candidates,
        default_cost_eur_per_ha=snakemake.params.default_cost_eur_per_ha,
        bundles=snakemake.params.bundles,
        rules={name: snakemake.params[name] for name in DERIVING},
    )
