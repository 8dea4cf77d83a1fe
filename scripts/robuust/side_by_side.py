"""Several tasks at once, each on a processor core of its own."""

from concurrent.futures import ThreadPoolExecutor


def side_by_side(*tasks):
    """Run tasks at once and wait for all.

    Threads do here, as numpy, Arrow and GEOS let go of Python's lock while they work.
    The results do not depend on which task is ready first.

    Parameters
    ----------
    *tasks : callable
        Functions without arguments (see `functools.partial`) that share no data that
        any of them changes.

    Returns
    -------
    list
        What each task returns, in the order of the tasks.

    Raises
    ------
    Exception
        What the first task in order that fails raises.

    Examples
    --------
    >>> side_by_side(list, dict)
    [[], {}]
    """
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(task) for task in tasks]
        return [task.result() for task in running]
