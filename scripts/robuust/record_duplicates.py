"""One observation, one record: repeats within a source and between sources.

Three kinds of rows are set apart, in this order. One id for several observations: the
best record keeps it. The same species, dates, status and place to the metre: the best
record stays. The same species, day and status in another source, no farther away than
the larger of both uncertainties: the better record stays.

Best is not generalised, then precise, then of the source that the settings name first.
The last kind is judged from the best record down: a record goes when one that stays
repeats it. So whatever goes lies within reach of what stays, and no chain of vague
records carries a place away; a repeat of a record that went may itself stay.
"""

import numpy as np
import pandas as pd
import shapely

PLACE_STEP_M = 1.0  # records of one species, day and metre are one observation
_PIECE = 200_000  # records whose neighbours are sought at once: bounds memory
_SLACK_M = 0.1  # more than moved coordinates are rounded


def maybe_repeats(rows):
    """Sift out the records that may repeat another one: a quick look at millions.

    Parameters
    ----------
    rows : DataFrame
        As `find_repeats`, but for id_rank.

    Returns
    -------
    ndarray of bool
    """
    return _shared(_observation_hash(rows)) | _shared_days(rows)


def find_repeats(rows, maybe, as_read=None):
    """Find the records that repeat another one.

    Parameters
    ----------
    rows : DataFrame
        One row per record of all sources, index 0 ... n - 1: species, taxon_group
        (categorical), date_first, date_last (datetime64[s]), x, y [m], present,
        zero_count, generalised (bool), uncertainty_m (missing: not known), place (int,
        of its source in the settings), id_rank (int, equal where ids are equal).
    maybe : ndarray of bool
        See `maybe_repeats`.
    as_read : function of ndarray of int to ndarray of int, optional
        Given indices of rows that say the same in all columns, ranks by which to put
        them in order: which one stays is then the same in any order of the file.

    Returns
    -------
    DataFrame
        One row per record that goes, by ``row`` (its index), with ``stays`` (index
        of the record that stays) and ``reason``: duplicate_record, or duplicate_id
        for another observation under the id of the one that stays.
    """
    ranks = np.bincount(rows["id_rank"], minlength=1)
    chosen = np.flatnonzero(maybe | (ranks > 1)[rows["id_rank"]])
    best = _best_first(rows, chosen, as_read)
    observation = _groups(best, _observation(best))
    own_id = _first_of(best["id_rank"].to_numpy())
    other = observation != observation[own_id]
    stays = np.where(other, own_id, np.arange(len(best)))
    left = np.flatnonzero(~other)
    stays[left] = left[_first_of(observation[left])]
    winners = np.flatnonzero(stays == np.arange(len(best)))
    final = np.arange(len(best))
    final[winners] = winners[_near_repeats(best.iloc[winners])]
    stays = np.where(other, stays, final[stays])
    gone = np.flatnonzero(stays != np.arange(len(best)))
    row = best["row"].to_numpy()
    reason = np.where(other[gone], "duplicate_id", "duplicate_record")
    found = pd.DataFrame({"row": row[gone], "stays": row[stays[gone]]})
    found["reason"] = pd.Series(reason, dtype="str")
    return found.sort_values("row", ignore_index=True)


def _observation(rows):
    """List what makes one observation, as whole numbers."""
    return {
        "species": rows["species"].cat.codes.to_numpy(),
        "date_first": rows["date_first"].to_numpy().astype(np.int64),
        "date_last": rows["date_last"].to_numpy().astype(np.int64),
        "east": np.round(rows["x"].to_numpy() / PLACE_STEP_M).astype(np.int64),
        "north": np.round(rows["y"].to_numpy() / PLACE_STEP_M).astype(np.int64),
        "present": rows["present"].to_numpy(),
    }


def _day(rows):
    """Species, day and status as whole numbers, and which rows are of one day."""
    keys = _observation(rows)
    one_day = keys["date_first"] == keys["date_last"]
    one_day &= rows["date_first"].notna().to_numpy()
    return {name: keys[name] for name in ("species", "date_first", "present")}, one_day


def _observation_hash(rows):
    return _hash(_observation(rows).values())


def _hash(columns):
    """One number per row that differs, but for rare chance, where a column does."""
    mixed = np.uint64(0)
    for column in columns:
        mixed = mixed ^ column.astype(np.int64).view(np.uint64)
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15)  # odd: nothing is lost
        mixed ^= mixed >> np.uint64(32)
    return mixed


def _shared(values):
    """Tell which values occur more than once."""
    ordered = np.sort(values)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return _among(values, twice)


def _among(values, few):
    return pd.Series(values).isin(few).to_numpy()


