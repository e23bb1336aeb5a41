"""What is raised when a sweep cannot be run as asked, or ends before its end."""


class SweepError(ValueError):
    """A request breaks a rule; the message names the rule and the value."""


class SweepEnded(Exception):  # noqa: N818 - it may be what the user asked for
    """A sweep ended without a judged winner; the message says why.

    Attributes:
        status: The exit status of the command line.
    """

    status: int


class Interrupted(SweepEnded):
    """The search was interrupted by the user before its last trial."""

    status = 130


class SweepFailed(SweepEnded):
    """Every trial failed, or the retraining did."""

    status = 1
