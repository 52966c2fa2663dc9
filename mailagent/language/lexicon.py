"""What English words say about a mood: valences from -4 (worst) to 4, and the words that turn or weigh them."""

import re

_BY_VALENCE: dict[float, str] = {
    -4: "scam scammers fraud fraudulent fraudsters thieves thief criminals criminal disgusting disgrace disgraceful",
    -3: """unacceptable outrageous outraged furious appalling appalled horrible horrendous awful terrible atrocious
        pathetic livid infuriating infuriated ridiculous scandalous shameful crooks robbery stolen stole hate worst
        incompetent incompetence liars lies lied insulting disgusted enraged inexcusable abysmal dreadful joke""",
    -2.5: "angry annoyed annoying fuming useless worthless crap nightmare unbelievable shocking",
    -2: """disappointed disappointing disappointment unhappy frustrated frustrating frustration upset upsetting bad poor
        poorly rude unprofessional unfair misleading mislead dishonest ignored ignoring ignore dissatisfied unsatisfied
        unsatisfactory displeased regret shame sad disappoints mess""",
    -1.5: """damaged broken defective faulty torn ripped ruined stained smashed shattered leaking worse fails failed
        failure overcharged unreliable rubbish garbage inconvenient confusing concerned worried
        stress stressed stressful""",
    -1: "complaint complain complaining overdue unauthorized unauthorised tired",
    -0.75: """wrong missing late delayed delay delays incorrect mistake unfortunately crash crashes crashed crashing
        lost stuck slow unable unexpected unwanted""",
    -0.5: "problem problems issue issues error errors trouble difficult difficulty bug glitch waiting cancel",
    0.5: "thanks thank thx cheers appreciated grateful ok okay fine fast quick quickly easy nice appreciate useful",
    0.75: "good glad helpful pleasant smooth smoothly comfortable cosy enjoy",
    1.5: "pleased enjoyed enjoying satisfied beautiful lovely impressed sturdy",
    2.5: "happy great love loved loving loves delighted thrilled excited gorgeous adore",
    3: "excellent amazing awesome fantastic wonderful perfect perfectly brilliant superb outstanding incredible",
}
VALENCES: dict[str, float] = {word: value for value, words in _BY_VALENCE.items() for word in words.split()}
"""By lower-cased word."""

PHRASES: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), value)
    for words, value in (
        (r"formal(?:ly)? complain(?:t|ing)?", -1.0),
        (r"(?:thank you|thanks|many thanks) in advance", 0.0),
        (r"thank you (?:so|very) much|thanks a (?:lot|million)|many thanks", 1.0),
        (r"(?:kind|best|warm) (?:regards|wishes)", 0.0),
        (r"(?:would|'d) be (?:happy|glad|great|nice|good|lovely|grateful)", 0.0),
        (r"(?:happy|glad) to (?:hear|receive|get|wait|provide|send)", 0.0),
        (r"as (?:good|fast|quick|quickly|well) as|as soon as", 0.0),
        (r"thanks for nothing", -2.5),
        (r"(?:don't|do not|didn't|did not) (?:really )?like", -1.5),
        (r"best \w+(?: \w+)? ever|you(?:'re| are) the best|the best (?:shop|service|store|box|team)", 2.5),
        (r"(?:would|will|can) (?:\w+ )?recommend (?:you|it|this)", 2.0),
        (
            r"fed up|had enough(?! (?:money|time|space))|sick (?:and tired )?of|last straw|how dare you|never again",
            -3.0,
        ),
        (r"rip[- ]?off|ripped off|waste of (?:time|money)|what kind of (?:company|shop|service)", -3.0),
        (r"give me (?:my|the) money back|i demand|i want my money back|let (?:me|us) down|lost patience", -2.0),
        (
            r"no (?:reply|response|answer)|nobody (?:answers|replies|responds|cares|helps)|no one (?:answers|cares)",
            -1.5,
        ),
        (r"still (?:no|nothing|not|waiting|hasn't|haven't)|(?:third|fourth|fifth|3rd|4th|5th) time", -1.0),
        (
            r"(?:does|do|did|will|is)(?:n't| not) (?:work|working|load|open|respond|turn on)|won't (?:load|open|start)",
            -0.5,
        ),
        (r"no (?:problem|issue|worries|hurry|rush)", 0.3),
        (r"(?:well done|keep up|works? (?:great|perfectly|like a charm))", 2.5),
        (r"go to hell|piss(?:ed)? off|pissed|bullshit|wtf|what the (?:hell|heck)", -4.0),
        (r"for (?:god|christ|heaven)'?s'? sake", -3.0),
    )
)
"""Taken as one, and before the single words. First match first."""

