"""Repeats of one observation, against a slow search that does what the words say."""

import numpy as np
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from robuust.record_duplicates import find_repeats, maybe_repeats

DAYS = ["2020-05-01", "2020-05-02", None]
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "species": st.sampled_from(["Crex crex", "Rana arvalis"]),
            "date_first": st.sampled_from(DAYS),
            "year_long": st.sampled_from([False, False, True]),
            "x": st.integers(0, 12).map(lambda k: k * 2.5),
            "y": st.sampled_from([0.0, 0.4]),
            "present": st.sampled_from([True, True, False]),
            "generalised": st.sampled_from([False, False, True]),
            "taxon_group": st.sampled_from(["birds", "birds", "other"]),
            "uncertainty_m": st.sampled_from(
                [np.nan, 0.0, 2.5, 5.0, 10.0, 1e12, np.inf]
            ),
            "place": st.integers(0, 2),
            "id": st.integers(0, 30),
        }
    ),
    max_size=14,
)


def as_rows(records):
    """Table of records as `find_repeats` takes it; ids differ between sources."""
    names = ["species", "date_first", "year_long", "x", "y", "present", "generalised"]
    names += ["taxon_group", "uncertainty_m", "place", "id"]
    rows = pd.DataFrame(records, columns=names)
    first = pd.to_datetime(rows["date_first"]).astype("datetime64[s]")
    last = first.mask(rows["year_long"], pd.Timestamp("2020-12-31"))
    last = last.mask(first.isna())
    categories = ["Crex crex", "Rana arvalis"]
    return pd.DataFrame(
        {
            "species": pd.Categorical(rows["species"], categories),
            "taxon_group": pd.Categorical(rows["taxon_group"], ["birds", "other"]),
            "date_first": first,
            "date_last": last.astype("datetime64[s]"),
            "x": rows["x"].astype(float),
            "y": rows["y"].astype(float),
            "present": rows["present"].astype(bool),
            "zero_count": False,
            "generalised": rows["generalised"].astype(bool),
            "uncertainty_m": rows["uncertainty_m"].astype(float),
            "place": rows["place"].astype(np.int32),
            "id_rank": (rows["place"] * 100 + rows["id"]).astype(np.int64),
        }
    )


def told(row):
    """What a record says: two that say the same are one and the same."""
    return tuple("-" if pd.isna(value) else str(value) for value in row)


def observation(row):
    """Species, dates, status and place to the metre."""
    place = round(row.x), round(row.y)
    return row.species, str(row.date_first), str(row.date_last), place, row.present


def near(one, other):
    """Tell whether two records of two sources are of one day, place and status."""
    sure = [
        r.uncertainty_m if np.isfinite(r.uncertainty_m) else 0 for r in (one, other)
    ]
    return (
        one.place != other.place
        and (one.species, one.present) == (other.species, other.present)
        and one.date_first == one.date_last == other.date_first == other.date_last
        and np.hypot(one.x - other.x, one.y - other.y) <= max(sure)
    )


def vagueness(uncertainty_m):
    """Order by uncertainty: known, not known, unreadable."""
    unknown, unreadable = np.isnan(uncertainty_m), np.isinf(uncertainty_m)
    return unknown + 2 * unreadable, np.nan_to_num(uncertainty_m)


def slowly(rows):
    """Do as `find_repeats`, pair by pair, on positions in ``rows``."""
    worth = [
        (r.generalised, vagueness(r.uncertainty_m), r.place, r.id_rank)
        for r in rows.itertuples()
    ]
    records = list(rows.itertuples())
    order = sorted(range(len(rows)), key=lambda k: worth[k])
    goes, own = {}, {}
    for k in order:
        first = own.setdefault(records[k].id_rank, k)
        if observation(records[k]) != observation(records[first]):
            goes[k] = (first, "duplicate_id")
    seen = {}
    for k in (k for k in order if k not in goes):
        first = seen.setdefault(observation(records[k]), k)
        if first != k:
            goes[k] = (first, "duplicate_record")
    stays = []
    for k in (k for k in order if k not in goes):
        better = [b for b in stays if near(records[b], records[k])]
        if better:
            goes[k] = (better[0], "duplicate_record")
        else:
            stays.append(k)
    return {
        k: (goes[b][0] if why == "duplicate_record" and b in goes else b, why)
        for k, (b, why) in goes.items()
    }


def ambiguous(rows):
    """Tell whether two different observations of one id are equally good."""
    worth = ["generalised", "uncertainty_m", "place", "id_rank"]
    return rows.drop_duplicates().duplicated(worth).any()


def repeats(rows):
    return find_repeats(rows, maybe_repeats(rows))


def quickly(rows):
    found = repeats(rows)
    return {r.row: (r.stays, r.reason) for r in found.itertuples()}


@settings(max_examples=150, deadline=None)
@given(RECORDS)
@example([])
def test_repeats_are_those_of_a_search_pair_by_pair(records):
    rows = as_rows(records).drop_duplicates(ignore_index=True)
    if not ambiguous(rows):
        assert quickly(rows) == slowly(rows)


@settings(max_examples=80, deadline=None)
@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(records, random):
    rows = as_rows(records)
    order = list(range(len(rows)))
    random.shuffle(order)
    other = rows.iloc[order].reset_index(drop=True)

    def kept(table):
        gone = repeats(table)["row"]
        return sorted(map(told, table.drop(index=gone).itertuples(index=False)))

    assert kept(rows) == kept(other)


@settings(max_examples=80, deadline=None)
@given(RECORDS)
def test_every_record_that_goes_has_one_that_stays(records):
    found = repeats(as_rows(records))
    merged = found[found["reason"] == "duplicate_record"]
    assert not set(merged["stays"]) & set(found["row"])
    assert found["row"].is_unique


def row(x, uncertainty_m, place, **changes):
    told = {"species": "Crex crex", "date_first": DAYS[0], "year_long": False}
    told |= {"x": x, "y": 0.0, "present": True, "generalised": False}
    told |= {"taxon_group": "birds"}
    told |= {"uncertainty_m": uncertainty_m, "place": place, "id": int(x)}
    return told | changes


def test_a_chain_of_vague_records_carries_no_place_away():
    # The second repeats the first, the third the second, but the third not the first.
    chain = [row(0.0, 1.0, 0), row(8.0, 9.0, 1), row(17.0, 10.0, 0)]
    assert quickly(as_rows(chain)) == {1: (0, "duplicate_record")}


def test_a_blurred_record_gives_way_to_a_vaguer_one_that_is_not():
    pair = [row(0.0, 1.0, 0, generalised=True), row(5.0, 9.0, 1)]
    assert quickly(as_rows(pair)) == {0: (1, "duplicate_record")}


def test_records_of_a_year_or_without_date_merge_at_one_place_only():
    for changes in ({"year_long": True}, {"date_first": None}):
        apart = [row(0.0, 9.0, 0, **changes), row(5.0, 9.0, 1, **changes)]
        assert quickly(as_rows(apart)) == {}
        together = [row(0.0, 9.0, 0, **changes), row(0.4, 9.0, 1, **changes)]
        assert list(quickly(as_rows(together))) == [1]
