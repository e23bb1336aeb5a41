"""A real sweep with real Ray and real Optuna, small enough to look at everything it leaves."""

import io
import json
import math
import pickle
import re
import shutil
import signal
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import optuna
import pandas as pd
import pytest
import ray
import ray.cloudpickle
import torch
from PIL import Image
from rich.console import Console
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator, ImageEvent
from tensorboard.plugins.hparams import plugin_data_pb2

import tune.judging.trained_networks
import tune.workers.trainers
from datasets.digit_set import DigitSet
from model.configuration import Configuration
from model.hardware.device import DeviceDigits
from model.judging.calibration import calibration_error
from model.judging.judge import judge, judged, logits_of
from model.judging.standard_error import standard_error
from model.training.cross_validation import cross_validate
from model.training.fold_epoch import FoldEpoch
from results.drawing.confusion import draw_confusion
from results.errors import ResultsError
from results.known_trials import known_trials
from results.predict.readers import open_reader
from results.store.exports import Form, read_exports
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_json
from results.store.kept_pictures import read_pictures
from results.store.search.trials import read_trials
from results.store.weights import load_network
from results.tensorboard.event_file import as_png
from results.terminal.summary import briefs, briefs_schema, summary, summary_schema
from search_spaces import read_space
from shuzi.__main__ import main
from tests.imports import HEAVY, said_and_imported
from tests.process import SECONDS, started
from tests.waiting import wait_until
from tune.errors import SweepError
from tune.judging.exporting import export_sweep
from tune.planning.data import SweepData, load_data
from tune.planning.plan import Plan
from tune.planning.request import SweepRequest
from tune.planning.trial_resources import TrialResources
from tune.search.ray_tune import prepared
from tune.sweep import resume_sweep, retrain_sweep, run_sweep
from tune.workers.trainable import CrossValidation
from tune.workers.trainer import Trainer

pytestmark = pytest.mark.usefixtures("own_ray")
CPU = torch.device("cpu")
DOCS = Path(__file__).parents[2] / "docs"


def recording_cross_validation(folder: Path) -> type[CrossValidation]:
    """The trainable, which also writes down everything that its worker receives."""

    class Recording(CrossValidation):
        def setup(self, config: dict[str, Any], **received: Any) -> None:  # type: ignore[override]
            (pool,) = received.pop("stored_pool")
            self._write(config, received, ray.get(pool))
            super().setup(config, stored_pool=[pool], **received)

        def reset_config(self, new_config: dict[str, Any]) -> bool:
            self._write(new_config)
            return super().reset_config(new_config)

        def _write(self, *received: Any) -> None:
            path = folder / f"trial-{self.trial_id}-{len(list(folder.iterdir()))}"
            path.write_bytes(pickle.dumps(received))

    return Recording


def recording_trainer(folder: Path) -> type[Trainer]:
    """The actor, which also writes down everything that it receives."""

    class Recording(Trainer):
        def __init__(self, *received: Any) -> None:
            self._write(received)
            super().__init__(*received)

        def weights(self, *received: Any) -> Any:
            self._write(received)
            return super().weights(*received)

        def _write(self, received: Any) -> None:
            (folder / f"retraining-{uuid.uuid4()}").write_bytes(pickle.dumps(received))

    return Recording


@dataclass
class Swept:
    request: SweepRequest
    folder: SweepFolder
    data: SweepData
    received: list[bytes]
    said: str

    @property
    def trials(self) -> pd.DataFrame:
        return read_trials(self.folder.trials_csv)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self.trials.to_dict("records")]  # type: ignore[arg-type]

    @property
    def evaluation(self) -> Any:
        return read_json(self.folder.evaluation_json)


