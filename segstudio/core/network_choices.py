"""The networks that the window offers to train.

The trainer's table has more backbones; loading it takes PyTorch, which the window does without. A
test holds these rows against that table.
"""

from typing import Final, NamedTuple


class NetworkChoice(NamedTuple):
    """A network that the trainer knows.

    Attributes:
        network: Its name in the trainer's table.
        backbone: Its backbone, or None where it has none to choose.
        has_imagenet: Whether weights that know ImageNet are published for it.
    """

    network: str
    backbone: str | None
    has_imagenet: bool

    @property
    def title(self) -> str:
        """Name shown to people."""
        return f"{self.network} ({self.backbone})" if self.backbone else self.network


NETWORKS: Final = (
    NetworkChoice("unet-mini", None, False),
    NetworkChoice("unet", None, False),
    NetworkChoice("unet-mobilenet", "mobilenet-v1", False),
    NetworkChoice("deeplabv3plus", "mobilenet-v2", True),
    NetworkChoice("deeplabv3plus", "xception65", False),
    NetworkChoice("deeplabv3", "mobilenet-v2", True),
    NetworkChoice("bisenet", "resnet18", True),
    NetworkChoice("bisenet", "xception39", False),
    NetworkChoice("bisenetv2", None, False),
    NetworkChoice("fcn8s", "vgg16-bn", True),
    NetworkChoice("fcn16s", "vgg16-bn", True),
    NetworkChoice("fcn32s", "vgg16-bn", True),
    NetworkChoice("segnet", "vgg16-bn", True),
)
"""The one to start with comes first."""
