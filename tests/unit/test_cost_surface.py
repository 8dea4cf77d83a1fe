"""Least cost from every cell to a patch: by hand, against peers, and out of core."""

import heapq
import subprocess
import sys
import textwrap
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.graph import MCP_Geometric

from robuust import cost_surface as module
from robuust.cost_surface import cost_surface

SCRIPTS = Path(module.__file__).parents[1]
QUANTUM_M = 2.0**-20
FAR_M = 1e6


@st.composite
def landscapes(draw, most=9):
    """Small grids of resistance, patches and perhaps tolls, with many ties."""
    shape = draw(st.integers(1, most)), draw(st.integers(1, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = draw(st.sampled_from([(1.0,), (1.0, 2.0, 7.0), (1.0, 3.3, np.nan), None]))
    land = 1 + 99 * rng.random(shape) if steps is None else rng.choice(steps, shape)
    labels = draw(st.integers(1, 5))
    patch = rng.integers(1, labels + 1, shape) * (rng.random(shape) < 0.2)
    toll = draw(st.sampled_from([None, 5.0, np.inf]))
    if toll is not None:
        toll = np.where((rng.random(shape) < 0.2) & (patch == 0), toll, 0.0)
        toll = toll.astype(np.float32)
    return land.astype(np.float32), patch.astype(np.int32), toll


def moves(land, toll, cell_m, row, column):
    """Cells around a cell, with the cost of the move in quanta."""
    extra = np.zeros(land.shape) if toll is None else toll
    for v, u in product((-1, 0, 1), repeat=2):
        there = row + v, column + u
        if (v or u) and 0 <= there[0] < land.shape[0] and 0 <= there[1] < land.shape[1]:
            half_m = cell_m * np.sqrt(v * v + u * u) / 2
            ends = np.array([[row, column], there]).T
            half = np.float64(land[*ends]) * half_m + np.float64(extra[*ends]) / 2
            half = half / QUANTUM_M
            if np.isfinite(half).all():
                yield there, int(np.rint(half).sum())


def plain_dijkstra(land, patch, toll, cell_m):
    """Cost in quanta and label of each cell, the lowest of equals, by a heap."""
    best = {}
    heap = [(0, int(patch[c]), c) for c in zip(*np.nonzero(patch), strict=True)]
    heapq.heapify(heap)
    while heap:
        cost, label, cell = heapq.heappop(heap)
        if cell in best:
            continue
        best[cell] = cost, label
        for there, step in moves(land, toll, cell_m, *cell):
            if there not in best and not patch[there]:
                heapq.heappush(heap, (cost + step, label, there))
    cost, label = np.full(patch.shape, np.inf), np.zeros(patch.shape, dtype=np.int32)
    for cell, found in best.items():
        cost[cell], label[cell] = found
    return cost, label


def mosaic(n, seed):
    """A larger landscape: rough land, some of it closed, and scattered patches."""
    rng = np.random.default_rng(seed)
    land = (1 + 99 * rng.random((n, n)) ** 3).astype(np.float32)
    land[rng.random((n, n)) < 0.05] = np.nan
    patch = (rng.integers(1, 40, (n, n)) * (rng.random((n, n)) < 0.01)).astype(np.int32)
    land[patch > 0] = 1
    return land, patch


def test_a_move_costs_its_length_times_the_mean_resistance():
    land = np.array([[1, 3, 1], [9, 5, 1]])
    patch = np.array([[4, 0, 0], [0, 0, 0]])
    surface = cost_surface(land, patch, cell_m=10, max_cost_m=FAR_M)
    expected = [[0, 20, 40], [50, 30 * np.sqrt(2), 20 + 20 * np.sqrt(2)]]
    assert surface.cost_m == pytest.approx(np.array(expected), abs=4e-6)
    assert (surface.allocation == 4).all()


def test_of_patches_at_the_same_cost_the_lowest_label_has_the_cell():
    for labels in ([9, 0, 2], [2, 0, 9]):
        surface = cost_surface(
            np.ones((1, 3)), np.array([labels]), cell_m=1, max_cost_m=9
        )
        assert surface.allocation[0, 1] == 2


def test_there_is_no_way_through_a_cell_without_resistance():
    land = np.array([[1, np.nan, 1], [1, np.inf, 1]])
    patch = np.array([[1, 0, 0], [0, 0, 0]])
    surface = cost_surface(land, patch, cell_m=1, max_cost_m=FAR_M)
    assert np.isinf(surface.cost_m[:, 1:]).all()
    assert (surface.allocation[:, 1:] == 0).all()


def test_cells_at_the_largest_cost_are_reached_and_none_beyond():
    land, patch = np.ones((1, 6)), np.array([[1, 0, 0, 0, 0, 0]])
    surface = cost_surface(land, patch, cell_m=10, max_cost_m=30)
    assert surface.cost_m.tolist() == [[0, 10, 20, 30, np.inf, np.inf]]


def test_a_toll_is_paid_once_half_on_the_way_in_and_half_on_the_way_out():
    toll = np.array([[0, 0, 500, 0]])
    surface = cost_surface(
        np.ones((1, 4)),
        np.array([[1, 0, 0, 0]]),
        cell_m=10,
        max_cost_m=FAR_M,
        toll_m=toll,
    )
    assert surface.cost_m.tolist() == [[0, 10, 270, 530]]


@given(landscapes(), st.sampled_from([1.0, 25.0]), st.sampled_from([1, 2, 5, 128]))
@settings(max_examples=400, deadline=None)
def test_costs_and_labels_are_exactly_those_of_plain_dijkstra(landscape, cell_m, tile):
    land, patch, toll = landscape
    surface = cost_surface(
        land, patch, cell_m=cell_m, max_cost_m=FAR_M, toll_m=toll, tile=tile
    )
    cost, label = plain_dijkstra(land, patch, toll, cell_m)
    assert np.array_equal(surface.cost_m / QUANTUM_M, cost)
    assert np.array_equal(surface.allocation, label)


@pytest.mark.parametrize("seed", range(5))
def test_costs_are_those_of_scikit_image_to_a_quantum_per_move(seed):
    land, patch = mosaic(150, seed)
    surface = cost_surface(land, patch, cell_m=25, max_cost_m=FAR_M, threads=2)
    # It takes negative costs for no way through, and missing ones for none.
    peer = MCP_Geometric(
        np.where(np.isnan(land), -1, land).astype(float), sampling=(25, 25)
    )
    expected, _ = peer.find_costs(np.argwhere(patch > 0))
    reached = np.isfinite(expected)
    assert np.array_equal(np.isfinite(surface.cost_m), reached)
    assert surface.cost_m[reached] == pytest.approx(
        expected[reached], rel=0, abs=150 * QUANTUM_M
    )


@pytest.mark.parametrize("seed", range(3))
def test_neither_tiles_nor_threads_change_a_bit(seed):
    land, patch = mosaic(131, seed)
    whole = cost_surface(land, patch, cell_m=25, max_cost_m=5000, tile=1000)
    for tile, threads in ((7, 1), (32, 2), (50, 4), (130, 3)):
        tiled = cost_surface(
            land, patch, cell_m=25, max_cost_m=5000, tile=tile, threads=threads
        )
        assert np.array_equal(tiled.cost_m, whole.cost_m)
        assert np.array_equal(tiled.allocation, whole.allocation)


def test_the_way_along_a_winding_valley_is_found_over_many_tiles():
    land = np.full((41, 41), np.nan)
    land[::2] = 1  # valleys from side to side, joined at alternating ends
    land[1::4, -1] = land[3::4, 0] = 1
    patch = np.zeros((41, 41), dtype=int)
    patch[0, 0] = 1
    cost_m = cost_surface(land, patch, cell_m=1, max_cost_m=FAR_M, tile=5).cost_m
    saved = 4 - 2 * np.sqrt(2)  # at each join two moves to a corner in place of four
    assert cost_m[-1, -1] == pytest.approx(21 * 40 + 20 * (2 - saved), abs=1e-3)


def test_turning_the_map_turns_the_result():
    land, patch = mosaic(60, 9)
    surface = cost_surface(land, patch, cell_m=25, max_cost_m=FAR_M, tile=16)
    turned = cost_surface(
        land[::-1].T, patch[::-1].T, cell_m=25, max_cost_m=FAR_M, tile=16
    )
    assert np.array_equal(turned.cost_m, surface.cost_m[::-1].T)
    assert np.array_equal(turned.allocation, surface.allocation[::-1].T)


def test_very_many_patches_cost_precision_but_no_more_than_is_said():
    land, patch = mosaic(60, 4)
    fine = cost_surface(land, patch, cell_m=25, max_cost_m=1e5)
    many = cost_surface(land, patch + 2**25 * (patch > 0), cell_m=25, max_cost_m=1e5)
    quantum_m = 1 / many.scale[1]
    assert QUANTUM_M < quantum_m < 0.025
    reached = np.isfinite(fine.cost_m)
    assert many.cost_m[reached] == pytest.approx(
        fine.cost_m[reached], rel=0, abs=60 * quantum_m
    )


def test_labels_and_costs_that_leave_no_precision_are_refused():
    patch = np.array([[2**31 - 1, 0]])
    with pytest.raises(ValueError, match="number the patches from 1"):
        cost_surface(np.ones((1, 2)), patch, cell_m=1, max_cost_m=1e9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"resistance": np.array([[1, 0.5]])}, "resistance 0.5 at row 0, column 1"),
        ({"resistance": np.array([[-3, 1]])}, "resistance -3 at row 0, column 0"),
        ({"resistance": np.ones((2, 2))}, "same rows and columns"),
        ({"patch": np.array([[1, -1]])}, "below zero"),
        ({"patch": np.array([[1.0, 0.0]])}, "whole numbers"),
        (
            {"patch": np.empty((0, 0), dtype=int), "resistance": np.ones((0, 0))},
            "no cells",
        ),
        ({"toll_m": np.array([[-1.0, 0.0]])}, "below zero"),
        ({"toll_m": np.array([[np.nan, 0.0]])}, "missing"),
        ({"toll_m": np.zeros((2, 2))}, "tolls"),
        ({"max_cost_m": 0}, "max_cost_m is 0"),
        ({"max_cost_m": np.nan}, "max_cost_m is nan"),
        ({"max_cost_m": np.inf}, "max_cost_m is inf"),
        ({"cell_m": 0}, "cell_m is 0"),
        ({"cell_m": np.nan}, "cell_m is nan"),
        ({"tile": 0}, "tile 0"),
        ({"into": (np.zeros((1, 3)), np.zeros((1, 2), np.int32))}, "`into`"),
    ],
)
def test_bad_input_is_told_in_words(change, words):
    good = {"resistance": np.ones((1, 2)), "patch": np.array([[1, 0]]), "cell_m": 10}
    good |= {"max_cost_m": 100}
    with pytest.raises(ValueError, match=words):
        cost_surface(**good | change)


