"""The reviewers' grammar. A wrong reading sends a customer what nobody approved."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailagent.domain.case import CaseId
from mailagent.domain.commands import Verb
from mailagent.domain.decision import Decision, Unclear
from mailagent.domain.reply import read_decision
from mailagent.language.commands import shipped, vocabulary

WORDS = vocabulary()
VERBS = {word: verb for verb, words in shipped("en").verbs.items() for word in words}
WEAK = {word: verb for verb, words in shipped("en").weak.items() for word in words}

APPROVE, REJECT = Decision(verb="approve"), Decision(verb="reject")


@pytest.mark.parametrize(
    ("reply", "decision"),
    [
        ("APPROVE", APPROVE),
        ("approve", APPROVE),
        ("Approve.", APPROVE),
        ("Approved!", APPROVE),
        ("approves", APPROVE),
        ("Agreed", APPROVE),
        ("  \t approve \t ", APPROVE),
        ("\n\n\nAPPROVE\n\n", APPROVE),
        ("\r\nAPPROVE\r\n", APPROVE),
        ("**APPROVE**", APPROVE),
        ("*approve*", APPROVE),
        ("_Approve_", APPROVE),
        ("`approve`", APPROVE),
        ("# Approve", APPROVE),
        ("/approve", APPROVE),
        ("!approve", APPROVE),
        ("@approve", APPROVE),
        ("(approve)", APPROVE),
        ("[APPROVE]", APPROVE),
        ('"Approve"', APPROVE),
        ("\u201eApprove\u201c", APPROVE),
        ("\u00abApprove\u00bb", APPROVE),
        ("Approve;", APPROVE),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A}\N{FULLWIDTH LATIN CAPITAL LETTER P}PROVE", APPROVE),
        ("\u200bAPP\u200dROVE\ufeff", APPROVE),
        ("APP\u00adROVE", APPROVE),
        ("Approve, thanks", APPROVE),
        ("approve please", APPROVE),
        ("Approve. Looks good!", APPROVE),
        ("Approve [C-1042]", Decision(verb="approve", cases=(CaseId(1042),))),
        ("approve C-1042, thanks", Decision(verb="approve", cases=(CaseId(1042),))),
        ("Hi,\nAPPROVE", APPROVE),
        ("Hello team!\n\nApproved", APPROVE),
        ("Good morning,\n\nAPPROVE\n\nThanks", Decision(verb="approve", note="Thanks")),
        ("Hallo,\nAPPROVE", APPROVE),
        ("APPROVE\n\nHe called as well.", Decision(verb="approve", note="He called as well.")),
        ("REJECT", REJECT),
        ("Rejected.", REJECT),
        ("deny", REJECT),
        ("Decline", REJECT),
        ("Do not send", REJECT),
        ("do not send!", REJECT),
        ("Reject, she is a friend of mine", Decision(verb="reject", note="she is a friend of mine")),
        ("REJECT\nI phone her.\n\nToday.", Decision(verb="reject", note="I phone her.\n\nToday.")),
        ("Reject, ok, I phone her", Decision(verb="reject", note="ok, I phone her")),
        ("Reject: too long\nI write myself", Decision(verb="reject", note="too long\nI write myself")),
        ("MODIFY\nHello", Decision(verb="modify", text="Hello")),
        ("modify:\n\nHello", Decision(verb="modify", text="Hello")),
        ("**Edit**\nHello", Decision(verb="modify", text="Hello")),
        ("Send\nHello", Decision(verb="modify", text="Hello")),
        ("Hi,\n\nMODIFY\n\nHi Tom,\nyes.", Decision(verb="modify", text="Hi Tom,\nyes.")),
    ],
)
def test_a_plain_decision_is_understood_however_it_is_written(reply: str, decision: Decision) -> None:
    """People write from phones, with autocorrect, signatures' habits and bold type."""
    assert read_decision(reply, WORDS) == decision


@pytest.mark.parametrize(("word", "verb"), sorted(VERBS.items()))
def test_every_word_of_the_table_decides_in_any_case(word: str, verb: Verb) -> None:
    """The digest and the manual list these words."""
    for written in (word, word.upper(), word.capitalize()):
        argument = {"set": " priority=high", "assign": " Ben", "snooze": " 4h"}.get(verb, "")
        letter = "" if verb == "approve" else "\nHello Tom"
        found = read_decision(f"{written}{argument}{letter}", WORDS)

        assert isinstance(found, Decision)
        assert found.verb == verb


