"""The words by which mail programs mark quotes and signatures, in the languages that are shipped. Data only.

Everything is compared casefolded.
"""

OPENERS = frozenset({"on", "am", "le", "el", "il", "op", "em", "den", "på", "a", "no"})
"""How an attribution line starts: "On 3 March ... wrote:"."""

WROTE = (
    "wrote", "writes", "schrieb", "geschrieben", "a écrit", "escribió", "escribio", "ha scritto", "schreef",
    "geschreven", "escreveu", "skrev", "napisał", "napisał(a)", "написал", "kirjoitti", "napsal",
)  # fmt: skip

FROM = frozenset({
    "from", "von", "de", "da", "van", "från", "fra", "expéditeur", "mittente", "remitente", "od", "от", "lähettäjä",
})  # fmt: skip
SUBJECT = frozenset({
    "subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "ämne", "emne", "temat", "тема", "aihe",
    "předmět",
})  # fmt: skip
DATE = frozenset({
    "date", "sent", "datum", "gesendet", "envoyé", "envoyé le", "message du", "fecha", "enviado", "enviado el", "data",
    "inviato", "verzonden", "enviada em", "enviado em", "skickat", "sendt", "dato", "wysłano", "отправлено", "дата",
    "lähetetty", "odesláno",
})  # fmt: skip
TO = frozenset({
    "to", "an", "à", "para", "a", "aan", "till", "til", "do", "кому", "vastaanottaja", "komu",
})  # fmt: skip
OTHER_FIELDS = frozenset({"cc", "bcc", "reply-to", "kopie", "antwort an", "copie à", "répondre à", "kopia"})

ORIGINAL = (
    "message d'origine", "message original", "message transféré", "mensaje original", "mensaje reenviado",
    "messaggio originale", "messaggio inoltrato", "mensagem original", "mensagem encaminhada", "original email",
    "wiadomość oryginalna", "исходное сообщение", "пересылаемое сообщение", "alkuperäinen viesti",
)  # fmt: skip
"""Between rules of dashes."""

MESSAGE = ("message", "nachricht", "mensaje", "messaggio", "bericht", "mensagem", "meddelande", "meddelelse")
"""Between rules of dashes, as the last word: "Original Message", "Antwort Nachricht"."""

FORWARDED = (
    "begin forwarded message:", "anfang der weitergeleiteten nachricht:", "début du message transféré :",
    "début du message réexpédié :", "inicio del mensaje reenviado:", "inizio messaggio inoltrato:",
    "begin doorgestuurd bericht:", "início da mensagem encaminhada:", "vidarebefordrat brev:",
)  # fmt: skip
"""Alone on their line."""

FOOTERS = (
    ("sent from ", ""), ("sent via ", ""),
    ("sent with ", ""), ("get outlook for ", ""),
    ("von meinem ", "gesendet"), ("gesendet von ", ""), ("gesendet mit ", ""),
    ("diese nachricht wurde von ", "gesendet"),
    ("outlook für ", "herunterladen"), ("holen sie sich outlook", ""), ("envoyé de mon ", ""), ("envoyé depuis ", ""),
    ("envoyé à partir de ", ""), ("télécharger outlook", ""), ("obtenir outlook", ""), ("enviado desde ", ""),
    ("obtener outlook", ""), ("inviato da ", ""), ("ottieni outlook", ""), ("verstuurd vanaf ", ""),
    ("verzonden vanaf ", ""), ("outlook voor ", ""), ("enviado do meu ", ""), ("obter o outlook", ""),
    ("skickat från ", ""), ("hämta outlook", ""),
)  # fmt: skip
"""How a phone's footer starts and ends; it is one short line at the end of the text."""

OWN = frozenset({"my", "meinem", "meiner", "mon", "ma", "mi", "mio", "mia", "mijn", "meu", "minha", "min", "mitt"})
"""In the footer of a phone, and in no sentence of such a form."""

LISTS = ("mailing list", "listinfo", "mailman", "unsubscribe", "mailingliste", "liste de diffusion")
"""In the footer of a mailing list."""
