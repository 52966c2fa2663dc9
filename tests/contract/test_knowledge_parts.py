"""What a search finds in articles of several languages, parts and versions."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailagent.adapters.knowledge import LOOK_AGAIN, KnowledgeFolder


class Clock:
    """Knows on which threads it was asked for the time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.threads: set[int] = set()

    def now(self) -> datetime:
        """See `Clock`."""
        self.threads.add(threading.get_ident())
        return datetime(2026, 11, 21, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        """Seconds."""
        return self.seconds


def write(
    folder: Path, name: str, title: str, *keywords: str, language: str = "en", text: str = "So it is done."
) -> Path:
    """One article."""
    path = folder / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"---\ntitle: {title}\ncategory: general\nlanguage: '{language}'\nanswer: auto\n"
        f"keywords: [{', '.join(keywords)}]\n---\n{text}\n",
        encoding="utf-8",
    )
    return path


def opened(folder: Path, clock: Clock | None = None) -> KnowledgeFolder:
    """The articles of `folder`."""
    used = clock or Clock()
    return KnowledgeFolder(folder, clock=used, monotonic=used.monotonic)


async def ids(knowledge: KnowledgeFolder, query: str, language: str | None = None) -> list[str]:
    """What is found, best first."""
    return [one.id for one in await knowledge.search(query, category="general", limit=5, language=language)]


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Articles in several languages about different things, and two about the same one."""
    write(tmp_path, "de/return", "Artikel zurückgeben", "Rückgabe", "Rücksendung", language="de")
    write(tmp_path, "de/pay", "Zahlungsarten", "Rechnung bezahlen", "PayPal", language="de-AT")
    write(tmp_path, "fr/return", "Retourner un article", "retour", "rembourser la commande", language="fr")
    write(tmp_path, "fr/pay", "Moyens de paiement", "PayPal", "payer par carte", language="fr")
    write(tmp_path, "es/return", "Devolver un artículo", "devolución", "reembolso", language="es")
    write(tmp_path, "it/return", "Restituire un articolo", "reso", "restituzione", language="it")
    write(tmp_path, "en/crash", "When the app crashes", "app crashes", "crash on opening")
    return tmp_path


@pytest.mark.parametrize(
    ("query", "language", "article"),
    [
        ("Guten Tag, ich habe eine Frage zu Ihren Rückgaben. Vielen Dank", "de", "de/return"),
        ("Hallo, wie kann ich die gekauften Artikel zurueckgeben?", "de", "de/return"),
        ("Womit kann ich meine Rechnungen bezahlen?", "de", "de/pay"),
        ("Bonjour, comment puis-je retourner des articles ?", "fr", "fr/return"),
        ("Quand sera remboursée ma commande ?", "fr", "fr/return"),
        ("Hola, ¿cómo puedo hacer devoluciones?", "es", "es/return"),
        ("¿Cómo son los reembolsos?", "es", "es/return"),
        ("restituzioni di articoli", "it", "it/return"),
        ("it crashed when I was opening the app", "en", "en/crash"),
    ],
)
async def test_other_forms_of_the_words_are_found(shelf: Path, query: str, language: str, article: str) -> None:
    """Customers write in sentences and without accents; keywords stand in one form. Known language or not."""
    knowledge = opened(shelf)

    assert (await ids(knowledge, query, language))[:1] == [article]
    assert (await ids(knowledge, query))[:1] == [article]


async def test_an_article_in_the_language_of_the_mail_comes_first(shelf: Path) -> None:
    """The other one is still there for a person who can translate it."""
    knowledge = opened(shelf)

    assert await ids(knowledge, "PayPal?", "fr") == ["fr/pay", "de/pay"]
    assert await ids(knowledge, "PayPal?", "de-CH") == ["de/pay", "fr/pay"]


async def test_an_article_in_another_language_is_found_by_the_words_they_share(shelf: Path) -> None:
    """Better than nothing for a reviewer; the polite words of the mail's own language do not count against it."""
    knowledge = opened(shelf)

    found = await knowledge.search("I would like to use PayPal", category="general", limit=5, language="en")

    assert {one.language for one in found} == {"de-at", "fr"}


