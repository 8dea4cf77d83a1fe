"""Rule compare_runs: what happened to the patches since an earlier run."""

import logging

import geopandas as gpd
import pandas as pd
import pyogrio

from robuust.changes import follow_patches, no_changes
from robuust.runlog import log_to

COLUMNS = ["group", "patch_id", "class"]


def compare_runs(verdict_paths, changes_path, *, groups, earlier_results):
    """Read the patches of both runs; write one row per patch, none without a run."""
    log = logging.getLogger(__name__)
    columns = [*COLUMNS, "geometry"]
    patches = pd.concat([gpd.read_parquet(p, columns=columns) for p in verdict_paths])
    if earlier_results:
        earlier = read_earlier_patches(earlier_results, patches.crs)
        log.info("read %d patches, earlier %d", len(patches), len(earlier))
        changes = follow_patches(earlier, patches, groups=groups)
    else:
        log.info("read %d patches; no earlier run is given", len(patches))
        changes = no_changes(patches.crs)
    changes.to_parquet(changes_path, index=False)
    log.info("wrote %d rows", len(changes))


def read_earlier_patches(path, crs):
    """Read the layer patches of an earlier run, in the reference system of this one."""
    layers = pyogrio.list_layers(path)[:, 0]
    if "patches" not in layers:
        raise ValueError(
            f"earlier_results: {path} has no layer patches (it has: "
            f"{', '.join(layers)}); give the robuust.gpkg of an earlier run"
        )
    earlier = pyogrio.read_dataframe(path, layer="patches", columns=COLUMNS)
    missing = sorted(set(COLUMNS) - set(earlier.columns))
    if missing or earlier.crs is None:
        raise ValueError(
            f"earlier_results: layer patches of {path} has no "
            f"{', '.join(missing) or 'reference system'}; give the robuust.gpkg of an "
            "earlier run, as it was written"
        )
    return earlier.to_crs(crs)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    compare_runs(
        snakemake.input.verdicts,
        snakemake.output.changes,
        groups=snakemake.params.groups,
        earlier_results=snakemake.params.earlier_results,
    )
