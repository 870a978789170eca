from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from segstudio.formats.table import read_any
from segstudio.storage.images import read_image
from segstudio.storage.masks import read_label_map
from trainer.samples import dataset
from trainer.samples.__main__ import main
from trainer.samples.fields import noise
from trainer.samples.micrographs import CLASSES, Micrograph, draw_micrograph

BACKGROUND, MEMBRANE = 0, 1
SHIPPED = Path(__file__).parents[3] / "assets" / "samples"


def draw(seed: int, height: int = 256, width: int = 320) -> Micrograph:
    return draw_micrograph(np.random.default_rng(seed), height, width)


@pytest.fixture(scope="module")
def few() -> Sequence[Micrograph]:
    return [draw(seed) for seed in range(4)]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_classes_start_with_the_background() -> None:
    assert CLASSES.names == ("background", "membrane", "mitochondrion", "vesicle")
    assert CLASSES.background_index == BACKGROUND


def test_the_same_seed_draws_the_same_micrograph() -> None:
    first, second = draw(7), draw(7)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.label_map, second.label_map)


def test_another_seed_draws_another_micrograph() -> None:
    first, second = draw(7), draw(8)
    assert np.mean(first.image == second.image) < 0.2
    assert not np.array_equal(first.label_map, second.label_map)


def test_image_and_truth_have_the_size_that_was_asked_for(few: Sequence[Micrograph]) -> None:
    for drawn in few:
        assert drawn.image.shape == drawn.label_map.shape == (256, 320)
        assert drawn.image.dtype == drawn.label_map.dtype == np.uint8


@pytest.mark.parametrize("size", [(63, 128), (128, 5000)])
def test_a_size_out_of_range_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="is not between"):
        draw(0, *size)


def test_truth_holds_every_class_and_nothing_else(few: Sequence[Micrograph]) -> None:
    values = np.unique(np.stack([drawn.label_map for drawn in few]))
    assert values.tolist() == list(range(len(CLASSES)))


def test_membranes_are_darker_than_cytoplasm(few: Sequence[Micrograph]) -> None:
    for image, label_map in few:
        cytoplasm, membrane = image[label_map == BACKGROUND], image[label_map == MEMBRANE]
        assert membrane.mean() < cytoplasm.mean() - 25


def test_membranes_separate_cells_and_leave_most_of_the_image(few: Sequence[Micrograph]) -> None:
    for drawn in few:
        assert 0.06 < np.mean(drawn.label_map == MEMBRANE) < 0.35


def test_images_use_the_grey_range_without_clipping(few: Sequence[Micrograph]) -> None:
    for drawn in few:
        assert 90 < drawn.image.mean() < 170
        assert 25 < drawn.image.std() < 60
        assert np.mean((drawn.image == 0) | (drawn.image == 255)) < 0.01


@pytest.mark.parametrize("grain", [0, 0.7, 2.0, 9.0, 40.0])
def test_noise_has_unit_deviation_at_every_grain(grain: float) -> None:
    plane = noise(np.random.default_rng(0), 600, 700, grain)
    assert plane.shape == (600, 700)
    assert abs(float(plane.std()) - 1) < 0.15


def test_the_command_writes_a_data_set_that_reads_back(tmp_path: Path) -> None:
    out = tmp_path / "set"
    result = run("--out", out, "--count", "5", "--size", "96", "128", "--seed", "3")
    assert result.exit_code == 0, result.output
    found = read_any(out)
    assert found.label_set == CLASSES
    assert [len(found.splits[name]) for name in ("train", "val")] == [4, 1]
    for item in (*found.splits["train"], *found.splits["val"]):
        index = int(item.key.removeprefix("micrograph-")) - 1
        drawn = draw_micrograph(np.random.default_rng((3, 0, index)), 96, 128)
        assert np.array_equal(read_image(item.image)[..., 0], drawn.image)
        assert np.array_equal(found.read_label_map(item), drawn.label_map)


def test_the_command_writes_the_shipped_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset, "SHIPPED_SIZES", ((96, 96), (80, 112)))
    out = tmp_path / "samples"
    result = run("--project", out)
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (out / "images").iterdir())
    assert names == ["micrograph-01.png", "micrograph-02.png"]
    for name in names:
        label_map = read_label_map(out / "truth" / f"{name}.png")
        assert read_image(out / "images" / name).shape[:2] == label_map.shape


def test_the_sample_in_the_repository_is_small_and_complete() -> None:
    assert (SHIPPED / "classes.txt").read_text().splitlines() == list(CLASSES.names)
    images = sorted((SHIPPED / "images").iterdir())
    assert len(images) == len(dataset.SHIPPED_SIZES)
    for image, size in zip(images, dataset.SHIPPED_SIZES, strict=True):
        label_map = read_label_map(SHIPPED / "truth" / f"{image.name}.png")
        assert read_image(image).shape == (*size, 3)
        assert label_map.shape == size
        assert np.unique(label_map).tolist() == list(range(len(CLASSES)))
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*.png")) < 4_200_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "either --out or --project"),
        (("--out", "a", "--project", "b"), "either --out or --project"),
        (("--out", "a", "--count", "1"), "Ask for 2 or more"),
        (("--out", "a", "--size", "8", "128"), "8 pixels is not a size"),
        (("--out", "a", "--seed", "-1"), "seed -1 is negative"),
        (("--project", "a", "--seed", "-1"), "seed -1 is negative"),
    ],
)
def test_wrong_use_is_one_sentence(
    arguments: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["--out", "--project"])
def test_a_folder_that_is_not_empty_is_left_alone(option: str, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = run(option, tmp_path, "--count", "2", "--size", "64", "64")
    assert result.exit_code == 2
    assert "this folder is not empty" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
