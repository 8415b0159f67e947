"""The namespace layer: a slot's own users, processes, network and file tree.

In the tree there are the interpreter's files (read only), four devices and a scratch folder of
limited size; no /proc, no home, no checkout. It takes root or unprivileged user namespaces.
"""

import ctypes
import os

from tarot.sandbox.linux import syscall

SCRATCH = "/scratch"

_NEWNS, _NEWIPC, _NEWUSER = 0x00020000, 0x08000000, 0x10000000
_NEWPID, _NEWNET = 0x20000000, 0x40000000

_BIND, _REC, _PRIVATE = 0x1000, 0x4000, 0x40000
_NOSUID, _NODEV, _NOEXEC = 2, 4, 8
_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID = 1, 2


def enter_processes() -> None:
    """Put the children that are forked from now on into a PID namespace; raises OSError.

    Where this takes a user namespace, the one that is made knows this user alone.
    """
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        try:
            syscall("unshare", _NEWPID)
            return
        except PermissionError:
            pass
    syscall("unshare", _NEWUSER | _NEWPID)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")


def enter_tree(root: str, readable: list[str], scratch_mb: int, owner: int) -> None:
    """Replace network, IPC and file tree of this process; `root` is an empty folder to mount on.

    Raises OSError where the kernel or a container's policy refuses it.
    """
    syscall("unshare", _NEWNS | _NEWNET | _NEWIPC)
    _mount(None, "/", None, _REC | _PRIVATE, None)
    _mount("tarot", root, "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")
    for path in readable:
        _bind(path, root + path)
    os.mkdir(root + SCRATCH)
    _make_read_only(root)
    options = f"size={scratch_mb}m,nr_inodes=4096,mode=700,uid={owner},gid={owner}"
    _mount("tarot", root + SCRATCH, "tmpfs", _NOSUID | _NODEV | _NOEXEC, options)
    os.chdir(root)
    syscall("pivot_root", b".\0", b".\0")
    syscall("umount2", b".\0", _DETACH)
    os.chdir(SCRATCH)


def _bind(source: str, target: str) -> None:
    if os.path.lexists(target):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.isdir(source):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT))
    _mount(source, target, None, _BIND | _REC, None)


def _make_read_only(root: str) -> None:
    """Make the tree under `root` read only, mounts within mounts included."""
    record = (ctypes.c_uint64 * 4)(_ATTR_RDONLY | _ATTR_NOSUID, 0, 0, 0)
    syscall("mount_setattr", _AT_FDCWD, root.encode(), _AT_RECURSIVE, bytes(record), 32)


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None
) -> None:
    texts = [None if t is None else t.encode() for t in (source, target, kind, options)]
    syscall("mount", texts[0], texts[1], texts[2], flags, texts[3])


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
