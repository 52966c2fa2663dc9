"""Absence notes: to answer one starts a loop, and who only writes about an absence must not disappear."""

import unicodedata

import pytest

from mailagent.mail.absence import absence_form, speaks_of_absence
from mailagent.mail.automatic import Kind, kind_of
from mailagent.mail.parse import parse


def kind(subject: str, text: str, header: str = "X-Priority: 1") -> Kind:
    """The kind of a mail of a customer."""
    raw = f"From: pat@customer.example\r\n{header}\r\nSubject: {subject}\r\n\r\n{text}\r\n"
    return kind_of(parse(raw.encode()), ours=(), bounced=False)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Hello",
        "Out of Office AutoReply: Hello",
        "[Auto-Reply] Hello",
        "Hello (Out of Office)",
        "AW: Abwesenheitsnotiz: Hallo",
        "Re: RE[2]: Out of Office: Hello",
        "AUTO: Pat Miller is out of the office (returning 9 March)",
        "R\u00e9ponse automatique\u00a0: Bonjour",
        unicodedata.normalize("NFD", "R\u00e9ponse automatique : Bonjour"),
        "\u81ea\u52d5\u8fd4\u4fe1\uff1aHello",
        "Automatikus v\u00e1lasz: Hello",
        "R\u0103spuns automat: Hello",
        "\u0391\u03c5\u03c4\u03cc\u03bc\u03b1\u03c4\u03b7 \u03b1\u03c0\u03ac\u03bd\u03c4\u03b7\u03c3\u03b7: Hello",
        "\uc790\ub3d9 \ud68c\uc2e0: Hello",
        unicodedata.normalize("NFD", "\uc790\ub3d9 \ud68c\uc2e0: Hello"),
        "\u0631\u062f \u062a\u0644\u0642\u0627\u0626\u064a: Hello",
        "\u200f\u05ea\u05e9\u05d5\u05d1\u05d4 \u05d0\u05d5\u05d8\u05d5\u05de\u05d8\u05d9\u05ea: Hello",
    ],
)
def test_the_subjects_of_programs_are_known_however_they_are_spelled(subject: str) -> None:
    """Each mail system has its own, and some their users' languages."""
    assert absence_form(subject) == "surely"


@pytest.mark.parametrize(
    ("subject", "form"),
    [
        ("Abwesend: Bestellung 4711 bitte umleiten", "perhaps"),
        ("Out of office next week: please deliver later", "perhaps"),
        ("Auto: Versicherung", "perhaps"),
        ("Automobile: tyres", ""),
        ("My automatic reply (again)", ""),
        ("[Order 12] Hello", ""),
    ],
)
def test_subjects_that_people_choose_are_no_more_than_a_hint(subject: str, form: str) -> None:
    """They begin with the same words."""
    assert absence_form(subject) == form


@pytest.mark.parametrize(
    ("subject", "text", "header"),
    [
        ("Automatic reply: Hello", "I am out of the office until Monday.", "X-Priority: 1"),
        ("Abwesenheitsnotiz: Hallo", "Ich bin bis 9. M\u00e4rz nicht im B\u00fcro.", "X-Priority: 1"),
        ("Automatic reply: Hello", "Our office is closed and opens again on 2 January.", "X-Priority: 1"),
        ("Automatische Antwort: Hallo", "Wir haben Betriebsferien bis 6. Januar.", "X-Priority: 1"),
        ("Automatick\u00e1 odpov\u011b\u010f: Hello", "M\u00e1m dovolenou do 12. ledna.", "X-Priority: 1"),
        ("Automatic reply: Hello", "Ask Lee.", "Auto-Submitted: auto-generated"),
        ("Automatic reply: Hello", "Ask Lee.", "X-Auto-Response-Suppress: All"),
        ("Automatic reply: Hello", "Ask Lee.", "Return-Path: <>"),
        ("Automatic reply: Hello", "Ask Lee.", "X-Loop: pat@customer.example"),
        ("Out of the office until May 5th", "I am away until May 5th.", "References: <a@example.com>"),
        ("Abwesend: Hallo", "Ich bin nicht erreichbar.", "In-Reply-To: <a@example.com>"),
        ("\uc790\ub3d9 \ud68c\uc2e0: Hello", "\ud604\uc7ac \ubd80\uc7ac\uc911\uc785\ub2c8\ub2e4.", "X-Priority: 1"),
    ],
)
def test_a_subject_with_a_header_or_the_text_of_a_note_wakes_nobody(subject: str, text: str, header: str) -> None:
    """A customer's holidays are no work for a reviewer."""
    assert kind(subject, text, header).kind == "auto_reply"


@pytest.mark.parametrize(
    ("subject", "text", "header"),
    [
        ("Auto-reply: how do I switch it on?", "In my account, please.", "X-Priority: 1"),
        ("Auto-reply: how do I switch it on?", "Does it say that I am away? Which one do I choose?", "X-Priority: 1"),
        ("Out of office: who replaces my account manager?", "I cannot reach her.", "X-Priority: 1"),
        ("Abwesend: Bestellung 4711 bitte umleiten", "Ich bin im Urlaub, bitte an den Nachbarn.", "X-Priority: 1"),
        (
            "Out of Office: Hello",
            "I am away, and this is what happened. " + "It does not work. " * 200,
            "X-Priority: 1",
        ),
        ("Re: Automatic reply: Hello", "Thanks, I will wait then.", "In-Reply-To: <a@example.com>"),
    ],
)
def test_who_writes_about_an_absence_is_read_by_a_person(subject: str, text: str, header: str) -> None:
    """A customer whose mail disappears for its subject goes elsewhere; an automatic answer might start a loop."""
    found = kind(subject, text, header)

    assert (found.kind, found.answerable) == ("person", False)


def test_an_absence_is_heard_in_every_spelling() -> None:
    """Programs write curly quotes, and some decompose their letters."""
    assert speaks_of_absence("I\u2019m OUT of the office")
    assert speaks_of_absence(unicodedata.normalize("NFD", "Ich bin nicht im B\u00fcro"))
    assert not speaks_of_absence("The parcel is out for delivery.")
