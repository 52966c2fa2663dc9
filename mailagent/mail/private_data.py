"""What no mail should hold: the number of a payment card, a social security number, a password.

No program answers such a mail: a person tells its sender, and sees to it that the data do not stay where they are.
"""

import re

FIRST_TEXT = 20_000
"""Characters in which it is looked for."""
PASSWORDS = ("password", "passwort", "kennwort", "mot de passe", "contraseña", "wachtwoord", "senha", "lösenord")
IS = ("is", "ist", "lautet", "est", "es", "è", "é", "är")

_CARD = re.compile(r"(?<![\w.+/#-])(?:(?:\d{4}[ -]){3}\d{4}|\d{4}[ -]\d{6}[ -]\d{5}|\d{15,16})(?![\w/-])")
_ISSUERS = re.compile(r"4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}")
"""Visa, Mastercard, Discover and American Express (ISO/IEC 7812-1)."""
_SOCIAL_SECURITY = re.compile(r"\b(?:ssn|social security)\b\D{0,20}\d{3}-\d{2}-\d{4}(?!\d)", re.IGNORECASE)
_PASSWORD = re.compile(
    rf"\b(?:{'|'.join(PASSWORDS)})\s{{0,3}}(?:[:=]|(?:{'|'.join(IS)})\b:?)\s{{0,3}}([^\s.,;:!?]{{6,60}})",
    re.IGNORECASE,
)
_LETTER_AND_DIGIT = re.compile(r"[^\W\d]{1,60}\d|\d{1,60}[^\W\d]")


def private_data(text: str) -> str:
    """What of it `text` holds, in words for a reviewer, without the data; empty for none.

    The number of a card must be right (ISO/IEC 7812-1, annex B), and a password have letters and digits: customers
    write of passwords that do not work, and of orders with long numbers.
    """
    start = text[:FIRST_TEXT]
    cards = ("".join(filter(str.isdecimal, found)) for found in _CARD.findall(start))
    signs = (
        (any(_ISSUERS.fullmatch(card) and _checks(card) for card in cards), "the number of a payment card"),
        (_SOCIAL_SECURITY.search(start), "a social security number"),
        (any(map(_LETTER_AND_DIGIT.search, _PASSWORD.findall(start))), "a password"),
    )
    return " and ".join(name for found, name in signs if found)


def _checks(digits: str) -> bool:
    """Whether the last digit is the one that the others give."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(doubled)) % 10 == 0
