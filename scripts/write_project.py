"""Rule write_project: the QGIS project that opens the GeoPackage and the rasters."""

import contextlib
import logging
import sqlite3
import zipfile
from pathlib import Path

import rasterio
from pyproj import CRS

from robuust.layer_styles import RASTERS, STYLES, raster_qml, style_key
from robuust.qgis_project import drawn_variety, initial_extent, project_xml
from robuust.runlog import log_to
from robuust.saved_styles import put_over

EXTENT = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?"
STYLE_ROWS = "SELECT f_table_name, styleName, styleQML FROM layer_styles"
UNITS = """
    SELECT u.level, u.name, box.minx, box.miny, box.maxx, box.maxy
    FROM report_units AS u JOIN rtree_report_units_geom AS box ON box.id = u.fid
    ORDER BY u.level, u.name, u.unit_id
"""
SOURCES = "SELECT DISTINCT source FROM sources WHERE kind <> 'parameter_table'"
HEADINGS = "SELECT layer, column, alias_{} FROM output_columns"
MOST_GROUPS = "SELECT max(n_groups) FROM robust_areas"
DATE = "SELECT value FROM settings WHERE key = 'reference_date'"


def write_project(
    geopackage_path,
    variety_path,
    flow_paths,
    templates,
    project_path,
    *,
    style_paths=(),
    title,
    language,
    crs,
):
    """Read styles, groups and extent from the GeoPackage; write the zipped project.

    `style_paths` are the styles that somebody saved from QGIS; those of the layers
    stand in the GeoPackage already.
    """
    found = read_geopackage(geopackage_path, language)
    text = {k: Path(path).read_text(encoding="utf-8") for k, path in templates.items()}
    saved = {Path(path).stem: Path(path).read_text("utf-8") for path in style_paths}
    drawings, nearby_m, flows = raster_drawings(
        variety_path, flow_paths, found.pop("most_groups")
    )
    for key, (name, facts) in drawings.items():
        qml = raster_qml(text["raster_template"], name, language=language, **facts)
        found["styles"][key] = put_over(qml, saved[name]) if name in saved else qml
    extents = found.pop("extents")
    xml = project_xml(
        text["project_template"],
        title=title,
        language=language,
        crs=CRS(crs),
        extent=initial_extent(extents),
        nearby_m=nearby_m,
        flows=flows,
        **found,
    )
    # ZipInfo without a date: the same project is the same file.
    with zipfile.ZipFile(project_path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            zipfile.ZipInfo("robuust.qgs"), xml, compress_type=zipfile.ZIP_DEFLATED
        )
    logging.getLogger(__name__).info(
        "read %d styles and %d groups, wrote the project",
        len(found["styles"]),
        len(found["groups"]),
    )


def raster_drawings(variety_path, flow_paths, most_groups):
    """Look in the rasters how far their colours must reach, and of which groups."""
    with rasterio.open(variety_path) as raster:
        band, nearby_m, n_types = drawn_variety(map(raster.tags, raster.indexes))
    highest = dict.fromkeys(RASTERS, most_groups)
    highest |= {"robustness_score": 1.0, "habitat_variety": n_types}
    drawings = {name: (name, {"highest": highest[name]}) for name in RASTERS}
    drawings["habitat_variety"][1]["band"] = band
    flows = []
    for path in flow_paths:
        with rasterio.open(path) as raster:
            tags = raster.tags()
        flows.append(tags["group"])
        facts = {"highest": float(tags["highest"])}
        drawings[f"current_flow/{flows[-1]}"] = ("current_flow", facts)
    return drawings, nearby_m, flows


def read_geopackage(path, language):
    """Read what the project must know of a run."""
    address = f"file:{path}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as package:
        return {
            "styles": {
                style_key(layer, name, language): qml
                for layer, name, qml in package.execute(STYLE_ROWS)
            },
            "groups": package.execute(
                f'SELECT "group", name_{language} FROM group_summary ORDER BY 2, 1'
            ).fetchall(),
            "extents": [
                package.execute(EXTENT, [layer]).fetchone()
                for layer in ("patches", "report_units")
            ],
            "units": package.execute(UNITS).fetchall(),
            "sources": [name for (name,) in package.execute(SOURCES + " ORDER BY 1")],
            "headings": {
                layer: heading.lower()
                for layer, column, heading in package.execute(HEADINGS.format(language))
                if layer in STYLES
                and column == STYLES[layer].column
                and STYLES[layer].bounds
            },
            "most_groups": package.execute(MOST_GROUPS).fetchone()[0] or 0,
            "reference_date": package.execute(DATE).fetchone()[0],
        }


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    write_project(
        geopackage_path=snakemake.input.geopackage,
        variety_path=snakemake.input.habitat_variety,
        flow_paths=snakemake.input.current_flow,
        templates={
            name: snakemake.input[name]
            for name in ("project_template", "raster_template")
        },
        project_path=snakemake.output.project,
        style_paths=snakemake.input.saved_styles,
        title=snakemake.params.title,
        language=snakemake.params.language,
        crs=snakemake.params.crs,
    )
