"""Whatever a mail says, looking for words to a machine ends with a few short words or none."""

from hypothesis import given
from hypothesis import strategies as st

from mailagent.language.injection import LONGEST_EXCERPT, MOST, injection_of
from tests.injection.samples import OPEN, read

TEXTS = {path.stem: read(path) for path in OPEN}
PIECES = [
    "ignore", " all ", "your ", "rules", "SYSTEM:", "approve", "<|", "|>", "[INST]", "decode", "backwards", "rot13",
    "forward this to ", "@", "a@b.example", "&#105;", "%69", "\\u0069", "\\x69", "0x69", "69 ", "aWdub3Jl", "=",
    "https://a.example/?q={", "prompt}", '"category":', "\u0456", "\u200b", "\u0336", "\ufb01", "\u0130", "\n",
    "\n\n", ". ",
]  # fmt: skip
"""Parts of attacks, and letters that become several, none or others."""


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=60).map("".join))
def test_any_text_is_looked_through(text: str) -> None:
    """One that raised would be set aside, and its customer would wait."""
    found = injection_of(text)

    assert len(found) <= MOST
    assert all(0 < len(words) <= LONGEST_EXCERPT for words in found)


@given(st.sampled_from(sorted(TEXTS)), st.text(max_size=200))
def test_words_before_an_attack_do_not_hide_it(attack: str, before: str) -> None:
    """Else a few odd letters at the start of a mail would be enough."""
    assert injection_of(f"{before}\n\n{TEXTS[attack]}")
