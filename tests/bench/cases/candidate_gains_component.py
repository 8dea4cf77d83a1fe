"""What each of many new patches adds to PC, against its component computed anew."""

import functools

import gain_sides
import numpy as np
from judgement import Peer

from robuust.connectivity import connectivity_totals
from robuust.network import components

TITLE = (
    "gains of 1 candidate for every 10 patches, linked up to 1 km, table of rows"
    " included"
)
SIZES = {"small": 11_000, "full": 110_000}  # candidates included
PEERS = (Peer("component", row="R1", must=100, ambitious=3_000),)
prepare, ours = gain_sides.prepare, gain_sides.gains
read = functools.partial(gain_sides.read, every=11)
small = functools.partial(gain_sides.small, every=11)
ADDED = 10  # candidates that the slow way is timed on; the rest is as slow


def component(case):
    """PC of what hangs together with a candidate, for some candidates.

    The network is cut into its components, and PC of each computed, once: the work of
    one candidate that touches all of it.
    """
    base, m = case["base"], case["own"].size
    label = components(base["area_ha"].size, base["a"], base["b"])
    links = base["a"], base["b"], base["probability"]
    how = {"p_min": base["p_min"], "threads": 2}
    known = connectivity_totals(base["area_ha"], *links, network=label, **how)
    size = known.network_pcnum.size
    parts = _by_label(label, size), _by_label(label[base["a"]], size)
    added = np.unique(np.linspace(0, m - 1, ADDED).astype(int))
    gain = [
        gain_sides.pcnum(grown) - known.network_pcnum[touched].sum()
        for grown, touched in (_grown(case, c, label, *parts) for c in added)
    ]
    share = (added.size + 1) / (m + 1)
    return {"added": added, "gain": np.array(gain), "work_share": share}


def difference(side, ours, theirs, *, cut):
    """The gains of those candidates, as far as differences of large sums can tell."""
    mine = ours["gain"][theirs["added"]]
    same = np.allclose(mine, theirs["gain"], rtol=1e-6, atol=1e-9)
    return "" if same else f"gains {mine}, anew {theirs['gain']}"


def _by_label(label, size):
    """Positions in the order of their label, and where those of each label begin."""
    count = np.bincount(label, minlength=size)
    return np.argsort(label, kind="stable"), np.concatenate([[0], np.cumsum(count)])


def _grown(case, candidate, label, patches, links):
    """Graph of the components that a candidate touches, with it as the last patch."""
    base, own = case["base"], case["candidate"] == candidate
    touched = np.unique(label[case["patch"][own]])
    inside, kept = (
        np.concatenate(
            [np.empty(0, int), *(order[first[k] : first[k + 1]] for k in touched)]
        )
        for order, first in (patches, links)
    )
    number = np.empty(label.size, dtype=np.int64)
    number[inside] = np.arange(inside.size)
    grown = base | {
        "area_ha": np.append(base["area_ha"][inside], case["own"][candidate]),
        "a": np.append(number[base["a"][kept]], number[case["patch"][own]]),
        "b": np.append(number[base["b"][kept]], np.full(own.sum(), inside.size)),
        "probability": np.append(base["probability"][kept], case["probability"][own]),
    }
    return grown, touched
