"""Are these the numbers that a formula is made for? Words that say which are not."""

import numpy as np


def checked_numbers(values, rule, advice, *, highest=np.inf):
    """Numbers as floats, refused when one is missing, negative or too large.

    Parameters
    ----------
    values : array_like of float
    rule : str
        What each must be, as a sentence: "every gap must be zero or more metres".
    advice : str
        What to do when one is not.
    highest : float
        Largest number allowed.

    Returns
    -------
    ndarray of float

    Raises
    ------
    ValueError
        With how many are wrong, and the first of them.

    Examples
    --------
    >>> checked_numbers([1, -2], "every gap must be zero or more metres", "measure it")
    Traceback (most recent call last):
    ValueError: every gap must be zero or more metres; 1 of 2 is not (the first is ...
    >>> checked_numbers([1, 2], "every gap must be zero or more metres", "measure it")
    array([1., 2.])
    """
    numbers = np.asarray(values, dtype=float)
    right = (numbers >= 0) & (numbers <= highest)  # False for missing values too
    if not right.all():
        wrong = np.flatnonzero(~right)
        verb = "is" if wrong.size == 1 else "are"
        raise ValueError(
            f"{rule}; {wrong.size} of {numbers.size} {verb} not (the first is number"
            f" {wrong[0]}: {numbers.flat[wrong[0]]:g}); {advice}"
        )
    return numbers
