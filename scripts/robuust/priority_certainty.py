"""How sure a place on the list of priorities is, over the draws."""

import numpy as np
import pandas as pd

BEST = 0.1  # share of the list that counts as its top
LOW, HIGH = 0.1, 0.9  # of the ranks over the draws


def ranks_by(scores, ids):
    """Rank candidates in every draw, the best first; ties go by id.

    Parameters
    ----------
    scores : array_like of float, shape (n,) or (n, draws)
    ids : array_like of str, shape (n,)

    Returns
    -------
    ndarray of int64, of the shape of `scores`
        Ranks from 1, without ties.

    Notes
    -----
    Sums of the same gains in another order differ in their last digit: twelve decimals
    count.

    Examples
    --------
    >>> ranks_by([0.1, 0.3, 0.1], ["b", "c", "a"])
    array([3, 1, 2])
    """
    scores = np.asarray(scores, dtype=float)
    table = scores[:, None] if scores.ndim == 1 else scores
    by_id = np.argsort(np.argsort(np.asarray(ids, dtype=object), kind="stable"))
    keys = np.broadcast_to(by_id[:, None], table.shape), -table.round(12)
    order = np.lexsort(keys, axis=0)
    ranks = np.empty(table.shape, dtype=np.int64)
    places = np.arange(1, len(table) + 1)[:, None]
    np.put_along_axis(ranks, order, np.broadcast_to(places, table.shape), axis=0)
    return ranks.reshape(scores.shape)


def score_parts(gains, weight):
    """Part of the score that each gain is: weight of its group x relative rise of ECA.

    Parameters
    ----------
    gains : DataFrame
        group, gain (relative rise of ECA, 0.1 for 10 percent).
    weight : dict of str to float, or Series
        Of each group.

    Returns
    -------
    Series of float, one per row of gains

    Examples
    --------
    >>> gains = pd.DataFrame({"group": ["frogs"], "gain": [0.1]})
    >>> score_parts(gains, {"frogs": 2}).tolist()
    [0.2]
    """
    return gains["group"].map(weight).astype(float) * gains["gain"]


def rank_certainty(candidate_ids, gain_draws, weight, *, draws):
    """Tell over the draws how sure the place of each candidate is.

    Every draw is one possible world: its gains are summed over the groups by weight,
    and its list is made anew.

    Parameters
    ----------
    candidate_ids : sequence of str
        All candidates on the list.
    gain_draws : DataFrame
        candidate_id, group, draw (1 to `draws`), gain; candidates that a group has no
        use for have no row.
    weight : dict of str to float
        Weight of each group.
    draws : int
        Number of draws; one or more.

    Returns
    -------
    DataFrame, one row per candidate in the order given
        candidate_id; top_share: share of the draws in which it is among the best tenth
        of the list, rounded up, and brings something; rank_low, rank_high: at most a
        tenth of the draws give a better rank, and at most a tenth a worse one.

    Examples
    --------
    >>> drawn = pd.DataFrame({"candidate_id": ["a", "b", "b"], "group": "bees",
    ...                       "draw": [1, 1, 2], "gain": [0.2, 0.1, 0.1]})
    >>> found = rank_certainty(["a", "b"], drawn, {"bees": 1.0}, draws=2)
    >>> found["top_share"].tolist(), found["rank_high"].tolist()
    ([0.5, 0.5], [2, 2])
    """
    ids = pd.Index(candidate_ids)
    scores = np.zeros((ids.size, draws))
    part = score_parts(gain_draws, weight)
    place = ids.get_indexer(gain_draws["candidate_id"])
    np.add.at(scores, (place, gain_draws["draw"].to_numpy(dtype=int) - 1), part)
    ranks = ranks_by(scores, ids)
    is_top = (ranks <= np.ceil(BEST * ids.size)) & (scores > 0)
    # Ranks that occur, not numbers between two of them.
    low, high = (
        np.quantile(ranks, share, axis=1, method="inverted_cdf")
        for share in (LOW, HIGH)
    )
    return pd.DataFrame(
        {
            "candidate_id": pd.array(ids, dtype="str"),
            "top_share": is_top.mean(axis=1),
            "rank_low": low.astype(np.int64),
            "rank_high": high.astype(np.int64),
        }
    )
