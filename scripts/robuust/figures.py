"""Numbers inside sentences, in Dutch and in English."""

import math


def figure(value):
    """Write a number for a sentence: three significant digits, no exponent.

    Parameters
    ----------
    value : float
        The number; a missing one becomes a question mark.

    Returns
    -------
    str
        Text with a decimal point.

    Examples
    --------
    >>> [figure(x) for x in (86, 0.0123456, 12345.6, 2.50)]
    ['86', '0.0123', '12346', '2.5']
    """
    if value is None or math.isnan(value):
        return "?"
    if math.isinf(value) or value == 0:
        return f"{value:g}"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def euros(value, language):
    """Write whole euros with marks for thousands.

    Examples
    --------
    >>> euros(96000.4, "nl"), euros(96000.4, "en")
    ('96.000', '96,000')
    """
    text = f"{value:,.0f}"
    return text.replace(",", ".") if language == "nl" else text


def figure_nl(value):
    """Write a number for a Dutch sentence, with a decimal comma.

    Examples
    --------
    >>> figure_nl(6.8)
    '6,8'
    """
    return figure(value).replace(".", ",")


def distance(value_m):
    """Write a distance, in metres up to a kilometre and in kilometres beyond it.

    Examples
    --------
    >>> distance(480.2), distance(3240), distance(0.4)
    ('480 m', '3.24 km', '0 m')
    """
    if value_m is None or math.isnan(value_m) or value_m >= 1000:
        return f"{figure(value_m / 1000 if value_m else value_m)} km"
    return f"{value_m:.0f} m"


def distance_nl(value_m):
    """Write a distance for a Dutch sentence, with a decimal comma.

    Examples
    --------
    >>> distance_nl(3240)
    '3,24 km'
    """
    return distance(value_m).replace(".", ",")
