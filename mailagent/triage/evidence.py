"""What a draft rests on: the articles in the state, and what it says beyond them."""

import re
from collections.abc import Sequence

from mailagent.domain.facts import unproven_claims
from mailagent.language.blanks import blanks_in
from mailagent.language.claims import CLAIM_WORDS
from mailagent.language.recital import recited_words
from mailagent.language.words import sentences, tokens
from mailagent.ports import LONGEST_MAIL, Article
from mailagent.triage.state import Found, TriageState, UnprovenClaim

_QUOTED = re.compile(r'"[^"]{1,12000}"|[“„][^“”„]{1,12000}[“”]|«[^«»]{1,12000}»|»[^«»]{1,12000}«')


def claims_of(state: TriageState, text: str, sources: Sequence[str], *, told: str = "") -> list[UnprovenClaim]:
    """What a drafted `text` says that neither the articles with the ids `sources`, nor the customer's mail, nor what a
    reviewer `told` in words of their own prove; the words that it may have from a prompt; and what it left to fill in.
    """
    ours = [f"{article['title']}\n{article['text']}" for article in state["kb_results"] if article["id"] in sources]
    customer = f"{state['subject']}\n{state['customer_message']}\n{state['quoted']}"
    ours.append(_own_words(told[:LONGEST_MAIL], customer))
    claims = unproven_claims(text, ours=ours, customer=customer, words=CLAIM_WORDS)
    recited = recited_words(text, ours=ours)
    return [
        *(UnprovenClaim(kind=claim.kind, words=claim.words) for claim in claims),
        *(UnprovenClaim(kind="instructions", words=words) for words in recited),
        *(
            UnprovenClaim(kind="blank", words=blank)
            for blank in blanks_in(text)
            if not any(" ".join(blank.split()) in " ".join(one.split()) for one in ours)
        ),
    ]


def _own_words(told: str, customer: str) -> str:
    """`told` without quotes, and without what stands in the customer's mail: who repeats a demand does not grant it."""
    theirs = f" {' '.join(tokens(customer))} "
    rest = "\n".join(line for line in _QUOTED.sub("\n", told).split("\n") if not line.lstrip().startswith(">"))
    return "\n".join(one for one in sentences(rest) if f" {' '.join(tokens(one))} " not in theirs)


def found_of(article: Article) -> Found:
    """An article as plain values."""
    return Found(
        id=article.id,
        title=article.title,
        category=article.category,
        text=article.text,
        score=article.score,
        automatic=article.automatic,
        section=article.section,
        covered=article.covered,
        language=article.language,
    )


def articles_of(state: TriageState) -> list[Article]:
    """The articles that the search found, best first."""
    return [Article(**found) for found in state["kb_results"]]