@pytest.fixture(scope="module")
def swept(own_ray: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    out, received = tmp_path_factory.mktemp("runs"), tmp_path_factory.mktemp("received")
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    request = SweepRequest(
        name="small",
        out=out,
        mnist_count=200,
        trials=4,
        epochs=1,
        seed=3,
        pruner="none",
        finalists=1,
    )
    console = Console(record=True, width=200)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tune.workers.trainers, "Trainer", recording_trainer(received))
        trainable = recording_cross_validation(received)
        folder = run_sweep(request, console, trainable=trainable)
    contents = [path.read_bytes() for path in sorted(received.iterdir())]
    yield Swept(request, folder, load_data(request, 5), contents, console.export_text())
    ray.cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


def test_folder_is_as_designed(swept: Swept) -> None:
    path = swept.folder.path
    files = {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()}
    expected = {".lock", "sweep.json", "study.journal", "trials.csv", "search.json"}
    expected |= {"winner/model.safetensors", "winner/evaluation.json"}
    expected |= {f"trials/{number:04d}/epochs.csv" for number in range(4)}
    expected |= {"winner/pictures.safetensors", "report.html", "figures/history.svg"}
    expected |= {"winner/card.md", "winner/exports.json", "winner/model.onnx", "winner/model.pt2"}
    expected |= {"winner/folds/fold-0.safetensors"}
    expected |= {
        f"winner/readings/{row['config']}-{row['trained_on']}.safetensors"
        for row in swept.evaluation["rows"]
    }
    assert expected <= files
    assert all("tfevents" in name or "figures/" in name for name in files - expected)


def test_every_trial_is_whole_and_the_reports_comes_first(swept: Swept) -> None:
    trials = swept.trials
    assert trials["trial"].tolist() == [0, 1, 2, 3]
    assert trials["state"].tolist() == ["complete"] * 4
    assert trials["origin"].tolist() == ["baseline", "portfolio", "portfolio", "portfolio"]
    assert (trials.loc[0, "channels_1"], trials.loc[0, "learning_rate"]) == (32, 0.001)
    folds = trials[[f"fold_{fold}" for fold in range(5)]]
    assert folds.notna().all().all()
    assert folds.mean(axis=1).tolist() == pytest.approx(trials["validation_loss"].tolist())
    errors = [standard_error(row) for row in folds.to_numpy().tolist()]
    assert errors == pytest.approx(trials["validation_loss_se"].tolist())


def test_ranking_is_by_the_loss_averaged_over_sources(swept: Swept) -> None:
    trials = swept.trials
    balanced = (trials["loss_mnist"] + trials["loss_synthetic"]) / 2
    assert balanced.tolist() == pytest.approx(trials["validation_loss"].tolist())
    best = min(swept.rows, key=lambda row: row["validation_loss"])
    winner = next(row for row in swept.evaluation["rows"] if row["config"] == "winner")
    for name in ("channels_1", "channels_2", "dropout_1", "learning_rate"):
        assert winner["configuration"][name] == best[name]


@pytest.fixture(scope="module")
def best_alone(swept: Swept) -> list[FoldEpoch]:
    """What the best trial comes to without Ray."""
    best = min(swept.rows, key=lambda row: row["validation_loss"])
    manifest = read_json(swept.folder.sweep_json)["space"]
    varied = {name: best[name] for name in manifest["parameters"]}
    configuration = Configuration.from_dict({**manifest["fixed"], **varied, "epochs": 1})
    digits = DeviceDigits.of(swept.data.pool, CPU)
    (epoch,) = cross_validate(configuration, digits, swept.data.folds, seed=3)
    return epoch


def test_a_trial_is_the_same_as_without_ray(swept: Swept, best_alone: list[FoldEpoch]) -> None:
    best = min(swept.rows, key=lambda row: row["validation_loss"])
    alone = [fold.validation.balanced_loss for fold in best_alone]
    assert [best[f"fold_{number}"] for number in range(5)] == alone


def found_in(images: DigitSet, received: list[bytes]) -> int:
    return sum(image.tobytes() in content for content in received for image in images.images)


