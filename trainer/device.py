"""The device that trains."""

import torch

from trainer.errors import DeviceError
from trainer.words import counted


def pick_device(asked: str) -> torch.device:
    """Return the device for "auto", "cpu" or "cuda".

    Raises:
        DeviceError: If CUDA was asked for and cannot be used.
    """
    if asked == "cpu" or (asked == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        built = torch.version.cuda is not None
        problem = "no GPU answers" if built else "this build of PyTorch has no CUDA"
        raise DeviceError(
            f"training on CUDA is not possible: {problem}",
            hint="Check the driver with nvidia-smi"
            if built
            else "Install PyTorch for CUDA from pytorch.org, or train with --device cpu",
        )
    return torch.device("cuda")


def describe_device(device: torch.device) -> str:
    """Return the device's name for people."""
    if device.type == "cuda":
        return f"CUDA, {torch.cuda.get_device_name(device)}"
    return f"CPU, {counted(torch.get_num_threads(), 'thread')}"
