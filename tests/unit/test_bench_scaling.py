"""Growth of a stage: the slope between two sizes, and what is too steep."""

import json
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"


@pytest.fixture
def scaling(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    import scaling

    return scaling


def seconds_at(scaling, monkeypatch, few_s, many_s):
    monkeypatch.setattr(scaling, "prepared", lambda cases, name, n, data: n)

    def fresh(cases, name, side, n):
        return {"seconds": few_s if n == 10_000 else many_s}

    monkeypatch.setattr(scaling, "fresh", fresh)


@pytest.mark.parametrize(("many_s", "slope"), [(2, 0.0), (20, 1.0), (200, 2.0)])
def test_the_slope_is_that_between_the_logarithms(scaling, monkeypatch, many_s, slope):
    seconds_at(scaling, monkeypatch, 2, many_s)
    assert scaling.slope("pairs", None)["slope"] == pytest.approx(slope)


@pytest.mark.parametrize(("many_s", "status"), [(20, 0), (30, 1)])
def test_a_stage_that_grows_too_fast_fails(
    scaling, monkeypatch, tmp_path, capsys, many_s, status
):
    seconds_at(scaling, monkeypatch, 2, many_s)
    history = tmp_path / "history.jsonl"
    assert scaling.main([str(tmp_path), str(history), "pairs"]) == status
    assert ("grows too fast" in capsys.readouterr().err) == bool(status)
    assert json.loads(history.read_text())["stage"] == "pairs"


def test_every_stage_is_a_side_of_a_case(scaling, monkeypatch):
    monkeypatch.syspath_prepend(BENCH / "cases")
    from sides import load

    for name, side, _ in scaling.STAGES.values():
        assert callable(getattr(load(name, BENCH / "cases"), side))
