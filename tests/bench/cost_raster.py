"""An invented raster of resistance with patches in it.

Land changes over some ten cells between resistances of 1 and 100, straight roads of 100
lie across it, and patches of resistance 1 are 3.5 % of the cells.
"""

import numpy as np
from scipy import ndimage

from robuust.least_cost import cost_links

CELL_M = 10.0
_FAR_M = 1e6  # no cell is as far from a patch
_CLASSES = np.array([1, 2, 5, 10, 20, 50, 100], dtype=np.float32)
_PATCHES = 0.035
_GRAIN = 12  # cells over which the land changes
_ROADS = 150  # cells per road


def write_raster(folder, side, *, seed=1):
    """Write resistance (float32) and patch number (int32, 0 for none) as .npy."""
    random = np.random.default_rng(seed)
    land = _smooth(random, side)
    share = np.linspace(0, 1, _CLASSES.size + 1)[1:-1]
    resistance = _CLASSES[np.digitize(land, np.quantile(land[:1_000, :1_000], share))]
    del land
    habitat = _smooth(random, side)
    limit = np.quantile(habitat[:1_000, :1_000], 1 - _PATCHES)
    patch, _ = ndimage.label(habitat > limit, structure=np.ones((3, 3)))
    del habitat
    for lines in (resistance, resistance.T):
        lines[random.choice(side, side // _ROADS, replace=False)] = 100
    resistance[patch > 0] = 1
    np.save(folder / "resistance.npy", resistance)
    np.save(folder / "patch.npy", patch.astype(np.int32))


def _smooth(random, side):
    """Random heights that change slowly from cell to cell."""
    coarse = random.normal(size=(side // _GRAIN + 3,) * 2).astype(np.float32)
    fine = ndimage.zoom(coarse, _GRAIN, order=1, grid_mode=True, mode="nearest")
    return fine[:side, :side]


def read_raster(folder):
    """Read a raster.

    Returns
    -------
    dict
        resistance, patch.
    """
    return {name: np.load(folder / f"{name}.npy") for name in ("resistance", "patch")}


def corner(raster, side):
    """The first rows and columns of a raster."""
    cut = slice(0, side)
    return {name: np.ascontiguousarray(grid[cut, cut]) for name, grid in raster.items()}


def links(raster):
    """Distance to the nearest patch and which it is, and the links, in one pass.

    Returns
    -------
    dict
        cost [cells of resistance 1], n_links.
    """
    found, surface = cost_links(
        raster["resistance"],
        raster["patch"],
        cell_m=CELL_M,
        max_cost_m=_FAR_M,
        threads=2,
    )
    return {"cost": surface.cost_m / CELL_M, "n_links": found.a.size}