@pytest.mark.parametrize(("word", "verb"), sorted(WEAK.items()))
def test_a_weak_word_counts_as_the_whole_reply(word: str, verb: Verb) -> None:
    """ "ok" alone is plainly an approval."""
    assert read_decision(f"\n {word.upper()}.\n", WORDS) == Decision(verb=verb)


@pytest.mark.parametrize("word", sorted(set(WEAK) - set(VERBS) - {"no"}))
@pytest.mark.parametrize("tail", [" I saw it, more next week", "\nmore next week"], ids=["same line", "line below"])
def test_a_weak_word_before_other_words_decides_nothing(word: str, tail: str) -> None:
    """ "Ok I saw it" is no approval."""
    assert isinstance(read_decision(word + tail, WORDS), Unclear)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("", "REVIEW-01"),
        (" \n\t\n", "REVIEW-01"),
        ("\u200b\n.\n", "REVIEW-01"),
        ("Hello,", "REVIEW-01"),
        ("Looks good to me", "REVIEW-02"),
        ("I approve", "REVIEW-02"),
        ("Please approve", "REVIEW-02"),
        ("Disapprove", "REVIEW-02"),
        ("Approval", "REVIEW-02"),
        ("approve-later", "REVIEW-02"),
        ("approve's", "REVIEW-02"),
        ("Sendung", "REVIEW-02"),
        ("Nothing to add", "REVIEW-02"),
        ("Who is this?\nAPPROVE", "REVIEW-02"),
        ("Approve, but change the amount", "REVIEW-03"),
        ("Approve if she is a member", "REVIEW-03"),
        ("Approve after lunch", "REVIEW-03"),
        ("Approve?", "REVIEW-03"),
        ("approve partially", "REVIEW-03"),
        ("Approve with love", "REVIEW-03"),
        ("APPROVE\nbut not before Monday", "REVIEW-03"),
        ("APPROVE\n\nPlease remove the second line", "REVIEW-03"),
        ("APPROVE\n\nCould you add the voucher", "REVIEW-03"),
        ("APPROVE\nIs the amount right?", "REVIEW-03"),
        ("APPROVE\n" + "very good " * 50, "REVIEW-03"),
        ("MODIFY", "REVIEW-04"),
        ("Modify:\n\n  \n", "REVIEW-04"),
        ("Send", "REVIEW-04"),
        ("APPROVE\nREJECT", "REVIEW-05"),
        ("approve\n\n\n*reject*", "REVIEW-05"),
        ("REJECT\nAPPROVE", "REVIEW-05"),
        ("REJECT\nto be sure\nAPPROVE", "REVIEW-05"),
        ("APPROVE\nMODIFY\nHello", "REVIEW-05"),
        ("MODIFY\n\nREJECT", "REVIEW-05"),
        ("No, it's fine, send it", "REVIEW-05"),
        ("No. Approve.", "REVIEW-05"),
        ("REJECT -> APPROVE", "REVIEW-05"),
        ("SPAM!!! Approved", "REVIEW-05"),
        ("MODIFY make it shorter", "REVIEW-06"),
        ("MODIFY: change 89 to 98\nHello Tom", "REVIEW-06"),
        ("Send it to him", "REVIEW-06"),
        ("Send this:\nHello Tom", "REVIEW-06"),
    ],
)
def test_what_is_not_certain_is_held(reply: str, code: str) -> None:
    """An unclear reply costs the reviewer a minute; a guess costs a customer."""
    found = read_decision(reply, WORDS)

    assert isinstance(found, Unclear)
    assert found.code == code


def test_the_reviewer_is_shown_what_was_not_understood() -> None:
    """A receipt that does not quote the words helps nobody."""
    assert read_decision("Looks fine, ship it", WORDS) == Unclear(code="REVIEW-02", detail="Looks fine, ship it")
    assert read_decision("Approve, but wait", WORDS) == Unclear(code="REVIEW-03", detail="but wait", verb="approve")
    assert read_decision("APPROVE\nREJECT", WORDS) == Unclear(
        code="REVIEW-05", detail="APPROVE and REJECT", verb="approve"
    )
    assert read_decision("Modify be kind", WORDS) == Unclear(code="REVIEW-06", detail="be kind", verb="modify")


