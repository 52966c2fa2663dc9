"""What kind of mail this is before any model sees it, and whether an automatic answer may go out to it.

Two answers, because Exchange marks the mail of people with X-Auto-Response-Suppress too.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from mailagent.mail.addresses import addresses, domain_of, organisation
from mailagent.mail.parse import ParsedMail

LOOP_HEADER = "X-Mailagent-Loop"
"""Every mail of ours carries it."""

OUT_OF_OFFICE = (
    "automatic reply", "auto reply", "auto-reply", "autoreply", "automated reply", "auto response", "autoresponse",
    "automatic response", "out of office", "out-of-office", "out of the office", "vacation reply",
    "abwesenheitsnotiz", "abwesenheitsnachricht", "automatische antwort", "automatische rückantwort",
    "réponse automatique", "réponse d'absence", "message d'absence", "notification d'absence", "absence du bureau",
    "respuesta automática", "respuesta automatica", "fuera de la oficina", "ausente de la oficina",
    "risposta automatica", "fuori sede", "fuori ufficio", "automatisch antwoord", "niet aanwezig",
    "resposta automática", "fora do escritório", "ausência temporária", "autosvar", "automatiskt svar",
    "automatisk svar", "frånvaromeddelande", "automatyczna odpowiedź", "автоответ", "автоматический ответ",
    "自動返信", "自动回复", "自動回覆",
)  # fmt: skip
"""How the subjects of absence notes start, casefolded, in the languages that are shipped and some more."""

ABSENT = (
    "auto", "away", "absent", "absence", "on leave", "vacation", "on vacation", "holiday", "abwesend", "abwesenheit",
    "urlaub", "nicht im büro", "congés", "vacances", "ausente", "ausencia", "vacaciones", "assente", "assenza", "ferie",
    "afwezig", "afwezigheid", "vakantie", "ausência", "férias", "frånvarande", "semester", "fraværende", "不在",
)  # fmt: skip
"""Words that start such subjects too, and those of people ("Auto: Versicherung")."""

AWAY = (
    "i am out of the", "i'm out of the", "i am out of office", "be out of the office", "be out of office",
    "currently out of the", "is out of the office", "ist außer haus", "ist nicht im büro", "away from my desk",
    "away from the office",
    "i am away", "i'm away", "on vacation", "on holiday", "annual leave", "on leave", "parental leave",
    "maternity leave", "currently away", "upon my return", "when i return", "i will return", "i'll return",
    "will be back", "limited access to", "nicht im büro", "nicht im hause", "abwesend", "abwesenheit", "im urlaub",
    "nicht erreichbar", "wieder erreichbar", "absent du", "absente du", "absent jusqu", "absente jusqu",
    "actuellement absent", "en congé", "de retour le", "mon retour", "fuera de la oficina", "de vacaciones", "ausente",
    "mi regreso", "fuori ufficio", "in ferie", "sarò assente", "al mio rientro", "afwezig", "met vakantie",
    "op vakantie", "niet op kantoor", "mijn terugkomst", "fora do escritório", "de férias", "meu retorno",
    "meu regresso", "inte på kontoret", "på semester", "på ferie", "не в офисе", "в отпуске", "отсутствую",
    "不在にして", "休暇", "休假", "不在办公室",
)  # fmt: skip
"""What people who are away say in their notes."""

CHALLENGE = (
    "please confirm your message", "please confirm your e-mail", "please confirm your email", "confirm your message",
    "confirmation required", "verification required", "sender verification", "your email requires verification",
    "your message requires verification", "are you human",
)  # fmt: skip
"""How the subjects of systems start that ask a sender to prove that a person wrote."""

CHALLENGED = ("robot", "human", "real person", "are a person", "spam", "junk mail")
"""What they give as the reason."""

BOUNCED = (
    "undeliver", "non-deliver", "nondeliver", "delivery status notification", "delivery notification",
    "delivery failure", "delivery has failed", "delivery problem", "delivery error", "delivery warning",
    "delivery report", "failure notice",
    "mail delivery", "mail failed", "failed mail", "mail could not be delivered", "mail error", "mail system error",
    "returned mail", "returned to sender", "message not delivered", "message could not be delivered", "not delivered",
    "unable to deliver", "unzustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "échec de la remise",
    "échec de remise", "non remis", "non distribué", "no se puede entregar", "no entregado", "error de entrega",
    "mancato recapito", "mancata consegna", "non recapitabile", "onbestelbaar", "niet bezorgd", "não entregue",
    "não foi possível entregar", "falha na entrega", "kunde inte levereras", "oleverans", "olevererbart",
    "недоставленное", "не доставлено", "退信", "系统退信", "配信不能", "送信エラー",
)  # fmt: skip
"""In the subject of a mail from a mail system: a bounce."""

REPORTS = frozenset({"delivery-status", "disposition-notification", "feedback-report"})
REPORT_PARTS = frozenset({"message/disposition-notification", "message/feedback-report"})
COMPLAINT = "complaint about message from "
"""How the subjects of Microsoft's feedback loop start, which attaches the mail and says nothing else."""

