import io
import resource
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from results.store.folder import SweepFolder
from results.tensorboard.event_files import Unbuffered, write_end, write_pictures_run


def told(events: EventAccumulator, tag: str) -> HParamsPluginData:
    content = events.SummaryMetadata(f"_hparams_/{tag}").plugin_data.content
    return HParamsPluginData.FromString(content)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (TrialState.COMPLETE, api_pb2.STATUS_SUCCESS),
        (TrialState.PRUNED, api_pb2.STATUS_SUCCESS),
        (TrialState.FAIL, api_pb2.STATUS_FAILURE),
    ],
)
def test_each_end_is_told_with_rate_and_state_among_the_first_columns(
    tmp_path: Path, state: TrialState, status: int
) -> None:
    study = optuna.create_study()
    trial = study.ask()
    for name in ("channels_1", "dropout_1", "learning_rate"):
        trial.suggest_float(name, 0, 1)
    trial.set_user_attr("accuracies", {"mnist": 0.5})
    study.tell(trial, 0.25 if state == TrialState.COMPLETE else None, state)
    folder = SweepFolder(tmp_path)
    write_end(folder, study.trials[0])

    events = EventAccumulator(str(folder.trial(0))).Reload()
    assert told(events, "session_end_info").session_end_info.status == status
    infos = told(events, "experiment").experiment.hparam_infos
    assert {info.name for info in infos} == {"state", *study.trials[0].params}
    assert {info.name for info in infos if info.differs} == {"learning_rate", "state"}
    measured = {"end/validation_loss", "end/accuracy_mnist"} & set(events.Tags()["scalars"])
    assert len(measured) == (2 if state == TrialState.COMPLETE else 0)


def test_pictures_are_read_as_they_were_drawn_and_replace_earlier_ones(tmp_path: Path) -> None:
    for colour in ("red", "blue"):
        write_pictures_run(tmp_path / "winner", {"tag": Image.new("RGB", (30, 20), colour)})
    (event,) = EventAccumulator(str(tmp_path / "winner")).Reload().Images("tag")
    assert (event.width, event.height) == (30, 20)
    drawn = Image.open(io.BytesIO(event.encoded_image_string)).convert("RGB")
    assert drawn.getcolors() == [(600, (0, 0, 255))]
    assert [path.name for path in tmp_path.iterdir()] == ["winner"]


def test_what_a_full_disk_did_not_take_is_written_once_it_does(tmp_path: Path) -> None:
    file, content = Unbuffered(tmp_path / "events"), bytes(range(200))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50, before[1]))
    try:
        file.write(content)
        for _ in range(2):
            with pytest.raises(OSError, match="File too large"):
                file.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    file.write(b"more")
    file.close()
    assert (tmp_path / "events").read_bytes() == content + b"more"
