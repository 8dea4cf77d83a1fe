"""Which columns of an unknown table hold names, codes, dates and places."""

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from robuust.dates import read_dates
from robuust.file_starts import frequent_texts
from robuust.habitat_parts import match_codes
from robuust.place_guesses import place_readings
from robuust.record_fields import number_column
from robuust.taxonomy import match_names

_LOOK = 300  # texts of a column, the most frequent: enough to tell what it holds
_LOOK_PLACES = 1000
_BINOMIAL = (
    r"[A-Z][a-zë-]{2,} (?:[x×] )?[a-zë-]+(?:us|um|is|a|ae|e|i|ns|or|er|x|es|on)(?: .*)?"
)
_UNINOMIAL = r"[A-Z][a-zë]{3,}(?:us|um|is|a|ae)"
_SPECIES_WORDS = re.compile(
    r"species|soort|taxon|scientific|naam_?(lat|wet)|latin", re.I
)
_CODE_WORDS = re.compile(r"hab|bwk|eenh|type|code", re.I)
_DATE_WORDS = re.compile(r"dat(e|um|m)|(^|_)da[gy]", re.I)
_LEAST_NAMES, _LEAST_CODES = 0.5, 0.5  # scores below it are chance
# Further names of columns, besides those of the presets.
_MORE_NAMES = {
    "species": ["soort", "soortnaam", "taxon", "wetenschappelijke_naam", "latin_name"],
    "date": ["jaar", "year"],
    "uncertainty_m": ["onzekerheid_m", "precision", "accuracy", "straal_m"],
    "count": ["aantallen", "number", "n"],
}
_NUMBERS = ("uncertainty_m", "area_m2", "count")
_BY_NAME = ("id", "taxon_group", *_NUMBERS)
_BY_NAME += ("generalised", "consent", "embargo_until")
_PAIRS = (  # east to north, in the names of columns
    *(("longitude", "latitude"), ("lengtegraad", "breedtegraad"), ("long", "lat")),
    *(("lon", "lat"), ("lng", "lat"), ("easting", "northing"), ("oost", "noord")),
    *(("east", "north"), ("x", "y")),
)


@dataclass(frozen=True)
class Guess:
    """A column that seems to hold something, and why."""

    column: str
    why: str


@dataclass(frozen=True)
class PresetGuess:
    """A preset that fits a file, and the columns by which it does."""

    preset: str
    columns: tuple


def fitting_presets(names, presets):
    """Presets whose columns are in a file.

    Parameters
    ----------
    names : list of str
        Columns of the file; case is ignored.
    presets : dict of str to dict

    Returns
    -------
    list of PresetGuess
        First the one recognised by most columns that the other ones know nothing of:
        GBIF and meetnetten.be write Darwin Core too.

    Examples
    --------
    >>> names = {"species": ["name"], "y": ["lat"]}
    >>> presets = {"dwca": {"recognise": [["name", "lat"]], "columns": names},
    ...            "gbif": {"recognise": [["name", "key"]], "columns": names}}
    >>> [g.preset for g in fitting_presets(["Name", "Lat", "Key"], presets)]
    ['gbif', 'dwca']
    """
    there = {name.casefold(): name for name in reversed(names)}
    found = {}
    for preset, says in presets.items():
        fitting = (
            c for c in says["recognise"] if {n.casefold() for n in c} <= set(there)
        )
        columns = next(fitting, None)
        if columns:
            found[preset] = {name.casefold() for name in columns}

    def own_columns(preset):
        others = [_known_names(presets[p]) | found[p] for p in found if p != preset]
        return len(found[preset].difference(*others))

    order = sorted(found, key=own_columns, reverse=True)
    return [
        PresetGuess(p, tuple(n for n in names if n.casefold() in found[p]))
        for p in order
    ]


def _known_names(preset):
    return {n.casefold() for names in preset.get("columns", {}).values() for n in names}


def species_column(columns, species, known):
    """Find the column with names of species.

    Parameters
    ----------
    columns : dict of str to Column
    species : DataFrame
        The species table, see `match_names`.
    known : list of str
        Usual names of such a column.

    Returns
    -------
    Guess or None
    """
    usual = {name.casefold() for name in [*known, *_MORE_NAMES["species"]]}
    best, score = None, _LEAST_NAMES
    for column in columns.values():
        if column.kind != "text":
            continue
        counts = frequent_texts(column, _LOOK)
        texts = counts.index.to_series()
        rows = counts.to_numpy() / counts.sum()
        listed = rows[match_names(texts, species)["species"].notna().to_numpy()].sum()
        shaped, single = (
            rows[texts.str.fullmatch(form).to_numpy()].sum()
            for form in (_BINOMIAL, _UNINOMIAL)
        )
        shaped += single / 2  # places and waters have such names too
        named = column.name.casefold() in usual
        named = 0.5 if named else 0.3 * bool(_SPECIES_WORDS.search(column.name))
        various = len(counts) / _LOOK  # species are more than their groups
        total = (2 * listed + shaped + named) * (1 + various)
        if total > score:
            why = f"{listed:.0%} of the rows are in species.csv"
            if listed < shaped:
                why = "many rows look like scientific names"
            best, score = Guess(column.name, why), total
    return best


def code_column(columns, known_codes):
    """Find the column with habitat codes.

    Parameters
    ----------
    columns : dict of str to Column
    known_codes : iterable of str

    Returns
    -------
    Guess or None
    """
    best, score = None, _LEAST_CODES
    for column in columns.values():
        if column.kind not in ("text", "whole"):
            continue
        counts = frequent_texts(column, _LOOK)
        share = known_code_share(counts, known_codes)
        total = share + 0.3 * bool(share and _CODE_WORDS.search(column.name))
        if total > score:
            words = f"{share:.0%} of its codes are known"
            best, score = Guess(column.name, words), total
    return best


