"""Rule ingest_study_area: the study area as one feature, from layers or the map.

A job of its own, so that records and context are not read again with the habitat map.
"""

import logging

import geopandas as gpd
import pandas as pd

from robuust.balance import (
    QUARANTINE_TYPES,
    ingest_summary,
    join_layers,
    source_rows,
)
from robuust.context_layers import screen_study_area, study_area_layer
from robuust.habitat_map import extent_of
from robuust.polygons import HA
from robuust.reference_systems import analysis_crs
from robuust.runlog import log_to
from robuust_files.described import described
from robuust_files.layers import read_layer


def ingest_study_area(paths, *, sources, crs):
    """Read layers of the study area, or else the habitat map, and write the area."""
    log, crs = logging.getLogger(__name__), analysis_crs(crs)
    layers = {source["name"]: read_layer(source) for source in sources}
    for name, layer in layers.items():
        log.info("read %d rows of %s", len(layer), name)
    found = [screen_study_area(layers[s["name"]], s, crs=crs) for s in sources]
    if found:
        area = study_area_layer(found, crs)
    else:
        area = extent_of(gpd.read_parquet(paths["habitat"], columns=["geometry"]))
        log.info("no source gives a study area: it is the box round the habitat map")
    quarantined = join_layers([one.quarantined for one in found], QUARANTINE_TYPES, crs)
    summary = ingest_summary(
        {name: len(layer) for name, layer in layers.items()},
        pd.concat([pd.Series(dtype="str"), *(one.kept for one in found)]),
        quarantined,
        [note for one in found for note in one.notes],
    )
    rows = [described(s, "study_area", layers[s["name"]], crs) for s in sources]
    area.to_parquet(paths["study_area"])
    quarantined.to_parquet(paths["quarantined"])
    summary.to_parquet(paths["summary"])
    source_rows(rows).to_parquet(paths["sources"])
    log.info("wrote a study area of %.1f ha", area.area.sum() / HA)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    ingest_study_area(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        sources=snakemake.params.sources,
        crs=snakemake.params.crs,
    )
