"""What candidates bring all groups, whatever has been chosen already."""

import numpy as np
from scipy import sparse

from robuust.candidate_trees import chosen_rows, grow_trees
from robuust.growing_network import GrowingNetwork

MOST_KEPT = 300_000  # values per group; beyond it they are found anew
LINKS_PER_CANDIDATE = 10  # of which pairs are looked at, the strongest
PATCHES_PER_CANDIDATE = 5  # over which it may be linked to another
PAIRS_PER_CANDIDATE = 2
FEW_PAIRS = 150  # that are kept however few candidates there are
PAIRS_AT_ONCE = 1_000
WORTH_A_PAIR = 0.1  # of what the two bring alone: less is no need of each other


class PlanValues:
    """Networks of all groups, and what is known of the gains of candidates.

    A class, since networks are changed step by step and values are kept. A set of
    candidates is a whole number whose bit c says whether candidate c is in it.

    Parameters
    ----------
    groups : list of GroupLandscape
    n_candidates : int
    p_min : float
        Chances below it count as zero.
    threads : int
        How many parts are worked on at a time.

    Attributes
    ----------
    positions : list of int
        Which of the groups have habitat today and a candidate; the others have no
        relative rise. Arrays with one column per group are in this order.
    weight, pcnum : ndarray of float, shape (n_groups,)
        Weight, and PCnum of the network as it is [ha2].
    alone : ndarray of float, shape (m, n_groups)
        Rise of PCnum by each candidate in the network as it is [ha2].
    """

    def __init__(self, groups, n_candidates, *, p_min, threads=1):
        self.positions = [
            k for k, g in enumerate(groups) if g.pcnum > 0 and g.useful.any()
        ]
        self.groups = [groups[k] for k in self.positions]
        self.weight = np.array([g.weight for g in self.groups])
        self.pcnum = np.array([g.pcnum for g in self.groups])
        self.n_candidates = n_candidates
        self._networks = [
            _Network(group, p_min=p_min, threads=threads) for group in self.groups
        ]
        self._near = {}
        self.alone = self.rises(0, np.arange(n_candidates))

    def rises(self, members, candidates):
        """Rise of PCnum by candidates, each added to the network with the members.

        Parameters
        ----------
        members : int
            Candidates that are carried out; none of those asked about.
        candidates : array_like of int, shape (k,)

        Returns
        -------
        ndarray of float, shape (k, n_groups)
            [ha2]
        """
        candidates = np.asarray(candidates, dtype=np.int64).reshape(-1)
        found = [network.rises(members, candidates) for network in self._networks]
        return np.column_stack([np.empty((candidates.size, 0)), *found])

    def near(self, candidate):
        """Candidates whose value may change for some group when this one is taken.

        Returns
        -------
        ndarray of bool, shape (m,)
        """
        if candidate not in self._near:
            near = np.zeros(self.n_candidates, dtype=bool)
            for network in self._networks:
                if network.group.useful[candidate]:
                    network.look_round(np.array([candidate]))
                    near[members_of(network.near[candidate])] = True
            self._near[candidate] = near
        return self._near[candidate]

    @property
    def n_valued(self):
        """How often a candidate was valued for a group: the work done so far."""
        return sum(network.n_valued for network in self._networks)

    def relative_rises(self, pcnum):
        """Relative rise of ECA of each group, for its PCnum with a plan."""
        return np.sqrt(pcnum / self.pcnum) - 1

    def pairs(self, cost):
        """Pairs of linked candidates that may bring more together than apart.

        Two stepping stones may be useless alone; linked are those with a link or with
        a patch between them. What they could bring together is guessed from the
        habitat that is nearer to the one than to the other.

        Parameters
        ----------
        cost : ndarray of float, shape (m,)
            Cost of each candidate.

        Returns
        -------
        pairs : ndarray of int, shape (k, 2)
            The most promising per euro first.
        extra : ndarray of float, shape (k, n_groups)
            Guessed rise of PCnum beyond that of the two alone [ha2].
        """
        m, n_groups = self.n_candidates, len(self._networks)
        guesses = [network.company() for network in self._networks]
        key = np.concatenate([[], *(a * m + b for a, b, _ in guesses)])
        key, row = np.unique(key.astype(np.int64), return_inverse=True)
        column = np.repeat(np.arange(n_groups), [a.size for a, _, _ in guesses])
        extra = np.zeros((key.size, n_groups))
        extra[row, column] = np.concatenate([[], *(value for _, _, value in guesses)])
        pairs = np.column_stack([key // m, key % m]) if m else np.empty((0, 2), int)
        scale = self.weight / (2 * self.pcnum)
        together, apart = extra @ scale, (self.alone @ scale)[pairs].sum(axis=1)
        ratio = (together + apart) / np.maximum(cost[pairs].sum(axis=1), 1e-9)
        ratio[together <= WORTH_A_PAIR * apart] = -1
        best = np.lexsort((key, -ratio))[: max(PAIRS_PER_CANDIDATE * m, FEW_PAIRS)]
        best = best[ratio[best] > 0]
        return pairs[best], extra[best]


def members_of(members):
    """Positions of the candidates of a set.

    Examples
    --------
    >>> members_of(0b1010)
    [1, 3]
    """
    size = -(-members.bit_length() // 8)
    octets = np.frombuffer(members.to_bytes(size, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(octets, bitorder="little")).tolist()


def set_of(candidates):
    """Set of candidates as a whole number, one bit for each.

    Examples
    --------
    >>> bin(set_of([1, 3]))
    '0b1010'
    """
    candidates = np.asarray(candidates, dtype=np.int64).reshape(-1)
    taken = np.zeros(candidates.max(initial=-1) + 1, dtype=bool)
    taken[candidates] = True
    return int.from_bytes(np.packbits(taken, bitorder="little").tobytes(), "little")


class _Network:
    """One group's network, for any set of candidates that is asked about."""

    def __init__(self, group, *, p_min, threads):
        self.group = group
        self.growing = GrowingNetwork(
            *(group.capacity, group.links, group.own),
            *(group.to_patch, group.to_candidate),
            p_min=p_min,
            threads=threads,
        )
        self.useful = set_of(np.flatnonzero(group.useful))
        self.members, self.known, self.near = 0, {}, {}
        self.n_valued = 0
        self.become(self.useful)
        ground = self.growing.ground
        # Two candidates can only touch the same paths within twice the longest one.
        self.full = ground._replace(
            graph=tuple(values.copy() for values in ground.graph),
            limit=2 * ground.limit,
        )
        self.become(0)

    def become(self, members):
        """Make the network that with these candidates."""
        for candidate in members_of(self.members & ~members):
            self.growing.drop(candidate)
        for candidate in members_of(members & ~self.members):
            self.growing.take(candidate)
        self.members = members

    def look_round(self, candidates):
        """Find which other candidates each may influence, where not known."""
        new = [c for c in candidates.tolist() if c not in self.near]
        if not new:
            return
        n = self.group.capacity.size
        trees = grow_trees(chosen_rows(self.growing.rows, np.array(new)), self.full)
        ends = zip(new, trees.first[:-1], trees.first[1:], strict=True)
        for c, begin, end in ends:
            nodes = trees.node[begin:end]
            self.near[c] = set_of(nodes[nodes >= n] - n) & self.useful & ~(1 << c)

    def rises(self, members, candidates):
        """Rise of PCnum by candidates, each added to the network with the members."""
        self._make_room()
        rise = np.zeros(candidates.size)
        is_asked = self.group.useful[candidates]
        asked, members = candidates[is_asked], members & self.useful
        if members:
            self.look_round(asked)
        # Members that are not near a candidate do not change what it brings.
        keys = [(c, members and members & self.near[c]) for c in asked.tolist()]
        missing = [key for key in dict.fromkeys(keys) if key not in self.known]
        if missing:
            self.become(members)
            self.n_valued += len(missing)
            values = self.growing.rises_of([c for c, _ in missing])
            self.known.update(zip(missing, values.tolist(), strict=True))
        rise[is_asked] = [self.known[key] for key in keys]
        return rise

    def _make_room(self):
        """Forget values for some members when there are too many to keep."""
        if len(self.known) > MOST_KEPT:
            self.known = {key: v for key, v in self.known.items() if not key[1]}

    def company(self):
        """Pairs of linked candidates, and what both might bring beyond each alone."""
        nearest = _strongest(self.group.to_patch, PATCHES_PER_CANDIDATE)
        over_a_patch = nearest @ nearest.T  # of several ways the sum: it is a guess
        links = self.group.to_candidate.maximum(over_a_patch.minimum(1.0))
        links = sparse.triu(links, 1).tocoo()
        a, b, chance = links.row, links.col, links.data
        self.become(0)
        ground, own = self.growing.ground, self.group.own
        trees = grow_trees(self.growing.rows, ground)
        reached = ground.capacity[trees.node] * np.exp(-trees.so_far)
        size = own.size, ground.capacity.size
        habitat = sparse.csr_array((reached, trees.node, trees.first), shape=size)
        mass = own + habitat.sum(axis=1)
        guess = chance * mass[a] * mass[b]
        strongest = np.lexsort((b, a, -guess))[: LINKS_PER_CANDIDATE * own.size]
        a, b, chance = a[strongest], b[strongest], chance[strongest]
        extra = [np.empty(0)]
        for start in range(0, a.size, PAIRS_AT_ONCE):
            left, right = a[start : start + PAIRS_AT_ONCE], b[start:][:PAIRS_AT_ONCE]
            nearer_left = (habitat[left] - habitat[right]).maximum(0)
            nearer_right = (habitat[right] - habitat[left]).maximum(0)
            one = own[left] + nearer_left.sum(axis=1)
            other = own[right] + nearer_right.sum(axis=1)
            extra.append(one * other)
        return a, b, 2 * chance * np.concatenate(extra)


def _strongest(chances, most):
    """Keep so many of the largest values in each row of a sparse table."""
    table = chances.tocoo()
    order = np.lexsort((table.col, -table.data, table.row))
    row = table.row[order]
    first = np.searchsorted(row, row)
    order = order[np.arange(row.size) - first < most]
    kept = table.data[order], (table.row[order], table.col[order])
    return sparse.csr_array(kept, shape=chances.shape)
