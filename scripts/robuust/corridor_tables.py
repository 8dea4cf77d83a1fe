"""Corridors of all groups together, with their price, their use and their sentences."""

from collections import Counter

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from robuust.corridor_barriers import crossings_eur, each_once
from robuust.corridor_sentences import (
    OVER_LAND,
    STRAIGHT,
    corridor_sentence,
    pinch_sentence,
)
from robuust.polygons import HA, as_multipolygons
from robuust.tracks import TRACKS, assign_tracks

SAME = 0.5  # of the smaller of two corridors; sharing so much land, they are one
USES = [
    *("a", "b", "way", "group", "gain", "length_m", "cost_m", "narrowest_m"),
    *("met", "chance", "patch_a", "patch_b", "area", "habitat", "line"),
]
PINCHES = ["use", "current_share", "lost_share", "area"]
TEXTS = {"corridor_id", "robust_area_a", "robust_area_b", "way", "barriers", "groups"}
TEXTS |= {"group", "pinch_point_id", "track", "reason_nl", "reason_en"}


def uses_together(parts):
    """Put the uses and pinch points of all groups one after the other.

    Parameters
    ----------
    parts : list of (DataFrame, DataFrame or None)
        Uses, and the pinch points in them, whose `use` is the row of the uses.

    Returns
    -------
    uses, pinches : DataFrame
        Rows numbered from 0; `use` is the row of all uses together.
    """
    n_before = np.cumsum([0, *(len(uses) for uses, _ in parts)])
    pinches = [
        table.assign(use=table["use"] + n)
        for (_, table), n in zip(parts, n_before[:-1], strict=True)
        if table is not None and len(table)
    ]
    full = [uses[USES] for uses, _ in parts if len(uses)]  # an empty one lacks types
    return (
        pd.concat(full or [pd.DataFrame(columns=USES)], ignore_index=True),
        pd.concat(pinches or [pd.DataFrame(columns=PINCHES)], ignore_index=True),
    )


def corridor_numbers(uses):
    """Which uses are of one corridor.

    Parameters
    ----------
    uses : DataFrame
        As for `corridor_table`.

    Returns
    -------
    ndarray of int64, shape (n_uses,)
        Number of the corridor, in the order of their first use. Groups that move
        straight between two areas share a corridor. So do groups that move over the
        land when they share half of the smaller corridor, also by way of others.

    Examples
    --------
    >>> uses = pd.DataFrame({
    ...     "a": 0, "b": 1, "way": "over_land",
    ...     "area": shapely.box([0, 1, 9], 0, [4, 3, 12], 1)})
    >>> corridor_numbers(uses).tolist()
    [0, 0, 1]
    """
    areas = uses["area"].to_numpy(dtype=object)
    keys = uses[["a", "b", "way"]].assign(use=np.arange(len(uses)))
    pairs = keys.merge(keys, on=["a", "b", "way"])
    i, j = pairs["use_x"].to_numpy(), pairs["use_y"].to_numpy()
    later = i < j
    i, j, same = i[later], j[later], (pairs["way"] == STRAIGHT).to_numpy()[later]
    k = np.flatnonzero(~same)
    one, other = areas[i[k]], areas[j[k]]
    smaller_m2 = np.minimum(shapely.area(one), shapely.area(other))
    same[k] = shapely.area(shapely.intersection(one, other)) >= SAME * smaller_m2
    i, j, shape = i[same], j[same], (len(uses), len(uses))
    joined = coo_array((np.ones(i.size), (i, j)), shape=shape)
    number = connected_components(joined, directed=False)[1]
    return pd.factorize(number)[0].astype(np.int64)


