import numpy as np

from segstudio.core.uncertainty import heat_colors, mean_uncertainty, uncertain_regions


def test_regions_are_ranked_by_how_unsure_and_how_large_they_are() -> None:
    uncertainty = np.zeros((100, 200), np.float32)
    uncertainty[10:20, 10:20] = 1.0  # 100
    uncertainty[50:70, 100:120] = 0.6  # 240
    uncertainty[90:92, 0:2] = 1.0  # too small to look at
    uncertainty[0:5, 150:200] = 0.4  # below the threshold
    regions = uncertain_regions(uncertainty)
    assert [region.rect for region in regions] == [(50, 100, 70, 120), (10, 10, 20, 20)]
    assert [region.pixels for region in regions] == [400, 100]
    np.testing.assert_allclose([region.weight for region in regions], [240, 100], rtol=1e-4)


def test_a_sure_model_has_no_regions() -> None:
    assert uncertain_regions(np.zeros((10, 10), np.float32)) == []


def test_colours_go_from_clear_to_bright() -> None:
    colors = heat_colors(0.5).astype(int)
    assert colors.shape == (256, 4)
    assert colors[0, 3] == 0
    assert colors[255, 3] == 128
    assert (np.diff(colors[:, :3].sum(axis=1)) >= -2).all()


def test_the_mean_counts_a_pixel_of_half_probability_as_wholly_unsure() -> None:
    confidence = np.full((600, 3), 1.0, np.float32)
    confidence[:150] = 0.5
    confidence[150:300] = 0.2
    assert mean_uncertainty(confidence) == 0.5
