"""The cases of the bench: on a tiny input, both sides find the same."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

BENCH = Path(__file__).parents[1] / "bench"
CASES = BENCH / "cases"
TINY = {
    "least_cost": 120**2,
    "large_raster": 1_010**2,
    "patch_labels": 400,
    "plan": 60,
}
INGESTION = ("habitat", "records")  # have tests of their own


@pytest.fixture
def case(request, monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    monkeypatch.syspath_prepend(CASES)
    specification = importlib.util.spec_from_file_location(
        f"case_{request.param}", CASES / f"{request.param}.py"
    )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def names():
    return sorted(
        path.stem for path in CASES.glob("*.py") if path.stem not in INGESTION
    )


@pytest.mark.parametrize("case", names(), indirect=True)
def test_both_sides_of_a_case_find_the_same_and_a_wrong_result_is_told(case, tmp_path):
    case.prepare(tmp_path, TINY.get(case.__name__.removeprefix("case_"), 250))
    whole = case.read(tmp_path)
    peers = [p for p in case.PEERS if not p.needs or importlib.util.find_spec(p.needs)]
    inputs_and_cuts = [(whole, True)]
    if hasattr(case, "small"):
        inputs_and_cuts.insert(0, (case.small(whole), False))
    for inputs, cut in inputs_and_cuts:
        if not peers:
            break
        ours = arrays(case.ours(inputs))
        for peer in peers:
            theirs = arrays(getattr(case, peer.side)(inputs))
            told = case.difference(peer.side, ours, theirs, cut=cut)
            assert told == "", peer.side
            wrong = {name: np.zeros_like(value) for name, value in ours.items()}
            with np.errstate(invalid="ignore", divide="ignore"):
                told = case.difference(peer.side, wrong, theirs, cut=cut)
            assert told, peer.side


def arrays(results):
    return {name: np.asarray(value) for name, value in results.items()}


def test_every_row_of_the_table_has_a_case_or_is_said_to_be_absent(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    monkeypatch.syspath_prepend(CASES)
    import ratios
    from sides import load

    peers = [peer for name in names() for peer in load(name, CASES).PEERS]
    rows = {peer.row for peer in peers} | set(ratios.ABSENT)
    assert rows == {"R1", "R2", "V1", *(f"P{number}" for number in range(1, 17))}
    for peer in peers:
        assert peer.reaches(peer.ambitious, peer.must)
        assert peer.reaches(peer.must, peer.limit())
