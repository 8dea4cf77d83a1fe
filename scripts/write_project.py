"""Rule write_project: the QGIS project that opens the GeoPackage and the rasters."""

import logging
import sqlite3
import zipfile
from pathlib import Path

import rasterio
from pyproj import CRS

from robuust.layer_styles import RASTERS, raster_qml
from robuust.qgis_project import drawn_variety, initial_extent, project_xml
from robuust.runlog import log_to

EXTENT = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?"
STYLES = "SELECT f_table_name, styleQML FROM layer_styles"


def write_project(
    geopackage_path,
    variety_path,
    flow_paths,
    templates,
    project_path,
    *,
    title,
    language,
    crs,
):
    """Read styles, groups and extent from the GeoPackage; write the zipped project."""
    connection = sqlite3.connect(f"file:{geopackage_path}?mode=ro", uri=True)
    styles = dict(connection.execute(STYLES))
    groups = connection.execute(
        f'SELECT "group", name_{language} FROM group_summary ORDER BY 2, 1'
    ).fetchall()
    extents = [
        connection.execute(EXTENT, [layer]).fetchone()
        for layer in ("patches", "report_units")
    ]
    connection.close()
    text = {k: Path(path).read_text(encoding="utf-8") for k, path in templates.items()}
    with rasterio.open(variety_path) as raster:
        drawn, nearby_m, n_types = drawn_variety(map(raster.tags, raster.indexes))
    highest = {"robustness_score": 1, "habitat_variety": n_types}
    for name in RASTERS:
        styles[name] = raster_qml(
            text["raster_template"],
            name,
            highest=highest.get(name, max(len(groups), 1)),
            band=drawn if name == "habitat_variety" else 1,
        )
    flows = []
    for path in flow_paths:
        with rasterio.open(path) as raster:
            tags = raster.tags()
        flows.append(tags["group"])
        styles[f"current_flow/{flows[-1]}"] = raster_qml(
            text["raster_template"], "current_flow", highest=float(tags["highest"])
        )
    xml = project_xml(
        text["project_template"],
        title=title,
        language=language,
        crs=CRS(crs),
        extent=initial_extent(extents),
        groups=groups,
        styles=styles,
        nearby_m=nearby_m,
        flows=flows,
    )
    # ZipInfo without a date: the same project is the same file.
    with zipfile.ZipFile(project_path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            zipfile.ZipInfo("robuust.qgs"), xml, compress_type=zipfile.ZIP_DEFLATED
        )
    logging.getLogger(__name__).info(
        "read %d styles and %d groups, wrote the project", len(styles), len(groups)
    )


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
        title=snakemake.params.title,
        language=snakemake.params.language,
        crs=snakemake.params.crs,
    )