def test_held_out_images_never_reach_a_worker(swept: Swept) -> None:
    assert len(swept.received) >= 4 + 7  # each trial, and each network retrained
    assert found_in(swept.data.held_out, swept.received) == 0
    assert found_in(swept.data.mnist_test.select(slice(0, 50)), swept.received) == 0


def test_held_out_images_are_not_in_what_workers_are_made_of(swept: Swept) -> None:
    space, folder = read_space("quick", Configuration.check), swept.folder
    plan = Plan(swept.request, space, swept.data, TrialResources(1, 0, 2), folder)
    sent = ray.cloudpickle.dumps(prepared(CrossValidation, plan))
    assert found_in(swept.data.held_out, [sent]) == 0
    assert len(sent) < 1e6


def test_the_search_for_them_would_find_what_a_worker_does_receive(swept: Swept) -> None:
    assert found_in(swept.data.pool.select(slice(0, 3)), swept.received) >= 3


def test_evaluation_has_the_table_of_two_by_two(swept: Swept) -> None:
    rows = swept.evaluation["rows"]
    pairs = [(row["config"], row["trained_on"]) for row in rows]
    assert pairs[:4] == [
        ("baseline", "mnist"),
        ("baseline", "mnist+chinese"),
        ("winner", "mnist"),
        ("winner", "mnist+chinese"),
    ]
    for row in rows:
        low, high = row["ci95"]
        assert 0 <= low <= row["accuracy"] == row["correct"] / 200 <= high <= 1
        assert sum(map(sum, row["confusion"])) == row["count"] == 200
        assert sum(row["confusion"][digit][digit] for digit in range(10)) == row["correct"]
        assert 0 <= row["mnist_test_accuracy"] <= 1
    assert rows[0]["weights"] == 1_087_402


def test_saved_winner_reads_the_held_out_digits_as_the_evaluation_says(swept: Swept) -> None:
    trained = load_network(swept.folder.weights)
    held_out, everything = DeviceDigits.of(swept.data.held_out, CPU), torch.arange(200)
    logits = logits_of(trained.network, held_out, everything)
    judgement = judged(logits, held_out, everything)
    row = swept.evaluation["rows"][3]
    assert judgement.correct == row["correct"]
    assert judgement.loss == pytest.approx(row["loss"])


def test_confidence_is_calibrated_on_a_fold_of_the_pool(swept: Swept) -> None:
    told, rows = swept.evaluation["calibration"], swept.evaluation["rows"]
    assert told["fitted_on"] == len(swept.data.folds[0])
    assert told["ece_before"] == rows[3]["ece"]
    trained = load_network(swept.folder.weights)
    assert trained.temperature == told["temperature"]
    probabilities = trained.probabilities(torch.tensor(swept.data.held_out.images)).numpy()
    ece = calibration_error(probabilities, swept.data.held_out.labels)
    assert ece == pytest.approx(told["ece_after"], abs=1e-4)


def test_the_calibrating_network_is_that_of_the_winners_fold(swept: Swept) -> None:
    trained = load_network(swept.folder.fold_weights(0))
    pool, fold = DeviceDigits.of(swept.data.pool, CPU), torch.tensor(swept.data.folds[0])
    best = min(swept.rows, key=lambda row: row["validation_loss"])
    assert judge(trained.network, pool, fold).balanced_loss == pytest.approx(best["fold_0"])


def test_exports_are_there_verified_on_the_held_out_digits(swept: Swept) -> None:
    exports, row = read_exports(swept.folder.exports_json), swept.evaluation["rows"][3]
    assert [export["file"] for export in exports] == [
        "model.onnx",
        "model.pt2",
        "model.safetensors",
    ]
    for export in exports:
        assert export["accuracy"]["digits"] == "held-out"
        assert export["accuracy"]["correct"] == row["correct"]
        assert export["same_answers"] == export["accuracy"]["count"] == 200
        assert export["largest_difference"] <= 1e-4
    about = load_network(swept.folder.weights).about
    assert about["accuracy"] == {
        "digits": "held-out",
        **{name: row[name] for name in ("correct", "count", "accuracy", "ci95")},
    }
    assert about["pool"] == swept.data.pool.fingerprint
    assert about["held_out"] == swept.data.held_out.fingerprint
    assert "exported model.onnx" in swept.said


