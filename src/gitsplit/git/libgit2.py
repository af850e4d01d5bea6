"""libgit2, by the compiled part of pygit2.

The package imports all of itself, and with it ssl, socket, tarfile and logging: two
thirds of what it takes to import it, and nothing of that is used here. Nor are its
enums: numbers have their names in the compiled part as well.
"""

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING

NEWEST_TRIED = (1, 21)
"""The newest pygit2 whose compiled part is known to do without the rest.

Of a newer one the whole package is imported.
"""

_COMPILED = "pygit2._pygit2"

_ENUMS = "pygit2.enums"

_ENUM_NAMES = (
    *("DeltaStatus", "DiffFlag", "FileMode", "FileStatus"),
    *("MergeAnalysis", "MergePreference", "ObjectType", "ReferenceType"),
)
"""The enums in which the compiled module gives numbers away."""


def _compiled_part() -> ModuleType:
    """The compiled module of pygit2, ready for use."""
    if "pygit2" not in sys.modules:
        try:
            return _import_alone()
        except (ImportError, AttributeError):
            pass  # one that is built in another way
    import_module("pygit2")
    return import_module(_COMPILED)


def _import_alone() -> ModuleType:
    """Import the compiled module, but not the package; its enums are plain numbers.

    It keeps its name, so whoever imports pygit2 later gets the same one, with enums.
    """
    spec = find_spec("pygit2")
    if spec is None:
        raise ImportError
    sys.modules["pygit2"] = module_from_spec(spec)
    try:
        version = import_module("pygit2._build").__version__
        if tuple(map(int, version.split(".")[:2])) > NEWEST_TRIED:
            raise ImportError
        compiled = import_module(_COMPILED)
        numbers = sys.modules[_ENUMS] = ModuleType(_ENUMS)
        vars(numbers).update(dict.fromkeys(_ENUM_NAMES, int))
        compiled._cache_enums()
    finally:
        del sys.modules["pygit2"]
        sys.modules.pop(_ENUMS, None)
    return compiled


if TYPE_CHECKING:
    from pygit2 import _pygit2 as pygit2
else:
    pygit2 = _compiled_part()

__all__ = ["NEWEST_TRIED", "pygit2"]
