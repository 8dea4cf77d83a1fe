"""Whether the code behind a script has changed: Snakemake looks at the script alone."""

import hashlib
import re
from functools import cache

# `from robuust_kernels import (a, b)`, `from robuust.grid import Grid`. Reading the
# syntax tree of all modules would take a second before every run.
IMPORT = re.compile(
    r"^\s*from (?P<package>robuust\w*)(?:\.(?P<module>\w+))? import "
    r"(?P<names>\([^)]*\)|.*)",
    re.MULTILINE,
)
# `python -m robuust_files.sheet_process`: a module that is started, not imported.
STARTED = re.compile(r'"(robuust\w*)\.(\w+)"')


def code_digest(scripts):
    """Digest of scripts and of all modules that they come to import, or to start.

    Parameters
    ----------
    scripts : list of Path
        Beside the packages of this project. Imports within functions count.

    Returns
    -------
    str
        16 hexadecimal digits; the same as long as none of these files changes.

    Raises
    ------
    OSError
        When a file cannot be read.
    """
    content = hashlib.sha256()
    for module in sorted(set().union(*map(all_modules, scripts))):
        content.update(module.read_bytes())
    return content.hexdigest()[:16]


def all_modules(script):
    """Find the script, and the files of all modules of this project behind it."""
    seen, ahead = set(), [script]
    while ahead:
        module = ahead.pop()
        if module not in seen:
            seen.add(module)
            ahead += imported_modules(module, script.parent)
    return seen


@cache
def imported_modules(module, folder):
    """Files in the packages in `folder` that a module imports, of itself alone."""
    text = module.read_text(encoding="utf-8")
    found = {folder / package / f"{name}.py" for package, name in STARTED.findall(text)}
    for match in IMPORT.finditer(text):
        package = folder / match["package"]
        names = [match["module"]] if match["module"] else _words(match["names"])
        found |= {package / f"{name}.py" for name in names}
    return sorted(path for path in found if path.is_file())


def _words(names):
    """Read what is imported: of `(a, b as c)` a and b."""
    return re.findall(r"(?<!as )\b(?!as\b)\w+", names.partition("#")[0])
