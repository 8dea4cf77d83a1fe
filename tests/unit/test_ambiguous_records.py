"""Ambiguous records and the patches next to them, against the definition read aloud."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from robuust.ambiguous_records import ambiguous_facts

N_SPECIES, N_PATCHES = 2, 6
PATCHES = st.integers(0, N_PATCHES - 1)
LINKS = st.sets(st.tuples(PATCHES, PATCHES).filter(lambda ab: ab[0] < ab[1]))
RECORDS = st.lists(
    st.tuples(
        st.integers(0, N_SPECIES - 1),
        st.sets(PATCHES, min_size=2),
        st.sampled_from([-1, 0]),  # its patches lie in several networks, or in one
    ),
    max_size=8,
)
LONELY = st.lists(
    st.booleans(), min_size=N_SPECIES * N_PATCHES, max_size=N_SPECIES * N_PATCHES
)


def found(records, links, lonely):
    rows = [
        (number, species * N_PATCHES + patch, network)
        for number, (species, fits, network) in enumerate(records)
        for patch in fits
    ]
    pairs = pd.DataFrame(rows, columns=["record", "cell", "network"])
    both = sorted([*links, *((b, a) for a, b in links)])
    ways = np.array(both, dtype=np.int64).reshape(-1, 2).T
    lonely = np.array(lonely).reshape(N_SPECIES, N_PATCHES)
    return ambiguous_facts(pairs.sort_values("cell"), lonely, *ways)


@given(RECORDS, LINKS, LONELY)
def test_every_patch_follows_the_definition(records, links, lonely):
    facts = found(records, links, lonely)
    for cell in range(N_SPECIES * N_PATCHES):
        species, patch = divmod(cell, N_PATCHES)
        own = [(fits, network) for s, fits, network in records if s == species]
        firm = [fits for fits, network in own if network == 0]
        beside = {q for link in links if patch in link for q in link} - {patch}
        near = any(fits & (beside | {patch}) for fits in firm)
        others = [fits for fits in firm if not (lonely[cell] and patch in fits)]
        assert facts["n_ambiguous"][cell] == sum(patch in fits for fits, _ in own)
        assert facts["maybe_near"][cell] == near
        assert facts["maybe_elsewhere"][cell] == any(fits & beside for fits in others)


def test_without_records_links_or_patches_nothing_lies_near():
    assert not found([], {(0, 1)}, [True] * 12)["maybe_near"].any()
    assert found([(0, {1, 2}, 0)], set(), [False] * 12)["maybe_near"].sum() == 2
    none = np.empty(0, dtype=np.int64)
    pairs = pd.DataFrame({"record": none, "cell": none, "network": none})
    facts = ambiguous_facts(pairs, np.zeros((2, 0), dtype=bool), none, none)
    assert [values.size for values in facts.values()] == [0, 0, 0]
