"""Both sides of the cases on what each patch adds to PC."""

import group_graph
import numpy as np

from robuust.importance import patch_importance

_NAMES = ("dpc", "dpc_intra", "dpc_flux", "dpc_connector")
_CUT = 0.03  # of the largest: PC, that they are shares of, is so much more at most
_EXACT = 1e-9


def importance(graph):
    """What each patch adds, with its fractions, by the kernels."""
    links = graph["a"], graph["b"], graph["probability"]
    found = patch_importance(graph["area_ha"], *links, p_min=graph["p_min"], threads=2)
    return {name: found[name] for name in _NAMES}


def landschaft_importance(graph):
    """The same by landschaft."""
    table = group_graph.habitat_graph(graph).node_importance(
        ["PC"], **group_graph.dispersal(graph)
    )
    columns = ("dPC", "dPCintra", "dPCflux", "dPCconnector")
    return {
        name: table[column].to_numpy()
        for name, column in zip(_NAMES, columns, strict=True)
    }


def importance_difference(side, ours, theirs, *, cut):
    """Tell which column disagrees, and by how much.

    With a cut, theirs lets paths beyond it by their last link. Without a patch, other
    paths do so, and the patch's part as a connector falls below zero. So with a cut
    only the other two parts are compared.
    """
    for name in _NAMES[1:3] if cut else _NAMES:
        worst = np.abs(ours[name] - theirs[name]).max() / ours[name].max()
        if not worst <= (_CUT if cut else _EXACT):
            return f"{name} by {worst:.2g} of the largest"
    return ""
