"""The traits of a group: its own value where it has one, else its class's."""

import pandas as pd
import pytest

from robuust.traits import GROUP_COLUMNS, TRAITS, group_traits

CLASSES = pd.DataFrame({"mobility_class": ["beetles", "birds"]}).assign(
    **{trait: [1.0, 100.0] for trait in TRAITS}
)
CLASSES["min_neighbours"] = pd.array([0, 0], dtype="Int64")
CLASSES["role_distance_m"] = float("nan")


def groups(**own):
    names = {column: ["a", "b"] for column in GROUP_COLUMNS}
    return pd.DataFrame(names | {"mobility_class": ["birds", "beetles"]} | own)


def test_a_group_has_the_values_of_its_class():
    traits = group_traits(groups(), CLASSES, 0.5)
    assert traits["group"].tolist() == ["a", "b"]
    assert traits["dispersal_median_m"].tolist() == [100, 1]


def test_a_value_of_its_own_wins_and_a_blank_one_does_not():
    own = groups(min_patch_ha=[None, 7.5], min_neighbours=pd.array([3, None], "Int64"))
    traits = group_traits(own, CLASSES, 0.5)
    assert traits["min_patch_ha"].tolist() == [100, 7.5]
    assert traits["min_neighbours"].tolist() == [3, 0]


def test_an_own_value_of_zero_is_a_value():
    traits = group_traits(groups(edge_depth_m=[0, None]), CLASSES, 0.5)
    assert traits["edge_depth_m"].tolist() == [0, 1]


def test_distance_and_probability_are_stored_together():
    assert group_traits(groups(), CLASSES, 0.05)["p0"].tolist() == [0.05, 0.05]


def test_no_role_distance_anywhere_means_no_roles():
    traits = group_traits(groups(role_distance_m=[300, None]), CLASSES, 0.5)
    assert traits["role_distance_m"].fillna(-1).tolist() == [300, -1]


def test_every_trait_and_group_column_is_there_once():
    traits = group_traits(groups(), CLASSES, 0.5)
    assert list(traits) == [*GROUP_COLUMNS, *TRAITS, "p0"]


def test_the_tables_that_go_in_are_left_as_they_were():
    own, classes = groups(min_patch_ha=[None, 7.5]), CLASSES.copy()
    group_traits(own, classes, 0.5)
    pd.testing.assert_frame_equal(own, groups(min_patch_ha=[None, 7.5]))
    pd.testing.assert_frame_equal(classes, CLASSES)


def test_a_class_that_no_table_has_is_refused_by_name():
    with pytest.raises(ValueError, match="group 'a' names the class 'wader'"):
        group_traits(groups(mobility_class=["wader", "birds"]), CLASSES, 0.5)
