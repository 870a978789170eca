"""segstudio: run segmentation networks, correct the masks, retrain on what was corrected."""

__version__ = "0.1.0"
