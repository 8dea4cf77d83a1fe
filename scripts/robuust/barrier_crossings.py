"""Crossings as candidates: where an ecoduct or tunnel would join the most habitat."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from robuust.barriers import crossing_chances
from robuust.crossing_prices import crossing_prices, price_needed
from robuust.gaps import CONTACT_TOLERANCE_M
from robuust.network import dispersal_probability

STRONGEST = 20_000  # links per group that places are sought from: the rest weigh little
MM = 1e-3  # coordinates are good to a millimetre, not better
CROSSING_COLUMNS = ["candidate_id", "kind", "name", "barrier", "crossing", "cost_eur"]


class HinderedGroup(NamedTuple):
    """One group, as far as barriers part it.

    Attributes
    ----------
    mobility_class : str
    weight : float
    capacity : Series of float
        Effective habitat by patch_id [ha].
    pcnum : float
        PCnum of the network as it is [ha2].
    links : GeoDataFrame
        Those that meet a barrier: patch_id_a, patch_id_b, cost_m, probability,
        geometry (the shortest line, or the way over the land).
    over_land : bool
        Whether the cost of a link holds the barriers already.
    d0_m, p0 : float
        Dispersal kernel.
    """

    mobility_class: str
    weight: float
    capacity: pd.Series
    pcnum: float
    links: gpd.GeoDataFrame
    over_land: bool
    d0_m: float
    p0: float


def usable_crossings(candidates, barrier_types, mobility_class):
    """Crossings that a group would use: of its own kind, or a dearer one.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, kind, barrier, crossing, geometry; all kinds of candidates.
    barrier_types : DataFrame
        barrier, mobility_class, crossing_probability, crossing, crossing_cost_eur.
    mobility_class : str
        A row for this class wins over one for every class.

    Returns
    -------
    GeoDataFrame
        candidate_id, kind, barrier, role (whole), added_effective_ha (0), geometry;
        sorted by id. A crossing of a barrier that does not hinder the class is left
        out, and one cheaper than the class needs (a toad tunnel, for deer).
    """
    found = candidates[candidates["kind"] == "crossing"]
    found = found.sort_values("candidate_id", ignore_index=True)
    prices = crossing_prices(barrier_types).set_index(["barrier", "crossing"])
    price = prices["cost_eur"].reindex(
        pd.MultiIndex.from_frame(found[["barrier", "crossing"]])
    )
    used = _served(found["barrier"], price.to_numpy(), barrier_types, mobility_class)
    found = found.loc[used, ["candidate_id", "kind", "barrier", "geometry"]]
    return found.assign(role="whole", added_effective_ha=0.0).reset_index(drop=True)


def find_crossings(
    groups,
    barriers,
    openings,
    barrier_types,
    *,
    spacing_m,
    length_m,
    width_m,
    max_crossings,
):
    """Places where a new crossing would help the groups most.

    Parameters
    ----------
    groups : list of HinderedGroup
    barriers : GeoDataFrame
        barrier (kind), geometry (lines); cut where they are open.
    openings : array_like of shapely polygons
        Ecoducts and tunnels that are there.
    barrier_types : DataFrame
        As for `usable_crossings`.
    spacing_m : float
        One crossing of a kind per so much of a barrier, at most, and none within half
        of it of one that is there [m].
    length_m, width_m : float
        Size of a crossing: across the barrier, from landing to landing, and along
        it [m].
    max_crossings : int
        How many in all, the best of each kind of crossing first; 0 for none.

    Returns
    -------
    GeoDataFrame
        candidate_id, kind (crossing), name, barrier, crossing, cost_eur, geometry (a
        strip across the barrier); sorted by id. The id is made of the kind and the
        place, so that it lasts.
    """
    found, openings = [_no_crossings(barriers.crs)], np.asarray(openings, dtype=object)
    prices = crossing_prices(barrier_types) if max_crossings else pd.DataFrame()
    points = [
        hindered_places(group, barriers, barrier_types)
        for group in (groups if len(prices) else [])
    ]
    for price in prices.itertuples():
        own = [
            place[place["kind"] == price.barrier]
            for group, place in zip(groups, points, strict=True)
            if _served(
                [price.barrier], [price.cost_eur], barrier_types, group.mobility_class
            )[0]
        ]
        needed = any(
            len(place) and place["price"].iloc[0] == price.cost_eur for place in own
        )
        if needed:
            lines = barriers.geometry[barriers["barrier"] == price.barrier].to_numpy()
            places = _places(pd.concat(own), lines, openings, spacing_m)
            found.append(_strips(places, price, length_m, width_m, barriers.crs))
    crossings = pd.concat(found, ignore_index=True)
    order = ["turn", "benefit", "candidate_id"]
    crossings = crossings.sort_values(order, ascending=[True, False, True])
    crossings = crossings[:max_crossings].sort_values("candidate_id", ignore_index=True)
    return crossings[[*CROSSING_COLUMNS, "geometry"]]


def hindered_places(group, barriers, barrier_types):
    """Where the ways of one group meet a barrier, and what opening it would bring.

    Parameters
    ----------
    group : HinderedGroup
    barriers, barrier_types
        As for `find_crossings`.

    Returns
    -------
    DataFrame, one row per link and barrier that it meets
        kind, barrier (position), x, y [m], benefit (relative rise of ECA, times the
        weight, if this link alone lost this kind of barrier), price (of the crossing
        that the class needs there).
    """
    chance = crossing_chances(barriers["barrier"], barrier_types, group.mobility_class)
    closed = np.flatnonzero(chance < 1)
    links = _strongest(group)
    lines, shapes = links.geometry.to_numpy(), barriers.geometry.to_numpy()
    link, near = shapely.STRtree(shapes[closed]).query(
        lines, predicate="dwithin", distance=CONTACT_TOLERANCE_M
    )
    met = pd.DataFrame({"link": link, "barrier": closed[near]})
    met = met.sort_values(["link", "barrier"], ignore_index=True)
    met["kind"] = barriers["barrier"].to_numpy(dtype=object)[met["barrier"]]
    met["chance"] = chance[met["barrier"]]
    met["benefit"] = links["weight"].to_numpy()[met["link"]] * _rise(met, links, group)
    where = shapely.shortest_line(shapes[met["barrier"]], lines[met["link"]])
    met["x"], met["y"] = shapely.get_coordinates(shapely.get_point(where, 0)).T
    met["price"] = price_needed(met["kind"], barrier_types, group.mobility_class)
    met = met[met["price"].notna() & (met["benefit"] > 0)]
    columns = ["kind", "barrier", "x", "y", "benefit", "price"]
    return met[columns].reset_index(drop=True)


def best_positions(position, benefit, spacing_m):
    """Places along a line that serve the most of what crosses it, well apart.

    Parameters
    ----------
    position : array_like of float, shape (n,)
        Where each way crosses the line [m].
    benefit : array_like of float, shape (n,)
        What each way is worth; above zero.
    spacing_m : float
        A place serves what crosses within half of it, and the next place is farther
        than all of it.

    Returns
    -------
    place : ndarray of int64
        Ways at which the places lie (the middle of what is served, by worth), the
        best place first.
    served : ndarray of float
        Worth of what each place serves.

    Examples
    --------
    >>> place, served = best_positions([0, 10, 20, 500], [1, 1, 1, 2], 100)
    >>> place.tolist(), served.tolist()
    ([1, 3], [3.0, 2.0])
    """
    order = np.argsort(position, kind="stable")
    at = np.asarray(position, dtype=float)[order]
    worth = np.asarray(benefit, dtype=float)[order]
    first = np.searchsorted(at, at - spacing_m / 2, side="left")
    last = np.searchsorted(at, at + spacing_m / 2, side="right")
    is_open = np.ones(at.size, dtype=bool)
    place, served = [], []
    while is_open.any():
        sums = np.concatenate([[0.0], np.cumsum(np.where(is_open, worth, 0.0))])
        around = np.where(is_open, sums[last] - sums[first], -np.inf)
        best = int(np.argmax(around))
        half = sums[first[best]] + around[best] / 2
        middle = int(np.searchsorted(sums[1:], half * (1 - 1e-12)))
        place.append(order[middle])
        served.append(around[best])
        is_open &= np.abs(at - at[middle]) > spacing_m
    return np.array(place, dtype=np.int64), np.array(served)


def _served(kinds, price, barrier_types, mobility_class):
    """Whether a class would use crossings of these barriers at these prices."""
    own = price_needed(kinds, barrier_types, mobility_class)
    hinders = crossing_chances(kinds, barrier_types, mobility_class) < 1
    return hinders & (own <= np.asarray(price, dtype=float))


def _strongest(group):
    """Links of a group with their weight in its ECA; only those that weigh most."""
    ends = (group.links[f"patch_id_{end}"].map(group.capacity) for end in "ab")
    a_ha, b_ha = (end.to_numpy(float) for end in ends)
    weight = group.weight * a_ha * b_ha / group.pcnum if group.pcnum > 0 else a_ha * 0
    links = group.links.assign(weight=weight).reset_index(drop=True)
    chance = dispersal_probability(links["cost_m"], d0_m=group.d0_m, p0=group.p0)
    order = np.argsort(-(links["weight"].to_numpy() * chance), kind="stable")
    return links.iloc[np.sort(order[:STRONGEST])].reset_index(drop=True)


def _rise(met, links, group):
    """How much surer a link becomes without one of the kinds of barrier it meets."""
    now = links["probability"].to_numpy()[met["link"]]
    chance = met["chance"].to_numpy()
    if group.over_land:  # barriers are in the cost; nobody goes where none gets across
        free = np.divide(now, chance, out=now.copy(), where=chance > 0)
        return np.minimum(free, 1.0) - now
    free = dispersal_probability(links["cost_m"], d0_m=group.d0_m, p0=group.p0)
    others = np.ones(len(met))
    by_link = met.reset_index().merge(met, on="link", suffixes=("", "_other"))
    by_link = by_link[by_link["kind"] != by_link["kind_other"]]
    np.multiply.at(others, by_link["index"], by_link["chance_other"])
    return free[met["link"]] * others - now


def _places(points, lines, openings, spacing_m):
    """Best places on each stretch of one kind of barrier, away from what is open."""
    # Merged whole, not only where ways cross: a gap would make two stretches of one.
    stretches = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines)))
    stretches = shapely.get_parts(stretches)
    spots = shapely.points(points[["x", "y"]].to_numpy())
    is_near = shapely.STRtree(lines).query(openings, "dwithin", CONTACT_TOLERANCE_M)[0]
    of_kind = shapely.STRtree(openings[np.unique(is_near)])
    served = np.unique(of_kind.query(spots, "dwithin", spacing_m / 2)[0])
    spots = np.delete(spots, served)
    benefit = np.delete(points["benefit"].to_numpy(), served)
    stretch = shapely.STRtree(stretches).nearest(spots)
    position = shapely.line_locate_point(stretches[stretch], spots)
    rows = []
    for k in np.unique(stretch):
        own = np.flatnonzero(stretch == k)
        place, worth = best_positions(position[own], benefit[own], spacing_m)
        at = position[own][place]
        rows += [(stretches[k], *pair) for pair in zip(at, worth, strict=True)]
    return pd.DataFrame(rows, columns=["line", "position_m", "benefit"])


def _strips(places, price, length_m, width_m, crs):
    """Crossings of one kind as strips that do not overlap, the best first."""
    lines = places["line"].to_numpy(dtype=object)
    at = places["position_m"].to_numpy(float)
    half = width_m / 2
    before = shapely.line_interpolate_point(lines, np.maximum(at - half, 0))
    after = shapely.line_interpolate_point(lines, at + half)
    centre = shapely.get_coordinates(shapely.line_interpolate_point(lines, at))
    along = shapely.get_coordinates(after) - shapely.get_coordinates(before)
    along /= np.maximum(np.hypot(*along.T), MM)[:, None]
    across = along[:, ::-1] * [-1, 1] * length_m / 2
    along = along * half
    corners = [
        centre + u * along + v * across for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    strips = shapely.polygons(np.round(np.stack(corners, axis=1) / MM) * MM)
    x, y = np.rint(centre).astype(np.int64).T
    named = f"crossing-{price.barrier}-{price.crossing}"
    found = gpd.GeoDataFrame(
        {
            "candidate_id": [f"{named}-{a}-{b}" for a, b in zip(x, y, strict=True)],
            "kind": "crossing",
            "name": f"{price.crossing} ({price.barrier})",
            "barrier": price.barrier,
            "crossing": price.crossing,
            "cost_eur": float(price.cost_eur),
            "benefit": places["benefit"].to_numpy(float),
        },
        geometry=strips,
        crs=crs,
    ).sort_values(["benefit", "candidate_id"], ascending=[False, True])
    shapes = found.geometry.to_numpy()
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    kept = np.ones(len(found), dtype=bool)
    for better, worse in sorted(zip(j[j < i], i[j < i], strict=True)):
        kept[worse] &= not kept[better]
    found = found[kept].reset_index(drop=True)
    return found.assign(turn=np.arange(len(found)))


def _no_crossings(crs):
    """Make a table of crossings without rows."""
    texts = dict.fromkeys(CROSSING_COLUMNS[:-1], "str")
    numbers = {"cost_eur": float, "benefit": float, "turn": "int64"}
    types = texts | numbers
    table = pd.DataFrame(columns=list(types)).astype(types)
    return gpd.GeoDataFrame(table, geometry=[], crs=crs)