def known_code_share(counts, known_codes):
    """Share of the rows whose habitat code is known.

    Parameters
    ----------
    counts : Series of int
        Rows of each text, see `frequent_texts`.
    known_codes : iterable of str

    Returns
    -------
    float
        0 to 1.
    """
    matches = match_codes(counts.index, known_codes)
    unknown = set(matches.loc[matches["code"].isna(), "text"])
    known = [text not in unknown for text in counts.index]
    return float(counts[known].sum() / max(counts.sum(), 1))


def date_columns(columns, usual):
    """Find the columns with dates.

    Parameters
    ----------
    columns : dict of str to Column
    usual : dict of str to list of str
        Usual names for each of our fields.

    Returns
    -------
    dict of str to Guess
        Of date, or date_first and date_last; empty when there is none.
    """
    there = {c.name.casefold(): c for c in columns.values()}
    ends = {}
    for field in ("date_first", "date_last"):
        names = [n.casefold() for n in usual.get(field, [])]
        dated = [there[n] for n in names if n in there and there[n].kind == "date"]
        if dated:
            ends[field] = Guess(dated[0].name, "by its name")
    if len(ends) == 2:
        return ends
    dates = [c for c in columns.values() if c.kind == "date"]
    best = max(dates, key=lambda c: (_date_name(c, usual), c.filled), default=None)
    if best is not None:
        return {"date": Guess(best.name, f"dates in {best.filled:.0%} of the rows")}
    for name in _MORE_NAMES["date"]:
        if name in there and there[name].kind == "whole":
            return {"date": Guess(there[name].name, "years, by its name")}
    return {}


def _date_name(column, usual):
    if column.name.casefold() in map(str.casefold, usual.get("date", [])):
        return 2
    return bool(_DATE_WORDS.search(column.name))


def date_order(column):
    """Which of the first two numbers of the dates is the day.

    Parameters
    ----------
    column : Column

    Returns
    -------
    str or None
        month_first when more dates can exist that way; else None.
    """
    texts = column.words.texts
    wrong = {
        o: read_dates(texts, order=o)[2].sum() for o in ("day_first", "month_first")
    }
    return "month_first" if wrong["month_first"] < wrong["day_first"] else None


def place_columns(columns, table, known):
    """Find the columns with coordinates, by their names and where they put the rows.

    Parameters
    ----------
    columns : dict of str to Column
    table : pyarrow.Table
    known : tuple of list of str
        Usual names for x and for y.

    Returns
    -------
    tuple of Guess or None
        Of x and y.
    """
    numeric = [c.name for c in columns.values() if c.kind in ("whole", "number")]
    pairs = list(_named_pairs(numeric, known))
    by_name = "by its name and its numbers"
    for options, why, least in (
        (pairs, by_name, 0.5),
        (list(pairwise(numeric)), "by its numbers alone", 0.9),
    ):
        found = [(_placed(table, x, y), x, y) for x, y in options]
        best = max(found, key=lambda f: f[0], default=(0, None, None))
        if best[0] > least:
            return Guess(best[1], why), Guess(best[2], why)
    if pairs:
        why = "by its name; its numbers are no place in Flanders or the Netherlands"
        return Guess(pairs[0][0], why), Guess(pairs[0][1], why)
    return None


def _named_pairs(names, known):
    """Pairs of columns whose names say east and north."""
    there = {name.casefold(): name for name in names}
    usual = [[n.casefold() for n in side if n.casefold() in there] for side in known]
    pairs = [(there[x], there[y]) for x in usual[0][:1] for y in usual[1][:1]]
    for east, north in _PAIRS:
        pattern = rf"(?<![^\W_])({east})(?![^\W_])|({east})$|^({east})"
        for folded, name in there.items():
            other = re.sub(pattern, north, folded)
            if other != folded and other in there:
                pairs.append((name, there[other]))
    return dict.fromkeys(pairs)


def _placed(table, x, y):
    """Share of the rows that some system puts in the Low Countries."""
    rows = np.linspace(0, table.num_rows - 1, min(table.num_rows, _LOOK_PLACES))
    part = table.take(np.unique(rows.astype(int)))
    numbers = [number_column(part[name], part.num_rows)[0] for name in (x, y)]
    best = place_readings(*numbers)[0]
    return best.fitting / max(part.num_rows, 1)


def other_columns(columns, usual):
    """Find the columns that are told by their names.

    Parameters
    ----------
    columns : dict of str to Column
    usual : dict of str to list of str

    Returns
    -------
    dict of str to Guess
    """
    there = {c.name.casefold(): c for c in columns.values() if c.kind != "blank"}
    found = {}
    for field in _BY_NAME:
        for name in [*usual.get(field, []), *_MORE_NAMES.get(field, [])]:
            column = there.get(name.casefold())
            numeric = column is not None and column.kind in ("whole", "number")
            if column is not None and (numeric or field not in _NUMBERS):
                found[field] = Guess(column.name, "by its name")
                break
    return found


def usual_names(presets):
    """Names that columns have in the known kinds of record files.

    Parameters
    ----------
    presets : dict of str to dict

    Returns
    -------
    dict of str to list of str
        Our field to names in files, in the order of the presets.
    """
    names = {}
    for preset in presets.values():
        for field, columns in preset.get("columns", {}).items():
            names.setdefault(field, []).extend([field, *columns])
    return {field: list(dict.fromkeys(found)) for field, found in names.items()}
