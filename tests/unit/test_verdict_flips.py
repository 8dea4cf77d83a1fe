"""Verdicts that a candidate flips, by hand and against judging everything anew."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from robuust.candidate_actions import joining_links
from robuust.network import components
from robuust.robustness import CLASSES, Norms, network_verdicts, patch_verdicts
from robuust.verdict_flips import flip_sentences, flip_table, verdict_flips

NORMS = Norms(
    key_patch_ru=20, mvp_ru=60, network_ru_with_key=80, network_ru_without_key=120
)
TOTAL_ONLY = Norms(
    key_patch_ru=900, mvp_ru=900, network_ru_with_key=80, network_ru_without_key=120
)


def patches(*rows):
    return pd.DataFrame(rows, columns=["patch_id", "network_id", "capacity_ru"])


def links(*rows):
    columns = ["candidate", "patch_id", "merges", "within_dispersal"]
    return pd.DataFrame(rows, columns=columns)


def flipped(found):
    return list(found.itertuples(index=False, name=None))


def test_joining_two_poor_networks_makes_both_viable():
    # 60 + 55 + 5 of the candidate = 120, which is enough without a key patch.
    stock = [(f"a{k}", "A", 15.0) for k in range(4)]
    stock += [(f"b{k}", "B", 11.0) for k in range(5)]
    found = verdict_flips(
        patches(*stock),
        links((0, "a0", False, True), (0, "b4", False, True)),
        [5.0],
        NORMS,
    )
    lifted = [(0, "viable_patch", f"a{k}") for k in range(4)]
    lifted += [(0, "viable_patch", f"b{k}") for k in range(5)]
    assert flipped(found) == [(0, "network", "A"), (0, "network", "B"), *lifted]
    nl, en, count = flip_sentences(found, 1)
    assert nl == ["maakt netwerken A, B levensvatbaar"]
    assert en == ["makes networks A, B viable"]
    assert count.tolist() == [2]


def test_a_patch_that_grows_becomes_key_and_then_a_stronghold():
    # P of 18 RU in a viable network grows to 22: key. Grown to 61 it is a stronghold.
    stock = patches(("p", "A", 18.0), ("q", "A", 102.0))
    near = links((0, "p", True, True), (1, "p", True, True))
    found = verdict_flips(stock, near, [4.0, 43.0], NORMS)
    assert flipped(found) == [(0, "key", "p"), (1, "stronghold", "p")]
    assert flip_sentences(found, 2)[1] == [
        "makes patch p a key patch",
        "makes patch p a stronghold",
    ]


def test_a_viable_network_also_lifts_the_patches_in_it():
    # 25 + 30 + 25 of the candidate = 80 with key patches: viable, so both are key, and
    # so is the candidate itself.
    stock = patches(("p", "A", 25.0), ("q", "A", 30.0))
    found = verdict_flips(stock, links((0, "q", False, True)), [25.0], NORMS)
    assert flipped(found) == [
        (0, "key", ""),
        (0, "key", "p"),
        (0, "key", "q"),
        (0, "network", "A"),
        (0, "viable_patch", "p"),
        (0, "viable_patch", "q"),
    ]
    assert flip_sentences(found, 1)[1] == [
        "makes network A viable; becomes a key patch itself; "
        "makes patch p, q a key patch"
    ]


def test_the_patches_of_a_network_that_was_viable_are_no_flips():
    stock = patches(("p", "A", 60.0), ("q", "A", 5.0), ("r", "B", 5.0))
    near = links((0, "p", False, True), (0, "r", False, True))
    found = verdict_flips(stock, near, [1.0], NORMS)
    assert flipped(found) == [(0, "network", "B"), (0, "viable_patch", "r")]


def test_a_mere_connection_joins_networks_but_never_becomes_a_patch():
    # 60 + 55 = 115 of 120; with a key patch of 25 in the one, 80 is enough.
    stock = patches(*[("p", "A", 25.0), ("q", "A", 15.0)], *[("r", "B", 55.0)])
    near = links((0, "q", False, True), (0, "r", False, True), (1, "q", False, True))
    found = verdict_flips(stock, near, [0.0, 0.0], NORMS)
    assert flipped(found) == [
        (0, "key", "p"),
        (0, "key", "r"),
        (0, "network", "A"),
        (0, "network", "B"),
        (0, "viable_patch", "p"),
        (0, "viable_patch", "q"),
        (0, "viable_patch", "r"),
    ]


def test_the_table_of_flips_names_candidates_and_group():
    stock = patches(("p", "A", 119.0))
    found = verdict_flips(stock, links((1, "p", True, True)), [0.1, 1.0], TOTAL_ONLY)
    table = flip_table(found, ["x", "y"], "toads")
    assert table.to_numpy().tolist() == [
        ["y", "toads", "network", "A"],
        ["y", "toads", "viable_patch", "p"],
    ]
    none = flip_table(found.iloc[:0], ["x", "y"], "toads")
    assert none.dtypes.to_dict() == table.dtypes.to_dict()


def test_nothing_flips_without_habitat_of_its_own_or_within_reach():
    stock = patches(("p", "A", 119.0))
    near = links((0, "p", True, True), (1, "p", False, False))
    found = verdict_flips(stock, near, [0.0, 5.0], TOTAL_ONLY)
    assert found.empty
    assert flip_sentences(found, 2)[0] == ["", ""]


def test_a_group_without_patches_can_get_its_first_stronghold():
    none = patches().astype({"capacity_ru": float, "patch_id": object})
    found = verdict_flips(none, links(), [60.0, 59.0], NORMS)
    assert flipped(found) == [(0, "stronghold", "")]


@st.composite
def landscapes(draw):
    n = draw(st.integers(1, 6))
    capacity = [draw(st.sampled_from([3.0, 12, 19, 21, 40, 61])) for _ in range(n)]
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    joined = draw(st.lists(pair, max_size=4))
    near = draw(st.dictionaries(st.integers(0, n - 1), st.booleans(), max_size=3))
    return capacity, joined, near, draw(st.sampled_from([1.0, 5, 20, 60]))


def stock_of(capacity, label):
    rows = [(f"p{k}", f"N{label[k]}", ru) for k, ru in enumerate(capacity)]
    return patches(*rows)


def check_anew(found, capacity, label, ru, label_then, merged):
    """Flips of candidate 0, the last of `ru`, against judging the landscape anew.

    Parameters
    ----------
    found : DataFrame
    capacity, label
        Of the patches as they are: capacity [RU] and network.
    ru, label_then
        The same with the candidate behind the patches; those that it merged with have
        nothing left of their own.
    merged : list of int
    """
    n = len(capacity)
    now = network_verdicts(capacity, label, NORMS)
    then = network_verdicts(ru, label_then, NORMS)
    class_now = patch_verdicts(capacity, label, now, NORMS)
    class_then = patch_verdicts(ru, label_then, then, NORMS)
    lifted = [
        k for k in range(n) if then.viable[label_then[k]] and not now.viable[label[k]]
    ]
    expected = {("network", f"N{label[k]}") for k in lifted}
    expected |= {("viable_patch", f"p{k}") for k in lifted}
    for k in set(range(n)) - set(merged):
        if class_then[k] <= 1 and class_then[k] < class_now[k]:
            expected.add((CLASSES[class_then[k]], f"p{k}"))
    if class_then[n] <= 1 and all(class_then[n] < class_now[k] for k in merged):
        largest = max(merged, key=lambda k: (capacity[k], -k), default=None)
        name = "" if largest is None else f"p{largest}"
        expected.add((CLASSES[class_then[n]], name))
    rows = list(zip(found["what"], found["name"], strict=True))
    assert len(rows) == len(set(rows))
    assert set(rows) == expected


@given(landscapes())
def test_flips_equal_judging_the_whole_landscape_anew(landscape):
    capacity, joined, near, own = landscape
    n = len(capacity)
    a, b = [i for i, _ in joined], [j for _, j in joined]
    label = components(n, a, b)
    rows = [(0, f"p{k}", merges, True) for k, merges in near.items()]
    found = verdict_flips(stock_of(capacity, label), links(*rows), [own], NORMS)
    # Anew: merged patches become part of the candidate, which is patch n.
    target = [n if near.get(k) else k for k in range(n)]
    ru = np.bincount([*target, n], weights=[*capacity, own], minlength=n + 1)
    label_then = components(n + 1, [*a, *near], [*b, *[n] * len(near)])
    merged = [k for k in range(n) if near.get(k)]
    check_anew(found, capacity, label, ru, label_then, merged)


@given(landscapes(), st.lists(st.floats(0, 900), min_size=6, max_size=6))
def test_a_connection_flips_what_links_between_its_two_sides_would_flip(
    landscape, ways_m
):
    capacity, joined, near, _ = landscape
    n, most_m = len(capacity), 1_000
    a, b = [i for i, _ in joined], [j for _, j in joined]
    label = components(n, a, b)
    table = links(*[(0, f"p{k}", merges, True) for k, merges in near.items()])
    table = table.astype({"candidate": int, "merges": bool, "within_dispersal": bool})
    table = table.assign(cost_m=[ways_m[k] for k in near], probability=0.5)
    joining = joining_links(table, [0.0], dispersal_max_m=most_m)
    found = verdict_flips(stock_of(capacity, label), joining, [0.0], NORMS)
    pairs = [(i, j) for i in near for j in near if ways_m[i] + ways_m[j] <= most_m]
    ends = [*a, *(i for i, _ in pairs)], [*b, *(j for _, j in pairs)]
    label_then = components(n + 1, *ends)
    check_anew(found, capacity, label, [*capacity, 0.0], label_then, [])
