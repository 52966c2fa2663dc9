"""What a mode lets out without a person."""

import pytest

from mailagent.domain.policy import Mode, apply_mode
from mailagent.domain.routing import Action, Disposition


def disposition(action: Action) -> Disposition:
    """What a rule said."""
    return Disposition(action=action, priority="normal", rule="some-rule", why="a reason")


def test_suggest_puts_every_reply_before_a_person() -> None:
    """An admin who chose suggest was promised that nothing goes out unseen."""
    found = apply_mode("suggest", disposition("reply"))

    assert (found.action, found.rule) == ("escalate", "some-rule")
    assert "mode is suggest" in found.why


@pytest.mark.parametrize("action", ["escalate", "ignore"])
def test_suggest_changes_nothing_else(action: Action) -> None:
    """What is ignored stays ignored, and a question stays the same question."""
    assert apply_mode("suggest", disposition(action)) == disposition(action)


@pytest.mark.parametrize("mode", ["auto", "shadow"])
@pytest.mark.parametrize("action", ["reply", "escalate", "ignore"])
def test_auto_and_shadow_follow_the_rules(mode: Mode, action: Action) -> None:
    """A shadow run must show what auto would do."""
    assert apply_mode(mode, disposition(action)) == disposition(action)
