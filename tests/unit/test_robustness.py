"""Verdicts per area: five classes on paper first, then laws for any network."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.figures import figure, figure_nl
from robuust.robustness import (
    CLASSES,
    NETWORK,
    STRONGHOLD,
    Norms,
    class_in_effect,
    convex_hulls,
    judge,
    network_verdicts,
    number_networks,
    patch_verdicts,
    shortages,
)
from robuust.robustness_sentences import network_sentences, patch_sentences

NORMS = Norms(
    key_patch_ru=20, mvp_ru=60, network_ru_with_key=80, network_ru_without_key=120
)


def classes(capacity, network, norms=NORMS):
    found = network_verdicts(capacity, network, norms)
    return [CLASSES[c] for c in patch_verdicts(capacity, network, found, norms)]


# Six networks drawn by hand; capacities in reproductive units.
#   0: 60            a stronghold, and 1 next to it: viable by the stronghold
#   1: 20 + 19 x 3 + 3 = 80   one key patch, and just the norm with a key patch
#   2: 15 x 8 = 120  no key patch, and just the norm without
#   3: 15 x 4 = 60   no key patch: half of 120
#   4: 20 + 19 = 39  a key patch, one short of half of 80
#   5: 15 x 3 + 14 = 59   no key patch, one short of half of 120
@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        ([60, 1], ["stronghold", "network"]),
        ([20, 19, 19, 19, 3], ["key"] + ["network"] * 4),
        ([15] * 8, ["network"] * 8),
        ([15] * 4, ["near"] * 4),
        ([20, 19], ["insufficient"] * 2),
        ([15, 15, 15, 14], ["insufficient"] * 4),
        ([20, 20], ["near"] * 2),
        ([59, 20], ["near", "near"]),
        ([59, 21], ["key", "key"]),
    ],
)
def test_each_class_begins_exactly_at_its_norm(capacity, expected):
    assert classes(capacity, [0] * len(capacity)) == expected


def test_networks_are_judged_apart():
    assert classes([60, 15, 1, 15], [0, 1, 0, 1]) == [
        *("stronghold", "insufficient", "network", "insufficient")
    ]


def test_the_norm_that_applies_depends_on_a_key_patch():
    found = network_verdicts([20, 5, 19], [0, 0, 1], NORMS)
    assert found.norm_ru.tolist() == [80, 120]
    assert found.has_key.tolist() == [True, False]


def test_no_patches_give_no_verdicts():
    found = network_verdicts([], [], NORMS)
    assert found.viable.size == 0
    assert patch_verdicts([], [], found, NORMS).size == 0


@pytest.mark.parametrize("bad", [[-1.0], [np.nan]])
def test_a_negative_or_missing_capacity_is_refused(bad):
    with pytest.raises(ValueError, match="zero or more reproductive units"):
        network_verdicts(bad, [0], NORMS)


def test_a_norm_of_zero_is_refused_by_name():
    with pytest.raises(ValueError, match="mvp_ru is 0"):
        Norms(20, 0, 80, 120)


def test_a_patch_without_network_is_refused():
    with pytest.raises(ValueError, match="1 of 2 patches have no network"):
        number_networks(["n1", None])


def test_a_poor_network_is_short_of_the_norm_that_applies():
    # Four times 19 and 10 make 86 of 120; without a key patch nothing less will do,
    # but one more at a patch of 19 makes a key patch, and 87 is over the 80 with one.
    network = [0] * 5
    short = shortages([19] * 4 + [10], network, NORMS)
    assert short.missing_ru.tolist() == [34]
    assert short.enlarge_ru.tolist() == [1]
    assert short.enlarged.tolist() == ["key"]


@pytest.mark.parametrize(
    ("capacity", "missing", "enlarge", "becomes"),
    [
        ([60, 1], 0, 0, ""),  # a stronghold: nothing is missing, whatever the total
        ([80, 80], 0, 0, ""),
        ([20, 19, 19, 19, 3], 0, 0, ""),  # 80 with a key patch
        ([20, 20], 40, 40, ""),  # 40 anywhere; nothing less at one patch
        ([55, 10], 15, 5, "stronghold"),  # 5 more make 60, a stronghold
        ([19, 1], 100, 41, "stronghold"),  # 60 - 19, less than 80 - 20
        ([10, 10], 100, 50, "stronghold"),
        ([15] * 7, 15, 5, "key"),  # 105: 5 more make a key patch, and 110 is over 80
        ([19] * 6, 6, 1, "key"),
        ([2] * 55, 10, 10, ""),  # a key patch would take 18
        ([0], 120, 60, "stronghold"),
    ],
)
def test_what_is_missing_is_counted_to_the_nearest_way_out(
    capacity, missing, enlarge, becomes
):
    short = shortages(capacity, [0] * len(capacity), NORMS)
    assert short.missing_ru.tolist() == [missing]
    assert short.enlarge_ru.tolist() == [enlarge]
    assert short.enlarged.tolist() == [becomes]


def sentences_of(capacity, network, *, unit_ha=0.2, distance_m=480):
    found = network_verdicts(capacity, network, NORMS)
    short = shortages(capacity, network, NORMS)
    return network_sentences(
        found, short, NORMS, reproductive_unit_ha=unit_ha, dispersal_max_m=distance_m
    )


def test_a_poor_network_says_what_it_lacks_and_within_which_distance():
    en = sentences_of([19] * 4 + [10], [0] * 5)[1]
    assert en == [
        "network 86 of 120 RU, no key patch: 34 RU short, or 6.8 ha of optimal "
        "habitat, within 480 m; enough too: 1 RU (0.2 ha) added to its largest patch, "
        "then a key patch"
    ]
    nl, en = sentences_of([2] * 43, [0] * 43)
    assert nl == [
        "netwerk 86 van 120 RE, geen sleutelplek: 34 RE tekort, ofwel 6,8 ha optimaal "
        "habitat, binnen 480 m; ook genoeg: 18 RE (3,6 ha) erbij aan de grootste plek, "
        "die dan sleutelplek is"
    ]
    assert en == [
        "network 86 of 120 RU, no key patch: 34 RU short, or 6.8 ha of optimal "
        "habitat, within 480 m; enough too: 18 RU (3.6 ha) added to its largest patch, "
        "then a key patch"
    ]


def test_a_network_near_a_stronghold_says_so():
    nl, en = sentences_of([55, 10], [0, 0], unit_ha=1, distance_m=3500)
    assert nl[0].endswith(
        "binnen 3,5 km; ook genoeg: 5 RE (5 ha) erbij aan de grootste "
        "plek, die dan bolwerk is"
    )
    assert en[0].endswith(
        "15 RU short, or 15 ha of optimal habitat, within 3.5 km; "
        "enough too: 5 RU (5 ha) added to its largest patch, then a "
        "stronghold"
    )


def test_where_no_patch_is_a_shorter_way_the_sentence_names_none():
    nl, en = sentences_of([20, 20], [0, 0])
    assert nl == [
        "netwerk 40 van 80 RE, met sleutelplek: 40 RE tekort, ofwel 8 ha optimaal "
        "habitat, binnen 480 m"
    ]
    assert en[0].endswith("40 RU short, or 8 ha of optimal habitat, within 480 m")


def test_every_class_has_its_sentence():
    capacity = [75, 2, 25, 55, 40, 39]
    network = [0, 0, 1, 1, 2, 3]
    sentences = sentences_of(capacity, network)
    nl, en = patch_sentences(
        capacity, network, classes(capacity, network), sentences, NORMS
    )
    assert nl[0] == "bolwerk: 75 van 60 RE"
    assert en[1] == (
        "network of 77 RU with a stronghold (a patch of at least 60 RU); "
        "this patch 2 RU"
    )
    assert nl[2] == "sleutelgebied: 25 van 20 RE; netwerk 80 van 80 RE, met sleutelplek"
    assert en[4].startswith("network 40 of 80 RU, with a key patch: 40 RU short")
    assert en[4].endswith("; this patch 40 RU")
    assert "minder dan de helft van de norm" in nl[5]
    assert "less than half the norm" in en[5]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999.6, "1000"), (0.05, "0.05"), (123456, "123456"), (np.nan, "?")],
)
def test_figures_have_three_digits_and_no_exponent(value, text):
    assert figure(value) == text
    assert figure_nl(value) == text.replace(".", ",")


def some_patches():
    return gpd.GeoDataFrame(
        {
            "patch_id": ["p1", "p2", "p3"],
            "network_id": ["n1", "n2", "n1"],
            "capacity_ru": [70.0, 15.0, 3.0],
        },
        geometry=shapely.box([0, 50, 9], 0, [1, 51, 10], 1),
        crs=31370,
    )


def test_the_hull_of_a_network_is_a_polygon_even_for_one_patch():
    _, networks = judge(
        some_patches(), NORMS, reproductive_unit_ha=0.5, dispersal_max_m=480
    )
    assert networks["network_id"].tolist() == ["n1", "n2"]
    assert [hull.geom_type for hull in networks["geometry"]] == ["Polygon"] * 2
    assert [hull.area for hull in networks["geometry"]] == [10, 1]


def test_patches_and_networks_carry_what_is_missing_in_units_and_hectares():
    # n1 has a stronghold of 70; n2 holds 15 of the 120 that it needs.
    patches, networks = judge(
        some_patches(), NORMS, reproductive_unit_ha=0.5, dispersal_max_m=480
    )
    assert patches["missing_ru"].tolist() == [0, 105, 0]
    assert patches["missing_ha"].tolist() == [0, 52.5, 0]
    assert networks["missing_ru"].tolist() == [0, 105]
    assert networks["missing_ha"].tolist() == [0, 52.5]


def test_judging_does_not_depend_on_row_order():
    usual = judge(some_patches(), NORMS, reproductive_unit_ha=0.5, dispersal_max_m=480)
    other = judge(
        some_patches().iloc[::-1], NORMS, reproductive_unit_ha=0.5, dispersal_max_m=480
    )
    assert usual[0].equals(other[0])
    assert usual[1].equals(other[1])


def test_a_group_without_patches_keeps_its_columns():
    patches, networks = judge(
        some_patches().iloc[:0], NORMS, reproductive_unit_ha=0.5, dispersal_max_m=480
    )
    assert {"class", "reason_nl", "reason_en"} <= set(patches)
    assert networks.empty
    assert networks["viable"].dtype == bool
    assert convex_hulls([], []).size == 0


def test_the_class_in_effect_follows_the_yardstick_where_the_norms_say_otherwise():
    named = [*CLASSES, *CLASSES]
    robust = [True] * 5 + [False] * 5
    assert class_in_effect(named, robust).tolist() == [
        *("stronghold", "key", "network", "area", "area"),
        *("near", "near", "near", "near", "insufficient"),
    ]


CAPACITY = st.floats(0, 150)
ORDERED_NORMS = st.lists(st.floats(1, 200), min_size=4, max_size=4).map(
    lambda values: Norms(*sorted(values))
)


@st.composite
def landscapes(draw):
    """Capacities and networks of one to twelve patches, and norms in order."""
    capacity = draw(st.lists(CAPACITY, min_size=1, max_size=12))
    label = draw(
        st.lists(st.integers(0, 3), min_size=len(capacity), max_size=len(capacity))
    )
    return np.array(capacity), number_networks(label)[0], draw(ORDERED_NORMS)


def codes(capacity, network, norms):
    return patch_verdicts(
        capacity, network, network_verdicts(capacity, network, norms), norms
    )


@given(landscapes(), st.data())
def test_more_capacity_never_worsens_a_class(landscape, data):
    capacity, network, norms = landscape
    more = capacity.copy()
    more[data.draw(st.integers(0, capacity.size - 1))] += data.draw(CAPACITY)
    assert (codes(more, network, norms) <= codes(capacity, network, norms)).all()


@given(landscapes())
def test_a_stronghold_stays_one_in_any_network(landscape):
    capacity, network, norms = landscape
    alone = codes(capacity, np.arange(capacity.size), norms) == STRONGHOLD
    assert (alone == (codes(capacity, network, norms) == STRONGHOLD)).all()


@given(landscapes())
def test_adding_what_is_missing_makes_a_network_viable(landscape):
    capacity, network, norms = landscape
    short = shortages(capacity, network, norms)
    viable = network_verdicts(capacity, network, norms).viable
    assert ((short.missing_ru == 0) == viable).all()
    assert (short.enlarge_ru <= short.missing_ru).all()
    for k in range(viable.size):
        largest = np.flatnonzero(network == k)[capacity[network == k].argmax()]
        for more in (short.missing_ru[k], short.enlarge_ru[k]):
            added = capacity.copy()
            added[largest] += more * (1 + 1e-9) + 1e-9
            assert network_verdicts(added, network, norms).viable[k]


@given(landscapes())
def test_the_robust_classes_are_those_of_viable_networks(landscape):
    capacity, network, norms = landscape
    found = network_verdicts(capacity, network, norms)
    robust = codes(capacity, network, norms) <= NETWORK
    assert (robust == found.viable[network]).all()


@given(landscapes())
def test_numpy_agrees_with_the_rules_read_aloud(landscape):
    capacity, network, norms = landscape
    for i, code in enumerate(codes(capacity, network, norms)):
        mates = capacity[network == network[i]]
        total = np.bincount(network, weights=capacity)[network[i]]
        key = mates.max() >= norms.key_patch_ru
        norm = norms.network_ru_with_key if key else norms.network_ru_without_key
        viable = mates.max() >= norms.mvp_ru or total >= norm
        if capacity[i] >= norms.mvp_ru:
            expected = "stronghold"
        elif viable:
            expected = "key" if capacity[i] >= norms.key_patch_ru else "network"
        else:
            expected = "near" if total >= norm / 2 else "insufficient"
        assert CLASSES[code] == expected
