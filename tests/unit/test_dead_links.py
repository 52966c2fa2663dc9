"""Links of customers are made dead, ours are left, and what is dead is found again."""

import pytest

from mailagent.domain.dead_links import dead_links_in, defang, links_from

ARTICLE = """See [your orders](https://larkfield.example/orders), larkfield.example/help.
Source: "Sign in" (general/order-status.de)"""


@pytest.mark.parametrize(
    ("said", "dead"),
    [
        ("https://evil.example", "hxxps://evil[.]example"),
        ("HTTP://Evil.Example:80/x", "hxxp://Evil[.]Example:80/x"),
        ("ftp://evil.example", "ftp[:]//evil[.]example"),
        ("mailto:a@evil.example", "mailto[:]a@evil.example"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("[www.evil.example] and {evil.example}", "[www[.]evil[.]example] and {evil[.]example}"),
        ("evil.example, www.evil.example", "evil[.]example, www[.]evil[.]example"),
        ("mira.lindqvist@example.net paid 3.50 at 9.30", "mira.lindqvist@example.net paid 3.50 at 9.30"),
        ("statement-march.pdf", "statement-march.pdf"),
        ("_http://192.0.2.1/ éhttp://evil 1http://evil", "_hxxp://192[.]0[.]2[.]1/ éhxxp://evil 1hxxp://evil"),
        (f"{'a' * 30}https://192.0.2.1", f"{'a' * 30}https[:]//192[.]0[.]2[.]1"),
        ("http://http://192.0.2.1 ftp:///https://a", "hxxp://hxxp://192[.]0[.]2[.]1 ftp[:]///hxxps://a"),
        ("look...evil.example/x, .evil.example", "look...evil[.]example/x, .evil[.]example"),
        ("@evil.example, evil.example@ now", "@evil[.]example, evil[.]example@ now"),
        ("anna.maria.berg+shop@example.net", "anna.maria.berg+shop@example.net"),
        ("hxxps://evil[.]example/x", "hxxps://evil[.]example/x"),
        ("a\u202egnp.exe\x07", "agnp[.]exe"),
    ],
)
def test_links_are_defanged_and_nothing_else(said: str, dead: str) -> None:
    """Reviewers must be able to read what the customer wrote."""
    assert defang(said) == dead


def test_our_own_links_stay_and_those_that_only_begin_so_do_not() -> None:
    """A customer may write a link that a glance takes for ours."""
    said = (
        "https://larkfield.example/orders, (general/order-status.de) https://larkfield.example/orders.evil.example"
        " https://larkfield.example/orders@evil.example larkfield.example"
    )
    ours = links_from(said, ARTICLE)

    assert ours == ["https://larkfield.example/orders", "general/order-status.de"]
    assert defang(said, ours) == (
        "https://larkfield.example/orders, (general/order-status.de) hxxps://larkfield[.]example/orders[.]evil[.]example"
        " hxxps://larkfield[.]example/orders@evil.example larkfield[.]example"
    )


@pytest.mark.parametrize("between", ["(", ")", "[", "{", '"', ").)", "<.", "\u2003"])
def test_a_link_of_ours_that_goes_on_is_none(between: str) -> None:
    """All before the "@" is a name, and the browser opens what is behind it."""
    said = f"Go to https://larkfield.example/orders{between}x@evil.example/login now"

    assert defang(said, ["https://larkfield.example/orders"]).startswith("Go to hxxps://larkfield[.]example/orders")


@pytest.mark.parametrize("said", ["(see {})", "<{}>, then", '"{}".', "[orders]({}).", "{}"])
def test_a_link_of_ours_may_stand_in_brackets(said: str) -> None:
    """As articles and people write them."""
    said = said.format("https://larkfield.example/orders")

    assert defang(said, ["https://larkfield.example/orders"]) == said


@pytest.mark.parametrize(
    "link",
    [
        "https://larkfield.example/a?b=c",
        "ftp://larkfield.example",
        "mailto:a@larkfield.example",
        "www.larkfield.example",
    ],
)
def test_each_link_that_is_made_dead_is_found_again(link: str) -> None:
    """A reviewer copies it from the digest into a letter."""
    dead = defang(link)

    assert dead_links_in(f"Hello,\n\nlook at {dead}, or (see {dead}).") == (dead,)


@pytest.mark.parametrize(
    "text",
    [
        "See https://larkfield.example/orders and larkfield.example.",
        "Choose [.] or [:] there.",
        "a[1:2], x[i].name [...]",
    ],
)
def test_other_words_are_no_dead_links(text: str) -> None:
    """A letter that is held for nothing makes reviewers careless."""
    assert dead_links_in(text) == ()
