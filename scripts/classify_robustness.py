"""Rule classify_robustness: the verdict on every patch and network, and how sure."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.area_cohesion import add_area_verdicts, area_norms
from robuust.robustness import ROBUST_CLASSES, Norms, judge
from robuust.runlog import log_to
from robuust.stability import PARAMETERS, draw_values, lay_out, stability, value_ranges
from robuust_files.taken_over import taken_over

LINK_COLUMNS = ["patch_id_a", "patch_id_b", "distance_m"]
LINK_COLUMNS += ["probability", "within_dispersal"]
NETWORK_COLUMNS = [
    *("network_id", "group", "n_patches", "area_ha", "effective_ha", "capacity_ru"),
    *("eca_ha", "viable", "has_stronghold", "has_key", "norm_ru"),
    *("missing_ru", "missing_ha"),
    *("reason_nl", "reason_en", "geometry"),
]
SENSITIVITY_COLUMNS = [
    *("group", "parameter", "evidence", "low", "high", "flipped_share")
]


def classify_robustness(
    paths, *, group, mobility_class, bundle, yardstick, values, draws, seed
):
    """Read patches, links and connectivity; write verdicts, networks, sensitivity."""
    log = logging.getLogger(__name__)
    patches = gpd.read_parquet(paths["patches"])
    connectivity = pd.read_parquet(paths["patch_connectivity"])
    measured = pd.read_parquet(paths["network_connectivity"])
    links = pd.read_parquet(paths["links"], columns=LINK_COLUMNS)
    evidence = pd.read_csv(paths["evidence"], encoding="utf-8-sig")
    areas = pd.read_csv(paths["area_classes"], encoding="utf-8-sig")
    log.info("read %d patches and %d links of %s", len(patches), len(links), group)

    norms = Norms(**{name: values[name] for name in Norms.__annotations__})
    patches, networks = judge(
        patches.merge(connectivity, "left", "patch_id", validate="one_to_one"),
        norms,
        reproductive_unit_ha=values["reproductive_unit_ha"],
        dispersal_max_m=values["dispersal_max_m"],
    )
    patches = add_area_verdicts(
        patches,
        area_norms(areas, bundle),
        yardstick=yardstick,
        robust_classes=ROBUST_CLASSES,
    )
    ranges = value_ranges(
        values, evidence[evidence["mobility_class"] == mobility_class]
    )
    patches["verdict_stability"], flipped = stability(
        lay_out(patches, links, dispersal_max_m=values["dispersal_max_m"]),
        norms,
        ranges,
        draw_values(ranges, group=group, seed=seed, draws=draws),
    )
    measured = measured[["network_id", "area_ha", "effective_ha", "eca_ha"]]
    networks = networks.merge(measured, "left", "network_id", validate="one_to_one")
    networks["group"] = pd.array([group] * len(networks), dtype="str")
    ranges = ranges.assign(group=group, flipped_share=ranges["parameter"].map(flipped))
    ranges = ranges.sort_values("parameter", ignore_index=True)

    patches.to_parquet(paths["verdicts"])
    networks = gpd.GeoDataFrame(networks[NETWORK_COLUMNS], crs=patches.crs)
    networks.to_parquet(paths["networks"])
    ranges[SENSITIVITY_COLUMNS].to_parquet(paths["sensitivity"])
    log.info("wrote %d patches and %d networks", len(patches), len(networks))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    if not taken_over(snakemake.input, snakemake.output, snakemake.params.folders):
        classify_robustness(
            dict(snakemake.input.items()) | dict(snakemake.output.items()),
            group=snakemake.wildcards.group,
            mobility_class=snakemake.params.mobility_class,
            bundle=snakemake.params.bundle,
            yardstick=snakemake.params.yardstick,
            values={name: float(snakemake.params[name]) for name in PARAMETERS},
            draws=snakemake.params.draws,
            seed=snakemake.params.seed,
        )
