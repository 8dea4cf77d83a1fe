"""Text made from a template, in which no value of the data can pass for markup."""

from functools import lru_cache

import jinja2


def fill(template, **values):
    """Fill a template of HTML or XML.

    Parameters
    ----------
    template : str
        Text of a jinja2 template; compiled once, however often it is filled.
    **values
        What stands in it by name; every value is escaped.

    Returns
    -------
    str
        The filled text.

    Raises
    ------
    jinja2.UndefinedError
        If the template names a value that is not given.

    Examples
    --------
    >>> fill("<b>{{ name }}</b>", name="a < b")
    '<b>a &lt; b</b>'
    """
    return _compiled(template).render(**values)


def rgb(colour):
    """Turn ``#rrggbb`` into the ``r,g,b`` of QGIS; a filter in templates.

    Examples
    --------
    >>> rgb("#08306b")
    '8,48,107'
    """
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))


@lru_cache
def _compiled(template):
    """Template with the rules that all of ours share."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rgb"] = rgb
    return environment.from_string(template)
