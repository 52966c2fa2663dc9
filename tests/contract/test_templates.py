"""The shipped templates, and the promises of whatever renders an admin's."""

import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from mailagent.adapters.templates import JinjaTemplates, paragraphs, wrap
from mailagent.domain.dead_links import defang
from mailagent.domain.decision import Unclear
from mailagent.domain.reply import read_batch, read_decision
from mailagent.errors import ConfigurationError
from mailagent.language.commands import vocabulary
from mailagent.letters.samples import SAMPLES, WITHOUT_HTML
from mailagent.ports import Body, Templates
from tests.shop import SHOP, TEMPLATES

SHIPPED = SHOP / "templates"
ERRORS = sorted(name for name in SAMPLES if "/errors/" in name)
MAILS = sorted(SAMPLES.keys() - WITHOUT_HTML)
TO_REVIEWERS = [name for name in MAILS if name.startswith("review/")]
TONES = ["positive", "neutral", "negative", "angry"]
SWITCHES = {"tone", "verb", "language", "stage", "offers"}
"""Values that choose words and are none themselves."""
CHOSEN = SWITCHES | {"priority", "sentiment", "mood", "code", "draft_missing", "cases", "facts", "buttons"}
MARKUP = '<script>alert(1)</script> "><img src=x onerror=alert(1)> & <b>'
VOCABULARY = vocabulary()
NO_DRAFT = {"draft": None, "draft_missing": "the model could not be reached", "approve_url": None}
NO_SENDER = {"has_sender": False, "customer_name": "", "customer_address": ""}
COMMANDS = "no do not send approve approved yes ok modify send reject nope go ahead agreed " * 6


@pytest.fixture(name="templates")
def _templates() -> Templates:
    return TEMPLATES


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return tmp_path / "templates"


