"""File names of the sheets: settings are checked with them, so little is imported."""

import hashlib
import re
import unicodedata

import pandas as pd


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
        at most 60. Names that would get the same one, and names cut short, end in a
        code made from the full name.

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
        if shared[name] or not 0 < len(text) <= 60:
            code = hashlib.sha256(name.encode()).hexdigest()[:10]
            text = f"{text[:49]}_{code}".strip("_")
        names[name] = text
    return names
