"""Signed ids: what lets a reply find its case, and a reviewer decide."""

from dataclasses import replace

import pytest

from mailagent.domain.case import CaseId
from mailagent.mail.parse import ParsedMail, parse
from mailagent.mail.tokens import ReviewToken, Tokens

TOKENS = Tokens(secret=b"secret of this installation", domain="example.com")
OTHER = replace(TOKENS, secret=b"another secret")
CASE = CaseId(1042)
FOUND = ReviewToken(case_id=CASE, revision=2)


def mail(
    *, to: str = "support@example.com", header: str = "", subject: str = "Re: hello", text: str = "APPROVE"
) -> ParsedMail:
    """A reply of a reviewer."""
    return parse(f"From: dana@example.com\r\nTo: {to}\r\nSubject: {subject}\r\n{header}\r\n{text}\r\n".encode())


def test_the_same_cause_gives_the_same_id() -> None:
    """A step done twice must not send two mails with two ids."""
    assert TOKENS.message_id(CASE, "7:reply") == TOKENS.message_id(CASE, "7:reply")
    assert TOKENS.message_id(CASE, "7:reply") != TOKENS.message_id(CASE, "8:reply")


def test_a_reply_finds_its_case_by_our_id() -> None:
    """The first id that is really ours decides; foreign and forged ones are passed over."""
    forged = OTHER.message_id(CaseId(1), "x")
    ids = [TOKENS.message_id(CaseId(7), "x"), TOKENS.message_id(CASE, "x"), forged, "<abc@customer.example>"]

    assert TOKENS.find_case(mail(header=f"References: {' '.join(ids)}\r\n")) == CASE
    assert TOKENS.find_case(mail(header=f"References: {' '.join(ids[2:])}\r\n")) is None
    assert TOKENS.find_case(mail(header=f"In-Reply-To: {ids[1].upper()}\r\n")) == CASE


def test_a_new_mail_finds_its_case_by_the_ref_line() -> None:
    """A rating button opens a new mail without References; its Ref line leads it home, and decides nothing."""
    rating = mail(text=f"Rating: 4 of 5\r\n\r\nRef {TOKENS.case_reference(CASE)}")

    assert TOKENS.find_case(rating) == CASE
    assert TOKENS.find_review(rating) is None
    assert TOKENS.find_case(mail(text=f"Rating: 4 of 5\r\n\r\nRef {OTHER.case_reference(CASE)}")) is None


@pytest.mark.parametrize(
    "reply",
    [
        mail(to=TOKENS.review_address("support@example.com", CASE, 2)),
        mail(to=f"Support <{TOKENS.review_address('Support@Example.com', CASE, 2).upper()}>"),
        mail(header=f"Delivered-To: {TOKENS.review_address('support@example.com', CASE, 2)}\r\n"),
        mail(header=f"In-Reply-To: {TOKENS.review_message_id(CASE, 2, 'digest')}\r\n"),
        mail(header=f"References: {TOKENS.review_root(CASE)}\r\n {TOKENS.review_message_id(CASE, 2, 'digest')}\r\n"),
        mail(
            text="APPROVE\r\n\r\nOn 3 March 2026, 10:12, Support wrote:\r\n> Hello\r\n"
            f"> Ref {TOKENS.review_reference(CASE, 2)}"
        ),
        mail(
            text=f"APPROVE\r\n\r\nRef {OTHER.review_reference(CASE, 1)}\r\n"
            f"ref {TOKENS.review_reference(CASE, 2).lower()}"
        ),
    ],
    ids=["to", "to in capitals", "delivered-to", "in-reply-to", "references", "quoted line", "last line"],
)
def test_a_review_token_is_found_wherever_it_survives(reply: ParsedMail) -> None:
    """Providers drop plus parts, relays replace Message-IDs, programs leave out quotes: one of them is enough."""
    assert TOKENS.find_review(reply) == FOUND
    assert not TOKENS.claims_review(reply)


@pytest.mark.parametrize(
    "reply",
    [
        mail(to=OTHER.review_address("support@example.com", CASE, 2)),
        mail(to=TOKENS.review_address("support@example.com", CASE, 2).replace(".2.", ".3.")),
        mail(header=f"In-Reply-To: {OTHER.review_message_id(CASE, 2, 'digest')}\r\n"),
    ],
    ids=["other secret", "other revision", "forged id"],
)
def test_a_token_that_does_not_verify_gives_no_right_but_is_noticed(reply: ParsedMail) -> None:
    """A person is told of it instead of a model answering it as if a customer had written."""
    assert TOKENS.find_review(reply) is None
    assert TOKENS.claims_review(reply)


