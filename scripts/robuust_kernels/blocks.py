"""Work in blocks on several threads; results do not depend on how many."""

import itertools
import sys
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

PATIENCE_S = 5.0  # shorter work goes by without a word
STEP_S = 5.0  # between two lines of progress


def in_blocks(work, n, *, block, threads=1, label=None):
    """Call a kernel for one block of the work after the other.

    Parameters
    ----------
    work : callable
        ``work(start, stop)`` does the part from start up to, not including, stop, in
        less than a second, and holds no lock. Two calls may run at the same time.
    n : int
        Size of the whole work.
    block : int
        Size of a part; the last may be smaller. It decides how results are summed, so
        it must not depend on the number of threads.
    threads : int
        How many parts are worked on at a time.
    label : str or None
        What the work is, for a line of progress now and then once it takes long.

    Yields
    ------
    object
        What each call gave, in the order of the parts: results and their sums are
        the same for any number of threads. At most a few wait at a time.

    Notes
    -----
    Ctrl-C stops after the parts that are being worked on.

    Examples
    --------
    >>> list(in_blocks(lambda start, stop: (start, stop), 5, block=2, threads=2))
    [(0, 2), (2, 4), (4, 5)]
    """
    parts = ((first, min(first + block, n)) for first in range(0, n, block))
    progress = _Progress(label, n)
    if threads <= 1 or n <= block:
        for start, stop in parts:
            yield work(start, stop)
            progress.tell(stop)
        return
    pool = ThreadPoolExecutor(threads)
    try:
        waiting = deque()
        for part in itertools.islice(parts, 2 * threads):
            waiting.append((part[1], pool.submit(work, *part)))
        while waiting:
            stop, future = waiting.popleft()
            result = future.result()
            for part in itertools.islice(parts, 1):
                waiting.append((part[1], pool.submit(work, *part)))
            yield result
            progress.tell(stop)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Progress:
    """Lines on stderr, once the work takes longer than people like to wait."""

    def __init__(self, label, n):
        self.label, self.n = label, n
        self.started = time.monotonic()
        self.told = self.started + PATIENCE_S - STEP_S

    def tell(self, done):
        now = time.monotonic()
        if self.label is None or done >= self.n or now - self.told < STEP_S:
            return
        self.told = now
        left_s = (now - self.started) / done * (self.n - done)
        print(
            f"{self.label}: {100 * done / self.n:.0f} %, about {left_s:.0f} s left",
            file=sys.stderr,
        )
