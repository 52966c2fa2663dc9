"""When two deliveries are one mail."""

from mailagent.mail.identity import content_key, message_id_in, same_words

MAIL = b"From: pat@customer.example\r\nMessage-ID: <1@customer.example>\r\n\r\nHello\r\n\r\nBye\r\n"


def test_the_same_mail_delivered_twice_has_one_key() -> None:
    """Two servers write different traces on it; the customer must get one answer."""
    traced = (
        b"From pat@customer.example Mon Mar  2 10:12:00 2026\n"
        b"Return-Path: <pat@customer.example>\nReceived: from a\n by b; Mon, 2 Mar 2026\nX-Spam-Status: No\n"
        b"ARC-Seal: i=1\nDelivered-To: support@example.com\n"
    ) + MAIL.replace(b"\r\n", b"\n")

    assert content_key(traced) == content_key(MAIL)


def test_other_words_give_another_key() -> None:
    """Same Message-ID and other content is not a duplicate."""
    keys = {content_key(MAIL), content_key(MAIL.replace(b"Bye", b"Now")), content_key(MAIL.replace(b"pat", b"sam", 1))}

    assert len(keys) == 3


def test_a_trace_inside_the_text_counts() -> None:
    """What looks like a header below the first blank line was written by the sender."""
    assert content_key(MAIL + b"\r\n\r\nReceived: x\r\n") != content_key(MAIL)


def test_no_bytes_are_refused() -> None:
    """Mail that cannot be parsed needs a key too."""
    assert len({content_key(b""), content_key(b"\x00\xff")}) == 2


def test_a_copy_may_carry_a_line_more_but_no_other_number() -> None:
    """Two orders by one web form differ in one word of twenty; taken for a copy, the second is never answered."""
    form = "Contact form of the shop. Name: Tom Weber. City: Vienna. Please cancel my order and pay it back. Order: "

    assert same_words(form + "4711", form + "4711 users list")
    assert not same_words(form + "4711", form + "4712")
    assert not same_words(form + "4711", form + "4711 4712")
    assert same_words("", "")


def test_a_message_id_that_is_cut_off_is_none() -> None:
    """A part of one would seem to be of another mail, and the whole folder would be read anew at each visit."""
    assert message_id_in(b"Subject: x\r\nmessage-ID:\r\n <1@a.example>\r\n") == b"<1@a.example>"
    assert message_id_in(b"Subject: x\r\nMessage-ID: <1@a.exam") == b""
    assert message_id_in(b"Message-ID:\r\nStatus: a\r\n") == b""
    assert message_id_in(b"Subject: Message-ID: <2@a.example>\r\n") == b""
