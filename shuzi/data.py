"""Commands of data: fetch public digits, import photographs, look at digits."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from shuzi.printing import console, print_line

app = typer.Typer(help="Fetch, import and look at digits.")

Layout = Literal["auto", "boxes", "rows"]


@app.command("fetch")
def fetch_data(
    name: Annotated[
        str | None, typer.Argument(help="mnist, chen or tongji; without a name, all three.")
    ] = None,
    mirror: Annotated[
        list[str] | None, typer.Option(help="Try this address first. You may repeat it.")
    ] = None,
) -> None:
    """Download public digits into the cache folder, and verify them."""
    from datasets.downloads.fetching import fetch, public_digits

    for digits in public_digits(name):
        print_line(fetch(digits, mirror or ()))


@app.command("import")
def import_data(
    source: Annotated[Path, typer.Argument(help="A photograph, scan or PDF, or a folder of them.")],
    out: Annotated[Path, typer.Argument(help="The folder to write the pictures to.")],
    label: Annotated[
        int | None, typer.Option(help="The digit, if all pictures show the same.")
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(help="The digit of each row of a page, from top to bottom: 0123456789."),
    ] = None,
    writer: Annotated[
        str, typer.Option(help="The name of the writer, if one person wrote all digits.")
    ] = "",
    layout: Annotated[
        Layout, typer.Option(help="What to look for on a page: printed boxes, or free rows.")
    ] = "auto",
) -> None:
    """Cut photographs of many digits into pictures of one digit each."""
    from datasets.inspecting.tables import import_notes, import_table
    from datasets.sheets.importing import Import, import_sheets
    from datasets.sheets.labels import Labelling

    imported = import_sheets(source, Import(out, Labelling(label, rows), writer, layout))
    if imported.pages:
        console.print(import_table(imported))
    for line in import_notes(imported, out):
        print_line(line)
    if imported.refused:
        raise typer.Exit(1 if imported.pages or imported.before else 2)


@app.command("show")
def show_data(
    sources: Annotated[
        list[str],
        typer.Argument(help="embedded, chen, tongji, a folder, a .csv or .tar.gz, module:NAME."),
    ],
    as_is: Annotated[
        bool,
        typer.Option("--as-is", help="Only scale pictures to 28 x 28, do not center the digit."),
    ] = False,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Name every doubtful or doubled picture, not only the first."),
    ] = False,
    sheet: Annotated[
        Path, typer.Option(help="The picture of all digits, before and after preparation.")
    ] = Path("contact-sheet.png"),
) -> None:
    """Count digits, name doubtful and doubled pictures, and draw a contact sheet."""
    from datasets.inspecting.contact_sheet import draw_contact_sheet
    from datasets.inspecting.inspection import inspect
    from datasets.inspecting.tables import inspection_notes, inspection_table, writers_table
    from datasets.sources.chinese import chinese_sources

    looked = inspect(chinese_sources(sources), as_is)
    for table in (inspection_table(looked), writers_table(looked)):
        if table:
            console.print(table)
    notes = inspection_notes(looked, sys.maxsize) if everything else inspection_notes(looked)
    for line in notes:
        print_line(line)
    draw_contact_sheet(sheet, looked)
    print_line(f"contact sheet: {sheet}")
