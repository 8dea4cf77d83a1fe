"""Laws of connectivity on thousands of small landscapes, against plain brute force.

The brute force shares no code with the library: chances of best paths by Floyd and
Warshall over a table of all pairs, and again without each patch and each link. The
landscapes are what networks are at their worst: patches on the same spot, touching,
alone, without capacity, at equal distances, strung on single patches, and links given
twice or without any chance.
"""

import numpy as np
import pytest

from robuust.component_sweep import component_sweep
from robuust.connectivity import (
    connectivity_totals,
    dispersal_sweep,
    path_probabilities,
)
from robuust.hops import integral_index_of_connectivity, patch_importance_by_hops
from robuust.importance import patch_importance
from robuust.link_importance import link_importance

LANDSCAPES = 300  # of each kind
LIMITS = (0.0, 1e-4, 0.05, 0.25)  # 0.25 is met exactly by two halves
TIE = 1e-9


def on_a_plane(random):
    """Patches anywhere; links up to some distance, now and then twice."""
    n = int(random.integers(1, 11))
    xy = random.random((n, 2)) * 3
    return _linked(random, xy, random.uniform(0.5, 3))


def on_a_grid(random):
    """Equal distances everywhere, and several patches on one spot."""
    n = int(random.integers(2, 11))
    xy = random.integers(0, 3, (n, 2)).astype(float)
    return _linked(random, xy, random.choice([0, 1, 1.5, 2.9]))


def touching(random):
    """Links of chance one, one half and none, between any patches."""
    n = int(random.integers(2, 10))
    a, b = random.integers(0, n, (2, int(random.integers(0, 2 * n))))
    chance = random.choice([0.0, 0.5, 0.5, 1.0, 1.0], a.size)
    return _capacity(random, n), a, b, chance


def strung(random):
    """Trees with a few links more: nearly every patch cuts the network in two."""
    n = int(random.integers(3, 12))
    child = np.arange(1, n)
    a = np.concatenate([child, random.integers(0, n, 2)])
    b = np.concatenate([(child * random.random(n - 1)).astype(int), [0, n - 1]])
    chance = random.choice([0.25, 0.5, 0.7, 0.9], a.size)
    order = random.permutation(n)
    return _capacity(random, n), order[a], order[b], chance


def all_linked(random):
    """Every two patches linked by their true distance."""
    xy = random.random((int(random.integers(2, 9)), 2)).round(1)
    return _linked(random, xy, 9)


KINDS = [on_a_plane, on_a_grid, touching, strung, all_linked]


def _capacity(random, n):
    any_size = random.lognormal(0, 1, n) * (random.random(n) > 0.15)
    return any_size if random.random() < 0.5 else random.choice([0.0, 1.0, 1.0, 5.0], n)


def _linked(random, xy, reach):
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.nonzero(np.triu(distance <= reach, 1))
    chance = 0.5 ** distance[a, b]
    if random.random() < 0.3 and a.size:  # a second, harder way between two patches
        again = random.integers(0, a.size, 2)
        a, b = np.append(a, b[again]), np.append(b, a[again])
        chance = np.append(chance, chance[again] * [0.5, 1])
    return _capacity(random, len(xy)), a, b, chance


def landscapes(kind, *, count=LANDSCAPES):
    """Numbered landscapes of one kind: capacity, links, their chance, and a limit."""
    for seed in range(count):
        random = np.random.default_rng([seed, KINDS.index(kind)])
        yield seed, *kind(random), LIMITS[seed % len(LIMITS)]


def direct_chances(n, a, b, chance):
    """Table of the best link between every two patches; one on the diagonal."""
    table = np.eye(n)
    for i, j, p in zip(a, b, chance, strict=True):
        table[i, j] = table[j, i] = max(table[i, j], p)
    return table


def best_chances(direct, p_min, *, without=None):
    """Chance of the best path between every two patches, by Floyd and Warshall."""
    best = direct.copy()
    if without is not None:
        best[without, :] = best[:, without] = 0
    for k in range(len(best)):
        best = np.maximum(best, np.outer(best[:, k], best[k]))
    return np.where(best < p_min * (1 - TIE), 0, best)


