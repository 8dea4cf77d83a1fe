"""A small part of the invented country, from its files to what people open."""

from pathlib import Path

import pandas as pd
import pytest

TESTS = Path(__file__).parents[1]
POLYGONS = 10_000
MOST_MIB = 1_000  # of any job; some 300 are the libraries alone


@pytest.fixture(scope="module")
def run(run_pipeline, tmp_path_factory):
    """A whole run on a country of 10,000 polygons and 12 groups."""
    folder = tmp_path_factory.mktemp("country")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TESTS / "scale")
        from make_country import make_country
    make_country(folder / "data", POLYGONS)
    done = run_pipeline(folder, folder / "data" / "country.yaml")
    assert done.code == 0, done.screen[-4000:]
    return done


def table(run, name):
    return pd.read_csv(
        run.folder / "results" / f"country_{POLYGONS}" / "tables" / f"{name}.csv"
    )


def test_every_kind_of_result_has_rows(run):
    names = ("patches", "networks", "links", "populations", "buffers", "robust_areas")
    names += ("restoration", "restoration_plan", "corridors", "report_units")
    empty = [name for name in names if table(run, name).empty]
    assert empty == []


def test_every_group_of_the_country_has_habitat(run):
    summary = table(run, "group_summary")
    assert len(summary) == 12
    assert summary["n_patches"].min() >= 1


def test_no_row_of_the_country_is_lost(run):
    rows = table(run, "ingest_summary")
    balance = rows[rows["reason"] == "balance"].set_index("source")
    kept = balance["rows_kept"] + balance["rows_quarantined"]
    assert (balance["rows_in"] == kept).all()
    assert balance.loc["habitat", "rows_in"] == pytest.approx(POLYGONS, rel=0.05)
    assert balance.loc["records", "rows_kept"] > 0.98 * 7.7 * POLYGONS


def test_no_job_needs_more_memory_than_a_small_machine_has(run):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TESTS / "bench")
        from rule_costs import read_benchmarks
    jobs = read_benchmarks(run.folder / "benchmarks")
    assert jobs["rule"].nunique() > 20
    assert jobs["peak_mib"].max() < MOST_MIB
