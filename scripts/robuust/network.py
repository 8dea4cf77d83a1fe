"""The network: how likely animals cross a gap, and which patches hang together."""

import numpy as np
import pandas as pd

from robuust.checks import checked_numbers
from robuust.gaps import barriers_between, near_pairs, shortest_lines
from robuust.graphs import checked_ends
from robuust.listed_links import links_to_list
from robuust_kernels.component_kernels import label_components

LINES_AT_ONCE = 500_000  # about half a GiB


def dispersal_probability(distance_m, *, d0_m, p0):
    r"""Chance that a disperser crosses a distance, by a negative exponential.

    .. math:: p = p_0^{\,d / d_0} = e^{-\alpha d}, \quad \alpha = -\ln(p_0) / d_0

    Parameters
    ----------
    distance_m : array_like of float
        Distance from edge to edge [m]; zero or more.
    d0_m : float
        Distance at which the chance is `p0` [m]; above zero.
    p0 : float
        Chance at `d0_m`; between 0 and 1, both excluded.

    Returns
    -------
    ndarray of float
        Chance, 1 at distance zero.

    Raises
    ------
    ValueError
        If a distance is negative or missing, or `d0_m` or `p0` out of range.

    References
    ----------
    Urban & Keitt (2001), https://doi.org/10.1890/0012-9658(2001)082[1205:LCAGTP]2.0.CO;2

    Examples
    --------
    >>> dispersal_probability([0, 1000, 2000], d0_m=1000, p0=0.5)
    array([1.  , 0.5 , 0.25])
    """
    _check_kernel(d0_m, p0)
    distance = checked_numbers(
        distance_m,
        "every distance must be zero or more metres",
        "measure the gaps again",
    )
    return np.exp(np.log(p0) * distance / d0_m)


def reach_m(*, d0_m, p0, p_min):
    """Distance at which the chance of a crossing has sunk to `p_min`.

    Parameters
    ----------
    d0_m : float
        Distance at which the chance is `p0` [m]; above zero.
    p0, p_min : float
        Chances; between 0 and 1, both excluded.

    Returns
    -------
    float
        Reach [m].

    Raises
    ------
    ValueError
        If a value is out of range.

    Examples
    --------
    >>> round(reach_m(d0_m=1000, p0=0.5, p_min=0.25), 6)
    2000.0
    """
    _check_kernel(d0_m, p0)
    if not 0 < p_min < 1:
        raise ValueError(f"p_min is {p_min}; it must lie between 0 and 1")
    return float(d0_m * np.log(p_min) / np.log(p0))


def find_links(geometries, barriers, crossing, *, threads=1, **kernel):
    """Find the pairs of patches that animals can move between.

    Links are sought as far as `longest_link_m` says. The chance of a link is that of
    its gap times that of crossing each barrier on the shortest line.

    Parameters
    ----------
    geometries : array_like of shapely polygons, shape (n,)
        The patches, in a projected CRS [m].
    barriers : array_like of shapely lines, shape (n_barriers,)
        Barriers of any kind.
    crossing : array_like of float, shape (n_barriers,)
        Chance that a disperser of the group gets across each; 1 is no barrier.
    threads : int
        Processors to use; the links do not depend on it.
    **kernel
        d0_m, p0, p_min, dispersal_max_m and perhaps multiple, as for `longest_link_m`.

    Returns
    -------
    DataFrame, one row per link, sorted by patch
        a, b (positions, a < b), distance_m, cost_m (the same: every metre is as easy),
        crossing (chance to get across all barriers), probability, n_barriers (with a
        chance below 1), within_dispersal (near enough, and the barriers let some
        across), listed (see `links_to_list`) and geometry, the shortest line; missing
        where not listed.

    Examples
    --------
    >>> import shapely
    >>> links = find_links(shapely.box([0, 200], 0, [100, 300], 100), [], [],
    ...                    d0_m=100, p0=0.5, p_min=1e-4, dispersal_max_m=50)
    >>> links[["distance_m", "probability", "within_dispersal"]].values.tolist()
    [[100.0, 0.5, False]]
    """
    patches = np.asarray(geometries, dtype=object).reshape(-1)
    crossing = np.asarray(crossing, dtype=float)
    barriers = np.asarray(barriers, dtype=object).reshape(-1)[crossing < 1]
    crossing = crossing[crossing < 1]
    a, b, distance_m = near_pairs(patches, longest_link_m(**kernel), threads=threads)
    across, n_barriers = _across(patches[a], patches[b], barriers, crossing)
    listed = links_to_list(
        *(patches.size, a, b, distance_m, across),
        dispersal_max_m=kernel["dispersal_max_m"],
        threads=threads,
    )
    lines = np.full(a.size, None, dtype=object)
    lines[listed] = shortest_lines(patches[a[listed]], patches[b[listed]])
    chance = dispersal_probability(distance_m, d0_m=kernel["d0_m"], p0=kernel["p0"])
    return pd.DataFrame(
        {
            "a": a,
            "b": b,
            "distance_m": distance_m,
            "cost_m": distance_m,
            "crossing": across,
            "probability": chance * across,
            "n_barriers": n_barriers,
            "within_dispersal": (distance_m <= kernel["dispersal_max_m"])
            & (across > 0),
            "listed": listed,
            "geometry": lines,
        }
    )


