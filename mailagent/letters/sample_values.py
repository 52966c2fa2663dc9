"""What the samples of several mails share: one case, as each of them shows it."""

from collections.abc import Mapping

LETTER = """\
Hi Mira,

We are deeply sorry for what you have been through. You have every reason to expect better from us, and we want to \
put this right.

Both payments of 3 March show up under your subscription, and only one of them was due. The second one is not \
needed and can be returned to the card you paid with. Banks usually show such a return within 3 to 5 working days.

You can follow it under https://larkfield.example/account/payments at any time.

If anything is still not right, reply to this email and we will stay with it until it is settled.

Larkfield Support"""

CUSTOMER_TEXT = """\
Hello,

I was charged TWICE for March, 49 euro each on the 3rd. No other shop did this to me, and it is the second time here.
I want the money back today, otherwise I go to my bank. Proof: https://pictures.example/statement.png

Mira"""

DETAILS: Mapping[str, str] = {
    "01": "",
    "02": "Looks fine to me",
    "03": "but change the date to 20 March",
    "04": "MODIFY",
    "05": "APPROVE and REJECT",
    "06": "the date to 20 March",
    "07": "We refunded it yesterday.",
    "08": "",
    "09": "",
    "10": "",
    "11": "MODIFY",
    "12": "",
    "13": "",
    "14": "",
    "15": "",
    "16": "category=biling",
    "17": "",
    "18": "the model could not be reached",
    "19": "",
    "20": "Re: Lunch tomorrow?",
    "21": "",
    "22": "Support Larkfield a écrit :",
    "23": "",
    "24": "",
    "25": "",
    "26": "[Your name]",
    "27": "hxxps://larkfield[.]example/orders",
}
"""Code -> the part of a reviewer's reply that it is about."""

FACTS: Mapping[str, object] = {
    "case_number": "C-1042",
    "state": "waiting",
    "subject": "Charged twice for March",
    "customer": "Mira Lindqvist <mira.lindqvist@example.net>",
    "opened": "today 10:12 CET",
    "due": "today 14:00 CET",
    "priority": "urgent",
    "assigned_to": "ben@example.com",
    "decided": None,
    "category": "billing",
    "confidence_percent": 94,
    "sentiment": "angry",
    "mood_words": ["TWICE", "I go to my bank"],
    "rule": "angry",
    "why": "the customer is angry",
    "because": ["sentiment is angry"],
    "sources": ["billing/double-charge"],
    "claims": ["3 to 5 working days"],
    "asks": [{"text": "Why was I charged at all?", "article": None}],
    "model": "offline",
    "tokens": 1240,
    "cost": 0.0012,
}

ERROR: Mapping[str, object] = {
    "case_number": "C-1042",
    "suggestion": "billing",
    "draft_length": 412,
    "due": "today 14:00 CET",
    "verb": "approve",
    "decided_by": "Dana Kim",
    "decided_at": "today 10:36 CET",
    "revision": 2,
    "yours": "reject",
    "letter": "left",
    "letter_at": "today 10:38 CET",
    "is_open": False,
    "rewrites": True,
}

QUESTION: Mapping[str, object] = {
    "case_number": "C-1042",
    "subject": "Charged twice for March",
    "priority": "urgent",
    "due": "today 14:00 CET",
    "time_left": "3 h 40 min left",
    "category": "billing",
    "sentiment": "angry",
    "summary": "Mira was charged 49 euro twice on 3 March and wants the second payment back today. "
    "It has happened before; otherwise she goes to her bank.",
    "why": "the customer is angry",
    "rule": "angry",
    "draft": LETTER,
    "draft_missing": "",
    "approve_url": "mailto:support+r.c1042.2.k7f2q9xw@larkfield.example?subject=Re&body=APPROVE%0D%0A",
    "modify_url": "mailto:support+r.c1042.2.k7f2q9xw@larkfield.example?subject=Re&body=MODIFY%0D%0A",
    "reject_url": "mailto:support+r.c1042.2.k7f2q9xw@larkfield.example?subject=Re&body=REJECT%0D%0A",
    "close_url": "mailto:support+r.c1042.2.k7f2q9xw@larkfield.example?subject=Re&body=CLOSE%0D%0A",
    "has_sender": True,
    "customer_name": "Mira Lindqvist",
    "received": "today 10:12 CET",
    "customer_text": CUSTOMER_TEXT,
    "customer_text_cut": True,
    "queue": "support-review@larkfield.example",
    "company": "Larkfield Support",
    "ref": "C-1042.2.k7f2q9xwm4t1",
    "caution": "nothing proves that the sender's address is genuine",
    "claims": ["3 to 5 working days"],
    "open_asks": ["Why was I charged at all in a month that I paused?"],
    "rewrites": True,
}
"""What each mail that puts a question shows."""