def admin_writes(folder: Path, name: str, text: str) -> Templates:
    """The admin's own template."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return JinjaTemplates(folder)


def body(templates: Templates, name: str, **changed: object) -> Body:
    """A mail of the samples, with some values changed."""
    return templates.body(name, {**SAMPLES[name], **changed})


def spoilt(key: str, value: object, said: str) -> object:
    """`said` in place of what comes from outside, in lists and tables too; what is chosen from a closed set stays."""
    if key in CHOSEN - {"cases", "facts", "draft_missing"} or key in {"due", "url"} or key.endswith("_url"):
        return value
    if isinstance(value, dict):
        return {inner: spoilt(inner, each, said) for inner, each in value.items()}
    if isinstance(value, list):
        return [spoilt("", each, said) for each in value]
    return said if isinstance(value, str) else value


def words(text: str) -> str:
    """What is said, without line ends, bars, quotes and capitals."""
    return " ".join(re.sub(r"(?m)^\|", "", text).replace("“", '"').replace("”", '"').split()).casefold()


def visible(html: str) -> str:
    """What a reader sees of an HTML mail."""
    tree = LexborHTMLParser(html)
    tree.strip_tags(["style", "title"])
    assert tree.body is not None
    return words(tree.body.text(separator=" "))


# --- every shipped template -------------------------------------------------------------------------------------------


def test_every_template_has_a_sample_and_every_sample_a_template() -> None:
    """`mailagent check` tries what has a sample; a template without one would fail for the first time at night."""
    files = {
        file.relative_to(SHIPPED).as_posix().removesuffix(".txt.j2")
        for file in SHIPPED.rglob("*.txt.j2")
        if not file.name.startswith("_")
    }
    assert files == set(SAMPLES)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_values_listed_at_the_top_are_those_it_gets(name: str) -> None:
    """The list is what an admin edits by."""
    for file in SHIPPED.glob(f"{name}.*.j2"):
        listed = re.search(r"Values: ([\w,\s]+)\.", file.read_text(encoding="utf-8"))
        assert listed is not None
        assert {value.strip() for value in listed[1].split(",")} == set(SAMPLES[name])


@pytest.mark.parametrize("name", MAILS)
def test_both_parts_say_the_same(templates: Templates, name: str) -> None:
    """Whoever reads plain text must know as much as whoever reads HTML."""
    mail = body(templates, name)
    text, html = words(mail.text), visible(mail.html)
    for key, value in SAMPLES[name].items():
        if isinstance(value, str) and value and not key.endswith("_url") and key not in SWITCHES:
            said = words(defang(value) if key == "customer_text" else value)
            assert said in text, key
            assert said in html, key
        for item in value if isinstance(value, list) and key not in {"ratings", "buttons"} else []:
            shown = {k: v for k, v in item.items() if not k.endswith("_url")} if isinstance(item, dict) else {"": item}
            for said in shown.values():
                assert words(said) in text, key
                assert words(said) in html, key


@pytest.mark.parametrize("name", TO_REVIEWERS)
def test_both_parts_say_it_in_the_same_order(templates: Templates, name: str) -> None:
    """Two reviewers who talk about a mail on the telephone find the same place."""
    marks = {key: f"zq{n}z" for n, key in enumerate(SAMPLES[name]) if key not in CHOSEN and not key.endswith("_url")}
    given = {key: mark if isinstance(SAMPLES[name][key], str) else [mark] for key, mark in marks.items()}
    values = {**SAMPLES[name], **{key: given[key] for key in given if type(SAMPLES[name][key]) is type(given[key])}}
    mail = body(templates, name, **values)
    text, html = (re.findall(r"zq\d+z", part) for part in (words(mail.text), visible(mail.html)))
    assert [*dict.fromkeys(text)] == [*dict.fromkeys(html)]


@pytest.mark.parametrize("name", MAILS)
def test_nothing_is_loaded_from_elsewhere(templates: Templates, name: str) -> None:
    """A remote picture or font tells its server who reads the mail and when."""
    html = body(templates, name).html
    assert not re.search(
        r"<(img|link|script|iframe|object|video|form|base)\b|url\(|@import|@font-face", html, re.IGNORECASE
    )
    assert all(link.startswith("mailto:") for link in re.findall(r'(?:href|src)="([^"]*)"', html))


@pytest.mark.parametrize("name", MAILS)
def test_tables_are_only_layout_and_the_language_is_named(templates: Templates, name: str) -> None:
    """A screen reader reads the mail as prose, in the right language."""
    html = body(templates, name).html
    assert html.count("<table") == html.count('<table role="presentation"')
    assert '<html lang="en"' in html
    assert html.count("<style>") == 1


@pytest.mark.parametrize("name", MAILS)
def test_text_parts_are_at_most_72_columns_wide(templates: Templates, name: str) -> None:
    """Plain text is read in narrow windows; links and letters that go out as written are let alone."""
    kept = str(SAMPLES[name].get("letter", "")).splitlines() if name == "customer/answer" else []
    for line in body(templates, name).text.splitlines():
        assert len(line) <= 72 or "mailto:" in line or line in kept


@pytest.mark.parametrize("name", MAILS)
def test_no_line_ends_with_a_blank_and_no_gap_is_double(templates: Templates, name: str) -> None:
    """A slip in a template's blocks shows as a hole in the text."""
    asks = name in {"review/digest", "review/reminder"}
    for changed in ({}, *((NO_DRAFT, NO_SENDER, NO_DRAFT | NO_SENDER) if asks else ())):
        text = body(templates, name, **changed).text
        assert not re.search(r"[ \t]$|\n\n\n|\A\n|\n\Z", text, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_words_are_plain_and_calm(templates: Templates, name: str) -> None:
    """Shouting at customers or reviewers is not our tone."""
    text = templates.text(name, SAMPLES[name])
    assert not re.search("[!\N{EM DASH}]|can't help|cannot help", text)


# --- mails to reviewers -----------------------------------------------------------------------------------------------


def assert_no_decision(text: str) -> None:
    """Neither the mail nor any of its lines."""
    for part in [text, *text.split("\n")]:
        assert isinstance(read_decision(part, VOCABULARY), Unclear), part
    for line in read_batch(text, VOCABULARY):
        assert isinstance(line.reading, Unclear), line


@pytest.mark.parametrize("name", TO_REVIEWERS)
def test_no_mail_to_reviewers_reads_as_a_decision(templates: Templates, name: str) -> None:
    """When a mail program fails to mark a quote, our own words must not decide the case."""
    mail = body(templates, name)
    assert_no_decision(mail.text)
    assert isinstance(read_decision(visible(mail.html), VOCABULARY), Unclear)


@pytest.mark.parametrize("name", TO_REVIEWERS)
@pytest.mark.parametrize("shift", range(0, 40, 3))
def test_no_value_makes_a_mail_to_reviewers_a_decision(templates: Templates, name: str, shift: int) -> None:
    """A customer who writes "no" or "approve" must not decide by the place where a line breaks."""
    said = ("x" * shift + " " + COMMANDS).strip()
    ours = {"case_number", "ref", "message", "bundled"}  # the test of the error texts covers the message
    hostile = {key: spoilt(key, value, said) for key, value in SAMPLES[name].items() if key not in ours}
    assert_no_decision(body(templates, name, **hostile).text)
    if name == "review/list":
        assert_no_decision(body(templates, name, **{**hostile, "bundled": True}).text)
    if name == "review/digest":
        assert_no_decision(body(templates, name, **{**hostile, **NO_DRAFT, "draft_missing": said}).text)
    if "has_sender" in hostile:
        assert_no_decision(body(templates, name, **{**hostile, "has_sender": False}).text)


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028", "\u200b\n"])
def test_no_kind_of_line_end_lets_a_customer_decide(templates: Templates, ending: str) -> None:
    """What looks like a new line to some mail program must not start with a decision."""
    said = f"hello{ending}approve{ending}no"
    text = body(templates, "review/digest", customer_text=said, subject=said, customer_name=said, summary=said).text
    for line in text.splitlines():
        assert isinstance(read_decision(line, VOCABULARY), Unclear), line


@pytest.mark.parametrize("name", ERRORS)
def test_error_texts_never_read_as_a_decision_in_their_receipt(templates: Templates, name: str) -> None:
    """A receipt is answered too, so it is quoted too."""
    for detail in (SAMPLES[name]["detail"], "no, do not send it", ""):
        heading, message = templates.text(name, {**SAMPLES[name], "detail": detail}).split("\n", 1)
        assert heading.startswith("# ")
        code = name.rsplit("/", 1)[1]
        receipt = body(templates, "review/receipt", heading=heading[2:], message=message.strip(), code=code)
        assert_no_decision(receipt.text)
        assert all(len(line) <= 72 for line in receipt.text.splitlines())


@pytest.mark.parametrize("name", MAILS)
def test_every_value_of_every_mail_stays_text(templates: Templates, name: str) -> None:
    """A customer's markup in a mail could forge a button; names and notes come from people too."""
    html = body(templates, name, **{key: spoilt(key, value, MARKUP) for key, value in SAMPLES[name].items()}).html
    assert not re.search(r"<(script|img|b)\b|onerror=[^&]*>", html)
    assert html.count("&lt;script&gt;") >= len(set(SAMPLES[name]) - CHOSEN) // 3


@pytest.mark.parametrize("name", MAILS)
def test_no_mail_is_clipped(templates: Templates, name: str) -> None:
    """Gmail cuts mails at about 100 KB, and with them the buttons of the next one."""
    longest = "<&> " * 500
    texts = {
        key: longest for key in ("customer_text", "quoted_text", "draft", "letter", "note") if key in SAMPLES[name]
    }
    links = {key: "mailto:a@b?body=" + "x" * 1900 for key in SAMPLES[name] if key.endswith("_url")}
    assert len(body(templates, name, **texts, **links).html.encode()) < 100_000


def test_a_customers_links_cannot_be_clicked_in_a_digest(templates: Templates) -> None:
    """A reviewer's mail program makes every address a link; the draft's own links stay readable."""
    said = "See https://evil.example/a?b=c, www.evil.example or evil.example/login and http://10.0.0.1/"
    fields = ("subject", "customer_text", "customer_name", "summary", "suggested_fix", "why")
    mail = body(templates, "review/digest", **dict.fromkeys(fields, said), draft="See https://larkfield.example/help")
    for part in (mail.text, mail.html):
        assert "evil.example" not in part
        assert "10.0.0.1" not in part
        assert "hxxps://evil[.]example/a?b=c" in part
        assert "https://larkfield.example/help" in part


@pytest.mark.parametrize("name", [*TO_REVIEWERS, "review/done/why", "review/done/status"])
def test_a_customers_links_cannot_be_clicked_in_any_mail_to_us(templates: Templates, name: str) -> None:
    """A subject or a name holds a link as easily as a text does."""
    said = "https://evil.example/login www.evil.example"
    theirs = {"subject", "customer", "customer_text", "customer_name", "summary", "why", "because", "unreached"}
    theirs |= {"claims", "open_asks", "text", "mood_words", "quoted_text", "attachments", "lines", "value"}

    def fill(key: str, value: object) -> object:
        if isinstance(value, dict):
            return {inner: fill(inner, each) for inner, each in value.items()}
        if isinstance(value, list):
            return [fill(key, each) for each in value]
        return said if key in theirs and isinstance(value, str) else value

    values = {key: fill(key, value) for key, value in SAMPLES[name].items()}
    mail = templates.body(name, values) if name in MAILS else Body(text=templates.text(name, values), html="")
    assert "evil.example" not in mail.text
    assert "evil.example" not in mail.html


def test_a_digest_opens_with_the_marker_and_ends_with_the_reference(templates: Templates) -> None:
    """The marker is where a reply is cut; the reference is how a reply finds its case when headers are lost."""
    mail = body(templates, "review/digest")
    assert mail.text.splitlines()[0] == "Write your decision above this line · C-1042"
    assert mail.text.splitlines()[-1] == "Ref C-1042.2.k7f2q9xwm4t1"
    assert visible(mail.html).startswith("write your decision above this line · c-1042")


def test_a_digest_shows_the_draft_before_the_buttons_and_the_customer_after(templates: Templates) -> None:
    """Nobody should approve what they have not read."""
    mail = body(templates, "review/digest")
    for part in (mail.text, mail.html):
        order = [part.index(said) for said in ("Charged twice", "Both payments", "APPROVE", "TWICE", "renewal", "94%")]
        assert order == sorted(order)
    assert mail.html.index("Both payments") < mail.html.index("body=APPROVE") < mail.html.index("TWICE")


def test_a_digest_without_a_draft_offers_no_approval(templates: Templates) -> None:
    """There is nothing to approve, and the reviewer reads why."""
    mail = body(templates, "review/digest", **NO_DRAFT)
    for part in (mail.text, mail.html):
        assert "approve" not in part.casefold()
        assert "the model could not be reached" in part
        assert "MODIFY" in part


def test_a_receipt_offers_no_approval_where_there_is_no_draft(templates: Templates) -> None:
    """The receipt that says so would be answered by the same word again."""
    for offered in (True, False):
        mail = body(templates, "review/receipt", has_draft=offered, buttons=[])
        assert ("Begin with APPROVE" in mail.text) == offered
        assert (">APPROVE<" in mail.html) == offered


def test_a_digest_warns_only_where_something_is_odd(templates: Templates) -> None:
    """A warning that is always there is not read."""
    doubted = body(templates, "review/digest", caution="nothing proves that the address is genuine")
    trusted = body(templates, "review/digest", caution="")
    for warned, silent in ((doubted.text, trusted.text), (doubted.html, trusted.html)):
        assert "nothing proves that the address is genuine" in " ".join(warned.split())
        assert "check first" in warned.casefold()
        assert "check first" not in silent.casefold()


@pytest.mark.parametrize(("verb", "said"), [("approve", "approved"), ("modify", "changed"), ("reject", "rejected")])
def test_a_confirmation_says_what_happened_in_its_first_line(templates: Templates, verb: str, said: str) -> None:
    """Colleagues read it in the preview of their inbox."""
    mail = body(templates, "review/confirmation", verb=verb)
    assert mail.text.startswith(f"C-1042: Dana Kim {said}")
    assert f"dana kim {said}" in visible(mail.html)


def test_a_rejection_without_a_letter_says_that_the_customer_gets_nothing(templates: Templates) -> None:
    """Someone has to notice that the customer waits."""
    mail = body(templates, "review/confirmation", verb="reject", letter="", note="")
    assert "The customer gets nothing for now." in mail.text
    assert "The customer gets nothing for now." in mail.html


# --- mails to customers -----------------------------------------------------------------------------------------------


def test_a_reviewers_text_survives_exactly(templates: Templates) -> None:
    """What a person wrote goes out as written, with its blanks, gaps and long lines."""
    letter = "Hi  Mira,\n\n\n  1. first   \n\tsecond {{ not }} {% ours %}\n" + "long " * 40 + "\n\nDana & Co <3"
    mail = body(templates, "customer/answer", letter=letter, automatic=False)
    assert mail.text.startswith(letter + "\n")
    assert "Dana &amp; Co &lt;3" in mail.html


def test_an_automatic_answer_says_so_first_and_offers_a_person(templates: Templates) -> None:
    """Nobody should think that a person wrote it, or be stuck with it."""
    mail = body(templates, "customer/answer")
    for part in (words(mail.text), visible(mail.html)):
        assert part.startswith(words("Automatic answer from our help pages. To reach a person"))
        assert "a person, please" in part
    assert mail.html.count('href="mailto:') == 6


def test_an_approved_answer_does_not_call_itself_automatic(templates: Templates) -> None:
    """A person read it and stands behind it."""
    mail = body(templates, "customer/answer", automatic=False, ratings=[], person_url="")
    assert "utomatic" not in mail.text + mail.html
    assert "mailto:" not in mail.text + mail.html


@pytest.mark.parametrize("tone", TONES)
def test_every_mood_has_its_words(templates: Templates, tone: str) -> None:
    """An angry customer who is thanked cheerfully is lost."""
    for name in ("customer/draft", "customer/acknowledgment", "customer/holding"):
        values = {**SAMPLES[name], "greeting_name": ""}
        texts = {other: templates.text(name, {**values, "tone": other}) for other in TONES}
        assert texts[tone].startswith("Hello,\n")
        assert [other for other in TONES if texts[other] == texts[tone]] == [tone]
        assert ("deeply sorry" in texts[tone]) == (tone == "angry")
        assert "reply to this email" in texts[tone]


@pytest.mark.parametrize("tone", TONES)
def test_a_letter_claims_neither_an_action_nor_to_be_automatic(templates: Templates, tone: str) -> None:
    """The same letter is sent by itself or after an approval; only its body knows what was done."""
    text = templates.text("customer/draft", {**SAMPLES["customer/draft"], "tone": tone, "body": ""})
    assert not re.search(r"automatic|\b(have|has) (?:refunded|sent|changed|fixed|started)\b", text, re.IGNORECASE)


# --- what an admin may get wrong --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Hello,\n\n{{ leter }}\n",
            "templates/customer/x.txt.j2:3: error 'leter' is undefined, did you mean 'letter'?",
        ),
        ("{{ zzz }}", "templates/customer/x.txt.j2:1: error 'zzz' is undefined; this template has: case, letter"),
        ("one\n{% if %}\n", "templates/customer/x.txt.j2:2: error "),
        ("one\n{{ letter | shout }}\n", "templates/customer/x.txt.j2:2: error No filter named 'shout'"),
        ("one\n\n{{ 1 / 0 }}\n", "templates/customer/x.txt.j2:3: error division by zero"),
        ("{% include 'gone.j2' %}", "templates/gone.j2: error the file is missing"),
        ("one\n{{ ''.__class__.__mro__ }}", "templates/customer/x.txt.j2:2: error access to attribute '__class__'"),
        ("{{ letter.__init__.__globals__ }}", "templates/customer/x.txt.j2:1: error access to attribute '__init__'"),
        ("{{ case.append('x') }}", "templates/customer/x.txt.j2:1: error "),
        ("{% for n in range(90000) %}{{ letter }}{% endfor %}", "more than 200 kB of output"),
    ],
)
def test_a_mistake_in_a_template_is_named_with_file_and_line(folder: Path, text: str, said: str) -> None:
    """An admin finds it without reading our code."""
    templates = admin_writes(folder, "customer/x.txt.j2", text)
    with pytest.raises(ConfigurationError) as caught:
        templates.text("customer/x", {"letter": "Hello", "case": ["C-1"]})
    assert said in str(caught.value)


