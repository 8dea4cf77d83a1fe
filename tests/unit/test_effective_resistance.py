"""Effective resistance: circuits worked out by hand, then laws for any circuit."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust import circuits
from robuust.effective_resistance import effective_resistances

LENGTHS = st.sampled_from([0.0, 0.25, 1.0, 1.0, 3.0, 1000.0, np.inf])


def between_all(n, a, b, resistance):
    """Matrix of the effective resistances between all patches."""
    i, j = np.indices((n, n)).reshape(2, -1)
    return effective_resistances(n, a, b, resistance, i, j).reshape(n, n)


def by_pseudo_inverse(n, a, b, resistance):
    """By the definition, with a dense matrix; no resistance is zero or infinite."""
    laplacian = np.zeros((n, n))
    for i, j, r in zip(a, b, resistance, strict=True):
        if i != j:
            laplacian[[i, j], [i, j]] += 1 / r
            laplacian[[i, j], [j, i]] -= 1 / r
    inverse = np.linalg.pinv(laplacian, hermitian=True)
    own = np.diag(inverse)
    return own[:, None] + own - 2 * inverse


@st.composite
def circuits_of(draw, lengths=LENGTHS):
    """Up to eight patches, and links that may be missing, double or loops."""
    n = draw(st.integers(1, 8))
    patch = st.integers(0, n - 1)
    links = draw(st.lists(st.tuples(patch, patch, lengths), max_size=20))
    a, b, resistance = np.array(links, dtype=float).reshape(-1, 3).T
    return n, a.astype(int), b.astype(int), resistance


@pytest.mark.parametrize(
    ("a", "b", "resistance", "between", "expected"),
    [
        ([0, 1], [1, 2], [2, 3], (0, 2), 5),  # in a row
        ([0, 0], [1, 1], [2, 6], (0, 1), 1.5),  # side by side
        ([0, 1, 2], [1, 2, 0], [1, 1, 1], (0, 1), 2 / 3),  # a triangle
        # Wheatstone's bridge in balance: nothing runs over the middle link.
        ([0, 0, 1, 2, 1], [1, 2, 3, 3, 2], [1, 2, 2, 4, 7], (0, 3), 2),
        # Out of balance, by turning the triangle 0, 1, 2 into a star of 1/2, 1/3, 1.
        ([0, 0, 1, 2, 1], [1, 2, 3, 3, 2], [1, 2, 1, 1, 3], (0, 3), 1 / 3 + 6 / 7),
        ([0, 1], [1, 2], [0, 3], (0, 2), 3),  # touching patches are one
        ([0, 0], [1, 1], [np.inf, 4], (0, 1), 4),  # no link
    ],
)
def test_circuits_by_hand(a, b, resistance, between, expected):
    i, j = between
    found = effective_resistances(max(*a, *b) + 1, a, b, resistance, [i], [j])
    assert found == pytest.approx([expected], rel=1e-14)


def test_patches_without_a_route_are_infinitely_far_and_none_is_far_from_itself():
    found = effective_resistances(4, [0, 2], [1, 3], [1, 1], [0, 1, 1], [2, 1, 3])
    assert found.tolist() == [np.inf, 0, np.inf]


def test_no_links_and_no_pairs_are_an_answer_too():
    assert effective_resistances(2, [], [], [], [0, 1], [1, 1]).tolist() == [np.inf, 0]
    assert effective_resistances(2, [0], [1], [1], [], []).size == 0


@given(circuits_of(st.sampled_from([0.25, 1.0, 3.0, 1000.0])))
@settings(max_examples=500, deadline=None)
def test_it_is_the_pseudo_inverse_of_the_laplacian(circuit):
    found = between_all(*circuit)
    joined = np.isfinite(found)
    expected = by_pseudo_inverse(*circuit)
    np.testing.assert_allclose(found[joined], expected[joined], rtol=1e-9, atol=1e-9)
    components = nx.MultiGraph(list(zip(*circuit[1:3], strict=True)))
    components.add_nodes_from(range(circuit[0]))
    for members in nx.connected_components(components):
        assert (joined[list(members)].sum(axis=1) == len(members)).all()


def test_it_is_what_networkx_finds():
    graph = nx.random_geometric_graph(150, 0.2, seed=1)
    graph.remove_edges_from([*graph.edges][::3])
    assert nx.is_connected(graph)
    random = np.random.default_rng(1)
    for _, _, link in graph.edges(data=True):
        link["weight"] = random.uniform(0.1, 10)
    a, b, resistance = zip(*graph.edges(data="weight"), strict=True)
    expected = nx.resistance_distance(graph, weight="weight", invert_weight=True)
    found = between_all(150, a, b, resistance)
    for patch, distances in expected.items():
        others = [distances[other] for other in range(150)]
        np.testing.assert_allclose(found[patch], others, rtol=1e-9, atol=1e-12)


@given(circuits_of())
@settings(max_examples=300, deadline=None)
def test_it_is_a_distance(circuit):
    found = between_all(*circuit)
    slack = 1 + 1e-9
    assert (found >= 0).all()
    assert (np.diag(found) == 0).all()
    np.testing.assert_allclose(found, found.T, rtol=1e-12)
    through = found[:, :, None] + found[None]  # [i, k, j]: from i by k to j
    assert (found[:, None, :] <= through * slack).all()


@given(circuits_of(), st.data())
@settings(max_examples=300, deadline=None)
def test_a_longer_link_brings_no_patches_together(circuit, data):
    n, a, b, resistance = circuit
    before = between_all(n, a, b, resistance)
    if a.size:
        link = data.draw(st.integers(0, a.size - 1))
        resistance = resistance.copy()
        resistance[link] = resistance[link] * 3 + 1
    after = between_all(n, a, b, resistance)
    assert (after >= before * (1 - 1e-9)).all()


@given(circuits_of(), st.sampled_from([1e-6, 0.5, 1e6]))
@settings(max_examples=200, deadline=None)
def test_another_unit_changes_only_the_unit(circuit, unit):
    n, a, b, resistance = circuit
    found = between_all(n, a, b, resistance * unit)
    np.testing.assert_allclose(found, between_all(*circuit) * unit, rtol=1e-9)


@given(circuits_of(st.sampled_from([0.25, 1.0, 3.0, 1000.0])))
@settings(max_examples=300, deadline=None)
def test_the_shares_of_all_links_sum_to_the_patches_less_one_per_piece(circuit):
    n, a, b, resistance = circuit
    share = effective_resistances(n, a, b, resistance, a, b) / resistance
    pieces = circuits.joined(n, a, b)[0]
    assert share.sum() == pytest.approx(n - pieces)  # Foster's theorem


@given(circuits_of(), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_order_of_patches_and_links_does_not_matter(circuit, random):
    n, a, b, resistance = circuit
    number, order = np.arange(n), np.arange(a.size)
    random.shuffle(number)
    random.shuffle(order)
    found = between_all(n, number[b[order]], number[a[order]], resistance[order])
    expected = between_all(*circuit)
    np.testing.assert_allclose(found[np.ix_(number, number)], expected, rtol=1e-9)


def test_a_small_cache_of_solutions_changes_nothing(monkeypatch):
    random = np.random.default_rng(2)
    a, b = random.integers(0, 40, (2, 150))
    links = 40, a, b, random.uniform(0.1, 10, 150)
    expected = between_all(*links)
    monkeypatch.setattr(circuits, "COLUMN_BYTES", 8 * 40 * 6)
    assert (between_all(*links) == expected).all()


@pytest.mark.parametrize(
    ("links", "pairs", "words"),
    [
        (([0], [1], [np.nan]), ([0], [1]), "1 of 1 links .* negative or missing"),
        (([0, 0], [1, 1], [1, -2]), ([0], [1]), r"first: link 1\)"),
        (([0], [5], [1]), ([0], [1]), "first: link 0, patches 0 and 5 of 2"),
        (([0], [1], [1]), ([-1], [1]), "1 of 1 pairs name a patch"),
        (([0], [1], [1, 2]), ([0], [1]), "1 links need as many resistances"),
        (([0], [1], [1]), ([0], [1, 0]), "every pair needs two patches"),
        (([0, 0], [1, 1], [1e-9, 10]), ([0], [1]), "from 1e-09 to 10"),
    ],
)
def test_bad_input_is_refused_in_words(links, pairs, words):
    with pytest.raises(ValueError, match=words):
        effective_resistances(2, *links, *pairs)


def test_resistances_that_differ_by_the_largest_factor_keep_six_digits():
    # A ladder: easy along the sides, nearly closed across.
    a = [0, 1, 3, 4, 0, 1, 2]
    b = [1, 2, 4, 5, 3, 4, 5]
    resistance = [1e-4, 1e-4, 1e-4, 1e-4, 1e5, 1e5, 1e5]
    found = effective_resistances(6, a, b, resistance, [0, 0], [2, 3])
    assert found == pytest.approx([2e-4, 1e5 / 3], rel=1e-6)


def test_a_graph_too_large_for_the_solver_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(circuits, "MOST_FILL", 3)
    with pytest.raises(MemoryError, match="3 patches that hang together is beyond"):
        effective_resistances(3, [0, 1], [1, 2], [1, 1], [0], [2])
