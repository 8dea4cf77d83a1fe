"""Rule ingest_habitat: habitat maps and study area, checked, as one clean layer."""

import hashlib
import logging
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from robuust.balance import (
    QUARANTINE_TYPES,
    ingest_summary,
    join_layers,
    source_row,
    source_rows,
)
from robuust.context_layers import screen_study_area, study_area_layer
from robuust.habitat_map import (
    area_before_ha,
    habitat_area,
    join_habitat,
    screen_habitat,
)
from robuust.reference_systems import analysis_crs
from robuust.runlog import log_to
from robuust.sources import as_layer, chosen_layer, file_parts, readable


def read_layer(source):
    """Read a vector layer, or the cells of a raster that have one value."""
    if source.get("format") == "raster":
        return readable(source, read_raster, source)
    layers = readable(source, pyogrio.list_layers, source["path"])[:, 0].tolist()
    name = chosen_layer(source, layers)
    return as_layer(readable(source, read_vector, source["path"], name), source)


def read_vector(path, layer):
    """All features of a layer, curves as straight pieces."""
    try:
        return pyogrio.read_dataframe(path, layer=layer, use_arrow=True)
    except NotImplementedError:  # curves: only the slower way can straighten them
        return pyogrio.read_dataframe(path, layer=layer)


def read_raster(source):
    """Polygons round the cells of one value, joined by their edges."""
    import rasterio.features  # a third of a second that only rasters pay

    with rasterio.open(source["path"]) as raster:
        wanted = raster.read(1) == source.get("value", 1)
        shapes = rasterio.features.shapes(
            wanted.astype("uint8"), wanted, connectivity=4, transform=raster.transform
        )
        polygons = [shapely.geometry.shape(shape) for shape, _ in shapes]
        return gpd.GeoDataFrame(geometry=polygons, crs=raster.crs)


def checksum(source):
    """SHA-256 of the files that hold a source."""
    digest = hashlib.sha256()
    for part in filter(Path.exists, map(Path, file_parts(source["path"]))):
        with part.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()


def ingest_habitat(
    paths,
    *,
    sources,
    study_area_sources,
    crs,
    min_polygon_m2,
    unknown_codes,
    max_distance_m,
):
    """Read every habitat map and the study area, write the clean layers."""
    log, crs = logging.getLogger(__name__), analysis_crs(crs)
    known = pd.concat(
        pd.read_csv(paths[table], encoding="utf-8-sig", dtype="str")["code"]
        for table in ("habitat_types", "suitability")
    )
    layers = {s["name"]: read_layer(s) for s in [*sources, *study_area_sources]}
    for name, layer in layers.items():
        log.info("read %d rows of %s", len(layer), name)
    refuse = unknown_codes == "refuse"
    rules = {"crs": crs, "min_polygon_m2": min_polygon_m2, "refuse_unknown": refuse}
    screened = [screen_habitat(layers[s["name"]], s, known, **rules) for s in sources]
    areas = [
        screen_study_area(layers[s["name"]], s, crs=crs) for s in study_area_sources
    ]
    area = study_area_layer(areas, crs) if areas else habitat_area(screened, crs)
    habitat, parts, quarantined, notes = join_habitat(
        screened, area.geometry[0], crs=crs, max_distance_m=max_distance_m
    )
    apart = [quarantined, *(found.quarantined for found in areas)]
    quarantined = join_layers(apart, QUARANTINE_TYPES, crs)
    summary = ingest_summary(
        {name: len(layer) for name, layer in layers.items()},
        pd.concat([habitat["source"], *(found.kept for found in areas)]),
        quarantined,
        [*notes, *(note for found in areas for note in found.notes)],
    )
    described = [
        source_row(
            source,
            kind,
            rows=len(layers[source["name"]]),
            crs=layers[source["name"]].crs,
            sha256=checksum(source),
        )
        for kind, entries in (("habitat", sources), ("study_area", study_area_sources))
        for source in entries
    ]
    ha = habitat.groupby("source")["area_ha"].sum()
    for row, one in zip(described, screened, strict=False):  # study areas come after
        row |= {
            "area_before_ha": area_before_ha(one),
            "area_after_ha": ha.get(row["source"], 0.0),
        }
    habitat.to_parquet(paths["habitat"])
    parts.to_parquet(paths["habitat_parts"])
    quarantined.to_parquet(paths["quarantined"])
    area.to_parquet(paths["study_area"])
    summary.to_parquet(paths["summary"])
    source_rows(described).to_parquet(paths["sources"])
    log.info("wrote %d polygons, %d set apart", len(habitat), len(quarantined))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    ingest_habitat(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        sources=snakemake.params.sources,
        study_area_sources=snakemake.params.study_area_sources,
        crs=snakemake.params.crs,
        min_polygon_m2=snakemake.params.min_polygon_m2,
        unknown_codes=snakemake.params.unknown_codes,
        max_distance_m=snakemake.params.max_distance_m,
    )