@pytest.mark.parametrize("query", ["Vendez-vous des cadeaux ?", "Ich suche eine Stelle im Lager", "¿Tienen tiendas?"])
async def test_no_article_is_found_by_stop_words_of_any_language(shelf: Path, query: str) -> None:
    """Finding nothing is what brings a mail to a person."""
    assert await ids(opened(shelf), query) == []


async def test_the_part_that_fits_is_named(tmp_path: Path) -> None:
    """A long article has many; a reviewer wants to see the one that matters. What is code is no heading."""
    opening = "All about parcels.\n\n"
    text = f"{opening}## Lost on the way\n\nWe search.\n\n```\n# Customs\n```\n\n### Customs duty ###\n\nYou pay."
    write(tmp_path, "parcels", "Parcels", "parcel", text=text)
    knowledge = opened(tmp_path)

    sections = {
        query: (await knowledge.search(query, category="general", limit=5))[0].section
        for query in ("my parcel was lost", "who pays customs duty for a parcel", "parcels")
    }

    assert sections == {
        "my parcel was lost": "Lost on the way",
        "who pays customs duty for a parcel": "Customs duty",
        "parcels": "",
    }


async def test_an_article_is_found_once_however_many_parts_fit(tmp_path: Path) -> None:
    """The model pays for each, and the reviewer reads each."""
    write(tmp_path, "parcels", "Parcels", "parcel", text="## Parcel lost\n\nA.\n\n## Parcel late\n\nB.")

    assert await ids(opened(tmp_path), "lost or late parcel") == ["parcels"]


async def test_an_article_that_was_removed_is_not_found(tmp_path: Path) -> None:
    """Whoever deletes a file means it; the others stay."""
    clock = Clock()
    first = write(tmp_path, "hours", "Opening hours")
    write(tmp_path, "sunday", "Opening on Sundays")
    knowledge = opened(tmp_path, clock)

    first.unlink()
    clock.seconds += LOOK_AGAIN

    assert await ids(knowledge, "opening") == ["sunday"]


async def test_an_article_may_change_its_language(tmp_path: Path) -> None:
    """It must not be found by the words that it had before."""
    clock = Clock()
    write(tmp_path, "hours", "Opening hours")
    knowledge = opened(tmp_path, clock)

    write(tmp_path, "hours", "Öffnungszeiten", language="de")
    clock.seconds += LOOK_AGAIN

    assert await ids(knowledge, "opening hours") == []
    assert await ids(knowledge, "Öffnungszeiten") == ["hours"]


async def test_a_broken_file_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """One bad edit among thousands of articles; the broken one is used as it was before."""
    clock = Clock()
    write(tmp_path, "hours", "Opening hours")
    write(tmp_path, "parcels", "Parcels")
    knowledge = opened(tmp_path, clock)

    (tmp_path / "hours.md").write_text("half an edit", encoding="utf-8")
    write(tmp_path, "parcels", "Letters")
    clock.seconds += LOOK_AGAIN

    assert await ids(knowledge, "opening hours") == ["hours"]
    assert await ids(knowledge, "letters") == ["parcels"]
    assert "hours.md" in (knowledge.problem or "")


async def test_a_folder_that_is_away_for_a_moment_loses_no_article(tmp_path: Path) -> None:
    """Network folders come and go; without articles every mail would go to a person."""
    clock = Clock()
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "hours", "Opening hours")
    knowledge = opened(folder, clock)

    folder.rename(tmp_path / "elsewhere")
    clock.seconds += LOOK_AGAIN

    assert await ids(knowledge, "opening hours") == ["hours"]
    assert "no such folder" in (knowledge.problem or "")


async def test_the_event_loop_goes_on_during_a_search(tmp_path: Path) -> None:
    """Mail is fetched and sent meanwhile, however many articles there are."""
    clock = Clock()
    write(tmp_path, "hours", "Opening hours")

    await ids(opened(tmp_path, clock), "opening hours")

    assert clock.threads
    assert threading.get_ident() not in clock.threads
