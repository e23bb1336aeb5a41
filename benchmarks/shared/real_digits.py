"""The real digits that figures are measured on, as a folder holds them."""

import tempfile
from functools import cached_property
from pathlib import Path

from datasets.digit_set import DigitSet
from datasets.sheets.importing import Import, import_sheets
from datasets.sheets.labels import Labelling
from datasets.sources.chinese import load_chinese
from datasets.sources.mnist import Mnist, load_mnist

CHINESE = ("tongji", "chen-mnist", "forms")


class RealDigits:
    """The digits of a folder, each source read when it is first needed.

    Args:
        folder: Has `mnist/`, the four IDX files; `tongji/`, the student's photographs in folders by
            label; `chen-mnist/`, Chen-MNIST's tarball; `forms/`, photographs of printed forms.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, source: str) -> Path:
        """Returns where a source lies, as `shuzi sweep` takes it."""
        path = self._folder / source
        return next(path.glob("*.tar.gz")) if source == "chen-mnist" else path

    @cached_property
    def mnist(self) -> Mnist:
        """MNIST's 60,000 and 10,000 digits."""
        return load_mnist(str(self.path("mnist")))

    def chinese(self, source: str, plain: bool = False) -> DigitSet:
        """Returns the digits of a source, prepared by shuzi or plainly resized.

        Args:
            source: `tongji`, `chen-mnist` or `forms`, of which the boxes are found and cut out.
            plain: Whether to resize plainly, as the student did.
        """
        if source != "forms":
            return load_chinese([str(self.path(source))], plain)
        with tempfile.TemporaryDirectory() as crops:
            folder = Path(crops) / "forms"
            import_sheets(self.path("forms"), Import(folder, Labelling()))
            return load_chinese([str(folder)], plain)
