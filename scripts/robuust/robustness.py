"""Verdict per area: how robust patches and networks are, from habitat alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from robuust.figures import figure, figure_nl

CLASSES = ("stronghold", "key", "network", "near", "insufficient")
ROBUST_CLASSES = ("stronghold", "key", "network")
STRONGHOLD, KEY, NETWORK, NEAR, INSUFFICIENT = range(5)


@dataclass(frozen=True)
class Norms:
    """The norms of one group, all in reproductive units (RU), all above zero."""

    key_patch_ru: float
    mvp_ru: float
    network_ru_with_key: float
    network_ru_without_key: float

    def __post_init__(self):
        """Refuse a norm that is missing, zero or negative."""
        for name, value in vars(self).items():
            if not value > 0:  # False for a missing value too
                raise ValueError(
                    f"{name} is {value}; a norm must be above zero reproductive units"
                )


@dataclass(frozen=True)
class NetworkVerdicts:
    """What the norms say of each network; arrays of shape (n_networks,)."""

    capacity_ru: np.ndarray
    has_stronghold: np.ndarray
    has_key: np.ndarray
    norm_ru: np.ndarray
    viable: np.ndarray


def network_verdicts(capacity_ru, network, norms):
    """Judge networks by the norms of their group.

    A network is viable when it holds a stronghold, or a key patch and at least
    `network_ru_with_key` in all, or at least `network_ru_without_key` in all.

    Parameters
    ----------
    capacity_ru : array_like of float, shape (n_patches,)
        Carrying capacity of each patch [RU]; zero or more.
    network : array_like of int, shape (n_patches,)
        Network of each patch, numbered from 0 without holes.
    norms : Norms
        The norms of the group.

    Returns
    -------
    NetworkVerdicts
        Per network: capacity_ru, has_stronghold, has_key, norm_ru (the total that
        it needs: the lower one if it holds a key patch), viable.

    Raises
    ------
    ValueError
        If a capacity is negative or missing, or the shapes disagree.

    References
    ----------
    Verboom et al. (2001), Biological Conservation 100: 89-101 (key patches).

    Examples
    --------
    >>> norms = Norms(20, 60, 80, 120)
    >>> found = network_verdicts([25, 55, 30, 19], [0, 0, 1, 2], norms)
    >>> found.capacity_ru.tolist(), found.viable.tolist()
    ([80.0, 30.0, 19.0], [True, False, False])
    """
    capacity = np.asarray(capacity_ru, dtype=float)
    network = np.asarray(network, dtype=np.int64)
    if capacity.shape != network.shape:
        raise ValueError(
            f"{capacity.size} capacities and {network.size} network numbers; "
            "give one of each per patch"
        )
    if not (capacity >= 0).all():  # False for a missing value too
        raise ValueError("every capacity must be zero or more reproductive units")
    n = int(network.max()) + 1 if network.size else 0
    total = np.bincount(network, weights=capacity, minlength=n).astype(float)
    stronghold = np.bincount(network[capacity >= norms.mvp_ru], minlength=n) > 0
    key = np.bincount(network[capacity >= norms.key_patch_ru], minlength=n) > 0
    # A drawn norm with key may exceed the one without; a key patch never harms.
    with_key = min(norms.network_ru_with_key, norms.network_ru_without_key)
    norm = np.where(key, with_key, norms.network_ru_without_key).astype(float)
    return NetworkVerdicts(total, stronghold, key, norm, stronghold | (total >= norm))


def patch_verdicts(capacity_ru, network, networks, norms):
    """Judge patches by their own capacity and that of their network.

    Parameters
    ----------
    capacity_ru : array_like of float, shape (n_patches,)
        Carrying capacity of each patch [RU]; zero or more.
    network : array_like of int, shape (n_patches,)
        Network of each patch, a position in the arrays of `networks`.
    networks : NetworkVerdicts
        What `network_verdicts` found.
    norms : Norms
        The norms of the group.

    Returns
    -------
    ndarray of int8, shape (n_patches,)
        Position in `CLASSES`, the best class first.

    Examples
    --------
    >>> norms = Norms(20, 60, 80, 120)
    >>> capacity, network = [25, 55, 60, 5, 40, 39], [0, 0, 1, 1, 2, 3]
    >>> networks = network_verdicts(capacity, network, norms)
    >>> [CLASSES[c] for c in patch_verdicts(capacity, network, networks, norms)]
    ['key', 'key', 'stronghold', 'network', 'near', 'insufficient']
    """
    capacity = np.asarray(capacity_ru, dtype=float)
    network = np.asarray(network, dtype=np.int64)
    viable = networks.viable[network]
    half = (networks.capacity_ru >= networks.norm_ru / 2)[network]
    rules = [
        capacity >= norms.mvp_ru,
        viable & (capacity >= norms.key_patch_ru),
        viable,
        half,
    ]
    found = np.select(rules, [STRONGHOLD, KEY, NETWORK, NEAR], INSUFFICIENT)
    return found.astype(np.int8)


def network_sentences(networks, norms, *, reproductive_unit_ha):
    """Say why each network is viable or not, with the figures.

    Parameters
    ----------
    networks : NetworkVerdicts
        What `network_verdicts` found.
    norms : Norms
        The norms of the group.
    reproductive_unit_ha : float
        Optimal habitat that one reproductive unit needs [ha]; above zero.

    Returns
    -------
    nl, en : list of str
        One sentence per network, in Dutch and in English.

    Examples
    --------
    >>> norms = Norms(20, 60, 80, 120)
    >>> poor = network_verdicts([19, 19, 19, 19, 10], [0, 0, 0, 0, 0], norms)
    >>> nl, en = network_sentences(poor, norms, reproductive_unit_ha=0.2)
    >>> nl[0]
    'netwerk 86 van 120 RE, geen sleutelplek: 34 RE tekort (6,8 ha optimaal habitat)'
    >>> en[0]
    'network 86 of 120 RU, no key patch: 34 RU short (6.8 ha of optimal habitat)'
    """
    nl, en = [], []
    for total, stronghold, key, norm, viable in zip(
        networks.capacity_ru.tolist(),
        networks.has_stronghold.tolist(),
        networks.has_key.tolist(),
        networks.norm_ru.tolist(),
        networks.viable.tolist(),
        strict=True,
    ):
        if stronghold:
            nl.append(
                f"netwerk van {figure_nl(total)} RE met een bolwerk "
                f"(een plek van minstens {figure_nl(norms.mvp_ru)} RE)"
            )
            en.append(
                f"network of {figure(total)} RU with a stronghold "
                f"(a patch of at least {figure(norms.mvp_ru)} RU)"
            )
            continue
        key_nl = "met sleutelplek" if key else "geen sleutelplek"
        key_en = "with a key patch" if key else "no key patch"
        text_nl = f"netwerk {figure_nl(total)} van {figure_nl(norm)} RE, {key_nl}"
        text_en = f"network {figure(total)} of {figure(norm)} RU, {key_en}"
        if not viable:
            short = norm - total
            short_ha = short * reproductive_unit_ha
            text_nl += (
                f": {figure_nl(short)} RE tekort "
                f"({figure_nl(short_ha)} ha optimaal habitat)"
            )
            text_en += (
                f": {figure(short)} RU short ({figure(short_ha)} ha of optimal habitat)"
            )
        nl.append(text_nl)
        en.append(text_en)
    return nl, en


def patch_sentences(capacity_ru, network, classes, sentences, norms):
    """Say why each patch has its class, with the figures.

    Parameters
    ----------
    capacity_ru : array_like of float, shape (n_patches,)
        Carrying capacity of each patch [RU].
    network : array_like of int, shape (n_patches,)
        Network of each patch.
    classes : array_like of int, shape (n_patches,)
        What `patch_verdicts` found.
    sentences : tuple of two lists of str
        What `network_sentences` says of the networks.
    norms : Norms
        The norms of the group.

    Returns
    -------
    nl, en : list of str
        One sentence per patch, in Dutch and in English.

    Examples
    --------
    >>> norms = Norms(20, 60, 80, 120)
    >>> patch_sentences([75], [0], [0], (["netwerk"], ["network"]), norms)
    (['bolwerk: 75 van 60 RE'], ['stronghold: 75 of 60 RU'])
    """
    nl, en = [], []
    for capacity, k, code in zip(
        np.asarray(capacity_ru, dtype=float).tolist(), network, classes, strict=True
    ):
        own_nl, own_en = figure_nl(capacity), figure(capacity)
        if code == STRONGHOLD:
            nl.append(f"bolwerk: {own_nl} van {figure_nl(norms.mvp_ru)} RE")
            en.append(f"stronghold: {own_en} of {figure(norms.mvp_ru)} RU")
            continue
        why_nl, why_en = sentences[0][k], sentences[1][k]
        if code == KEY:
            key_nl, key_en = figure_nl(norms.key_patch_ru), figure(norms.key_patch_ru)
            nl.append(f"sleutelgebied: {own_nl} van {key_nl} RE; {why_nl}")
            en.append(f"key patch: {own_en} of {key_en} RU; {why_en}")
            continue
        half = code == INSUFFICIENT
        nl.append(
            f"{why_nl}; minder dan de helft; plek zelf {own_nl} RE"
            if half
            else f"{why_nl}; plek zelf {own_nl} RE"
        )
        en.append(
            f"{why_en}; less than half; this patch {own_en} RU"
            if half
            else f"{why_en}; this patch {own_en} RU"
        )
    return nl, en


def judge(patches, norms, *, reproductive_unit_ha):
    """Give every patch and every network of a group its verdict and its reason.

    Parameters
    ----------
    patches : GeoDataFrame
        Patches with their network: patch_id, network_id, capacity_ru, geometry.
    norms : Norms
        The norms of the group.
    reproductive_unit_ha : float
        Optimal habitat that one reproductive unit needs [ha].

    Returns
    -------
    patches : GeoDataFrame
        The same sorted by patch_id, with class, reason_nl and reason_en.
    networks : DataFrame
        network_id, n_patches, capacity_ru, viable, has_stronghold, has_key, norm_ru,
        reason_nl, reason_en and geometry (convex hull of the patches), sorted by id.
    """
    # Sorted first: a sum of floats depends on its order in the last digit.
    patches = patches.sort_values("patch_id", ignore_index=True)
    network, ids = number_networks(patches["network_id"])
    capacity = patches["capacity_ru"].to_numpy(dtype=float)
    found = network_verdicts(capacity, network, norms)
    classes = patch_verdicts(capacity, network, found, norms)
    sentences = network_sentences(
        found, norms, reproductive_unit_ha=reproductive_unit_ha
    )
    nl, en = patch_sentences(capacity, network, classes, sentences, norms)
    patches = patches.assign(
        **{"class": _text(np.array(CLASSES, dtype=object)[classes])},
        reason_nl=_text(nl),
        reason_en=_text(en),
    )
    networks = pd.DataFrame(
        {
            "network_id": _text(ids),
            "n_patches": np.bincount(network, minlength=len(ids)),
            "capacity_ru": found.capacity_ru,
            "viable": found.viable,
            "has_stronghold": found.has_stronghold,
            "has_key": found.has_key,
            "norm_ru": found.norm_ru,
            "reason_nl": _text(sentences[0]),
            "reason_en": _text(sentences[1]),
            "geometry": convex_hulls(patches.geometry.to_numpy(), network),
        }
    )
    return patches, networks


def number_networks(network_id):
    """Give networks numbers from 0 in the order of their ids.

    Parameters
    ----------
    network_id : array_like of str
        Network of each patch; none missing.

    Returns
    -------
    number : ndarray of int64
        Network of each patch as a position in `ids`.
    ids : list of str
        The ids, sorted.

    Raises
    ------
    ValueError
        If a patch has no network.

    Examples
    --------
    >>> number_networks(["b", "a", "b"])
    (array([1, 0, 1]), ['a', 'b'])
    """
    number, ids = pd.factorize(np.asarray(network_id, dtype=object), sort=True)
    if (number < 0).any():
        raise ValueError(
            f"{(number < 0).sum()} of {number.size} patches have no network; measure "
            "the connectivity of the same patches first"
        )
    return number.astype(np.int64), [str(i) for i in ids]


def convex_hulls(polygons, network):
    """Draw the convex hull of the patches of each network.

    Parameters
    ----------
    polygons : array_like of shapely polygons, shape (n_patches,)
        The patches; none empty.
    network : array_like of int, shape (n_patches,)
        Network of each patch, numbered from 0 without holes.

    Returns
    -------
    ndarray of shapely polygons, shape (n_networks,)
        The hulls, in the order of the numbers.

    Examples
    --------
    >>> convex_hulls(shapely.box([0, 4], 0, [1, 5], 1), [0, 0])[0].area
    5.0
    """
    polygons = np.asarray(polygons, dtype=object)
    if polygons.size == 0:
        return np.array([], dtype=object)
    corners, patch = shapely.get_coordinates(polygons, return_index=True)
    owner = np.asarray(network, dtype=np.int64)[patch]
    order = np.argsort(owner, kind="stable")
    clouds = shapely.multipoints(shapely.points(corners[order]), indices=owner[order])
    return shapely.convex_hull(clouds)


def _text(values):
    """Make a column of text that stays text when it is empty."""
    return pd.array(list(values), dtype="str")