AUTO_REPLY_HEADERS = (
    "x-autoreply", "x-autorespond", "x-autoresponse", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply",
    "x-auto-reply", "x-auto-reply-from", "x-vacation", "x-apple-action",
)  # fmt: skip
MACHINE_HEADERS = ("x-autogenerated", "x-fc-machinegenerated")
MAIL_PROGRAM_HEADERS = ("user-agent", "x-mailer")
MOST_RECEIVED = 50
"""Servers stop at fewer (RFC 5321 section 6.3); a mail with more runs in circles."""

_DAEMON = re.compile(
    r"(?:^|[\s<\"])(?:(?:mailer|mail|mta|smtp)[._-]?daemon|mdaemon|post[._-]?master"
    r"|mail[._-]delivery[._-](?:sub)?system)(?:[+-]\S{0,99})?(?:$|[@\s>\"\\])"
)
_NO_REPLY = re.compile(r"(?:.*[._+-])?(?:no[._-]?reply|do[._-]?not[._-]?reply|noreply-.*|bounces?)(?:[+-].*)?@.*")
_REPORT_TYPE = re.compile(r"report-type\s?=\s?\"?([\w-]+)", re.IGNORECASE)
_KEYWORD = re.compile(r"(?:\s|\([^()]{0,200}\)){0,20}([\w-]+)")
_AFTER_PHRASE = re.compile(
    r"[\s\"'()\]-]{0,9}(?:$|[:\uff1a]|(?:autoreply|auto-reply|message|notification|notice|notiz)\s?:)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`answerable` is whether an automatic answer may go out; `reason` says in a few words what told."""

    kind: Literal["person", "auto_reply", "bounce", "automatic", "own"]
    answerable: bool
    reason: str


def kind_of(mail: ParsedMail, *, ours: Collection[str], bounced: bool) -> Kind:
    """Sort by what programs write into headers (RFC 3834), and by the words of absence notes and challenges.

    `ours` are our own addresses, lower case; `bounced` is whether `read_bounce` found a report in it. Only mail of kind
    person is ever answerable, and not all of that.
    """
    is_by_hand = set(_keywords(mail, "auto-submitted")) == {"no"}
    signs: tuple[tuple[Literal["auto_reply", "bounce", "automatic", "own"], str], ...] = (
        ("own", _own(mail, ours)),
        ("bounce", "it reports that a mail was not delivered" if bounced else ""),
        ("automatic", "a mail loop" if len(mail.values("received")) > MOST_RECEIVED else ""),
        ("auto_reply", "" if is_by_hand else auto_reply_sign(mail)),
        ("automatic", "" if is_by_hand else _automatic(mail)),
    )
    for kind, reason in signs:
        if reason:
            return Kind(kind=kind, answerable=False, reason=reason)
    reason = _unanswerable(mail)
    return Kind(kind="person", answerable=not reason, reason=reason or "nothing says that it is automatic")


def _own(mail: ParsedMail, ours: Collection[str]) -> str:
    if mail.values(LOOP_HEADER) or (mail.sender and _without_tag(mail.sender) in ours):
        return "we sent it"
    return "an answer would come back to us" if any(_without_tag(row) in ours for row in mail.reply_to) else ""


def auto_reply_sign(mail: ParsedMail) -> str:
    """What says that a program answers for somebody who is away, in a few words; empty if nothing does."""
    marked = (name for name in AUTO_REPLY_HEADERS if {value.lower() for value in mail.values(name)} - {"no", "false"})
    signs = (
        ("auto-replied" in _keywords(mail, "auto-submitted"), "Auto-Submitted: auto-replied"),
        (bool({"auto_reply", "auto-reply"} & set(_keywords(mail, "precedence"))), "Precedence: auto_reply"),
        ("all" in _suppressed(mail) and bool(mail.values("x-ms-exchange-inbox-rules-loop")), "an Exchange inbox rule"),
        (_is_absence_note(mail), "the subject of an absence note"),
    )
    return next((reason for found, reason in signs if found), next(marked, ""))


def _is_absence_note(mail: ParsedMail) -> bool:
    """A phrase that only programs put before a colon is enough. Without the colon, or with a word that people use too,
    it must answer a mail or have no sender to return to: customers write about their absence and their rules for it.
    """
    subject = mail.subject.casefold()
    word = _longest_start(subject, ABSENT)
    is_announced = bool(word and _AFTER_PHRASE.match(subject, len(word)))
    if is_announced and any(words in subject for words in AWAY):
        return True
    phrase = _longest_start(subject, OUT_OF_OFFICE)
    if phrase and _AFTER_PHRASE.match(subject, len(phrase)):
        return True
    if not (mail.in_reply_to or mail.references or "" in _return_paths(mail)):
        return False
    return is_announced or bool(phrase and any(words in mail.text.casefold() for words in AWAY))


def _longest_start(text: str, phrases: Collection[str]) -> str:
    return max((phrase for phrase in phrases if text.startswith(phrase)), key=len, default="")


def _automatic(mail: ParsedMail) -> str:
    submitted = _keywords(mail, "auto-submitted")
    reports = {attachment.type for attachment in mail.attachments} & REPORT_PARTS
    signs = (
        (bool(submitted), f"Auto-Submitted: {''.join(submitted[:1])}"),
        (any(mail.values(name) for name in MACHINE_HEADERS), "a header that programs write"),
        (report_type(mail) in REPORTS or bool(reports), "a report about a mail"),
        (mail.subject.startswith(COMPLAINT) and not mail.full_text, "a complaint of a feedback loop"),
        (_is_bulk(mail) and not _rewritten_by_group(mail), "a bulk mail"),
        (_is_list(mail) and not _written_to_list(mail), "a mailing list"),
        (from_mail_system(mail), "a mail system wrote it"),
        (_is_challenge(mail), "it asks the sender to prove that a person wrote"),
    )
    return next((reason for found, reason in signs if found), "")


def _is_challenge(mail: ParsedMail) -> bool:
    """Subject and text must both fit: customers confirm and verify things too."""
    text = mail.text.casefold()
    return mail.subject.casefold().startswith(CHALLENGE) and any(words in text for words in CHALLENGED)


def _unanswerable(mail: ParsedMail) -> str:
    if mail.sender is None:
        return "From does not name exactly one sender"
    home = organisation(domain_of(mail.sender))
    elsewhere = any(organisation(domain_of(address)) != home for address in mail.reply_to)
    signs = (
        (elsewhere, "answers would go to another organisation than the sender's"),
        (bool(_suppressed(mail) - {"none"}), "X-Auto-Response-Suppress"),
        (bool(_NO_REPLY.fullmatch(mail.sender)), "the sender takes no replies"),
        (_is_list(mail) or _is_bulk(mail) or from_mail_system(mail), "it came over a list, or from a mail system"),
    )
    return next((reason for found, reason in signs if found), "")


def _is_bulk(mail: ParsedMail) -> bool:
    """One-click unsubscription is for bulk mail alone (RFC 8058)."""
    return bool(
        {"bulk", "junk"} & set(_keywords(mail, "precedence"))
        or mail.values("list-unsubscribe-post")
        or (mail.values("feedback-id") and mail.values("list-unsubscribe"))
    )


def _is_list(mail: ParsedMail) -> bool:
    return bool(mail.list_id or "list" in _keywords(mail, "precedence"))


def _written_to_list(mail: ParsedMail) -> bool:
    """A member wrote it, who is not the list itself: it answers something, or names the program it was written with
    and the list takes posts (RFC 2369 section 3.4); or a group rewrote it.
    """
    program = any(mail.values(name) for name in MAIL_PROGRAM_HEADERS)
    takes_posts = any("mailto:" in value.lower() for value in mail.values("list-post"))
    foreign = organisation(domain_of(mail.sender or "")) not in mail.list_id.lower()
    answers = bool(mail.in_reply_to or mail.references)
    return _rewritten_by_group(mail) or (answers and (foreign or program)) or (takes_posts and program)


def _rewritten_by_group(mail: ParsedMail) -> bool:
    """A group put its own address in From to pass DMARC and kept the person's."""
    original = [address for value in mail.values("x-original-from") for address in addresses(value)]
    return bool(original) and set(original) <= set(mail.reply_to)


def from_daemon(mail: ParsedMail) -> bool:
    """Whether the mail system's own user wrote it, whose address often has no domain."""
    named = [mail.sender] if mail.sender else [value.lower() for value in mail.values("from")]
    return any(_DAEMON.search(value) for value in named)


def from_mail_system(mail: ParsedMail) -> bool:
    """Whether it was sent so that nobody can answer (RFC 5321 section 4.5.5), or by a mail system's user."""
    return "" in _return_paths(mail) or any(value.endswith("<>") for value in mail.values("from")) or from_daemon(mail)


def report_type(mail: ParsedMail) -> str:
    """``delivery-status``, ``feedback-report``, ``disposition-notification`` ...; empty for no report (RFC 6522)."""
    found = _REPORT_TYPE.search(next(iter(mail.values("content-type")), ""))
    return found[1].lower() if found and mail.content_type == "multipart/report" else ""


def _return_paths(mail: ParsedMail) -> list[str]:
    return [value.strip("<> ") for value in mail.values("return-path")]


def _keywords(mail: ParsedMail, name: str) -> list[str]:
    """The first word of each value: ``auto-replied (vacation)`` gives ``auto-replied``; comments may stand before."""
    found = (_KEYWORD.match(value.strip().lower()) for value in mail.values(name))
    return [match[1] for match in found if match]


def _suppressed(mail: ParsedMail) -> set[str]:
    values = ",".join(mail.values("x-auto-response-suppress")).lower()
    return {word.strip() for word in values.split(",") if word.strip()}


def _without_tag(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