NEGATIONS = frozenset(
    """not no never isn't wasn't aren't weren't don't doesn't didn't can't cannot couldn't won't wouldn't shouldn't
    haven't hasn't hadn't hardly barely nothing neither nor without""".split()  # noqa: SIM905 (a table to read)
)
BOOSTERS: dict[str, float] = dict.fromkeys(
    """very really so extremely absolutely totally completely utterly truly incredibly deeply beyond highly
    thoroughly just such""".split(),  # noqa: SIM905 (a table to read)
    1.3,
)
DAMPERS: dict[str, float] = dict.fromkeys(["slightly", "somewhat", "bit", "little", "rather", "fairly", "quite"], 0.8)
CONTRASTS = frozenset({"but", "however", "although", "yet", "nevertheless"})

COURTESIES = re.compile(
    r"""(?:(?:kind|best|warm|many|with)\s(?:kind\s|best\s)?(?:regards|wishes|thanks)|regards|best|cheers|sincerely
    |yours\s(?:sincerely|faithfully|truly)|all\sthe\sbest|good\s(?:morning|afternoon|evening|day)(?:[\s,].{0,40})?
    |have\sa\s(?:nice|good|great|lovely)\s(?:day|weekend|evening|one)|(?:hello|hi|hey|dear)(?:[\s,].{0,40})?)""",
    re.IGNORECASE | re.VERBOSE,
)
"""Whole lines that greet or take leave and say nothing about a mood."""

THREATS = re.compile(
    r"""\b(?:(?:my|our|a)\s(?:lawyer|solicitor|attorney)s?|legal\s(?:action|steps|proceedings)|(?:i(?:'ll|\swill)|going\sto)
    \ssue|sue\syou|take\syou\sto\scourt|see\syou\sin\scourt|small\sclaims|charge-?back|trading\sstandards|ombudsman
    |consumer\s(?:protection|agency|association|council)|report\syou\sto|call\sthe\spolice|go(?:ing)?\sto\sthe\spolice
    |(?:bad|1[-\s]star|one[-\s]star|negative)\sreviews?\s(?:everywhere|online|on)|expose\syou)\b""",
    re.IGNORECASE | re.VERBOSE,
)

_PERSON = (
    r"(?:(?:(?:a|an|the|some|any|your|actual|live|real|human|proper)\s)*"
    r"(?:person|human(?:\sbeing)?|agent|representative|rep|operator|manager|supervisor|someone(?:\sreal)?|somebody"
    r"|member\sof\s(?:your\s)?(?:staff|team)|real\speople|actual\speople))"
)
HUMAN_WANTED = re.compile(
    rf"""\b(?:(?:speak|talk|chat|connect(?:ed)?|put\s(?:me\s)?through|transfer(?:red)?|escalate(?:d)?)
    (?:\s(?:me|this|directly))?\s(?:to|with)\s{_PERSON}
    |(?:need|want|get|give|is\sthere|have|like|let|ask\sfor)\s(?:me\s)?(?:to\shave\s)?
    (?:a|an|some)\s(?:(?:real|actual|live)\s(?:person|human|agent)|human|(?:person|someone)\s(?:to|who|please)|agent)
    |(?:real|actual|live|human)\s(?:person|human|being|agent)\s(?:please|to|who|read|answer|look)
    |(?:a\s)?(?:human|person|agent)(?:,)?\splease|someone\sreal|(?:not|no)\s(?:a\s|an\s|another\s|more\s)?
    (?:bots?|robots?|automated\s(?:reply|answer|response)s?|machine)|(?<!they\s)(?<!friends\s)(?:call|phone|ring|telephone)\sme\b(?!\s(?:a|an|crazy|old))
    |give\sme\sa\s(?:call|ring)|someone\s(?:should|to|please|could|can)\s(?:call|phone|contact)\s(?:me|back))""",
    re.IGNORECASE | re.VERBOSE,
)
