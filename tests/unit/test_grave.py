"""Mail that no help article answers, whatever it asks."""

import pytest

from mailagent.language.asks import is_grave

MAILS = {
    "en": [
        "My husband died last month. How do I return the coat?",
        "My mother passed away; can I return her order?",
        "I am in hospital. How long can I return it?",
        "The glass broke and I cut my hand. Can I return it?",
        "My card was stolen, how do I change it?",
        "Somebody is using my account. How do I change my password?",
        "Someone ordered with my credit card. How do I return that?",
        "I got an email from you asking for my password. How do I reset it?",
        "My account was hacked. How do I change the password?",
        "There is a charge that I don't recognise. Which cards do you take?",
        "My lawyer asks how long returns take.",
        "I never ordered this. How do I return it?",
        "I did not order this parcel. How do I return it?",
        "I have already reset my password and it still does not work. How do I log in?",
        "I reinstalled the app and it still crashes. What helps?",
    ],
    "de": [
        "Mein Mann ist gestorben. Wie kann ich den Mantel zurückgeben?",
        "Ich liege im Krankenhaus, wie lange kann ich zurückgeben?",
        "Ich habe mich an der Tasse geschnitten. Kann ich sie zurückgeben?",
        "Meine Karte wurde gestohlen. Wie ändere ich die Zahlungsart?",
        "Jemand benutzt mein Konto. Wie ändere ich das Passwort?",
        "Eine E-Mail von Ihnen hat nach meinem Passwort gefragt. Wie ändere ich es?",
        "Mein Konto wurde gehackt.",
        "Mein Anwalt fragt, wie lange eine Rückgabe dauert.",
        "Ich habe nichts bei Ihnen bestellt. Wie sende ich das zurück?",
        "Ich habe das Passwort schon zurückgesetzt, es geht nicht. Wie melde ich mich an?",
    ],
    "fr": [
        "Mon mari est décédé. Comment retourner le manteau ?",
        "Je suis à l'hôpital. Quel est le délai de retour ?",
        "Je me suis coupé la main avec le verre.",
        "On m'a volé ma carte. Comment la changer ?",
        "Quelqu'un utilise mon compte. Comment changer le mot de passe ?",
        "Un e-mail de votre part demande mon mot de passe. Comment le changer ?",
        "Mon compte a été piraté.",
        "Mon avocat demande le délai de retour.",
        "Je n'ai rien commandé chez vous. Comment retourner cela ?",
        "J'ai réinstallé l'appli mais elle se ferme. Que faire ?",
    ],
    "es": [
        "Mi marido ha fallecido. ¿Cómo devuelvo el abrigo?",
        "Estoy en el hospital. ¿Cuál es el plazo de devolución?",
        "Me corté la mano con el vaso.",
        "Me han robado la tarjeta. ¿Cómo la cambio?",
        "Alguien está usando mi cuenta. ¿Cómo cambio la contraseña?",
        "Un correo de ustedes me pide mi contraseña. ¿Cómo la cambio?",
        "Mi cuenta ha sido hackeada.",
        "Mi abogado pregunta por el plazo.",
        "No he hecho ningún pedido. ¿Cómo lo devuelvo?",
        "Ya he restablecido la contraseña y no entro. ¿Qué hago?",
    ],
}
PLAIN = {
    "en": "Hello, which payment methods do you accept, and how long can I return a coat that I ordered last week?",
    "de": "Hallo, welche Zahlungsarten gibt es, und wie lange kann ich einen Mantel zurückgeben, den ich habe?",
    "fr": "Bonjour, quels moyens de paiement acceptez-vous, et quel est le délai de retour d'un manteau ?",
    "es": "Hola, ¿qué formas de pago aceptan y cuál es el plazo para devolver un abrigo que pedí ayer?",
}


@pytest.mark.parametrize(("language", "text"), [(language, text) for language in MAILS for text in MAILS[language]])
def test_mail_about_something_grave_is_seen(language: str, text: str) -> None:
    """Whoever has lost somebody, or is being robbed, must not get an article on returns by return of post."""
    assert is_grave(text, language)


@pytest.mark.parametrize(("language", "text"), PLAIN.items())
def test_a_plain_question_is_not_grave(language: str, text: str) -> None:
    """Else nothing is answered without a person."""
    assert not is_grave(text, language)
