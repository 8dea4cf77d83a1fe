"""What a report is made from, invented: every layer, and names that attack."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point, box

from robuust.output_layers import layer_named
from robuust.report_page import REPORT_LAYERS, report_html
from write_report import read_assets

HOME = Path(__file__).parents[1]
TEMPLATES = HOME / "workflow" / "templates"
COLUMNS = pd.read_csv(HOME / "config" / "output_columns.csv", keep_default_na=False)
TEMPLATE = (TEMPLATES / "report.html.j2").read_text(encoding="utf-8")
PICTURE = (TEMPLATES / "picture.svg.j2").read_text(encoding="utf-8")
ASSETS = read_assets(sorted((TEMPLATES / "page").glob("*")))
HOSTILE = "<script>alert('x')</script> & \"co\""
CODED = {
    ("patches", "class"): "key",
    ("populations", "status"): "relict",
    ("relict_sites", "status"): "relict",
    ("restoration", "track"): "verbreden",
    ("corridors", "way"): "straight",
    ("changes", "change"): "grown",
    ("population_changes", "outcome"): "worse",
    ("sensitivity", "evidence"): "unverified",
    ("plan_curve", "plan"): "best",
    ("restoration_plan", "plan"): "best",
}


def report_frames(rows=1, text=HOSTILE):
    """Every layer of the report with the same row, as often as asked."""
    default = {"text": text, "integer": 2, "real": 12.345, "boolean": True}
    made = {}
    for name in REPORT_LAYERS:
        contract = COLUMNS[COLUMNS["layer"] == name]
        made[name] = pd.DataFrame(
            {
                column: pd.Series([CODED.get((name, column), default[kind])] * rows)
                for column, kind in contract[["column", "type"]].to_numpy()
            }
        )
        kind = layer_named(name).geometry_type
        if kind:
            shape = Point(500, 250) if kind == "Point" else box(0, 0, 1000, 500)
            made[name] = gpd.GeoDataFrame(
                made[name], geometry=[shape] * rows, crs=31370
            )
    return made


def report_page(
    frames, language="nl", lines=("Gebied: hier",), title=HOSTILE, **kwargs
):
    """The page of these frames."""
    return report_html(
        TEMPLATE,
        frames,
        COLUMNS,
        title=title,
        language=language,
        lines=list(lines),
        assets=ASSETS,
        **kwargs,
    )
