"""``segstudio predict`` on real files with a real model."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from engine import foreign
from onnx import TensorProto, helper
from onnx_models import card_of, write_model, write_slow_model
from PIL import Image
from program import Complains, Run

from segstudio.core.label_map import RgbImage
from segstudio.storage.masks import read_label_map


def _check(out: Path, pictures: Mapping[str, RgbImage]) -> None:
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert found == {f"{key}.png" for key in pictures}
    for key, image in pictures.items():
        assert np.array_equal(read_label_map(out / f"{key}.png"), image[..., 0] > 127), key


def test_a_folder_gives_a_mask_per_image_in_the_same_subfolders(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    out = tmp_path / "new" / "masks"
    result = run("predict", "--model", contract_model, "--out", out, tmp_path / "images")

    assert result.stderr == ""
    assert result.stdout.startswith(f"4 masks written to {out}, C")
    assert result.stdout.count("\n") == 1
    assert result.returncode == 0
    _check(out, pictures)


def test_masks_carry_the_colours_of_the_models_classes(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage]
) -> None:
    card = card_of("background", "membrane")
    model = write_model(tmp_path / "m.onnx", card=card.to_json())
    run("predict", "--model", model, "--out", tmp_path / "out", tmp_path / "images/cell2.png")
    with Image.open(tmp_path / "out" / "cell2.png.png") as mask:
        assert mask.mode == "P"
        palette = np.array(mask.getpalette()).reshape(-1, 3)
    assert np.array_equal(palette[:2], card.label_set.palette[:2])


def test_images_and_folders_can_be_mixed_and_repeated(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    images, out = tmp_path / "images", tmp_path / "out"
    inputs = (images / "cell2.png", images, images / "cell2.png")
    result = run("predict", "--provider", "cpu", "--model", contract_model, "--out", out, *inputs)
    assert result.stdout == f"4 masks written to {out}, CPU\n"
    _check(out, pictures)


def test_masks_of_an_earlier_run_are_no_images(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    images = tmp_path / "images"
    for _ in range(2):
        result = run(
            *("predict", "--model", contract_model, "--out", images / "masks", images),
            *("--existing", "replace"),
        )
        assert result.stdout.startswith("4 masks written")
    _check(images / "masks", pictures)


def test_masks_may_lie_beside_the_folder_of_images_but_not_among_them(
    run: Run,
    complains: Complains,
    tmp_path: Path,
    pictures: dict[str, RgbImage],
    contract_model: Path,
) -> None:
    images = tmp_path / "images"
    for asked in (images, images / next(iter(pictures))):
        complains(
            *("predict", "--model", contract_model, "--out", images, asked),
            sentence="images: masks among the images would be taken for images. "
            "Give another folder with --out, such as one inside",
        )
    result = run("predict", "--model", contract_model, "--out", tmp_path, images)
    assert result.stdout.startswith("4 masks written")
    assert all((tmp_path / f"{key}.png").is_file() for key in pictures)


def test_a_damaged_image_is_told_and_the_others_are_done(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    images, out = tmp_path / "images", tmp_path / "out"
    (images / "cell3.png").write_bytes((images / "cell2.png").read_bytes()[:900])
    (images / "cell4.jpg").write_text("no picture")

    result = run("predict", "--model", contract_model, "--out", out, images)

    assert result.stderr.splitlines() == [
        "cell3.png: the file is damaged and cannot be opened. Copy it again from its source",
        "cell4.jpg: this is not an image we can read. Use PNG, JPEG, TIFF, WebP or BMP",
    ]
    assert result.stdout.startswith(f"4 masks written to {out}, 2 images failed, C")
    assert result.returncode == 2
    _check(out, pictures)


def test_a_model_that_fails_on_every_image_names_each(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage]
) -> None:
    loud = [helper.make_node("Cast", ["red"], ["class_index"], to=TensorProto.UINT8)]
    model = write_model(tmp_path / "loud.onnx", nodes=loud)
    result = run("predict", "--model", model, "--out", tmp_path / "out", tmp_path / "images")
    lines = result.stderr.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("cell2.png: loud.onnx: it predicts class 25")
    assert result.stdout.startswith("0 masks written")
    assert result.returncode == 2


def test_a_model_is_found_by_its_name_among_the_users(
    run: Run, tmp_path: Path, own_home: Path, pictures: dict[str, RgbImage]
) -> None:
    write_model(own_home / "data" / "segstudio" / "models" / "mine.onnx")
    for name in ("mine", "mine.onnx"):
        out = tmp_path / name
        result = run("predict", "--model", name, "--out", out, tmp_path / "images")
        assert result.returncode == 0, result.stderr
        _check(out, pictures)


def test_what_cannot_be_predicted_is_one_line(
    complains: Complains, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    images, out = tmp_path / "images", tmp_path / "out"
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.onnx").write_text("no model\n" * 10)
    no_card = write_model(tmp_path / "no-card.onnx", card=None)
    fine = ("--model", contract_model, "--out", out)

    complains(
        *("predict", *fine, tmp_path / "nowhere"),
        sentence="nowhere: there is no such image or folder. Check the name",
    )
    complains(
        *("predict", *fine, tmp_path / "empty"),
        sentence="empty: there are no images in this folder. "
        "Give a folder with PNG, JPEG, TIFF, WebP or BMP files",
    )
    complains(
        *("predict", "--model", tmp_path / "text.onnx", "--out", out, images),
        sentence="text.onnx: this is not an ONNX model, or the file is damaged. "
        "Copy it again from its source, or export it again",
    )
    complains(
        *("predict", "--model", no_card, "--out", out, images),
        sentence="no-card.onnx: it has no model card, so the names of its classes are unknown. "
        "Export it again with: trainer export RUN --out MODEL.onnx",
    )
    complains(
        *("predict", "--model", tmp_path / "gone.onnx", "--out", out, images),
        sentence="gone.onnx: there is no such model. Check the name",
    )
    assert not out.exists()


def test_two_images_with_one_mask_are_refused_before_anything_is_done(
    complains: Complains, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    other = tmp_path / "other" / "cell2.png"
    other.parent.mkdir()
    other.write_bytes((tmp_path / "images" / "cell2.png").read_bytes())
    out = tmp_path / "out"
    complains(
        *("predict", "--model", contract_model, "--out", out, tmp_path / "images", other),
        sentence="cell2.png: its mask would overwrite that of "
        f"{tmp_path / 'images' / 'cell2.png'}. Predict them into different folders",
    )
    assert not out.exists()


def test_a_read_only_folder_for_the_masks_is_told(
    complains: Complains, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    complains(
        *("predict", "--model", contract_model, "--out", locked / "out", tmp_path / "images"),
        unprivileged=True,
        sentence="out: this folder could not be made: you may not write here. "
        "Choose a folder that you may write",
    )
    complains(
        *("predict", "--model", contract_model, "--out", locked, tmp_path / "images"),
        unprivileged=True,
        sentence="cell2.png.png: could not be saved: you may not write here. "
        "Choose a folder that you may write",
    )


def test_asking_for_a_gpu_that_cannot_be_used_is_an_error_with_the_reason(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    out = tmp_path / "out"
    cuda = run("predict", "--provider", "cuda", "--model", contract_model, "--out", out, tmp_path)
    if cuda.returncode == 0:
        assert cuda.stdout.endswith(", CUDA\n")
        return
    assert cuda.returncode == 2
    assert cuda.stderr.startswith("CUDA cannot be used: ")
    assert cuda.stderr.endswith(". Use --provider auto to run on the CPU\n")
    assert cuda.stderr.count("\n") == 1
    assert not out.exists()


def test_masks_that_are_there_are_not_overwritten_unasked(
    run: Run,
    complains: Complains,
    tmp_path: Path,
    pictures: dict[str, RgbImage],
    contract_model: Path,
) -> None:
    images, out = tmp_path / "images", tmp_path / "out"
    arguments = ("predict", "--model", contract_model, "--out", out, images)
    run(*arguments)
    corrected = out / "cell2.png.png"
    corrected.write_bytes(b"my corrections")
    (out / "cell10.png.png").unlink()  # as if the run had been stopped

    complains(
        *arguments,
        sentence="out: 3 masks of these images are there already. "
        "Add --existing skip to leave them, or --existing replace to write them anew",
    )
    resumed = run(*arguments, "--existing", "skip")
    assert resumed.stdout.startswith(f"1 mask written to {out}, 3 masks left as they were, C")
    assert corrected.read_bytes() == b"my corrections"
    assert (out / "cell10.png.png").exists()

    assert run(*arguments, "--existing", "replace").stdout.startswith("4 masks written")
    _check(out, pictures)


def test_several_workers_write_the_same_masks(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage], contract_model: Path
) -> None:
    out = tmp_path / "out"
    result = run(
        *("predict", "--workers", 2, "--model", contract_model, "--out", out, tmp_path / "images")
    )
    assert result.returncode == 0, result.stderr
    _check(out, pictures)


def test_a_model_of_another_tool_runs_as_it_is_likeliest_meant_if_wished(
    run: Run, complains: Complains, tmp_path: Path, pictures: dict[str, RgbImage]
) -> None:
    model, out = foreign.torchvision(tmp_path / "other.onnx"), tmp_path / "out"
    arguments = ("predict", "--model", model, "--out", out, tmp_path / "images")
    complains(
        *arguments,
        sentence="other.onnx: this model is not one of ours, so how it takes images must be "
        "confirmed once. Open it in the window, or take the likeliest way with --guess",
    )
    guessed = run(*arguments, "--guess", "--flips", "both")
    assert guessed.stderr.startswith("other.onnx: taken as rgb pixels ImageNet's mean and spread")
    _check(out, pictures)


def test_a_model_that_runs_on_for_ever_ends_at_the_limit(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage]
) -> None:
    model = write_slow_model(tmp_path / "slow.onnx", stoppable=True)
    image = tmp_path / "images" / "cell2.png"
    result = run("predict", "--limit", "0.5", "--model", model, "--out", tmp_path / "out", image)
    assert "slow.onnx: the model did not answer for 0.5 s" in result.stderr
    assert result.returncode == 2


def test_a_model_that_fails_on_image_after_image_ends_the_run(
    run: Run, tmp_path: Path, pictures: dict[str, RgbImage]
) -> None:
    model = write_slow_model(tmp_path / "slow.onnx", stoppable=True)
    images = tmp_path / "images"
    result = run("predict", "--limit", "0.2", "--model", model, "--out", tmp_path / "out", images)
    *lines, last = result.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.endswith("or allow more time with --limit") for line in lines)
    assert last == "the model failed on 3 images in a row. The lines above say what to do"


def test_scales_that_make_no_sense_are_one_line(complains: Complains, tmp_path: Path) -> None:
    arguments = ("predict", "--model", tmp_path / "m.onnx", "--out", tmp_path / "out", tmp_path)
    option = "Invalid value for '--scales': "
    end = ". See: segstudio predict --help"
    complains(
        *arguments,
        "--scales=half",
        sentence=f"{option}'half' is no list of numbers such as 0.75,1,1.25{end}",
    )
    complains(
        *arguments, "--scales=9", sentence=f"{option}scales are factors between 0.1 and 4{end}"
    )
