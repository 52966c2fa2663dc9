"""How a mood is read from words alone."""

import pytest

from mailagent.language.mood import mood_of, wants_human


@pytest.mark.parametrize(
    "text",
    [
        "This is UNACCEPTABLE!!! You charged me THREE times",
        "I WANT MY MONEY BACK NOW",
        "Worst experience of my life. Scammers!",
        "I will contact my lawyer if I do not hear from you",
        "What the hell?! Nobody answers and the parcel is STILL missing!!",
        "I am fed up with this. Absolutely ridiculous!!",
        "It is late again!! That is bad!!",
    ],
)
def test_shouting_insults_and_threats_are_angry(text: str) -> None:
    """An angry customer goes to a person at once."""
    mood = mood_of(text, "en")

    assert mood.sentiment == "angry"
    assert mood.score < -0.4


@pytest.mark.parametrize(
    "text",
    [
        "I am not happy",
        "I am very disappointed with the quality",
        "I'm not very happy with the quality but the colour is nice",
        "The lamp is poor and I don't like it",
        "Your agent was rude to me",
        "It arrived damaged and late, and I am sad about it",
        "Great, another broken parcel. Well done.",
        "Thanks for nothing.",
    ],
)
def test_disappointment_is_negative_and_not_angry(text: str) -> None:
    """A reply to it sounds empathetic, and an article may still answer it."""
    assert mood_of(text, "en").sentiment == "negative"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Which payment methods do you accept?",
        "WHERE IS MY ORDER",
        "What is the best way to pay?",
        "I paid by VISA and SEPA. Where is the PDF?",
        "Hi,\ncan you help me? Thanks!\nKind regards,\nJoy Best",
        "I would be happy to get a reply soon",
        "Thanks in advance for your help",
        "My parcel is late. Where is it?",
        "It arrived damaged and late. Can you send a replacement?",
        "Wo ist meine Bestellung?",
    ],
)
def test_plain_questions_and_polite_phrases_are_neutral(text: str) -> None:
    """Courtesy, names and abbreviations say nothing about a mood; a report of two faults is a report."""
    assert mood_of(text, "en").sentiment == "neutral"


@pytest.mark.parametrize(
    "text",
    [
        "Thank you so much, love it",
        "No problem, thanks for the quick answer!",
        "The box is wonderful, my kids were so happy",
        "You are the best",
        "I was worried at first, but the quality is excellent",
    ],
)
def test_praise_is_positive(text: str) -> None:
    """The reply may be warm."""
    assert mood_of(text, "en").sentiment == "positive"


@pytest.mark.parametrize(
    "text",
    [
        "I wish to lodge a formal complaint about the way my order was handled.",
        "Please treat this letter as a formal complaint and confirm that you have received it.",
    ],
)
def test_a_calm_formal_complaint_is_not_angry(text: str) -> None:
    """It is the category that brings it to a person, not a mood that it does not have."""
    assert mood_of(text, "en").sentiment in {"neutral", "negative"}


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("I am disappointed", "I am very disappointed"),
        ("I am disappointed", "I am disappointed!!!"),
        ("I am disappointed", "I am DISAPPOINTED"),
        ("I am a bit disappointed", "I am disappointed"),
        ("I am not unhappy", "I am unhappy"),
    ],
)
def test_emphasis_makes_a_mood_stronger(weaker: str, stronger: str) -> None:
    """Intensifiers, exclamation marks and capitals count; a negation takes back."""
    assert mood_of(stronger, "en").score < mood_of(weaker, "en").score


def test_a_score_stays_within_its_bounds() -> None:
    """However long somebody rants."""
    assert -1 <= mood_of("Terrible! " * 2000, "en").score < -0.99
    assert 0.99 < mood_of("Wonderful! " * 2000, "en").score <= 1


@pytest.mark.parametrize(
    "text",
    [
        "can I speak to a person",
        "I want to talk to a human",
        "Could you put me through to an agent, please?",
        "is there someone real I can write to",
        "Please call me back on 0123 456",
        "Let me speak with your manager.",
        "No more bots please",
        "I need a real person to look at this",
        "Can someone please call me?",
        "I\u2019d like to speak to\nsomeone",
    ],
)
def test_who_asks_for_a_person_is_understood(text: str) -> None:
    """Nobody has to fight a machine."""
    assert wants_human(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "A person in the picture wears size M?",
        "Which payment methods do you accept?",
        "My parcel was handed to another person",
        "The delivery agent left it with a neighbour",
        "Is there someone on the photo?",
        "They call me Jo",
        "Do I have to call a number to return it?",
    ],
)
def test_who_only_mentions_a_person_is_not_taken_to_ask_for_one(text: str) -> None:
    """Otherwise every second mail would wait for one."""
    assert not wants_human(text, "en")
