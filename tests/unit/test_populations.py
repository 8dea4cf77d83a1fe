"""Verdicts per population: eight statuses drawn by hand, then laws."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.population_sentences import population_sentences
from robuust.populations import RecordRules, judge_populations
from robuust.robustness import CLASSES, Norms, judge
from robuust.status_rules import STATUSES, read_status_rules

NORMS = Norms(20, 60, 80, 120)
TABLE = pd.read_csv(Path(__file__).parents[2] / "config" / "status_rules.csv")
STATUS_RULES = read_status_rules(TABLE)
RULES = RecordRules("2026-01-01", 10, 25, 500, 5)

# A row of eight squares of 100 m, 400 m apart; each links to its neighbours. The
# last is robust by itself. Patch h lies where nothing links to it.
#   a 5 RU - b 5 - c 5 - d 5 - e 5 - f 5    (one poor network)    g 70 RU    h 5 RU
LETTERS = list("abcdefgh")
X = np.array([0, 500, 1000, 1500, 2000, 2500, 9000, 20000.0])


def patches():
    raw = gpd.GeoDataFrame(
        {
            "patch_id": LETTERS,
            "network_id": ["n1"] * 6 + ["n2", "n3"],
            "capacity_ru": [5.0] * 6 + [70.0, 5.0],
            "area_ha": 1.0,
        },
        geometry=shapely.box(X, 0, X + 100, 100),
        crs=31370,
    )
    return judge(raw, NORMS, reproductive_unit_ha=1, dispersal_max_m=1000)[0]


def links():
    return pd.DataFrame(
        {
            "patch_id_a": LETTERS[:5],
            "patch_id_b": LETTERS[1:6],
            "distance_m": 400.0,
            "within_dispersal": True,
        }
    )


def species(**changes):
    usual = {
        "species": "Gentiana pneumonanthe",
        "name_nl": "Klokjesgentiaan",
        "group": "plants",
        "taxon_group": "vascular plants",
        "red_list": "VU",
        "annexes": None,
        "long_lived": "no",
        "seed_bank_years": np.nan,
        "reproductive_unit_ha": np.nan,
    }
    table = pd.DataFrame([usual | changes])
    return table.astype({"seed_bank_years": float, "reproductive_unit_ha": float})


def records(*rows):
    """Records from (patch letter, day, changes)."""
    usual = {
        "species": "Gentiana pneumonanthe",
        "taxon_group": "vascular plants",
        "uncertainty_m": 5.0,
        "present": True,
        "generalised": False,
    }
    columns = [*usual, "date_first", "date_last"]
    table = pd.DataFrame(
        [usual | {"date_first": d, "date_last": d} | c for _, d, c in rows],
        columns=columns,
    )
    for name in ("date_first", "date_last"):
        table[name] = pd.to_datetime(table[name])
    table["uncertainty_m"] = table["uncertainty_m"].astype(float)
    x = [
        X[LETTERS.index(place)] + 50 if isinstance(place, str) else place
        for place, _, _ in rows
    ]
    return gpd.GeoDataFrame(table, geometry=shapely.points(x, 50), crs=31370)


def facts(*rows, **changes):
    found = judge_populations(
        species(**changes),
        patches(),
        links(),
        records(*rows),
        norms=NORMS,
        rules=RULES,
        status_rules=STATUS_RULES,
        reproductive_unit_ha=1,
    )
    return found.set_index("patch_id", drop=False)


def status(place, *rows, **changes):
    return facts(*rows, **changes).loc[place, "status"]


NOW, OLD = "2023-07-01", "2005-07-01"
ELSEWHERE = {"species": "Calluna vulgaris"}


def test_a_recent_record_on_a_robust_patch_is_viable():
    assert status("g", ("g", NOW, {})) == "viable"


def test_a_recent_record_on_a_poor_patch_is_a_relict():
    assert status("h", ("h", NOW, {})) == "relict"


def test_a_long_lived_species_alone_on_a_small_patch_is_a_phantom():
    assert status("h", ("h", NOW, {}), long_lived="yes") == "phantom"
    assert status("h", ("h", NOW, {}), long_lived="unknown") == "relict"


def test_another_occupied_patch_in_reach_makes_a_relict_of_a_phantom():
    rows = [("a", NOW, {}), ("b", NOW, {})]
    assert status("a", *rows, long_lived="yes") == "relict"
    # c does not reach a within one step
    assert status("a", rows[0], ("c", NOW, {}), long_lived="yes") == "phantom"


def found_on(*finds):
    """Finds at h on so many of six days of search in each period of five years."""
    every = [f"{{}}-06-{day:02}" for day in range(1, 7)]
    days = [(day.format(y), k < n) for y, n in finds for k, day in enumerate(every)]
    return [("h", day, {} if own else ELSEWHERE) for day, own in days]


DECLINE = [(2013, 6), (2018, 3), (2023, 1)]


def test_three_periods_of_decline_make_a_phantom():
    assert status("h", *found_on(*DECLINE)) == "phantom"
    assert status("h", *found_on((2013, 4), (2018, 3), (2023, 3))) == "relict"


def test_fewer_finds_with_less_search_are_no_decline():
    finds = [row for row in found_on(*DECLINE) if row[2] is not ELSEWHERE]
    found = facts(*finds).loc["h"]  # 6, 3 and 1, and nobody noted anything else
    assert (found["status"], found["trend"]) == ("relict", "unknown")
    assert [found[f"search_days_{k}"] for k in (1, 2, 3)] == [6, 3, 1]


def test_ten_observers_on_one_day_are_one_visit():
    rows = found_on(*DECLINE)
    last = ("h", "2023-06-01", {})
    assert last in rows
    assert status("h", *rows, *[last] * 9) == "phantom"


def test_a_patch_of_key_size_is_no_phantom():
    # With half the room per unit h would hold 50 RU, more than a key patch of 20.
    assert (
        status("h", ("h", NOW, {}), long_lived="yes", reproductive_unit_ha=0.1)
        == "relict"
    )


def test_a_patch_of_exactly_a_key_patch_is_not_below_it():
    assert not facts(key_patch_ru=5).loc["h", "below_key"]
    assert facts(key_patch_ru=5.01).loc["h", "below_key"]


def test_a_species_that_needs_more_room_has_its_own_verdict():
    found = facts(("g", NOW, {}), reproductive_unit_ha=10)
    assert found.loc["g", "capacity_ru"] == 7
    assert CLASSES[found.loc["g", "class_code"]] == "insufficient"
    assert found.loc["g", "status"] == "relict"


def test_seed_that_outlives_the_last_record_is_dormant():
    assert status("h", ("h", OLD, {}), seed_bank_years=30) == "dormant"
    assert status("h", ("h", OLD, {}), seed_bank_years=20) != "dormant"
    assert status("h", ("h", OLD, {})) != "dormant"  # unknown is no seed bank


def test_an_old_record_is_unsearched_until_somebody_looks():
    assert status("h", ("h", OLD, {})) == "unsearched"
    assert status("h", ("h", OLD, {}), ("h", NOW, ELSEWHERE)) == "lost"
    assert status("h", ("h", OLD, {}), ("h", NOW, {"present": False})) == "lost"
    birds = ELSEWHERE | {"taxon_group": "birds"}
    assert status("h", ("h", OLD, {}), ("h", NOW, birds)) == "unsearched"


def test_absences_are_never_presence():
    found = facts(("h", NOW, {"present": False}))
    assert (found["n_records"] == 0).all()
    assert set(found["status"]) == {"unreachable"}


@pytest.mark.parametrize(
    "changes",
    [
        {"generalised": True},
        {"uncertainty_m": 500.1},
        {"date_first": None, "date_last": None},
        {"date_first": "2026-01-02", "date_last": "2026-01-02"},
    ],
)
def test_blurred_vague_undated_and_future_records_are_never_presence(changes):
    found = facts(("b", NOW, changes), ("h", NOW, changes))
    assert (found["n_records"] == 0).all()
    assert (found["n_ambiguous"] == 0).all()
    assert not found["searched"].any()
    assert set(found["status"]) == {"unreachable"}


def test_an_empty_patch_is_colonisable_from_its_neighbour_only():
    found = facts(("b", NOW, {}))
    expected = ["colonisable", "relict", "colonisable"] + ["unreachable"] * 5
    assert found["status"].tolist() == expected
    assert found.loc["a", "nearest_occupied_m"] == 400


def test_an_old_record_next_door_is_no_source():
    assert status("a", ("b", OLD, {})) == "unreachable"


# Between a and b: 200 m from both.
BETWEEN = (300.0, NOW, {"uncertainty_m": 200.0})


def test_an_ambiguous_record_supports_the_network_and_no_patch():
    found = facts(BETWEEN)
    assert (found["n_records"] == 0).all()
    # It may be from b, which c reaches, and from nowhere that d reaches.
    assert found["status"].tolist() == ["colonisable"] * 3 + ["unreachable"] * 5
    assert found["n_ambiguous"].tolist() == [1, 1] + [0] * 6


def test_an_ambiguous_record_is_another_occupied_patch_except_for_its_own():
    alone = [("a", NOW, {}), BETWEEN]
    assert status("a", *alone, long_lived="yes") == "phantom"
    assert status("c", ("c", NOW, {}), BETWEEN, long_lived="yes") == "relict"


def test_an_ambiguous_record_reaches_no_farther_than_a_firm_one():
    for near in (BETWEEN, ("b", NOW, {})):
        assert status("d", ("d", NOW, {}), near, long_lived="yes") == "phantom"
        assert status("d", near) == "unreachable"


def test_years_and_records_are_counted():
    row = facts(("h", OLD, {}), ("h", NOW, {}), ("h", NOW, {})).loc["h"]
    assert (row["n_records"], row["n_years"]) == (3, 2)
    assert (row["first_year"], row["last_year"]) == (2005, 2023)


def sentences(found):
    return population_sentences(
        found,
        dispersal_max_m=450,
        reference_date="2026-01-01",
        recent_years=10,
    )


def test_the_reason_names_the_values():
    found = facts(("b", NOW, {}), ("h", OLD, {}), long_lived="yes")
    nl, en, _ = (dict(zip(LETTERS, s, strict=True)) for s in sentences(found))
    assert nl["b"] == (
        "laatst gezien in 2023 (waarnemingen: 1, jaren: 1); 5 RE, minder dan een "
        "sleutelplek van 20 RE; geen andere bezette plek bereikbaar binnen 450 m; "
        "langlevende soort"
    )
    assert en["a"] == "never seen here, but suitable; another occupied patch at 400 m"
    assert "no other occupied patch to reach within 450 m" in en["g"]
    assert en["h"] == (
        "last seen in 2005; since 2016 nobody searched here for its taxon group"
    )


def test_a_record_that_fits_several_patches_is_named_in_the_reason():
    _, en, _ = sentences(facts(BETWEEN))
    assert en[0].endswith("recent records that fit several patches: 1")
    assert en[2].endswith("; records in reach that fit several patches")


def told(place, *rows, **changes):
    """The Dutch and English sentence and the values of one patch."""
    found = facts(*rows, **changes)
    return [texts[LETTERS.index(place)] for texts in sentences(found)]


FIND, FIND_NL = (
    "last seen in 2023 (records: 1, years: 1); ",
    "laatst gezien in 2023 (waarnemingen: 1, jaren: 1); ",
)
LAST, LAST_NL = "last seen in 2005", "laatst gezien in 2005"


@pytest.mark.parametrize(
    ("place", "rows", "changes", "nl", "en"),
    [
        (
            *("g", [("g", NOW, {})], {}),
            FIND_NL + "plek robuust of netwerk levensvatbaar (bolwerk, 70 RE)",
            FIND + "patch robust or network viable (stronghold, 70 RU)",
        ),
        (
            *("a", [("a", NOW, {}), ("b", NOW, {})], {}),
            FIND_NL + "plek en netwerk niet robuust (onvoldoende, 5 RE, sleutelplek "
            "20 RE); andere bezette plek op 400 m",
            FIND + "patch and network not robust (insufficient, 5 RU, key patch 20 RU)"
            "; another occupied patch at 400 m",
        ),
        (
            *("h", found_on(*DECLINE), {}),
            "laatst gezien in 2023 (waarnemingen: 10, jaren: 3); 5 RE, minder dan een "
            "sleutelplek van 20 RE; geen andere bezette plek bereikbaar binnen 450 m; "
            "aandeel zoekdagen met een vondst daalt (per periode 6, 3, 1 van 6, 6, 6)",
            "last seen in 2023 (records: 10, years: 3); 5 RU, less than a key patch of "
            "20 RU; no other occupied patch to reach within 450 m; share of search "
            "days with a find declines (per period 6, 3, 1 of 6, 6, 6)",
        ),
        (
            *("h", [("h", OLD, {})], {"seed_bank_years": 30}),
            LAST_NL + ", niet sinds 2016; zaad leeft 30 jaar in de bodem",
            LAST + ", not since 2016; seed lives 30 years in the soil",
        ),
        (
            *("h", [("h", OLD, {})], {}),
            LAST_NL + "; sinds 2016 is de soortgroep hier niet gezocht",
            LAST + "; since 2016 nobody searched here for its taxon group",
        ),
        (
            *("h", [("h", OLD, {}), ("h", NOW, ELSEWHERE)], {}),
            LAST_NL + "; sinds 2016 gezocht en niet gevonden",
            LAST + "; searched since 2016 and not found",
        ),
        (
            *("h", [], {}),
            "hier nooit gezien, wel geschikt; geen andere bezette plek bereikbaar "
            "binnen 450 m",
            "never seen here, but suitable; no other occupied patch to reach within "
            "450 m",
        ),
    ],
)
def test_every_status_has_a_sentence_in_both_languages(place, rows, changes, nl, en):
    assert told(place, *rows, **changes)[:2] == [nl, en]


def test_the_values_of_a_rule_are_those_that_were_read_to_find_it():
    assert told("g", ("g", NOW, {}))[2] == (
        "recent=yes (last record 2023, recent from 2016); sustained=yes (stronghold)"
    )
    assert told("h", ("h", NOW, {}), long_lived="yes")[2] == (
        "recent=yes (last record 2023, recent from 2016); sustained=no (insufficient); "
        "below_key=yes (capacity 5 of 20 RU); alone=yes (none occupied within 450 m); "
        "fading=yes (long-lived yes, trend unknown: found on 0, 0, 1 of 0, 0, 1 search "
        "days)"
    )
    assert told("h", *found_on(*DECLINE))[2].endswith(
        "fading=yes (long-lived no, trend decline: found on 6, 3, 1 of 6, 6, 6 search "
        "days)"
    )
    # A relict: rule 2 stopped at its neighbour, so nobody asked whether it fades.
    assert told("a", ("a", NOW, {}), ("b", NOW, {}))[2].endswith(
        "below_key=yes (capacity 5 of 20 RU); alone=no (nearest occupied 400 m)"
    )


def test_the_values_of_what_was_seen_before_or_never():
    assert told("h", ("h", OLD, {}), seed_bank_years=5)[2] == (
        "recent=no (last record 2005, recent from 2016); earlier=yes (records 1); "
        "in_seed_bank=no (seed bank 5 years, last record 2005); "
        "unsearched=yes (searched since 2016: no)"
    )
    assert "(seed bank unknown, last" in told("h", ("h", OLD, {}))[2]
    assert told("a", BETWEEN)[2] == (
        "recent=no (no record, recent from 2016); earlier=no (records 0); "
        "within_reach=yes (records in reach that fit several patches)"
    )
    assert told("g", BETWEEN)[2].endswith(
        "within_reach=no (none occupied within 450 m)"
    )


def test_an_ecologist_may_change_the_rules():
    changed = TABLE.assign(conditions=TABLE["conditions"].replace("recent", "earlier"))
    changed.loc[1, "conditions"] = "recent;below_key;not alone"
    keyword = {"norms": NORMS, "rules": RULES, "reproductive_unit_ha": 1}
    rows = records(("a", NOW, {}), ("b", NOW, {}), ("h", OLD, {}))
    found = judge_populations(
        *(species(), patches(), links(), rows),
        status_rules=read_status_rules(changed),
        **keyword,
    ).set_index("patch_id")
    assert found["status"].loc[["a", "b", "h"]].tolist() == [
        *("phantom", "phantom", "relict")
    ]
    assert found.loc["a", "rule"] == "2: recent and below_key and not alone"
    # Were it told to be lost, nobody would say that it was not found.
    lost = sentences(found.assign(status="lost"))[1]
    assert lost[0] == "last seen in 2023 (records: 1, years: 1)"
    nl, en, _ = sentences(found)
    # No word on fading, which is not so; the rules change, the facts do not.
    assert en[0] == FIND + (
        "5 RU, less than a key patch of 20 RU; another occupied patch at 400 m"
    )
    assert nl[7] == (
        "laatst gezien in 2005; plek en netwerk niet robuust (onvoldoende, 5 RE, "
        "sleutelplek 20 RE); geen andere bezette plek bereikbaar binnen 450 m"
    )


def test_own_norms_of_a_species_decide_and_are_told():
    # 5 RU are a key patch by a norm of 4, and six such patches 30 of the 25 needed.
    own = {"key_patch_ru": 4, "network_ru_with_key": 25, "network_ru_without_key": 30}
    found = facts(("a", NOW, {}), **own)
    assert CLASSES[found.loc["a", "class_code"]] == "key"
    assert found.loc["a", "status"] == "viable"
    assert found.loc["a", "key_patch_ru"] == 4
    nl, en, _ = told("a", ("a", NOW, {}), **own)
    assert nl.endswith(
        "(sleutelgebied, 5 RE); eigen waarden van de soort: sleutelplek 4 RE, netwerk "
        "met sleutelplek 25 RE, netwerk zonder sleutelplek 30 RE"
    )
    assert "; own values of the species: key patch 4 RU, network with a" in en
    assert "own values" not in told("b", ("a", NOW, {}), **own)[1]  # no figure of it


def test_the_rule_names_its_number_and_conditions():
    found = facts(("h", NOW, {}), long_lived="yes")
    assert found.loc["h", "rule"] == "2: recent and below_key and alone and fading"
    assert found.loc["a", "rule"] == "8: else"


def test_no_species_no_patches_and_no_records_are_no_error():
    assert (facts()["status"] == "unreachable").all()
    keyword = {"norms": NORMS, "rules": RULES, "status_rules": STATUS_RULES}
    keyword["reproductive_unit_ha"] = 1
    none = judge_populations(
        species().iloc[:0], patches(), links(), records(("a", NOW, {})), **keyword
    )
    assert none.empty
    assert {"status", "rule", "first_year", "searched"} <= set(none)
    bare = judge_populations(
        species(), patches().iloc[:0], links().iloc[:0], records(), **keyword
    )
    assert bare.empty
    assert [text.size for text in sentences(bare)] == [0, 0, 0]


DAYS = st.sampled_from(["1980-05-05", OLD, "2013-05-05", "2018-05-05", NOW])
# Also just between two patches, where a vague record fits both.
PLACES = st.one_of(st.sampled_from([*LETTERS, 300.0, 800.0]), st.floats(0, 2600))
ROWS = st.lists(
    st.tuples(
        PLACES,
        DAYS,
        st.fixed_dictionaries(
            {
                "uncertainty_m": st.sampled_from([5.0, 250.0, 900.0]),
                "present": st.booleans(),
                "generalised": st.booleans(),
            }
        ),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=80)
@given(ROWS, st.sampled_from(["yes", "no"]), st.sampled_from([0, 15, 40]))
def test_every_species_and_patch_has_exactly_one_status(rows, long_lived, years):
    found = facts(*rows, long_lived=long_lived, seed_bank_years=years)
    assert found["patch_id"].tolist() == LETTERS
    assert found["status"].isin(STATUSES).all()
    expected = by_hand(rows, long_lived=long_lived, years=years)
    assert found["status"].tolist() == expected


def by_hand(rows, *, long_lived, years):
    """The table of statuses, read aloud: one patch and one record at a time."""
    network = [0] * 6 + [1, 2]
    firm, vague = {p: [] for p in range(8)}, []
    looked = set()
    for place, day, changes in rows:
        x = X[LETTERS.index(place)] + 50 if isinstance(place, str) else place
        gaps = [max(left - x, x - left - 100, 0) for left in X]
        exact = not changes["generalised"] and changes["uncertainty_m"] <= 500
        if exact and day >= "2016":
            looked |= {p for p in range(8) if gaps[p] <= 25}
        if not exact or not changes["present"]:
            continue
        reach = [p for p in range(8) if gaps[p] <= max(changes["uncertainty_m"], 25)]
        if len(reach) == 1:
            firm[reach[0]].append(day)
        elif len({network[p] for p in reach}) == 1 and day >= "2016":
            vague.append(reach)
    occupied = {p for p in range(8) if any(day >= "2016" for day in firm[p])}
    statuses = []
    for p in range(8):
        near = {q for q in (p - 1, p + 1) if 0 <= q <= 5 and p <= 5}
        next_door = near & occupied
        elsewhere = next_door or any(
            near & set(reach) and p not in reach for reach in vague
        )
        if p in occupied and p == 6:
            status = "viable"
        elif p in occupied:  # so few days of search tell no decline
            fading = long_lived == "yes"
            status = "phantom" if fading and not elsewhere else "relict"
        elif firm[p] and int(max(firm[p])[:4]) >= 2026 - (years or 0):
            status = "dormant"
        elif firm[p]:
            status = "lost" if p in looked else "unsearched"
        else:
            maybe = any((near | {p}) & set(reach) for reach in vague)
            status = "colonisable" if next_door or maybe else "unreachable"
        statuses.append(status)
    return statuses


@settings(deadline=None, max_examples=20)
@given(ROWS, st.randoms())
def test_row_order_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    mixed = judge_populations(
        species(),
        patches().iloc[::-1],
        links().iloc[::-1],
        records(*shuffled),
        norms=NORMS,
        rules=RULES,
        status_rules=STATUS_RULES,
        reproductive_unit_ha=1,
    )
    pd.testing.assert_frame_equal(facts(*rows).reset_index(drop=True), mixed)
