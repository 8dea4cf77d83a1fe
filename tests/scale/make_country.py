"""Invent a country of any size: `python tests/scale/make_country.py FOLDER POLYGONS`.

Writes country.gpkg, records.csv and country.yaml, the same ones every time. What lies
on a hectare is the same for every size, only the land grows: 650,000 polygons are as
large as Flanders. Made to see how the pipeline grows (docs/national.md), and for that
only: the land is simpler than any real one.
"""

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
import yaml
from brick_land import bricks, lattice, with_islands
from map_rows import habitat_table
from nature_cores import CODES, COVERS, TARGETS, cores, vegetation, wildness
from sightings_table import PER_POLYGON, write_sightings
from surroundings import CRS, surroundings

SEED = 20_260_101
GROUPS = [
    "plants_dune_slacks",
    "plants_dry_heath",
    "plants_wet_heath",
    "plants_forest",
    "micro_invertebrates_dunes",
    "butterflies_wet_heath",
    "dragonflies_pools",
    "amphibians_pools",
    "meadow_birds_grassland",
    "marsh_birds_marsh",
    "forest_birds_forest",
    "reptiles_heath",
]
_ROOT = Path(__file__).parents[2]
_POOL_SHARE = 0.014  # of the cells: a pool of its own within
_STRIP_POLYGONS = 50_000
_POLYGONS_PER_PARCEL = 650  # candidates: 1,000 in Flanders
_EUR_PER_HA = 48_000
_BUDGET_SHARES = (0.05, 0.1, 0.2)  # of what all candidates cost together


def make_country(folder, polygons, *, seed=SEED):
    """Write the country to a folder.

    Parameters
    ----------
    folder : Path
    polygons : int
        About so many in the habitat map.
    seed : int
    """
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "country.gpkg"
    path.unlink(missing_ok=True)
    land = lattice(polygons / (1 + _POOL_SHARE), seed=seed)
    around = cores(land.bounds, seed=seed)
    xy, codes, parcels = _write_land(path, land, around, seed)
    for name, layer in surroundings(land.bounds, around, seed=seed).items():
        pyogrio.write_dataframe(layer, path, layer=name, driver="GPKG")
    pyogrio.write_dataframe(parcels, path, layer="parcels", driver="GPKG")
    species = pd.read_csv(
        _ROOT / "config" / "species.csv", dtype=str, keep_default_na=False
    )
    write_sightings(
        folder / "records.csv",
        species,
        xy,
        codes,
        land.bounds,
        rows=round(PER_POLYGON * polygons),
        seed=seed,
    )
    settings = country_settings(folder, polygons, parcels["cost_eur"].sum())
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    (folder / "country.yaml").write_text(text, encoding="utf-8")


def _write_land(path, land, around, seed):
    """Write habitat and land cover strip by strip; choose the parcels on the way.

    Returns
    -------
    xy : ndarray of float, shape (n_polygons, 2)
    codes : ndarray of str, shape (n_polygons,)
    parcels : GeoDataFrame
    """
    rows, columns = len(land.height_m), len(land.half_m) // 2
    step = max(_STRIP_POLYGONS // columns, 1)
    middles, codes, parcels, written = [], [], [], 0
    for start in range(0, rows, step):
        random = np.random.default_rng([seed, 1, start])
        rings = bricks(land, start, min(start + step, rows))
        xy = rings[:, :-1].mean(axis=1)
        wild, core = wildness(xy, around, land.bounds, seed=seed)
        kind = around["kind"].to_numpy()[core]
        grows, pool, has_pool = vegetation(wild, kind, random)
        size = random.uniform(0.2, 0.6, len(rings))
        cells, islands = with_islands(rings, has_pool, size)
        has_pool = islands != None  # noqa: E711
        shapes = np.concatenate([cells, islands[has_pool]])
        plants = np.concatenate([grows, pool[has_pool]])
        table = habitat_table(shapes, plants, written, random)
        _append(path, table, "habitat", start > 0)
        cover = {"land_cover": COVERS[plants], "geometry": shapely.to_wkb(shapes)}
        _append(path, pa.table(cover), "land_cover", start > 0)
        parcels.append(_parcels(cells, grows, wild, kind, random))
        middles += [xy, xy[has_pool]]
        codes.append(CODES[plants])
        written += len(shapes)
    parcels = pd.concat(parcels, ignore_index=True)
    parcels["parcel_id"] = [f"P{k + 1:05d}" for k in range(len(parcels))]
    return np.concatenate(middles), np.concatenate(codes), parcels


def _append(path, table, layer, append):
    pyogrio.write_arrow(
        table,
        path,
        layer=layer,
        driver="GPKG",
        geometry_name="geometry",
        geometry_type="Polygon",
        crs=CRS,
        append=append,
    )


def _parcels(cells, grows, wild, kind, random):
    """Farmland at the edge of nature that could become nature."""
    fit = (CODES[grows] == "gh") & (wild > 0.02) & (wild < 0.6)
    n = round(len(cells) / _POLYGONS_PER_PARCEL + random.random() - 0.5)
    chosen = np.sort(random.choice(np.flatnonzero(fit), min(n, fit.sum()), False))
    columns = {
        "target_code": [TARGETS[name] for name in kind[chosen]],
        "target_share": np.full(len(chosen), 0.9),
        "cost_eur": np.round(shapely.area(cells[chosen]) / 1e4 * _EUR_PER_HA, -2),
    }
    return gpd.GeoDataFrame(columns, geometry=cells[chosen], crs=CRS)


def country_settings(folder, polygons, cost_eur):
    """Settings of a run: what differs from config/config.yaml."""

    def layer(name, **columns):
        path = str(folder / "country.gpkg")
        return [{"name": name, "path": path, "layer": name} | columns]

    units = layer("municipalities", level="municipality", name_column="name")
    units += layer("provinces", level="province", name_column="name")
    records = {"name": "records", "path": str(folder / "records.csv"), "preset": "dwca"}
    return {
        "area": f"country_{polygons}",
        "title_nl": "Verzonnen land",
        "title_en": "Invented country",
        "groups": GROUPS,
        "sources": {
            "study_area": layer("study_area"),
            "habitat": layer("habitat", preset="bwk", id_column="TAG"),
            "records": [records],
            "barriers": layer("roads", barrier_column="road_type"),
            "crossings": layer("crossings", name_column="name"),
            "land_cover": layer("land_cover", land_cover_column="land_cover"),
            "nature_areas": layer(
                "nature_areas", name_column="name", manager_column="manager"
            ),
            "plans": layer("plans", name_column="name", year_column="year"),
            "candidates": layer(
                "parcels",
                id_column="parcel_id",
                code_column="target_code",
                share_column="target_share",
                cost_column="cost_eur",
            ),
            "report_units": units,
        },
        "least_cost": {"classes": ["amphibians", "reptiles"]},
        "restoration": {
            "budgets_eur": [round(float(cost_eur) * k, -4) for k in _BUDGET_SHARES],
            "plan_gap_percent": 5,
        },
    }


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    make_country(sys.argv[1], int(sys.argv[2]))
