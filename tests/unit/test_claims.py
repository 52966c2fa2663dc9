"""The words by which claims are found, and how a language is added."""

from pathlib import Path

import pytest

from mailagent.domain.facts import unproven_claims
from mailagent.errors import ConfigurationError
from mailagent.language.claims import SHIPPED, claim_words, read_language

DUTCH = """
percent = ["procent"]
not_alone = ["een"]
ranges = ["tot"]
steps = ["stap"]
clock_after = []
[numbers]
1 = ["een"]
5 = ["vijf"]
[units]
workday = ["werkdag", "werkdagen"]
[currencies]
[months]
1 = []
2 = []
3 = ["maart"]
4 = []
5 = []
6 = []
7 = []
8 = []
9 = []
10 = []
11 = []
12 = []
[days]
tomorrow = ["morgen"]
[clock]
am = []
pm = []
any = []
hours = ["uur"]
[markers]
will = ["we zullen"]
done = ["we hebben"]
will_be = []
done_be = []
will_act = []
done_act = []
is = []
subject = ["we"]
none = []
[promises]
participles = ["ge*d"]
future = []
finite = []
conditions = ["als"]
negations = ["niet"]
fillers = []
nominal = ["uw"]
harmless = []
[alone]
guarantee = ["gegarandeerd"]
[reports]
done = ["is geregeld"]
[acts]
refund = ["terugbetal*", "terugbetaald", "vergoed*"]
"""


@pytest.fixture
def dutch(tmp_path: Path) -> Path:
    """The file of a language that is not shipped."""
    file = tmp_path / "nl.toml"
    file.write_text(DUTCH, "utf-8")
    return file


def test_another_language_is_one_more_file(dutch: Path) -> None:
    """Whoever answers in Dutch adds words, no code; an English article proves Dutch replies too."""
    words = claim_words([*SHIPPED, read_language(dutch)])
    policy = "We refund within 5 working days until March 3."

    def found(reply: str) -> set[str]:
        return {claim.kind for claim in unproven_claims(reply, ours=[policy], customer="", words=words)}

    assert found("We vergoeden binnen vijf werkdagen, tot 3 maart.") == set()
    assert found("We hebben uw aankoop vergoed.") == {"promise"}
    assert found("We zullen u bellen.") == {"promise"}
    assert found("Gegarandeerd binnen 6 werkdagen.") == {"promise", "duration"}


@pytest.mark.parametrize(
    ("line", "instead", "says"),
    [
        ('percent = ["procent"]', "", "nl.toml: percent is missing; write [] where the language has no words for it"),
        ("[days]", "[day]", "nl.toml: day is not a known key"),
        ("12 = []", "13 = []", "nl.toml: months.12 is missing; write [] where the language has no words for it"),
        (
            'will = ["we zullen"]',
            "",
            "nl.toml: markers.will is missing; write [] where the language has no words for it",
        ),
        ('["vijf"]', '"vijf"', "nl.toml: numbers.5 must be a list of texts, none of them empty"),
        ('["procent"]', '["*"]', "nl.toml: percent must be a list of texts, none of them empty"),
        ("[days]", "[days", "nl.toml: this is no TOML file: "),
        ('[alone]\nguarantee = ["gegarandeerd"]', "alone = []", "nl.toml: "),
    ],
)
def test_a_mistake_in_a_language_is_named(dutch: Path, line: str, instead: str, says: str) -> None:
    """A forgotten list would let every promise of that kind pass, in silence."""
    assert line in DUTCH
    dutch.write_text(DUTCH.replace(line, instead), "utf-8")

    with pytest.raises(ConfigurationError) as error:
        read_language(dutch)

    assert str(error.value).startswith(says)


def test_the_languages_name_the_same_things() -> None:
    """A name that only one language knows proves nothing in the others."""
    english, *others = [language for language in SHIPPED if "refund*" in language["acts"]["refund"]]
    assert others == []
    for language in SHIPPED:
        for table in ("acts", "alone", "reports", "days"):
            assert language[table].keys() == english[table].keys()
        for table in ("units", "currencies"):
            assert language[table].keys() <= english[table].keys()
