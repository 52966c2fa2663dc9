"""Replies as reviewers write them in eight languages, and what each must do: data in ``replies.toml``."""

import tomllib
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailagent.domain.decision import Decision, Known, Unclear, Weekday
from mailagent.domain.reply import read_batch, read_decision
from mailagent.language.commands import LANGUAGES, shipped, vocabulary

GROUPS = tomllib.loads(Path(__file__).with_name("replies.toml").read_text("utf-8"))["group"]
ROWS = [(reply, group) for group in GROUPS for reply in group["replies"]]
KNOWN: Known = {
    "category": ("billing", "product"),
    "priority": ("urgent", "high", "normal"),
    "sentiment": ("positive", "neutral", "negative", "angry"),
}
VOCABULARIES = {language: vocabulary(language) for language in LANGUAGES}
WORDS = VOCABULARIES["en"]


@pytest.mark.parametrize(("reply", "expected"), ROWS, ids=[repr(reply)[:50] for reply, _ in ROWS])
def test_each_reply_does_what_its_writer_meant_or_nothing(reply: str, expected: dict[str, str]) -> None:
    """A wrong reading sends a customer what nobody approved; one that is held costs a minute."""
    found = read_decision(reply, VOCABULARIES["en"], KNOWN)

    if "verb" in expected:
        assert isinstance(found, Decision)
        assert found.verb == expected["verb"]
    else:
        assert isinstance(found, Unclear)
        assert found.code == expected["code"]
        assert found.suggestion == expected.get("suggestion", found.suggestion)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reviewers_language_lets_an_unclear_reply_act(language: str) -> None:
    """Whose words come first must not turn somebody's prose into a decision."""
    for reply, expected in ROWS:
        if "code" in expected:
            assert isinstance(read_decision(reply, VOCABULARIES[language], KNOWN), Unclear), reply


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_has_a_word_in_every_language_and_each_word_one_meaning(language: str) -> None:
    """A reviewer learns the words of one language; two meanings would make one of them a trap."""
    words = shipped(language)
    own = VOCABULARIES[language]

    assert len(words.verbs) == 17
    for verb, names in words.verbs.items():
        assert names
        for name in names:
            argument = {"set": " priority=high", "assign": " Ben", "snooze": " 4h"}.get(verb, "")
            letter = "" if verb == "approve" else "\nHello Tom"
            found = read_decision(f"{name.upper()}{argument}{letter}", own, KNOWN)
            assert isinstance(found, Decision), name
            assert found.verb == verb, name


LETTERS = st.text(st.characters(categories=["L"], max_codepoint=0x24F), min_size=2, max_size=9)
PROSE = st.lists(LETTERS, min_size=2, max_size=25).map(" ".join)
ENDINGS = st.sampled_from(["", ".", "\nAPPROVE", "\n\nreject it", "\nja", " approve", "\n> approve"])


@given(prose=PROSE, ending=ENDINGS, language=st.sampled_from(LANGUAGES))
def test_no_prose_that_begins_with_another_word_decides(prose: str, ending: str, language: str) -> None:
    """Whatever stands below it, in whatever language: the first word decides, or nothing does."""
    words = VOCABULARIES[language]
    assume(words.opening.match(prose.casefold()) is None and words.salutation.match(prose.casefold()) is None)
    assume(not isinstance(read_decision(prose.split(maxsplit=1)[0], words), Decision))

    assert isinstance(read_decision(prose + ending, words), Unclear)


def test_lines_above_a_decision_go_with_it() -> None:
    """A reviewer corrects the triage and approves in one reply."""
    found = read_decision("SET category=billing priority=high\nNOTE he phoned\nASSIGN Ben\n\nApprove\n", WORDS, KNOWN)

    assert isinstance(found, Decision)
    assert [one.verb for one in (*found.modifiers, found)] == ["set", "note", "assign", "approve"]
    assert found.modifiers[0].corrections == (("category", "billing"), ("priority", "high"))
    assert (found.modifiers[1].note, found.modifiers[2].who) == ("he phoned", "Ben")


