"""Rule buffer_patches: rings and pressure zones round patches, land uses in them."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.buffers import buffer_rings, pressure_zones, pressures_of
from robuust.kept_pieces import Pieces
from robuust.runlog import log_to
from robuust.zone_land_uses import zone_land_uses, zones_box
from robuust_files.piece_files import made_by, read_pieces, write_pieces
from robuust_files.taken_over import taken_over


def buffer_patches(
    paths,
    *,
    group,
    bundle,
    classes,
    to_m,
    tolerance_m,
    cover_order,
    threads=1,
    share=(0, 1),
    library="",
):
    """Read verdicts, relicts, pressures, land cover; write rings, zones, land uses.

    With a share of the work, only the pieces of it are written.
    """
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
    maker = made_by(library)
    known = read_pieces([*paths["portions"], paths["pieces"]], maker)
    pieces = Pieces(known, share)
    drawing = {
        "group": group,
        "tolerance_m": tolerance_m,
        "threads": threads,
        "pieces": pieces,
    }
    rings = buffer_rings(counted, to_m=to_m, **drawing)
    columns = ["patch_id", "geometry"]
    robust = verdicts[verdicts["robust"].to_numpy(dtype=bool)]
    sites = pd.concat([robust[columns], relicts[columns]]).drop_duplicates("patch_id")
    sites = sites.sort_values("patch_id", ignore_index=True)
    sites = sites.assign(relict=sites["patch_id"].isin(relicts["patch_id"]))
    widths = pressures_of(pressures, bundle)
    zones = pressure_zones(sites, widths, **drawing)
    land_cover = gpd.read_parquet(
        paths["land_cover"],
        columns=["source", "land_cover", "geometry"],
        bbox=zones_box(sites, widths),
    )
    uses = zone_land_uses(sites, widths, land_cover, cover_order=cover_order, **drawing)
    # What portions hold need not be kept twice.
    write_pieces(paths["pieces"], {} if paths["portions"] else pieces.used, maker)
    words = "made %d of %d windows and zones, the others are as before"
    log.info(words, pieces.n_made, len(pieces.used))
    if pieces.shared_out:
        return
    rings.to_parquet(paths["buffers"], index=False)
    zones.to_parquet(paths["pressure_zones"], index=False)
    uses.to_parquet(paths["zone_land_uses"], index=False)
    log.info(
        "wrote %d rings, %d pressure zones, %d land uses in zones of %d sites",
        *(len(rings), len(zones), len(uses), len(sites)),
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    p = snakemake.params
    if not taken_over(snakemake.input, snakemake.output, snakemake.params.folders):
        buffer_patches(
            dict(snakemake.input.items()) | dict(snakemake.output.items()),
            group=snakemake.wildcards.group,
            bundle=p.bundle,
            classes=p.classes,
            to_m={"inner": p.inner_m, "mid": p.mid_m, "outer": p.outer_m},
            tolerance_m=p.tolerance_m,
            cover_order=p.cover_order,
            threads=snakemake.threads,
            share=p.share,
            library=p.library,
        )