def copied(swept: Swept, out: Path) -> SweepFolder:
    shutil.copytree(swept.folder.path, out / "small")
    return SweepFolder(out / "small")


def said_by(export: Callable[[Console], None]) -> str:
    console = Console(record=True, width=300, file=io.StringIO())
    export(console)
    return console.export_text()


def test_an_export_is_written_where_it_lacks_and_never_overwritten_unasked(
    swept: Swept, tmp_path: Path
) -> None:
    folder = copied(swept, tmp_path)
    pt2, onnx = folder.export("pt2").read_bytes(), folder.export("onnx").read_bytes()
    folder.export("onnx").unlink()
    said = said_by(lambda console: export_sweep(folder, ["onnx", "pt2"], console))
    assert "model.pt2 exists already: --force replaces it." in said
    assert folder.export("onnx").read_bytes() == onnx
    folder.export("pt2").write_bytes(b"mine")
    with pytest.raises(ResultsError, match=r"model\.pt2 is damaged, or of another winner"):
        export_sweep(folder, ["pt2"], Console(quiet=True))
    assert folder.export("pt2").read_bytes() == b"mine"
    export_sweep(folder, ["pt2"], Console(quiet=True), force=True)
    assert len(folder.export("pt2").read_bytes()) == len(pt2)


def test_resume_writes_the_exports_that_a_finished_sweep_lacks(
    swept: Swept, tmp_path: Path
) -> None:
    folder = copied(swept, tmp_path)
    folder.export("onnx").unlink()
    folder.report_html.unlink()
    said = said_by(lambda console: resume_sweep(folder, console))
    assert "small is finished: only its exports were missing." in said
    assert folder.export("onnx").is_file()
    assert folder.report_html.is_file()
    assert "nothing is missing" in said_by(lambda console: resume_sweep(folder, console))


def test_without_its_digits_a_sweep_is_exported_by_those_in_its_folder(
    swept: Swept, tmp_path: Path
) -> None:
    folder = copied(swept, tmp_path)
    changed = folder.sweep_json.read_text().replace(swept.data.pool.fingerprint, "0" * 64)
    folder.sweep_json.write_text(changed)
    forms: list[Form] = ["onnx", "onnx-int8"]
    said = said_by(lambda console: export_sweep(folder, forms, console, force=True))
    assert (
        "digits cannot be loaded, so other digits verify the exports: the pool digits have changed"
        in said
    )
    pictures = read_pictures(folder.pictures)
    assert pictures
    for export in read_exports(folder.exports_json)[:2]:
        assert export["accuracy"]["digits"] == "kept and drawn"
        assert export["accuracy"]["count"] == len(pictures.indices) + 600
    assert read_exports(folder.exports_json)[0]["calibrated_on"] == "MNIST and drawn"
    with pytest.raises(SweepError, match="5 networks of the ensemble must be trained first"):
        export_sweep(folder, ["onnx"], Console(quiet=True), ensemble=True)


def test_the_ensemble_is_trained_where_it_lacks_and_only_there(
    swept: Swept, tmp_path: Path
) -> None:
    folder = copied(swept, tmp_path)
    said = said_by(lambda console: export_sweep(folder, ["onnx"], console, ensemble=True))
    assert said.count("without fold") == 4  # the first calibrates the winner
    said = said_by(lambda console: export_sweep(folder, ["onnx"], console, ensemble=True))
    assert "ensemble.onnx exists already" in said
    export = read_exports(folder.exports_json)[-1]
    assert (export["file"], export["networks"]) == ("ensemble.onnx", 5)
    assert export["winner_accuracy"]["correct"] == swept.evaluation["rows"][3]["correct"]
    images = swept.data.held_out.images
    members = [load_network(folder.fold_weights(fold)).network for fold in range(5)]
    temperature = load_network(folder.weights).temperature
    with torch.no_grad():
        each = [one(torch.tensor(images)).softmax(dim=1) for one in members]
    expected = (torch.stack(each).mean(dim=0).log() / temperature).softmax(dim=1)
    read = open_reader(folder.winner / "ensemble.onnx").read(images)
    np.testing.assert_allclose(read, expected.numpy(), atol=1e-4)


