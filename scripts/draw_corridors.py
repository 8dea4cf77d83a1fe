"""Rule draw_corridors: the shortest connections between robust areas."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.corridors import (
    corridor_gains,
    corridor_table,
    end_patches,
    spanning_lines,
)
from robuust.runlog import log_to


def draw_corridors(paths, corridors_path, *, groups, max_corridor_m, p_min):
    """Read robust areas, barriers and all networks; write one line per connection."""
    areas = gpd.read_parquet(paths["robust_areas"])
    areas = areas.sort_values("robust_area_id", ignore_index=True)
    barriers = gpd.read_parquet(paths["barriers"])
    lines = spanning_lines(
        areas.geometry.to_numpy(),
        barriers.geometry.to_numpy(),
        max_corridor_m=max_corridor_m,
    )
    usable, gain = {}, {}
    networks = zip(groups.index, paths["verdicts"], paths["links"], strict=True)
    for group, verdicts_path, links_path in networks if len(lines) else ():
        patches = gpd.read_parquet(
            verdicts_path, columns=["patch_id", "effective_ha", "geometry"]
        ).sort_values("patch_id", ignore_index=True)
        links = pd.read_parquet(
            links_path, columns=["patch_id_a", "patch_id_b", "probability"]
        )
        index = pd.Index(patches["patch_id"])
        usable[group], gain[group] = corridor_gains(
            end_patches(lines, areas.geometry.to_numpy(), patches.geometry.to_numpy()),
            lines["length_m"],
            patches["effective_ha"].to_numpy(),
            (
                index.get_indexer(links["patch_id_a"]),
                index.get_indexer(links["patch_id_b"]),
                links["probability"].to_numpy(),
            ),
            dispersal_max_m=groups.loc[group, "dispersal_max_m"],
            p_min=p_min,
        )
    table = corridor_table(lines, areas["robust_area_id"], usable, gain, groups)
    corridors = gpd.GeoDataFrame(table, geometry="geometry", crs=areas.crs)
    corridors.to_parquet(corridors_path)
    log = logging.getLogger(__name__)
    log.info("read %d robust areas, %d barriers", len(areas), len(barriers))
    log.info("wrote %d corridors to %s", len(corridors), corridors_path)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    draw_corridors(
        dict(snakemake.input.items()),
        snakemake.output.corridors,
        groups=pd.DataFrame(
            {
                name: snakemake.params[name]
                for name in ("weight", "name_nl", "name_en", "dispersal_max_m")
            }
        ),
        max_corridor_m=snakemake.params.max_corridor_m,
        p_min=snakemake.params.p_min,
    )
