"""What the last channel of an image is."""

from typing import Literal, TypeAlias

Cover: TypeAlias = Literal["", "straight", "premultiplied"]
"""No alpha; alpha beside the colours; alpha by which the colours are multiplied already."""

STRAIGHT: Cover = "straight"
PREMULTIPLIED: Cover = "premultiplied"
