"""One list of what two searches found, by reciprocal rank."""

from collections.abc import Sequence
from dataclasses import replace

from mailagent.adapters.knowledge.index import Hit

RANK_OFFSET = 60
"""The k of reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009): so large that being found by both
searches counts more than being the first of one.
"""


def fused(by_words: Sequence[Hit], by_meaning: Sequence[Hit]) -> list[Hit]:
    """Each article that either list has, best first; where equal, as the words say.

    A score is the sum of ``1 / (60 + rank)`` over the lists, for coverage and cosine cannot be compared: at most 0.033.
    """
    found: dict[str, Hit] = {}
    for hits in (by_words, by_meaning):
        for rank, hit in enumerate(hits, start=1):
            worth = 1 / (RANK_OFFSET + rank)
            other = found.get(hit.article.id)
            found[hit.article.id] = (
                replace(hit, score=worth)
                if other is None
                else replace(other, score=other.score + worth, why=f"{other.why}; {hit.why}")
            )
    return sorted(found.values(), key=lambda hit: -hit.score)
