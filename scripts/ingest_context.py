"""Rule ingest_context: barriers, land cover, nature areas, plans, parcels, units."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.balance import (
    QUARANTINE_TYPES,
    ingest_summary,
    join_layers,
    source_rows,
)
from robuust.barriers import open_barriers
from robuust.context_layers import (
    join_context,
    screen_context,
    whole_area_unit,
)
from robuust.reference_systems import analysis_crs
from robuust.runlog import log_to
from robuust_files.described import described
from robuust_files.layers import read_layer


def ingest_context(paths, *, sources, crs, title, unknown_codes, **screening):
    """Read the layers of every kind, write one clean layer per kind."""
    log, crs = logging.getLogger(__name__), analysis_crs(crs)
    area = gpd.read_parquet(paths["study_area"]).geometry[0]
    types = pd.read_csv(paths["habitat_types"], encoding="utf-8-sig", dtype="str")
    covers = pd.read_csv(paths["resistance"], encoding="utf-8-sig")["land_cover"]
    rows, apart, notes, kept_names = [], [], [], []
    layers = {}
    for kind in sources:
        kept = []
        for source in sources[kind]:
            layer = read_layer(with_raster_classes(source))
            usable, *rest = screen_context(
                layer,
                source,
                kind,
                area,
                crs=crs,
                known_codes=types["code"],
                refuse_unknown_codes=unknown_codes == "refuse",
                known_covers=covers.unique(),
                **screening,
            )
            log.info("read %d rows of %s", len(layer), source["name"])
            kept.append(usable)
            apart.append(rest[0])
            notes += rest[1]
            kept_names += [source["name"]] * len(usable)
            rows.append(described(source, kind, layer, crs))
        layers[kind] = join_context(kept, kind, crs)
        if kind == "report_units" and not sources[kind]:
            layers[kind] = whole_area_unit(area, title, crs)
        log.info("keep %d rows of %s", len(layers[kind]), kind)
    layers["barriers"] = opened(layers["barriers"], layers["crossings"])
    for kind, layer in layers.items():
        # With their boxes, because each group reads only land cover near its sites.
        boxes = kind == "land_cover"
        path = paths["parcels" if kind == "candidates" else kind]
        layer.to_parquet(path, write_covering_bbox=boxes)
    quarantined = join_layers(apart, QUARANTINE_TYPES, crs)
    summary = ingest_summary(
        {row["source"]: row["rows"] for row in rows},
        pd.Series(kept_names, dtype="str"),
        quarantined,
        notes,
    )
    quarantined.to_parquet(paths["quarantined"])
    summary.to_parquet(paths["summary"])
    source_rows(rows).to_parquet(paths["sources"])
    log.info("wrote %d features, %d set apart", len(kept_names), len(quarantined))


def opened(barriers, crossings):
    """Barriers without the places where they are open; those open all along vanish."""
    lines = open_barriers(barriers.geometry.to_numpy(), crossings.geometry.to_numpy())
    barriers = barriers.set_geometry(lines, crs=barriers.crs)
    return barriers[~barriers.is_empty].reset_index(drop=True)


def with_raster_classes(source):
    """Let the classes of a land cover without a column be those of a raster."""
    if "classes" not in source or "land_cover_column" in source:
        return source
    return source | {"codes": source["classes"]}


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    ingest_context(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        sources=snakemake.params.sources,
        crs=snakemake.params.crs,
        title=snakemake.params.title,
        max_distance_m=snakemake.params.max_distance_m,
        unknown_codes=snakemake.params.unknown_codes,
        crossing_width_m=snakemake.params.crossing_width_m,
    )