@pytest.mark.parametrize(
    "text",
    [
        "Hello Tom,\n\nwe sent it back.\n\nDana",
        "    an indented first line\n        and deeper\nand none",
        "- one\n- two\n  - inner\n\n1. first\n2. second",
        "a\n\n\n\nb",
        "No\twide\ttabs  and  blanks lost",
        "**bold** _it_ `code` # not a heading",
        "Hi Tom,\nyou may approve this or reject it.\nApprove\nReject it",
        "\N{PARTY POPPER} caf\u00e9 \uff21\u200b\u2026",
    ],
)
def test_the_text_of_a_modify_is_kept_to_the_letter(text: str) -> None:
    """Reviewers write lists and addresses; what they wrote is what the customer gets."""
    for end in ("\n", "\r\n"):
        for gap in (end, end * 3):
            found = read_decision(f"MODIFY{gap}{text.replace(chr(10), end)}{end}", WORDS)

            assert (found.verb, found.text) == ("modify", text)


PLAIN_WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
PROSE = st.lists(PLAIN_WORDS, min_size=1, max_size=30).map(" ".join)


@given(first=PROSE, below=st.text(max_size=300))
def test_prose_that_does_not_begin_with_a_decision_never_decides(first: str, below: str) -> None:
    """Whatever stands below, the first word decides or nothing does."""
    opening = first.casefold()
    known = (*VERBS, *WEAK, "hi", "hello", "hey", "dear", "hallo", "bonjour", "hola", "good ")
    assume(not any(opening.startswith(word) for word in known))

    assert isinstance(read_decision(f"{first}\n{below}", WORDS), Unclear)


@given(st.text(max_size=400))
def test_no_reply_whatever_breaks_the_reading(text: str) -> None:
    """A reply that raises would be set aside instead of answered."""
    found = read_decision(text, WORDS)

    assert isinstance(found, Decision | Unclear)
    assert not (isinstance(found, Decision) and found.verb == "modify" and not found.text)


@pytest.mark.parametrize(
    "reply",
    [
        "Hi Dana, change the total to 98 first.\nApprove",
        "Hello, please do not send this\nApprove",
        "Hi do not send\nApprove",
        "APPROVE\n\nNo, reject this one.",
        "APPROVE\nSorry, I meant REJECT",
        "APPROVE\nstop, hold it",
        "APPROVE\nMODIFY: new text",
        "approve\nplease cancel",
        "No objections, send it",
        "No problem, approved",
    ],
)
def test_an_approval_that_is_taken_back_is_none(reply: str) -> None:
    """People change their mind while they write, above the word and below it."""
    assert isinstance(read_decision(reply, WORDS), Unclear)


@pytest.mark.parametrize(
    "reply",
    [
        "No. I am not in the office this week; Ben stands in for me.",
        "No\n\nlonger at this company",
        "No. 12 of 14",
        "Approved.\nYour message was released to the recipient.",
        "**Approved**! Your message was released to the recipient.",
        "Approved, thanks\nYour message was released to the recipient.",
        "Rejected. Your message was blocked by policy 12.",
    ],
)
def test_a_word_that_other_mail_begins_with_decides_nothing_above_prose(reply: str) -> None:
    """Absence notes and filters of a reviewer's own firm answer from the reviewer's address."""
    found = read_decision(reply, WORDS)

    assert isinstance(found, Unclear)
    assert found.code == "REVIEW-02"


@pytest.mark.parametrize(
    ("reply", "verb"),
    [
        ("Approved.\n\nBest regards\nDana Miller", "approve"),
        ("Rejected: she is a friend of mine", "reject"),
        ("No.\n\nDana", "reject"),
        ("REJECT\nShe was told so by the warehouse.", "reject"),
    ],
)
def test_a_name_or_a_reason_beside_the_word_keeps_it_a_decision(reply: str, verb: Verb) -> None:
    """People sign their mails, and say why."""
    found = read_decision(reply, WORDS)

    assert isinstance(found, Decision)
    assert found.verb == verb


@pytest.mark.parametrize("reply", ["No, the amount is wrong", "no.\nI call her", "NO! too early"])
def test_a_plain_no_rejects_with_its_reason(reply: str) -> None:
    """It is the shortest way to say so."""
    found = read_decision(reply, WORDS)

    assert isinstance(found, Decision)
    assert found.verb == "reject"
    assert found.note


def test_a_word_in_a_sentence_is_offered_and_not_called_unknown() -> None:
    """The digest says "then a reason if you like": who wrote one is not told that the word does not exist."""
    found = read_decision("Reject he must call us", WORDS)

    assert isinstance(found, Unclear)
    assert found.suggestion == "REJECT"
