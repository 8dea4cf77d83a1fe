"""How sure a verdict is: repeat it over seeded draws of the uncertain values."""

import math
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from robuust.robustness import network_verdicts, number_networks, patch_verdicts

PARAMETERS = (
    "reproductive_unit_ha",
    "key_patch_ru",
    "mvp_ru",
    "network_ru_with_key",
    "network_ru_without_key",
    "dispersal_max_m",
)
# Own rule: weak evidence must look weak on the map.
EVIDENCE_FACTORS = {
    "read": (0.75, 1.33),
    "derived": (0.5, 2.0),
    "unverified": (0.33, 3.0),
}


@dataclass(frozen=True)
class Landscape:
    """What the verdicts of one group rest on, whatever the uncertain values are.

    `capacity_ru` holds at `reproductive_unit_ha`; `network` at `dispersal_max_m`.
    `a`, `b` and `distance_m` are the links that animals can use, of any length.
    """

    capacity_ru: np.ndarray
    network: np.ndarray
    a: np.ndarray
    b: np.ndarray
    distance_m: np.ndarray


def value_ranges(values, evidence):
    """Look up how uncertain each value is.

    Parameters
    ----------
    values : dict of str to float
        The group's value of each parameter in `PARAMETERS`.
    evidence : DataFrame
        Rows of the group's mobility class: parameter, evidence, low, high.

    Returns
    -------
    DataFrame
        parameter, value, evidence, low, high, one row per parameter. A given low and
        high count when they enclose the value (an override of the group may lie
        outside the range of its class); else the evidence sets them. A parameter
        without a row is unverified.

    Raises
    ------
    ValueError
        If a value is not above zero, or the evidence is an unknown word.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"parameter": ["mvp_ru"], "evidence": ["read"], "low": [0], "high": [0]}
    ... )
    >>> value_ranges({"mvp_ru": 100}, table).to_dict("records")[0]["high"]
    133.0
    """
    known = evidence.drop_duplicates("parameter").set_index("parameter")
    rows = []
    for parameter, value in values.items():
        if not value > 0:
            raise ValueError(f"{parameter} is {value}; it must be above zero")
        row = known.loc[parameter] if parameter in known.index else {}
        word = row.get("evidence", "unverified")
        if word not in EVIDENCE_FACTORS:
            raise ValueError(
                f"evidence of {parameter} is {word!r}; write one of "
                f"{', '.join(EVIDENCE_FACTORS)}"
            )
        low, high = row.get("low", math.nan), row.get("high", math.nan)
        if not 0 < low <= value <= high:  # False for missing values too
            low, high = (factor * value for factor in EVIDENCE_FACTORS[word])
        rows.append((parameter, float(value), word, float(low), float(high)))
    columns = ["parameter", "value", "evidence", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def usable(links, *, dispersal_max_m):
    """Tell which links animals can use, were their largest distance long enough.

    Parameters
    ----------
    links : DataFrame
        distance_m, probability, within_dispersal.
    dispersal_max_m : float
        Largest dispersal distance as the table gives it [m].

    Returns
    -------
    ndarray of bool, shape (n_links,)
        False where not the distance but a barrier closes the link.

    Examples
    --------
    >>> usable(
    ...     pd.DataFrame(
    ...         {"distance_m": [5, 5, 50], "probability": [0.9, 0, 0.1],
    ...          "within_dispersal": [True, False, False]}
    ...     ),
    ...     dispersal_max_m=10,
    ... )
    array([ True, False,  True])
    """
    near = links["distance_m"].to_numpy(dtype=float) <= dispersal_max_m
    open_near = links["within_dispersal"].to_numpy(dtype=bool)
    open_far = links["probability"].to_numpy(dtype=float) > 0
    return np.where(near, open_near, open_far)


def lay_out(patches, links, *, dispersal_max_m):
    """Gather what the verdicts of one group rest on.

    Parameters
    ----------
    patches : DataFrame
        patch_id, network_id, capacity_ru.
    links : DataFrame
        patch_id_a, patch_id_b, distance_m, probability, within_dispersal.
    dispersal_max_m : float
        Largest dispersal distance as the table gives it [m].

    Returns
    -------
    Landscape
        Arrays in the order of `patches`, with the usable links only.

    Raises
    ------
    ValueError
        If a link names a patch that is not there.
    """
    links = links[usable(links, dispersal_max_m=dispersal_max_m)]
    index = pd.Index(patches["patch_id"])
    a = index.get_indexer(links["patch_id_a"])
    b = index.get_indexer(links["patch_id_b"])
    if min(a.min(initial=0), b.min(initial=0)) < 0:
        raise ValueError(
            "some links name patches that are not there; link the same patches again"
        )
    return Landscape(
        capacity_ru=patches["capacity_ru"].to_numpy(dtype=float),
        network=number_networks(patches["network_id"])[0],
        a=a,
        b=b,
        distance_m=links["distance_m"].to_numpy(dtype=float),
    )


def draw_values(ranges, *, group, seed, draws):
    """Draw the uncertain values, log-uniform between low and high.

    Every group and parameter has a stream of its own, so that its draws do not
    depend on which other groups or parameters there are, nor on their order.

    Parameters
    ----------
    ranges : DataFrame
        parameter, low and high, as `value_ranges` gives them.
    group : str
        Name of the group.
    seed : int
        Seed of the run; zero or more.
    draws : int
        Number of draws.

    Returns
    -------
    dict of str to ndarray of float, shape (draws,)
        The drawn values of each parameter.

    Examples
    --------
    >>> sure = pd.DataFrame({"parameter": ["mvp_ru"], "low": [60.0], "high": [60.0]})
    >>> draw_values(sure, group="bats", seed=1, draws=2)
    {'mvp_ru': array([60., 60.])}
    """
    drawn = {}
    for row in ranges.itertuples():
        key = [seed, crc32(group.encode()), crc32(row.parameter.encode())]
        u = np.random.default_rng(key).random(draws)
        # This form, not exp(log): where low equals high it must give just that.
        drawn[row.parameter] = row.low * (row.high / row.low) ** u
    return drawn


def stability(landscape, norms, ranges, drawn):
    """Repeat every verdict over the draws.

    Parameters
    ----------
    landscape : Landscape
        Capacities, networks and links of one group.
    norms : Norms
        The norms as the tables give them.
    ranges : DataFrame
        parameter and value, as `value_ranges` gives them, for all `PARAMETERS`.
    drawn : dict of str to ndarray
        Draws of the same parameters, as `draw_values` gives them.

    Returns
    -------
    stable_share : ndarray of float, shape (n_patches,)
        Share of the draws, all values drawn at once, that give the same class;
        0..1, and 1 without draws.
    flipped_share : dict of str to float
        Per parameter the share of verdicts (patches x draws) that change when only
        this one is drawn, with the same draws; 0..1, 0 without patches or draws.

    Notes
    -----
    Links are known up to a largest distance. Where a drawn `dispersal_max_m` lies
    beyond it, the links between are unknown and the networks of that draw may in
    truth be larger: the share for verdicts that a wider network would lift is then
    too high.
    """
    base = dict(zip(ranges["parameter"], ranges["value"], strict=True))
    forest = _spanning_forest(landscape)
    usual = _classes(landscape, landscape.network, norms, base, base)
    n_draws = len(next(iter(drawn.values())))
    if n_draws == 0 or usual.size == 0:
        return np.ones(usual.size), dict.fromkeys(drawn, 0.0)
    same = np.zeros(usual.size)
    flipped = dict.fromkeys(drawn, 0)
    for k in range(n_draws):
        values = {name: float(series[k]) for name, series in drawn.items()}
        network = _networks(landscape, forest, values["dispersal_max_m"], base)
        same += _classes(landscape, network, norms, base, values) == usual
        for name in drawn:
            alone = base | {name: values[name]}
            where = network if name == "dispersal_max_m" else landscape.network
            flipped[name] += np.count_nonzero(
                _classes(landscape, where, norms, base, alone) != usual
            )
    verdicts = n_draws * usual.size
    return same / n_draws, {name: n / verdicts for name, n in flipped.items()}


def _classes(landscape, network, norms, base, values):
    """Classes of the patches at these values."""
    ratio = base["reproductive_unit_ha"] / values["reproductive_unit_ha"]
    capacity = landscape.capacity_ru * ratio
    norms = replace(norms, **{name: values[name] for name in vars(norms)})
    found = network_verdicts(capacity, network, norms)
    return patch_verdicts(capacity, network, found, norms)


def _networks(landscape, forest, dispersal_max_m, base):
    """Networks at a drawn largest distance."""
    if dispersal_max_m == base["dispersal_max_m"]:
        return landscape.network
    a, b, distance = forest
    near = distance <= dispersal_max_m
    n = landscape.network.size
    # Not `network.components`: to load its kernel takes longer than all the draws.
    links = coo_array((np.ones(near.sum(), bool), (a[near], b[near])), shape=(n, n))
    return connected_components(links, directed=False)[1]


def _spanning_forest(landscape):
    """Choose the few links that join the same patches at any distance as all do."""
    n = landscape.network.size
    order = np.argsort(landscape.distance_m, kind="stable")
    a, b = landscape.a[order], landscape.b[order]
    # Rank as weight: a sparse graph would drop a distance of zero as no link.
    rank = np.arange(1, order.size + 1, dtype=float)
    tree = minimum_spanning_tree(coo_array((rank, (a, b)), shape=(n, n)).tocsr())
    kept = np.sort(tree.data).astype(np.int64) - 1
    return a[kept], b[kept], landscape.distance_m[order][kept]
