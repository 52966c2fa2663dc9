"""Whether our server vouches for the sender. Forged results must never count."""

import pytest

from mailagent.mail.authentication import verdict
from mailagent.mail.parse import ParsedMail, parse

OURS = "mx.example.com"


def mail(*results: str, sender: str = "dana@corp.com") -> ParsedMail:
    """A mail with these Authentication-Results headers, the topmost first."""
    header = "".join(f"Authentication-Results: {result}\r\n" for result in results)
    return parse(f"{header}From: {sender}\r\n\r\nhi\r\n".encode())


@pytest.mark.parametrize(
    "result",
    [
        "mx.example.com; dmarc=pass header.from=corp.com",
        "MX.Example.com 1; spf=fail smtp.mailfrom=x; dmarc=pass (p=reject; dis=none) header.from=Corp.com",
        "mx.example.com; dmarc=pass",
        'mx.example.com; spf=pass smtp.mailfrom="a (b"@corp.com; dmarc=pass header.from=corp.com',
        "mx.example.com;\r\n dkim=pass (2048-bit key; unprotected) header.d=corp.com header.s=s1",
        "mx.example.com; dkim=fail header.d=other.org; dkim=pass header.d=corp.com",
        "mx.example.com; dkim = pass header.i=@corp.com",
        "mx.example.com 1; dmarc=none header.from=corp.com; dkim/1=pass header.d=corp.com",
    ],
)
def test_our_servers_pass_counts(result: str) -> None:
    """Reviewers whose mail is properly signed must be able to decide."""
    assert verdict(mail(result), OURS) == "pass"


@pytest.mark.parametrize(
    "result",
    [
        "mx.example.com; dmarc=pass header.from=evil.example header.from=corp.com",
        "mx.example.com; dkim=pass header.d=evil.example header.i=a header.d=corp.com @evil.example",
        "mx.example.com; none",
        "mx.example.com; spf=pass smtp.mailfrom=corp.com",
        "mx.example.com; dmarc=fail header.from=corp.com; dkim=pass header.d=corp.com",
        "mx.example.com; dmarc=pass header.from=evil.com",
        "mx.example.com; dkim=pass header.d=evil.com",
        "mx.example.com; dkim=pass header.d=com",
        "mx.example.com; dkim=pass header.d=orp.com",
        "mx.example.com; dkim=pass",
        "mx.example.com (; dmarc=pass header.from=corp.com)",
        "mx.example.com; spf=fail (a (b) ; dmarc=pass header.from=corp.com)",
        'mx.example.com; spf=pass (domain of "a); dmarc=pass header.from=corp.com ("@evil.com) smtp.mailfrom=evil.com',
        'mx.example.com; spf=pass (domain of "a"@evil.com); dmarc=pass header.from=corp.com',
        "mx.example.com; spf=pass (domain of a);dmarc=pass(@evil.com); dmarc=none header.from=corp.com",
        "mx.example.com; dmarc=pass header.from=corp.com; dmarc=none header.from=corp.com",
        "mx.example.com; spf=pass (domain of a(; dmarc=none header.from=corp.com)); dmarc=pass header.from=corp.com",
        'mx.example.com; spf=fail smtp.mailfrom="x; dmarc=pass header.from=corp.com"',
        'mx.example.com; spf=fail smtp.mailfrom="x\\"; dmarc=pass header.from=corp.com"',
        "mx.example.com; spf=fail (unclosed; dmarc=pass header.from=corp.com",
        "mx.example.com; spf=fail smtp.mailfrom==?utf-8?q?x;_dmarc=3Dpass?=",
        "mx.example.com.evil.com; dmarc=pass header.from=corp.com",
        "evil.com; dmarc=pass header.from=corp.com",
        "mx.example.com 2; dmarc=pass header.from=corp.com",
        "mx.example.com 1 dmarc=pass; dmarc=pass header.from=corp.com",
        "mx.example.com; dmarc/2=pass header.from=corp.com",
        "mx.example.com; dmarc=fail header.from=evil.com; dkim=pass header.d=corp.com",
        "; dmarc=pass header.from=corp.com",
        "",
    ],
)
def test_anything_else_does_not_count(result: str) -> None:
    """What a stranger can write into a comment, a string or a domain must not become a pass."""
    assert verdict(mail(result), OURS) != "pass"


def test_only_the_topmost_header_counts() -> None:
    """A sender can write our name below; our own server writes on top."""
    passes = "mx.example.com; dmarc=pass header.from=corp.com"

    assert verdict(mail("mx.example.com; dmarc=fail header.from=corp.com", passes), OURS) != "pass"
    assert verdict(mail("relay.other.org; dmarc=pass", passes), OURS) != "pass"
    assert verdict(mail(), OURS) != "pass"


def test_nothing_counts_without_one_sender_or_without_a_configured_server() -> None:
    """There is nobody to vouch for, or nobody who could."""
    passes = "mx.example.com; dmarc=pass"

    assert verdict(mail(passes, sender="a@corp.com, b@corp.com"), OURS) != "pass"
    assert verdict(mail(passes, sender="a@corp.com\r\nFrom: b@corp.com"), OURS) != "pass"
    assert verdict(mail(passes), "") == "none"


def test_a_signature_of_the_parent_domain_counts() -> None:
    """Companies sign for their subdomains, but nobody signs for a whole registry."""
    assert verdict(mail("mx.example.com; dkim=pass header.d=corp.co.uk", sender="a@eu.corp.co.uk"), OURS) == "pass"
    assert verdict(mail("mx.example.com; dkim=pass header.d=co.uk", sender="a@corp.co.uk"), OURS) != "pass"


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("mx.example.com; dmarc=pass header.from=corp.com", "pass"),
        ("mx.example.com; dmarc=fail header.from=corp.com; dkim=pass header.d=corp.com", "fail"),
        ("mx.example.com; dmarc=fail (p=none); spf=pass smtp.mailfrom=corp.com", "fail"),
        ("mx.example.com; spf=fail smtp.mailfrom=a@corp.com; dkim=fail header.d=corp.com", "fail"),
        ("mx.example.com; dmarc=fail header.from=evil.com", "none"),
        ("mx.example.com; dmarc=pass header.from=corp.com; dmarc=fail header.from=corp.com", "fail"),
        ('mx.example.com; spf=pass (domain of "a)"@evil.com); dmarc=fail header.from=corp.com', "fail"),
        ("mx.example.com; spf=fail smtp.mailfrom=a@corp.com; dkim=none", "none"),
        ("mx.example.com; spf=fail smtp.mailfrom=a@corp.com; dkim=fail header.d=list.org", "none"),
        ("mx.example.com; spf=fail smtp.mailfrom=a@list.org; dkim=fail header.d=corp.com", "none"),
        ("mx.example.com; spf=softfail smtp.mailfrom=a@corp.com; dkim=fail header.d=corp.com", "none"),
        ("mx.example.com; dmarc=temperror; spf=fail smtp.mailfrom=corp.com; dkim=fail header.d=corp.com", "none"),
        ("evil.com; dmarc=fail header.from=corp.com", "none"),
        ("mx.example.com; none", "none"),
    ],
)
def test_a_failure_is_told_from_silence(result: str, said: str) -> None:
    """A customer whose server says nothing goes on in their case; who is shown to forge an address does not."""
    assert verdict(mail(result), OURS) == said
