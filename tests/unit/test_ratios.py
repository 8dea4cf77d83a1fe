"""The runner of the bench measures all sides afresh and says what is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"
SCRIPT = BENCH / "ratios.py"
CASE = '''
"""Add up numbers."""
from judgement import Peer

TITLE, SIZES = "sum of numbers", {{"small": 10, "full": 50}}
PEERS = (Peer("peer", row="P0", must={must}, ambitious=1e9, needs="{needs}"),)


def prepare(folder, rows):
    with (folder / "made").open("a") as file:
        file.write("x")
    (folder / "numbers").write_text(" ".join(map(str, range(rows))))


def ours(folder):
    import time

    with (folder / "runs").open("a") as file:
        file.write("o")
    time.sleep(0.6)
    return {{"sum": sum(map(int, (folder / "numbers").read_text().split()))}}


def peer(folder):
    import time

    with (folder / "runs").open("a") as file:
        file.write("p")
    time.sleep(0.6)
    return {{"sum": {peer_sum}, "work_share": {share}}}


def difference(side, ours, peer, *, cut):
    assert cut
    return "" if ours["sum"] == peer["sum"] else f"{{ours['sum']}}, not {{peer['sum']}}"
'''


@pytest.fixture
def ratios(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    import ratios

    monkeypatch.setattr(ratios.psutil, "getloadavg", lambda: (0.5, 0.5, 0.5))
    return ratios


def write_case(folder, name, *, must=0.01, peer_sum=45, share=1, needs=""):
    text = CASE.format(must=must, peer_sum=peer_sum, share=share, needs=needs)
    (folder / f"{name}.py").write_text(text)


def test_a_case_is_prepared_once_and_run_in_turns_three_times(ratios, tmp_path):
    write_case(tmp_path, "case_of_sums", share=0.01)
    lines = [
        ratios.run_case("case_of_sums", "small", tmp_path / "data", cases=tmp_path)
        for _ in range(2)
    ]
    folder = tmp_path / "data" / "case_of_sums-10"
    assert (folder / "made").read_text() == "x"
    # Peer did a hundredth of its work, and a minute of all of it is run once.
    assert (folder / "runs").read_text() == "opoo" * 2
    (line,) = lines[0]
    assert line["difference"] == ""
    assert line["peer_s"] > 60
    assert line["ratio"] == pytest.approx(line["peer_s"] / line["ours_s"])
    assert line["ratio_lowest"] <= line["ratio"] <= line["ratio_highest"]
    assert line["ours_s"] >= 0.6
    assert line["ours_peak_mib"] > 5
    assert line["verdict"] == "must reached"
    assert ratios.faults(line) == []
    assert "case_of_sums" in ratios.written(line)
    json.dumps(line)


def test_an_input_that_was_not_finished_or_is_outdated_is_made_again(ratios, tmp_path):
    write_case(tmp_path, "case_cut_off")
    folder = tmp_path / "data" / "case_cut_off-10"
    folder.mkdir(parents=True)
    (folder / "made").write_text("half")
    for must in (0.01, 0.02):
        write_case(tmp_path, "case_cut_off", must=must)
        assert ratios.prepared(tmp_path, "case_cut_off", 10, tmp_path / "data")
        assert (folder / "made").read_text() == "x"
        (folder / "made").write_text("old")


def test_results_that_differ_are_told_and_give_no_times(ratios, tmp_path):
    write_case(tmp_path, "case_that_differs", peer_sum=44)
    (line,) = ratios.run_case("case_that_differs", "small", tmp_path, cases=tmp_path)
    assert ratios.faults(line) == ["results differ from peer: 45, not 44"]
    assert "ratio" not in line
    assert "results differ" in ratios.written(line)
    runs = (tmp_path / "case_that_differs-10" / "runs").read_text()
    assert runs.count("p") == 1


def test_a_peer_that_is_not_installed_is_left_out_loudly(ratios, tmp_path, capsys):
    write_case(tmp_path, "case_alone", needs="no_such_package")
    assert ratios.run_case("case_alone", "small", tmp_path, cases=tmp_path) == []
    told = capsys.readouterr().err
    assert told == "P0: NOT MEASURED, no_such_package is not installed\n"


def line_of(**changed):
    line = {"case": "sums", "peer": "peer", "difference": "", "missed": False}
    line |= {"ours_peak_mib": 100, "peak_limit_mib": 6_000, "ratio": 2.1}
    return line | {"load": 0.5, "spread": 0.1} | changed


def test_much_memory_and_a_missed_gate_are_faults_and_a_busy_machine_is_none(ratios):
    assert ratios.faults(line_of(load=9.0, spread=0.9)) == []
    assert ratios.faults(line_of(ours_peak_mib=7_000)) == ["needs more than 6000 MiB"]
    (slow,) = ratios.faults(line_of(missed=True))
    assert slow == "slower than its gate, 2.1 times peer"


@pytest.mark.parametrize(
    ("first", "again", "runs", "fails"),
    [
        ({}, {}, 1, False),
        ({"missed": True}, {}, 2, False),
        ({"missed": True}, {"missed": True}, 2, True),
        ({"load": 9.0}, {"missed": True}, 2, False),
        ({"spread": 0.5, "missed": True}, {"load": 9.0, "missed": True}, 2, True),
        ({"difference": "44"}, {}, 1, True),
    ],
)
def test_a_case_is_run_once_more_when_its_times_do_not_count_and_fails_at_two_misses(
    ratios, monkeypatch, tmp_path, first, again, runs, fails
):
    waiting = [[line_of(**first)], [line_of(**again)]]
    monkeypatch.setattr(ratios, "run_case", lambda *_, **__: waiting.pop(0))
    (line,) = ratios.judged_case("sums", "small", tmp_path)
    assert 2 - len(waiting) == runs
    assert bool(ratios.faults(line)) == fails


def test_a_side_that_fails_stops_the_bench(ratios, tmp_path):
    write_case(tmp_path, "case_that_fails", peer_sum="1 / 0")
    with pytest.raises(RuntimeError, match="peer of case case_that_fails failed"):
        ratios.run_case("case_that_fails", "small", tmp_path, cases=tmp_path)


def test_a_wrong_call_shows_how_to_call_it():
    done = subprocess.run(
        [sys.executable, SCRIPT, "huge"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "small|full" in done.stdout


def test_a_case_without_a_size_is_left_out_there(ratios, tmp_path):
    write_case(tmp_path, "case_of_small_sums")
    path = tmp_path / "case_of_small_sums.py"
    path.write_text(path.read_text().replace(', "full": 50', ""))
    assert ratios.run_case("case_of_small_sums", "full", tmp_path, cases=tmp_path) == []
