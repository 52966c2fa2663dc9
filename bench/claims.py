"""How long the check of a reply takes, for usual and hostile text of 12,000 characters: ``python bench/claims.py``."""

import time
from pathlib import Path

from mailagent.domain.facts import unproven_claims
from mailagent.language.claims import CLAIM_WORDS
from mailagent.ports import LONGEST_MAIL

KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
RUNS = 5
HOSTILE = (
    "1", "1 ", "1:", "1.", "a.", "a", "-1", "+1 ", "1/2 ", "?", ",", "\n", "\u200b", "e\u0301\u0301", "\ufdfa", "(at) ",
    "a (at ", "five-", "5 to ", "EUR ", "May ", "hundred ", "we will ", "was ", "refunded ", "if we ", "hemos ",
    "5 x days ", "refund is we have will be was ", "https://a.example/ ", "\n1. ",
)  # fmt: skip


def milliseconds(text: str, customer: str, ours: list[str]) -> float:
    """The best of some runs, in time of the processor."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        unproven_claims(text, ours=ours, customer=customer, words=CLAIM_WORDS)
        best = min(best, time.process_time() - start)
    return best * 1000


def main() -> None:
    """Print the times of articles as a reply, and of the slowest hostile texts."""
    articles = [path.read_text("utf-8") for path in sorted(KNOWLEDGE.rglob("*.md"))]
    usual = ("\n".join(articles) * 2)[:LONGEST_MAIL]
    print(f"{milliseconds(usual, '', articles[:3]):6.1f} ms  a reply made of articles, with three sources")
    print(f"{milliseconds(usual, usual, articles[:3]):6.1f} ms  with a customer's mail of the same length")
    hostile = {piece: milliseconds((piece * LONGEST_MAIL)[:LONGEST_MAIL], "", articles[:3]) for piece in HOSTILE}
    for piece, took in sorted(hostile.items(), key=lambda one: -one[1])[:8]:
        print(f"{took:6.1f} ms  {piece!r} again and again")


if __name__ == "__main__":
    main()
