"""The forgeries: what makes each, and how it must end."""

from collections.abc import Callable, Mapping
from email.message import EmailMessage

from tests.fakes.mails import AUTHSERV, DANA, SUPPORT, TOM
from tests.jobs.forged import MALLORY, MALLORY_PROVEN, UNPROVEN, VOUCHED, bare, forged, mac_of, multipart, ref_of

Make = Callable[[EmailMessage], bytes]
FOREIGN = "mx.evil.example"
ATTACHMENT = "text/plain\nContent-Disposition: attachment; filename=a.txt\n\n"
OURS_SIGNED = "header.from=larkfield.example"


def by(sender: str | tuple[str, ...], *results: str, headers: tuple[str, ...] = ()) -> Make:
    """Sent under these values of From, with every way of the token."""
    return lambda digest: forged(digest, sender=sender, results=results or (VOUCHED,), headers=headers)


def judged(*results: str) -> Make:
    """Sent in Dana's name, with these Authentication-Results, the topmost first."""
    return lambda digest: forged(digest, results=results)


def marked(*headers: str) -> Make:
    """Sent from Dana's account, with these headers."""
    return lambda digest: forged(digest, headers=headers)


def addressed(change: Callable[[str, str], str]) -> Make:
    """Sent from Dana's account to an address that `change` makes of the right one and its signature."""
    return lambda digest: bare(digest, to=change(str(digest["Reply-To"]), mac_of(digest)))


def written(body: str) -> Make:
    """Sent from Dana's account with this MIME entity."""
    return lambda digest: forged(digest, body=body)


STRANGERS: Mapping[str, Make] = {
    "a stranger with a forwarded digest": by(MALLORY, MALLORY_PROVEN),
    "a customer with a copy of the digest": by(TOM, f"{AUTHSERV}; dmarc=pass header.from=customer.example"),
    "a reviewer's address as the name": by(f'"{DANA}" <{MALLORY}>', MALLORY_PROVEN),
    "a reviewer's address as an unquoted name": by(f"{DANA} <{MALLORY}>", MALLORY_PROVEN),
    "a reviewer's address as an encoded name": by(
        f"=?utf-8?q?Dana_=3Cdana=40larkfield.example=3E?= <{MALLORY}>", MALLORY_PROVEN
    ),
    "an encoded word in place of the address": by("=?utf-8?q?Dana_=3Cdana=40larkfield.example=3E?="),
    "two From headers, the reviewer's first": by((DANA, MALLORY)),
    "two From headers, the reviewer's last": by((MALLORY, DANA)),
    "two From headers, both the reviewer's": by((DANA, DANA)),
    "two mailboxes in From, the reviewer's first": by(f"{DANA}, {MALLORY}"),
    "two mailboxes in From, the reviewer's last": by(f"{MALLORY}, {DANA}"),
    "a group as From": by(f"Reviewers: {DANA};"),
    "no From": by(()),
    "a source route in From": by(f"<@evil.example:{DANA}>"),
    "a quoted local part": by('"dana"@larkfield.example'),
    "a control character in From": by(f"Dana <{DANA}\x0b>"),
    "a stranger with the reviewer in a comment": by(f"{MALLORY} ({DANA})", MALLORY_PROVEN),
    "a look-alike domain": by("dana@larkfie1d.example", f"{AUTHSERV}; dmarc=pass header.from=larkfie1d.example"),
    "a domain in Cyrillic letters": by(
        "dana@l\u0430rkfield.example", f"{AUTHSERV}; dmarc=pass header.from=xn--lrkfield-16g.example"
    ),
    "the same as punycode": by(
        "dana@xn--lrkfield-16g.example", f"{AUTHSERV}; dmarc=pass header.from=xn--lrkfield-16g.example"
    ),
    "a domain that begins with ours": by(
        f"{DANA}.evil.example", f"{AUTHSERV}; dmarc=pass header.from=larkfield.example.evil.example"
    ),
    "a reviewer's address with a tag": by(DANA.replace("@", "+phone@")),
    "an address that differs by a dot": by(DANA.replace("dana", "da.na")),
    "a reviewer in Sender": by(MALLORY, MALLORY_PROVEN, headers=(f"Sender: {DANA}",)),
    "a reviewer in Reply-To": by(MALLORY, MALLORY_PROVEN, headers=(f"Reply-To: {DANA}",)),
    "a reviewer in Resent-From": by(
        MALLORY, MALLORY_PROVEN, headers=(f"Resent-From: {DANA}", f"Resent-Sender: {DANA}")
    ),
    "a reviewer in X-Original-From": by(
        MALLORY, MALLORY_PROVEN, headers=(f"X-Original-From: {DANA}", f"Reply-To: {DANA}")
    ),
}
"""Who is not, or not surely, a reviewer. A plus tag makes another address: list it to let it decide."""