def test_what_was_asked_is_kept(swept: Swept) -> None:
    manifest = read_json(swept.folder.sweep_json)
    assert SweepRequest.model_validate(manifest["request"]) == swept.request
    assert manifest["data"] == swept.data.describe()
    assert manifest["data"]["held_out"] == swept.evaluation["held_out"]
    assert manifest["folds"] == 5
    assert {"torch", "ray", "optuna", "python"} <= set(manifest["versions"])
    assert manifest["hardware"]["cores"] >= 1


def test_study_holds_no_running_trial(swept: Swept) -> None:
    backend = optuna.storages.journal.JournalFileBackend(str(swept.folder.journal))
    study = optuna.load_study(study_name="small", storage=optuna.storages.JournalStorage(backend))
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 4
    assert study.best_value == swept.trials["validation_loss"].min()


def run_of(trial: int, folder: SweepFolder) -> Path:
    """The run of a trial: the winner's has a name of its own."""
    winner = folder.winner_events(trial)
    return winner if winner.exists() else folder.trial(trial)


def test_tensorboard_has_one_winner(swept: Swept) -> None:
    (winner,) = swept.folder.trials.glob("winner_*")
    number = int(winner.name.removeprefix("winner_"))
    assert [path.suffix for path in sorted(winner.iterdir())] == [".curves", ".entry"]
    assert not list(swept.folder.trial(number).glob("events*"))


def test_tensorboard_reads_the_mean_of_each_trials_folds(swept: Swept) -> None:
    for number in range(4):
        epochs = pd.read_csv(swept.folder.epochs_csv(number))
        events = EventAccumulator(str(run_of(number, swept.folder))).Reload()
        (point,) = events.Scalars("loss/validation")
        assert point.step == 1
        assert math.isclose(point.value, epochs["validation_loss"].mean(), rel_tol=1e-6)
        both = (epochs["accuracy_mnist"].mean() + epochs["accuracy_synthetic"].mean()) / 2
        (accuracy,) = events.Scalars("reading/accuracy")
        assert math.isclose(accuracy.value, both, rel_tol=1e-6)


def test_tensorboard_reads_the_sources_of_the_best_trials(swept: Swept) -> None:
    (run,) = swept.folder.all_best_events()
    epochs = pd.read_csv(swept.folder.epochs_csv(int(run.name)))
    (accuracy,) = EventAccumulator(str(run)).Reload().Scalars("reading/accuracy_synthetic")
    assert math.isclose(accuracy.value, epochs["accuracy_synthetic"].mean(), rel_tol=1e-6)


def test_tensorboard_reads_the_folds_of_the_best_trial_alone(swept: Swept) -> None:
    best = min(swept.rows, key=lambda row: row["validation_loss"])["trial"]
    runs = swept.folder.all_fold_events()
    assert {run.parent for run in runs} == {swept.folder.best_events(best)}
    losses = pd.read_csv(swept.folder.epochs_csv(best))["validation_loss"].tolist()
    for run, loss in zip(runs, losses, strict=True):
        (point,) = EventAccumulator(str(run)).Reload().Scalars("loss/validation")
        assert math.isclose(point.value, loss, rel_tol=1e-6)