def fewest_hops(direct, *, without=None):
    """Fewest links between every two patches, by Floyd and Warshall."""
    hops = np.where(direct > 0, 1.0, np.inf)
    np.fill_diagonal(hops, 0)
    if without is not None:
        hops[without, :] = hops[:, without] = np.inf
    for k in range(len(hops)):
        hops = np.minimum(hops, hops[:, [k]] + hops[[k]])
    return hops


def importance(capacity, index_without):
    """Share of each patch, its parts and its betweenness, by taking it out."""
    product = np.outer(capacity, capacity)
    whole = index_without(None)
    total = (product * whole).sum()
    columns = {name: [] for name in ("all", "intra", "flux", "connector", "between")}
    for k in range(len(capacity)):
        without = index_without(k)
        others = np.arange(len(capacity)) != k
        pairs = np.ix_(others, others)
        lost = (product * (whole - without))[pairs]
        worse = without[pairs] < whole[pairs] * (1 - TIE)
        columns["all"].append(total - (product * without)[pairs].sum())
        columns["intra"].append(capacity[k] ** 2)
        columns["flux"].append(2 * product[k, others] @ whole[k, others])
        columns["connector"].append(lost.sum())
        columns["between"].append((product * whole)[pairs][worse].sum())
    scale = 100 / total if total > 0 else 0.0
    expected = {name: scale * np.array(column) for name, column in columns.items()}
    expected["between"] = np.array(columns["between"])
    return expected


