"""A customer reads their own language in every mail of a case, whoever wrote the letter."""

from dataclasses import replace

from mailagent.errors import PermanentError
from tests.fakes.mails import QUEUE, TOM, text_of, words
from tests.fakes.model import ANGRY, NEUTRAL
from tests.jobs.office import Office, Outside


async def test_an_automatic_answer_is_in_the_language_of_the_mail(outside: Outside, office: Office) -> None:
    """Letter, frame and the buttons' mails; an answer in another language is no answer."""
    outside.model.mood = replace(NEUTRAL, language="de-AT")
    outside.model.answer = "Sie zahlen mit Karte oder PayPal."
    outside.customer_writes("Wie kann ich zahlen?")

    await office.work()

    (answer,) = outside.mails_to(TOM)
    assert words(answer).startswith("Automatische Antwort aus unseren Hilfeseiten.")
    assert "Guten Tag Tom, vielen Dank für Ihre Nachricht. Sie zahlen mit Karte oder PayPal." in words(answer)
    html = answer.get_body(("html",))
    assert html is not None
    assert "body=Bewertung%3A%204%20von%205%0D%0A" in html.get_content()
    assert "body=Ich%20m%C3%B6chte%20bitte%20mit%20einem%20Menschen%20sprechen." in html.get_content()


async def test_the_language_outlives_the_question_to_a_reviewer(outside: Outside, office: Office) -> None:
    """Acknowledgment now and holding reply hours later; reviewers go on in English."""
    outside.model.mood = replace(ANGRY, language="es")
    outside.customer_writes("Me han cobrado dos veces.")
    await office.work()
    outside.reviewer_replies("REJECT\nI call him.")

    await office.work()

    acknowledgment, holding = outside.mails_to(TOM)
    assert words(acknowledgment).startswith("Hola, Tom: Sentimos de verdad lo que ha pasado.")
    assert "Le responderemos hoy antes de las 17:00 (hora de Madrid)." in words(acknowledgment)
    assert words(holding).startswith("Hola, Tom: Sentimos de verdad que, además de todo, tenga que esperar.")
    assert "17:00 CET" in text_of(outside.mails_to(QUEUE)[0])


async def test_an_approved_letter_stands_in_the_customer_s_language(outside: Outside, office: Office) -> None:
    """The draft's frame was in it; what stands below the letter is too."""
    outside.model.mood = replace(ANGRY, language="fr")
    outside.customer_writes("On m'a débité deux fois.")
    await office.work()
    outside.reviewer_replies("APPROVE")

    await office.work()

    answer = outside.mails_to(TOM)[-1]
    assert words(answer).startswith("Bonjour Tom, Nous sommes sincèrement désolés")
    assert "Votre numéro de dossier est C-1. " in words(answer)


async def test_a_model_that_fails_leaves_english(outside: Outside, office: Office) -> None:
    """Nobody told the language; the acknowledgment still goes out."""
    outside.model.errors["classify"] = PermanentError("no")
    outside.customer_writes("Wo ist mein Paket?")

    await office.work()

    assert "You will hear from us" in words(outside.mails_to(TOM)[0])


async def test_a_follow_up_is_read_in_the_language_of_the_case(outside: Outside, office: Office) -> None:
    """Two words are too few to tell; what a reviewer said about the language counts more than what was read."""
    outside.model.mood = replace(ANGRY, language="de")
    outside.customer_writes("Wo ist mein Paket?")
    await office.work()
    outside.customer_writes("ok", references=str(outside.mails_to(TOM)[0]["Message-ID"]))
    await office.work()
    outside.reviewer_replies("SET language=fr")
    await office.work()
    outside.customer_writes("und jetzt?", references=str(outside.mails_to(TOM)[0]["Message-ID"]))
    await office.work()

    classified = [
        mail.language for step, mail in zip(outside.model.calls, outside.model.mails, strict=True) if step == "classify"
    ]
    assert classified == ["", "de", "fr"]
