"""Why a patch or network is robust or not, and what is missing, in words."""

import numpy as np

from robuust.figures import distance, distance_nl, figure, figure_nl

ENLARGED_NL = {"key": "sleutelplek", "stronghold": "bolwerk"}
ENLARGED_EN = {"key": "key patch", "stronghold": "stronghold"}


def network_sentences(networks, short, norms, *, reproductive_unit_ha, dispersal_max_m):
    """Say why each network is viable or not, and what is missing.

    Parameters
    ----------
    networks : NetworkVerdicts
        What `robustness.network_verdicts` found.
    short : Shortages
        What `robustness.shortages` found.
    norms : Norms
        The norms of the group.
    reproductive_unit_ha : float
        Optimal habitat that one reproductive unit needs [ha]; above zero.
    dispersal_max_m : float
        How far from the patches new habitat still joins the network [m].

    Returns
    -------
    nl, en : list of str
        One sentence per network, in Dutch and in English.

    Examples
    --------
    >>> from robuust.robustness import Norms, network_verdicts, shortages
    >>> norms = Norms(20, 60, 80, 120)
    >>> patches = [20, 16], [0, 0]
    >>> nl, en = network_sentences(
    ...     network_verdicts(*patches, norms), shortages(*patches, norms), norms,
    ...     reproductive_unit_ha=0.2, dispersal_max_m=480)
    >>> print(nl[0])
    netwerk 36 van 80 RE, met sleutelplek: 44 RE tekort, ofwel 8,8 ha optimaal habitat,
    binnen 480 m; ook genoeg: 40 RE (8 ha) erbij aan de grootste plek, die dan bolwerk
    is
    """
    nl, en = [], []
    for total, stronghold, key, norm, missing, enlarge, becomes in zip(
        networks.capacity_ru.tolist(),
        networks.has_stronghold.tolist(),
        networks.has_key.tolist(),
        networks.norm_ru.tolist(),
        short.missing_ru.tolist(),
        short.enlarge_ru.tolist(),
        short.enlarged.tolist(),
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
        if missing:
            missing_ha = missing * reproductive_unit_ha
            text_nl += (
                f": {figure_nl(missing)} RE tekort, ofwel {figure_nl(missing_ha)} ha "
                f"optimaal habitat, binnen {distance_nl(dispersal_max_m)}"
            )
            text_en += (
                f": {figure(missing)} RU short, or {figure(missing_ha)} ha of optimal "
                f"habitat, within {distance(dispersal_max_m)}"
            )
        if becomes:
            enlarge_ha = enlarge * reproductive_unit_ha
            text_nl += (
                f"; ook genoeg: {figure_nl(enlarge)} RE ({figure_nl(enlarge_ha)} ha) "
                f"erbij aan de grootste plek, die dan {ENLARGED_NL[becomes]} is"
            )
            text_en += (
                f"; enough too: {figure(enlarge)} RU ({figure(enlarge_ha)} ha) added "
                f"to its largest patch, then a {ENLARGED_EN[becomes]}"
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
    classes : iterable of str, length n_patches
        Class of each patch, one of `robustness.CLASSES`.
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
    >>> from robuust.robustness import Norms
    >>> norms = Norms(20, 60, 80, 120)
    >>> patch_sentences([75], [0], ["stronghold"], (["netwerk"], ["network"]), norms)
    (['bolwerk: 75 van 60 RE'], ['stronghold: 75 of 60 RU'])
    """
    nl, en = [], []
    for capacity, k, name in zip(
        np.asarray(capacity_ru, dtype=float).tolist(), network, classes, strict=True
    ):
        own_nl, own_en = figure_nl(capacity), figure(capacity)
        if name == "stronghold":
            nl.append(f"bolwerk: {own_nl} van {figure_nl(norms.mvp_ru)} RE")
            en.append(f"stronghold: {own_en} of {figure(norms.mvp_ru)} RU")
            continue
        why_nl, why_en = sentences[0][k], sentences[1][k]
        if name == "key":
            key_nl, key_en = figure_nl(norms.key_patch_ru), figure(norms.key_patch_ru)
            nl.append(f"sleutelgebied: {own_nl} van {key_nl} RE; {why_nl}")
            en.append(f"key patch: {own_en} of {key_en} RU; {why_en}")
            continue
        if name == "insufficient":
            why_nl += "; minder dan de helft van de norm"
            why_en += "; less than half the norm"
        nl.append(f"{why_nl}; plek zelf {own_nl} RE")
        en.append(f"{why_en}; this patch {own_en} RU")
    return nl, en