def test_memory_is_asked_for_before_it_is_taken():
    with pytest.raises(MemoryError, match=r"10000000 x 10000000 cells .* memory maps"):
        module._new_grids((10**7, 10**7))


def test_long_work_says_how_far_it_is(monkeypatch, capsys):
    monkeypatch.setattr(module, "SMALL", 0)
    monkeypatch.setattr(module, "PATIENCE_S", 0)
    monkeypatch.setattr(module, "STEP_S", 0)
    land, patch = mosaic(60, 2)
    cost_surface(land, patch, cell_m=25, max_cost_m=FAR_M, tile=10)
    assert "of 36 tiles can still get cheaper" in capsys.readouterr().err


def test_input_is_left_as_it_was():
    land, patch = mosaic(40, 5)
    before = land.copy(), patch.copy()
    cost_surface(land, patch, cell_m=25, max_cost_m=FAR_M)
    assert np.array_equal(land, before[0], equal_nan=True)
    assert np.array_equal(patch, before[1])


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux bounds a process so"
)
def test_a_grid_in_files_needs_no_memory_of_its_size(tmp_path):
    program = textwrap.dedent(f"""
        import resource, sys
        sys.path.insert(0, {str(SCRIPTS)!r})
        import numpy as np
        from robuust.least_cost import cost_links
        n = 4000
        def in_file(name, dtype):
            path = f"{{sys.argv[1]}}/{{name}}"
            return np.memmap(path, dtype=dtype, mode="w+", shape=(n, n))
        land, patch = in_file("land", "f4"), in_file("patch", "i4")
        cost, allocation = in_file("cost", "f8"), in_file("allocation", "i4")
        for row in range(n):
            land[row] = 1 + row % 7
        for k in range(40):
            patch[97 * k, 83 * k] = k + 1
        options = dict(cell_m=25, max_cost_m=40_000, threads=2)
        cost_links(land[:9, :9], patch[:9, :9], **options)
        taken = next(int(line.split()[1]) for line in open("/proc/self/status")
                     if line.startswith("VmData")) * 1024
        # 60 MB more: a fifth of what the results alone take, and thread stacks.
        resource.setrlimit(resource.RLIMIT_DATA, (taken + 60_000_000,) * 2)
        links, surface = cost_links(land, patch, into=(cost, allocation), **options)
        print(links.a.size, np.isinf(cost[0, -1]), allocation[97, 83])
        try:
            np.zeros((n, n)) + 1
        except MemoryError:
            print("bounded")
    """)
    run = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True
    )
    assert run.stdout.split() == ["39", "True", "2", "bounded"], run.stderr
