"""Who From names. A mistake here gives a stranger a reviewer's rights."""

import pytest

from mailagent.mail.addresses import Mailbox, addresses, one_mailbox, organisation

TRICKS = [
    "reviewer@corp.com <evil@evil.com>",
    '"reviewer@corp.com" <evil@evil.com>',
    "'reviewer@corp.com' <evil@evil.com>",
    "Dana <dana@corp.com> <evil@evil.com>",
    "Dana <dana@corp.com>, Eve <evil@evil.com>",
    "dana@corp.com, evil@evil.com",
    "dana@corp.com(<evil@evil.com>",
    "dana@corp.com)<evil@evil.com>",
    "dana@corp.com><evil@evil.com>",
    "dana@corp.com]<evil@evil.com>",
    "dana@corp.com@evil.com",
    "<@evil.com:dana@corp.com>",
    "<dana@corp.com",
    "dana@corp.com>",
    '"Dana <dana@corp.com>',
    "Dana (dana@corp.com <evil@evil.com>",
    "team: dana@corp.com;",
    "undisclosed-recipients:;",
    "dana@corp.com\x00 <evil@evil.com>",
    "dana@corp.com\n evil <evil@evil.com>",
    "Dana <dana@corp..com>",
    "Dana <dana@-corp.com>",
    "Dana <.dana@corp.com>",
    "Dana <dana @corp.com>",
    "Dana <>",
    "Dana",
    "=?utf-8?q?Dana_=3Cdana=40corp=2Ecom=3E?=",
    "Dana \u202e<moc.proc@anad>",
    "",
]


@pytest.mark.parametrize("value", TRICKS)
def test_a_tricky_from_names_nobody(value: str) -> None:
    """Programs read these in different ways, so none of them may count as anyone."""
    assert one_mailbox([value]) is None


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("Dana Kim <Dana@Corp.COM>", "Dana Kim", "dana@corp.com"),
        ("dana@corp.com", "", "dana@corp.com"),
        ("dana@corp.com (Dana, at home (mostly))", "", "dana@corp.com"),
        ('"Kim, Dana" <dana+x@mail.corp.com>', "Kim, Dana", "dana+x@mail.corp.com"),
        ('"dana@corp.com" <dana@corp.com>', "dana@corp.com", "dana@corp.com"),
        ("=?utf-8?q?J=C3=BCrgen?= M. <j@corp.com>", "Jürgen M.", "j@corp.com"),
        ("Jürgen <j@münchen.example>", "Jürgen", "j@xn--mnchen-3ya.example"),
        ('"Dana\r\n Kim"\r\n <dana@corp.com>', "Dana Kim", "dana@corp.com"),
    ],
)
def test_an_ordinary_from_names_its_sender(value: str, name: str, address: str) -> None:
    """Customers who write normally must be answerable, whatever their program and script."""
    found = one_mailbox([value])

    assert found is not None
    assert (found.name, found.address) == (name, address)


def test_an_address_hidden_in_an_encoded_name_is_not_shown() -> None:
    """The real address counts, and nobody reads the pretended one in a digest."""
    found = one_mailbox(["=?utf-8?q?dana=40corp.com=3E?= <evil@evil.com>"])

    assert found == Mailbox(name="", address="evil@evil.com", written="evil@evil.com")


def test_a_domain_is_shown_as_it_was_written() -> None:
    """People read letters; what is compared are A-labels."""
    found = one_mailbox(["Jo <Jo@M\u00fcnchen.example>"])

    assert found == Mailbox(name="Jo", address="jo@xn--mnchen-3ya.example", written="jo@m\u00fcnchen.example")


def test_two_from_headers_name_nobody() -> None:
    """Servers check one of them and programs show the other."""
    assert one_mailbox(["dana@corp.com", "dana@corp.com"]) is None
    assert one_mailbox([]) is None


def test_recipients_are_read_leniently() -> None:
    """A token in a recipient must be found however untidy the list is."""
    found = addresses('Support <Support+r.c1@x.com>, "a, b" <b@y.org>; <b@y.org>, broken@')

    assert found == ("support+r.c1@x.com", "b@y.org")


def test_an_organisation_is_its_registered_domain() -> None:
    """A Reply-To at a sister host is not another organisation."""
    assert organisation("mail.eu.corp.com") == "corp.com"
    assert organisation("shop.corp.co.uk") == "corp.co.uk"


def test_a_sharp_s_makes_a_domain_of_its_own() -> None:
    """By the rules of 2003 it becomes "ss", which may belong to somebody else."""
    found = one_mailbox(["jo@straße.example"])

    assert found is not None
    assert found.address == "jo@xn--strae-oqa.example"
