"""Rule buffer_patches: rings and pressure zones round the patches of a group."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.buffers import buffer_rings, pressure_zones, pressures_of
from robuust.runlog import log_to


def buffer_patches(paths, *, group, bundle, classes, to_m, tolerance_m):
    """Read verdicts, relict sites and pressures; write rings and pressure zones."""
    log = logging.getLogger(__name__)
    verdicts = gpd.read_parquet(paths["verdicts"])
    relicts = gpd.read_parquet(paths["relict_sites"])
    pressures = pd.read_csv(
        paths["pressures"], keep_default_na=False, encoding="utf-8-sig"
    )
    counted = verdicts[verdicts["class"].isin(classes)].sort_values("patch_id")
    log.info(
        "read %d patches of %s, %d of the classes %s, and %d relict sites",
        *(len(verdicts), group, len(counted), ", ".join(classes), len(relicts)),
    )
    rings = buffer_rings(counted, group=group, to_m=to_m, tolerance_m=tolerance_m)
    columns = ["patch_id", "geometry"]
    sites = pd.concat([counted[columns], relicts[columns]]).drop_duplicates("patch_id")
    widths = pressures_of(pressures, bundle)
    zones = pressure_zones(
        sites.sort_values("patch_id"), widths, group=group, tolerance_m=tolerance_m
    )
    rings.to_parquet(paths["buffers"], index=False)
    zones.to_parquet(paths["pressure_zones"], index=False)
    log.info("wrote %d rings and %d pressure zones", len(rings), len(zones))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    p = snakemake.params
    buffer_patches(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        group=snakemake.wildcards.group,
        bundle=p.bundle,
        classes=p.classes,
        to_m={"inner": p.inner_m, "mid": p.mid_m, "outer": p.outer_m},
        tolerance_m=p.tolerance_m,
    )
