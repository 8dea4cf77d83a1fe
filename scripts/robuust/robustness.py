"""Verdict per area: how robust patches and networks are, from habitat alone."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from robuust.robustness_sentences import network_sentences, patch_sentences

CLASSES = ("stronghold", "key", "network", "near", "insufficient")
ROBUST_CLASSES = ("stronghold", "key", "network")
LAND_CLASSES = (*ROBUST_CLASSES, "area")  # robust land: by area and cohesion only, too
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


@dataclass(frozen=True)
class Shortages:
    """What networks lack before they are viable; arrays of shape (n_networks,).

    `missing_ru` may come anywhere within reach of the network; `enlarge_ru` is enough
    at its largest patch, which then becomes what `enlarged` says: key, stronghold, or
    nothing ("") where that is no shorter way. All zero where the network is viable.
    """

    missing_ru: np.ndarray
    enlarge_ru: np.ndarray
    enlarged: np.ndarray


def shortages(capacity_ru, network, norms):
    """Count what each network lacks before it is viable, by the two shortest ways.

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
    Shortages
        Zero or more [RU]; `enlarge_ru` is at most `missing_ru`.

    Examples
    --------
    Four patches of 19 and one of 10 make 86 of 120; or one more, at a patch of 19.

    >>> short = shortages([19, 19, 19, 19, 10], [0] * 5, Norms(20, 60, 80, 120))
    >>> short.missing_ru.tolist(), short.enlarge_ru.tolist(), short.enlarged.tolist()
    ([34.0], [1.0], ['key'])
    """
    found = network_verdicts(capacity_ru, network, norms)
    largest = np.zeros(found.viable.size)
    np.maximum.at(largest, np.asarray(network, dtype=np.int64), capacity_ru)
    missing = np.where(found.viable, 0.0, found.norm_ru - found.capacity_ru)
    to_key = np.maximum(
        norms.key_patch_ru - largest, norms.network_ru_with_key - found.capacity_ru
    )  # what is missing anyway where there is a key patch
    ways = np.stack([missing, norms.mvp_ru - largest, to_key])
    ways[1:, found.viable] = np.inf
    best = ways.argmin(axis=0)  # the first of equals: no need to enlarge one patch
    names = np.array(["", "stronghold", "key"], dtype=object)
    return Shortages(missing, ways.min(axis=0), names[best])


def judge(patches, norms, *, reproductive_unit_ha, dispersal_max_m):
    """Give every patch and every network of a group its verdict and its reason.

    Parameters
    ----------
    patches : GeoDataFrame
        Patches with their network: patch_id, network_id, capacity_ru, geometry.
    norms : Norms
        The norms of the group.
    reproductive_unit_ha : float
        Optimal habitat that one reproductive unit needs [ha].
    dispersal_max_m : float
        How far from the patches new habitat still joins the network [m].

    Returns
    -------
    patches : GeoDataFrame
        The same sorted by patch_id, with class, missing_ru and missing_ha (what its
        network lacks before the patch is robust), reason_nl and reason_en.
    networks : DataFrame
        network_id, n_patches, capacity_ru, viable, has_stronghold, has_key, norm_ru,
        missing_ru, missing_ha, reason_nl, reason_en and geometry (convex hull of the
        patches), sorted by id.
    """
    # Sorted first: a sum of floats depends on its order in the last digit.
    patches = patches.sort_values("patch_id", ignore_index=True)
    network, ids = number_networks(patches["network_id"])
    capacity = patches["capacity_ru"].to_numpy(dtype=float)
    found = network_verdicts(capacity, network, norms)
    codes = patch_verdicts(capacity, network, found, norms)
    classes = np.array(CLASSES, dtype=object)[codes]
    short = shortages(capacity, network, norms)
    missing_ha = short.missing_ru * reproductive_unit_ha
    sentences = network_sentences(
        found,
        short,
        norms,
        reproductive_unit_ha=reproductive_unit_ha,
        dispersal_max_m=dispersal_max_m,
    )
    nl, en = patch_sentences(capacity, network, classes, sentences, norms)
    patches = patches.assign(
        **{"class": _text(classes)},
        missing_ru=short.missing_ru[network],
        missing_ha=missing_ha[network],
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
            "missing_ru": short.missing_ru,
            "missing_ha": missing_ha,
            "reason_nl": _text(sentences[0]),
            "reason_en": _text(sentences[1]),
            "geometry": convex_hulls(patches.geometry.to_numpy(), network),
        }
    )
    return patches, networks


def class_in_effect(classes, robust):
    """Class of each patch on the map of robust land, which follows the yardstick.

    Parameters
    ----------
    classes : array_like of str, shape (n_patches,)
        Class of each patch by the norms, one of `CLASSES`.
    robust : array_like of bool, shape (n_patches,)
        Whether the yardstick of the run calls it robust.

    Returns
    -------
    ndarray of str, shape (n_patches,)
        The same, but ``area`` for a patch that is robust by area and cohesion only, and
        ``near`` for one that is so by the norms only, where that is not enough. Robust
        are `LAND_CLASSES`.

    Examples
    --------
    >>> class_in_effect(["key", "key", "near", "near"], [True, False, True, False])
    array(['key', 'near', 'area', 'near'], dtype=object)
    """
    classes = np.asarray(classes, dtype=object)
    robust = np.asarray(robust, dtype=bool)
    by_norms = np.isin(classes, ROBUST_CLASSES)
    changed = [robust & ~by_norms, by_norms & ~robust]
    return np.select(changed, ["area", "near"], classes)


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
    # One line through all corners has their hull, and is made at once.
    return shapely.convex_hull(
        shapely.linestrings(corners[order], indices=owner[order])
    )


def _text(values):
    """Make a column of text that stays text when it is empty."""
    return pd.array(list(values), dtype="str")
