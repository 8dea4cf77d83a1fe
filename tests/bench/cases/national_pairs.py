"""Pairs within 250 m from the file on, against bare reading of that file."""

import landscape
import pyarrow.parquet
from judgement import Peer

from robuust.gaps import near_pairs

TITLE = "reading polygons and finding the pairs within 250 m"
SIZES = {"small": 10_000, "full": 1_000_000}
# Reading 10,000 polygons takes a hundredth of a second: too short for a gate.
PEERS = (Peer("floor", row="P3", must=6, ambitious=3, at_most=True, gated=False),)
PEAK_MIB = {"full": 8 * 1024}  # P17; 4 GiB would be ambitious
CAP_M = 250.0


def prepare(folder, n):
    """Write the polygons as GeoArrow, and few for the warm-up."""
    landscape.write_polygons(folder / "polygons.parquet", n)
    landscape.write_polygons(folder / "few.parquet", 300)


def read(folder):
    """Path of the file: reading it is measured."""
    return folder / "polygons.parquet"


def small(path):
    """Path of the small file."""
    return path.with_name("few.parquet")


def ours(path):
    """Read the polygons and find the pairs, without making geometries of them."""
    table = pyarrow.parquet.read_table(path, columns=["geometry"])
    i, _, _ = near_pairs(table.column("geometry"), CAP_M, threads=2)
    return {"rows": table.num_rows, "pairs": i.size}


def floor(path):
    """Read the coordinates, and make no geometry of them."""
    return {"rows": pyarrow.parquet.read_table(path).num_rows}


def difference(side, ours, floor, *, cut):
    """No row is lost, and there are neighbours (some fifteen pairs a polygon)."""
    if ours["rows"] != floor["rows"]:
        return f"{ours['rows']} rows, not {floor['rows']}"
    return "" if ours["pairs"] > 3 * ours["rows"] else f"only {ours['pairs']} pairs"
