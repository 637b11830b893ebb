"""Point clouds and triangle meshes, by trimesh."""

import re
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np

from ._address import Address
from ._arrays import numbers, read_array
from ._fault import FileFault, imported, reading


@dataclass(frozen=True)
class Shape:
    """Points (n, 3) in the order of the file, none of them merged; and triangles (m, 3), if there are any."""

    points: Any
    faces: Any = None

    @property
    def has_faces(self) -> bool:
        return self.faces is not None

    def sampled(self, where: object, count: int, seed: tuple[int, int]) -> Any:
        """Points of the surface, evenly by area; of a cloud, some of its points."""
        if self.has_faces:
            with reading(where):
                trimesh = imported("trimesh", "io", "trimesh")
            mesh = trimesh.Trimesh(self.points, self.faces, process=False)
            return np.asarray(trimesh.sample.sample_surface(mesh, count, seed=np.random.default_rng(seed))[0])
        if count > len(self.points):
            raise FileFault(where, f"has {len(self.points):,} points, fewer than `--sample {count}`.")
        return self.points[np.sort(np.random.default_rng(seed).choice(len(self.points), count, replace=False))]


def read_shape(address: Address) -> Shape:
    """The cloud or mesh of a file.

    Raises
    ------
    FileFault
        If the file cannot be read, holds no points, or coordinates that are NaN.
    """
    if address.suffix in (".npy", ".npz"):
        return _of_array(address)
    with reading(address):
        shape = _lines(address) if address.suffix == ".xyz" else _loaded(address)
    return _checked(address, shape)


def _of_array(address: Address) -> Shape:
    array = read_array(address)
    if array.ndim != 2 or array.shape[1] != 3:
        raise FileFault(address, f"must hold points, of shape (n, 3); it holds an array of shape {array.shape}.")
    return Shape(array)


def _lines(address: Address) -> Shape:
    """Three numbers a line; what follows them, such as colours, is left out, and so is what follows a ``#``."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*contained no data")
        return Shape(np.loadtxt(address.path, usecols=(0, 1, 2), ndmin=2, dtype=np.float64))


def _loaded(address: Address) -> Shape:
    trimesh = imported("trimesh", "io", "trimesh")
    data = address.path.read_bytes()
    file = BytesIO(_bare(data) if address.suffix == ".obj" else data)
    # by default, vertices are merged, and put in another order
    found = trimesh.load(file, file_type=address.suffix[1:], process=False, maintain_order=True)
    if isinstance(found, trimesh.Scene):
        found = found.to_geometry() if found.geometry else None
    if found is None:
        raise FileFault(address, "holds no points: it is cut off, or of another format.")
    faces = getattr(found, "faces", None)
    return Shape(np.array(found.vertices), None if faces is None or not len(faces) else np.array(faces))


def _bare(data: bytes) -> bytes:
    """Vertices and faces of an OBJ alone: where there are textures, trimesh drops vertices that no face names."""
    lines = (line for line in data.splitlines() if line.startswith((b"v ", b"f ")))
    return b"\n".join(re.sub(rb"/\S*", b"", line) if line.startswith(b"f") else line for line in lines) + b"\n"


def _checked(address: Address, shape: Shape) -> Shape:
    if shape.points.ndim != 2 or shape.points.shape[1] != 3 or not len(shape.points):
        raise FileFault(address, f"must hold points (n, 3); it holds {shape.points.shape}, and may be cut off.")
    numbers(address, shape.points)
    if shape.has_faces and not 0 <= shape.faces.min() <= shape.faces.max() < len(shape.points):
        raise FileFault(address, "has a face of a vertex that is not there: it is cut off, or damaged.")
    return shape
