"""Records: a text table checked, matched and placed, against a bare read and join."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.compute as pc
import pyarrow.csv
import shapely
from judgement import Peer
from record_file import species_table, study_area, write_records

from ingest_records import ingest_records

TITLE = "ingest records: read, place, match, date, merge, write"
PEERS = (Peer("floor", must=2, ambitious=1.5, at_most=True, gated=False),)
SIZES = {"small": 200_000, "full": 5_000_000}
CRS = "EPSG:31370"
MAX_DISTANCE_M = 10_000.0
_OUT_OF_PLACE = ["missing_coordinates", "unreadable_coordinates", "far_from_area"]


def prepare(folder, rows):
    """Write the records, the study area, the ground within reach and the species.

    Parameters
    ----------
    folder : Path
    rows : int
    """
    folder, area = Path(folder), study_area()
    for name, ground in (("area", area), ("reach", area.buffer(MAX_DISTANCE_M))):
        gpd.GeoDataFrame(geometry=[ground], crs=CRS).to_parquet(
            folder / f"{name}.parquet"
        )
    species_table().to_csv(folder / "species.csv", index=False)
    write_records(folder / "records.csv", rows)


def ours(folder):
    """Ingest the table as the pipeline does, and count what has a place.

    Returns
    -------
    dict
        Rows read, and rows within reach of the study area.
    """
    folder = Path(folder)
    paths = {
        name: folder / f"{name}.parquet"
        for name in ("records", "quarantined", "summary", "sources")
    }
    paths |= {"study_area": folder / "area.parquet", "species": folder / "species.csv"}
    ingest_records(
        paths,
        sources=[{"name": "field", "path": str(folder / "records.csv"), "crs": CRS}],
        crs=CRS,
        max_distance_m=MAX_DISTANCE_M,
        reference_date="2026-11-01",
        sensitive={},
    )
    summary = pd.read_parquet(paths["summary"]).set_index("reason")
    rows = int(summary.loc["balance", "rows_in"])
    return {
        "rows": rows,
        "placed": rows - int(summary.loc[_OUT_OF_PLACE, "rows_in"].sum()),
    }


def floor(folder):
    """Read the table with Arrow, make points, and find those within reach.

    Returns
    -------
    dict
        As `ours`.
    """
    folder = Path(folder)
    missing = pyarrow.csv.ConvertOptions(null_values=["", "onbekend"])
    table = pyarrow.csv.read_csv(folder / "records.csv", convert_options=missing)
    x, y = (pc.cast(table[name], "float64").to_numpy() for name in ("x", "y"))
    ground = gpd.read_parquet(folder / "reach.parquet").geometry[0]
    shapely.prepare(ground)
    inside = shapely.contains(ground, shapely.points(x, y))
    return {"rows": table.num_rows, "placed": int(inside.sum())}


def difference(side, ours, floor, *, cut):
    """As many rows read, and as many within reach."""
    wrong = [name for name in ("rows", "placed") if ours[name] != floor[name]]
    return ", ".join(f"{ours[name]} {name}, not {floor[name]}" for name in wrong)
