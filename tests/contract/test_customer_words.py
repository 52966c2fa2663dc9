"""Customers are written to in their own language: the shipped words, and what an admin may get wrong in them."""

import re
import shutil
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from typer.testing import CliRunner

from mailagent.adapters.templates import JinjaTemplates
from mailagent.cli.app import app
from mailagent.domain.times import Due
from mailagent.errors import ConfigurationError
from mailagent.letters.samples import SAMPLES
from mailagent.mail.rating import read_rating
from mailagent.ports import Templates
from tests.shop import SHOP, TEMPLATES

SHIPPED = SHOP / "templates"
TONES = ["positive", "neutral", "negative", "angry"]
LETTERS = ["customer/draft", "customer/acknowledgment", "customer/holding"]
TO_CUSTOMERS = sorted(name for name in SAMPLES if name.startswith("customer/"))
GREETINGS = {"en": "Hi Mira,", "de": "Guten Tag Mira,", "fr": "Bonjour Mira,", "es": "Hola, Mira:"}
WITHOUT_A_NAME = {"en": "Hello,", "de": "Guten Tag,", "fr": "Bonjour,", "es": "Hola:"}
SORRY = {"en": "deeply sorry", "de": "aufrichtig leid", "fr": "sincèrement désolés", "es": "Sentimos de verdad"}
FAMILIAR = {
    "de": r"\b(?:du|dir|dich|deine?\w?|Hallo|Hey)\b",
    "fr": r"\b(?:tu|toi|ton|tes|t'\w+|Salut)\b",
    "es": r"\b(?:tú|ti|tus?|contigo|te|quieres|puedes)\b",
}
TODAY = Due(when="today", weekday=5, day=21, month=11, clock="14:00", zone="CET")
TOMORROW = Due(when="tomorrow", weekday=6, day=22, month=11, clock="09:30", zone="CET")
LATER = Due(when="later", weekday=3, day=3, month=12, clock="10:00", zone="CET")


@pytest.fixture(name="templates")
def _templates() -> Templates:
    return TEMPLATES


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """An admin's copy of the templates."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "templates"))


def letter(templates: Templates, name: str, language: str, **changed: object) -> str:
    """The plain text of a mail to Mira."""
    values = {**SAMPLES[name], "language": language, **changed}
    return templates.text(
        name, {**values, **({"greeting_name": "Mira"} if "greeting_name" in values else {}), **changed}
    )


@pytest.mark.parametrize("language", ["de", "fr", "es"])
@pytest.mark.parametrize("name", TO_CUSTOMERS)
def test_no_line_of_ours_stays_english(templates: Templates, name: str, language: str) -> None:
    """One English footer under a German letter tells the reader that a machine wrote it."""
    foreign = {"letter": "L", "body": "B", "company": "C", "sources": ["S"], "question": "Q"}
    changed = {key: value for key, value in foreign.items() if key in SAMPLES[name]}
    english = set(letter(templates, name, "en", **changed).splitlines())
    kept = {"", "L", "B", "C", "Q", "-" * 10, str(SAMPLES[name].get("reference"))}
    assert not english & set(letter(templates, name, language, **changed).splitlines()) - kept


@pytest.mark.parametrize("language", sorted(GREETINGS))
@pytest.mark.parametrize("name", LETTERS)
def test_a_customer_is_greeted_in_their_language_with_or_without_a_name(
    templates: Templates, name: str, language: str
) -> None:
    """Many mails carry no name that one could use."""
    assert letter(templates, name, language).startswith(f"{GREETINGS[language]}\n\n")
    assert letter(templates, name, language, greeting_name="").startswith(f"{WITHOUT_A_NAME[language]}\n\n")


@pytest.mark.parametrize("language", sorted(SORRY))
@pytest.mark.parametrize("name", LETTERS)
def test_every_mood_has_its_own_words_in_every_language(templates: Templates, name: str, language: str) -> None:
    """Only who is angry gets the deep apology, and whoever writes kindly is not told that we are sorry."""
    texts = {tone: " ".join(letter(templates, name, language, tone=tone).split()) for tone in TONES}
    assert len(set(texts.values())) == len(TONES)
    assert [tone for tone in TONES if SORRY[language] in texts[tone]] == ["angry"]


@pytest.mark.parametrize("language", sorted(FAMILIAR))
@pytest.mark.parametrize("name", TO_CUSTOMERS)
@pytest.mark.parametrize("tone", TONES)
def test_nobody_is_addressed_as_a_friend(templates: Templates, name: str, language: str, tone: str) -> None:
    """Sie, vous and usted: a complaint that is answered with "du" gets worse."""
    changed = {"tone": tone} if "tone" in SAMPLES[name] else {}
    assert not re.search(FAMILIAR[language], letter(templates, name, language, **changed), re.IGNORECASE)


@pytest.mark.parametrize("language", sorted(GREETINGS))
@pytest.mark.parametrize("name", [name for name in TO_CUSTOMERS if name != "customer/draft"])
def test_our_words_are_calm_and_narrow_in_every_language(templates: Templates, name: str, language: str) -> None:
    """Nobody wants to be shouted at, and plain text is read in narrow windows; German words are long."""
    for tone in TONES:
        changed = {key: value for key, value in {"tone": tone, "letter": "L"}.items() if key in SAMPLES[name]}
        text = letter(templates, name, language, **changed)
        assert not re.search("[!¡\N{EM DASH}]", text)
        assert max(map(len, text.splitlines())) <= 72


@pytest.mark.parametrize(
    ("language", "due", "said"),
    [
        ("en", TODAY, "You will hear from us today by 14:00 (CET)."),
        ("en", LATER, "You will hear from us by Thursday, 3 December, 10:00 (CET)."),
        ("de", TODAY, "Wir melden uns heute bis 14:00 Uhr (MEZ) bei Ihnen."),
        ("de", TOMORROW, "Wir melden uns morgen bis 09:30 Uhr (MEZ) bei Ihnen."),
        ("de", LATER, "Wir melden uns bis Donnerstag, 3. Dezember, 10:00 Uhr (MEZ) bei Ihnen."),
        ("fr", TODAY, "Nous vous répondrons aujourd'hui avant 14:00 (heure de Paris)."),
        ("fr", LATER, "Nous vous répondrons avant le jeudi 3 décembre à 10:00 (heure de Paris)."),
        ("es", TOMORROW, "Le responderemos mañana antes de las 09:30 (hora de Madrid)."),
        ("es", LATER, "Le responderemos antes del jueves 3 de diciembre a las 10:00 (hora de Madrid)."),
    ],
)
def test_until_when_a_person_answers_is_said_in_both_parts(
    templates: Templates, language: str, due: Due, said: str
) -> None:
    """The one promise in the mail: a wrong weekday or month breaks it."""
    mail = templates.body(
        "customer/acknowledgment", {**SAMPLES["customer/acknowledgment"], "language": language, "due": due}
    )
    tree = LexborHTMLParser(mail.html).body
    assert tree is not None
    assert said in " ".join(mail.text.split())
    assert said in " ".join(tree.text().split())
    assert f'<html lang="{language}"' in mail.html


@pytest.mark.parametrize(
    ("tag", "greeting"),
    [
        ("de-AT", GREETINGS["de"]), ("DE", GREETINGS["de"]), ("fr_CH", GREETINGS["fr"]), ("en-GB", GREETINGS["en"]),
        ("it", GREETINGS["en"]), ("", GREETINGS["en"]), ("unknown", GREETINGS["en"]), ("../de", GREETINGS["en"]),
    ],
)  # fmt: skip
def test_only_the_first_part_of_a_tag_counts_and_english_is_spoken_where_we_have_no_words(
    templates: Templates, tag: str, greeting: str
) -> None:
    """A model names languages in many ways; none of them may cost the customer the mail."""
    assert letter(templates, "customer/holding", tag).startswith(greeting)


@pytest.mark.parametrize("language", sorted(GREETINGS))
def test_a_rating_is_read_back_in_every_language(templates: Templates, language: str) -> None:
    """From the button's mail and from the line that readers of plain text are shown."""
    assert read_rating(letter(templates, "customer/rating", language, n=2)) == 2
    lines = letter(templates, "customer/answer", language).splitlines()
    assert [read_rating(line) for line in lines if read_rating(line)] == [4]


