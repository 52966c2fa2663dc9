"""What the offline model is good for, on the shipped categories."""

from dataclasses import replace

import pytest

from mailagent.adapters.clock import SystemClock
from mailagent.adapters.knowledge import KnowledgeFolder
from mailagent.adapters.offline_model import OfflineModel
from mailagent.domain.category import Category
from mailagent.errors import ConfigurationError
from mailagent.ports import Article, Asked, CustomerMail
from tests.contract.test_model import ASKS, DOUBLE_CHARGE, PAYMENT, QUESTION, shipped_categories
from tests.shop import SHOP

MAILS = {
    "I was charged twice for order LF-20333, please refund one payment.": "billing",
    "Which payment methods do you accept?": "billing",
    "My return arrived on the 2nd, but nothing has been credited to my card.": "billing",
    "Would the summer dress fit me? I usually wear size 38.": "product",
    "One of the bowls was in pieces when I opened the box, it arrived broken.": "product",
    "The Android app freezes on the first screen.": "technical",
    "Your site does not accept my password any more.": "technical",
    "I wish to lodge a formal complaint regarding the handling of my return.": "complaint",
    "The lady on the phone was rude and hung up on me.": "complaint",
    "Where is my order? The tracking has not moved.": "general",
    "Please cancel my order, I found it cheaper elsewhere.": "general",
    "Wann bekomme ich die Rückerstattung für meine Rücksendung?": "billing",
    "Impossible de me connecter, mon mot de passe est refusé.": "technical",
    "Quiero presentar una queja por el trato que recibí por teléfono.": "complaint",
}


@pytest.mark.parametrize(("text", "category"), MAILS.items())
async def test_plain_mails_get_their_category(text: str, category: str) -> None:
    """The demo and anyone without a key depend on it."""
    found = await OfflineModel(shipped_categories()).classify(CustomerMail(subject="", text=text))

    assert found.category == category
    assert found.confidence > 0.4


async def test_a_mail_like_none_of_the_examples_is_hardly_sure() -> None:
    """A rule on low confidence can then give it to a person."""
    mail = CustomerMail(subject="", text="What is the capital of France?")

    found = await OfflineModel(shipped_categories()).classify(mail)

    assert found.confidence < 0.5


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wo ist meine Bestellung? Ich warte seit zwei Wochen darauf.", "de"),
        ("Bonjour, ma commande n'est toujours pas arrivée.", "fr"),
        ("¿Dónde está mi pedido? Lo espero desde hace dos semanas.", "es"),
        ("Where is my order? I have waited for two weeks.", "en"),
        ("Wo ist mein Paket?", "de"),
        ("Danke!", "en"),
        ("Buongiorno, dove si trova il mio pacco?", "it"),
        ("Bom dia, gostaria de saber onde está a minha encomenda.", "pt"),
    ],
)
async def test_languages_are_told_apart(text: str, language: str) -> None:
    """Each is read with its own words, and no Italian gets a Spanish letter; the shortest texts are too short to
    tell.
    """
    found = await OfflineModel(shipped_categories()).classify(CustomerMail(subject="", text=text))

    assert found.language == language


@pytest.mark.parametrize(
    ("text", "so_far", "language"),
    [
        ("Thanks, that worked", "de", "de"),
        ("ok", "fr", "fr"),
        ("und jetzt?", "en", "en"),
        ("Salut, merci, OK pour moi, best regards", "de", "de"),
        ("Thank you very much, I have found the invoice in my account.", "de", "en"),
    ],
)
async def test_a_few_words_are_in_the_language_of_the_case(text: str, so_far: str, language: str) -> None:
    """A guess from two words must not change the language in which somebody is written to; a plain change does."""
    mail = CustomerMail(subject="Re: Wo ist meine Rechnung für die letzte Bestellung?", text=text, language=so_far)

    assert (await OfflineModel(shipped_categories()).classify(mail)).language == language


async def test_a_mail_whose_language_is_not_clear_goes_to_a_person() -> None:
    """It is taken for English, in which it may not be written."""
    mail = CustomerMail(subject="", text="Visa? Amex?")
    ask = [Asked(text="Visa? Amex?", article=PAYMENT.id)]
    model = OfflineModel([Category(id="billing", says="Paying.")])

    assert (await model.respond(mail, (PAYMENT,), asks=ask, tone="neutral")).text is None
    assert (await model.respond(replace(mail, language="en"), (PAYMENT,), asks=ask, tone="neutral")).text is not None


async def test_the_same_mail_gives_the_same_result() -> None:
    """Tests, demos and a second try after a crash rely on it."""
    first = await OfflineModel(shipped_categories()).classify(QUESTION)
    second = await OfflineModel(shipped_categories()).classify(QUESTION)

    assert first == second


async def test_an_answer_is_the_article_in_its_own_words() -> None:
    """Without a language model nothing is rephrased, so nothing can be wrong that the article does not say."""
    answer = await OfflineModel(shipped_categories()).respond(QUESTION, (PAYMENT,), asks=ASKS, tone="neutral")

    assert answer.text == PAYMENT.text


