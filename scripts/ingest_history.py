"""Rule ingest_history: habitat maps of an earlier time, checked, as one clean layer."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.balance import ingest_summary, source_rows
from robuust.habitat_map import join_habitat, screen_habitat, tell_areas
from robuust.reference_systems import analysis_crs
from robuust.runlog import log_to
from robuust_files.described import described
from robuust_files.layers import read_layer


def ingest_history(
    paths, *, sources, crs, min_polygon_m2, unknown_codes, max_distance_m
):
    """Read every historic map like a habitat map, write the clean layers."""
    log, crs = logging.getLogger(__name__), analysis_crs(crs)
    types = pd.read_csv(paths["habitat_types"], encoding="utf-8-sig", dtype="str")
    area = gpd.read_parquet(paths["study_area"]).geometry[0]
    layers = {source["name"]: read_layer(source) for source in sources}
    for name, layer in layers.items():
        log.info("read %d rows of %s", len(layer), name)
    screened = [
        screen_habitat(
            layers[source["name"]],
            source,
            types["code"],
            crs=crs,
            min_polygon_m2=min_polygon_m2,
            refuse_unknown=unknown_codes == "refuse",
            area=area,
            max_distance_m=max_distance_m,
        )
        for source in sources
    ]
    # Slits in an old map are nobody's to mend: max_gap_m 0 looks for none.
    habitat, parts, quarantined, notes, _ = join_habitat(
        screened, area, crs=crs, max_distance_m=max_distance_m, max_gap_m=0
    )
    rows_read = {name: len(layer) for name, layer in layers.items()}
    summary = ingest_summary(rows_read, habitat["source"], quarantined, notes)
    rows = [described(s, "historic_habitat", layers[s["name"]], crs) for s in sources]
    tell_areas(rows, screened, habitat)
    habitat.to_parquet(paths["habitat"])
    parts.to_parquet(paths["habitat_parts"])
    quarantined.to_parquet(paths["quarantined"])
    summary.to_parquet(paths["summary"])
    source_rows(rows).to_parquet(paths["sources"])
    log.info("wrote %d polygons, %d set apart", len(habitat), len(quarantined))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    p = snakemake.params
    ingest_history(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        sources=p.sources,
        crs=p.crs,
        min_polygon_m2=p.min_polygon_m2,
        unknown_codes=p.unknown_codes,
        max_distance_m=p.max_distance_m,
    )