@pytest.mark.parametrize("language", sorted(GREETINGS))
def test_a_name_stays_text_in_every_language(templates: Templates, language: str) -> None:
    """Names come from a header that anyone can write; braces in one are no place to fill in."""
    values = {**SAMPLES["customer/holding"], "language": language, "greeting_name": "<b>{due}</b>"}
    assert "&lt;b&gt;{due}&lt;/b&gt;" in templates.body("customer/holding", values).html


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("hello = ", "helo = ", "error hello is missing; translate the one in en.toml"),
        ("hello = ", "helo = ", "error helo is not in en.toml; correct its name, or add it there"),
        ("{due} bei Ihnen", "bei Ihnen", "error you_will_hear must hold {due}, as in en.toml"),
        ("{due} bei Ihnen", "{due bei Ihnen", "error you_will_hear must hold {due}, as in en.toml"),
        ('"Montag", ', "", "error due.weekdays has 6 entries instead of 7"),
        ('"Guten Tag,"', '""', "error hello must be what it is in en.toml: a text, a list or a table"),
        ("[opening]", "[opening", "(at line "),
    ],
)
def test_a_mistake_in_a_language_is_named_with_file_and_text(folder: Path, old: str, new: str, said: str) -> None:
    """An admin who adds a language is told what is left to do, not the customer's first mail."""
    file = folder / "customer" / "words" / "de.toml"
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        letter(JinjaTemplates(folder), "customer/draft", "de")
    assert "templates/customer/words/de.toml: " in str(caught.value)
    assert said in str(caught.value)


def test_a_language_is_added_with_one_file(folder: Path) -> None:
    """No program and no other template needs to know of it."""
    english = (folder / "customer" / "words" / "en.toml").read_text("utf-8")
    (folder / "customer" / "words" / "it.toml").write_text(english.replace("Hi {name},", "Ciao {name},"), "utf-8")
    assert letter(JinjaTemplates(folder), "customer/draft", "it").startswith("Ciao Mira,")


def test_missing_english_words_are_named(folder: Path) -> None:
    """Every other language falls back on them."""
    (folder / "customer" / "words" / "en.toml").unlink()
    with pytest.raises(ConfigurationError, match=r"templates/customer/words/en\.toml: error the file is missing"):
        letter(JinjaTemplates(folder), "customer/draft", "it")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("angry = ", "furious = ", "closing.angry is missing"),
        ("Bewertung: {n} von 5", "Note {n}", "answer.rating: 'Note 4' is not read when it comes back"),
    ],
)
def test_check_names_the_language_and_what_it_lacks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    """Before anything is sent; the first angry German customer must not find out."""
    monkeypatch.setenv("MAILAGENT__TEMPLATES_DIR", str(folder))
    file = folder / "customer" / "words" / "de.toml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")

    result = CliRunner().invoke(app, ["check", "--config", str(SHIPPED.parent / "config")])

    assert result.exit_code == 78
    assert said in next(line for line in result.stderr.splitlines() if "templates/customer/words/de.toml" in line)
