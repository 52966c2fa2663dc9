"""The words of a text: tokens, which of them carry meaning, and what is left of a word without its ending. English."""

import re
import unicodedata

TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\s*\n\s*")

STOP_WORDS = frozenset(
    """
    a about above after again against all almost already also although always am an and any anybody anyone anything
    are aren't around as at away back be because been before being below between both but by came can can't cannot
    come could couldn't did didn't do does doesn't doing don't done down during each either else ever every few for
    from further get gets getting give go goes going gone got had hadn't has hasn't have haven't having he he's her
    here hers him his how however i i'd i'll i'm i've if in into is isn't it it'd it'll it's its itself just kept
    last least less let let's like long lot made make makes many may maybe me might mine more most much must my
    myself near need needs neither next no nobody none nor not nothing now of off often on once one only onto or
    other others ought our ours out over own per perhaps put quite rather really same say says see seem seems seen
    she should shouldn't since so some somebody someone something soon still such sure take takes taking than that
    that's the their theirs them then there there's these they they're thing things think this those though through
    to today together too toward tried try under until up upon us use used using very want wanted wants was wasn't
    way we we'd we'll we're we've well went were weren't what what's when where where's whether which while who
    who's whom whose why will with within without won't would wouldn't yes yesterday yet you you'd you'll you're
    you've your yours
    answer anyway ask asked best cheers dear greetings hello help hey hi information inquiry kind kindly know look
    looking mail message please possible question questions re regard regarding regards reply sincerely sorry support
    team tell thank thanks thx urgent wonder wondering write writing wrote
    day days week weeks month months morning afternoon evening ago recently
    """.split()  # noqa: SIM905 (a table to read)
)
"""Words that say nothing about what a mail is about, those of greetings and requests among them."""

ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))
SHORTEST_STEM = 3
LONGEST_WORD = 40
IRREGULAR = {
    "paid": "pay", "bought": "buy", "sent": "send", "broke": "break", "broken": "break", "forgotten": "forget",
    "forgot": "forget", "lost": "lose", "refunded": "refund", "billed": "bill", "deliveries": "delivery",
    "delivered": "delivery", "deliver": "delivery", "shipped": "ship", "shipping": "ship", "shipment": "ship",
    "cancellation": "cancel", "cancelled": "cancel", "cancelling": "cancel", "payment": "pay", "payments": "pay",
    "paying": "pay", "charging": "charge", "sizing": "size", "crashing": "crash", "complained": "complaint",
    "complain": "complaint", "complaining": "complaint", "colour": "color", "colours": "color", "parcels": "parcel",
}  # fmt: skip


def tokens(text: str) -> list[str]:
    """Every word of `text`, lower-cased, with straight apostrophes, in order."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    return [word.casefold() for word in TOKEN.findall(plain)]


def content_words(text: str) -> list[str]:
    """The words of `text` that carry meaning, in order: no stop words, no numbers or codes, no single letters."""
    found = (word.removesuffix("'s") for word in tokens(text))
    return [word for word in found if word not in STOP_WORDS and 1 < len(word) <= LONGEST_WORD and word.isalpha()]


def stem(word: str) -> str:
    """`word` without its plural or verb ending; rough, the same for every form that matters in support mail."""
    if word in IRREGULAR:
        return _end(IRREGULAR[word])
    for ending, instead in ENDINGS:
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= SHORTEST_STEM and not (ending == "s" and rest.endswith(("s", "u", "i"))):
            return _whole(rest + instead, cut=ending in {"ing", "ed", "es"})
    return _end(word)


def stems(text: str) -> list[str]:
    """The stems of the content words of `text`, in order."""
    return [stem(word) for word in content_words(text)]


def sentences(text: str) -> list[str]:
    """The sentences and lines of `text` without surrounding space, none of them empty."""
    return [part.strip() for part in SENTENCE_END.split(text) if part and part.strip()]


def contains_phrase(words: list[str], phrase: list[str]) -> bool:
    """Whether `phrase` stands in `words`, its words side by side. An empty phrase stands nowhere."""
    size = len(phrase)
    return size > 0 and any(words[start : start + size] == phrase for start in range(len(words) - size + 1))


def _whole(rest: str, *, cut: bool) -> str:
    """``stopp`` as ``stop``, so that all forms of a verb meet."""
    if cut and rest[-1] == rest[-2] and rest[-1] not in "aeiouls":
        return rest[:-1]
    return _end(rest)


def _end(word: str) -> str:
    """Without a last e, which some forms have and some have not."""
    return word.removesuffix("e") if len(word) > SHORTEST_STEM else word
