"""The entries of the HParams page: a row for each trial, from its beginning to its end.

No experiment is declared. So TensorBoard makes the columns of all entries that it finds: sweeps of
different spaces, side by side, have all of theirs.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.hparams.api_pb2 import STATUS_FAILURE, STATUS_SUCCESS
from tensorboard.plugins.hparams.plugin_data_pb2 import (
    HParamsPluginData,
    SessionEndInfo,
    SessionStartInfo,
)

from results.store.folder import SweepFolder
from results.store.search.trial_records import ENDS, TrialRecord, Value
from results.store.search.trials import SEARCH_OVER, UNLIKELY
from results.tensorboard.curves import CURVES
from results.tensorboard.event_file import EventFile

ENTRY = ".entry"  # the suffix of an entry's file, which is written anew when more is known
CAUSES = {UNLIKELY: "unlikely to win", SEARCH_OVER: "the search ended"}  # short, for a column
LOSS = "loss"  # of a complete trial, else its forecast


def write_entry(folder: SweepFolder, record: TrialRecord, is_winner: bool = False) -> None:
    """Writes a trial's entry, in the place of the one before.

    Its hyperparameters are those that vary, and five that any trial of any space has: `Cause`,
    `Fold_epochs`, `Loss`, `State` and `Weights`. Capitals make these the first columns;
    TensorBoard shows five at first, and draws no trial that lacks one of them. Its metric is
    `loss`, nats, the same as `Loss`: the validation loss of a complete trial, else what that is
    forecast to be. It stands at the trial's fold-epochs, so that its chart is loss against cost.

    Args:
        folder: The sweep's.
        record: What is known of the trial.
        is_winner: Whether to name it so.
    """
    run = _run(folder, record, is_winner)
    before = list(run.glob(f"*{ENTRY}"))
    name = f"trial {record.trial}"  # with the sweep's, for one of each name is shown
    name = f"winner ({name}), {folder.name}" if is_winner else f"{folder.name}: {name}"
    file = EventFile(run, ENTRY)
    file.add(_start(name, _hyperparameters(record)))
    if record.state in ENDS:
        file.add(_end(record))
    if math.isfinite(record.known_loss):
        file.add_scalar(LOSS, record.known_loss, record.fold_epochs)
    file.close()
    for path in before:
        path.unlink()


def has_entry(folder: SweepFolder, number: int) -> bool:
    """Tells whether a trial has an entry that says how it ended."""
    runs = (folder.trial(number), folder.winner_events(number))
    return any(path for run in runs for path in run.glob(f"*{ENTRY}"))


def name_winner(folder: SweepFolder, finalists: Sequence[TrialRecord], winner: int) -> None:
    """Gives the winner's run and entry its name, and those of an earlier winner theirs back.

    Args:
        folder: The sweep's.
        finalists: The trials that may have been named so.
        winner: The winner's trial.
    """
    for record in finalists:
        is_winner = record.trial == winner
        write_entry(folder, record, is_winner)
        _move(_run(folder, record, not is_winner), _run(folder, record, is_winner))


def _move(before: Path, after: Path) -> None:
    """Moves a trial's curves, and removes the entry that it had with them."""
    for path in before.glob(f"*{CURVES}"):
        path.rename(after / path.name)
    for path in before.glob(f"*{ENTRY}"):
        path.unlink()


def _run(folder: SweepFolder, record: TrialRecord, is_winner: bool) -> Path:
    """Returns the run of an entry: what TensorBoard has read of one, it does not read anew."""
    if is_winner:
        return folder.winner_events(record.trial)
    ended = record.state in ENDS
    return folder.trial(record.trial) if ended else folder.running_events(record.trial)


def _hyperparameters(record: TrialRecord) -> dict[str, Value]:
    known = {
        "Cause": CAUSES.get(record.reason, record.reason) or "-",  # so that the column is shown
        "Fold_epochs": record.fold_epochs,
        "Loss": record.known_loss if math.isfinite(record.known_loss) else None,
        "State": record.state,
        "Weights": record.weights,
        **record.parameters,
    }
    return {name: value for name, value in known.items() if value not in (None, "")}


def _start(group: str, values: Mapping[str, Value]) -> Summary:
    info = SessionStartInfo(group_name=group)
    for name, value in values.items():
        if isinstance(value, bool):
            info.hparams[name].bool_value = value
        elif isinstance(value, str):
            info.hparams[name].string_value = value
        else:
            info.hparams[name].number_value = value
    return _summary(metadata.SESSION_START_INFO_TAG, HParamsPluginData(session_start_info=info))


def _end(record: TrialRecord) -> Summary:
    status = STATUS_FAILURE if record.state == "failed" else STATUS_SUCCESS
    info = SessionEndInfo(status=status)
    return _summary(metadata.SESSION_END_INFO_TAG, HParamsPluginData(session_end_info=info))


def _summary(tag: str, content: HParamsPluginData) -> Summary:
    plugin = SummaryMetadata.PluginData(
        plugin_name=metadata.PLUGIN_NAME, content=content.SerializeToString()
    )
    return Summary(value=[Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=plugin))])
