"""What users configure, be it of no consequence for a plan or of some."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tools.stress.values import Settings

OF_NO_CONSEQUENCE: Sequence[Settings] = (
    (("diff.algorithm", "histogram"),),
    (("diff.algorithm", "patience"), ("diff.indentHeuristic", "false")),
    (("diff.renames", "copies"),),
    (("diff.renames", "false"), ("diff.renameLimit", "1")),
    (("diff.noprefix", "true"), ("color.ui", "always"), ("core.quotePath", "false")),
    (("diff.mnemonicPrefix", "true"), ("diff.context", "9")),
    (("diff.interHunkContext", "20"), ("diff.suppressBlankEmpty", "true")),
    (("diff.ignoreSubmodules", "all"), ("diff.submodule", "log")),
    (("diff.external", "false"), ("diff.odd.textconv", "false"), ("core.abbrev", "4")),
    (("diff.orderFile", "/dev/null"), ("diff.wsErrorHighlight", "all")),
    (("diff.dirstat", "lines"), ("diff.relative", "true"), ("log.showRoot", "false")),
)
"""A plan made under these is the same byte for byte."""

OF_SOME: Sequence[Settings] = (
    (("core.bigFileThreshold", "300"),),
    (("diff.odd.binary", "true"), ("diff.python.binary", "false")),
    (("core.autocrlf", "true"), ("core.safecrlf", "true")),
    (("core.autocrlf", "input"), ("core.whitespace", "cr-at-eol")),
    (("core.ignoreCase", "true"), ("core.precomposeUnicode", "true")),
    (("core.fileMode", "false"), ("core.symlinks", "false")),
    (("transfer.unpackLimit", "1"), ("core.compression", "0")),
    (("transfer.fsckObjects", "true"), ("core.logAllRefUpdates", "always")),
    (("core.sharedRepository", "group"), ("core.deltaBaseCacheLimit", "0")),
    (("i18n.commitEncoding", "ISO-8859-1"), ("apply.whitespace", "fix")),
    (("diff.algorithm", "histogram"), ("merge.renames", "false")),
)
"""These hold while all of a case is done, by gitsplit and by git apply alike."""


@contextmanager
def with_settings(settings: Settings) -> Iterator[None]:
    """Within the block git has these settings (GIT_CONFIG_COUNT, ``git(1)``)."""
    before = int(os.environ.get("GIT_CONFIG_COUNT", "0"))
    os.environ["GIT_CONFIG_COUNT"] = str(before + len(settings))
    for number, (key, value) in enumerate(settings, before):
        os.environ[f"GIT_CONFIG_KEY_{number}"] = key
        os.environ[f"GIT_CONFIG_VALUE_{number}"] = value
    try:
        yield
    finally:
        os.environ["GIT_CONFIG_COUNT"] = str(before)
