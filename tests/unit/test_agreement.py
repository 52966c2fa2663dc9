"""When a person must look because the two versions of a mail say different things."""

import pytest

from mailagent.mail.body import DISAGREEMENT
from mailagent.mail.parse import ParsedMail, parse

STORY = "We ordered the red kettle for my mother in spring and it came in a box that was wet on one side"


def mail_of(plain: str, html: str) -> ParsedMail:
    """A mail with both versions."""
    head = 'From: pat@example.org\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="b"\n\n'
    parts = (("plain", plain), ("html", html))
    body = "".join(f"--b\nContent-Type: text/{kind}; charset=utf-8\n\n{text}\n" for kind, text in parts)
    return parse(f"{head}{body}--b--\n".encode())


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        ("Please cancel order 4711 for me.", "<p>Please cancel order 4712 for me.</p>"),
        ("Please send 5 kettles.", "<p>Please send <b>50</b> kettles.</p>"),
        ("I do want a refund.", "<p>I do <b>not</b> want a refund.</p>"),
        ("You can send it.", "<p>You can&rsquo;t send it.</p>"),
        ("Ich möchte das Geld nicht zurück.", "<p>Ich möchte das Geld zurück.</p>"),
        ("Je veux ce remboursement.", "<p>Je ne veux pas ce remboursement.</p>"),
        ("Quiero la devolución.", "<p>No quiero la devolución.</p>"),
        ("APPROVE", "<p>REJECT</p>"),
        ("APPROVE", "<p>REJECT</p><blockquote>Reply APPROVE to send the draft as it stands.</blockquote>"),
        (
            f"{STORY}.",
            (
                f"<p>{STORY}.</p><p>Above all, our lawyer asks that you call back before Friday about compensation, as "
                "every guest became ill after dinner, including two small children whose doctor suspects poisoning.</p>"
            ),
        ),
        (
            "It did not come.\n\nOn 2 March 2026 at 10:12, Support <support@example.com> wrote:\n> It is not here.",
            (
                '<p>It did come.</p><div class="gmail_quote"><div class="gmail_attr">On 2 March 2026 at 10:12, Support '
                "&lt;support@example.com&gt; wrote:<br></div><blockquote>It is not here.</blockquote></div>"
            ),
        ),
    ],
    ids=[
        "order",
        "amount",
        "english",
        "contraction",
        "german",
        "french",
        "spanish",
        "word",
        "quoted",
        "much more",
        "above a quote",
    ],
)
def test_versions_that_say_different_things_are_noted(plain: str, html: str) -> None:
    """The customer saw one of them and the answer would be to the other."""
    assert DISAGREEMENT in mail_of(plain, html).defects


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        (
            "Where is order 4711?\nIt has not come.",
            (
                "<p>Where is order 4711?<br>It has not come.</p><p>Sent with <a href='https://m.example/2'>Mail 3</a>"
                "</p><blockquote>Dear Pat, it was not sent before 12 March.</blockquote>"
            ),
        ),
        (
            "Prices:\n\nlid\t12.50\npot\t1,300\n\nIs area 3 m2 right?\nhttps://shop.example/very/long/4711\n",
            (
                "<p>Prices:</p><table><tr><td>lid</td><td>12.50</td></tr><tr><td>pot</td><td>1,300</td></tr></table>"
                "<p>Is area 3 m2 right?<br><a href='https://shop.example/very/long/4711'>Page 4711</a></p>"
            ),
        ),
        ("1. lid\n2. cup\n\nDon't send 3.", "<ol><li>lid</li><li>cup</li></ol><p>Don&rsquo;t send 3.</p>"),
        ("*Approve!*\n\n> Reply REJECT", "<p><b>Approve!</b></p><blockquote>Reply REJECT</blockquote>"),
        ("[image: scan.png]\n", "<img src='cid:1' alt='scan.png'>"),
    ],
    ids=["quote and footer in HTML alone", "table and link", "list", "word", "picture"],
)
def test_versions_that_differ_in_form_alone_are_not_noted(plain: str, html: str) -> None:
    """Each such note takes a person's time, and mail programs write nearly every mail twice."""
    assert DISAGREEMENT not in mail_of(plain, html).defects