def corridor_table(
    uses, number, area_ids, groups, context, *, default_cost_eur_per_ha, n_pinches
):
    """Corridors, the most useful first.

    Parameters
    ----------
    uses : DataFrame, one row per corridor and group that gains by it
        a, b (positions of the areas, a < b), way (straight or over_land), group, gain
        (relative rise of ECA: over land by the corridor once it is laid out, straight
        if it worked perfectly), length_m, cost_m, narrowest_m, met (tuple of
        `corridor_barriers.Hindrance`: what hinders this group on its way), area
        (polygon), habitat (polygon of the land in it where the group lives; missing for
        who moves straight), line.
    number : ndarray of int64, shape (n_uses,)
        As `corridor_numbers` gives it.
    area_ids : Series of str
        Robust areas, in the order that the positions refer to.
    groups : DataFrame
        Indexed by group: weight, name_nl, name_en.
    context : dict
        plans, nature_areas (array_like of polygons).
    default_cost_eur_per_ha : float
        Price of land that becomes habitat [EUR/ha].
    n_pinches : array_like of int, shape (n_uses,)
        Pinch points of each use.

    Returns
    -------
    table : DataFrame, one row per corridor
        The columns of layer `corridors`; length, cost and width are those of the group
        that gains most, barriers those that hinder any of its groups. Score: sum over
        the groups of weight x gain. Price: land in it that is not yet habitat of all
        that use it there, and the crossings that let all groups across.
    ids : ndarray of str, shape (n_corridors,)
        Id of each number.
    land_to_make : ndarray of MultiPolygon, shape (n_corridors,)
        Land that the price is for, of each number; empty for who moves straight.
    """
    uses = uses.assign(
        number=number,
        part=uses["group"].map(groups["weight"]).astype(float) * uses["gain"],
        n_pinches=np.asarray(n_pinches, dtype=np.int64),
    )
    # The largest gain first, so that sums and sentences have one order.
    uses = uses.sort_values(["number", "part", "group"], ascending=[True, False, True])
    rows = pd.DataFrame(
        [_corridor(own) for _, own in uses.groupby("number")], columns=[*_ROW]
    )
    ids = area_ids.to_numpy(dtype=object)
    rows = rows.assign(
        robust_area_a=ids[rows["a"].astype(np.int64)],
        robust_area_b=ids[rows["b"].astype(np.int64)],
        groups=["; ".join(sorted(names)) for names in rows["users"]],
    )
    rows = rows.assign(corridor_id=_ids(rows))
    rows = _priced(rows, default_cost_eur_per_ha)
    told = {
        f"reason_{language}": [
            corridor_sentence(row, groups[f"name_{language}"], language)
            for row in rows.itertuples()
        ]
        for language in ("nl", "en")
    }
    tracks = assign_tracks(rows["geometry"], context["plans"], context["nature_areas"])
    own = ["track", *(f"{track}_ha" for track in TRACKS)]
    table = rows.assign(**told, **{name: tracks[name].array for name in own})
    table = table.sort_values("rank")[[*CORRIDOR_COLUMNS, "geometry"]]
    return (
        _typed(table),
        rows["corridor_id"].to_numpy(object),
        rows["to_make"].to_numpy(object),
    )


#: Columns of layer `corridors`, in order.
CORRIDOR_COLUMNS = [
    *("corridor_id", "rank", "robust_area_a", "robust_area_b", "way", "length_m"),
    *("cost_m", "area_ha", "mean_width_m", "narrowest_m", "n_barriers", "barriers"),
    *("n_pinch_points", "groups", "n_groups", "score", "new_habitat_ha"),
    *("crossing_cost_eur", "cost_eur", "track", *(f"{track}_ha" for track in TRACKS)),
    *("reason_nl", "reason_en"),
]


def path_table(uses, number, ids):
    """Best way of each group through each corridor.

    Parameters
    ----------
    uses, number
        As for `corridor_table`.
    ids : ndarray of str
        As `corridor_table` gives them.

    Returns
    -------
    DataFrame, one row per corridor and group, sorted
        The columns of layer `corridor_paths`.
    """
    area_m2 = shapely.area(uses["area"].to_numpy(dtype=object))
    table = uses[["group", "gain", "length_m", "cost_m", "narrowest_m"]].assign(
        corridor_id=ids[number],
        area_ha=area_m2 / HA,
        mean_width_m=area_m2 / uses["length_m"],
        n_barriers=[len(met) for met in uses["met"]],
        barriers=[_told(met) for met in uses["met"]],
        geometry=uses["line"],
    )
    columns = ["corridor_id", "group", "gain", "length_m", "cost_m", "area_ha"]
    columns += ["mean_width_m", "narrowest_m", "n_barriers", "barriers", "geometry"]
    return _typed(table[columns].sort_values(["corridor_id", "group"]))


