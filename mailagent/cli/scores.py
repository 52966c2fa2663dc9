"""What ``mailagent eval`` shows to people."""

from collections.abc import Mapping

from mailagent.cli.show import print_facts, print_table, say
from mailagent.domain.evaluation import FIELDS, Bin, Scores, Share


def print_scores(scores: Scores) -> None:
    """Tables of what was right, what was taken for what and how sure the model was, then the figures about all."""
    say("Right", "bold")
    print_table(
        {"what": "", "all": "All", **{language: language for language in scores.by_language}},
        [
            {
                "what": name.replace("_", " "),
                "all": _told(scores.accuracy[name]),
                **{language: _percent(shares[name]) for language, shares in scores.by_language.items()},
            }
            for name in FIELDS
        ],
    )
    if scores.confusion:
        say("\nCategories: expected below, found across", "bold")
        _print_confusion(scores.confusion)
    say("\nConfidence in the category", "bold")
    print_table(
        {"range": "Confidence", "mails": "Mails", "mean": "Mean", "right": "Right"},
        [_confidence(one) for one in scores.calibration],
    )
    say("\nIn all", "bold")
    error, tokens, money = scores.calibration_error, scores.tokens_a_message, scores.money_a_message
    priced = "no [prices] given" if money is None else f"{money:.6f} by [prices]"
    print_facts(
        {
            "mails": scores.mails,
            "automatic answers that are right": _told(scores.precision),
            "wanted automatic answers given": _told(scores.coverage),
            "cost in needless escalations": f"{scores.cost} ({scores.cost / scores.mails:.2f} a mail)",
            "expected calibration error": None if error is None else f"{error:.3f}",
            "model calls": f"{scores.calls} ({scores.calls / scores.mails:.1f} a mail)",
            "tokens in, out": f"{scores.tokens_in}, {scores.tokens_out}",
            "cost a message": f"{tokens or 0:.0f} tokens; {priced}",
            "mails without a result of the model": scores.failures,
        }
    )


def _print_confusion(table: Mapping[str, Mapping[str, int]]) -> None:
    found = {name for row in table.values() for name in row if name}
    columns = {name: name for name in sorted(found | set(table))}
    if any("" in row for row in table.values()):
        columns[""] = "none"
    print_table({"expected": "", **columns}, [{"expected": expected, **row} for expected, row in table.items()])


def _confidence(one: Bin) -> dict[str, object]:
    span = {"range": f"{one.low:.1f} to {one.high:.1f}", "mails": one.mails}
    return {**span, "mean": f"{one.confidence:.2f}", "right": f"{one.accuracy:.2f}"} if one.mails else {**span}


def _told(share: Share) -> str:
    return f"{share.right} of {share.all} ({_percent(share)})" if share.all else "-"


def _percent(share: Share) -> str:
    return "-" if share.value is None else f"{share.value:.1%}"
