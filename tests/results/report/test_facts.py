"""What the report says besides its figures."""

from pathlib import Path

from results.report.facts import search_note
from results.report.material import Material
from results.report.words import words_of
from tests.results.made_sweep import EPOCHS, FOLDS, made_sweep


def test_what_a_search_has_spared_counts_no_epoch_of_a_whole_trial_twice(tmp_path: Path) -> None:
    material = Material.of(made_sweep(tmp_path / "small", whole=2, stopped=2))
    whole = FOLDS * EPOCHS
    material.trials["fold_epochs"] = [whole + 1, whole + 1, 1, 1]
    times = 4 * whole / (2 * (whole + 1) + 2)
    assert f"would have taken {times:.1f} times as many" in search_note(material, words_of("en"))
