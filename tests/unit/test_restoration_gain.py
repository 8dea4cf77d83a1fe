"""The gain of a new patch equals a full recomputation, on paper and by law."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.connectivity import path_probabilities, probability_of_connectivity
from robuust.restoration_gain import pcnum_rises, relative_eca_rise

P_MIN = 1e-4
# H1 of the method: A 10, B 5, C 20 ha; A-B and B-C 1000 m, A-C 3000 m; PCnum 775.
H1_CAPACITY = np.array([10.0, 5.0, 20.0])
H1_LINKS = ([0, 1, 0], [1, 2, 2], [0.5, 0.5, 0.125])


def rise_of_one(capacity, links, patch, probability, own, p_min=P_MIN):
    """Rise by one candidate."""
    nobody = np.zeros(len(patch), dtype=int)
    return pcnum_rises(capacity, links, nobody, patch, probability, [own], p_min=p_min)[
        0
    ]


def full_pcnum(capacity, links, p_min):
    """PCnum, every best path sought anew by trying all middles."""
    p = np.eye(len(capacity))
    for a, b, chance in zip(*links, strict=True):
        p[a, b] = p[b, a] = max(p[a, b], chance)
    for middle in range(len(capacity)):
        p = np.maximum(p, np.outer(p[:, middle], p[middle]))
    p[p < p_min * (1 - 1e-12)] = 0
    return capacity @ p @ capacity


def brute_force(capacity, links, patch, probability, own, p_min=P_MIN):
    """PCnum with the new patch."""
    n = len(capacity)
    a, b, chance = links
    news = [n] * len(patch), list(patch), list(probability)
    grown = [*a, *news[0]], [*b, *news[1]], [*chance, *news[2]]
    return full_pcnum(np.append(capacity, own), grown, p_min)


@st.composite
def landscapes(draw):
    """Capacities, links and a candidate: up to seven patches, ties and merges too."""
    n = draw(st.integers(0, 7))
    chance = st.sampled_from([1.0, 0.9, 0.5, 0.31, 0.1, 0.011]) | st.floats(0.001, 1)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    used = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    links = ([i for i, _ in used], [j for _, j in used], [draw(chance) for _ in used])
    capacity = np.array([draw(st.floats(0, 100)) for _ in range(n)])
    patch = draw(st.lists(st.integers(0, n - 1), unique=True)) if n else []
    return (
        capacity,
        links,
        patch,
        [draw(chance) for _ in patch],
        draw(st.sampled_from([0.0, 3.0]) | st.floats(0, 50)),
    )


def random_case(rng):
    """Patches, links and some candidates, with many ties or with none."""
    n, m = int(rng.integers(0, 14)), int(rng.integers(1, 5))
    tied = rng.random() < 0.5

    def chances(k):
        if tied:
            return rng.choice([1, 1, 0.9, 0.5, 0.25, 0.1, 0.01, 0], k)
        return rng.random(k) ** rng.choice([0.1, 1, 3])

    some = max(n, 1)
    n_links, n_news = rng.integers(0, [3 * n + 1, 4 * m] if n else 1, 2)
    links = (*rng.integers(0, some, (2, n_links)), chances(n_links))
    news = rng.integers(0, m, n_news), rng.integers(0, some, n_news), chances(n_news)
    capacity = rng.uniform(0, 10, n) * (rng.random(n) < 0.8)
    own = rng.uniform(0, 5, m) * (rng.random(m) < 0.7)
    return capacity, links, *news, own, rng.choice([0, 1e-4, 0.01, 0.1, 0.25, 0.5, 1])


def test_a_stepping_stone_in_the_hand_example_adds_its_area_links_and_paths():
    # 4 ha halfway between A and C, 500 m from each: p = 2^-0.5 both ways.
    # Own 16; links 2 x 4 x (10 + 20) x 0.70711 and over A or C to B 0.35355 x 5;
    # A-C rises from 0.25 over B to 0.5: 2 x 10 x 20 x 0.25 = 100.
    s = 0.5**0.5
    expected = 16 + 8 * (30 * s + 5 * s / 2) + 100
    rise = rise_of_one(H1_CAPACITY, H1_LINKS, [0, 2], [s, s], 4.0)
    assert rise == pytest.approx(expected, rel=1e-12)
    assert relative_eca_rise(775.0, [rise])[0] == pytest.approx(
        np.sqrt(775 + expected) / 27.838822 - 1, rel=1e-7
    )


def test_a_candidate_that_touches_a_patch_just_enlarges_it():
    # B grows from 5 to 8 ha: 3^2 + 2 x 3 x (5 + 0.5 x 10 + 0.5 x 20) = 129.
    rise = rise_of_one(H1_CAPACITY, H1_LINKS, [1], [1.0], 3.0)
    assert rise == pytest.approx(129)


def test_a_candidate_that_nobody_reaches_counts_for_its_own_area_only():
    assert rise_of_one(H1_CAPACITY, H1_LINKS, [], [], 4.0) == 16
    assert rise_of_one(H1_CAPACITY, H1_LINKS, [0], [1e-5], 4.0) == 16


def test_a_group_without_habitat_has_no_relative_gain():
    assert rise_of_one([], ([], [], []), [], [], 2.0) == 4
    assert relative_eca_rise(0.0, [4.0]).tolist() == [0.0]


def test_paths_below_the_smallest_chance_do_not_count():
    # From a candidate at 0.01 of A: B is reached with 0.005, C with 0.0025.
    own = 4 + 2 * 2 * 0.01 * 10
    for p_min, reached in ((0.006, 0), (0.004, 0.005 * 5), (0.002, 0.075)):
        rise = rise_of_one(H1_CAPACITY, H1_LINKS, [0], [0.01], 2.0, p_min=p_min)
        assert rise == pytest.approx(own + 4 * reached)


def test_a_pair_that_was_out_of_reach_counts_from_zero():
    # Two patches at 0.3, which is below the cut; halfway p = 0.8 x 0.8 = 0.64.
    links = [0], [1], [0.3]
    for p_min, old in ((0.4, 0.0), (0.2, 0.3)):
        rise = rise_of_one([2.0, 3.0], links, [0, 1], [0.8, 0.8], 0.0, p_min=p_min)
        assert rise == pytest.approx(2 * 2 * 3 * (0.64 - old))


def test_a_mere_connection_brings_only_what_it_shortens():
    assert rise_of_one([2.0, 3.0], ([], [], []), [0, 1], [1, 1], 0.0) == 12
    assert rise_of_one([2.0, 3.0], ([0], [1], [1.0]), [0, 1], [1, 1], 0.0) == 0
    assert rise_of_one([2.0, 3.0], ([0], [1], [0.5]), [0, 1], [0.5, 0.5], 0.0) == 0


def test_a_connection_from_a_patch_to_itself_brings_nothing():
    assert rise_of_one(H1_CAPACITY, H1_LINKS, [1, 1], [1, 1], 0.0) == 0


@settings(deadline=None)
@given(landscapes(), st.sampled_from([0, P_MIN, 0.01, 0.1, 0.3, 1]))
def test_the_gain_equals_a_full_recomputation(landscape, p_min):
    capacity, links, patch, probability, own = landscape
    path = path_probabilities(capacity.size, *links, p_min=p_min)
    before = probability_of_connectivity(capacity, path)
    rise = rise_of_one(capacity, links, patch, probability, own, p_min)
    after = brute_force(capacity, links, patch, probability, own, p_min)
    assert before + rise == pytest.approx(after, rel=1e-9, abs=1e-12)
    n = capacity.size
    with_candidate = path_probabilities(
        n + 1,
        links[0] + [n] * len(patch),
        links[1] + patch,
        links[2] + probability,
        p_min=p_min,
    )
    assert before + rise == pytest.approx(
        probability_of_connectivity(np.append(capacity, own), with_candidate),
        rel=1e-9,
        abs=1e-12,
    )


def test_gains_equal_full_recomputations_in_thousands_of_networks():
    rng = np.random.default_rng(20)
    for _ in range(2_000):
        capacity, links, candidate, patch, probability, own, p_min = random_case(rng)
        rises = pcnum_rises(
            capacity, links, candidate, patch, probability, own, p_min=p_min
        )
        before = full_pcnum(capacity, links, p_min)
        for c, rise in enumerate(rises):
            news = patch[candidate == c], probability[candidate == c]
            after = brute_force(capacity, links, *news, own[c], p_min)
            assert before + rise == pytest.approx(after, rel=1e-12, abs=1e-12)


@settings(deadline=None)
@given(landscapes(), st.randoms(use_true_random=False))
def test_the_gain_never_falls_below_zero_and_ignores_the_order_of_links(
    landscape, random
):
    capacity, links, patch, probability, own = landscape
    rise = rise_of_one(capacity, links, patch, probability, own)
    order = random.sample(range(len(patch)), len(patch))
    shuffled = rise_of_one(
        capacity,
        links,
        [patch[k] for k in order],
        [probability[k] for k in order],
        own,
    )
    assert rise >= own**2
    assert shuffled == pytest.approx(rise, rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_threads_and_blocks_change_no_bit(seed):
    rng = np.random.default_rng(seed)
    n, m = 900, 400
    place = rng.uniform(0, 20_000, (n + m, 2))
    a, b = np.triu_indices(n + m, 1)
    chance = 0.5 ** (np.hypot(*(place[a] - place[b]).T) / 300)
    near = chance > 0.1
    a, b, chance = a[near], b[near], chance[near]
    old, new = b < n, (a < n) & (b >= n)
    links = a[old], b[old], chance[old]
    arguments = rng.random(n), links, b[new] - n, a[new], chance[new], rng.random(m)
    one = pcnum_rises(*arguments, p_min=1e-3)
    assert (one > 0).all()
    assert (one == pcnum_rises(*arguments, p_min=1e-3, threads=3)).all()


def test_many_candidates_at_once_are_valued_each_alone():
    s = 0.5**0.5
    rises = pcnum_rises(
        H1_CAPACITY,
        H1_LINKS,
        candidate=[2, 0, 2],
        patch=[0, 1, 2],
        probability=[s, 1.0, s],
        own=[3.0, 0.0, 4.0],
        p_min=P_MIN,
    )
    alone = rise_of_one(H1_CAPACITY, H1_LINKS, [0, 2], [s, s], 4.0)
    assert rises.tolist() == [pytest.approx(129), 0.0, pytest.approx(alone)]


def test_without_candidates_there_are_no_rises():
    assert pcnum_rises(H1_CAPACITY, H1_LINKS, [], [], [], [], p_min=P_MIN).size == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"capacity": [10.0, -5.0, 20.0]}, "zero or more hectares"),
        ({"own": [np.nan]}, "zero or more hectares"),
        ({"probability": [1.5]}, "from 0 to 1"),
        ({"patch": [3]}, "name patch 3, beyond the 3"),
        ({"candidate": [1]}, "name candidate 1, beyond the 1"),
        ({"p_min": -0.1}, "p_min is -0.1"),
    ],
)
def test_faults_are_told_in_words(changed, words):
    good = {
        "capacity": H1_CAPACITY,
        "links": H1_LINKS,
        "candidate": [0],
        "patch": [0],
        "probability": [0.5],
        "own": [1.0],
        "p_min": P_MIN,
    }
    with pytest.raises(ValueError, match=words):
        pcnum_rises(**good | changed)
