"""A metric as one node of the graph that torch's compiler makes.

Imported where it is first asked for: the compiler carries an import out, so that the node exists before it is met. What
the node does is traced after it, by the next stage, as operations on tensors that have shapes but no values.
"""

from typing import Any

import torch

from ._xp import NODES


def _said(option: Any) -> Any:
    """A number that the compiler holds open is settled: another one is another program."""
    if isinstance(option, torch.SymInt):
        return int(option)
    if isinstance(option, torch.SymFloat):
        return float(option)
    return tuple(map(_said, option)) if isinstance(option, tuple) else option


def _as_one_node(key: str, arrays: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """The value; None where the compiler finds none, for then the call, walked through, says why in its own words."""
    call, settled = NODES[key].call, {name: _said(option) for name, option in options.items()}
    if not torch.compiler.is_compiling():  # a backend that runs the graph as it stands
        return call(arrays, settled)
    try:
        return call(arrays, settled)
    except Exception:
        return None


as_one_node = torch.compiler.allow_in_graph(_as_one_node)
