"""Running exported models, to check and to judge them."""

import onnxruntime

from segstudio.core.label_map import LabelMap, RgbImage


def open_session(content: bytes) -> onnxruntime.InferenceSession:
    """Return a session on the CPU; raises what onnxruntime raises if this is no model."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what goes wrong is raised as well
    # Threads that spin while they wait take the processor from whatever else runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def class_index_by(session: onnxruntime.InferenceSession, image: RgbImage) -> LabelMap:
    """Return the (H, W) uint8 class indices that one of our models gives for an image."""
    class_index: LabelMap = session.run(["class_index"], {"image": image[None]})[0][0]
    return class_index