def _across(one, other, barriers, crossing):
    """Chance to get across all barriers between two shapes, and how many there are."""
    across, n_barriers = np.ones(one.size), np.zeros(one.size, dtype=np.int64)
    for start in range(0, one.size if barriers.size else 0, LINES_AT_ONCE):
        part = slice(start, start + LINES_AT_ONCE)
        lines = shortest_lines(one[part], other[part])
        link, barrier = barriers_between(one[part], other[part], lines, barriers)
        np.multiply.at(across[part], link, crossing[barrier])
        n_barriers[part] += np.bincount(link, minlength=lines.size)
    return across, n_barriers


def longest_link_m(*, d0_m, p0, p_min, dispersal_max_m, multiple=1.0):
    """Longest gap that links are sought for: the reach, or the dispersal distance.

    Parameters
    ----------
    d0_m, p0 : float
        Dispersal kernel: chance `p0` at `d0_m` [m].
    p_min : float
        Chance below which a path counts as none.
    dispersal_max_m : float
        Gap up to which patches belong to one network [m].
    multiple : float
        For animals that move so many times as far; below 1 it makes no difference.

    Returns
    -------
    float
        Gap [m].

    Raises
    ------
    ValueError
        If a value is missing or out of range.

    Examples
    --------
    >>> longest_link_m(d0_m=100, p0=0.5, p_min=0.25, dispersal_max_m=900)
    900.0
    """
    if not dispersal_max_m >= 0:
        raise ValueError(
            f"dispersal_max_m is {dispersal_max_m}; it must be zero or more metres"
        )
    reach = reach_m(d0_m=d0_m * max(1.0, multiple), p0=p0, p_min=p_min)
    return max(reach, float(dispersal_max_m))


def components(n, a, b):
    """Which patches hang together by any chain of links.

    Parameters
    ----------
    n : int
        Number of patches.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link, from 0 to n - 1.

    Returns
    -------
    ndarray of int64, shape (n,)
        Component of each patch, numbered from 0 in the order of the first member.

    Raises
    ------
    ValueError
        If a link names a patch that is none.

    Examples
    --------
    >>> components(4, [1], [3])
    array([0, 1, 2, 1])
    """
    a, b = checked_ends(n, a, b)
    return label_components(n, a.astype(np.int64), b.astype(np.int64))


def name_networks(network, capacity_ru, patch_id, group):
    """Give each network a readable id: number 1 can hold most of the group.

    Parameters
    ----------
    network : array_like of int, shape (n,)
        Network of each patch.
    capacity_ru : array_like of float, shape (n,)
        Capacity of each patch [reproductive units].
    patch_id : array_like of str, shape (n,)
        Ids of the patches; decide between networks of equal capacity.
    group : str
        Begins the id.

    Returns
    -------
    ndarray of str, shape (n,)
        Id of the network of each patch.

    Examples
    --------
    >>> name_networks([0, 1, 1], [3, 2, 2], ["p", "q", "r"], "birds").tolist()
    ['birds-n2', 'birds-n1', 'birds-n1']
    """
    patches = pd.DataFrame(
        {"network": network, "capacity_ru": capacity_ru, "patch_id": patch_id}
    )
    networks = patches.groupby("network").agg(
        capacity_ru=("capacity_ru", "sum"), first=("patch_id", "min")
    )
    # Sums of equal capacities differ in the last digit: that must not decide.
    networks["capacity_ru"] = networks["capacity_ru"].round(9)
    networks = networks.sort_values(["capacity_ru", "first"], ascending=[False, True])
    number = pd.Series(np.arange(1, len(networks) + 1), index=networks.index)
    return (f"{group}-n" + patches["network"].map(number).astype("str")).to_numpy(
        object
    )


def _check_kernel(d0_m, p0):
    if not 0 < d0_m < np.inf:
        raise ValueError(f"the kernel distance is {d0_m} m; it must be above zero")
    if not 0 < p0 < 1:
        raise ValueError(f"p0 is {p0}; it must lie between 0 and 1")
