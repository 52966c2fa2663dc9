"""Signed ids: what lets a reply find its case, and a reviewer decide."""

import re
from dataclasses import replace

import pytest

from mailagent.domain.case import CaseId
from mailagent.domain.listed import ListId
from mailagent.mail.parse import ParsedMail, parse
from mailagent.mail.tokens import Key, ReviewToken, Tokens, new_nonce, shows_review

OLD, NEW = Key(id="a", secret=b"secret of this installation"), Key(id="b", secret=b"its next one")
TOKENS = Tokens(keys=(OLD,), domain="example.com")
OTHER = replace(TOKENS, keys=(Key(id="a", secret=b"another secret"),))
CASE = CaseId(1042)
NONCE = "k3xq7a"
FOUND = ReviewToken(case_id=CASE, revision=2, nonce=NONCE)


def mail(
    *, to: str = "support@example.com", header: str = "", subject: str = "Re: hello", text: str = "APPROVE"
) -> ParsedMail:
    """A reply of a reviewer."""
    return parse(f"From: dana@example.com\r\nTo: {to}\r\nSubject: {subject}\r\n{header}\r\n{text}\r\n".encode())


LISTED = ListId(202612010900)


@pytest.mark.parametrize(
    "reply",
    [
        mail(to=TOKENS.list_address("support@example.com", LISTED)),
        mail(header=f"References: <a@b>\r\n {TOKENS.list_message_id(LISTED, 'list')}\r\n"),
        mail(text=f"APPROVE C-1\r\n\r\n> Ref {TOKENS.list_reference(LISTED)}"),
    ],
    ids=["address", "reference", "ref line"],
)
def test_a_list_token_is_found_wherever_it_survives(reply: ParsedMail) -> None:
    """One of the ways is enough, and it is no right over the case of that number."""
    assert TOKENS.read(reply).listed == LISTED
    assert TOKENS.read(reply).review is None
    assert OTHER.read(reply).listed is None


def test_a_reply_is_about_a_case_or_a_list_by_its_address() -> None:
    """A reply to a digest that quotes the list is about the digest, and the other way round; to both it is neither."""
    case, listed = TOKENS.review_address("s@example.com", FOUND), TOKENS.list_address("s@example.com", LISTED)
    quoting_list = TOKENS.read(mail(to=case, header=f"In-Reply-To: {TOKENS.list_message_id(LISTED, 'list')}\r\n"))
    quoting_case = TOKENS.read(mail(to=listed, text=f"APPROVE C-1\r\n> Ref {TOKENS.review_reference(FOUND)}"))
    both = TOKENS.read(mail(to=f"{case}, {listed}"))

    assert (quoting_list.review, quoting_list.listed) == (FOUND, None)
    assert (quoting_case.review, quoting_case.listed) == (None, LISTED)
    assert (both.review, both.listed, both.claims_review) == (None, None, True)


def test_a_list_token_does_not_leave_to_a_customer() -> None:
    """Whoever quotes one in an answer would give the right away."""
    address = TOKENS.list_address("s@example.com", LISTED)
    for shown in (address, TOKENS.list_message_id(LISTED, "list"), f"Ref {TOKENS.list_reference(LISTED)}"):
        assert shows_review(f"Hello,\n{shown}\n")


def test_the_same_cause_gives_the_same_id() -> None:
    """A step done twice must not send two mails with two ids."""
    assert TOKENS.message_id(CASE, "7:reply") == TOKENS.message_id(CASE, "7:reply")
    assert TOKENS.message_id(CASE, "7:reply") != TOKENS.message_id(CASE, "8:reply")


def test_a_reply_finds_its_case_by_our_id() -> None:
    """The first id that is really ours decides; foreign and forged ones are passed over."""
    forged = OTHER.message_id(CaseId(1), "x")
    ids = [TOKENS.message_id(CaseId(7), "x"), TOKENS.message_id(CASE, "x"), forged, "<abc@customer.example>"]

    assert TOKENS.read(mail(header=f"References: {' '.join(ids)}\r\n")).case_id == CASE
    assert TOKENS.read(mail(header=f"References: {' '.join(ids[2:])}\r\n")).case_id is None
    assert TOKENS.read(mail(header=f"In-Reply-To: {ids[1].upper()}\r\n")).case_id == CASE


