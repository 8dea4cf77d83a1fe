"""How a loop becomes machine code, once for all runs.

    python -m robuust_kernels.compiled      compile whatever is not kept yet

Compiling takes most of a minute, reading what is kept a fraction of a second. So it is
done once, with the environment or before jobs fan out, and kept in a folder named
after everything it depends on: numba by itself does not notice that a kernel of
another module changed.
"""

import importlib
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numba
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from robuust_kernels.kept import FINISHED, HERE, are_kept, kept_in

numba.config.CACHE_DIR = str(kept_in())


def kernel(function):
    """Compile a function on its first call, keep it, and let threads run it together.

    Parameters
    ----------
    function : callable
        Takes and gives numbers and numpy arrays only.

    Returns
    -------
    callable
        Works without the lock of the interpreter. Reading beyond an array is not
        noticed: arguments are checked by the library function that calls it.
    """
    return numba.njit(function, cache=True, nogil=True, error_model="numpy")


def inlined(function):
    """Make a small function part of each kernel that calls it."""
    return numba.njit(function, inline="always", error_model="numpy")


@intrinsic
def uncounted(context, arrays):
    """Give arrays whose users are not counted, for kernels that call others often.

    Whoever takes an array counts itself in and out, in a count that threads share.
    For calls that take less than a microsecond that is a good part of the work.

    Parameters
    ----------
    arrays : ndarray, or tuple of arrays, tuples and numbers
        An argument of the kernel: its caller holds the memory until the kernel ends.
        Memory that the kernel has asked for itself would be given back too early.

    Returns
    -------
    ndarray or tuple
        Not to be returned, nor kept, by the kernel.
    """

    def forget_counters(context, builder, signature, arguments):
        return _without_counters(context, builder, arrays, arguments[0])

    return arrays(arrays), forget_counters


def _without_counters(context, builder, kind, value):
    """Write code that takes the counter out of an array, or of all in a tuple."""
    if isinstance(kind, types.BaseTuple):
        parts = [
            _without_counters(context, builder, part, builder.extract_value(value, k))
            for k, part in enumerate(kind)
        ]
        return context.make_tuple(builder, kind, parts)
    if not isinstance(kind, types.Array):
        return value
    view = make_array(kind)(context, builder, value=value)
    view.meminfo = view.meminfo.type(None)
    view.parent = view.parent.type(None)
    return view._getvalue()


def compile_kernels():
    """Call every kernel once on the smallest input, so that it is kept.

    All processors share the work. Kernels of earlier versions are removed.
    """
    folder = kept_in()
    modules = [f"robuust_kernels.{path.stem}" for path in HERE.glob("*_kernels.py")]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        list(pool.map(compile_module, sorted(modules)))
    # Two processes that kept a kernel of both at once may have lost one form of it.
    for module in modules:
        compile_module(module)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FINISHED).touch()
    for older in folder.parent.glob("kernels-*"):
        if older != folder:
            shutil.rmtree(older, ignore_errors=True)


def compile_module(name):
    """Call the kernels of one module; its function `smallest_calls` knows how."""
    importlib.import_module(name).smallest_calls()


if __name__ == "__main__":
    if not are_kept():
        print("compiling the kernels, once (up to a minute)", file=sys.stderr)
        compile_kernels()
