"""Candidate parcels for the Kempen: where habitat could be, minus where it is.

Run as ``python tests/real/prepare_kempen.py SHARED_DATA OUTPUT.gpkg``. The rasters 01
(potential) and 02 (real habitat) of one species have one grid, so a candidate is a
patch of cells that only the first holds. (The black-tailed godwit's raster 01 has a
value 2 as well, for land that only adds to its core area: no candidate.)
"""

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
from rasterio.features import shapes
from shapely.geometry import shape

TARGETS = {  # habitat code, and the smallest candidate [m2]
    "drijvendewaterweegbree": ("3130", 1_000),
    "gentiaanblauwtje": ("4010", 5_000),
    "grutto": ("rbbkam", 5_000),
    "heivlinder": ("2310", 5_000),
    "nachtegaal": ("rbbsf", 5_000),
}


def restorable(potential_path, real_path):
    """Polygons of the cells that are potential habitat only."""
    with rasterio.open(potential_path) as potential, rasterio.open(real_path) as real:
        if potential.transform != real.transform or potential.shape != real.shape:
            raise ValueError(f"{potential_path} and {real_path} are not on one grid")
        could = potential.read(1) == 1
        cells = (could & (real.read(1) != 1)).astype(np.uint8)
        found = shapes(cells, mask=cells == 1, transform=potential.transform)
        return [shape(geometry) for geometry, _ in found]


def prepare_kempen(shared_data, output):
    """Write one layer of candidate parcels."""
    rasters = Path(shared_data, "flanders_kempen", "habitat_rasters")
    parcels = []
    for species, (code, smallest_m2) in TARGETS.items():
        geometry = restorable(
            rasters
            / "01_Maximale_Potentie"
            / f"Habitat_Maximale_Potentie_{species}.tif",
            rasters
            / "02_Werkelijke_Oppervlakte"
            / f"Habitat_Werkelijke_Oppervlaktes_{species}.tif",
        )
        large = [polygon for polygon in geometry if polygon.area >= smallest_m2]
        parcels += [
            {"parcel_id": f"{species}-{n}", "target_code": code, "geometry": polygon}
            for n, polygon in enumerate(large)
        ]
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    gpd.GeoDataFrame(parcels, crs="EPSG:31370").to_file(output, layer="candidates")


if __name__ == "__main__":
    prepare_kempen(*sys.argv[1:])
