"""From a folder of photographed sheets to a folder of label folders with one picture per digit."""

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from datasets.atomic import atomic_file
from datasets.errors import DataError, naming
from datasets.pictures import Grey, read_bytes
from datasets.sheets.cutting import Cut, Layout, cut_page
from datasets.sheets.finding import OVERLAYS, find_sheets
from datasets.sheets.labels import Labelling
from datasets.sheets.overlay import draw_overlay
from datasets.sheets.pages import read_pages
from datasets.sources.register import Entry, read_register, write_register
from datasets.terminal.progress_bar import with_progress

LONGEST_NAME = 60


@dataclass(frozen=True)
class SheetPage:
    """A page that was cut.

    Attributes:
        photograph: Its file.
        number: Of the page in the file; 1 for the first.
        name: What the names of its pictures start with.
        cuts: In reading order.
        labels: Of each row.
    """

    photograph: Path
    number: int
    name: str
    cuts: Sequence[Cut]
    labels: Sequence[int]

    @property
    def digits(self) -> list[tuple[int, Grey]]:
        """The row and the picture of each digit; empty boxes have none."""
        return [(cut.row, cut.picture) for cut in self.cuts if cut.picture is not None]

    @property
    def empty(self) -> int:
        """How many boxes are empty."""
        return len(self.cuts) - len(self.digits)


@dataclass(frozen=True)
class Import:
    """How sheets are imported.

    Attributes:
        out: The folder that gets the pictures, in folders `0` to `9`.
        labelling: Which digit is where.
        writer: Who wrote all of it; empty where that is unknown.
        layout: What to look for on a page.
    """

    out: Path
    labelling: Labelling
    writer: str = ""
    layout: Layout = "auto"

    def sheet(self, path: Path) -> list[SheetPage]:
        """Cuts a photograph, a scan or a PDF file into pictures; nothing is ever overwritten.

        Returns:
            The pages; none, where the same file was imported before.

        Raises:
            DataError: If it cannot be read, has no digit or no label, or would overwrite a picture.
        """
        with naming(path):
            content = read_bytes(path)
            digest = hashlib.sha256(content).hexdigest()
            entries = read_register(self.out)
            if any(entry.sha256 == digest for entry in entries):
                return []
            read = enumerate(read_pages(path, content), 1)
            pages = [self._cut(path, page, number, digest) for number, page in read]
            if not any(page.digits for page in pages):
                raise DataError("shows no digit.")
            writers = {entry.image: entry.writer for entry in entries}
            fresh = [entry for page in pages for entry in self._written(page, digest, writers)]
            images = {entry.image for entry in fresh}
            kept = [entry for entry in entries if entry.image not in images]
            # Last, so that what breaks off before is done again, to the same pictures.
            write_register(self.out, kept + fresh)
            return pages

    def _cut(self, path: Path, page: Grey, number: int, digest: str) -> SheetPage:
        cuts = cut_page(page, self.layout)
        name = file_name(path, number, digest)
        overlay = overlay_of(self.out, name)
        overlay.parent.mkdir(parents=True, exist_ok=True)
        draw_overlay(overlay, page, cuts, _title(path, number, cuts))
        rows = max((cut.row for cut in cuts), default=-1) + 1
        labels = self.labelling.of_page(path, rows, overlay) if rows else []
        return SheetPage(path, number, name, cuts, labels)

    def _written(self, page: SheetPage, digest: str, writers: dict[str, str]) -> list[Entry]:
        """Writes the pictures of a page; a writer noted before is kept where none is given."""
        entries = []
        for number, (row, digit) in enumerate(page.digits, 1):
            image = f"{page.labels[row]}/{page.name}-{number:03d}.png"
            _write(digit, self.out / image)
            photograph = printable(page.photograph.name)
            writer = self.writer or writers.get(image, "")
            entries.append(Entry(image, writer, photograph, digest, page.number, number))
        return entries


def _write(digit: Grey, path: Path) -> None:
    """Writes one picture, unless it is there already."""
    content = io.BytesIO()
    Image.fromarray(digit).save(content, "PNG")
    if path.exists():
        if path.read_bytes() != content.getvalue():
            raise DataError(f"would overwrite {path}, which is another picture.")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as temporary:
        temporary.write_bytes(content.getvalue())


def overlay_of(out: Path, name: str) -> Path:
    """Returns where the copy of a page is kept that shows what was cut."""
    return out / OVERLAYS / f"{name}.jpg"


def printable(name: str) -> str:
    """Returns a file name in characters that a terminal and UTF-8 can take."""
    known = name.encode("utf-8", "backslashreplace").decode()
    return "".join(character if character.isprintable() else "?" for character in known)


def file_name(path: Path, page: int, digest: str) -> str:
    """Returns what the names of a page's pictures start with: another for each file's content."""
    stem = re.sub(r"[^\w-]+", "-", path.stem)[:LONGEST_NAME].strip("-") or "sheet"
    return f"{stem}-{digest[:8]}" + (f"-p{page}" if page > 1 else "")


def _title(path: Path, page: int, cuts: Sequence[Cut]) -> str:
    empty = sum(cut.picture is None for cut in cuts)
    rows = len({cut.row for cut in cuts})
    told = f"{printable(path.name)}, page {page}: {len(cuts) - empty} digits (red) in {rows} rows"
    return told + (f", {empty} empty boxes (blue)" if empty else "")


@dataclass(frozen=True)
class Imported:
    """What came of an import.

    Attributes:
        pages: That were cut now.
        before: Files that had been imported before.
        passed_over: Files of no kind that is read, by name.
        refused: Files that could not be imported, by name, and why.
    """

    pages: list[SheetPage]
    before: list[Path]
    passed_over: list[str]
    refused: list[str]


def import_sheets(source: Path, settings: Import) -> Imported:
    """Imports a file or all files of a folder, with a progress bar in a terminal.

    Raises:
        DataError: If there is no such file or folder, or `out` cannot be the folder of pictures.
    """
    out = settings.out
    if (out.exists() and not out.is_dir()) or out.resolve() == source.resolve():
        raise DataError(f"OUT must be another folder than SRC, but got {out}.")
    found = find_sheets(source, out)
    if not (found.sheets or found.refused):
        raise DataError(f"{source} holds no photograph, scan or PDF file.")
    imported = Imported([], [], found.passed_over, found.refused)
    for sheet in with_progress(found.sheets, f"Importing {printable(source.name)}"):
        try:
            pages = settings.sheet(sheet)
        except DataError as error:
            imported.refused.append(str(error))
        else:
            imported.pages.extend(pages)
            imported.before.extend([] if pages else [sheet])
    return imported
