"""The elements by which mail programs mark, in HTML, the mail that is answered and the signature.

The words of an attribution differ by language, the structure does not.
"""

from collections.abc import Mapping

from selectolax.lexbor import LexborNode

NEAR = 5
"""Nodes after Gmail's attribution in which its quote must start."""

_CLASSES = frozenset({
    "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "tutanota_quote", "zmail_extra", "freshdesk_quote",
    "gmail_signature", "moz-signature", "protonmail_signature_block",
})  # fmt: skip
_IDS = frozenset({"ms-outlook-mobile-signature"})
_NAMES = frozenset({"quote", "messagereplysection"})
"""GMX and web.de, Spark."""
_REST = frozenset({
    "divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "ms-outlook-mobile-reference-message",
    "zwchr",
})  # fmt: skip
"""Ids after which Outlook and Zimbra write nothing but the mail that is answered."""
_OUTLOOK_RULES = ("solid#e1e1e1", "solid#b5c4df")
"""The line that Outlook draws above the header of the mail that is answered, in its colours since 2007."""


def is_quote(node: LexborNode, attributes: Mapping[str, str], styled: Mapping[str, str]) -> bool:
    """Whether what stands inside `node` was not newly written.

    `styled` are the declarations that hold for it, in lower case without spaces. A ``blockquote`` without a border is
    how Gmail and Outlook indent a paragraph of the writer's own.
    """
    if node.tag == "blockquote":
        bare = styled.get("border") == "none" and "border-left" not in styled
        return not bare or attributes.get("type") == "cite"
    classes = set(attributes.get("class", "").lower().replace("x_", "").split())
    return (
        not classes.isdisjoint(_CLASSES)
        or attributes.get("id", "").lower().removeprefix("x_") in _IDS
        or (node.tag == "div" and attributes.get("name", "").lower() in _NAMES)
        or ("gmail_attr" in classes and _stands_above_quote(node))
    )


def starts_rest(attributes: Mapping[str, str], styled: Mapping[str, str]) -> bool:
    """Whether from here on, to the end of the mail, all is the mail that is answered."""
    is_rule = styled.get("border-top", "").startswith(_OUTLOOK_RULES)
    return is_rule or attributes.get("id", "").lower().removeprefix("x_") in _REST


def _stands_above_quote(node: LexborNode) -> bool:
    sibling = node.next
    for _ in range(NEAR):
        if sibling is None or sibling.tag == "blockquote":
            break
        sibling = sibling.next
    return sibling is not None and sibling.tag == "blockquote"