@pytest.mark.parametrize(
    ("text", "article", "asks"),
    [
        ("Which payment methods do you accept?", PAYMENT, []),
        ("Which payment methods do you accept for order LF-20417?", PAYMENT, ASKS),
        ("My husband died. Which payment methods do you accept?", PAYMENT, ASKS),
        ("Welche Zahlungsarten akzeptieren Sie in Ihrem Laden?", PAYMENT, ASKS),
        ("Where is my parcel? The tracking has not moved.", PAYMENT, ASKS),
    ],
    ids=["nothing is asked", "about one order", "a death", "in another language", "of another category"],
)
async def test_words_alone_answer_only_what_they_surely_answer(text: str, article: Article, asks: list[Asked]) -> None:
    """A wrong answer costs ten times what a needless question to a person does."""
    mail = CustomerMail(subject="", text=text)

    answer = await OfflineModel(shipped_categories()).respond(mail, (article,), asks=asks, tone="neutral")

    assert answer.text is None


async def test_a_second_question_that_shares_one_word_with_the_article_stays_open() -> None:
    """ "Where is my parcel, and do you have a shop in Rome?" got the parcel, and no word about Rome."""
    asked = [*ASKS, Asked(text="do you have a parcel shop?", article=None)]

    answer = await OfflineModel(shipped_categories()).respond(QUESTION, (PAYMENT,), asks=asked, tone="neutral")

    assert answer.answered_by[-1] is None


async def test_a_runner_up_does_not_answer_for_an_article_that_needs_a_person() -> None:
    """A mail on being charged twice must not be answered with the list of payment methods."""
    answer = await OfflineModel(shipped_categories()).respond(
        QUESTION, (DOUBLE_CHARGE, PAYMENT), asks=ASKS, tone="neutral"
    )

    assert answer.text is None


async def test_a_brief_gives_the_article_as_fix_and_draft() -> None:
    """A reviewer can approve the draft or follow the steps."""
    brief = await OfflineModel(shipped_categories()).brief(
        QUESTION, (PAYMENT,), tone="neutral", reason="mode is suggest"
    )

    assert "which payment methods" in brief.summary
    assert PAYMENT.id in brief.suggested_fix
    assert "1. Card" in brief.suggested_fix
    assert brief.draft == PAYMENT.text


async def test_a_brief_without_an_article_says_so() -> None:
    """No draft is better than a made-up one."""
    brief = await OfflineModel(shipped_categories()).brief(QUESTION, (), tone="neutral", reason="no article answers it")

    assert "No article covers this" in brief.suggested_fix
    assert "no article answers it" in brief.suggested_fix
    assert brief.draft is None


async def test_a_single_category_is_enough() -> None:
    """An admin may start with one."""
    model = OfflineModel([Category(id="only", says="Everything.")])

    assert (await model.classify(QUESTION)).category == "only"


def test_no_category_is_a_mistake_of_the_configuration() -> None:
    """Every mail must get one."""
    with pytest.raises(ConfigurationError, match=r"categories\.toml"):
        OfflineModel([])


QUESTIONS = {
    "I ordered two weeks ago (LF-1002) and have heard nothing. Where is my order?\nTom": "general/order-status",
    "I can't log in any more, it says wrong password although I am sure it is right.": "technical/login",
    "I'm usually a medium but between sizes in your trousers. Which size should I take?": "product/sizing",
    "Hi, can I pay with Klarna? Thanks": "billing/payment-methods",
    "The kettle I bought in May stopped working. Is there a warranty?": None,
    "Is the wool blanket free of lanolin? My son is allergic.": None,
    "Do you have a shop in Hamburg that I can visit?": None,
}


@pytest.mark.parametrize(("text", "article"), QUESTIONS.items())
async def test_a_whole_mail_finds_the_article_that_answers_it(text: str, article: str | None) -> None:
    """People wrap their question in greetings and stories; a mail that no article answers must find none."""
    found = await OfflineModel(shipped_categories()).classify(CustomerMail(subject="Question", text=text))

    articles = await KnowledgeFolder(SHOP / "knowledge", clock=SystemClock()).search(
        found.search_query, category=found.category, limit=3
    )

    assert [hit.id for hit in articles[:1]] == ([article] if article else [])


PLAINEST = [
    "Which payment methods do you accept?",
    "Welche Zahlungsarten akzeptieren Sie?",
    "Quels moyens de paiement acceptez-vous ?",
    "¿Qué formas de pago aceptáis?",
]


@pytest.mark.parametrize("text", PLAINEST)
async def test_the_plainest_question_is_answered_in_every_language(text: str) -> None:
    """It is the first that anybody tries; in the articles' keywords stand the words in which people ask."""
    model, mail = OfflineModel(shipped_categories()), CustomerMail(subject="", text=text)
    found = await model.classify(mail)
    articles = await KnowledgeFolder(SHOP / "knowledge", clock=SystemClock()).search(
        found.search_query, category=found.category, limit=4, language=found.language
    )

    answer = await model.respond(
        mail, articles, asks=[Asked(text=ask, article=articles[0].id) for ask in found.asks], tone="neutral"
    )

    assert answer.text is not None
    assert answer.sources[0].startswith("billing/payment-methods")


@pytest.mark.parametrize("prefix", ["Re: ", "AW:", "\u56de\u590d\uff1a", "R\u00e9p : "])
async def test_the_subject_of_an_answer_is_not_what_is_asked(prefix: str) -> None:
    """A mail program repeated it: "And how big is it?" below an old "Invoice 77" is about no invoice."""
    mail = CustomerMail(subject=f"{prefix}Invoice 77", text="What size should I order?")

    assert "Invoice" not in (await OfflineModel(shipped_categories()).classify(mail)).search_query
