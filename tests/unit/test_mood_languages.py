"""Moods in the four languages: mails that no word list was made from, and the words that drove what was found."""

import tomllib
from pathlib import Path

import pytest

from mailagent.language.mood import mood_of, wants_human

HERE = Path(__file__).parent
REGRESSION = tomllib.loads((HERE / "unseen_mails.toml").read_text("utf-8"))
HARDER = tomllib.loads((HERE / "harder_mails.toml").read_text("utf-8"))["mails"]
MAILS = [(language, sentiment, text) for language, rows in REGRESSION.items() for _, sentiment, text in rows]


@pytest.mark.parametrize(("language", "sentiment", "text"), [*MAILS, *HARDER])
def test_a_mail_has_the_mood_that_a_person_sees(language: str, sentiment: str, text: str) -> None:
    """Plain reports are neutral, disappointment and sarcasm negative, threats, insults and shouting angry."""
    assert mood_of(text, language).sentiment == sentiment


@pytest.mark.parametrize(
    ("language", "sentiment", "text"),
    [
        ("en", "negative", "I can't say that I am pleased."),
        ("en", "negative", "Wonderful. I order blue, I get brown. Just great."),
        ("en", "neutral", "My lamp flickers. Not a big problem, but can it be repaired?"),
        ("en", "angry", "If this is not fixed I will file a chargeback."),
        (
            "en",
            "neutral",
            "I had my bag stolen on holiday, the police report is attached. Can I get a copy of the invoice?",
        ),
        ("en", "angry", "GIVE ME MY MONEY BACK!!!"),
        ("de", "negative", "Ich kann nicht behaupten, dass ich begeistert bin."),
        ("de", "negative", "Super, schon wieder die falsche Farbe. Echt klasse gemacht."),
        ("de", "neutral", "Die Lampe flackert. Kein großes Problem, aber kann man das reparieren?"),
        ("de", "angry", "ICH WILL SOFORT MEIN GELD ZURÜCK!!!"),
        ("de", "angry", "Sie haben bis Montag Zeit, sonst erstatte ich Anzeige bei der Polizei."),
        ("de", "neutral", "Welche Größe empfehlen Sie bei 1,82 m?"),
        ("de", "neutral", "Herzlichen Dank im Voraus und freundliche Grüße, Sabine Froh"),
        ("de", "positive", "Ich bin überhaupt nicht enttäuscht, im Gegenteil: alles ist wunderbar!"),
        ("de", "negative", "Der Stoff gefällt mir gar nicht."),
        ("fr", "negative", "Je ne peux pas dire que je sois satisfait."),
        ("fr", "negative", "Bravo, encore la mauvaise couleur. Vraiment du beau travail, je suis déçu."),
        ("fr", "neutral", "La lampe clignote. Rien de grave, mais peut-elle être réparée ?"),
        ("fr", "angry", "RENDEZ-MOI MON ARGENT TOUT DE SUITE !!!"),
        ("fr", "angry", "Sans réponse lundi, je porte plainte à la police."),
        ("fr", "neutral", "Quelle est la meilleure taille pour 1,82 m ? Merci d'avance."),
        ("fr", "neutral", "Bonne journée et bien cordialement, Aimée Bonnet"),
        ("fr", "positive", "Je ne suis pas déçue du tout, au contraire, tout est magnifique !"),
        ("fr", "negative", "Le tissu ne me plaît pas."),
        ("es", "negative", "No puedo decir que esté satisfecho."),
        ("es", "negative", "Genial, otra vez el color equivocado. Menudo servicio."),
        ("es", "neutral", "La lámpara parpadea. No es un gran problema, pero ¿se puede arreglar?"),
        ("es", "angry", "¡¡DEVUÉLVANME MI DINERO YA!!"),
        ("es", "angry", "Si el lunes no tengo respuesta, pongo una denuncia en la policía."),
        ("es", "neutral", "¿Cuál es la mejor talla para 1,82 m? Gracias de antemano."),
        ("es", "neutral", "Que tengan un buen día. Un cordial saludo, Ana Bueno"),
        ("es", "positive", "No estoy nada decepcionada, al contrario, ¡todo es maravilloso!"),
        ("es", "negative", "La tela no me gusta."),
    ],
)
def test_negation_irony_and_threats_are_understood(language: str, sentiment: str, text: str) -> None:
    """What a list of good and bad words alone gets wrong."""
    assert mood_of(text, language).sentiment == sentiment


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "Hello, I am disappointed. The box is late.\nThanks, Jo", ("disappointed", "late")),
        ("en", "I am not happy", ("not happy",)),
        ("de", "Das ist eine FRECHHEIT! Ich gehe zu meinem Anwalt.", ("FRECHHEIT", "Anwalt")),
        ("fr", "Je suis déçue, c'est en retard.", ("déçue", "en retard")),
        ("es", "Estoy muy decepcionado", ("decepcionado",)),
        ("en", "Where is my order?", ()),
        (
            "en",
            "Worst shop. Terrible box, horrible smell, ugly, poor, bad, sad, late, rude and useless.",
            ("Worst", "Terrible", "horrible", "useless", "poor"),
        ),
    ],
)
def test_the_words_that_drove_a_mood_are_named_as_they_stand(language: str, text: str, words: tuple[str, ...]) -> None:
    """A reviewer sees why a mail was called angry, and an admin why it went to a person."""
    assert mood_of(text, language).words == words


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Kann ich bitte mit einem Mitarbeiter sprechen?"),
        ("de", "Rufen Sie mich bitte morgen an: 0660 123456"),
        ("de", "Ich möchte mit einem echten Menschen reden."),
        ("de", "Ich bitte um Rückruf."),
        ("de", "Bitte kein Bot!"),
        ("fr", "Je voudrais parler à quelqu'un, s'il vous plaît."),
        ("fr", "Rappelez-moi au 06 12 34 56."),
        ("fr", "Puis-je échanger avec un vrai conseiller ?"),
        ("fr", "Pouvez-vous m'appeler demain ?"),
        ("es", "Quiero hablar con una persona."),
        ("es", "¿Pueden llamarme esta tarde?"),
        ("es", "Necesito que alguien me llame."),
        ("es", "No quiero más respuestas automáticas."),
        ("es", "Me gustaría hablar con el\nencargado."),
    ],
)
def test_who_asks_for_a_person_is_understood_in_every_language(language: str, text: str) -> None:
    """Nobody has to fight a machine, nor learn its language."""
    assert wants_human(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Ihr Mitarbeiter hat mir die falsche Größe genannt."),
        ("de", "Rufen Sie mich bitte nicht an, eine Mail genügt."),
        ("de", "Ich habe gestern mit einem Mitarbeiter gesprochen."),
        ("de", "Passt das Hemd auch einer kleinen Person?"),
        ("fr", "Je m'appelle Luc. Une personne de votre équipe m'a répondu."),
        ("fr", "Ne me rappelez pas, un mail suffit."),
        ("fr", "J'ai parlé à un conseiller hier."),
        ("es", "Me llamo Ana y la persona que lo entregó no esperó."),
        ("es", "No me llamen, prefiero el correo."),
        ("es", "Ayer hablé con una persona de su equipo."),
        ("en", "Please don't call me, email is fine."),
        ("en", "I spoke with an agent yesterday."),
    ],
)
def test_a_mere_mention_of_a_person_asks_for_none(language: str, text: str) -> None:
    """Otherwise every second mail would wait for one."""
    assert not wants_human(text, language)


def test_a_language_without_words_of_its_own_is_read_with_the_english_ones() -> None:
    """Nothing is worse for it than before, and no mail ends in an error."""
    assert mood_of("Terrible service!", "it").sentiment == "negative"
