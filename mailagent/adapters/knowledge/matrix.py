"""The vectors of articles in memory, side by side in one matrix, compared with numpy.

The only file that needs numpy, which is an optional extra.
"""

import threading
from collections.abc import Collection, Iterable, Mapping

import numpy as np

from mailagent.ports import Vector

SPARE = 1.1
"""A full matrix grows by this much at least: a new article does not copy it each time."""


class Matrix:
    """Vectors of one width by key, 4 bytes a number. Safe to use from several threads."""

    def __init__(self) -> None:
        self._using = threading.Lock()
        self._rows: dict[str, int] = {}
        self._keys: dict[int, str] = {}
        self._free: list[int] = []
        self._matrix = np.zeros((0, 0), np.float32)

    def fits(self, vector: Vector) -> bool:
        """Whether it is as wide as those that are here; anything fits into an empty matrix."""
        with self._using:
            return self._fits(vector)

    def _fits(self, vector: Vector) -> bool:
        return not self._rows or len(vector) == self._matrix.shape[1] * self._matrix.itemsize

    def missing(self, keys: Iterable[str]) -> list[str]:
        """Those of `keys` that are not here."""
        with self._using:
            return [key for key in keys if key not in self._rows]

    def put(self, vectors: Mapping[str, Vector], *, expected: int = 0) -> None:
        """Add those that are not here and fit. `expected` is how many rows there will be soon."""
        with self._using:
            for key, vector in vectors.items():
                if key not in self._rows and self._fits(vector):
                    numbers = np.frombuffer(vector, np.float32)
                    if not self._free or not self._rows:
                        self._make_room(width=len(numbers), expected=expected)
                    row = self._free.pop()
                    self._matrix[row] = numbers
                    self._rows[key], self._keys[row] = row, key

    def keep_only(self, keys: Collection[str]) -> None:
        """Drop all others."""
        wanted = frozenset(keys)
        with self._using:
            for key in [key for key in self._rows if key not in wanted]:
                row = self._rows.pop(key)
                del self._keys[row]
                self._matrix[row] = 0
                self._free.append(row)

    def nearest(self, vector: Vector, *, least: float, most: int) -> list[tuple[str, float]]:
        """The keys of the `most` vectors nearest to `vector` with their cosines of `least` (above 0) or more, nearest
        first. Empty when `vector` does not fit.
        """
        with self._using:
            if not self._rows or not self._fits(vector):
                return []
            # not @, whose threads would fight with those of the search by words for the processor
            cosines = np.vecdot(self._matrix, np.frombuffer(vector, np.float32))
            near = np.flatnonzero(cosines >= least)
            near = near[np.argsort(-cosines[near], kind="stable")[:most]]
            return [(self._keys[row], float(cosines[row])) for row in near.tolist()]

    def _make_room(self, *, width: int, expected: int) -> None:
        have = len(self._matrix)
        if self._matrix.shape[1] != width:
            have, self._matrix, self._free = 0, np.zeros((0, width), np.float32), []
        if not self._free:
            grown = np.zeros((max(expected, int(have * SPARE) + 1), width), np.float32)
            grown[:have] = self._matrix
            self._free += range(have, len(grown))
            self._matrix = grown
