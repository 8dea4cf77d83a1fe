"""Land for tests of rings: ragged patches, dense maps, a square and its formula."""

import numpy as np
import shapely
from hypothesis import strategies as st

SQUARE = shapely.box(0, 0, 1000, 1000)


def square_ring_m2(side, start, end):
    """Area between two distances from a square: four sides and four quarter circles."""
    return 4 * side * (end - start) + np.pi * (end**2 - start**2)


@st.composite
def patchy_land(draw):
    """One to four ragged patches, small and large against a distance, and that."""
    distance = draw(st.sampled_from([5.0, 90.0, 250.0, 2500.0, 25_000.0]))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    patches = []
    for _ in range(draw(st.integers(1, 4))):
        n = int(random.integers(3, 60))
        size = distance * 10 ** random.uniform(-1.5, 1)
        angle = np.sort(random.uniform(0, 2 * np.pi, n))
        radius = size * (1 + 10 ** random.uniform(-4, -0.4) * random.uniform(-1, 1, n))
        ring = np.c_[
            radius * np.cos(angle), random.uniform(0.1, 1) * radius * np.sin(angle)
        ]
        ragged = shapely.Polygon(ring + random.uniform(-3, 3, 2) * size)
        parts = shapely.get_parts(shapely.make_valid(ragged))
        patches += [part for part in parts if part.area > 0]
    return patches, distance


def dense_map(distance, *, side=30, clearing=2.0, seed=3):
    """Small squares, jittered, at 0.4 distances from each other but for a clearing.

    The clearing is in the middle and has a radius of `clearing` distances.
    """
    random = np.random.default_rng(seed)
    step = 0.4 * distance
    places = np.stack(np.meshgrid(*[np.arange(side) * step] * 2), -1).reshape(-1, 2)
    middle = (side - 1) * step / 2
    kept = places[np.hypot(*(places - middle).T) > clearing * distance]
    corners = kept + random.uniform(-0.2, 0.2, kept.shape) * step
    sizes = random.uniform(0.02, 0.1, kept.shape) * distance
    return shapely.box(*corners.T, *(corners + sizes).T), shapely.Point(middle, middle)
