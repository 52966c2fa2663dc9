"""Whether a decision belongs to the case whose reply address it came to."""

from mailagent.domain.case import CaseId, case_in_subject, case_number
from mailagent.domain.decision import Decision, Unclear

LONGEST_SUBJECT = 80
"""Characters of a reply's subject that a receipt repeats."""


def misplaced(decision: Decision, case: CaseId, *, subject: str) -> Unclear | None:
    """Why it may belong elsewhere: another number stands beside its verb or in the subject, or it is only a "yes" and
    nothing names `case`, as in another conversation. None where it belongs there.
    """
    others = ", ".join(case_number(named) for named in decision.cases if named != case)
    if others:
        return Unclear(code="REVIEW-03", detail=others, verb=decision.verb)
    named = case_in_subject(subject)
    if case in {named, *decision.cases} or (named is None and not decision.is_weak):
        return None
    return Unclear(code="REVIEW-20", detail=subject[:LONGEST_SUBJECT], verb=decision.verb)
