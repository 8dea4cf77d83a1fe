"""Compiled inner loops: plain arrays in, plain arrays out, no shapes and no tables.

Every kernel is Python that numba compiles once and keeps on disk (`compiled`). Kernels
hold no lock, so that `blocks` runs them on as many threads as the caller has.
"""