def test_a_missing_template_is_named(folder: Path) -> None:
    """The HTML part of a mail is easily forgotten."""
    templates = admin_writes(folder, "customer/x.txt.j2", "Hello")
    with pytest.raises(ConfigurationError, match=r"^templates/customer/x\.html\.j2: error the file is missing"):
        templates.body("customer/x", {})


def test_a_mistake_in_the_shared_look_is_named_there(folder: Path) -> None:
    """The line of the mail that uses the look would send the admin to the wrong file."""
    admin_writes(folder, "_look.html.j2", "{% macro a(text) %}\n{{ txet }}\n{% endmacro %}")
    templates = admin_writes(folder, "x.txt.j2", "{% import '_look.html.j2' as look %}\n{{ look.a('x') }}")
    with pytest.raises(ConfigurationError, match=r"templates/_look\.html\.j2:2: error 'txet' is undefined"):
        templates.text("x", {})


# --- filters ----------------------------------------------------------------------------------------------------------


def test_lists_and_indents_hang_and_links_stay_whole() -> None:
    """Wrapping is for reading; a cut link is a dead link."""
    link = "https://larkfield.example/" + "x" * 80
    assert wrap(f"  1. one two {link} three", 20).split("\n") == ["  1. one two", f"     {link}", "     three"]


def test_a_line_never_breaks_before_a_decision() -> None:
    """The word moves with its neighbour instead."""
    assert wrap("we would rather not, no thanks", 20).split("\n") == ["we would rather", "not, no thanks"]


def test_plain_text_keeps_its_lines_in_html() -> None:
    """An address or a list typed line by line must not run together."""
    html = paragraphs("a <b>\n  b\n\n\nc", "ink", "margin:0")
    assert html == (
        '<p class="ink" style="margin:0">a &lt;b&gt;<br>\n&nbsp;&nbsp;b</p>\n<p class="ink" style="margin:0">c</p>'
    )