def test_tensorboard_reads_each_trials_hyperparameters_and_end(swept: Swept) -> None:
    varied = ["channels_1", "channels_2", "learning_rate", *(f"dropout_{n}" for n in range(1, 5))]
    for trial in swept.rows:
        events = EventAccumulator(str(run_of(trial["trial"], swept.folder))).Reload()
        metadata = events.SummaryMetadata("_hparams_/session_start_info")
        content = plugin_data_pb2.HParamsPluginData.FromString(metadata.plugin_data.content)
        written = content.session_start_info.hparams
        assert set(written) == {*varied, "Cause", "Loss", "State", "Weights", "Fold_epochs"}
        assert written["channels_1"].number_value == trial["channels_1"]
        assert math.isclose(written["learning_rate"].number_value, trial["learning_rate"])
        assert written["State"].string_value == "complete"
        (loss,) = events.Scalars("loss")
        assert math.isclose(loss.value, trial["validation_loss"], rel_tol=1e-6)
        assert loss.step == trial["fold_epochs"]
    assert not swept.folder.all_running_events.exists() or not any(
        swept.folder.all_running_events.iterdir()
    )


def test_tensorboard_reads_the_best_loss_against_cost(swept: Swept) -> None:
    points = EventAccumulator(str(swept.folder.search_events)).Reload().Scalars("loss/best")
    assert [point.step for point in points] == [5, 10, 15, 20]
    losses = swept.trials["validation_loss"]
    assert math.isclose(points[-1].value, losses.min(), rel_tol=1e-6)
    assert [point.value for point in points] == sorted([p.value for p in points], reverse=True)


def pictures(events: Path) -> dict[str, ImageEvent]:
    read = EventAccumulator(str(events)).Reload()
    assert all(len(read.Images(tag)) == 1 for tag in read.Tags()["images"])
    return {tag: read.Images(tag)[0] for tag in read.Tags()["images"]}


def test_tensorboard_reads_how_the_best_trial_alone_reads_its_folds(
    swept: Swept, best_alone: list[FoldEpoch]
) -> None:
    best = min(swept.rows, key=lambda row: row["validation_loss"])["trial"]
    (events,) = swept.folder.all_best_events()  # as many as there are finalists
    assert events == swept.folder.best_events(best)
    read = pictures(events)
    assert set(read) == {"pictures/validation_confusion", "pictures/validation_hardest"}
    for event in read.values():
        png = Image.open(io.BytesIO(event.encoded_image_string))
        assert (png.format, png.size) == ("PNG", (event.width, event.height))
        assert 400 < event.width < 600
        assert len(event.encoded_image_string) < 20_000
    confusion = np.array([fold.validation.confusion for fold in best_alone]).sum(axis=0)
    assert confusion.sum() == len(swept.data.pool)
    expected = as_png(draw_confusion(confusion, f"trial {best}: validation digits of 5 folds"))
    assert read["pictures/validation_confusion"].encoded_image_string == expected


def test_tensorboard_reads_how_winner_and_report_read_the_held_out_digits(swept: Swept) -> None:
    for place, name in ((1, "baseline"), (3, "winner")):
        read = pictures(swept.folder.judged_events(name))
        assert set(read) == {"pictures/held-out_confusion", "pictures/held-out_hardest"}
        confusion = np.array(swept.evaluation["rows"][place]["confusion"])
        title = f"{name}, trained on mnist+chinese: held-out digits"
        expected = as_png(draw_confusion(confusion, title))
        assert read["pictures/held-out_confusion"].encoded_image_string == expected


def test_what_show_prints_for_programs_keeps_to_the_documented_schema(swept: Swept) -> None:
    schema = json.loads((DOCS / "show.schema.json").read_text())
    assert schema == summary_schema(), "docs/show.schema.json: see `summary_schema`"
    told = json.loads(json.dumps(summary(swept.folder)))
    jsonschema.validate(told, schema)
    assert told["state"] == "judged"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "trials": 4}, schema)


