"""Parse each new message, find out what it is and which case it belongs to: `job` for all mail, `reviewing` for what
reviewers write.
"""

from mailagent.jobs.sort_mail.job import LONGEST_QUOTE, MOST_COPIED, SUBJECT_LIMIT, SortMail

__all__ = ["LONGEST_QUOTE", "MOST_COPIED", "SUBJECT_LIMIT", "SortMail"]
