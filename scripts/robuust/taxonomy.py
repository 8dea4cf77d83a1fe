"""Names of species: from what a record says to the accepted name of the table."""

import re
from dataclasses import dataclass

import pandas as pd

from robuust.sources import clean_text

# After a genus these words say that the species was not named.
_OPEN_NAMES = {"sp", "spp", "spec", "species", "indet", "onbekend"}
_DOUBT = {"cf", "aff", "?", "/", "+", "of", "or", "vel"}  # two names, or half a one
_DOUBT_AFTER_SPECIES = {"&", "-", "–", "and", "en", "et", "niet", "not", "geen"}
_AGGREGATE = {"agg", "aggr", "coll", "complex", "group", "groep", "s.l", "s.lat", "sl"}
_AGGREGATE |= {"sensu", "s.s", "s.str"}  # wide or narrow, the table does not say
_RANKS = {"subsp", "ssp", "var", "subvar", "f", "forma", "form"}
# Small letters that begin or join the names of authors.
_OF_AUTHORS = {"de", "den", "der", "van", "von", "vom", "du", "da", "di", "la", "le"}
_OF_AUTHORS |= {"et", "ex", "in", "and", "en", "und", "non", "nec", "not", "auct"}
_HYBRID = "×"
_EPITHET = re.compile(r"[^\W\d_]+(-[^\W\d_]+)*")
_LEAST_LIKENESS = 85  # percent of letters in place: one slip in a short name


@dataclass(frozen=True)
class ParsedName:
    """What a scientific name names, without its author."""

    genus: str  # folded, as all words here
    species: str | None = None  # "rana arvalis", "salix × rubens"
    infraspecies: str | None = None  # "salix repens arenaria"
    doubtful: bool = False  # cf., a hybrid of two species, a choice of two
    aggregate: bool = False
    open: bool = False  # "sp.": the species is left open


def parse_name(name):
    """Take a scientific name apart.

    Parameters
    ----------
    name : str
        With or without author, year, subgenus in brackets, hybrid sign, rank words.

    Returns
    -------
    ParsedName
        ``species`` is missing when the name stops at the genus or is doubtful.

    Examples
    --------
    >>> parse_name("Rana arvalis Nilsson, 1842").species
    'rana arvalis'
    >>> parse_name("Salix x rubens Schrank").species
    'salix × rubens'
    >>> parse_name("Rana sp.").open
    True
    """
    written = re.sub(rf"([{_HYBRID}?/+])", r" \1 ", name).split()
    words = [word.casefold().strip(",;") for word in written]
    if words[:1] == [_HYBRID]:  # a hybrid genus: the sign is no part of the name
        words, written = words[1:], written[1:]
    if not words:
        return ParsedName("")
    genus, place = words[0], 1
    if len(words) > 2 and words[1].startswith("("):  # a subgenus
        place = 2
    signs = words[place : place + 1]
    if signs and signs[0].rstrip(".") in _OPEN_NAMES:
        return ParsedName(genus, open=True)
    hybrid = signs in ([_HYBRID], ["x"])
    place += hybrid
    epithet = words[place] if place < len(words) else ""
    if epithet.strip("().") in _DOUBT:
        return ParsedName(genus, doubtful=True)
    if not (_EPITHET.fullmatch(epithet) and written[place][0].islower()):
        # "RANA ARVALIS" is shouted, "Rana Linnaeus" is a genus with its author.
        shouted = _EPITHET.fullmatch(epithet) and name.isupper()
        if not shouted:
            return ParsedName(genus)
    rest = words[place + 1 :]
    if _says_more(rest, written[place + 1 :]):
        return ParsedName(genus, doubtful=True)
    species = f"{genus} {_HYBRID} {epithet}" if hybrid else f"{genus} {epithet}"
    below = _below_species(rest, written[place + 1 :])
    return ParsedName(
        genus,
        species,
        f"{species} {below}" if below else None,
        aggregate=any(word.rstrip(".") in _AGGREGATE for word in rest),
    )


def _says_more(words, written):
    """Tell whether the words after a species doubt it, or name a second one."""
    bare = [word.strip("().") for word in words]
    if bare[:1] and bare[0] in _DOUBT_AFTER_SPECIES:
        return True
    if any(word in _DOUBT | {_HYBRID, "x"} or word.startswith("hybr") for word in bare):
        return True
    known = _OF_AUTHORS | _AGGREGATE | _RANKS
    plain = [
        text[0].islower() and word not in known
        for text, word in zip(written, bare, strict=True)
    ]
    return plain[:2] == [True, True]  # a remark: a subspecies is one word


def _below_species(words, written):
    """Name of a subspecies or variety among the words after a species."""
    ranks = [k for k, word in enumerate(words[:-1]) if word.rstrip(".") in _RANKS]
    for k in reversed(ranks):  # "L. f." is Linnaeus the younger, and no form
        if written[k + 1][0].islower() and _EPITHET.fullmatch(words[k + 1]):
            return words[k + 1]
    if not words or words[0].rstrip(".") in _OF_AUTHORS | _AGGREGATE | _RANKS:
        return None
    # An author has a capital or stands in brackets.
    named = written[0][0].islower() and _EPITHET.fullmatch(words[0])
    return words[0] if named else None


