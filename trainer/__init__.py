"""trainer: train segmentation networks on a label set and export them as ONNX models."""
