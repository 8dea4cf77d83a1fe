"""How sure gains are: valued again for drawn dispersal distances."""

import numpy as np
import pandas as pd

from robuust.connectivity import connectivity_totals
from robuust.group_gains import numbered_links
from robuust.restoration_gain import pcnum_rises, relative_eca_rise
from robuust.stability import draw_values, value_ranges

#: The one uncertain value that a gain rests on: what a reproductive unit needs cancels
#: out of a relative rise, and the norms only count in verdicts.
PARAMETER = "dispersal_median_m"


def drawn_distances(d0_m, evidence, *, mobility_class, seed, draws):
    """Draw the dispersal distance of a group, between its low and its high.

    Groups of one mobility class take the same draw: their values stand in one row of a
    table, so that what is wrong for one is wrong for all. Were they drawn apart, the
    errors would cancel out in a sum over the groups, and a ranking would look surer
    than it is. So draw k of every group belongs to one and the same possible world.

    Parameters
    ----------
    d0_m : float
        The group's distance as the table gives it [m]; above zero.
    evidence : DataFrame
        Rows of its mobility class: parameter, evidence, low, high.
    mobility_class : str
    seed : int
        Seed of the run; zero or more.
    draws : int
        Number of draws.

    Returns
    -------
    ndarray of float, shape (draws,)
        Drawn distances [m].

    Examples
    --------
    >>> sure = {"parameter": [PARAMETER], "evidence": "read", "low": 9.0, "high": 9.0}
    >>> drawn_distances(9.0, pd.DataFrame(sure), mobility_class="bats", seed=1, draws=2)
    array([9., 9.])
    """
    ranges = value_ranges({PARAMETER: d0_m}, evidence)
    drawn = draw_values(ranges, group=mobility_class, seed=seed, draws=draws)
    return drawn[PARAMETER]


def probability_at(links, d0_m, *, table_d0_m, p0):
    """Chance of links for animals that move otherwise than the table says.

    Gaps, costs and barriers stay as they were measured; only the kernel changes.

    Parameters
    ----------
    links : DataFrame
        cost_m (what the move is worth in metres of easy land), probability (at
        `table_d0_m`, barriers included) and perhaps merges: those stay sure.
    d0_m, table_d0_m : float
        Distance at which the chance is `p0` [m]: as drawn, and as in the table.
    p0 : float
        Between 0 and 1, both excluded.

    Returns
    -------
    ndarray of float, shape (n_links,)
        Chances in [0, 1]; those that were given where the two distances are equal.

    Examples
    --------
    A gap of 100 m behind a barrier that half of them cross:

    >>> links = pd.DataFrame({"cost_m": [100.0], "probability": [0.25]})
    >>> probability_at(links, 200, table_d0_m=100, p0=0.25**0.5)
    array([0.35355339])
    """
    chance = links["probability"].to_numpy(dtype=float)
    cost_m = links["cost_m"].to_numpy(dtype=float)
    # What cannot be crossed stays so: a chance too small for a number is no chance.
    open_m = np.where(chance > 0, cost_m, 0.0)
    factor = np.exp(np.log(p0) * open_m * (1 / d0_m - 1 / table_d0_m))
    chance = np.minimum(chance * factor, 1.0)
    return np.where(links["merges"], 1.0, chance) if "merges" in links else chance


def gain_draws(
    candidates, patches, links, new_links, distances_m, *, group, d0_m, p0, **how
):
    """Tabulate the gain of each candidate in each draw.

    Parameters
    ----------
    candidates : DataFrame
        candidate_id, added_effective_ha; as for `group_gains.gain_table`.
    patches : DataFrame
        patch_id, effective_ha.
    links : DataFrame
        patch_id_a, patch_id_b, cost_m, probability.
    new_links : DataFrame
        candidate_id, other_id, kind, cost_m, probability, merges.
    distances_m : array_like of float, shape (draws,)
        Drawn dispersal distances [m].
    group : str
    d0_m, p0 : float
        Distance of the table, on which the probabilities rest, and the chance there.
    **how
        p_min and threads, as for `pcnum_rises`.

    Returns
    -------
    DataFrame, one row per draw and candidate, sorted by both
        candidate_id, group, draw (1, 2, ...), gain (relative rise of ECA). Where a
        draw equals the table, the gain of `gain_table`, to the last digit.

    Notes
    -----
    Links are known up to the reach of the table's distance. In a draw with a distance
    x times as large those with a chance below ``p_min ** (1 / x)`` are missing, before
    and after: with twice the distance and 0.0001 those below 0.01.
    """
    candidates = candidates.sort_values("candidate_id", ignore_index=True)
    patches = patches.sort_values("patch_id", ignore_index=True)
    a, b, to_patch = numbered_links(candidates, patches, links, new_links)
    ends = to_patch["candidate"].to_numpy(), to_patch["patch"].to_numpy()
    capacity = patches["effective_ha"].to_numpy(dtype=float)
    own_ha = candidates["added_effective_ha"].to_numpy(dtype=float)

    def gains(drawn_m):
        kernel = {"table_d0_m": d0_m, "p0": p0}
        net = a, b, probability_at(links, drawn_m, **kernel)
        pcnum = connectivity_totals(capacity, *net, **how).pcnum
        chance = probability_at(to_patch, drawn_m, **kernel)
        rise = pcnum_rises(capacity, net, *ends, chance, own_ha, **how)
        return relative_eca_rise(pcnum, rise)

    distances_m = np.asarray(distances_m, dtype=float)
    if candidates.empty:
        distances_m = distances_m[:0]  # nothing to value, so no search of the network
    distinct, place = np.unique(distances_m, return_inverse=True)
    by_distance = np.array([gains(drawn_m) for drawn_m in distinct])
    by_draw = by_distance.reshape(distinct.size, own_ha.size)[place]
    draws, m = by_draw.shape
    table = {
        "candidate_id": np.tile(
            candidates["candidate_id"].to_numpy(dtype=object), draws
        ),
        "group": group,
        "draw": np.repeat(np.arange(1, draws + 1), m),
        "gain": by_draw.ravel(),
    }
    types = {"candidate_id": "str", "group": "str", "draw": "int64", "gain": float}
    return pd.DataFrame(table).astype(types)