def test_a_new_mail_finds_its_case_by_the_ref_line() -> None:
    """A rating button opens a new mail without References; its Ref line leads it home, and decides nothing."""
    rating = mail(text=f"Rating: 4 of 5\r\n\r\nRef {TOKENS.case_reference(CASE)}")

    assert TOKENS.read(rating).case_id == CASE
    assert TOKENS.read(rating).review is None
    assert TOKENS.read(mail(text=f"Rating: 4 of 5\r\n\r\nRef {OTHER.case_reference(CASE)}")).case_id is None


@pytest.mark.parametrize(
    "reply",
    [
        mail(to=TOKENS.review_address("support@example.com", FOUND)),
        mail(to=f"Support <{TOKENS.review_address('Support@Example.com', FOUND).upper()}>"),
        mail(header=f"Delivered-To: {TOKENS.review_address('support@example.com', FOUND)}\r\n"),
        mail(header=f"In-Reply-To: {TOKENS.review_message_id(FOUND, 'digest')}\r\n"),
        mail(header=f"References: {TOKENS.review_root(CASE)}\r\n {TOKENS.review_message_id(FOUND, 'digest')}\r\n"),
        mail(
            text="APPROVE\r\n\r\nOn 3 March 2026, 10:12, Support wrote:\r\n> Hello\r\n"
            f"> Ref {TOKENS.review_reference(FOUND)}"
        ),
        mail(
            text=f"APPROVE\r\n\r\nRef {OTHER.review_reference(ReviewToken(case_id=CASE, revision=1, nonce=NONCE))}\r\n"
            f"ref {TOKENS.review_reference(FOUND).lower()}"
        ),
    ],
    ids=["to", "to in capitals", "delivered-to", "in-reply-to", "references", "quoted line", "last line"],
)
def test_a_review_token_is_found_wherever_it_survives(reply: ParsedMail) -> None:
    """Providers drop plus parts, relays replace Message-IDs, programs leave out quotes: one of them is enough."""
    assert TOKENS.read(reply).review == FOUND
    assert not TOKENS.read(reply).claims_review


@pytest.mark.parametrize(
    "reply",
    [
        mail(to=OTHER.review_address("support@example.com", FOUND)),
        mail(to=TOKENS.review_address("support@example.com", FOUND).replace(".2.", ".3.")),
        mail(header=f"In-Reply-To: {OTHER.review_message_id(FOUND, 'digest')}\r\n"),
    ],
    ids=["other secret", "other revision", "forged id"],
)
def test_a_token_that_does_not_verify_gives_no_right_but_is_noticed(reply: ParsedMail) -> None:
    """A person is told of it instead of a model answering it as if a customer had written."""
    assert TOKENS.read(reply).review is None
    assert TOKENS.read(reply).claims_review


@pytest.mark.parametrize(
    "reply",
    [mail(text=f"Ref {OTHER.review_reference(FOUND)}"), mail(subject="Re: [C-1042] Charged twice")],
    ids=["forged line", "subject only"],
)
def test_a_text_and_a_subject_prove_nothing(reply: ParsedMail) -> None:
    """Anybody can write them, customers too."""
    assert TOKENS.read(reply).review is None
    assert not TOKENS.read(reply).claims_review


def test_an_ordinary_mail_claims_no_review() -> None:
    """Customers reply to our Message-IDs every day."""
    assert not TOKENS.read(mail(header=f"In-Reply-To: {TOKENS.message_id(CASE, 'x')}\r\n")).claims_review


def test_signatures_of_different_purposes_are_not_interchangeable() -> None:
    """Customers hold ids of their case; none of them may be turned into the right to decide it."""
    _, part, rest = TOKENS.message_id(CASE, "x").strip("<>").split(".", 2)
    mac = rest.partition("@")[0]

    assert TOKENS.read(mail(to=f"support+r.c1042.2.{mac}@example.com")).review is None
    assert TOKENS.read(mail(header=f"In-Reply-To: <c1042.2.{part}.{mac}@example.com>\r\n")).review is None
    review = TOKENS.review(FOUND).rpartition(".")[2]
    assert TOKENS.read(mail(header=f"In-Reply-To: <c1042.{part}.{review}@example.com>\r\n")).case_id is None


