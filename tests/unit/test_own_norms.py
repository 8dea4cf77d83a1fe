"""A species with norms of its own: the patches of its group, by other figures."""

import numpy as np
import pandas as pd
import pytest

from robuust.own_norms import own_verdicts, own_words
from robuust.robustness import CLASSES, Norms

# Three marshes of 600, 200 and 100 ha in one network, for pairs that need 10 ha.
PATCHES = pd.DataFrame(
    {"capacity_ru": [60.0, 20, 10], "class": ["stronghold", "key", "network"]}
)
NORMS = Norms(20, 60, 80, 120)


def verdicts(**own):
    found = own_verdicts(
        pd.DataFrame([own]), PATCHES, np.zeros(3, int), NORMS, reproductive_unit_ha=10
    )
    return found, [CLASSES[code] for code in found["class_code"]]


def test_a_species_without_values_of_its_own_is_judged_as_its_group():
    found, classes = verdicts(species="Acrocephalus")
    assert classes == PATCHES["class"].tolist()
    assert found["capacity_ru"].tolist() == [60, 20, 10]
    assert found["key_patch_ru"].tolist() == [20] * 3
    assert found["reproductive_unit_ha"].tolist() == [10] * 3


def test_a_bittern_is_not_a_reed_warbler():
    # 40 ha a pair: 15 + 5 + 2.5 = 22.5 pairs, less than half of the 80 needed.
    found, classes = verdicts(reproductive_unit_ha=40)
    assert found["capacity_ru"].tolist() == [15, 5, 2.5]
    assert classes == ["insufficient"] * 3


def test_own_norms_on_the_patches_of_the_group():
    # A key patch of 15 pairs, 90 pairs with it: the network of 90 is viable, no patch
    # a stronghold.
    own = {"key_patch_ru": 15, "mvp_ru": 80, "network_ru_with_key": 90}
    found, classes = verdicts(**own)
    assert classes == ["key", "key", "network"]
    assert found["capacity_ru"].tolist() == [60, 20, 10]
    assert found["key_patch_ru"].tolist() == [15] * 3


def test_a_blank_norm_is_that_of_the_group():
    _, classes = verdicts(mvp_ru=61, key_patch_ru=np.nan)
    assert classes == ["key", "key", "network"]  # 90 of 80 pairs with a key patch


def test_a_norm_of_zero_is_refused_in_words():
    with pytest.raises(ValueError, match=r"mvp_ru is 0\.0; a norm must be above zero"):
        verdicts(mvp_ru=0)


def test_the_words_name_each_own_value_in_both_languages():
    species = pd.DataFrame(
        {"reproductive_unit_ha": [2.5, np.nan], "mvp_ru": [80, None]}
    )
    nl, en = own_words(species)
    assert nl == [
        "eigen waarden van de soort: reproductieve eenheid 2,5 ha, bolwerk 80 RE",
        None,
    ]
    assert (
        en[0] == "own values of the species: reproductive unit 2.5 ha, stronghold 80 RU"
    )
