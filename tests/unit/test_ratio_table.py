"""The table of the documentation has the last ratio of every row, in their order."""

import json
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"
LINE = {"case": "sums", "peer": "peer", "row": "P2", "size": "full", "title": "sums"}
LINE |= {"rows": 10_000, "ours_s": 0.5, "ours_peak_mib": 100.4, "at_most": False}
LINE |= {"peer_s": 5.0, "peer_peak_mib": 200, "ratio": 10.0, "ratio_lowest": 9.0}
LINE |= {"ratio_highest": 11.0, "must": 5, "ambitious": 3000, "machine": "2 cores"}
LINE |= {"verdict": "must reached", "date": "2026-11-22"}


@pytest.fixture
def ratio_table(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    import ratio_table

    return ratio_table


def test_the_last_of_several_measurements_counts_and_floors_have_a_most(
    ratio_table, tmp_path, capsys
):
    lines = [
        LINE | {"row": "P10", "case": "b", "at_most": True},
        LINE | {"row": "", "case": "habitat"},
        LINE | {"ratio": 7.0},
        LINE,
        LINE | {"size": "small", "ratio": 1.0},
        {"case": "sums", "peer": "peer", "size": "full", "difference": "44"},
        {"stage": "pairs", "slope": 1.0},
    ]
    history = tmp_path / "history.jsonl"
    history.write_text("\n".join(map(json.dumps, lines)))
    assert ratio_table.main(["full", str(history)]) == 0
    table = capsys.readouterr().out.splitlines()
    assert [row.split(" | ")[0] for row in table[2:5]] == ["| P2", "| P10", "| "]
    assert table[2] == (
        "| P2 | sums | 10,000 | 0.5 s, 100 MiB | peer: 5 s, 200 MiB | 10 (9 to 11) |"
        " ≥ 5 | ≥ 3,000 | must reached (2026-11-22) |"
    )
    assert "≤ 5" in table[3]
    assert table[-1] == "Machine: 2 cores."


def test_a_wrong_call_shows_how_to_call_it(ratio_table, capsys):
    assert ratio_table.main([]) == 2
    assert "small|full" in capsys.readouterr().out
