"""A group's network and its candidates, brought together from tables."""

import numpy as np
import pandas as pd
import pytest

from robuust.group_landscape import (
    group_landscape,
    landscape_from_tables,
    whole_pcnum,
)

P_MIN = 1e-4
# Patches of 2 and 3 ha out of reach of each other, both at 0.5 of candidate 0.
NETWORK = 1.0, [2.0, 3.0], ([], [], [])
TO_BOTH = [0, 0], [0, 1], [0.5, 0.5]
NO_MATES = [], [], []


def test_a_mere_connection_is_of_use_and_its_path_counts():
    group = group_landscape(*NETWORK, [0.0, 0.0], TO_BOTH, NO_MATES, p_min=P_MIN)
    assert group.useful.tolist() == [True, False]
    assert whole_pcnum(group, np.array([0, 1]), P_MIN)[0] == pytest.approx(13 + 12 / 4)


def test_a_candidate_that_is_of_no_use_has_no_links_and_no_habitat():
    group = group_landscape(
        *(*NETWORK, [4.0, 1.0], TO_BOTH, ([0], [1], [0.9])),
        p_min=P_MIN,
        useful=[False, True],
    )
    assert group.own.tolist() == [0, 1]
    assert group.to_patch.nnz == group.to_candidate.nnz == 0
    assert whole_pcnum(group, np.array([0, 1]), P_MIN)[0] == 13 + 1


def test_chances_of_zero_make_nothing_useful():
    none = [0, 0], [0, 1], [0.0, 0.0]
    group = group_landscape(*NETWORK, [0.0], none, NO_MATES, p_min=P_MIN)
    assert not group.useful.any()


def test_tables_tell_connections_from_candidates_that_do_not_suit():
    patches = pd.DataFrame({"patch_id": ["a", "b"], "effective_ha": [2.0, 3.0]})
    links = pd.DataFrame(
        {"patch_id_a": [], "patch_id_b": [], "probability": []}
    ).astype({"patch_id_a": "str", "patch_id_b": "str", "probability": float})
    new_links = pd.DataFrame(
        [
            ("bridge", "a", "patch", 0.5),
            ("bridge", "b", "patch", 0.5),
            ("field", "a", "patch", 1.0),
            ("bridge", "field", "candidate", 1.0),
        ],
        columns=["candidate_id", "other_id", "kind", "probability"],
    )
    gains = pd.DataFrame({"candidate_id": ["bridge"], "added_effective_ha": [0.0]})
    group = landscape_from_tables(
        *(patches, links, new_links, gains, ["bridge", "field"]),
        weight=1.0,
        p_min=P_MIN,
    )
    assert group.useful.tolist() == [True, False]
    assert group.to_patch.toarray().tolist() == [[0.5, 0.5], [0, 0]]
    assert group.to_candidate.nnz == 0


def test_tables_become_a_landscape_whatever_their_row_order():
    patches = pd.DataFrame({"patch_id": ["q", "p"], "effective_ha": [4.0, 3.0]})
    links = pd.DataFrame(
        {"patch_id_a": ["p"], "patch_id_b": ["q"], "probability": [0.5]}
    )
    new_links = pd.DataFrame(
        {
            "candidate_id": ["y", "x"],
            "other_id": ["q", "y"],
            "kind": ["patch", "candidate"],
            "probability": [0.25, 1.0],
        }
    )
    gains = pd.DataFrame({"candidate_id": ["y", "x"], "added_effective_ha": [2.0, 1]})
    found = landscape_from_tables(
        *(patches, links, new_links, gains, ["x", "y"]), weight=1, p_min=P_MIN
    )
    assert found.capacity.tolist() == [3, 4]
    assert found.pcnum == pytest.approx(9 + 16 + 2 * 0.5 * 12)
    assert found.own.tolist() == [1, 2]
    assert found.to_patch.toarray().tolist() == [[0, 0], [0, 0.25]]
    assert found.to_candidate.toarray().tolist() == [[0, 1], [1, 0]]
