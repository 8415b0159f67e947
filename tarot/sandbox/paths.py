"""Which files programs may read: the interpreter, its libraries and nothing of the user's."""

import os
import sys

_SYSTEM = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
)
_PACKAGES = ("site-packages", "dist-packages")


def import_folders() -> list[str]:
    """The folders of `sys.path` with the standard library and installed packages.

    What a `.pth` file adds, such as a checkout that was installed to be edited, is left out.
    """
    prefixes = tuple(p + os.sep for p in {sys.prefix, sys.base_prefix, sys.exec_prefix})
    own = [p for p in sys.path if p.startswith(prefixes) or p.endswith(_PACKAGES)]
    return [p for p in own if os.path.isdir(p)]


def readable() -> list[str]:
    """Every path that programs may read, parents before what lies in them."""
    libraries = [os.path.join(sys.base_prefix, "lib")]
    found = {os.path.normpath(p) for p in (*_SYSTEM, *libraries, *import_folders())}
    return sorted(p for p in found if os.path.exists(p))
