"""Graphab's PC and flux of ten patches with cost distances."""

import numpy as np
import pandas as pd
import pytest
from recorded import misses, recorded

from robuust.connectivity import path_probabilities, probability_of_connectivity
from robuust.network import dispersal_probability

LANDSCAPE_M2 = 60_000.0**2
CASE = "p 0.5 at 600 cost units"


@pytest.fixture(scope="module")
def project(shared_data):
    """Capacities [m2] and best path probabilities of the project."""
    folder = shared_data / "data" / "oracles" / "graphab_10patches"
    patches = pd.read_csv(folder / "patches.csv")
    links = pd.read_csv(folder / "lkst1-links.csv")
    ids = pd.Index(patches["Id"])
    chance = dispersal_probability(links["Dist"], d0_m=600, p0=0.5)
    a, b = ids.get_indexer(links["ID1"]), ids.get_indexer(links["ID2"])
    path = path_probabilities(ids.size, a, b, chance, p_min=0)
    return patches["Capacity"].to_numpy(float), path


def test_pc_is_theirs_to_machine_precision(project):
    capacity, path = project
    pc = probability_of_connectivity(capacity, path) / LANDSCAPE_M2**2
    assert misses(recorded("graphab", CASE), "pc", pc).empty


def test_flux_of_each_patch_is_theirs_to_machine_precision(project):
    capacity, path = project
    flux = path @ capacity - capacity
    numbers = recorded("graphab", CASE)
    expected = numbers.loc[numbers["quantity"] == "flux", "value"]
    np.testing.assert_allclose(flux, expected, rtol=1e-13)
