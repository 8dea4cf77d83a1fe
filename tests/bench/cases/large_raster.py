"""Least-cost links on a raster beyond the cache, against a small one, per cell."""

import cost_raster
import numpy as np
from judgement import Peer

TITLE = "least-cost links per cell, against a part of 1,000 x 1,000 cells"
SIZES = {"small": 9_000_000, "full": 100_000_000}
PEERS = (Peer("part", row="P14", must=1.3, ambitious=1.1, at_most=True),)
PART = 1_000
_SURE = 400.0  # cheaper paths of a cell in the first quarter stay inside the part


def prepare(folder, cells):
    """Write the raster."""
    cost_raster.write_raster(folder, int(np.sqrt(cells)))


def read(folder):
    """Resistance and patches."""
    return cost_raster.read_raster(folder)


def small(raster):
    """Read the first hundred rows and columns."""
    return cost_raster.corner(raster, 100)


def ours(raster):
    """All of it."""
    found = cost_raster.links(raster)
    return found | {"cost": found["cost"][: PART // 2, : PART // 2]}


def part(raster):
    """Its first rows and columns."""
    few = cost_raster.corner(raster, PART)
    return ours(few) | {"work_share": few["patch"].size / raster["patch"].size}


def difference(side, ours, theirs, *, cut):
    """Distances are the same as far as the part alone can know them."""
    near = theirs["cost"] < _SURE
    same = np.array_equal(ours["cost"][near], theirs["cost"][near])
    return "" if same and near.any() else "not the same distances"