def test_a_wrong_line_above_a_decision_holds_all_of_it() -> None:
    """Half of a reply carried out would hide the other half."""
    found = read_decision("SET category=biling\nAPPROVE", WORDS, KNOWN)

    assert isinstance(found, Unclear)
    assert (found.code, found.detail, found.suggestion) == ("REVIEW-16", "category=biling", "billing")


@pytest.mark.parametrize(
    ("reply", "until"),
    [
        ("SNOOZE 4h", timedelta(hours=4)),
        ("snooze 2 Tage", timedelta(days=2)),
        ("snooze mon 9:00", Weekday(day=0, at=time(9))),
        ("snooze until Friday 2pm", Weekday(day=4, at=time(14))),
        ("Posponer hasta el martes", Weekday(day=1)),
        ("Adiar sábado 8:30", Weekday(day=5, at=time(8, 30))),
    ],
)
def test_a_pause_is_read_in_every_language(reply: str, until: timedelta | Weekday) -> None:
    """A reminder at the wrong time is worse than none."""
    found = read_decision(reply, WORDS)

    assert isinstance(found, Decision)
    assert found.until == until


def test_a_short_text_is_kept_for_the_confirmation() -> None:
    """The reviewer should not have to write it twice."""
    found = read_decision("MODIFY\nWe refunded it.", WORDS)

    assert isinstance(found, Unclear)
    assert (found.code, found.verb, found.text) == ("REVIEW-07", "modify", "We refunded it.")


def test_a_list_of_cases_is_answered_line_by_line() -> None:
    """Several cases in one reply; a case with two decisions gets none, and a letter needs its own mail."""
    lines = read_batch(
        "APPROVE C-1042 C-1043, c-1044\nReject C-7: too old\nMODIFY C-8\nSnooze C-9 4h\n"
        "Approve C-10\nClose C-10\nwhat is C-11\nApprove C-12 if paid\n\nBest regards\nDana",
        WORDS,
    )

    assert [(line.cases, line.reading.verb, getattr(line.reading, "code", "")) for line in lines] == [
        ((1042, 1043, 1044), "approve", ""),
        ((7,), "reject", ""),
        ((8,), "modify", "REVIEW-11"),
        ((9,), "snooze", ""),
        ((10,), "approve", "REVIEW-05"),
        ((10,), "close", "REVIEW-05"),
        ((), None, "REVIEW-02"),
        ((12,), "approve", "REVIEW-03"),
    ]


@pytest.mark.parametrize(
    "line",
    ["REJECT C-1 approve C-2", "ASSIGN C-1 ben, C-2 dana", "SPAM C-1 or C-2", "APPROVE C-1 / C-2", "APPROVE C-1..C-3"],
)
def test_a_line_of_a_list_of_which_not_all_is_understood_does_nothing(line: str) -> None:
    """Half of it would be done, and the reviewer believes that all of it was."""
    assert [getattr(row.reading, "code", "") for row in read_batch(line, WORDS)] == ["REVIEW-02"]


@pytest.mark.parametrize("below", ["but wait for Ben", "Is the amount right?", "\nonly after lunch"])
def test_a_condition_below_an_approval_in_a_list_holds_it(below: str) -> None:
    """As in the case's own mail; the line above it is as good as it was."""
    rows = read_batch(f"REJECT C-1\nAPPROVE C-2\n{below}", WORDS)

    assert [getattr(row.reading, "code", "") for row in rows] == ["", "REVIEW-03", "REVIEW-02"]


def test_a_name_below_an_approval_in_a_list_does_not_hold_it() -> None:
    """Not every phone writes a closing above a signature."""
    assert isinstance(read_batch("APPROVE C-1\n\nDana Kim", WORDS)[0].reading, Decision)


def test_without_being_asked_a_list_is_no_decision() -> None:
    """Two numbers beside one digest: only one of them can be meant."""
    found = read_decision("APPROVE C-1042\nREJECT C-1043", WORDS)

    assert isinstance(found, Unclear)
    assert found.code == "REVIEW-05"
