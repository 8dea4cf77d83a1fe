"""The steps that read files, called on one real file each."""

import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import yaml
from plain_readings import CRS, REACH_M

from ingest_context import ingest_context
from ingest_habitat import ingest_habitat
from ingest_records import ingest_records
from robuust.presets import complete_source

CONFIG = Path(__file__).parents[2] / "config"
CONTEXT = ("barriers", "crossings", "land_cover", "nature_areas", "plans")
CONTEXT += ("candidates", "report_units")


@dataclass(frozen=True)
class Outcome:
    """What a step made of one source."""

    kept: gpd.GeoDataFrame
    parts: pd.DataFrame
    quarantined: gpd.GeoDataFrame
    summary: pd.Series  # rows per reason; of the balance: rows in
    source: pd.Series  # its row in the table of sources

    def columns_apart(self):
        """Sets of column names that quarantined rows have."""
        return {frozenset(json.loads(row)) for row in self.quarantined["original"]}


@pytest.fixture(scope="session")
def region(shared_data):
    return shared_data / "data" / "flanders_kempen"


@pytest.fixture(scope="session")
def presets():
    files = (CONFIG / "presets").glob("*.yaml")
    return {f.stem: yaml.safe_load(f.read_text(encoding="utf-8")) for f in files}


@pytest.fixture(scope="session")
def flanders(region):
    return gpd.read_file(region / "admin" / "Refprv.shp").set_crs(
        CRS, allow_override=True
    )


@pytest.fixture
def ingest(region, presets, tmp_path):
    """Function (step, path, area, ...) that runs the step that reads one source."""
    names = "habitat habitat_parts coverage_faults quarantined summary sources records"
    names += " study_area barriers crossings land_cover nature_areas plans parcels"
    names += " report_units"
    paths = {name: tmp_path / f"{name}.parquet" for name in names.split()}
    paths |= {name: CONFIG / f"{name}.csv" for name in ("habitat_types", "resistance")}

    def run(step, path, area=None, *, species=(), known=(), min_polygon_m2=1, **keys):
        source = {"name": "real", "path": str(region / path)} | keys
        options = {"crs": f"EPSG:{CRS}", "max_distance_m": REACH_M}
        write_tables(paths, tmp_path, area, species, known)
        if step == "records":
            source = complete_source(source, presets)
            options |= {"reference_date": "2026-01-01", "sensitive": {}}
            ingest_records(paths, sources=[source], **options)
        elif step == "habitat":
            given = {"given_area": None if area is None else paths["study_area"]}
            ingest_habitat(
                paths | given,
                sources=[complete_source(source, presets)],
                min_polygon_m2=min_polygon_m2,
                unknown_codes="quarantine",
                max_gap_m=0,
                **options,
            )
        else:
            sources = dict.fromkeys(CONTEXT, ()) | {step: [source]}
            options |= {"title": "Proef", "unknown_codes": "quarantine"}
            options["crossing_width_m"] = 50
            ingest_context(paths, sources=sources, **options)
        return outcome(paths, step)

    return run


def write_tables(paths, folder, area, species, codes):
    """The study area and the tables that a step looks up."""
    gpd.GeoDataFrame(geometry=[area], crs=CRS).to_parquet(paths["study_area"])
    table = pd.DataFrame({"species": sorted(species)})
    table = table.assign(name_nl="", synonyms="", taxon_group="all")
    paths["species"] = folder / "species.csv"
    table.to_csv(paths["species"], index=False)
    if codes:
        paths["habitat_types"] = folder / "habitat_types.csv"
        pd.DataFrame({"code": codes}).to_csv(paths["habitat_types"], index=False)


def outcome(paths, step):
    summary = pd.read_parquet(paths["summary"])
    summary = summary[summary["source"] == "real"].set_index("reason")
    assert (
        summary["rows_in"] == summary["rows_kept"] + summary["rows_quarantined"]
    ).all()
    kept = gpd.read_parquet(paths[step])
    quarantined = gpd.read_parquet(paths["quarantined"])
    balance = summary.loc["balance"]
    kept = kept[kept["source"] == "real"] if "source" in kept else kept
    assert balance["rows_kept"] == len(kept)
    assert balance["rows_quarantined"] == len(quarantined)
    parts = pd.read_parquet(paths["habitat_parts"]) if step == "habitat" else None
    source = pd.read_parquet(paths["sources"]).set_index("source").loc["real"]
    return Outcome(kept, parts, quarantined, summary["rows_in"], source)
