"""Lists inside sentences: the first few named, the rest counted."""

NAMED = 3


def listed(words, language):
    """Name the first few of a list and count the rest.

    Parameters
    ----------
    words : list of str
    language : str
        nl or en.

    Returns
    -------
    str

    Examples
    --------
    >>> listed(["a", "b", "c", "d"], "en")
    'a, b, c and 1 more'
    """
    text = ", ".join(words[:NAMED])
    more = len(words) - NAMED
    if more <= 0:
        return text
    return f"{text} en {more} andere" if language == "nl" else f"{text} and {more} more"
