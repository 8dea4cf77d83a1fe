"""Habitat map of mosaic polygons: read, checked, cut, and written."""

from pathlib import Path

import bwk_map
from judgement import Peer

TITLE = "habitat map to clean layer, against reading it and make_valid"
PEERS = (Peer("floor", must=3, ambitious=2, at_most=True, gated=False),)
SIZES = {"small": 5_000, "full": 500_000}
_ROOT = Path(__file__).parents[3]
_OUTPUTS = ("habitat", "habitat_parts", "quarantined", "summary", "sources")
_OUTPUTS += ("coverage_faults",)


def prepare(folder, rows):
    """Write the map, once."""
    bwk_map.write_bwk(folder / "bwk.gpkg", rows)


def ours(folder):
    """Run the rule's function on the map; its tables tell the figures."""
    import pandas as pd
    import yaml

    from ingest_habitat import ingest_habitat

    paths = {name: folder / f"{name}.parquet" for name in _OUTPUTS}
    paths["given_area"] = None
    for table in ("habitat_types", "suitability"):
        paths[table] = _ROOT / "config" / f"{table}.csv"
    with (_ROOT / "config/presets/bwk.yaml").open(encoding="utf-8") as file:
        source = yaml.safe_load(file)
    source |= {"name": "bwk", "path": str(folder / "bwk.gpkg"), "id_column": "TAG"}
    ingest_habitat(
        paths,
        sources=[source],
        crs="EPSG:31370",
        min_polygon_m2=1,
        unknown_codes="quarantine",
        max_distance_m=50_000,
        max_gap_m=1,
    )
    balance = pd.read_parquet(paths["summary"]).query("reason == 'balance'")
    after_ha = pd.read_parquet(paths["sources"])["area_after_ha"]
    rows = balance["rows_kept"].sum() + balance["rows_quarantined"].sum()
    return {"rows": int(rows), "hectares": float(after_ha.sum())}


def floor(folder):
    """Read the same file and repair all of it."""
    import pyogrio
    import shapely

    layer = pyogrio.read_dataframe(folder / "bwk.gpkg", use_arrow=True)
    valid = shapely.make_valid(layer.geometry.to_numpy())
    return {"rows": len(valid), "hectares": shapely.area(valid).sum() / 10_000}


def difference(side, ours, floor, *, cut):
    """No row is lost, and but for repeated polygons and overlaps no ground."""
    near = 0.995 < ours["hectares"] / floor["hectares"] <= 1
    same = ours["rows"] == floor["rows"] and near
    return "" if same else f"{told(ours)}, not {told(floor)}"


def told(found):
    """Rows and ground in words."""
    return f"{found['rows']} rows of {found['hectares']:.1f} ha"
