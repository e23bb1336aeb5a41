"""What is exported of a sweep, and the digits to verify it by."""

from collections.abc import Sequence

import numpy as np
from rich.console import Console

from datasets.digit_set import DigitSet, joined
from datasets.errors import DataError
from datasets.sources.chinese import load_chinese
from datasets.sources.mnist import load_mnist
from results.commands import command
from results.errors import ResultsError, unless_damaged
from results.export.about import HELD_OUT
from results.export.subject import Named, Subject
from results.store.evaluation import BOTH
from results.store.exports import DEFAULT, Export, Form, current_export
from results.store.folder import SweepFolder
from results.store.kept_pictures import read_pictures
from results.store.lock import held
from results.store.readings import read_readings
from results.store.weights import TrainedNetwork
from tune.errors import SweepError
from tune.judging.ensemble import ensemble_of
from tune.planning.data import SweepData, load_data
from tune.planning.plan_manifest import request_before, require_same
from tune.session.disk import disk_failures_told
from tune.watching.events import Exported, Finished, Tell, ignore
from tune.watching.terminal import say, warn

RANGES = 300  # digits of each source, by which the ranges of integers are found


def export_sweep(
    folder: SweepFolder,
    forms: Sequence[Form],
    console: Console,
    ensemble: bool = False,
    force: bool = False,
    tell: Tell = ignore,
) -> None:
    """Writes the winner of a sweep, or the ensemble of its folds, in forms to be taken away.

    Args:
        folder: The sweep's.
        forms: In which.
        console: Where it is told.
        ensemble: Whether to export the networks of all folds as one.
        force: Whether to overwrite, and to keep int8 that loses more accuracy than it should.
        tell: Is told each event.

    Raises:
        ResultsError: If there is no winner, a file would be overwritten, or one does not read as
            the trained model does.
        SweepError: If networks have to be trained without the sweep's digits, or if another
            process is at work on it.
        Interrupted: If the user breaks it off; networks that are trained are kept.
        SweepFailed: If a network cannot be trained, or the disk fails.
    """
    left = _left(folder, forms, ensemble, force, console)
    if left:
        data = data_at_hand(folder, console)
        folds = ensemble_of(folder, data, console, tell) if ensemble else ()
        with held(folder), disk_failures_told(folder):
            export_forms(folder, left, data, console, tell, folds, force)
    tell(Finished(str(folder.path)))


def _left(
    folder: SweepFolder, forms: Sequence[Form], ensemble: bool, force: bool, console: Console
) -> list[Form]:
    """Returns the forms that are yet to be written; says which are there already."""
    if not folder.weights.is_file():
        raise ResultsError(
            f"{folder.name} has no winner yet: `{command('resume', folder)}` goes on with it."
        )
    if force:
        return list(forms)
    left = [form for form in forms if not current_export(folder, form, ensemble)]
    for form in forms:
        path = folder.export(form, ensemble)
        if form not in left:
            say(console, f"{path.name} exists already: --force replaces it.")
        elif path.is_file() and path != folder.weights:
            raise ResultsError(f"{path} is damaged, or of another winner: --force replaces it.")
    return left


def missing_forms(folder: SweepFolder) -> list[Form]:
    """Returns the forms that a finished sweep lacks, or that are of another winner."""
    return [form for form in DEFAULT if not current_export(folder, form)]


def data_at_hand(folder: SweepFolder, console: Console) -> SweepData | None:
    """Loads the digits of a sweep, if they are here and as they were; else says why not."""
    try:
        request, space, described = request_before(folder)
        data = load_data(request, space.folds)
        require_same(described, data)
    except (DataError, SweepError) as error:
        warn(
            console,
            f"the sweep's digits cannot be loaded, so other digits verify the exports: {error}",
        )
        return None
    return data


def export_forms(
    folder: SweepFolder,
    forms: Sequence[Form],
    data: SweepData | None,
    console: Console,
    tell: Tell,
    folds: Sequence[TrainedNetwork] = (),
    force: bool = False,
) -> None:
    """Writes the winner, or the ensemble, in some forms; each is verified.

    Args:
        folder: The sweep's.
        forms: In which.
        data: The sweep's digits. Without them those kept in its folder are read, and drawn ones.
        console: Where it is told.
        tell: Is told each event.
        folds: The ensemble's networks; none for the winner itself.
        force: Whether to keep int8 that loses more accuracy than it should.

    Raises:
        ResultsError: If one does not read as the trained model does.
    """
    from results.export.writing import export  # imports torch's exporter

    test = Named(data.held_out, HELD_OUT) if data else Named(_kept(folder), "kept and drawn")
    pool = Named(_some(data.pool), "pool") if data else Named(_others(), "MNIST and drawn")
    subject = Subject.of(folder, test, pool, folds)
    for number, form in enumerate(forms, 1):
        exported = export(subject, form, force)
        say(console, f"{_line(exported)}; {number} of {len(forms)}")
        tell(_event(folder, exported))


def _line(export: Export) -> str:
    read = export["accuracy"]
    return (
        f"exported {export['file']} ({export['bytes'] / 1000:,.0f} kB), "
        f"same answers: {export['same_answers']} of {read['count']}"
    )


def _event(folder: SweepFolder, export: Export) -> Exported:
    return Exported(
        file=str(folder.weights.with_name(export["file"])),
        form=export["form"],
        bytes=export["bytes"],
        same_answers=export["same_answers"],
        count=export["accuracy"]["count"],
    )


def _some(pool: DigitSet) -> DigitSet:
    """Returns some of each source, from all over it."""
    chosen = []
    for source in pool.source_names:
        here = np.flatnonzero(pool.sources == source)
        chosen.append(here[np.linspace(0, len(here) - 1, min(RANGES, len(here)), dtype=int)])
    return pool.select(np.concatenate(chosen))


def _others() -> DigitSet:
    return _some(joined([load_mnist("embedded").train, load_chinese(["embedded"])]))


def _kept(folder: SweepFolder) -> DigitSet:
    """Returns drawn digits, and the held-out ones whose pictures are in a sweep's folder."""
    drawn = load_chinese(["embedded"])
    pictures = unless_damaged(read_pictures, folder.pictures)
    readings = unless_damaged(read_readings, folder.readings("winner", BOTH))
    if not pictures or not readings:
        return drawn
    labels = readings.labels[pictures.indices]
    return joined([DigitSet.of(pictures.images, labels, "kept"), drawn])
