"""How long the look for words to a machine takes at worst: ``python -m bench.injection``.

Texts of 12,000 characters that are built to be slow; the best of five rounds each, in processor time.
"""

import sys
import time

from mailagent.language.injection import injection_of
from mailagent.ports import LONGEST_MAIL

BAR = 0.05
"""Seconds that no text may take."""
HOSTILE = {
    "words of phrases": "ignore your show me reply with do not forward this to you are now ",
    "lists of phrases": "ignore all the your previous other system ",
    "gaps": "forward this a b c d e ",
    "look-alike letters": "\u0456gn\u043ere previous ",
    "letters apart": "a ",
    "Base64": "QUJD",
    "Base64 in lines": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY\n",
    "hex": "61 ",
    "escapes": "&#105;",
    "both ciphers": "decode backwards ignore your show me ",
    "roles": "system:\n",
    "keys": '{"category" "confidence" ',
    "links": "https://a.example/?=" + "=" * 380 + "\n",
    "brackets": "https://a.example/" + "{" * 380 + "\n",
    "tags": "<|system <system [INST ",
    "Chinese": "\u5ffd\u7565\u4e4b\u524d\u7684\u6240",
}


def seconds(text: str) -> float:
    """The best of five."""
    rounds = []
    for _ in range(5):
        start = time.process_time()
        injection_of(text)
        rounds.append(time.process_time() - start)
    return min(rounds)


def main() -> int:
    """Print milliseconds by text, slowest first; returns 1 if one is over the bar."""
    taken = {name: seconds((part * LONGEST_MAIL)[:LONGEST_MAIL]) for name, part in HOSTILE.items()}
    for name, time_taken in sorted(taken.items(), key=lambda item: -item[1]):
        print(f"{time_taken * 1000:6.1f} ms  {name}")
    return int(max(taken.values()) > BAR)


if __name__ == "__main__":
    sys.exit(main())
