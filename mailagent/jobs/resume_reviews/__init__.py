"""Apply a reviewer's reply to the case that waits for it: `job` settles who may decide, `effects` what follows,
`lists` takes an answer to a list apart.
"""

from mailagent.jobs.resume_reviews.effects import Effects
from mailagent.jobs.resume_reviews.job import ResumeReviews
from mailagent.jobs.resume_reviews.lists import ResumeLists

__all__ = ["Effects", "ResumeLists", "ResumeReviews"]
