"""The runner of the bench measures both sides afresh and says what is wrong."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "bench" / "ratios.py"
CASE = '''
"""Add up numbers."""
TITLE, TARGET, SIZES = "sum of numbers", {target}, {{"small": 10, "full": 50}}


def prepare(folder, rows):
    with (folder / "made").open("a") as file:
        file.write("x")
    (folder / "numbers").write_text(" ".join(map(str, range(rows))))


def ours(folder):
    import time

    with (folder / "runs").open("a") as file:
        file.write("o")
    time.sleep(0.05)
    return {{"sum": sum(map(int, (folder / "numbers").read_text().split()))}}


def floor(folder):
    with (folder / "runs").open("a") as file:
        file.write("f")
    return {{"sum": {floor_sum}}}


def same(ours, floor):
    return ours["sum"] == floor["sum"]
'''


@pytest.fixture
def ratios():
    specification = importlib.util.spec_from_file_location("ratios", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def write_case(folder, name, *, target=1e9, floor_sum=45):
    (folder / f"{name}.py").write_text(CASE.format(target=target, floor_sum=floor_sum))


def test_a_case_is_prepared_once_and_run_in_turns_three_times(ratios, tmp_path):
    write_case(tmp_path, "case_of_sums")
    lines = [
        ratios.run_case("case_of_sums", "small", tmp_path / "data", cases=tmp_path)
        for _ in range(2)
    ]
    folder = tmp_path / "data" / "case_of_sums-10"
    assert (folder / "made").read_text() == "x"
    assert (folder / "runs").read_text() == "fofofo" * 2
    line = lines[0]
    assert line["same"]
    assert line["figures"] == {"floor": {"sum": 45}, "ours": {"sum": 45}}
    assert line["ratio"] == pytest.approx(line["ours_s"] / line["floor_s"])
    assert line["ratio_lowest"] <= line["ratio_highest"]
    assert line["ours_s"] >= 0.05
    assert line["ours_peak_mib"] > 5
    assert ratios.faults(line) == []
    assert "case_of_sums" in ratios.written(line)
    json.dumps(line)


def test_an_input_that_was_not_finished_is_made_again(ratios, tmp_path):
    write_case(tmp_path, "case_cut_off")
    folder = tmp_path / "data" / "case_cut_off-10"
    folder.mkdir(parents=True)
    (folder / "made").write_text("half")
    ratios.run_case("case_cut_off", "small", tmp_path / "data", cases=tmp_path)
    assert (folder / "made").read_text() == "x"


def test_other_results_and_much_memory_are_faults_and_a_busy_machine_is_none(ratios):
    line = {"same": False, "figures": {}, "size": "full", "target": 2, "ratio": 2.1}
    line["ours_peak_mib"] = 7000
    assert len(ratios.faults(line)) == 2
    slow = line | {"same": True, "ours_peak_mib": 100}
    assert ratios.faults(slow) == []


def test_results_that_differ_are_told(ratios, tmp_path):
    write_case(tmp_path, "case_that_differs", floor_sum=44)
    line = ratios.run_case("case_that_differs", "small", tmp_path, cases=tmp_path)
    assert ratios.faults(line)[0].startswith("results differ")


def test_a_side_that_fails_stops_the_bench(ratios, tmp_path):
    write_case(tmp_path, "case_that_fails", floor_sum="1 / 0")
    with pytest.raises(RuntimeError, match="floor of case case_that_fails failed"):
        ratios.run_case("case_that_fails", "small", tmp_path, cases=tmp_path)


def test_a_wrong_call_shows_how_to_call_it():
    done = subprocess.run(
        [sys.executable, SCRIPT, "huge"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "small|full" in done.stdout
