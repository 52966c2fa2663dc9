"""What is wrong with a part of a mail, in words that a person understands."""

import re
from email.message import Message

from mailagent.mail.charset import ALLOWED

UNREADABLE = {
    "text/calendar": "a meeting invitation",
    "application/ms-tnef": "the mail is packed in a format of Outlook (winmail.dat)",
    "application/vnd.ms-tnef": "the mail is packed in a format of Outlook (winmail.dat)",
    "multipart/encrypted": "the mail is encrypted",
    "message/external-body": "a part of the mail lies elsewhere",
}
"""Types whose words are not read -> what a person is told."""

_PARSER = {
    "NoBoundaryInMultipartDefect": "the mail names no boundary between its parts",
    "StartBoundaryNotFoundDefect": "the boundary between the parts is missing",
    "CloseBoundaryNotFoundDefect": "the mail ends before its last part does",
    "MultipartInvariantViolationDefect": "the mail says that it has parts and has none",
    "InvalidMultipartContentTransferEncodingDefect": "a container of parts is encoded itself",
    "InvalidBase64PaddingDefect": "the base64 of a part is broken",
    "InvalidBase64CharactersDefect": "the base64 of a part is broken",
    "InvalidBase64LengthDefect": "the base64 of a part is broken",
    "MissingHeaderBodySeparatorDefect": "the header of a part does not end",
    "FirstHeaderLineIsContinuationDefect": "the header of a part begins in the middle",
}
_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable"})
_BROKEN_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]{0,99}\r?\n|[ \t]{0,99}\Z)")
_ATOM = r"[^\s;=\"()<>@,:\\/\[\]?]++"
_PARAMETERS = rf"(?:\s*+;\s*+(?:{_ATOM}\s*+=\s*+(?:\"(?:[^\"\\]|\\.)*+\"|[^\s;\"]++))?+)*+\s*+"
_TYPE = re.compile(rf"\s*+{_ATOM}/{_ATOM}{_PARAMETERS}", re.DOTALL)
_DISPOSITION = re.compile(rf"\s*+{_ATOM}{_PARAMETERS}", re.DOTALL)
_SECTION = re.compile(r";\s{0,99}([\w-]{1,40})\*(\d{1,12})\*?=")
_CHARSET = re.compile(r"\*(?:0\*)?=\"?([\w.:-]{1,40})'")
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


def of_parser(part: Message) -> list[str]:
    """What the standard parser found."""
    return [_PARSER.get(type(defect).__name__, "a part is not well formed") for defect in part.defects]


def of_type(kind: str, part: Message) -> list[str]:
    """What a part of the type `kind` is where its words cannot be read."""
    if kind == "message/partial":
        number = _NUMBER.match(str(part.get_param("number", "")))
        return [f"part {number[0] if number else '?'} of a split mail"]
    if kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        signed = "signed" in str(part.get_param("smime-type", ""))
        return ["the mail is signed in a way that hides its text" if signed else "the mail is encrypted"]
    return [UNREADABLE[kind]] if kind in UNREADABLE else []


def of_field(name: str, value: str) -> list[str]:
    """What is wrong with a Content-Type or Content-Disposition (RFC 2045 section 5.1, RFC 2231)."""
    if not value:
        return []
    pattern = _TYPE if name == "content-type" else _DISPOSITION
    sections: dict[str, list[int]] = {}
    for key, index in _SECTION.findall(value):
        sections.setdefault(key.lower(), []).append(int(index))
    whole = all(sorted(found) == list(range(len(found))) for found in sections.values())
    known = all(one.lower() in ALLOWED or one.lower() == "us-ascii" for one in _CHARSET.findall(value))
    return [] if pattern.fullmatch(value) and whole and known else [f"a {name} is not well formed"]


def of_transfer(part: Message) -> list[str]:
    """What is wrong with the encoding in which the text of `part` travelled (RFC 2045 section 6)."""
    encoding = str(part.get("content-transfer-encoding", "")).partition(";")[0].partition("(")[0].strip().lower()
    packed = str(part.get("content-encoding", "")).strip().lower()
    told = [f"the text is packed ({packed[:20]!r}) and was not unpacked"] if packed not in {"", "identity"} else []
    if encoding not in _ENCODINGS:
        told.append(f"the encoding {encoding[:40]!r} is unusual")
    elif encoding == "quoted-printable" and _BROKEN_QUOTED.search(_encoded(part)):
        told.append("the quoted-printable of a part is broken")
    return told


def _encoded(part: Message) -> bytes:
    try:
        payload = part.get_payload()
    except (ValueError, LookupError, TypeError):  # it applies the charset, whatever that is
        return b""
    return payload.encode("ascii", "replace") if isinstance(payload, str) else b""
