"""What each patch adds to IIC, against landschaft."""

import group_graph
import numpy as np
from judgement import Peer

from robuust.hops import patch_importance_by_hops

TITLE = "dIIC and fractions of patches linked up to 500 m"
SIZES = {"small": 10_000, "full": 10_000}
PEERS = (Peer("landschaft", row="P15", must=2, ambitious=10, needs="landschaft"),)
CAP_M = 500.0
_NAMES = ("diic", "diic_intra", "diic_flux", "diic_connector")
small = group_graph.small_graph


def prepare(folder, n):
    """Write the patches and their links."""
    group_graph.write_graph(folder / "graph.npz", n, cap_m=CAP_M)


def read(folder):
    """Patches and links."""
    return group_graph.read_graph(folder / "graph.npz")


def ours(graph):
    """What each patch adds, by the kernels."""
    found = patch_importance_by_hops(
        graph["area_ha"], graph["a"], graph["b"], threads=2
    )
    return {name: found[name] for name in _NAMES}


def landschaft(graph):
    """The same by landschaft; every link it is given counts."""
    table = group_graph.habitat_graph(graph).node_importance(["IIC"], distance=CAP_M)
    columns = ("dIIC", "dIICintra", "dIICflux", "dIICconnector")
    return {
        name: table[column].to_numpy()
        for name, column in zip(_NAMES, columns, strict=True)
    }


def difference(side, ours, theirs, *, cut):
    """There is no cut among hops: both are the same."""
    worst = max(np.abs(ours[name] - theirs[name]).max() for name in _NAMES)
    return f"dIIC by {worst:.2g} %" if worst > 1e-9 else ""
