"""Apply a reviewer's reply to the case that waits for it: `job` settles who may decide, `effects` what follows."""

from mailagent.jobs.resume_reviews.effects import Effects
from mailagent.jobs.resume_reviews.job import ResumeReviews

__all__ = ["Effects", "ResumeReviews"]
