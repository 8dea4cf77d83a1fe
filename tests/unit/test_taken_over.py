"""What a scenario takes over from today, and what it must compute."""

import pytest

from robuust_files.taken_over import taken_over


@pytest.fixture
def job(tmp_path):
    """Folders of a scenario and of today with a job's files; the outputs of today."""
    folders = tmp_path / "coast_houses", tmp_path / "coast"
    for folder in folders:
        (folder / "frogs").mkdir(parents=True)
        (folder / "frogs" / "patches.parquet").write_text("patches")
    (folders[1] / "frogs" / "links.parquet").write_text("links")
    shared = tmp_path / "table.csv"
    shared.write_text("read by both")
    own = folders[0] / "frogs"
    inputs = [str(own / "patches.parquet"), str(shared)]
    return inputs, [str(own / "links.parquet")], tuple(map(str, folders)), own


def test_with_the_same_input_the_results_of_today_are_taken_over(job):
    inputs, outputs, folders, own = job
    assert taken_over(inputs, outputs, folders)
    assert (own / "links.parquet").read_text() == "links"


def test_with_other_input_nothing_is_taken_over(job):
    inputs, outputs, folders, own = job
    (own / "patches.parquet").write_text("Patches")  # as many bytes
    assert not taken_over(inputs, outputs, folders)
    assert not (own / "links.parquet").exists()


def test_a_run_that_is_no_scenario_computes_everything(job):
    inputs, outputs, _, own = job
    assert not taken_over(inputs, outputs, None)
    assert not (own / "links.parquet").exists()
