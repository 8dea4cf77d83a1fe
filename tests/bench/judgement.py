"""What is asked of a ratio, and what the measured one amounts to."""

from dataclasses import dataclass

GATE_SHARE = 0.6  # of what must be reached: less on the small input fails
MOST_LOAD = 3.0  # processes that want one of the processors
MOST_SPREAD = 0.3  # between the quickest and the slowest run of ours
PEAK_MIB = 6 * 1024


@dataclass(frozen=True)
class Peer:
    """A side that ours is measured against.

    Attributes
    ----------
    side : str
        Function of the case.
    must, ambitious : float
        How many times ours must be quicker than the peer, and how many times it
        would like to be; with `at_most`, how many times longer it may take.
    row : str
        Row of the table of targets, if it is in there.
    at_most : bool
        Whether the peer is a floor that nothing is quicker than.
    gate : float or None
        What ours must reach on the small input; by default `GATE_SHARE` of `must`.
    gated : bool
        Whether a slow run on the small input fails.
    needs : str
        Package that the peer is, if it can be missing.
    """

    side: str
    must: float
    ambitious: float
    row: str = ""
    at_most: bool = False
    gate: float | None = None
    gated: bool = True
    needs: str = ""

    def limit(self):
        """Ratio at which the gate closes."""
        if self.gate is not None:
            return self.gate
        return self.must / GATE_SHARE if self.at_most else self.must * GATE_SHARE

    def ratio(self, ours_s, peer_s):
        """How many times quicker ours is; how many times longer, beside a floor."""
        return ours_s / peer_s if self.at_most else peer_s / ours_s

    def reaches(self, ratio, aim):
        """Whether a ratio is as good as an aim."""
        return ratio <= aim if self.at_most else ratio >= aim


def verdict(peer, ratio, ratios, size):
    """Say what a ratio amounts to, in two words; `ratios` are those of single turns."""
    if peer.reaches(ratio, peer.ambitious):
        return "ambitious reached"
    if peer.reaches(ratio, peer.must):
        return "must reached"
    if size == "small" and peer.gated:
        return "gate missed" if misses_gate(peer, ratios, size) else "gate passed"
    return "must missed"


def misses_gate(peer, ratios, size):
    """Tell whether ours is too slow on the small input, even in its best turn.

    A busy machine slows two threads of ours more than the one of a peer, and seldom
    all turns alike.
    """
    met = any(peer.reaches(ratio, peer.limit()) for ratio in ratios)
    return size == "small" and peer.gated and not met


def noise(line):
    """Say why times are not to be trusted; nothing when they are."""
    found = []
    if line["load"] > MOST_LOAD:
        found.append(f"load {line['load']:.1f}")
    if line["spread"] > MOST_SPREAD:
        found.append(f"spread {100 * line['spread']:.0f} %")
    return " and ".join(found)
