"""Values to try each template with: what a letter fills in, in an everyday case.

The keys of a sample are the values that its template may use. `mailagent check` renders the admins' templates with
them, and the tests compare them with the list at the top of each template.
"""

from collections.abc import Mapping

from mailagent.domain.times import Due
from mailagent.letters.sample_values import DETAILS, ERROR, FACTS, LETTER, QUESTION

SAMPLES: Mapping[str, Mapping[str, object]] = {
    "customer/draft": {
        "greeting_name": "Tom",
        "tone": "neutral",
        "language": "en",
        "body": "You can change your delivery day until 20:00 on the evening before, under Deliveries, Change day.",
        "company": "Larkfield Support",
    },
    "customer/answer": {
        "letter": """\
Hi Tom,

Thank you for your message.

You can change your delivery day until 20:00 on the evening before:

1. Open https://larkfield.example/account/deliveries and sign in.
2. Choose "Change day" next to the next box.
3. Pick a new day and save.

If this leaves a question open, reply to this email and a person reads it.

Larkfield Support""",
        "automatic": True,
        "language": "en",
        "sources": ["Change your delivery day"],
        "ratings": [
            {"n": n, "url": f"mailto:support+f.c1043.{n}.p3x8@larkfield.example?subject=Rating%20{n}&body={n}"}
            for n in (1, 2, 3, 4, 5)
        ],
        "person_url": "mailto:support@larkfield.example?subject=Re%3A%20Delivery%20day&body=A%20person%20please",
        "case_number": "C-1043",
        "company": "Larkfield Support",
    },
    "customer/rating": {"language": "en", "n": 4, "reference": "Ref C-1043.p3x8"},
    "customer/person": {"language": "en", "reference": "Ref C-1043.p3x8"},
    "customer/acknowledgment": {
        "greeting_name": "Mira",
        "tone": "angry",
        "language": "en",
        "due": Due(when="today", weekday=3, day=3, month=12, clock="14:00", zone="CET"),
        "case_number": "C-1042",
        "company": "Larkfield Support",
    },
    "customer/holding": {
        "greeting_name": "Mira",
        "tone": "negative",
        "language": "en",
        "due": Due(when="later", weekday=3, day=3, month=12, clock="10:00", zone="CET"),
        "case_number": "C-1042",
        "company": "Larkfield Support",
    },
    "customer/ask": {
        "greeting_name": "Mira",
        "tone": "negative",
        "language": "en",
        "question": "Which card did you pay with? The last four digits are enough.",
        "case_number": "C-1042",
        "company": "Larkfield Support",
    },
    "review/digest": {
        **QUESTION,
        "confidence_percent": 94,
        "sentiment_score": -0.8,
        "mood_words": ["TWICE", "I go to my bank"],
        "customer_address": "mira.lindqvist@example.net",
        "quoted_text": "Your box for March is on its way. It will reach you on the 5th.",
        "asked_before": "Which cards do you take?",
        "answered_before": "We take all cards.",
        "earlier_messages": 2,
        "attachments": ["statement-march.pdf"],
        "suggested_fix": "Return the second payment of 3 March, at https://larkfield.example/account/payments. Then "
        "find out why the renewal ran twice.",
        "our_links": ["https://larkfield.example/account/payments"],
        "sources": ["Charged twice", "How long a refund takes"],
        "reviewers": 4,
        "because": ["sentiment is angry"],
    },
    "review/reminder": {
        **QUESTION,
        "stage": "unreached",
        "unreached": "dana@larkfield.example answers by itself: Automatic reply: away until Monday",
        "asked": "today 10:13 CET",
    },
    "review/list": {
        "heading": "5 cases wait for a decision",
        "overdue": 1,
        "cases": [
            {
                "number": "C-1042",
                "subject": "Charged twice for March",
                "customer": "Mira Lindqvist",
                "summary": "Mira was charged 49 euro twice on 3 March and wants the second payment back today.",
                "due": "today 8:30 CET",
                "time_left": "overdue by 30 min",
                "mood": "angry",
                "category": "billing",
                "priority": "urgent",
                "decide_url": "mailto:support+r.c1042.2.k7f2q9xw@larkfield.example?subject=Re&body=",
            },
            {
                "number": "C-1047",
                "subject": "Box arrived open, half missing",
                "customer": "Tom Weber",
                "summary": "Tom got an open box without the two mugs, and asks for them to be sent again.",
                "due": "today 15:30 CET",
                "time_left": "6 h 30 min left",
                "mood": "negative",
                "category": "product",
                "priority": "high",
                "decide_url": "mailto:support+r.c1047.1.p3x8k7f2@larkfield.example?subject=Re&body=",
            },
        ],
        "example": "APPROVE C-1042 C-1047",
        "bundled": False,
        "more": 3,
        "ref": "L202612010900.k7f2q9xwm4t1",
        "company": "Larkfield Support",
    },
    "review/receipt": {
        "heading": "Your approval came with a condition",
        "message": "An approval sends the draft exactly as it stands. It was not sent, so that your change is not lost."
        "\n\nThe case still waits for a decision, until today 14:00 CET.",
        "lines": ["Approve, but change the date to 20 March", "", "Dana"],
        "code": "REVIEW-03",
        "over": "Nothing was sent",
        "offers": "decisions",
        "has_draft": True,
        "has_sender": True,
        "rewrites": True,
        "buttons": [
            {"label": label, "url": f"mailto:support+r.c1042.2.k7f2q9xw@larkfield.example?subject=Re&body={body}"}
            for label, body in (
                ("New draft", "REVISE%20but%20change%20the%20date%20to%2020%20March%0D%0A"),
                ("Edit and send", "MODIFY%0D%0A%0D%0A"),
                ("Approve unchanged", "APPROVE%0D%0A"),
            )
        ],
        "case_number": "C-1042",
        "ref": "C-1042.2.k7f2q9xwm4t1",
        "company": "Larkfield Support",
    },
    "review/confirmation": {
        "case_number": "C-1042",
        "subject": "Charged twice for March",
        "reviewer": "Dana Kim",
        "verb": "approve",
        "letter": LETTER,
        "files": ["statement-march.pdf (41 KB)"],
        "note": "I asked accounting to look at the renewal job.",
        "customer_name": "Mira Lindqvist",
        "is_proven": True,
        "has_draft": True,
        "has_sender": True,
        "undo_for": "2 minutes",
        "undo_until": "today 10:38 CET",
        "ref": "C-1042.2.k7f2q9xwm4t1",
        "company": "Larkfield Support",
    },
    "review/notice": {
        "heading": "An email could not be delivered",
        "what": "The server refused the answer to case C-1042 for good: 550 no such mailbox.",
        "remedy": "Check the address and the server's words, and write yourself if it matters.",
        "facts": [{"name": "Case", "value": "C-1042"}, {"name": "Recipient", "value": "mira.lindqvist@example.net"}],
        "company": "Larkfield Support",
    },
    "review/done/note": {"case_number": "C-1042", "note": "Accounting looks at the renewal job."},
    "review/done/assign": {"case_number": "C-1042", "assignee": "ben@example.com", "reviewer": "Dana Kim"},
    "review/done/snooze": {"case_number": "C-1042", "until": "tomorrow 09:00 CET"},
    "review/done/set": {
        "case_number": "C-1042",
        "corrections": "category = billing",
        "due": "today 14:00 CET",
        "is_open": True,
    },
    "review/done/undo": {
        "case_number": "C-1042",
        "verb": "approve",
        "reviewer": "Dana Kim",
        "due": "today 14:00 CET",
        "is_newest": True,
    },
    "review/done/list": {
        "done": [{"number": "C-1042", "line": "APPROVE C-1042", "rule": "approve", "detail": ""}],
        "held": [{"number": "C-1047", "line": "SPAM C-1047", "rule": "REVIEW-08", "detail": "Ben Ode"}],
    },
    "review/done/help": {"case_number": "C-1042", "note": ""},
    "review/done/why": FACTS,
    "review/done/status": FACTS,
    **{f"review/errors/REVIEW-{code}": {**ERROR, "detail": detail} for code, detail in DETAILS.items()},
}
"""Template name -> its values."""

WITHOUT_HTML = frozenset(
    name
    for name in SAMPLES
    if name in {"customer/draft", "customer/rating", "customer/person"}
    or name.startswith(("review/errors/", "review/done/"))
)
"""Templates of texts that stand in another mail, and have no HTML part of their own."""
