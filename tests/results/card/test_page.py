"""The model card says what the evaluation says, in a form that Hugging Face's library reads."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard
from PIL import Image

from datasets.sources.chinese import chinese_sources
from datasets.sources.known import KNOWN
from datasets.sources.origin import MNIST_ORIGIN, Origin
from datasets.sources.synthetic import written_by
from model.networks.kinds import build
from results.card.licenses import origins, unlicensed
from results.card.page import write_card
from results.report.command import command_of
from results.store.folder import SweepFolder
from results.store.formats.json_files import read_json, write_json
from results.store.weights import save_network
from tests.results.card.parsed import ParsedCard, require_figures_of
from tests.results.made_sweep import TINY, made_sweep


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    return made_sweep(tmp_path / "made", complete=2, pruned=1)


def with_request(
    folder: SweepFolder,
    sources: dict[str, int],
    request: dict[str, Any],
    origins: Mapping[str, Origin] | None = None,
) -> None:
    """Changes what digits a sweep was made of."""
    manifest = read_json(folder.sweep_json)
    manifest["data"]["pool"] = {**manifest["data"]["pool"], "sources": sources}
    manifest["data"]["origins"] = {name: each._asdict() for name, each in (origins or {}).items()}
    manifest["request"] |= request
    write_json(folder.sweep_json, manifest)


def test_the_figures_are_those_of_the_evaluation(folder: SweepFolder) -> None:
    assert write_card(folder)
    evaluation = read_json(folder.evaluation_json)
    require_figures_of(ParsedCard.of(folder.card), evaluation)
    evaluation["rows"][-1]["correct"] -= 1
    with pytest.raises(AssertionError):
        require_figures_of(ParsedCard.of(folder.card), evaluation)


def test_the_head_says_what_it_is(folder: SweepFolder) -> None:
    with_request(folder, {"mnist": 30, "synthetic": 10}, {})
    write_card(folder)
    head = ParsedCard.of(folder.card).head
    assert (head.model_name, head.license, head.pipeline_tag) == (
        "made",
        "other",
        "image-classification",
    )
    assert head.datasets == ["ylecun/mnist"]
    assert head.metrics == ["accuracy"]
    assert "&id" not in folder.card.read_text("utf-8")


def test_it_says_how_to_repeat_it_and_what_was_chosen(folder: SweepFolder) -> None:
    write_card(folder)
    card = ParsedCard.of(folder.card)
    assert command_of(read_json(folder.sweep_json)["request"]) in card.text
    chosen = {line["parameter"]: line["value"] for line in card.tables["parameter"]}
    assert (chosen["channels 1"], chosen["channels 2"]) == ("2", "2")
    assert [line["file"] for line in card.tables["file"]] == ["model.onnx", "model.safetensors"]


def test_drawn_digits_are_named_beside_the_headline_and_small_counts_as_limits(
    folder: SweepFolder,
) -> None:
    write_card(folder)
    text = ModelCard.load(folder.card).text
    assert (
        "shuzi itself drew the digits of the source “synthetic”"
        in text.partition("## What it is for")[0]
    )
    limits = text.partition("## Limitations")[2]
    assert "One digit more or less is 0.10 percentage points here." in limits


def test_the_licenses_of_the_digits_are_named(folder: SweepFolder) -> None:
    sources = {"mnist": 1, "chen-mnist": 1, "tongji": 1, "mine": 1}
    public = {source.name: source.origin for source in KNOWN.values()}
    choices = {"chinese": ["chen", "tongji", "photographs/mine"]}
    with_request(folder, sources, choices, {"mnist": MNIST_ORIGIN, **public})
    write_card(folder)
    text = " ".join(folder.card.read_text("utf-8").split())
    assert "| CC BY-SA 3.0 |" in text
    assert "| MIT |" in text
    assert "| none stated: use, never redistribute |" in text
    assert "Of tongji, mine no license is known." in text


def test_a_folder_does_not_get_the_license_of_public_digits_by_its_name(tmp_path: Path) -> None:
    for name in ("tongji", "synthetic"):
        (tmp_path / name / "3").mkdir(parents=True)
        Image.fromarray(written_by(0)[3]).save(tmp_path / name / "3" / "one.png")
    mine = chinese_sources([str(tmp_path / "tongji"), str(tmp_path / "synthetic")])
    assert unlicensed({each.name: each.origin for each in mine}) == ["tongji", "synthetic"]
    (drawn,) = chinese_sources(["embedded"])
    assert unlicensed({drawn.name: drawn.origin}) == []


def test_a_source_of_which_nothing_was_written_down_has_no_license() -> None:
    assert unlicensed(
        origins(["mnist", "mine"], {"origins": {"mnist": MNIST_ORIGIN._asdict()}})
    ) == ["mine"]


def test_a_name_does_not_break_a_table(folder: SweepFolder) -> None:
    with_request(folder, {"mnist": 1, "a|b": 1}, {"chinese": ["a|b"]})
    write_card(folder)
    text = folder.card.read_text("utf-8")
    assert "| a\\|b |" in text
    require_figures_of(ParsedCard.of(folder.card), read_json(folder.evaluation_json))


def test_there_is_no_card_without_a_winner(tmp_path: Path) -> None:
    folder = made_sweep(tmp_path / "begun", judged=False)
    assert not write_card(folder)
    assert not folder.card.exists()


def test_figures_that_can_no_longer_be_read_leave_the_card_as_it_was(folder: SweepFolder) -> None:
    write_card(folder)
    before = folder.card.read_bytes()
    folder.evaluation_json.write_text("{")
    assert not write_card(folder)
    assert folder.card.read_bytes() == before


def test_an_export_of_an_earlier_winner_is_not_named(folder: SweepFolder) -> None:
    save_network(folder.weights, build(TINY), TINY, {"trained": "again"})
    write_card(folder)
    files = ParsedCard.of(folder.card).tables["file"]
    assert [line["file"] for line in files] == ["model.safetensors"]


def test_epochs_that_were_asked_for_come_before_the_spaces(folder: SweepFolder) -> None:
    with_request(folder, {"mnist": 30}, {"epochs": 7})
    write_card(folder)
    told = {line["what"]: line["value"] for line in ParsedCard.of(folder.card).tables["what"]}
    assert told["fixed in every trial"] == "epochs 7"


def test_an_average_is_called_one(folder: SweepFolder) -> None:
    write_card(folder)
    assert "is the average" not in folder.card.read_text("utf-8")
    evaluation = read_json(folder.evaluation_json)
    evaluation["rows"][-1]["configuration"]["networks"] = 3
    write_json(folder.evaluation_json, evaluation)
    write_card(folder)
    assert "The winner is the average of 3 networks" in folder.card.read_text("utf-8")


def test_a_chinese_card_is_chinese_throughout(folder: SweepFolder) -> None:
    write_card(folder, "zh")
    text = folder.card.read_text("utf-8").partition("---\n\n#")[2]
    told = [line for line in text.splitlines() if line.startswith(("#", "* ", "**"))]
    assert len(told) > 12
    assert [line for line in told if not re.search(r"[\u4e00-\u9fff]", line)] == []
