"""What the cells of a record file mean: names, dates, presence, how sure the place is.

Each function gives values for every row of the file, and the rows that cannot be used
by reason: a dictionary from reason to ndarray of bool.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from robuust.record_fields import (
    AREAS,
    LENGTHS,
    date_column,
    measure_column,
    number_column,
    read_words,
)
from robuust.sources import clean_text, read_flags

_ABSENT = {"absent", "afwezig", "0", "false", "nee", "no", "not found"}
_REFUSED = {"niet goedgekeurd", "afgekeurd", "onzeker", "rejected", "refused"}
_PRESENT = {"present", "aanwezig", "1", "true", "ja", "yes"}


@dataclass(frozen=True)
class RecordFile:
    """A table of records as read, and what is known of its columns."""

    table: pa.Table
    source: dict  # its entry in the settings, complete
    names: dict  # our field and the name in the file, see `find_columns`
    constants: dict  # our field and what a blank cell stands for

    def has(self, field):
        """Tell whether anything is known about a field."""
        return field in self.names or field in self.constants

    def read(self, reader, field, **options):
        """Read a field by one of the functions of `record_fields`."""
        constant = self.constants.get(field)
        return reader(self.column(field), self.table.num_rows, constant, **options)

    def column(self, field):
        """Cells of a field as read; None where the file has none."""
        return self.table[self.names[field]] if field in self.names else None

    def read_dates(self, field):
        """Read a field of dates, in the order of day and month of this source."""
        return self.read(date_column, field, **self.date_order())

    def date_order(self):
        """Order of day and month, as an option of the readers of dates."""
        order = self.source.get("date_order")
        return {"order": order} if order else {}

    def quote(self, field, rows):
        """Text of a field as the file has it, for chosen rows; blanks are empty."""
        if field not in self.names:
            return pd.Series([""] * int(rows.sum()), dtype="str")
        cells = self.table[self.names[field]].filter(pa.array(rows))
        if pa.types.is_dictionary(cells.type):
            cells = cells.cast(cells.type.value_type)
        return clean_text(cells.to_pandas()).fillna("")


def read_taxa(file, given, matched, species):
    """Find the accepted name and taxon group of each row.

    Parameters
    ----------
    file : RecordFile
    given : Words
        Names as recorded.
    matched : DataFrame
        What `match_names` found for each of their texts.
    species : DataFrame
        The species table.

    Returns
    -------
    values : dict of str to Categorical
        species, with the same categories for every file; taxon_group, of the table or
        else of the file.
    reasons : dict of str to ndarray of bool
    """
    accepted = pd.Index(species["species"].dropna().unique()).sort_values()
    of_file = file.read(read_words, "taxon_group")
    groups = pd.Index(matched["taxon_group"].dropna()).union(of_file.texts).unique()
    groups = groups.sort_values()  # a union with nothing is not sorted
    group = given.spread(groups.get_indexer(matched["taxon_group"]), -1)
    group = np.where(
        group < 0, of_file.spread(groups.get_indexer(of_file.texts), -1), group
    )
    code = given.spread(accepted.get_indexer(matched["species"]), -1)
    reasons = {"missing_species": ~given.given()}
    for reason in sorted(matched["reason"].dropna().unique()):
        reasons[reason] = given.spread(matched["reason"] == reason, False)
    return {
        "species": pd.Categorical.from_codes(code, accepted),
        "taxon_group": pd.Categorical.from_codes(group, groups),
    }, reasons


def read_presence(file):
    """Whether the species was there.

    Parameters
    ----------
    file : RecordFile
        Its source may have ``absent_words`` and ``present_words``; they win over the
        words that we know: in some files 1 means absent.

    Returns
    -------
    values : dict of str to ndarray of bool
        present (neither absent nor counted as 0) and zero_count.
    reasons : dict of str to ndarray of bool
    """
    words = file.read(read_words, "status")
    folded = words.texts.str.casefold()
    own_absent = _folded(file.source.get("absent_words"))
    own_present = _folded(file.source.get("present_words"))
    absent = folded.isin(own_absent | (_ABSENT - own_present))
    known = absent | folded.isin(own_present | _PRESENT)
    count, _ = file.read(number_column, "count")
    zero = count == 0
    present = ~(words.spread(absent, False) | zero)
    reasons = {"unknown_status": words.spread(~known, False)}
    return {"present": present, "zero_count": zero}, reasons


def not_approved(file):
    """Find rows that validators refused, or of which the observer was not sure.

    Parameters
    ----------
    file : RecordFile
        Its source may have ``refused_words``; without them a few usual ones count.

    Returns
    -------
    dict of str to ndarray of bool
    """
    words = file.read(read_words, "validation")
    refused = _folded(file.source.get("refused_words")) or _REFUSED
    known = words.texts.str.casefold().isin(refused)
    return {"not_approved": words.spread(known, False)}


def read_sureness(file):
    """How sure a place is: how far off it may be, and whether it was blurred.

    Parameters
    ----------
    file : RecordFile
        Where its uncertainty is blank, the area in which the species was seen counts
        (the radius of the circle with that area; of a layer, the radius round the
        polygon), then the constant. Its source may have ``generalised_words``, or
        ``not_generalised_words``: with these every other word counts as blurred.
        Without both any text that is not a no counts as blurred: Darwin Core explains
        in words how a place was blurred.

    Returns
    -------
    values : dict of str to ndarray
        uncertainty_m, NaN where nothing is known, infinite where something is there
        that cannot be read [m], and generalised.
    notes : dict of str to ndarray of bool
        Rows whose uncertainty, or the area that stands for it, cannot be read.
    """
    uncertainty_m, unreadable = _uncertainty(file)
    values = {"uncertainty_m": uncertainty_m, "generalised": _generalised(file)}
    return values, {"unreadable_uncertainty": unreadable}


def _generalised(file):
    words = file.read(read_words, "generalised")
    blurred, other = read_flags(words.texts)
    folded = words.texts.str.casefold()
    own = _folded(file.source.get("generalised_words"))
    exact = _folded(file.source.get("not_generalised_words"))
    if exact:
        blurred = ~folded.isin(exact - own)
    else:
        blurred |= folded.isin(own) if own else other
    return words.spread(blurred, False)


def _uncertainty(file):
    """How far off places may be, and where that is written unreadably."""
    column = file.column("uncertainty_m")
    found, unreadable = measure_column(column, file.table.num_rows, units=LENGTHS)
    if file.has("area_m2") or file.has("radius_m"):
        area_m2, bad = file.read(measure_column, "area_m2", units=AREAS)
        radius_m, _ = file.read(number_column, "radius_m")
        unreadable |= bad & np.isnan(found)
        found = np.where(
            np.isnan(found), np.fmax(radius_m, np.sqrt(area_m2 / np.pi)), found
        )
    # Nobody knows how vague such a place is: the record is kept and supports nothing.
    found[unreadable & np.isnan(found)] = np.inf
    if "uncertainty_m" in file.constants:
        found[np.isnan(found)] = float(file.constants["uncertainty_m"])
    return found, unreadable


def withheld(file, reference_date):
    """Find rows that may not be used.

    Parameters
    ----------
    file : RecordFile
        Its source may have ``consent_words``; without them only a plain yes allows
        reuse. A row with another word, or none, may not be used.
    reference_date : str
        An embargo until a later day still holds (ISO date); so does one whose end
        cannot be read.

    Returns
    -------
    dict of str to ndarray of bool
        Nothing for a file that speaks of neither.
    """
    reasons = {}
    if file.has("consent"):
        words = file.read(read_words, "consent")
        own = _folded(file.source.get("consent_words"))
        yes, _ = read_flags(words.texts)
        if own:
            yes = words.texts.str.casefold().isin(own)
        reasons["no_consent"] = ~words.spread(yes, False)
    if file.has("embargo_until"):
        _, last, impossible, unreadable = file.read_dates("embargo_until")
        lasts = last > np.datetime64(reference_date)
        reasons["embargo"] = lasts | impossible | unreadable
    return reasons


def _folded(words):
    return {str(word).strip().casefold() for word in words or ()}
