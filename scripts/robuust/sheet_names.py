"""File names of the sheets: settings are checked with them, so little is imported."""

import hashlib
import re
import unicodedata

import pandas as pd

#: The page in each folder that lists its sheets; no sheet may have its name.
INDEX = "index"


def sheet_names(species):
    """Give every species a file name of its own, of plain signs only.

    Parameters
    ----------
    species : iterable of str
        Scientific names, each once.

    Returns
    -------
    dict of str to str
        Species to file name without ending: small letters, digits and underscores,
        at most 60. Names that would get the same one, or that of the `INDEX`, and
        names cut short, end in a code made from the full name.

    Examples
    --------
    >>> sheet_names(["Hyla arborea", "Rana (a) b", "Rana a/b"])["Hyla arborea"]
    'hyla_arborea'
    """
    plain = {}
    for name in species:
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        plain[name] = re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")
    shared = pd.Series(plain, dtype="str").duplicated(keep=False)
    names = {}
    for name, text in plain.items():
        if shared[name] or text == INDEX or not 0 < len(text) <= 60:
            code = hashlib.sha256(name.encode()).hexdigest()[:10]
            text = f"{text[:49]}_{code}".strip("_")
        names[name] = text
    return names


def unit_sheet_names(units):
    """Give every reporting unit a file name of its own, see `sheet_names`.

    Parameters
    ----------
    units : DataFrame of str
        unit_id, level, name: those that have a sheet.

    Returns
    -------
    dict of (str, str) to str
        Level and unit_id to file name without ending, made of level and name, and of
        unit_id where these do not tell two units apart.

    Examples
    --------
    >>> units = pd.DataFrame({"unit_id": ["1"], "level": "province", "name": "Zeeland"})
    >>> unit_sheet_names(units)
    {('province', '1'): 'province_zeeland'}
    """
    names = units["level"] + " " + units["name"]
    names = names.where(~names.duplicated(keep=False), names + " " + units["unit_id"])
    keys = zip(units["level"], units["unit_id"], strict=True)
    return dict(zip(keys, sheet_names(names).values(), strict=True))
