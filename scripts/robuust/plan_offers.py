"""What a plan gains at most, for any shares of candidates, and how steeply it rises."""

from dataclasses import dataclass, replace

import numpy as np

from robuust.plan_benefits import SOURCES_PER_BLOCK, look_at
from robuust_kernels import offer_kernels
from robuust_kernels.blocks import in_blocks

DEPTHS = (3, 2)  # candidates of a way, at most: the first that is not too much
MANY_OFFERS = 25_000_000  # of a group: with more, ways are kept shorter
MOST_OFFERS = 50_000_000  # of a group, about: with more, not all of a pair are kept
SAMPLES = 40  # sources by which the number is estimated
LEAST_WAYS = 8  # of a pair that are kept in any case


@dataclass(frozen=True)
class Offers:
    """Ways that bring pairs of nodes nearer, of one group."""

    before: float  # PCnum as it is [ha2]
    kept: np.ndarray  # int, (k,): candidates that count for the group
    value: np.ndarray  # (m,): what each brings whatever else [ha2]
    parts: list  # of pairs, as `offer_kernels.list_offers` gives them


def group_offers(group, rules, *, p_min, threads=1):
    """List what candidates offer to the pairs of nodes of a group.

    Parameters
    ----------
    group : GroupLandscape
    rules : WayRules
        Its depth is not used: ways are as long as memory allows.
    p_min : float
        Chances below it count as zero.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    Offers
    """
    for depth in DEPTHS:
        is_all = rules.is_all and depth >= rules.depth
        these = replace(rules, depth=depth, is_all=is_all)
        looked_at = look_at(group, these, p_min=p_min, threads=threads)
        n_offers, n_pairs = _estimated(looked_at)
        if n_offers <= MANY_OFFERS:
            break
    most = np.iinfo(np.int32).max
    if n_offers > MOST_OFFERS:
        most = max(LEAST_WAYS, int(MOST_OFFERS / n_pairs))
    parts = list(
        in_blocks(
            _lister(looked_at, most),
            looked_at.sources[0].size,
            block=SOURCES_PER_BLOCK,
            threads=threads,
            label="ways by candidates",
        )
    )
    return Offers(group.pcnum, looked_at.kept, looked_at.value, parts)


def filled_pairs(offers, share, *, threads=1):
    """PCnum with shares of candidates, and a plane above it.

    Parameters
    ----------
    offers : Offers
    share : ndarray of float, shape (m,)
        0 to 1. For whole candidates it is PCnum, or more where ways are shortened.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    pcnum : float
        Relative to what it is.
    slope : ndarray of float, shape (m,)
        At other shares PCnum is at most ``pcnum + slope @ (other - share)``.
    """
    filled = np.append(share[offers.kept], 1.0)

    def fill(start, stop):
        return offer_kernels.fill_pairs(*offers.parts[start], filled)

    total, slope = 0.0, np.zeros(filled.size)
    for some, steep in in_blocks(fill, len(offers.parts), block=1, threads=threads):
        total += some
        slope += steep
    pcnum = offers.before + offers.value @ share + total
    steepness = offers.value.copy()
    steepness[offers.kept] += slope[:-1]
    return pcnum / offers.before, steepness / offers.before


def _lister(looked_at, most):
    """Make the function that lists the offers of some sources."""
    _, _, ground, sources, candidates, rules = looked_at
    where = tuple(ground.graph), ground.capacity, ground.limit

    def listed(start, stop):
        with ground.rooms.lent() as search:
            return offer_kernels.list_offers(
                start, stop, sources, where, candidates, rules, most, search
            )

    return listed


def _estimated(looked_at):
    """Estimate the number of ways and pairs from some sources."""
    n_sources = looked_at.sources[0].size
    chosen = np.unique(np.linspace(0, n_sources - 1, SAMPLES).astype(int))
    listed = _lister(looked_at, np.iinfo(np.int32).max)
    n_ways = n_pairs = 0
    for source in chosen.tolist() if n_sources else []:
        first, gain, _ = listed(source, source + 1)
        n_ways, n_pairs = n_ways + gain.size, n_pairs + first.size - 1
    scale = n_sources / max(chosen.size, 1)
    return scale * n_ways, max(scale * n_pairs, 1.0)
