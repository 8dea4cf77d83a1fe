"""Verdicts that a candidate flips, by hand and against judging everything anew."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from robuust.network import components
from robuust.robustness import CLASSES, Norms, network_verdicts, patch_verdicts
from robuust.verdict_flips import flip_sentences, verdict_flips

NORMS = Norms(
    key_patch_ru=20, mvp_ru=60, network_ru_with_key=80, network_ru_without_key=120
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
    assert flipped(found) == [(0, "network", "A"), (0, "network", "B")]
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
    ]
    assert flip_sentences(found, 1)[1] == [
        "makes network A viable; becomes a key patch itself; "
        "makes patch p, q a key patch"
    ]


def test_nothing_flips_without_habitat_of_its_own_or_within_reach():
    stock = patches(("p", "A", 119.0))
    near = links((0, "p", True, True), (1, "p", False, False))
    assert verdict_flips(stock, near, [0.0, 5.0], NORMS).empty
    assert flip_sentences(verdict_flips(stock, near, [0.0, 5.0], NORMS), 2)[0] == [
        "",
        "",
    ]


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


@given(landscapes())
def test_flips_equal_judging_the_whole_landscape_anew(landscape):
    capacity, joined, near, own = landscape
    n = len(capacity)
    a, b = [i for i, _ in joined], [j for _, j in joined]
    label = components(n, a, b)
    found = verdict_flips(
        patches(*[(f"p{k}", f"N{label[k]}", capacity[k]) for k in range(n)]),
        links(*[(0, f"p{k}", merges, True) for k, merges in near.items()]),
        [own],
        NORMS,
    )
    # Anew: merged patches become part of the candidate, which is patch n.
    target = {k: n if near.get(k) else k for k in range(n)}
    label_then = components(n + 1, [*a, *near], [*b, *[n] * len(near)])
    ru = np.zeros(n + 1)
    np.add.at(ru, [*target.values(), n], [*capacity, own])
    now = network_verdicts(capacity, label, NORMS)
    then = network_verdicts(ru, label_then, NORMS)
    class_now = patch_verdicts(capacity, label, now, NORMS)
    class_then = patch_verdicts(ru, label_then, then, NORMS)
    viable = {
        f"N{label[k]}"
        for k in range(n)
        if then.viable[label_then[k]] and not now.viable[label[k]]
    }
    assert set(found.loc[found["what"] == "network", "name"]) == viable
    risen = {
        (CLASSES[class_then[k]], f"p{k}")
        for k in range(n)
        if not near.get(k) and class_then[k] <= 1 and class_then[k] < class_now[k]
    }
    merged = [k for k in range(n) if near.get(k)]
    if class_then[n] <= 1 and all(class_then[n] < class_now[k] for k in merged):
        largest = max(merged, key=lambda k: (capacity[k], -k), default=None)
        risen |= {(CLASSES[class_then[n]], "" if largest is None else f"p{largest}")}
    patch_flips = found[found["what"] != "network"]
    assert set(zip(patch_flips["what"], patch_flips["name"], strict=True)) == risen
