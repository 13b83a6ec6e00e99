"""Several runs of a function side by side, in threads or in processes."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")


def in_threads(fn: Callable[[A], R], arguments: Sequence[A], most: int) -> list[R]:
    with ThreadPoolExecutor(most) as pool:
        return list(pool.map(fn, arguments))


def in_processes(fn: Callable[[A], R], arguments: Sequence[A], most: int) -> list[R]:
    """Each process is new: nothing that one run has broken reaches another."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(most, mp_context=context, max_tasks_per_child=1) as pool:
        return list(pool.map(fn, arguments))
