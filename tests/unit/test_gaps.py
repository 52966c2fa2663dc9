"""Questions that no article answers, grouped: what an admin should write next."""

from mailagent.adapters.knowledge.gaps import Question, gaps_of


def asked(*texts: str, language: str = "en") -> list[Question]:
    """Questions, each a case of its own, from C-1 on."""
    return [
        Question(case=f"C-{number}", subject="Question", text=text, language=language)
        for number, text in enumerate(texts, start=1)
    ]


def cases(questions: list[Question]) -> list[list[str]]:
    """The examples' case numbers, group by group."""
    return [[one.case for one in gap.examples] for gap in gaps_of(questions)]


def test_questions_about_one_thing_are_one_gap_the_largest_first() -> None:
    """The article that saves most work is written first; other forms of a word are the same word."""
    questions = asked(
        "Do you sell gift cards?",
        "Can I pick up my box in the warehouse?",
        "I would like to buy a gift card for my sister",
        "Is picking up boxes at your warehouse possible?",
        "Are there gift cards of 50 euros?",
    )

    first, second = gaps_of(questions)

    assert (first.size, second.size) == (3, 2)
    assert {"gift", "cards"} <= set(first.words[:2])
    assert [one.case for one in first.examples] == ["C-1", "C-3", "C-5"]


def test_one_word_in_common_does_not_join_long_questions() -> None:
    """Or everything about a "box" were one gap, and nobody would know what to write."""
    assert cases(asked("Is the spring box vegan and without nuts?", "My box has a torn lid, can I glue it?")) == [
        ["C-1"],
        ["C-2"],
    ]


def test_a_word_that_everybody_uses_joins_nothing() -> None:
    """Among many questions to a shop most say "order" and "box"."""
    things = ("wholesale", "vegan", "invoice", "job", "driver", "nuts", "press", "glue", "lid", "tea")

    assert len(gaps_of(asked(*(f"Order of a box: {thing}" for thing in things)))) == len(things)


def test_what_nearly_everybody_asks_is_the_first_gap() -> None:
    """Its words are common for that very reason; it stood there once for each customer, under their names."""
    names = ("Anna", "Bob", "Cleo", "Dora", "Egon", "Fritz", "Gina", "Hugo", "Ida")
    pickup = (f"Can I pick up my parcel at your warehouse in Graz on a Sunday? {name}" for name in names)

    first, second = gaps_of(asked(*pickup, "Do you sell gift cards?"))

    assert (first.size, second.size) == (9, 1)
    assert "Anna" not in first.words


def test_small_words_of_another_language_join_nothing() -> None:
    """Two German questions share "ich möchte" and "bitte" whatever they are about."""
    questions = asked("Ich möchte bitte eine Rechnung mit UID", "Ich möchte bitte im Lager abholen", language="de")

    assert len(gaps_of(questions)) == 2


def test_no_more_than_three_examples_are_given() -> None:
    """They are to be read on one screen; the size says how many there are."""
    (gap,) = gaps_of(asked(*["Do you sell gift cards?"] * 5))

    assert (gap.size, len(gap.examples)) == (5, 3)


def test_nothing_asked_leaves_no_gap() -> None:
    """A shop that just opened."""
    assert gaps_of([]) == []
