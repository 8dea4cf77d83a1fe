"""Least-cost distances, with patches' ground and links, against distances alone."""

import cost_raster
import numpy as np
from judgement import Peer

TITLE = "least-cost distance, allocation and links on a raster"
SIZES = {"small": 1_000_000, "full": 4_000_000}
PEERS = (
    Peer("skimage", row="P13", must=10, ambitious=30, needs="skimage"),
    Peer("landschaft", row="P13", must=3.8, ambitious=10, needs="landschaft"),
)
ours = cost_raster.links


def prepare(folder, cells):
    """Write the raster."""
    cost_raster.write_raster(folder, int(np.sqrt(cells)))


def read(folder):
    """Resistance and patches."""
    return cost_raster.read_raster(folder)


def small(raster):
    """Read the first hundred rows and columns."""
    return cost_raster.corner(raster, 100)


def skimage(raster):
    """Distances by MCP_Geometric, which gives no links."""
    from skimage.graph import MCP_Geometric

    search = MCP_Geometric(raster["resistance"], fully_connected=True)
    starts = np.argwhere(raster["patch"] > 0)
    return {"cost": search.find_costs(starts)[0]}


def landschaft(raster):
    """Distances by landschaft, which gives no links either."""
    import landschaft

    landschaft.set_default_threads(2)
    cost = landschaft.cost_distance(raster["resistance"], raster["patch"] > 0)
    return {"cost": np.asarray(cost)}


def difference(side, ours, theirs, *, cut):
    """Distances within what float32 leaves of a sum of a thousand steps."""
    worst = np.max(np.abs(ours["cost"] - theirs["cost"]) / (1 + theirs["cost"]))
    return "" if worst < 1e-4 else f"distances by a share of {worst:.2g}"
