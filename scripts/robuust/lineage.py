"""Ids that last: which present patch goes on under the id of an earlier one.

The id of a patch is a digest of its outline, so that no step has to know an earlier
run; it changes with the outline. Its lasting id (`lineage_id`) goes from run to run
with the ground. Only the comparison gives it.
"""

import numpy as np
import pandas as pd

CM2 = 4  # decimals of a square metre: beyond them areas that are alike differ


def lasting_ids(pairs, earlier_ids, patch_ids):
    """Give every present patch of a group the id under which it lasts.

    The pair that shares most ground is served first: its patch goes on under the id of
    the earlier one, and both are then taken. So the largest heir of a split patch keeps
    its id, and merged patches keep that of the largest part. Pairs that share as much
    are served in the order of the ids. A patch that gets none begins with its own
    patch_id; where an older lineage bears that, with a number behind it.

    Parameters
    ----------
    pairs : DataFrame
        earlier and patch (positions), shared_m2; see `robuust.changes.match_patches`.
    earlier_ids : array_like of str, shape (n_earlier,)
        Lasting ids of the earlier patches, each once.
    patch_ids : array_like of str, shape (n_patches,)
        Ids of the present ones.

    Returns
    -------
    ndarray of str, shape (n_patches,)
        Each id once.

    Examples
    --------
    Patch q of the second run lies in what was a, the larger p too.

    >>> pairs = pd.DataFrame(
    ...     {"earlier": [0, 0], "patch": [0, 1], "shared_m2": [60.0, 40.0]}
    ... )
    >>> lasting_ids(pairs, ["a"], ["p", "q"]).tolist()
    ['a', 'q']
    """
    earlier_ids = np.asarray(earlier_ids, dtype=object)
    patch_ids = np.asarray(patch_ids, dtype=object)
    ranked = pairs.assign(
        ground=pairs["shared_m2"].round(CM2),
        earlier_id=earlier_ids[pairs["earlier"]],
        patch_id=patch_ids[pairs["patch"]],
    ).sort_values(["ground", "earlier_id", "patch_id"], ascending=[False, True, True])
    heir_of, has_id = {}, set()
    for earlier, patch in ranked[["earlier", "patch"]].itertuples(index=False):
        if earlier not in heir_of and patch not in has_id:
            heir_of[earlier] = patch
            has_id.add(patch)
    ids = patch_ids.copy()
    ids[list(heir_of.values())] = earlier_ids[list(heir_of)]
    in_use = {ids[patch] for patch in has_id}
    for patch in sorted(set(range(len(ids))) - has_id, key=patch_ids.__getitem__):
        ids[patch] = _free_id(patch_ids[patch], in_use)
        in_use.add(ids[patch])
    return ids


def _free_id(patch_id, in_use):
    """Give the id of a patch, or the first with a number that nobody bears."""
    number, free = 2, patch_id
    while free in in_use:
        number, free = number + 1, f"{patch_id}-{number}"
    return free


def ended_ids(pairs, earlier_ids, ids):
    """Lasting ids that end at each present patch: of what was merged into it.

    Parameters
    ----------
    pairs : DataFrame
        earlier and patch (positions).
    earlier_ids, ids : array_like of str
        Lasting ids of the earlier and of the present patches.

    Returns
    -------
    Series of str, indexed by the position of the patch
        Separated by semicolons; only patches where some end.

    Examples
    --------
    >>> pairs = pd.DataFrame({"earlier": [0, 1], "patch": [0, 0]})
    >>> ended_ids(pairs, ["a", "b"], ["a"]).to_dict()
    {0: 'b'}
    """
    before = np.asarray(earlier_ids, dtype=object)[pairs["earlier"]]
    ends = ~np.isin(before.astype("U"), np.asarray(ids, dtype="U"))
    lost = pd.DataFrame({"patch": pairs["patch"], "id": before})[ends]
    lost = lost.sort_values(["patch", "id"])
    return lost.groupby("patch")["id"].agg("; ".join).astype("str")


def with_lineage(patches, changes):
    """Add to the patches the id under which each lasts.

    Parameters
    ----------
    patches : DataFrame
        group, patch_id.
    changes : DataFrame
        The layer `changes`; without rows, as in a first run, every patch begins.

    Returns
    -------
    DataFrame
        With lineage_id.

    Examples
    --------
    >>> patches = pd.DataFrame({"group": ["a", "a"], "patch_id": ["p", "q"]})
    >>> changes = pd.DataFrame({"group": ["a"], "patch_id": ["q"], "lineage_id": ["o"]})
    >>> with_lineage(patches, changes)["lineage_id"].tolist()
    ['p', 'o']
    """
    known = changes.dropna(subset=["patch_id"]).drop_duplicates(["group", "patch_id"])
    known = pd.Series(
        known["lineage_id"].to_numpy(dtype=object),
        index=pd.MultiIndex.from_frame(known[["group", "patch_id"]].astype(object)),
    )
    key = pd.MultiIndex.from_frame(patches[["group", "patch_id"]].astype(object))
    lasting = known.reindex(key).to_numpy(dtype=object)
    ids = pd.Series(lasting, index=patches.index).fillna(patches["patch_id"])
    return patches.assign(lineage_id=ids.astype("str"))
