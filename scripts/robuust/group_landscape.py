"""One group's network, and what every candidate would add to it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from robuust.connectivity import connectivity_totals, path_probabilities


@dataclass(frozen=True)
class GroupLandscape:
    """One group's network, and what each of the m candidates would add to it."""

    weight: float
    capacity: np.ndarray  # effective habitat of each patch [ha], shape (n,)
    links: tuple  # (patch a, patch b, probability) of the network as it is
    own: np.ndarray  # effective habitat that each candidate adds [ha], shape (m,)
    useful: np.ndarray  # bool (m,): adds habitat, or links, as a crossing does
    to_patch: sparse.csr_array  # chance candidate - patch, shape (m, n)
    to_candidate: sparse.csr_array  # chance candidate - candidate, shape (m, m)
    pcnum: float  # PCnum of the network as it is [ha2]


def group_landscape(
    weight, capacity, links, own, patch_links, mates, *, p_min, useful=None, threads=1
):
    """Bring together what plans and bounds need of one group.

    Parameters
    ----------
    weight : float
        Weight of the group in the sum; zero or more.
    capacity : array_like of float, shape (n_patches,)
        Effective habitat [ha].
    links : tuple of array_like
        Patch a, patch b, probability of each link of the network.
    own : array_like of float, shape (m,)
        Effective habitat that each candidate adds [ha]; 0 for a mere connection, such
        as a crossing of a barrier.
    patch_links : tuple of array_like
        Candidate, patch, probability of each link between them.
    mates : tuple of array_like
        Candidate, candidate, probability: links between candidates, each once.
    p_min : float
        Chances below it count as zero.
    useful : array_like of bool, shape (m,), optional
        Candidates that are a node for this group; links of the others are left out.
        Those with habitat or links unless given.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    GroupLandscape
    """
    capacity, own = np.asarray(capacity, dtype=float), np.asarray(own, dtype=float)
    n, m = capacity.size, own.size
    a, b, p = mates
    a, b, p = np.r_[a, b], np.r_[b, a], np.r_[p, p]
    to_patch = _matrix(*patch_links, shape=(m, n))
    to_candidate = _matrix(a, b, p, shape=(m, m))
    if useful is None:
        is_linked = to_patch.sum(axis=1) + to_candidate.sum(axis=1) > 0
        useful = (own > 0) | is_linked
    useful = np.asarray(useful, dtype=bool)
    mask = sparse.diags_array(useful.astype(float))
    to_patch, to_candidate = mask @ to_patch, mask @ to_candidate @ mask
    for chances in (to_patch, to_candidate):
        chances.eliminate_zeros()
    return GroupLandscape(
        weight=float(weight),
        capacity=capacity,
        links=tuple(np.asarray(column) for column in links),
        own=np.where(useful, own, 0.0),
        useful=useful,
        to_patch=to_patch,
        to_candidate=to_candidate,
        pcnum=connectivity_totals(capacity, *links, p_min=p_min, threads=threads).pcnum,
    )


def landscape_from_tables(
    patches, links, candidate_links, gains, candidate_ids, *, weight, p_min, threads=1
):
    """Group landscape from the tables that earlier rules wrote.

    Parameters
    ----------
    patches : DataFrame
        patch_id, effective_ha.
    links : DataFrame
        patch_id_a, patch_id_b, probability.
    candidate_links : DataFrame
        candidate_id, other_id, kind (patch or candidate), probability.
    gains : DataFrame
        candidate_id, added_effective_ha: the candidates that suit the group; 0 ha for
        a mere connection.
    candidate_ids : list of str
        All candidates, in the order of their positions.
    weight, p_min, threads
        As for `group_landscape`.

    Returns
    -------
    GroupLandscape
    """
    patches = patches.sort_values("patch_id")
    patch, candidate = pd.Index(patches["patch_id"]), pd.Index(candidate_ids)
    own = gains.set_index("candidate_id")["added_effective_ha"].reindex(candidate)
    of_patch = candidate_links[candidate_links["kind"] == "patch"]
    of_mate = candidate_links[candidate_links["kind"] == "candidate"]
    return group_landscape(
        weight,
        patches["effective_ha"],
        (
            patch.get_indexer(links["patch_id_a"]),
            patch.get_indexer(links["patch_id_b"]),
            links["probability"].to_numpy(float),
        ),
        own.fillna(0.0),
        (
            candidate.get_indexer(of_patch["candidate_id"]),
            patch.get_indexer(of_patch["other_id"]),
            of_patch["probability"].to_numpy(float),
        ),
        (
            candidate.get_indexer(of_mate["candidate_id"]),
            candidate.get_indexer(of_mate["other_id"]),
            of_mate["probability"].to_numpy(float),
        ),
        p_min=p_min,
        useful=own.notna(),
        threads=threads,
    )


def whole_pcnum(group, chosen, p_min, *, threads=1):
    """PCnum and best paths with the chosen candidates added, computed in full.

    Parameters
    ----------
    group : GroupLandscape
    chosen : array_like of int, shape (k,)
        Candidates that are carried out.
    p_min : float
        Chances below it count as zero.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    pcnum : float
        PCnum [ha2].
    path : csr_array of float, shape (n + k, n + k)
        The candidates come after the patches, in the order given.
    """
    n = group.capacity.size
    own = group.own[chosen]
    to_patch = group.to_patch[chosen].tocoo()
    mates = sparse.triu(group.to_candidate[chosen][:, chosen], 1).tocoo()
    a, b, p = group.links
    path = path_probabilities(
        n + own.size,
        np.r_[a, to_patch.col, n + mates.row].astype(np.int64),
        np.r_[b, n + to_patch.row, n + mates.col].astype(np.int64),
        np.r_[p, to_patch.data, mates.data],
        p_min=p_min,
        threads=threads,
    )
    capacity = np.r_[group.capacity, own]
    return float(capacity @ (path @ capacity)), path


def _matrix(row, col, value, *, shape):
    """Sparse matrix of chances; of two links between the same two the surer counts."""
    row, col = np.asarray(row, dtype=np.int64), np.asarray(col, dtype=np.int64)
    value = np.asarray(value, dtype=float)
    order = np.lexsort((-value, col, row))
    row, col, value = row[order], col[order], value[order]
    first = np.ones(row.size, dtype=bool)
    first[1:] = (row[1:] != row[:-1]) | (col[1:] != col[:-1])
    return sparse.csr_array((value[first], (row[first], col[first])), shape=shape)