def _shared_days(rows):
    """Tell which rows have a species, day and status that another source has too."""
    place = rows["place"].to_numpy()
    if not len(rows) or place.min() == place.max():
        return np.zeros(len(rows), dtype=bool)
    keys, one_day = _day(rows)
    hashed = _hash(keys.values())
    each = [np.unique(hashed[one_day & (place == k)]) for k in np.unique(place)]
    found, counts = np.unique(np.concatenate(each), return_counts=True)
    return one_day & _among(hashed, found[counts > 1])


def _best_first(rows, chosen, as_read):
    """Chosen rows, the best first, with their index as column ``row``.

    All columns count, and then the row as it was read.
    """
    best = rows.iloc[chosen]
    keys = (
        best["taxon_group"].cat.codes.to_numpy(),
        best["y"].to_numpy(),
        best["x"].to_numpy(),
        _hash([*_observation(best).values(), best["zero_count"].to_numpy()]),
        best["id_rank"].to_numpy(),
        best["place"].to_numpy(),
        # Not known is better than there and unreadable, which is infinite.
        best["uncertainty_m"].fillna(np.finfo(float).max).to_numpy(),
        best["generalised"].to_numpy(),
    )
    order = np.lexsort(keys)
    new = np.ones(len(order), dtype=bool)  # says something else than the row before
    new[1:] = np.any([k[order[1:]] != k[order[:-1]] for k in keys], axis=0)
    alike = ~new | ~np.append(new[1:], True)
    if as_read and alike.any():
        tied = order[alike]
        within = np.lexsort((as_read(chosen[tied]), np.cumsum(new)[alike]))
        order[alike] = tied[within]
    return best.assign(row=chosen).iloc[order].reset_index(drop=True)


def _groups(rows, keys):
    """Give rows with equal keys the same number."""
    frame = pd.DataFrame(keys, index=rows.index)
    return frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy()


def _first_of(groups):
    """Place of the first member of the group that each row is in."""
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    return first[group]


def _near_repeats(rows):
    """Place of the record that stays for each row: its own, or that of a better one.

    Rows come best first.
    """
    stays = np.arange(len(rows))
    shared = np.flatnonzero(_shared_days(rows.reset_index(drop=True)))
    if not len(shared):
        return stays
    near = rows.iloc[shared]
    keys, _ = _day(near)
    better, worse = _pairs(near, _groups(near, keys))
    stays[shared] = shared[_greedy(better, worse, len(shared))]
    return stays


def _pairs(rows, group):
    """Rows of one group and two sources within reach: the better and the worse one."""
    x, y = rows["x"].to_numpy(), rows["y"].to_numpy()
    place = rows["place"].to_numpy()
    reach = rows["uncertainty_m"].to_numpy()
    reach = np.where(np.isfinite(reach), reach, 0)  # a distance that nobody knows
    width, height = np.ptp(x), np.ptp(y)
    sought = np.minimum(reach, width + height) + _SLACK_M
    # Groups are moved so far apart that no reach joins two of them.
    moved = x - x.min() + group * (width + sought.max() + 1)
    points = shapely.points(moved, y)
    tree, found = shapely.STRtree(points), []
    for start in range(0, len(rows), _PIECE):
        piece = slice(start, start + _PIECE)
        pair = tree.query(points[piece], predicate="dwithin", distance=sought[piece])
        one, other = pair[0] + start, pair[1]
        apart_m = np.hypot(x[one] - x[other], y[one] - y[other])
        true = (place[one] != place[other]) & (group[one] == group[other])
        true &= apart_m <= np.maximum(reach[one], reach[other])
        found.append(np.sort(np.vstack([one, other])[:, true], axis=0))
    pairs = np.unique(np.hstack(found), axis=1)
    return pairs[0], pairs[1]


def _greedy(better, worse, n):
    """Who stays for each of n rows, judged from the first row down.

    A row goes when a better neighbour stays; it goes to the best of those.
    """
    goes, open_better, open_worse = np.zeros(n, dtype=bool), better, worse
    while len(open_worse):
        doubtful = np.zeros(n, dtype=bool)
        doubtful[open_worse] = True
        sure = ~doubtful[open_better]  # these have no better neighbour left: they stay
        goes[open_worse[sure]] = True
        left = ~sure & ~goes[open_better] & ~goes[open_worse]
        open_better, open_worse = open_better[left], open_worse[left]
    to_stay = goes[worse] & ~goes[better]
    stays = np.arange(n)
    # Pairs are sorted by the better row: written from the last on, the first remains.
    stays[worse[to_stay][::-1]] = better[to_stay][::-1]
    return stays