UNPROVEN_REVIEWERS: Mapping[str, Make] = {
    "a spoofed From": judged(UNPROVEN),
    "no verdict at all": judged(),
    "the verdict of another server": judged(VOUCHED.replace(AUTHSERV, FOREIGN)),
    "a server whose name begins like ours": judged(VOUCHED.replace(AUTHSERV, f"{AUTHSERV}.evil.example")),
    "a server whose name ends like ours": judged(VOUCHED.replace(AUTHSERV, f"evil.{AUTHSERV}")),
    "a forged verdict below ours": judged(UNPROVEN, VOUCHED),
    "a forged verdict below ours that says nothing": judged(f"{AUTHSERV}; none", VOUCHED),
    "a forged verdict below that of another server": judged(f"{FOREIGN}; none", VOUCHED),
    "a verdict above ours that names no server": judged("; dmarc=pass header.from=larkfield.example", UNPROVEN),
    "a pass in a comment": judged(f"{AUTHSERV}; dmarc=none (dmarc=pass {OURS_SIGNED})"),
    "our server in a comment": judged(f"({AUTHSERV};) {VOUCHED.replace(AUTHSERV, FOREIGN)}"),
    "our server within a quoted name": judged(VOUCHED.replace(AUTHSERV, f'"{FOREIGN}; {AUTHSERV}"')),
    "our server on a second line": judged(f"{FOREIGN};\n {VOUCHED}"),
    "a header in an encoded word": judged(
        f"=?utf-8?q?{AUTHSERV}=3B_dmarc=3Dpass_header=2Efrom=3Dlarkfield=2Eexample?="
    ),
    "DMARC of another domain": judged(f"{AUTHSERV}; dmarc=pass header.from=evil.example"),
    "DMARC of the domain above": judged(f"{AUTHSERV}; dmarc=pass header.from=example"),
    "an unaligned signature": judged(f"{AUTHSERV}; dkim=pass header.d=evil.example"),
    "a signature of a domain that ends like ours": judged(f"{AUTHSERV}; dkim=pass header.d=evil-larkfield.example"),
    "a signature of the domain above": judged(f"{AUTHSERV}; dkim=pass header.d=example"),
    "SPF alone": judged(f"{AUTHSERV}; spf=pass smtp.mailfrom=larkfield.example"),
    "a pass in the reason": judged(f'{AUTHSERV}; dmarc=fail reason="x; dmarc=pass {OURS_SIGNED}" {OURS_SIGNED}'),
    "a pass in a property": judged(f'{AUTHSERV}; spf=fail smtp.mailfrom="x; dmarc=pass {OURS_SIGNED}"'),
    "a pass and a fail": judged(f"{VOUCHED}; dmarc=fail {OURS_SIGNED}"),
    "another version of the header": judged(VOUCHED.replace(";", " 2;")),
    "an old copy of the header": lambda digest: forged(
        digest, results=(), headers=(f"Authentication-Results-Original: {VOUCHED}",)
    ),
    "an ARC header": lambda digest: forged(
        digest, results=(), headers=(f"ARC-Authentication-Results: i=1; {VOUCHED}",)
    ),
}
"""Mail in Dana's name that our own server does not vouch for."""

UNSIGNED: Mapping[str, Make] = {
    "the token of another case": addressed(lambda to, _: to.replace(".c1.", ".c2.")),
    "the token of another revision": addressed(lambda to, _: to.replace(".c1.1.", ".c1.2.")),
    "a token with another last letter": addressed(
        lambda to, mac: to.replace(mac, mac[:-1] + ("b" if mac[-1] == "a" else "a"))
    ),
    "the address's signature in a Message-ID": lambda digest: bare(
        digest, headers=[f"In-Reply-To: <c1.1.aaaaaaaaaa.{mac_of(digest)}@larkfield.example>"]
    ),
    "the token in another subject": lambda digest: bare(digest, subject=f"Ref {ref_of(digest)}"),
    "a decision without a token or a case": lambda digest: bare(digest, subject="Charged twice"),
}
"""Dana's own mail with a token that is none, or with a decision about nothing."""

