"""Domains that are made to be taken for another one."""

import pytest

from mailagent.mail.lookalike import looks_alike


@pytest.mark.parametrize(
    "domain",
    [
        "\u0441orp.example",
        "xn--orp-3ed.example",
        "c0rp.example",
        "CORP\u2024example",
        "\uff43orp.example",
        "c\u00f6rp.example",
    ],
)
def test_a_look_alike_of_a_known_domain_is_named(domain: str) -> None:
    """Nobody sees the difference in a list of cases, so the program has to."""
    assert looks_alike(domain, ["example.org", "corp.example"]) == "corp.example"


@pytest.mark.parametrize("domain", ["corp.example", "Corp.Example", "other.example", "xn--", "b\u00fccher.example"])
def test_a_domain_that_is_known_or_quite_different_looks_like_none(domain: str) -> None:
    """Warnings about honest senders would soon be ignored."""
    assert looks_alike(domain, ["example.org", "corp.example"]) is None


def test_a_domain_of_our_own_looks_like_none_however_it_is_spelled() -> None:
    """Mail programs write the letters, servers the A-label; both are ours, and a warning about it would be noise."""
    assert looks_alike("xn--bcher-kva.example", ["b\u00fccher.example"]) is None
    assert looks_alike("B\u00fccher.example", ["xn--bcher-kva.example"]) is None
