"""What digits are, and under which license: for a model card."""

from typing import NamedTuple

from datasets.downloads.public import MNIST

DRAWN, CHEN_NAME = "synthetic", "chen-mnist"  # names of sources


class Origin(NamedTuple):
    """What digits are, their license in a line, and whether it is one."""

    about: str
    license: str
    licensed: bool


MNIST_ORIGIN = Origin(MNIST.about, MNIST.license, licensed=True)
OWN = Origin(
    "digits of the user's own",
    "not known to shuzi: to be asked of whoever wrote and photographed them",
    licensed=False,
)
