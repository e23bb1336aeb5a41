"""The card of a sweep on TensorBoard's Text page: what was asked, how it went, where to look."""

import shutil
from collections.abc import Iterator, Sequence

from results.commands import command
from results.errors import unless_damaged
from results.numbers import in_three_digits
from results.store.evaluation import BOTH, Evaluation, read_evaluation
from results.store.folder import SweepFolder
from results.store.manifest import Manifest, read_manifest
from results.store.search.causes import count_causes
from results.store.search.trial_records import TrialRecord, best_first, count_states
from results.tensorboard.event_file import EventFile


def write_text_card(
    folder: SweepFolder, records: Sequence[TrialRecord], winner: int | None = None
) -> None:
    """Writes the card, in the place of the one before.

    Args:
        folder: The sweep's.
        records: Its trials.
        winner: The winner's trial, once it is chosen.
    """
    shutil.rmtree(folder.card_events, ignore_errors=True)
    file = EventFile(folder.card_events)
    file.add_text("sweep", "\n\n".join(_lines(folder, records, winner)))
    file.close()


def _lines(
    folder: SweepFolder, records: Sequence[TrialRecord], winner: int | None
) -> Iterator[str]:
    yield f"# Sweep {folder.name}"
    if manifest := unless_damaged(read_manifest, folder):
        yield f"**Asked:** {_asked(manifest)}"
    yield f"**Trials:** {_ends(records)}"
    failed = [record for record in records if record.state == "failed"]
    yield from (f"* {count} failed: {cause}" for cause, count in count_causes(failed).items())
    if winner is not None:
        yield f"**Winner:** trial {winner}, {_parameters(records, winner)}"
    elif best := best_first(records):
        yield f"**Best so far:** trial {best[0].trial}, loss {best[0].known_loss:.4f}"
    if evaluation := unless_damaged(read_evaluation, folder.evaluation_json):
        yield f"**Held-out digits read right:** {_reading(evaluation)}"
    yield (
        "**Where to look:** HParams: `Cause` says why a trial was pruned; on the left, below, sort "
        "by `loss`. Time Series: curves, and `loss` against cost. Images: how the best trials "
        f"and the winner read. `{command('show', folder)}` prints the tables."
    )


def _asked(manifest: Manifest) -> str:
    asked = manifest.request
    sources = ", ".join(map(str, asked.get("chinese", ())))
    return (
        f"{asked.get('trials')} trials of the space {asked.get('space')}, {manifest.folds} folds, "
        f"Chinese digits: {sources}; begun {manifest.started[:16].replace('T', ' ')} UTC"
    )


def _ends(records: Sequence[TrialRecord]) -> str:
    epochs = sum(record.fold_epochs for record in records)
    counts = [f"{count} {state}" for state, count in count_states(records).items()]
    return f"{', '.join(counts) or 'none yet'}; {epochs:,} fold-epochs"


def _parameters(records: Sequence[TrialRecord], winner: int) -> str:
    (record,) = [record for record in records if record.trial == winner]
    return ", ".join(
        f"{name} {in_three_digits(value)}" for name, value in record.parameters.items()
    )


def _reading(evaluation: Evaluation) -> str:
    rows = [row for row in evaluation["rows"] if row["trained_on"] == BOTH]
    parts = [f"{row['config']} {row['correct']:,} of {row['count']:,}" for row in rows]
    return ", ".join(parts)
