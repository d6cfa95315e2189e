"""What reviews mean for a verdict, in sentences; no verdict changes by them."""

from harness.review import LostReviewed


def lost_in_words(found: LostReviewed) -> str:
    """How many of a student's lost pairs are lost by the grading rather than by the student, if reviewers are right."""
    counted = f"{found.wrong} of {found.marked} reviewed lost pairs of {found.student} hold a grade marked wrong"
    share = found.share
    if share is None or share.low is None or share.high is None:
        return f"{counted}."
    estimate = f"{share.point:.0%} of all its lost pairs (95% interval {share.low:.0%} to {share.high:.0%})"
    if not found.wrong:
        return f"{counted}: at most {share.high:.0%} of all its lost pairs are grading errors (95% interval)."
    return f"{counted}: {estimate}. Graded as they say, it would lose less; the verdict stands until grades change."
