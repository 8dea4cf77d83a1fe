"""Where compiled kernels are kept; asked without loading the compiler."""

import getpass
import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
FINISHED = "finished"


def kept_in():
    """Folder of the compiled kernels of this version of the code.

    Returns
    -------
    Path
        Where the environment says so with NUMBA_CACHE_DIR; else in ``__pycache__``
        beside the kernels; where that cannot be written, in a
        folder of the user's own among the temporary files.
    """
    # numba looks at the place and the time of a file, and at no other file.
    digest = hashlib.sha256(f"{version('numba')} {HERE}".encode())
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes() + str(path.stat().st_mtime_ns).encode())
    if "NUMBA_CACHE_DIR" in os.environ:
        return (
            Path(os.environ["NUMBA_CACHE_DIR"]) / f"kernels-{digest.hexdigest()[:16]}"
        )
    beside = HERE / "__pycache__"
    writable = os.access(beside if beside.exists() else HERE, os.W_OK)
    own = Path(tempfile.gettempdir()) / f"robuust-{getpass.getuser()}"
    home = beside if writable else own
    return home / f"kernels-{digest.hexdigest()[:16]}"


def are_kept():
    """Whether every kernel was compiled before, so that nobody waits for it."""
    return (kept_in() / FINISHED).exists()
