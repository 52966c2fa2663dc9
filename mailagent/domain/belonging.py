"""Whether a decision belongs to the case whose reply address it came to."""

from mailagent.domain.case import CaseId, case_in_subject, case_number
from mailagent.domain.decision import Decision, Unclear

LONGEST_SUBJECT = 80
"""Characters of a reply's subject that a receipt repeats."""


def misplaced(decision: Decision, case: CaseId, *, subject: str) -> Unclear | None:
    """Why it may belong elsewhere: another number stands beside its verb, or neither that nor the subject names `case`,
    as a "yes" in another conversation. None where it belongs there.
    """
    others = ", ".join(case_number(named) for named in decision.cases if named != case)
    if others:
        return Unclear(code="REVIEW-03", detail=others, verb=decision.verb)
    if case in {case_in_subject(subject), *decision.cases}:
        return None
    return Unclear(code="REVIEW-20", detail=subject[:LONGEST_SUBJECT], verb=decision.verb)
