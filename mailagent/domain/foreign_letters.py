"""Letters of other scripts that look like Latin ones (Unicode Technical Standard 39 section 4, a small table).

For three readers, each with characters of its own besides: `domain.plain_text` compares what texts claim, so quotes,
dashes and slashes are alike too; `language.disguise` reads what a model would read, so digits within words are letters;
`mail.lookalike` compares domains as a person sees them, so digits and pairs of letters are alike.
"""

_LOOKS = {
    "a": "\u0430\u03b1\u1d00", "b": "\u0432\u03b2\u0299", "c": "\u0441\u1d04", "d": "\u0501\u1d05",
    "e": "\u0435\u03b5\u1d07", "g": "\u0261\u0262", "h": "\u04bb\u043d\u029c",
    "i": "\u0456\u03b9\u0131\u0269\u026a", "j": "\u0458", "k": "\u043a\u03ba\u1d0b", "l": "\u04cf\u029f",
    "m": "\u043c\u1d0d", "n": "\u0578\u0274", "o": "\u043e\u03bf\u0585\u1d0f", "p": "\u0440\u03c1\u1d18",
    "q": "\u051b", "r": "\u0280", "s": "\u0455\ua731", "t": "\u0442\u03c4\u1d1b", "u": "\u057d\u03c5\u1d1c",
    "v": "\u03bd\u1d20", "w": "\u051d\u1d21", "x": "\u0445\u03c7", "y": "\u0443\u028f", "z": "\u1d22",
}  # fmt: skip
LATIN = {look: letter for letter, looks in _LOOKS.items() for look in looks}
"""Cyrillic, Greek, Armenian and small capital letters, lower case -> the Latin letter that each looks like."""
