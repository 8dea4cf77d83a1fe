"""Pieces of a long work, known by what they rest on: from other jobs, and earlier runs.

A piece is what one window or one site gives. Its digest covers everything that decides
it, so a known piece with that digest is the very same that would be made now: what lies
far from an edit need not be made again, and several jobs can share the work.
"""

import hashlib

import numpy as np
import pandas as pd
import shapely

DIGEST_BYTES = 16
SHAPES_AT_ONCE = 10_000  # some tens of megabytes as bytes


class Pieces:
    """What is known of the pieces of a work, and what was used of it.

    Parameters
    ----------
    known : mapping of str to object
        Pieces by their digest.
    share : (int, int)
        Which portion of the work is done here, of how many: what is neither known nor
        in this portion is left to others.
    keep : bool
        Whether pieces are wanted themselves, or only what is made of them.
        If not, a known piece is let go once it was given.

    Attributes
    ----------
    used : dict of str to object
        Every piece that was asked for and is there, of whatever portion.
    n_made : int
        How many of them were made here.

    Examples
    --------
    >>> pieces = Pieces({"a": "known"}, share=(1, 2))
    >>> list(pieces.one_by_one(["a", "b", "c", "d"], "made {}".format))
    ['known', None, 'made 2', 'made 3']
    >>> sorted(pieces.used), pieces.n_made
    (['a', 'c', 'd'], 2)
    """

    def __init__(self, known=(), share=(0, 1), *, keep=True):
        self.known, self.share, self.keep = dict(known), share, keep
        self.used, self.n_made = {}, 0

    @property
    def shared_out(self):
        """Whether other jobs do portions of the work."""
        return self.share[1] > 1

    def missing(self, digests):
        """List the positions of the pieces to make here: of its share of them all."""
        portion, of = self.share
        first, stop = (len(digests) * k // of for k in (portion, portion + 1))
        return [k for k in range(first, stop) if digests[k] not in self.known]

    def one_by_one(self, digests, make):
        """Yield each piece: known, or made by ``make(position)``, or else None."""
        missing = set(self.missing(digests))
        for k, digest in enumerate(digests):
            known = self.known.get if self.keep else self.known.pop
            piece = make(k) if k in missing else known(digest, None)
            self.n_made += k in missing
            if self.keep and piece is not None:
                self.used[digest] = piece
            yield piece

    def complete(self, digests, made):
        """List all pieces, of which the missing ones were made, in their order."""
        made = iter(made)
        return list(self.one_by_one(digests, lambda _: next(made)))


def shape_digests(shapes):
    """Digest of each shape, to the last bit of its coordinates.

    Parameters
    ----------
    shapes : array_like of geometry, shape (n,)

    Returns
    -------
    list of bytes

    Examples
    --------
    >>> one, same, other = shape_digests(shapely.points([[0, 1], [0, 1], [0, 2]]))
    >>> one == same, one == other
    (True, False)
    """
    shapes = np.asarray(shapes, dtype=object)
    return [
        hashlib.blake2b(content, digest_size=DIGEST_BYTES).digest()
        for start in range(0, len(shapes), SHAPES_AT_ONCE)
        for content in shapely.to_wkb(shapes[start : start + SHAPES_AT_ONCE])
    ]


def piece_digest(numbers, *contents):
    """Digest of all that decides a piece.

    Parameters
    ----------
    numbers : sequence of float
        Distances and places.
    *contents : sequence of bytes
        Digests of what lies near, each kind in the order in which it is used.

    Returns
    -------
    str

    Examples
    --------
    >>> piece_digest([1.0], [b"a", b"b"]) == piece_digest([1.0], [b"b", b"a"])
    False
    >>> piece_digest([1.0], [b"a"], []) == piece_digest([1.0], [], [b"a"])
    False
    """
    digest = hashlib.blake2b(np.asarray(numbers, dtype=float), digest_size=DIGEST_BYTES)
    for content in contents:
        digest.update(len(content).to_bytes(8, "little"))
        digest.update(b"".join(content))
    return digest.hexdigest()


def array_digest(*arrays):
    """Digest of arrays, to the last bit of their values.

    Parameters
    ----------
    *arrays : ndarray

    Returns
    -------
    str

    Examples
    --------
    >>> array_digest(np.zeros(2)) == array_digest(np.zeros(1), np.zeros(1))
    False
    """
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape} ".encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


def frame_digest(frame):
    """Digest of a table, to the last bit of its values.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        Its index does not count; the order of rows and columns does.

    Returns
    -------
    bytes

    Examples
    --------
    >>> one, other = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [2, 1]})
    >>> frame_digest(one) == frame_digest(other)
    False
    """
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for name, column in frame.items():
        digest.update(f"{name} {column.dtype} {len(column)} ".encode())
        if column.dtype == "geometry":
            digest.update(b"".join(shape_digests(column)))
        else:
            digest.update(pd.util.hash_pandas_object(column, index=False).to_numpy())
    return digest.digest()


def query_near(tree, shapes, distance_m):
    """Find what lies within a distance of shapes, in any order.

    Parameters
    ----------
    tree : STRtree
    shapes : ndarray of geometry, shape (n,)
    distance_m : float
        Zero or more [m].

    Returns
    -------
    ndarray of int, shape (2, n_pairs)
        Positions of the shapes, and in the tree.

    Examples
    --------
    >>> tree = shapely.STRtree(shapely.points([[5, 0], [1, 0]]))
    >>> query_near(tree, shapely.points([[0, 0]]), 2).tolist()
    [[0], [1]]
    """
    if distance_m == 0:
        return tree.query(shapes, predicate="intersects")
    return tree.query(shapes, predicate="dwithin", distance=distance_m)


def near_each(tree, shapes, distance_m):
    """List what lies within a distance of each shape, in the order the tree got it.

    A tree answers in an order that depends on all it holds; so would the last digits of
    what is drawn from the answer.

    Parameters
    ----------
    tree : STRtree
    shapes : array_like of geometry, shape (n,)
    distance_m : float
        Zero or more [m].

    Returns
    -------
    list of ndarray of int, length n
        Positions in the tree, ascending.

    Examples
    --------
    >>> tree = shapely.STRtree(shapely.points([[5, 0], [1, 0], [9, 0]]))
    >>> [near.tolist() for near in near_each(tree, shapely.points([[0, 0], [8, 0]]), 5)]
    [[0, 1], [0, 2]]
    """
    shapes = np.asarray(shapes, dtype=object)
    shape, near = query_near(tree, shapes, distance_m)
    near = near[np.lexsort((near, shape))]
    return np.split(near, np.cumsum(np.bincount(shape, minlength=len(shapes)))[:-1])
