"""What makes the page work: style and scripts inside it, and nothing from elsewhere."""

import base64
import hashlib
import re

from markupsafe import Markup


def page_assets(texts):
    """Put style and scripts together, with a policy that lets nothing else run.

    Parameters
    ----------
    texts : dict of str to str
        leaflet.css, leaflet.js and its LICENSE; report.css, map.js and tables.js.

    Returns
    -------
    dict
        style and scripts, as markup; licence, as text; policy: the Content-Security-
        Policy, which names each of them by its checksum.

    Raises
    ------
    ValueError
        If a script would end its own element of the page.
    """
    style = without_addresses(texts["leaflet.css"]) + texts["report.css"]
    scripts = [
        re.sub(r"(?m)^//# sourceMappingURL=.*$", "", texts[name]).strip()
        for name in ("leaflet.js", "map.js", "tables.js")
    ]
    for text in (style, *scripts):
        if re.search(r"</(script|style)|<!--", text, flags=re.IGNORECASE):
            raise ValueError("a script or style of the page ends its own element")
    allowed = " ".join(checksum(text) for text in scripts)
    return {
        "style": Markup(style),
        "scripts": [Markup(text) for text in scripts],
        "licence": texts["LICENSE"],
        "policy": f"default-src 'none'; script-src {allowed}; "
        f"style-src {checksum(style)}; base-uri 'none'; form-action 'none'",
    }


def without_addresses(css):
    """Leave out what a style would fetch: pictures of controls that are not used.

    Examples
    --------
    >>> without_addresses("a { background-image: url(images/layers.png); top: 0 }")
    'a { background-image: none; top: 0 }'
    """
    return re.sub(r"url\([^)]*\)", "none", css)


def checksum(text):
    """Name a script or style as a Content-Security-Policy does.

    Examples
    --------
    >>> checksum("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    code = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{code}'"
