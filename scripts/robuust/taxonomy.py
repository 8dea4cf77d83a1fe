"""Names of species: from what a record says to the accepted name of the table."""

import pandas as pd

from robuust.sources import clean_text

# After a genus these words say that the species was not named.
_OPEN_NAMES = {
    "sp",
    "sp.",
    "spp",
    "spp.",
    "spec.",
    "species",
    "cf",
    "cf.",
    "aff",
    "aff.",
}
_RANKS = {"subsp.", "subsp", "ssp.", "ssp", "var.", "var", "f.", "forma"}


def match_names(names, species):
    """Find the accepted name of each name that records use.

    A name is sought as it stands among accepted names, then synonyms, then Dutch
    names; after that without author and year; at last its first two words alone, so
    that a subspecies counts as its species. Upper and lower case are the same. A name
    that two species share (a synonym, say) is not matched.

    Parameters
    ----------
    names : Series of str
        As recorded; repeats and blanks are allowed.
    species : DataFrame
        Columns species, name_nl, synonyms (``;`` between them) and taxon_group.

    Returns
    -------
    DataFrame
        Index as ``names``; columns species (missing when unknown), taxon_group and
        note (``synonym``, ``dutch_name``, ``subspecies`` or missing).

    Examples
    --------
    >>> species = pd.DataFrame(
    ...     {"species": ["Rana arvalis"], "name_nl": ["heikikker"], "synonyms": [""],
    ...      "taxon_group": ["amphibians"]})
    >>> found = match_names(pd.Series(["Rana arvalis Nilsson, 1842"]), species)
    >>> found["species"].tolist()
    ['Rana arvalis']
    """
    text = clean_text(names)
    unique = pd.Series(text.dropna().unique(), dtype="str")
    spaced = unique.str.replace(r"\s+", " ", regex=True)
    whole = spaced.str.casefold()
    two_words = _two_words(whole)
    tiers = _name_tiers(species)
    found = pd.Series(None, index=unique.index, dtype="str")
    notes = found.copy()
    for words, kind in (
        (whole, "accepted"),
        (whole, "synonym"),
        (whole, "dutch_name"),
        (two_words, "accepted"),
        (two_words, "synonym"),
    ):
        match = words.map(tiers[kind]).astype("str")
        new = found.isna() & match.notna()
        found = found.mask(new, match)
        if kind != "accepted":
            notes = notes.mask(new, kind)
        if words is two_words:
            notes = notes.mask(new & _names_subspecies(spaced), "subspecies")
    groups = species.drop_duplicates("species").set_index("species")["taxon_group"]
    groups = clean_text(groups)
    answers = pd.DataFrame({"species": found, "taxon_group": found.map(groups)})
    answers = answers.assign(note=notes).set_index(unique).astype("str")
    return answers.reindex(text).set_axis(text.index)


def _name_tiers(species):
    """Dictionaries from folded name to accepted name, ambiguous names left out."""
    synonyms = species["synonyms"].fillna("").str.split(";")
    synonyms = species.assign(name=synonyms).explode("name")
    return {
        "accepted": _unambiguous(species["species"], species["species"]),
        "synonym": _unambiguous(synonyms["name"], synonyms["species"]),
        "dutch_name": _unambiguous(species["name_nl"], species["species"]),
    }


def _unambiguous(names, accepted):
    pairs = pd.DataFrame(
        {"name": clean_text(names).str.casefold(), "species": accepted}
    )
    pairs = pairs.dropna().drop_duplicates()
    pairs = pairs[~pairs.duplicated("name", keep=False)]
    return dict(zip(pairs["name"], pairs["species"], strict=True))


def _two_words(folded):
    """Genus and species word; missing for names that stop at the genus."""
    words = folded.str.extract(r"^(\S+) (\S+)")
    # A hybrid sign or a bracketed subgenus in second place is not a species word.
    named = words[1].str.fullmatch(r"[a-zë-]+\.?") & ~words[1].isin(_OPEN_NAMES)
    return (words[0] + " " + words[1]).where(named)


def _names_subspecies(spaced):
    """Tell whether a third word, in small letters, names something below the species.

    An author has a capital or stands in brackets.
    """
    third = spaced.str.extract(r"^\S+ \S+ (\S+)")[0]
    return third.str.fullmatch(r"[a-z-]+") | third.isin(_RANKS)