def match_names(names, species):
    """Find the accepted name of each name that records use.

    A name is sought as it stands among accepted names, then synonyms, then Dutch
    names; after that without author and year; at last without what is below the
    species, so that a subspecies counts as its species. Upper and lower case are the
    same; a hybrid sign may be ``×`` or ``x``, and lost where the table has it. A
    name that two species share (a synonym, say) is not matched, nor is one that was
    only nearly written so: that one is proposed.

    Parameters
    ----------
    names : Series of str
        As recorded; repeats and blanks are allowed.
    species : DataFrame
        Columns species, name_nl, synonyms (``;`` between them) and taxon_group.

    Returns
    -------
    DataFrame
        Index as ``names``; columns species (missing when unknown), taxon_group, note
        (``synonym``, ``dutch_name``, ``subspecies``, ``aggregate`` or missing),
        reason (why there is no species: ``genus_only``, ``uncertain_name`` or
        ``unknown_species``; missing for blank names too) and proposal (the accepted
        name that an unknown one resembles, or missing).

    Examples
    --------
    >>> species = pd.DataFrame(
    ...     {"species": ["Rana arvalis"], "name_nl": ["heikikker"], "synonyms": [""],
    ...      "taxon_group": ["amphibians"]})
    >>> found = match_names(pd.Series(["Rana arvalis Nilsson", "Rana avalis"]), species)
    >>> found["species"].tolist(), found["proposal"].tolist()
    (['Rana arvalis', nan], [nan, 'Rana arvalis'])
    """
    text = clean_text(names)
    unique = text.dropna().unique().tolist()
    tiers, wholes = _name_tiers(species)
    genera = {name.split()[0] for name in tiers["accepted"] if name}
    answers = [_match(name, tiers, wholes, genera) for name in unique]
    found = pd.DataFrame(
        answers, columns=["species", "note", "reason", "proposal"], index=unique
    ).astype("str")
    groups = species.drop_duplicates("species").set_index("species")["taxon_group"]
    found.insert(1, "taxon_group", found["species"].map(clean_text(groups)))
    return found.astype("str").reindex(text).set_axis(text.index)


def _match(name, tiers, wholes, genera):
    """Give accepted name, note, reason and proposal of one name."""
    whole = " ".join(name.casefold().split())
    for kind in ("accepted", "synonym", "dutch_name"):
        if whole in wholes[kind]:
            return wholes[kind][whole], None if kind == "accepted" else kind, None, None
    parsed = parse_name(name)
    for form, note in (
        (parsed.infraspecies, None),
        (parsed.species, _note_of(parsed)),
    ):
        for kind in ("accepted", "synonym"):
            if form in tiers[kind]:
                also = note or (None if kind == "accepted" else kind)
                return tiers[kind][form], also, None, None
    if parsed.doubtful:
        return None, None, "uncertain_name", None
    if parsed.open or (parsed.species is None and parsed.genus in genera):
        return None, None, "genus_only", None
    return None, None, "unknown_species", _nearest(parsed.species or whole, wholes)


def _note_of(parsed):
    if parsed.infraspecies:
        return "subspecies"
    return "aggregate" if parsed.aggregate else None


def _nearest(form, wholes):
    """Find the accepted name whose spelling is nearest, if it is near."""
    from rapidfuzz import fuzz, process  # only where a name is unknown

    best = None
    for names in wholes.values():
        found = process.extractOne(
            form, names.keys(), scorer=fuzz.ratio, score_cutoff=_LEAST_LIKENESS
        )
        if found and (best is None or found[1] > best[1]):
            best = names[found[0]], found[1]
    return best and best[0]


def _name_tiers(species):
    """Index accepted names by form as parsed and as written; none that is shared."""
    synonyms = species["synonyms"].fillna("").str.split(";")
    synonyms = species.assign(name=synonyms).explode("name")
    wholes = {
        "accepted": _unambiguous(species["species"], species["species"]),
        "synonym": _unambiguous(synonyms["name"], synonyms["species"]),
        "dutch_name": _unambiguous(species["name_nl"], species["species"]),
    }
    tiers = {}
    for kind in ("accepted", "synonym"):
        pairs = [(parse_name(name), found) for name, found in wholes[kind].items()]
        forms = [(name.infraspecies or name.species, found) for name, found in pairs]
        # A record may have lost the sign of a hybrid; a species never gains one.
        forms += [
            (form.replace(f"{_HYBRID} ", ""), found)
            for form, found in forms
            if form and _HYBRID in form
        ]
        table = pd.DataFrame(forms, columns=["name", "species"], dtype="str")
        tiers[kind] = _unambiguous(table["name"], table["species"])
    return tiers, wholes


def _unambiguous(names, accepted):
    pairs = pd.DataFrame(
        {"name": clean_text(names).str.casefold(), "species": accepted}
    )
    pairs = pairs.dropna().drop_duplicates()
    pairs = pairs[~pairs.duplicated("name", keep=False)]
    return dict(zip(pairs["name"], pairs["species"], strict=True))
