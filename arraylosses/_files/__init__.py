"""Images, clouds, meshes, tables and arrays, read from files as NumPy arrays. Readers are imported when needed."""

from ._address import CALLED, KIND_OF, KINDS, Address, Kind
from ._arrays import read_array
from ._fault import FileFault
from ._folders import Pairing, files_of, paired
from ._images import Alpha, Channels, Image, read_image
from ._shapes import Shape, read_shape
from ._tables import Column, read_column

__all__ = [
    "CALLED",
    "KINDS",
    "KIND_OF",
    "Address",
    "Alpha",
    "Channels",
    "Column",
    "FileFault",
    "Image",
    "Kind",
    "Pairing",
    "Shape",
    "files_of",
    "paired",
    "read_array",
    "read_column",
    "read_image",
    "read_shape",
]
