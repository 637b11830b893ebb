"""A primitive: a definition in the pure standard, and native twins where they were measured to pay."""

from functools import update_wrapper
from typing import Any

from .._typing import Formula, Namespace
from .._xp import library_named


class Primitive:
    """A function that the standard lacks.

    Attributes
    ----------
    pure : callable
        The definition, in the standard alone.
    natives : tuple of str
        Libraries that have a native form; filled from the one table in `_twins`.
    twins : dict
        Library name -> form, native or pure, of those that were met.
    """

    def __init__(self, pure: Formula) -> None:
        update_wrapper(self, pure)
        self.pure = pure
        self.natives: tuple[str, ...] = ()
        self.twins: dict[str, Formula] = {}
        ALL.append(self)

    def __call__(self, xp: Namespace, /, *args: Any, **options: Any) -> Any:
        name = library_named(xp)
        return (self.twins.get(name) or self.form(name))(xp, *args, **options)

    def form(self, name: str) -> Formula:
        """The form for a library; those of all at once, for what is learned under a trace compiles a program anew."""
        for primitive in ALL:
            primitive.twins.setdefault(name, primitive._found(name))
        return self.twins[name]

    def _found(self, name: str) -> Formula:
        found: Formula = getattr(native(name), self.pure.__name__) if name in self.natives else self.pure
        return found


ALL: list[Primitive] = []


def native(name: str) -> Any:
    """The module of a library's forms; by statements, which a tracer of torch's carries out."""
    if name == "numpy":
        from . import _numpy_twins as module
    elif name == "torch":
        from . import _torch_twins as module  # type: ignore[no-redef]  # one of five
    elif name == "jax":
        from . import _jax_twins as module  # type: ignore[no-redef]  # as above
    elif name == "cupy":
        from . import _cupy_twins as module  # type: ignore[no-redef]  # as above
    else:
        from . import _dask_twins as module  # type: ignore[no-redef]  # as above
    return module
