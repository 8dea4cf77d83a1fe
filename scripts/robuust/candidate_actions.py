"""What kind of action a candidate is for a group, and what a mere connection joins."""

import numpy as np

MOST = 0.5  # of the land of a candidate: more of it makes the action


def candidate_actions(own_ha, improved_share, links):
    """Kind of action that each candidate is for one group.

    Parameters
    ----------
    own_ha : array_like of float, shape (m,)
        Effective habitat that each candidate adds [ha]; 0 for a mere connection.
    improved_share : array_like of float, shape (m,)
        Share of its land that is habitat of lower quality now, in [0, 1]
        (`candidates.habitat_for`).
    links : DataFrame
        candidate (position), merges, within_dispersal: links with patches, each once.

    Returns
    -------
    ndarray of str, shape (m,)
        The first that holds: ``connect`` (adds no habitat of its own), ``improve``
        (most of its land is habitat now, of lower quality), ``enlarge`` (merges with a
        patch), ``bridge`` (two or more patches within dispersal), ``found`` (none or
        one: new habitat).

    Examples
    --------
    >>> import pandas as pd
    >>> links = pd.DataFrame({"candidate": [0, 1, 1, 2], "within_dispersal": True,
    ...                       "merges": [True, False, False, False]})
    >>> candidate_actions([1, 1, 1, 1, 0], [0.2, 0, 0, 0.8, 0], links).tolist()
    ['enlarge', 'bridge', 'found', 'improve', 'connect']
    """
    own_ha = np.asarray(own_ha, dtype=float)
    merging = links.loc[links["merges"], "candidate"]
    near = links.loc[links["within_dispersal"], "candidate"]
    rules = {
        "connect": own_ha == 0,
        "improve": np.asarray(improved_share, dtype=float) > MOST,
        "enlarge": np.bincount(merging, minlength=own_ha.size) > 0,
        "bridge": np.bincount(near, minlength=own_ha.size) > 1,
    }
    return np.select(list(rules.values()), list(rules), "found")


def joining_links(links, own_ha, *, dispersal_max_m):
    """Links with patches as verdicts count them: who can be in one network.

    Nobody lives at a mere connection, so an animal must reach the other side in one
    move: it joins two patches when both ways to it together are within dispersal. And
    it never makes them one patch.

    Parameters
    ----------
    links : DataFrame
        candidate (position), cost_m, probability, merges, within_dispersal.
    own_ha : array_like of float, shape (m,)
        Effective habitat that each candidate adds [ha]; 0 for a mere connection.
    dispersal_max_m : float
        Gap up to which two patches belong to one network [m].

    Returns
    -------
    DataFrame
        The same; of mere connections with other merges and within_dispersal.

    Examples
    --------
    Within 500 m, ways of 100 and 350 m join; of 200 and 350 m they do not.

    >>> import pandas as pd
    >>> links = pd.DataFrame({"candidate": [0, 0, 1, 1], "cost_m": [100, 350, 200, 350],
    ...                       "probability": 0.1, "merges": False,
    ...                       "within_dispersal": True})
    >>> joining_links(links, [0, 0], dispersal_max_m=500)["within_dispersal"].tolist()
    [True, True, True, False]
    """
    is_connection = np.asarray(own_ha, dtype=float)[links["candidate"]] == 0
    cost_m = links["cost_m"].where(links["probability"] > 0, np.inf)
    # Two that are joined are so with the nearest too.
    both_ways_m = cost_m + cost_m.groupby(links["candidate"]).transform("min")
    joins = np.where(
        is_connection, both_ways_m <= dispersal_max_m, links["within_dispersal"]
    )
    return links.assign(
        merges=links["merges"].to_numpy(dtype=bool) & ~is_connection,
        within_dispersal=joins.astype(bool),
    )
