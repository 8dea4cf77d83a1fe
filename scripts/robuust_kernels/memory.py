"""Memory asked for before it is taken."""

import psutil

NEVER_TOO_MUCH = 64 * 2**20  # bytes; asking what is free takes longer than such work


def require_memory(needed_bytes, what, advice):
    """Stop with words when work would not fit in what is free.

    Less than 64 MB is always granted.

    Parameters
    ----------
    needed_bytes : float
        Estimate of what the work takes at its peak.
    what, advice : str
        What needs it, and what to do when there is too little.

    Raises
    ------
    MemoryError
        If it is more than what the machine has free.

    Examples
    --------
    >>> require_memory(1e3, "one kilobyte", "buy some")
    >>> require_memory(1e18, "an exabyte", "Take less.")
    Traceback (most recent call last):
    MemoryError: an exabyte needs about 931322574.6 GiB, ... are free. Take less.
    """
    if needed_bytes < NEVER_TOO_MUCH:
        return
    free = psutil.virtual_memory().available
    if needed_bytes > free:
        raise MemoryError(
            f"{what} needs about {needed_bytes / 2**30:.1f} GiB,"
            f" {free / 2**30:.1f} GiB are free. {advice}"
        )