def test_what_list_prints_for_programs_keeps_to_the_documented_schema(swept: Swept) -> None:
    schema = json.loads((DOCS / "list.schema.json").read_text())
    assert schema == briefs_schema(), "docs/list.schema.json: see `briefs_schema`"
    told = json.loads(json.dumps(briefs([swept.folder])))
    jsonschema.validate(told, schema)
    assert [(each["name"], each["state"], each["trials"]) for each in told] == [
        ("small", "judged", {"complete": 4})
    ]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([{**told[0], "state": "lost"}], schema)


@pytest.mark.parametrize("command", ["list", "list --json", "show small", "show small --json"])
def test_it_is_listed_and_shown_without_what_is_slow_to_import(swept: Swept, command: str) -> None:
    out = swept.folder.path.parent
    said, imported = said_and_imported(out, f"{command} --out {out}")
    assert "small" in said
    assert not imported & HEAVY


def test_what_is_shown_is_what_optuna_reads_of_the_journal(swept: Swept, tmp_path: Path) -> None:
    told = summary(swept.folder)
    shutil.copytree(swept.folder.path, tmp_path / "small")
    folder = SweepFolder(tmp_path / "small")
    folder.search_json.unlink()
    assert known_trials(swept.folder).search is not None
    assert known_trials(folder).search is None
    assert {**summary(folder), "path": told["path"]} == told


def test_tensorboard_is_served_on_loopback(swept: Swept) -> None:
    out = swept.folder.path.parent
    server = started(swept.folder.path.parent.parent, f"tensorboard small --out {out} --port 0")
    try:
        assert server.stderr is not None
        said = (line for line in server.stderr if "http://" in line)
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+/", next(said))
        assert next(said).strip() == f"trials, by their loss: {address}#hparams"
        (best,) = (f"best/{path.name}" for path in swept.folder.all_best_events())
        folds = {f"{best}/fold_{fold}" for fold in range(5)}
        trials = {run_of(number, swept.folder).name for number in range(4)}
        ends = {"search", "about", *trials, best, "winner", "baseline"}
        wait_until(lambda: _runs(address) >= ends | folds)  # it reads one after another
        assert _runs(address) == ends | folds
    finally:
        server.send_signal(signal.SIGINT)
        _, rest = server.communicate(timeout=SECONDS)
    assert (server.returncode, "Traceback" in rest) == (0, False)


def _runs(address: str) -> set[str]:
    """Returns the runs that TensorBoard shows."""
    with urllib.request.urlopen(f"{address}data/runs") as answer:
        return set(json.load(answer))


def test_progress_tells_how_far_it_is(swept: Swept) -> None:
    assert "small: 4 trials, 5 folds" in swept.said
    assert "held out  200 digits: 200 synthetic\n" in swept.said
    assert re.search(r"^\d\d:\d\d:\d\d  trial \d .*; 4 of 4, about \d+ s left$", swept.said, re.M)
    assert "Traceback" not in swept.said


def test_retraining_comes_to_the_same_and_may_be_quiet(
    swept: Swept,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(swept.folder.path, tmp_path / "small")
    folder = SweepFolder(tmp_path / "small")
    before = read_json(folder.evaluation_json)
    folder.evaluation_json.unlink()
    folder.weights.unlink()
    command = ["shuzi", "retrain", "small", "--quiet", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    said = capsys.readouterr()
    assert said.err == ""
    assert re.match(r"\nwinner    trial \d, ", said.out)
    assert read_json(folder.evaluation_json) == before
    assert folder.weights.is_file()
    assert len(list(folder.judged_events("winner").iterdir())) == 1


def test_retraining_on_other_digits_is_refused(swept: Swept, tmp_path: Path) -> None:
    shutil.copytree(swept.folder.path, tmp_path / "small")
    folder = SweepFolder(tmp_path / "small")
    changed = folder.sweep_json.read_text().replace(swept.data.pool.fingerprint, "0" * 64)
    folder.sweep_json.write_text(changed)
    with pytest.raises(SweepError, match="the pool digits have changed"):
        retrain_sweep(folder, Console(quiet=True))
