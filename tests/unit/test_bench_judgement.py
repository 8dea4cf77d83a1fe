"""What is asked of a ratio: quicker than a peer, not much slower than a floor."""

from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"


@pytest.fixture
def judgement(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    import judgement

    return judgement


def test_a_peer_is_to_be_beaten_and_a_floor_is_to_be_neared(judgement):
    peer = judgement.Peer("peer", must=5, ambitious=20)
    floor = judgement.Peer("floor", must=6, ambitious=3, at_most=True)
    assert (peer.ratio(2, 10), floor.ratio(10, 2)) == (5, 5)
    told = [judgement.verdict(peer, ratio, [ratio], "full") for ratio in (20, 5, 4.9)]
    assert told == ["ambitious reached", "must reached", "must missed"]
    told = [judgement.verdict(floor, ratio, [ratio], "full") for ratio in (3, 6, 6.1)]
    assert told == ["ambitious reached", "must reached", "must missed"]


def test_the_gate_stands_at_six_tenths_unless_a_case_says_where(judgement):
    peer = judgement.Peer("peer", must=5, ambitious=20)
    floor = judgement.Peer("floor", must=6, ambitious=3, at_most=True)
    own = judgement.Peer("peer", must=5, ambitious=20, gate=2)
    assert [p.limit() for p in (peer, floor, own)] == pytest.approx([3, 10, 2])


def test_the_gate_is_missed_only_when_no_turn_met_it_and_on_the_small_input(judgement):
    peer = judgement.Peer("peer", must=5, ambitious=20)
    assert judgement.misses_gate(peer, [2.9, 2.5, 2.0], "small")
    assert not judgement.misses_gate(peer, [2.9, 3.0, 2.0], "small")
    assert not judgement.misses_gate(peer, [2.9, 2.5, 2.0], "full")
    assert judgement.verdict(peer, 2.5, [2.9, 2.5, 2.0], "small") == "gate missed"
    assert judgement.verdict(peer, 2.9, [2.9, 3.0, 2.0], "small") == "gate passed"
    free = judgement.Peer("floor", must=2, ambitious=1, at_most=True, gated=False)
    assert not judgement.misses_gate(free, [9.0], "small")
    assert judgement.verdict(free, 9.0, [9.0], "small") == "must missed"


def test_load_and_spread_are_told(judgement):
    assert judgement.noise({"load": 2.9, "spread": 0.29}) == ""
    told = judgement.noise({"load": 4.0, "spread": 0.5})
    assert told == "load 4.0 and spread 50 %"
