"""libgit2, by the compiled part of pygit2.

The package imports all of itself, and with it ssl, socket, tarfile and logging: two
thirds of what it takes to import it, and nothing of that is used here.
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
    """Import the compiled module and its enums, but not the package.

    They keep their names, so whoever imports pygit2 later gets the same ones.
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
        compiled._cache_enums()
    finally:
        del sys.modules["pygit2"]
    return compiled


if TYPE_CHECKING:
    from pygit2 import _pygit2 as pygit2
    from pygit2 import enums
else:
    pygit2 = _compiled_part()
    enums = sys.modules["pygit2.enums"]

__all__ = ["NEWEST_TRIED", "enums", "pygit2"]
