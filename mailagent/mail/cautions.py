"""What speaks against answering a customer's mail automatically, as far as the mail itself tells."""

from collections.abc import Collection

from mailagent.domain.placement import Verdict
from mailagent.mail import authentication
from mailagent.mail.addresses import domain_of
from mailagent.mail.automatic import Kind
from mailagent.mail.body import DISAGREEMENT
from mailagent.mail.lookalike import looks_alike
from mailagent.mail.parse import ParsedMail
from mailagent.mail.private_data import private_data

UNPROVEN: dict[Verdict, str] = {
    "fail": "the mail server says that the sender's address is not genuine",
    "none": "nothing proves that the sender's address is genuine",
}


def sender_verdict(mail: ParsedMail, authserv_id: str | None) -> Verdict:
    """`authentication.verdict`; ``pass`` where `authserv_id` is None, for senders are then taken at their word."""
    return "pass" if authserv_id is None else authentication.verdict(mail, authserv_id)


def cautions_of(
    mail: ParsedMail, kind: Kind, verdict: Verdict, *, requires_auth: bool, known: Collection[str]
) -> list[str]:
    """One reason each, in words for a reviewer; empty for a mail that may be answered.

    `verdict` is that of `sender_verdict`; `requires_auth` is whether an address that nothing proves is one; `known` are
    the addresses of ourselves and the reviewers, whose domains a sender may try to look like.
    """
    cautions = [] if kind.answerable else [kind.reason]
    if mail.sender and (verdict == "fail" or (verdict == "none" and requires_auth)):
        cautions.append(UNPROVEN[verdict])
    if not mail.full_text.strip() and (mail.attachments or not mail.subject):
        cautions.append("it has no text that can be read")
    if DISAGREEMENT in mail.defects:
        cautions.append(DISAGREEMENT)
    if mail.sender and (meant := looks_alike(domain_of(mail.sender), {domain_of(address) for address in known})):
        cautions.append(f"the sender's domain only looks like {meant}")
    if held := private_data(f"{mail.subject}\n{mail.full_text}"):
        cautions.append(f"it seems to hold {held}")
    return cautions
