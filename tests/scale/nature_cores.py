"""What grows where: cores of nature of six kinds in farmland, the same for any size.

The country is a grid of blocks; in every six of them each kind of nature has one core,
large or small, so that a part of the country has the mixture of the whole.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2] / "data" / "demo"))
from invent.context import LAND_COVER
from invent.vegetation import VEGETATION

BLOCK_M = 3_400.0
KINDS = {  # of a core: what grows there, and how often
    "dunes": {
        "grey_dune": 5, "dune_scrub": 3, "dune_forest": 2, "white_dune": 1,
        "dune_heath": 1, "slack": 2, "young_grey_dune": 1, "camping": 0.3,
    },
    "dry_heath": {
        "dry_heath": 5, "sand_heath": 3, "inland_dune": 2, "poor_grass": 1,
        "oak_birch": 2, "pine": 3, "old_pine": 1, "wet_heath": 0.5,
    },
    "wet_heath": {
        "wet_heath": 5, "peat_slit": 1, "gale": 1, "bog": 0.7, "dry_heath": 2,
        "oak_birch": 1.5, "pine": 2, "poor_grass": 0.7, "fen": 0.5,
    },
    "forest": {
        "oak_beech": 4, "oak_birch": 3, "oak_hornbeam": 2, "alder": 1.5, "pine": 2,
        "old_pine": 1, "poplar": 1, "grass": 0.7,
    },
    "valley": {
        "foxtail": 3, "crested_grass": 3, "hay_meadow": 3, "marigold": 1.5,
        "blue_grass": 1, "silverweed": 0.5, "lime_fen": 0.2, "alder": 1, "grass": 3,
        "arable": 1,
    },
    "marsh": {
        "reed": 5, "sedge": 2, "fen": 2, "willow": 2, "alder": 1, "lake": 1,
        "marigold": 1, "grass": 1,
    },
}  # fmt: skip
FARMLAND = {
    "arable": 40, "arable_clay": 8, "grass": 30, "grass_ditch": 4, "built": 8,
    "built_open": 5, "orchard": 1.5, "pine": 1, "poplar": 0.8, "park": 0.7,
    "industry": 0.7, "hay_meadow": 0.4, "crested_grass": 0.6, "thorn": 0.4,
    "oak_birch": 0.5, "alder": 0.3, "reed": 0.2, "poor_grass": 0.1,
}  # fmt: skip
POOLS = {
    "dunes": {"slack_pool": 1},
    "dry_heath": {"soft_pool": 3, "dark_pool": 1},
    "wet_heath": {"soft_pool": 2, "dark_pool": 2},
    "forest": {"plain_pond": 1, "soft_pool": 1},
    "valley": {"lake": 2, "plain_pond": 2, "soft_pool": 1},
    "marsh": {"lake": 3, "plain_pond": 1},
}
TARGETS = {  # what a parcel beside a core can become
    "dunes": "2130_had", "dry_heath": "4030", "wet_heath": "4010", "forest": "9120",
    "valley": "6510_hu", "marsh": "rbbmr",
}  # fmt: skip
NAMES = np.array([*VEGETATION])
_COVER = {name: kind for kind, names in LAND_COVER.items() for name in names.split()}
COVERS = np.array([_COVER[name] for name in NAMES])
CODES = np.array([code for _, _, code, _ in VEGETATION.values()])
_EMPTY = 0.25  # of the blocks: no core worth the name
_RADIUS_M, _RADIUS_SPREAD = 850.0, 0.35  # of the other cores: median, of the logarithm


def cores(bounds, *, seed):
    """Invent the cores of nature of a land.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north [m].
    seed : int

    Returns
    -------
    DataFrame
        One row per block, row by row from the south-west: `kind`, `x`, `y` and
        `radius_m`.
    """
    west, south, east, north = bounds
    columns, rows = _blocks(bounds)
    column, row = np.meshgrid(np.arange(columns), np.arange(rows))
    column, row = column.ravel(), row.ravel()
    order = np.empty(len(row), dtype=int)
    drawn = np.empty((len(row), 4))
    for k, (r, c) in enumerate(zip(row, column, strict=True)):
        drawn[k] = np.random.default_rng([seed, 7, r, c]).random(4)
        six = np.random.default_rng([seed, 8, r // 2, c // 3]).permutation(len(KINDS))
        order[k] = six[r % 2 * 3 + c % 3]
    # Steps of the distribution, not draws from it: small lands get all sizes too.
    rank = np.argsort(np.argsort(drawn[:, 2])) / len(drawn)
    radius_m = _RADIUS_M * np.exp(_RADIUS_SPREAD * _normal(drawn[:, 3]))
    radius_m[rank < _EMPTY] = 150.0
    return pd.DataFrame(
        {
            "kind": np.array([*KINDS])[order],
            "x": west + (column + 0.25 + 0.5 * drawn[:, 0]) * (east - west) / columns,
            "y": south + (row + 0.25 + 0.5 * drawn[:, 1]) * (north - south) / rows,
            "radius_m": radius_m,
        }
    )


def wildness(xy, cores, bounds, *, seed):
    """How wild each place is, and whose core that is due to.

    Parameters
    ----------
    xy : ndarray of float, shape (n, 2)
    cores : DataFrame
    bounds : tuple of float
    seed : int

    Returns
    -------
    wild : ndarray of float, shape (n,)
        Chance of nature, between 0 and 1.
    core : ndarray of int, shape (n,)
        Row of `cores`.
    """
    west, south, east, north = bounds
    columns, rows = _blocks(bounds)
    across = ((xy[:, 0] - west) / (east - west) * columns).astype(int)
    up = ((xy[:, 1] - south) / (north - south) * rows).astype(int)
    core = up.clip(0, rows - 1) * columns + across.clip(0, columns - 1)
    middle = cores[["x", "y"]].to_numpy()[core]
    away = np.hypot(*(xy - middle).T) / cores["radius_m"].to_numpy()[core]
    waves = _waves(xy, np.random.default_rng([seed, 9]))
    return 1 / (1 + np.exp(6 * (away - 1 + 0.45 * waves))), core


def vegetation(wild, kind, random):
    """Draw what grows at each place, as a row of `NAMES`, and of its pool."""
    n = len(wild)
    is_wild = random.random(n) < wild
    grows = _draw(FARMLAND, random.random(n))
    pool = _draw({"plain_pond": 3, "lake": 1}, random.random(n))
    for name, options in KINDS.items():
        here = is_wild & (kind == name)
        grows[here] = _draw(options, random.random(here.sum()))
        pool[here] = _draw(POOLS[name], random.random(here.sum()))
    has_pool = random.random(n) < np.where(is_wild, 0.04, 0.008)
    return grows, pool, has_pool


def _blocks(bounds):
    west, south, east, north = bounds
    return (
        max(round((east - west) / BLOCK_M), 1),
        max(round((north - south) / BLOCK_M), 1),
    )


def _draw(options, u):
    """Names by weight, for uniform numbers, as rows of `NAMES`."""
    row = {name: k for k, name in enumerate(NAMES)}
    at = np.cumsum([*options.values()]) / sum(options.values())
    choice = np.searchsorted(at, u).clip(max=len(options) - 1)
    return np.array([row[name] for name in options])[choice]


def _waves(xy, random):
    """Smooth noise of 300 m to 3 km, about standard normal."""
    length_m = np.exp(random.uniform(np.log(300), np.log(3_000), 12))
    heading, phase = random.uniform(0, 2 * np.pi, (2, 12))
    total = np.zeros(len(xy))
    for k in range(12):
        ahead = np.array([np.cos(heading[k]), np.sin(heading[k])])
        total += np.cos(xy @ ahead * (2 * np.pi / length_m[k]) + phase[k])
    return total / np.sqrt(6)


def _normal(u):
    from scipy.stats import norm

    return norm.ppf(u.clip(0.01, 0.99))
