"""Vectors side by side: what is near, what is gone, and what does not fit."""

import math
from array import array

from mailagent.adapters.knowledge.matrix import Matrix
from mailagent.ports import Vector


def at(degrees: float) -> Vector:
    """A vector of two numbers in that direction."""
    turn = math.radians(degrees)
    return Vector(array("f", (math.cos(turn), math.sin(turn))).tobytes())


def near(matrix: Matrix, degrees: float = 0, *, least: float = 0.5, most: int = 9) -> list[tuple[str, float]]:
    """What is near a direction, with rounded cosines."""
    return [(key, round(cosine, 2)) for key, cosine in matrix.nearest(at(degrees), least=least, most=most)]


def test_the_nearest_come_first_and_none_under_the_least() -> None:
    """The cosine is what an admin's `least_similar` is compared with."""
    matrix = Matrix()
    matrix.put({"far": at(61), "near": at(10), "same": at(0), "opposite": at(180)})

    assert near(matrix) == [("same", 1.0), ("near", 0.98)]
    assert near(matrix, most=1) == [("same", 1.0)]
    assert near(Matrix()) == []


def test_what_was_dropped_is_not_found_and_its_place_is_used_again() -> None:
    """Or an edited article would be found by what it said before, and the memory would grow with each edit."""
    matrix = Matrix()
    matrix.put({"old": at(0), "kept": at(90)}, expected=2)

    matrix.keep_only({"kept", "never was"})
    assert near(matrix) == []
    assert matrix.missing(["old", "kept"]) == ["old"]

    matrix.put({"new": at(5)})
    assert near(matrix) == [("new", 1.0)]
    assert near(matrix, 90) == [("kept", 1.0)]


def test_it_grows_with_the_articles() -> None:
    """More than were expected."""
    matrix = Matrix()
    for number in range(40):
        matrix.put({str(number): at(number)}, expected=3)

    assert [key for key, _ in near(matrix, 39, most=3)] == ["39", "38", "37"]
    assert len(near(matrix, 20, least=0.0001, most=99)) == 40


def test_vectors_of_another_width_neither_fit_nor_are_near() -> None:
    """They are of another model; an empty matrix takes them."""
    wide = Vector(array("f", (0.0, 0.0, 1.0)).tobytes())
    matrix = Matrix()
    matrix.put({"narrow": at(0)})

    matrix.put({"wide": wide})
    assert (matrix.fits(wide), matrix.fits(at(1)), matrix.missing(["wide"])) == (False, True, ["wide"])
    assert matrix.nearest(wide, least=0.1, most=9) == []

    matrix.keep_only(())
    matrix.put({"wide": wide})
    assert matrix.nearest(wide, least=0.1, most=9) == [("wide", 1.0)]
