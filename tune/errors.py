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
    """The user broke the sweep off.

    Args:
        reason: What was done, and how to go on.
        status: 130 after SIGINT, 143 after SIGTERM.
    """

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class SweepFailed(SweepEnded):
    """Every trial failed, or the retraining did."""

    status = 1