def same(found, expected, kind, seed):
    np.testing.assert_allclose(
        found, expected, rtol=1e-9, atol=1e-9, err_msg=f"{kind.__name__}, seed {seed}"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_path_probabilities_are_the_best_products(kind):
    for seed, capacity, a, b, chance, p_min in landscapes(kind):
        n = len(capacity)
        path = path_probabilities(n, a, b, chance, p_min=p_min)
        expected = best_chances(direct_chances(n, a, b, chance), p_min)
        same(path.toarray(), expected, kind, seed)
        assert (path != path.T).nnz == 0
        assert path.has_sorted_indices


@pytest.mark.parametrize("kind", KINDS)
def test_pcnum_and_its_parts_are_sums_over_all_pairs(kind):
    for seed, capacity, a, b, chance, p_min in landscapes(kind):
        n = len(capacity)
        network = np.random.default_rng(seed).integers(0, 3, n)
        network[0] = 2
        found = connectivity_totals(
            capacity, a, b, chance, p_min=p_min, network=network
        )
        direct = direct_chances(n, a, b, chance)
        product = np.outer(capacity, capacity)
        best = best_chances(direct, p_min)
        pairs = product * best
        same(found.pcnum, pairs.sum(), kind, seed)
        same(found.intra, capacity @ capacity, kind, seed)
        counted = np.where(direct < p_min * (1 - TIE), 0, direct)
        links = (product * counted).sum() - capacity @ capacity
        same(found.direct, links, kind, seed)
        same(found.step, pairs.sum() - capacity @ capacity - links, kind, seed)
        assert found.step >= 0
        same(found.reached, best @ capacity - capacity, kind, seed)
        for label in range(3):
            own = np.ix_(network == label, network == label)
            same(found.network_pcnum[label], pairs[own].sum(), kind, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_limit_leaves_out_is_within_the_bound(kind):
    for seed, capacity, a, b, chance, p_min in landscapes(kind):
        direct = direct_chances(len(capacity), a, b, chance)
        product = np.outer(capacity, capacity)
        exact, cut = best_chances(direct, 0.0), best_chances(direct, p_min)
        found = connectivity_totals(capacity, a, b, chance, p_min=p_min)
        missed = product[(exact > 0) & (cut == 0)].sum()
        same(found.error_bound, p_min * missed, kind, seed)
        lost = (product * exact).sum() - found.pcnum
        assert -1e-9 <= lost <= found.error_bound + 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_dpc_and_betweenness_are_what_taking_each_patch_out_costs(kind):
    for seed, capacity, a, b, chance, p_min in landscapes(kind):
        found = patch_importance(capacity, a, b, chance, p_min=p_min)
        direct = direct_chances(len(capacity), a, b, chance)

        def index_without(k, direct=direct, p_min=p_min):
            return best_chances(direct, p_min, without=k)

        check_importance(found, "dpc", importance(capacity, index_without), kind, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_diic_and_betweenness_are_what_taking_each_patch_out_costs(kind):
    for seed, capacity, a, b, chance, _ in landscapes(kind):
        a, b = a[chance > 0], b[chance > 0]
        found = patch_importance_by_hops(capacity, a, b)
        direct = direct_chances(len(capacity), a, b, np.ones(a.size))

        def index_without(k, direct=direct):
            return 1 / (1 + fewest_hops(direct, without=k))

        expected = importance(capacity, index_without)
        check_importance(found, "diic", expected, kind, seed)
        iicnum = (np.outer(capacity, capacity) * index_without(None)).sum()
        same(integral_index_of_connectivity(capacity, a, b), iicnum, kind, seed)


def check_importance(found, name, expected, kind, seed):
    same(found[name], expected["all"], kind, seed)
    for part in ("intra", "flux", "connector"):
        same(found[f"{name}_{part}"], expected[part], kind, seed)
    same(found["betweenness"], expected["between"], kind, seed)
    assert (found[f"{name}_connector"] >= 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_link_importance_is_what_taking_each_link_out_costs(kind):
    for seed, capacity, a, b, chance, p_min in landscapes(kind):
        n = len(capacity)
        found = link_importance(capacity, a, b, chance, p_min=p_min)
        product = np.outer(capacity, capacity)

        def pcnum(rows, n=n, a=a, b=b, chance=chance, p_min=p_min, product=product):
            direct = direct_chances(n, a[rows], b[rows], chance[rows])
            return (product * best_chances(direct, p_min)).sum()

        total = pcnum(np.arange(a.size))
        without = np.array([pcnum(np.arange(a.size) != k) for k in range(a.size)])
        scale = 100 / total if total > 0 else 0.0
        same(found, scale * (total - without), kind, seed)


@pytest.mark.parametrize("kind", [on_a_plane, on_a_grid, all_linked])
def test_several_dispersal_distances_at_once_are_those_one_by_one(kind):
    d0_m = [400.0, 50.0, 3000.0]
    for seed, capacity, a, b, chance, p_min in landscapes(kind):
        pair = np.unique(np.minimum(a, b) * 100 + np.maximum(a, b), return_index=True)
        a, b, chance = (column[pair[1]] for column in (a, b, chance))
        random = np.random.default_rng(seed)
        distance_m = -1000 * np.log2(chance)
        crossing = random.choice([1.0, 0.5, 0.0], a.size)
        if seed % 3 == 0:
            crossing[:] = 1  # without barriers another way is taken
        pcnum, bound = dispersal_sweep(
            capacity, a, b, distance_m, crossing, d0_m, p0=0.5, p_min=p_min
        )
        product = np.outer(capacity, capacity)
        for one, found, limit in zip(d0_m, pcnum, bound, strict=True):
            move = 0.5 ** (distance_m / one) * crossing
            direct = direct_chances(len(capacity), a, b, move)
            exact, cut = best_chances(direct, 0.0), best_chances(direct, p_min)
            same(found, (product * cut).sum(), kind, seed)
            same(limit, p_min * product[(exact > 0) & (cut == 0)].sum(), kind, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sweep_counts_what_hangs_together(kind):
    for seed, capacity, a, b, chance, _ in landscapes(kind):
        distance_m = 100 * (1 - chance)
        gaps = [0, 50, 60, 100]
        found = component_sweep(capacity, a, b, distance_m, gaps, longest_m=100)
        for gap, count, share in zip(*found, strict=True):
            near = distance_m <= gap
            direct = direct_chances(
                len(capacity), a[near], b[near], np.ones(near.sum())
            )
            together = np.unique(np.isfinite(fewest_hops(direct)), axis=0)
            assert count == len(together), (kind, seed)
            whole = capacity.sum()
            expected = (together @ capacity).max() / whole if whole else 0
            same(share, expected, kind, seed)


def all_indices(capacity, a, b, chance, p_min, threads=1):
    """Every index that is one value per patch or for the whole, as one row each."""
    near = chance > 0
    totals = connectivity_totals(capacity, a, b, chance, p_min=p_min, threads=threads)
    patches = patch_importance(capacity, a, b, chance, p_min=p_min, threads=threads)
    hops = patch_importance_by_hops(capacity, a[near], b[near], threads=threads)
    iicnum = integral_index_of_connectivity(capacity, a[near], b[near], threads=threads)
    links = link_importance(capacity, a, b, chance, p_min=p_min, threads=threads)
    whole = [totals.pcnum, totals.error_bound, totals.direct, totals.step, iicnum]
    per_patch = [totals.reached, *patches.values(), *hops.values()]
    return np.array(whole), np.array(per_patch), links


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_patches_and_links_does_not_matter(kind):
    for seed, capacity, a, b, chance, p_min in landscapes(kind, count=100):
        random = np.random.default_rng(seed)
        number, row = random.permutation(len(capacity)), random.permutation(a.size)
        shuffled = np.empty_like(capacity)
        shuffled[number] = capacity
        one = all_indices(capacity, a, b, chance, p_min)
        two = all_indices(shuffled, number[b[row]], number[a[row]], chance[row], p_min)
        same(two[0], one[0], kind, seed)
        same(two[1][:, number], one[1], kind, seed)
        same(two[2], one[2][row], kind, seed)


@pytest.mark.parametrize("p_min", [0.0, 1e-3])
def test_the_number_of_threads_changes_no_bit(p_min):
    random = np.random.default_rng(4)
    xy = random.random((400, 2)).round(2)
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.nonzero(np.triu(distance < 0.08, 1))
    case = random.lognormal(0, 1, 400), a, b, 0.5 ** (distance[a, b] / 0.03), p_min
    for one, three in zip(
        all_indices(*case), all_indices(*case, threads=3), strict=True
    ):
        np.testing.assert_array_equal(three, one)


def test_no_patch_is_between_others_when_all_are_linked_by_true_distances():
    for seed, capacity, a, b, chance, p_min in landscapes(all_linked):
        found = patch_importance(capacity, a, b, chance, p_min=p_min)
        assert (found["dpc_connector"] == 0).all(), seed
        assert (found["betweenness"] == 0).all(), seed


@pytest.mark.parametrize("kind", KINDS)
def test_more_habitat_or_easier_links_never_lower_pcnum(kind):
    for seed, capacity, a, b, chance, p_min in landscapes(kind):
        n, random = len(capacity), np.random.default_rng(seed)
        before = connectivity_totals(capacity, a, b, chance, p_min=p_min).pcnum
        easier = chance ** random.random(a.size)
        after = connectivity_totals(capacity, a, b, easier, p_min=p_min).pcnum
        assert after >= before * (1 - 1e-12), (kind, seed)
        more = np.flatnonzero(random.random(n) < 0.5)
        after = connectivity_totals(
            np.append(capacity, 2.0),
            np.append(a, more),
            np.append(b, np.full(more.size, n)),
            np.append(chance, random.random(more.size)),
            p_min=p_min,
        ).pcnum
        assert after >= before * (1 - 1e-12), (kind, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_cutting_a_patch_into_touching_parts_leaves_pcnum_as_it_was(kind):
    for seed, capacity, a, b, chance, p_min in landscapes(kind):
        n, part = len(capacity), np.random.default_rng(seed).random()
        parts = np.append(capacity, capacity[0] * (1 - part))
        parts[0] *= part
        whole = connectivity_totals(capacity, a, b, chance, p_min=p_min)
        cut = connectivity_totals(
            parts, np.append(a, 0), np.append(b, n), np.append(chance, 1), p_min=p_min
        )
        same(cut.pcnum, whole.pcnum, kind, seed)


@pytest.mark.parametrize("scale", [1e-3, 7.0, 1e4])
def test_scaling_distances_and_dispersal_together_changes_nothing(scale):
    for seed, capacity, a, b, chance, p_min in landscapes(on_a_plane, count=100):
        pair = np.unique(np.minimum(a, b) * 100 + np.maximum(a, b), return_index=True)
        a, b, chance = (column[pair[1]] for column in (a, b, chance))
        distance_m = -1000 * np.log2(chance)
        case, sure = (capacity, a, b), np.ones(a.size)
        limits = {"p0": 0.5, "p_min": p_min}
        one = dispersal_sweep(*case, distance_m, sure, [700.0], **limits)
        other = dispersal_sweep(
            *case, distance_m * scale, sure, [700.0 * scale], **limits
        )
        same(other, one, on_a_plane, seed)
