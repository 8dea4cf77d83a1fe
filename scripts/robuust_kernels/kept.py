"""Where compiled kernels are kept; asked without loading the compiler."""

import getpass
import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
FINISHED = "finished"


def kept_in():
    """Folder of the compiled kernels of this version of the code.

    Returns
    -------
    Path
        In ``__pycache__`` beside the kernels; where that cannot be written, in a
        folder of the user's own among the temporary files.
    """
    digest = hashlib.sha256(version("numba").encode())
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    beside = HERE / "__pycache__"
    writable = os.access(beside if beside.exists() else HERE, os.W_OK)
    own = Path(tempfile.gettempdir()) / f"robuust-{getpass.getuser()}"
    home = beside if writable else own
    return home / f"kernels-{digest.hexdigest()[:16]}"


def are_kept():
    """Whether every kernel was compiled before, so that nobody waits for it."""
    return (kept_in() / FINISHED).exists()
