"""A plan with a proven bound among many candidates for ten groups, against greedy."""

from pathlib import Path

import numpy as np
from judgement import Peer

from robuust.budget import Effort, plan_budgets
from robuust.group_landscape import group_landscape
from robuust.plan_constraints import PlanConstraints
from robuust.plan_search import PlanSearch
from robuust.plan_values import PlanValues

TITLE = "plan for ten groups that buys an eighth of the candidates, with its bound"
SIZES = {"small": 250, "full": 1_000}  # candidates
PEERS = (Peer("greedy", row="R2", must=20, ambitious=5, at_most=True, gated=False),)
BUDGET_SHARE = 0.12  # of what all candidates cost
TIME_LIMIT_S = 600.0
MOST_GAP_PERCENT = 5.0
# Median and longest dispersal [m] and least patch [ha], as of insects up to birds.
GROUPS = (
    *(
        (50, 200, 0.5),
        (90, 1_100, 1),
        (100, 1_100, 2),
        (150, 870, 1),
        (310, 1_800, 0.1),
    ),
    *((480, 3_800, 2), (500, 2_000, 1), (2_000, 11_400, 10), (2_350, 13_400, 50)),
    (2_600, 7_300, 50),
)
P_MIN = 1e-4
_PATCHES, _AREA_M2 = 5, 2.5e6  # for each candidate
_PER_CORE = 60  # patches round one place
_MOST_HA = 600.0


def prepare(folder, n):
    """Write patches and n candidates of a region: both lie in clusters and strewn."""
    random = np.random.default_rng(1)
    side, n_patches = np.sqrt(n * _AREA_M2), _PATCHES * n
    cores = random.uniform(0, side, (n_patches // _PER_CORE, 2))
    place = _strewn(random, cores, side, n_patches, 0.25, 900)
    area = np.minimum(random.lognormal(np.log(2), 1.7, n_patches), _MOST_HA)
    new_place = _strewn(random, cores, side, n, 1 / 3, 1_200)
    new_area = random.lognormal(np.log(3), 0.7, n)
    kept = random.random((len(GROUPS), n_patches)) < random.uniform(
        0.3, 0.6, (len(GROUPS), 1)
    )
    useful = random.random((len(GROUPS), n)) < random.uniform(
        0.3, 0.8, (len(GROUPS), 1)
    )
    np.savez(
        Path(folder) / "region.npz",
        place=np.concatenate([place, new_place]),
        area=np.concatenate([area, new_area]),
        kept=kept,
        own=np.where(useful, new_area * random.uniform(0.3, 1, useful.shape), 0),
        cost=np.round(new_area * random.uniform(15_000, 60_000, n), -2),
    )


def _strewn(random, cores, side, n, share, spread_m):
    """Places on a square: a share of them anywhere, the others round cores."""
    anywhere = random.uniform(0, side, (int(share * n), 2))
    core = cores[random.integers(0, len(cores), n - len(anywhere))]
    near = core + random.normal(0, spread_m, core.shape)
    return np.concatenate([near, anywhere]) % side


def read(folder):
    """Landscapes of the groups, and what candidates cost."""
    region = np.load(Path(folder) / "region.npz")
    m = region["cost"].size
    return {
        "groups": [_group(region, k, m) for k in range(len(GROUPS))],
        "cost": region["cost"],
    }


def _group(region, k, m):
    """One group's network, and what candidates would add."""
    from scipy.spatial import cKDTree

    median_m, longest_m, least_ha = GROUPS[k]
    is_patch = region["kept"][k] & (region["area"][:-m] >= least_ha)
    n, there = int(is_patch.sum()), np.append(is_patch, np.ones(m, dtype=bool))
    place, area = region["place"][there], region["area"][there]
    radius = np.sqrt(area * 1e4 / np.pi)
    pair = cKDTree(place).query_pairs(
        longest_m + 2 * radius.max(), output_type="ndarray"
    )
    apart = np.hypot(*(place[pair[:, 0]] - place[pair[:, 1]]).T)
    gap = np.maximum(apart - radius[pair].sum(axis=1), 0)
    a, b = np.sort(pair[gap <= longest_m], axis=1).T
    chance = 0.5 ** (gap[gap <= longest_m] / median_m)
    old, new = b < n, a >= n
    mixed = ~old & ~new
    own = region["own"][k]
    return group_landscape(
        1.0,
        area[:n],
        (a[old], b[old], chance[old]),
        own,
        (b[mixed] - n, a[mixed], chance[mixed]),
        (a[new] - n, b[new] - n, chance[new]),
        p_min=P_MIN,
        useful=own > 0,
        threads=2,
    )


def _limits(case):
    no = np.zeros(case["cost"].size, dtype=bool)
    budget = BUDGET_SHARE * case["cost"].sum()
    return PlanConstraints(case["cost"], budget, np.empty((0, 2), int), no, no)


def ours(case):
    """Search, exchange and proof."""
    limits = _limits(case)
    (plan,) = plan_budgets(
        case["groups"],
        limits,
        [limits.budget_eur],
        Effort(P_MIN, TIME_LIMIT_S, gap_percent=1.0, threads=2),
        names=[f"group {k}" for k in range(len(GROUPS))],
    )
    return {
        "gain": np.array(plan.gain),
        "bound": np.array(plan.upper_bound),
        "in_time": np.array(plan.stopped_by != "time"),
    }


def greedy(case):
    """Take the best per euro again and again; nothing is proven."""
    limits = _limits(case)
    values = PlanValues(case["groups"], case["cost"].size, p_min=P_MIN, threads=2)
    search = PlanSearch(values, limits, values.pairs(case["cost"]))
    return {"gain": np.array(search.worth(search.greedy()))}


def difference(side, ours, theirs, *, cut):
    """Tell whether the plan is worse than the greedy one, or not proven enough."""
    if ours["gain"] < theirs["gain"] * (1 - 1e-9):
        return f"gain {ours['gain']:.5f}, greedy {theirs['gain']:.5f}"
    gap = 100 * (1 - ours["gain"] / ours["bound"])
    if gap > MOST_GAP_PERCENT or not ours["in_time"]:
        return f"a gap of {gap:.1f} %, in time: {bool(ours['in_time'])}"
    return ""
