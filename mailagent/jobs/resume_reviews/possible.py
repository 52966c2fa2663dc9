"""Whether what a reviewer decided about an open question can be done as it stands."""

from collections.abc import Collection

from mailagent.domain.belonging import misplaced
from mailagent.domain.dead_links import dead_links_in
from mailagent.domain.decision import Decision, Unclear, UnclearCode
from mailagent.jobs.resume_reviews.hand import InHand
from mailagent.language.blanks import blanks_in
from mailagent.mail.reviewing import NOT_AS_SEEN
from mailagent.mail.tokens import shows_review

TO_CUSTOMER = frozenset({"approve", "modify", "ask"})
MAY_BE_MEANT: tuple[UnclearCode, ...] = ("REVIEW-26", "REVIEW-27")
"""Who was told so and sends it again means it."""


def what_can_be_done(
    decision: Decision | Unclear, hand: InHand, *, unseen: bool, insists: Collection[UnclearCode]
) -> Decision | Unclear:
    """What is left of `decision`: it is about the case of the digest, as each line of an answer to a list is; it is
    what the reviewer saw; a reply has an address, an approval a draft that somebody has seen, and nothing for the
    customer shows our own reply address. Nor, unless the reviewer `insists`, a place that is still to be filled in or a
    link as digests show those of customers.
    """
    sends = decision.verb in TO_CUSTOMER
    to_nobody = sends and hand.message.sender is None
    if isinstance(decision, Unclear):
        return Unclear(code="REVIEW-13") if to_nobody else decision
    elsewhere = None if hand.reply.part_of else misplaced(decision, hand.case.id, subject=hand.reply.subject)
    if elsewhere is not None:
        return elsewhere
    leaving = _leaving(decision, hand)
    blanks, dead = blanks_in(leaving), dead_links_in(leaving)
    doubts: tuple[tuple[bool, Unclear], ...] = (
        (bool(hand.reply.caution), Unclear(code=NOT_AS_SEEN.get(hand.reply.caution, "REVIEW-21"))),
        (decision.verb in ("undo", "reopen"), Unclear(code="REVIEW-17")),
        (to_nobody, Unclear(code="REVIEW-13")),
        (decision.verb == "approve" and hand.question.draft is None, Unclear(code="REVIEW-12")),
        (decision.verb == "approve" and unseen, Unclear(code="REVIEW-19")),
        (sends and shows_review(leaving), Unclear(code="REVIEW-15", verb=decision.verb)),
        (
            sends and bool(blanks) and "REVIEW-26" not in insists,
            Unclear(code="REVIEW-26", verb=decision.verb, detail=", ".join(blanks)),
        ),
        (
            sends and bool(dead) and "REVIEW-27" not in insists,
            Unclear(code="REVIEW-27", verb=decision.verb, detail=", ".join(dead)),
        ),
    )
    return next((doubt for holds, doubt in doubts if holds), decision)


def leads_to_a_mail(possible: Decision | Unclear) -> bool:
    """To the customer: now, or once a new draft is approved; a rejection may send a holding reply."""
    if isinstance(possible, Unclear):
        return possible.code == "REVIEW-07"
    return possible.verb in TO_CUSTOMER or possible.verb in {"revise", "reject"}


def _leaving(decision: Decision, hand: InHand) -> str:
    """The text that the customer would get."""
    return hand.question.draft or "" if decision.verb == "approve" else decision.text