NUMBER_ONLY: Mapping[str, Make] = {
    "a token cut short": addressed(lambda to, mac: to.replace(mac, mac[:-1])),
    "a token made longer": addressed(lambda to, mac: to.replace(mac, f"{mac}a")),
    "a token without a signature": addressed(lambda to, mac: to.replace(f".{mac}", "")),
    "the token in the name of the recipient": lambda digest: bare(digest, to=f'"Ref {ref_of(digest)}" <{SUPPORT}>'),
    "the token in an attachment": lambda digest: bare(
        digest, body=multipart("mixed", "text/plain\n\nAPPROVE", f"{ATTACHMENT}Ref {ref_of(digest)}")
    ),
    "the case in the subject": bare,
    "the root of the review thread": lambda digest: bare(digest, headers=["References: <c1.review@larkfield.example>"]),
}
"""Dana's own mail of which only the subject names the case, which proves nothing."""

AUTOMATIC: Mapping[str, tuple[Make, str]] = {
    "an absence note": (marked("Auto-Submitted: auto-replied"), "Auto-Submitted: auto-replied"),
    "an absence note with a comment": (marked("Auto-Submitted: (away) auto-replied"), "Auto-Submitted: auto-replied"),
    "an autoresponder": (marked("X-Autoreply: yes"), "x-autoreply"),
    "automatic mail": (marked("Auto-Submitted: auto-generated"), "Auto-Submitted: auto-generated"),
    "a null envelope sender": (marked("Return-Path: <>"), "a mail system wrote it"),
    "an empty From": (by("<>"), "a mail system wrote it"),
    "bulk mail": (marked("Precedence: bulk"), "a bulk mail"),
    "the copy of a mailing list": (marked("List-Id: <all.larkfield.example>", "Precedence: list"), "list"),
    "our own mail come back": (marked("X-Mailagent-Loop: 1"), "we sent it"),
    "our own address": (by(SUPPORT), "we sent it"),
    "our own address with a tag": (by(SUPPORT.replace("@", "+r.c1.1@")), "we sent it"),
}
"""What no person wrote, and the reason that is on record."""

HTML = "MIME-Version: 1.0\nContent-Type: text/html\n\n"
FORWARDED = "From: tom@customer.example\nSubject: APPROVE\n\nAPPROVE"
HEADER_BLOCK = "From: Tom\nSent: Monday\nTo: Dana\nSubject: x\n\nAPPROVE"
UNWRITTEN: Mapping[str, tuple[Make, str]] = {
    "an approval in an attached mail": (
        written(multipart("mixed", "text/plain\n", f"message/rfc822\n\n{FORWARDED}")),
        "REVIEW-01",
    ),
    "an approval in a text attachment": (
        written(multipart("mixed", "text/plain\n", f"{ATTACHMENT}APPROVE")),
        "REVIEW-01",
    ),
    "an approval in a quote": (lambda digest: forged(digest, text="> APPROVE"), "REVIEW-01"),
    "an approval below a header block": (lambda digest: forged(digest, text=HEADER_BLOCK), "REVIEW-02"),
    "an approval in a signature": (lambda digest: forged(digest, text="-- \nAPPROVE"), "REVIEW-01"),
    "an approval in the subject": (
        lambda digest: forged(digest, text="", subject="APPROVE Re: [C-1] Charged twice"),
        "REVIEW-01",
    ),
    "an approval in letters of no size": (written(f'{HTML}<p style="font-size:0">APPROVE</p>'), "REVIEW-01"),
    "an approval that is not displayed": (written(f'{HTML}<p style="display:none">APPROVE</p>'), "REVIEW-01"),
    "an approval in white on white": (written(f'{HTML}<p style="color:#fff;background:#fff">APPROVE</p>'), "REVIEW-01"),
    "an approval in a comment of HTML": (written(f"{HTML}<!-- APPROVE --><p>Who is this?</p>"), "REVIEW-02"),
    "an approval in a quote of HTML": (
        written(f"{HTML}<p>Who is this?</p><blockquote>APPROVE</blockquote>"),
        "REVIEW-02",
    ),
    "an approval that is taken back below the quote": (
        written("\nAPPROVE\n\n> Write your decision above this line\n> | Hello,\n\nNo, wait, that is wrong."),
        "REVIEW-24",
    ),
    "an approval in the text that HTML readers never see": (
        written(multipart("alternative", "text/plain\n\nAPPROVE", "text/html\n\n<p>I do not know, who is this?</p>")),
        "REVIEW-21",
    ),
    "an approval in the HTML that text readers never see": (
        written(multipart("alternative", "text/plain\n\nI do not know, who is this?", "text/html\n\n<p>APPROVE</p>")),
        "REVIEW-02",
    ),
}
"""Dana's real mail, in which she decided nothing, and the code of what she is told."""