@pytest.mark.parametrize(
    "reply",
    [mail(text=f"Ref {OTHER.review_reference(CASE, 2)}"), mail(subject="Re: [C-1042] Charged twice")],
    ids=["forged line", "subject only"],
)
def test_a_text_and_a_subject_prove_nothing(reply: ParsedMail) -> None:
    """Anybody can write them, customers too."""
    assert TOKENS.find_review(reply) is None
    assert not TOKENS.claims_review(reply)


def test_an_ordinary_mail_claims_no_review() -> None:
    """Customers reply to our Message-IDs every day."""
    assert not TOKENS.claims_review(mail(header=f"In-Reply-To: {TOKENS.message_id(CASE, 'x')}\r\n"))


def test_signatures_of_different_purposes_are_not_interchangeable() -> None:
    """Customers hold ids of their case; none of them may be turned into the right to decide it."""
    _, part, rest = TOKENS.message_id(CASE, "x").strip("<>").split(".", 2)
    mac = rest.partition("@")[0]

    assert TOKENS.find_review(mail(to=f"support+r.c1042.2.{mac}@example.com")) is None
    assert TOKENS.find_review(mail(header=f"In-Reply-To: <c1042.2.{part}.{mac}@example.com>\r\n")) is None
    review = TOKENS.review(CASE, 2).rpartition(".")[2]
    assert TOKENS.find_case(mail(header=f"In-Reply-To: <c1042.{part}.{review}@example.com>\r\n")) is None


def test_a_review_token_has_the_documented_form() -> None:
    """Admins write mail filters for it."""
    case, revision, mac = TOKENS.review(CASE, 2).split(".")

    assert (case, revision, len(mac)) == ("c1042", "2", 16)
    assert TOKENS.review_address("support@x.com", CASE, 2) == f"support+r.c1042.2.{mac}@x.com"
    assert TOKENS.review_reference(CASE, 2) == f"C-1042.2.{mac}"
    assert TOKENS.review_root(CASE) == "<c1042.review@example.com>"


def test_what_comes_back_to_a_return_address_finds_its_case() -> None:
    """Many mail systems return neither the mail nor its Message-ID; the address it came from always comes back."""
    address = TOKENS.return_address("support@example.com", CASE, "7:reply")

    assert TOKENS.find_return(mail(to=address.upper())) == CASE
    assert TOKENS.find_return(mail(header=f"Delivered-To: {address}\r\n")) == CASE
    assert TOKENS.return_address("support@example.com", CASE, "8:reply") != address


@pytest.mark.parametrize(
    "address",
    [
        OTHER.return_address("support@example.com", CASE, "x"),
        TOKENS.return_address("support@example.com", CASE, "x").replace("c1042", "c1043"),
        TOKENS.return_address("support@example.com", CASE, "x")[::-1],
        TOKENS.review_address("support@example.com", CASE, 2),
        "support+b." + TOKENS.message_id(CASE, "x").strip("<>"),
    ],
    ids=["other secret", "other case", "garbage", "review", "message id"],
)
def test_a_return_address_that_we_did_not_make_finds_nothing(address: str) -> None:
    """Whoever sees one mail of ours could else report failures of any other."""
    assert TOKENS.find_return(mail(to=address)) is None


def test_a_return_address_gives_no_right_to_decide() -> None:
    """It travels through every mail system on the way to a customer."""
    address = TOKENS.return_address("support@example.com", CASE, "x")
    local = address.partition("@")[0]
    _, case, part, mac = local.split(".")

    assert TOKENS.find_review(mail(to=address)) is None
    assert TOKENS.find_review(mail(to=f"support+r.{case}.2.{mac}@example.com")) is None
    assert TOKENS.find_case(mail(header=f"In-Reply-To: <{case}.{part}.{mac}@example.com>\r\n")) is None


def test_a_return_address_is_never_longer_than_servers_take() -> None:
    """A server that refuses the envelope refuses the mail; a long address goes without."""
    long = f"{'support-' * 5}team@example.com"

    assert TOKENS.return_address(long, CASE, "x") == long
    assert len(TOKENS.return_address("customer-support@example.com", CaseId(10**14), "x").partition("@")[0]) <= 64
