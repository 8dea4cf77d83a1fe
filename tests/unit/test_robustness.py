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
    convex_hulls,
    judge,
    network_sentences,
    network_verdicts,
    number_networks,
    patch_sentences,
    patch_verdicts,
)

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


def test_a_poor_network_says_what_it_lacks():
    found = network_verdicts([19] * 4 + [10], [0] * 5, NORMS)
    nl, en = network_sentences(found, NORMS, reproductive_unit_ha=0.2)
    assert nl == [
        "netwerk 86 van 120 RE, geen sleutelplek: 34 RE tekort "
        "(6,8 ha optimaal habitat)"
    ]
    assert en == [
        "network 86 of 120 RU, no key patch: 34 RU short (6.8 ha of optimal habitat)"
    ]


def test_every_class_has_its_sentence():
    capacity = [75, 2, 25, 55, 40, 39]
    network = [0, 0, 1, 1, 2, 3]
    found = network_verdicts(capacity, network, NORMS)
    code = patch_verdicts(capacity, network, found, NORMS)
    sentences = network_sentences(found, NORMS, reproductive_unit_ha=1)
    nl, en = patch_sentences(capacity, network, code, sentences, NORMS)
    assert nl[0] == "bolwerk: 75 van 60 RE"
    assert en[1].startswith("network of 77 RU with a stronghold")
    assert nl[2] == "sleutelgebied: 25 van 20 RE; netwerk 80 van 80 RE, met sleutelplek"
    assert en[4].startswith("network 40 of 80 RU, with a key patch: 40 RU short")
    assert "minder dan de helft" in nl[5]


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
    _, networks = judge(some_patches(), NORMS, reproductive_unit_ha=1)
    assert networks["network_id"].tolist() == ["n1", "n2"]
    assert [hull.geom_type for hull in networks["geometry"]] == ["Polygon"] * 2
    assert [hull.area for hull in networks["geometry"]] == [10, 1]


def test_judging_does_not_depend_on_row_order():
    usual = judge(some_patches(), NORMS, reproductive_unit_ha=1)
    other = judge(some_patches().iloc[::-1], NORMS, reproductive_unit_ha=1)
    assert usual[0].equals(other[0])
    assert usual[1].equals(other[1])


def test_a_group_without_patches_keeps_its_columns():
    patches, networks = judge(some_patches().iloc[:0], NORMS, reproductive_unit_ha=1)
    assert {"class", "reason_nl", "reason_en"} <= set(patches)
    assert networks.empty
    assert networks["viable"].dtype == bool
    assert convex_hulls([], []).size == 0


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