def test_a_review_token_has_the_documented_form() -> None:
    """Admins write mail filters for it."""
    case, revision, nonce, mac = TOKENS.review(FOUND).split(".")

    assert (case, revision, nonce, len(mac)) == ("c1042", "2", NONCE, 17)
    assert TOKENS.review_address("support@x.com", FOUND) == f"support+r.c1042.2.{NONCE}.{mac}@x.com"
    assert TOKENS.review_reference(FOUND) == f"C-1042.2.{NONCE}.{mac}"
    assert TOKENS.review_root(CASE) == "<c1042.review@example.com>"


def test_the_nonce_is_signed() -> None:
    """Whoever holds a digest of before a restore must not turn it into one of after."""
    address = TOKENS.review_address("support@example.com", FOUND)
    without = TOKENS.review_address("support@example.com", replace(FOUND, nonce=""))

    assert TOKENS.read(mail(to=without)).review == replace(FOUND, nonce="")
    for forged in (
        address.replace(NONCE, "aaaaaa"),
        address.replace(f".{NONCE}", ""),
        without.replace(".2.", ".2.aaaaaa."),
    ):
        assert TOKENS.read(mail(to=forged)).review is None
    assert re.fullmatch("[a-z2-7]{6}", new_nonce())
    assert len({new_nonce() for _ in range(100)}) == 100


def test_a_reply_address_is_never_longer_than_servers_take() -> None:
    """With a long name of the mailbox the reply goes to the mailbox itself, and finds its question by the Ref line."""
    widest = replace(FOUND, case_id=CaseId(10**9), revision=99)

    assert len(TOKENS.review_address("support-questions@example.com", widest).partition("@")[0]) <= 64
    assert TOKENS.review_address("support-questions@example.com", widest) != "support-questions@example.com"
    long = "customer-support-and-sales@example.com"
    assert TOKENS.review_address(long, widest) == long


def test_ids_of_an_older_key_stay_valid_until_it_is_forgotten() -> None:
    """Keys are changed while reviewers hold digests; after a leak the old ones must end."""
    rotated, revoked = replace(TOKENS, keys=(OLD, NEW)), replace(TOKENS, keys=(NEW,))
    old, new = (mail(to=tokens.review_address("support@example.com", FOUND)) for tokens in (TOKENS, rotated))

    assert old.recipients != new.recipients
    assert rotated.read(old).review == rotated.read(new).review == revoked.read(new).review == FOUND
    assert revoked.read(old).review is None
    assert revoked.read(old).claims_review
    assert TOKENS.read(new).review is None


def test_the_same_cause_gives_the_same_id_after_a_rotation_too() -> None:
    """A bounce and a reply find the mail by the part that the cause gives."""
    part = TOKENS.message_id(CASE, "x").split(".")[1]

    assert replace(TOKENS, keys=(OLD, NEW)).message_id(CASE, "x").split(".")[1] == part


def test_a_bounce_finds_the_mail_by_its_return_address() -> None:
    """Mail systems that return nothing of the mail still write to its envelope sender."""
    message_id = TOKENS.message_id(CASE, "7:reply")
    address = TOKENS.return_address("support@example.com", message_id)
    start = ".".join(message_id.split(".")[:2]) + "."

    assert address.startswith(f"support+b.c1042.{start.split('.')[1]}.")
    assert TOKENS.read(mail(to=address.upper())).returned_id == start
    assert TOKENS.read(mail(to=OTHER.return_address("support@example.com", message_id))).returned_id is None
    mac = message_id.partition("@")[0].rpartition(".")[2]
    stolen = f"support+b.{start.removeprefix('<')}{mac}@example.com"
    assert TOKENS.read(mail(to=stolen)).returned_id is None


def test_a_return_address_is_never_longer_than_servers_take() -> None:
    """RFC 5321 allows 64 characters before the @; without a token the bounce still names our Message-ID."""
    message_id = TOKENS.message_id(CASE, "7:reply")

    assert TOKENS.return_address(f"{'s' * 40}@example.com", message_id) == f"{'s' * 40}@example.com"
    assert TOKENS.return_address("support@example.com", "<x@y>") == "support@example.com"


def test_a_mail_under_an_id_of_ours_is_noticed() -> None:
    """Whoever got our mail can copy its id; it must not count as ours."""
    ours = TOKENS.message_id(CASE, "x")

    assert TOKENS.read(mail(header=f"Message-ID: {ours}\r\n")).has_our_id
    assert not TOKENS.read(mail(header=f"Message-ID: {OTHER.message_id(CASE, 'x')}\r\n")).has_our_id
    assert not TOKENS.read(mail()).has_our_id
