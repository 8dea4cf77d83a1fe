"""Species that need more or less than their group: other norms, the same patches."""

from dataclasses import replace

import numpy as np
import pandas as pd

from robuust.figures import figure, figure_nl
from robuust.robustness import CLASSES, Norms, network_verdicts, patch_verdicts

NORMS = tuple(Norms.__annotations__)
OWN_VALUES = ("reproductive_unit_ha", *NORMS)
PHRASES_NL = {
    "own": "eigen waarden van de soort: ",
    "reproductive_unit_ha": "reproductieve eenheid {} ha",
    "key_patch_ru": "sleutelplek {} RE",
    "mvp_ru": "bolwerk {} RE",
    "network_ru_with_key": "netwerk met sleutelplek {} RE",
    "network_ru_without_key": "netwerk zonder sleutelplek {} RE",
}
PHRASES_EN = {
    "own": "own values of the species: ",
    "reproductive_unit_ha": "reproductive unit {} ha",
    "key_patch_ru": "key patch {} RU",
    "mvp_ru": "stronghold {} RU",
    "network_ru_with_key": "network with a key patch {} RU",
    "network_ru_without_key": "network without a key patch {} RU",
}


def species_with_own_values(species):
    """Name the species that differ from their group in some value.

    Parameters
    ----------
    species : DataFrame
        species, and `OWN_VALUES` as far as the table has them.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> herons = pd.DataFrame({"species": ["Ardea", "Egretta"], "mvp_ru": [None, "60"]})
    >>> species_with_own_values(herons).tolist()
    ['Egretta']
    """
    differs = species.reindex(columns=OWN_VALUES).notna().any(axis=1)
    return species.loc[differs, "species"]


def own_verdicts(species, patches, network, norms, *, reproductive_unit_ha):
    """Capacity and class of every patch for every species, by its own values.

    Parameters
    ----------
    species : DataFrame, n_species rows
        `OWN_VALUES`: what differs from the group; missing or absent: as the group.
    patches : DataFrame, n_patches rows
        capacity_ru and class, as judged for the group.
    network : ndarray of int, shape (n_patches,)
        Network of each patch, numbered from 0.
    norms : Norms
        The norms of the group.
    reproductive_unit_ha : float
        The group's value, on which capacity_ru rests [ha].

    Returns
    -------
    dict of str to ndarray, shape (n_species * n_patches,)
        capacity_ru [RU], class_code (position in `CLASSES`), and what applies to the
        species: reproductive_unit_ha [ha] and key_patch_ru [RU]; species by species.

    Examples
    --------
    >>> heron = pd.DataFrame({"reproductive_unit_ha": [20.0, np.nan]})
    >>> marsh = pd.DataFrame({"capacity_ru": [60.0], "class": ["stronghold"]})
    >>> found = own_verdicts(heron, marsh, np.array([0]), Norms(20, 60, 80, 120),
    ...                      reproductive_unit_ha=10)
    >>> found["capacity_ru"].tolist(), found["class_code"].tolist()
    ([30.0, 60.0], [4, 0])
    """
    usual = patches["capacity_ru"].to_numpy(dtype=float)
    usual_class = pd.Categorical(patches["class"], categories=CLASSES).codes
    shape = (len(species), len(patches))
    capacity, unit_ha, key = np.empty(shape), np.empty(shape), np.empty(shape)
    class_code = np.empty(shape, dtype=np.int8)
    values = species.reindex(columns=OWN_VALUES).astype(float)
    for k, own in enumerate(values.to_dict("records")):
        own = {name: value for name, value in own.items() if not np.isnan(value)}
        own_ha = own.pop("reproductive_unit_ha", reproductive_unit_ha)
        own_norms = replace(norms, **own)
        capacity[k] = usual * (reproductive_unit_ha / own_ha)
        unit_ha[k], key[k] = own_ha, own_norms.key_patch_ru
        if own_ha == reproductive_unit_ha and own_norms == norms:
            class_code[k] = usual_class
            continue
        found = network_verdicts(capacity[k], network, own_norms)
        class_code[k] = patch_verdicts(capacity[k], network, found, own_norms)
    return {
        "capacity_ru": capacity.ravel(),
        "class_code": class_code.ravel(),
        "reproductive_unit_ha": unit_ha.ravel(),
        "key_patch_ru": key.ravel(),
    }


def own_words(species):
    """Say which values of a species are its own, as a part of a sentence.

    Parameters
    ----------
    species : DataFrame
        `OWN_VALUES`, missing or absent where they are those of the group.

    Returns
    -------
    nl, en : list of str
        Per species; missing where it has none of its own.

    Examples
    --------
    >>> own_words(pd.DataFrame({"key_patch_ru": [np.nan, 10]}))[1]
    [None, 'own values of the species: key patch 10 RU']
    """
    values = species.reindex(columns=OWN_VALUES).astype(float).to_dict("records")
    return tuple(
        [_words(own, phrases, number) for own in values]
        for phrases, number in ((PHRASES_NL, figure_nl), (PHRASES_EN, figure))
    )


def _words(own, phrases, number):
    told = [
        phrases[name].format(number(value))
        for name, value in own.items()
        if not np.isnan(value)
    ]
    return phrases["own"] + ", ".join(told) if told else None