def pinch_table(pinches, uses, number, ids, groups):
    """Pinch points of all corridors, those with most at stake first.

    Parameters
    ----------
    pinches : DataFrame, one row per pinch point
        use (label of the row of `uses`), current_share, lost_share, area (polygon).
    uses, number, ids, groups
        As for `corridor_table` and `path_table`.

    Returns
    -------
    DataFrame
        The columns of layer `pinch_points`. Rank: by weight x gain of the group by the
        corridor x lost_share.
    """
    use = uses.loc[pinches["use"]]
    at = uses.index.get_indexer(pinches["use"])
    lost, current = (
        pinches[name].to_numpy(float) for name in ("lost_share", "current_share")
    )
    table = pd.DataFrame(
        {
            "corridor_id": ids[np.asarray(number)[at]],
            "group": use["group"].to_numpy(object),
            "area_ha": shapely.area(pinches["area"].to_numpy(dtype=object)) / HA,
            "current_share": current,
            "lost_share": lost,
            "stake": use["group"].map(groups["weight"]).to_numpy(float)
            * use["gain"].to_numpy(float)
            * lost,
            "geometry": pinches["area"].to_numpy(dtype=object),
        }
    )
    table = table.sort_values(
        ["stake", "corridor_id", "group", "area_ha"],
        ascending=[False, True, True, True],
        kind="stable",
        ignore_index=True,
    )
    order = table.groupby("corridor_id").cumcount() + 1
    table = table.assign(
        pinch_point_id=table["corridor_id"].astype(str) + "-p" + order.astype(str),
        rank=np.arange(1, len(table) + 1),
        **{
            f"reason_{language}": [
                pinch_sentence(row, groups[f"name_{language}"], language)
                for row in table.itertuples()
            ]
            for language in ("nl", "en")
        },
    )
    columns = ["pinch_point_id", "rank", "corridor_id", "group", "area_ha"]
    columns += ["current_share", "lost_share", "reason_nl", "reason_en", "geometry"]
    return _typed(table[columns])


_ROW = (
    *("a", "b", "way", "length_m", "cost_m", "narrowest_m", "n_barriers", "barriers"),
    *("n_pinch_points", "users", "gains", "n_groups", "score", "area_ha"),
    *("met", "closed"),
    *("mean_width_m", "new_habitat_ha", "crossing_cost_eur", "to_make", "geometry"),
)


def _corridor(uses):
    """Sum up the uses of one corridor, in the order of `_ROW`."""
    first = uses.iloc[0]
    area = shapely.union_all(uses["area"].to_numpy(dtype=object))
    met = [one for own in uses["met"] for one in own]
    barriers = each_once(met)
    new_ha = crossing_cost_eur = np.nan
    to_make, closed = shapely.MultiPolygon(), []
    if first["way"] == OVER_LAND:
        crossing_cost_eur = crossings_eur(met)
        # Where one group lives already another may not: it needs the land as well.
        own = (uses[name].to_numpy(dtype=object) for name in ("area", "habitat"))
        missing = shapely.union_all(shapely.difference(*own))
        to_make = as_multipolygons([missing])[0]
        new_ha = to_make.area / HA
        closed = [
            (one, row.group)
            for row in uses.itertuples()
            for one in row.met
            if np.isnan(one.crossing_eur)
        ]
    return (
        *first[["a", "b", "way", "length_m", "cost_m", "narrowest_m"]],
        *(len(barriers), _told(barriers)),
        int(uses["n_pinches"].sum()),
        uses["group"].tolist(),
        uses["gain"].tolist(),
        len(uses),
        float(uses["part"].sum()),
        area.area / HA,
        *(barriers, closed),
        area.area / first["length_m"],
        *(new_ha, crossing_cost_eur, to_make, area),
    )


def _told(met):
    """Kinds and places of barriers, in words."""
    return "; ".join(one.told() for one in met)


def _ids(rows):
    """Id of each corridor: its areas, the way of moving, a number where needed."""
    seen, ids = Counter(), []
    for row in rows.itertuples():
        text = f"{row.robust_area_a}-{row.robust_area_b}"
        text += "-land" if row.way == OVER_LAND else ""
        seen[text] += 1
        ids.append(text if seen[text] == 1 else f"{text}-{seen[text]}")
    return ids


def _priced(rows, default_cost_eur_per_ha):
    """Rows with rank and price."""
    cost_eur = rows["new_habitat_ha"].astype(float) * default_cost_eur_per_ha
    cost_eur += rows["crossing_cost_eur"].astype(float)
    order = rows.assign(least=-rows["score"].astype(float))
    order = order.sort_values(["least", "corridor_id"]).index
    return rows.assign(
        rank=pd.Series(np.arange(1, len(rows) + 1), order, dtype="int64"),
        cost_eur=cost_eur,
    )


def _typed(table):
    """Columns of the types that they have with rows, also without any."""
    whole = {"rank", "n_barriers", "n_pinch_points", "n_groups"}
    kinds = {
        column: "str" if column in TEXTS else "int64" if column in whole else "float64"
        for column in table
        if column != "geometry"
    }
    return table.astype(kinds).reset_index(drop=True)
