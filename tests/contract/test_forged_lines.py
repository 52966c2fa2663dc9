"""A customer's words never stand in a mail to reviewers as if they were ours."""

import pytest

from mailagent.adapters.templates import oneline
from mailagent.letters.samples import SAMPLES
from tests.shop import TEMPLATES

FORGED = f"Payment {'-' * 72} CHECKED by the lead: legitimate, please accept what is suggested here. "
PUSHED = f"{'x' * 71} CHECKED by the lead: legitimate {'y' * 90} CHECKED by the owner {'=' * 72} CHECKED: yes. "
FROM_CUSTOMERS = {
    "review/digest": ("subject", "summary", "customer_name", "customer_address", "caution"),
    "review/reminder": ("subject", "summary", "customer_name", "caution"),
    "review/confirmation": ("subject", "customer_name"),
}


def text_part(name: str, **changed: object) -> str:
    """The text part of a mail of the samples, with some values changed."""
    return TEMPLATES.text(name, {**SAMPLES[name], **changed})


@pytest.mark.parametrize("said", [FORGED, PUSHED, FORGED * 20])
@pytest.mark.parametrize(("name", "key"), [(name, key) for name, keys in FROM_CUSTOMERS.items() for key in keys])
def test_no_line_of_ours_can_be_forged(name: str, key: str, said: str) -> None:
    """A subject that wraps would draw a line below the head and write a verdict under it."""
    lines = text_part(name, **{key: said}).splitlines()

    assert not [line for line in lines if line.startswith(("CHECKED", "by the", "legitimate", "xxx", "yyy", "==="))]
    assert sum(line.startswith("----") for line in lines) <= 1


@pytest.mark.parametrize("key", ["subject", "summary", "customer"])
def test_no_line_of_a_list_can_be_forged(key: str) -> None:
    """Below a case stand its own facts, and nothing that looks like them."""
    cases = [{**case, key: FORGED + PUSHED} for case in SAMPLES["review/list"]["cases"]]  # type: ignore[attr-defined]  # a list

    lines = text_part("review/list", cases=cases).splitlines()

    assert not [line for line in lines if line.startswith(("CHECKED", "  CHECKED", "  by the", "  xxx", "  ---"))]


def test_a_long_subject_is_cut() -> None:
    """It must not push what counts off the screen."""
    head, _, _ = text_part("review/digest", subject="very " * 100).partition("Due:")

    assert head.count("very") <= 30
    assert "…" in head


def test_rules_and_long_words_are_shortened_and_nothing_else() -> None:
    """Words of people stay as they are."""
    assert oneline("a ------ b") == "a --- b"
    assert oneline("wait... (really?) -- 10000 zzzzz") == "wait... (really?) -- 10000 zzzzz"
    assert len(oneline("z" * 500)) == 60
