"""What hostile code in a worker might try, each action in a process of its own, free or behind the walls.

`python -m tests.support.hostile_actions` prints the list: what succeeds free, and what is refused confined.
"""

# mypy: disable-error-code="func-returns-value"

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from weighin.confinement.confine import confine
from weighin.confinement.rights import Rights
from weighin.confinement.seccomp import MACHINES

DONE, REFUSED = "done", "refused"
_REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS}
_AT_FDCWD = -100


@dataclass(frozen=True)
class Victims:
    """What is there to be attacked. model: the only file that may be read. parent, other: processes; port: of TCP,
    open; unix: path of a socket; abstract: its name without the NUL."""

    home: str
    secret: str
    database: str
    model: str
    beside: str
    other_model: str
    temporary: str
    parent: int
    other: int
    port: int
    unix: str
    abstract: str


Action = Callable[[Victims], object]
ACTIONS: dict[str, Action] = {}
# What systems, containers and who is not root may be kept from by others already: free, these need not succeed.
OFTEN_REFUSED = {
    "set the host name", "leave the name spaces", "trace another process", "make a key in the keyring",
    "set up io uring", "read the memory of another process", "read memory by process vm readv", "read by a handle",
    "set an attribute of a file", "connect by ip version 6", "change the personality",
}  # fmt: skip


def action(function: Action) -> Action:
    """Put `function` on the list."""
    ACTIONS[function.__name__.replace("_", " ").strip()] = function
    return function


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def _call(number: int, *arguments: object) -> int:
    """A call of the kernel; raises OSError."""
    result = int(_libc().syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _numbers(x86_64: int, aarch64: int) -> int:
    return (x86_64, aarch64)[MACHINES[os.uname().machine].column]


# ------------------------------------------------------------------------------------------------ reading


@action
def read_a_secret_in_home(v: Victims) -> object:
    return Path(v.secret).read_text()


@action
def list_the_home_folder(v: Victims) -> object:
    return os.listdir(v.home)


@action
def read_the_database(v: Victims) -> object:
    return Path(v.database).read_bytes()


@action
def read_another_model(v: Victims) -> object:
    return Path(v.other_model).read_bytes()


@action
def list_the_folder_of_the_model(v: Victims) -> object:
    return os.listdir(Path(v.model).parent)


@action
def read_the_environment_of_the_parent(v: Victims) -> object:
    return Path(f"/proc/{v.parent}/environ").read_bytes()


@action
def read_the_memory_of_another_process(v: Victims) -> object:
    with Path(f"/proc/{v.other}/maps").open() as maps:
        begin = int(maps.readline().split("-")[0], 16)
    with Path(f"/proc/{v.other}/mem").open("rb", buffering=0) as memory:
        memory.seek(begin)
        return memory.read(16)


@action
def list_the_descriptors_of_another_process(v: Victims) -> object:
    return os.listdir(f"/proc/{v.other}/fd")


@action
def read_the_command_line_of_another_process(v: Victims) -> object:
    return Path(f"/proc/{v.other}/cmdline").read_bytes()


@action
def list_all_processes(_: Victims) -> object:
    return os.listdir("/proc")


@action
def read_by_the_root_of_proc_self(v: Victims) -> object:
    return Path(f"/proc/self/root{v.secret}").read_text()


@action
def read_the_list_of_users(_: Victims) -> object:
    return Path("/etc/passwd").read_text()


@action
def read_by_a_handle(v: Victims) -> object:
    handle = ctypes.create_string_buffer(136)
    ctypes.memmove(handle, (128).to_bytes(4, "little"), 4)
    mount = ctypes.c_int()
    name = _numbers(303, 264)
    return _call(name, _AT_FDCWD, v.secret.encode(), handle, ctypes.byref(mount), 0)


@action
def read_memory_by_process_vm_readv(v: Victims) -> object:
    with Path(f"/proc/{v.other}/stat").open() as stat:  # where the walls do not stand this tells where its code begins
        begin = int(stat.read().rsplit(")", 1)[1].split()[23])
    buffer = ctypes.create_string_buffer(16)
    here = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 16)
    there = (ctypes.c_size_t * 2)(begin, 16)
    one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
    return _call(_numbers(310, 270), v.other, here, one, there, one, none)


# ------------------------------------------------------------------------------------------------ writing


@action
def write_into_the_model(v: Victims) -> object:
    return os.open(v.model, os.O_RDWR)


@action
def truncate_the_model(v: Victims) -> object:
    return os.truncate(v.model, Path(v.model).stat().st_size)


@action
def write_beside_the_model(v: Victims) -> object:
    return Path(v.beside).write_text("x")


@action
def delete_the_model(v: Victims) -> object:
    os.rename(v.model, v.model + ".gone")
    return os.rename(v.model + ".gone", v.model)


@action
def link_to_the_secret(v: Victims) -> object:
    os.link(v.secret, v.beside + ".link")
    return os.unlink(v.beside + ".link")


@action
def write_into_home(v: Victims) -> object:
    return Path(v.home, ".profile").write_text("x")


@action
def write_a_temporary_file(v: Victims) -> object:
    return Path(v.temporary, "x").write_text("x")


@action
def write_a_file_without_a_name(v: Victims) -> object:
    return os.open(v.temporary, os.O_TMPFILE | os.O_RDWR)


@action
def write_into_shared_memory(_: Victims) -> object:
    place = Path("/dev/shm", f"weighin-hostile-{os.getpid()}")
    place.write_text("x")
    return place.unlink()


@action
def make_a_folder(v: Victims) -> object:
    return Path(v.temporary, f"folder {os.getpid()}").mkdir()


@action
def make_a_link(v: Victims) -> object:
    return Path(v.temporary, f"link {os.getpid()}").symlink_to(v.secret)


@action
def make_a_pipe(v: Victims) -> object:
    return os.mkfifo(Path(v.temporary, f"pipe {os.getpid()}"))


@action
def change_the_mode_of_a_file(v: Victims) -> object:
    return os.chmod(v.secret, 0o666)


@action
def change_the_times_of_a_file(v: Victims) -> object:
    return os.utime(v.secret)


@action
def change_the_owner_of_a_file(v: Victims) -> object:
    return os.chown(v.secret, os.getuid(), os.getgid())


@action
def set_an_attribute_of_a_file(v: Victims) -> object:
    return os.setxattr(v.secret, "user.hostile", b"x")


@action
def append_to_the_database(v: Victims) -> object:
    with Path(v.database).open("ab") as stream:
        return stream.write(b"x")


# ------------------------------------------------------------------------------------------------ reaching


@action
def connect_to_this_computer(v: Victims) -> object:
    return socket.create_connection(("127.0.0.1", v.port), timeout=2).close()


@action
def connect_by_ip_version_6(v: Victims) -> object:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as made:
        return made.fileno()


@action
def send_a_datagram(v: Victims) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        return made.sendto(b"x", ("127.0.0.1", v.port))


@action
def listen_for_others(_: Victims) -> object:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return made.listen()


@action
def connect_to_a_unix_socket(v: Victims) -> object:
    with socket.socket(socket.AF_UNIX) as made:
        return made.connect(v.unix)


@action
def connect_to_an_abstract_socket(v: Victims) -> object:
    with socket.socket(socket.AF_UNIX) as made:
        return made.connect("\0" + v.abstract)


@action
def make_a_pair_of_sockets(_: Victims) -> object:
    return [end.close() for end in socket.socketpair()]


@action
def ask_the_kernel_for_its_routes(_: Victims) -> object:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as made:
        return made.bind((0, 0))


# ------------------------------------------------------------------------------------------------ starting


@action
def run_a_program(_: Victims) -> object:
    return subprocess.run(["/bin/true"], check=True)


@action
def become_a_program(_: Victims) -> object:
    # Only a path that is none: what stops it must be the walls, not that there is no such program.
    with contextlib.suppress(FileNotFoundError):
        os.execv("/nowhere/at/all", ["x"])
    return None


@action
def fork(_: Victims) -> object:
    if (child := os.fork()) == 0:
        os._exit(0)
    return os.waitpid(child, 0)


@action
def run_a_program_by_posix_spawn(_: Victims) -> object:
    return os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


@action
def run_code_from_memory(_: Victims) -> object:
    descriptor = os.memfd_create("x")
    os.write(descriptor, Path("/bin/true").read_bytes())
    return os.waitpid(os.posix_spawn(f"/proc/self/fd/{descriptor}", ["true"], {}), 0)


# ------------------------------------------------------------------------------------------------ other processes


@action
def end_the_parent(v: Victims) -> object:
    return os.kill(v.parent, 0)


@action
def signal_another_process(v: Victims) -> object:
    return os.kill(v.other, signal.SIGCONT)


@action
def signal_a_thread_of_another_process(v: Victims) -> object:
    return _call(_numbers(234, 131), v.other, v.other, signal.SIGCONT)


@action
def open_a_handle_of_the_parent(v: Victims) -> object:
    return os.close(os.pidfd_open(v.parent))


@action
def trace_another_process(v: Victims) -> object:
    attach, detach = 16, 17
    _call(_numbers(101, 117), attach, v.other, 0, 0)
    os.waitpid(v.other, 0x40000000)
    return _call(_numbers(101, 117), detach, v.other, 0, 0)


@action
def limit_the_parent(v: Victims) -> object:
    return resource.prlimit(v.parent, resource.RLIMIT_CORE)


@action
def slow_the_parent_down(v: Victims) -> object:
    return os.setpriority(os.PRIO_PROCESS, v.other, 5)


@action
def change_the_group_of_a_process(_: Victims) -> object:
    return os.setpgid(0, 0)


# ------------------------------------------------------------------------------------------------ the kernel


@action
def set_up_io_uring(_: Victims) -> object:
    return os.close(_call(425, 4, ctypes.create_string_buffer(120)))


@action
def make_a_key_in_the_keyring(_: Victims) -> object:
    session = -3
    return _call(_numbers(248, 217), b"user", b"hostile", b"x", 1, session)


@action
def share_memory_by_system_v(_: Victims) -> object:
    memory = _call(_numbers(29, 194), 0, 4096, 0o1600)
    return _call(_numbers(31, 195), memory, 0, None)


@action
def open_a_queue_of_messages(_: Victims) -> object:
    queue = _call(_numbers(68, 186), 0, 0o1600)
    return _call(_numbers(71, 187), queue, 0, None)


@action
def leave_the_name_spaces(_: Victims) -> object:
    new_user = 0x10000000
    return _call(_numbers(272, 97), new_user)


@action
def change_the_personality(_: Victims) -> object:
    return _call(_numbers(135, 92), 0xFFFFFFFF)


@action
def set_the_host_name(_: Victims) -> object:
    # Its own: whoever is allowed changes nothing, whoever is not is refused.
    name = socket.gethostname().encode()
    return _call(_numbers(170, 161), name, len(name))


# ------------------------------------------------------------------------------------------------ running them


@contextlib.contextmanager
def victims() -> Iterator[Victims]:
    """All that is attacked, made for it."""
    with tempfile.TemporaryDirectory(prefix="weighin-victims-") as folder, contextlib.ExitStack() as stack:
        place = Path(folder)
        home, models, temporary = place / "home", place / "models", place / "tmp"
        for made in (home, models, temporary):
            made.mkdir()
        for file in (home / "secret", home / "weighin.db", models / "a.gguf", models / "b.gguf"):
            file.write_bytes(b"secret of " + file.name.encode())
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        unix.bind(str(place / "unix"))
        unix.listen()
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{place.name}")
        abstract.listen()
        other = stack.enter_context(subprocess.Popen(["sleep", "600"]))
        stack.callback(other.kill)
        yield Victims(
            home=str(home),
            secret=str(home / "secret"),
            database=str(home / "weighin.db"),
            model=str(models / "a.gguf"),
            beside=str(models / "beside"),
            other_model=str(models / "b.gguf"),
            temporary=str(temporary),
            parent=os.getpid(),
            other=other.pid,
            port=server.getsockname()[1],
            unix=str(place / "unix"),
            abstract=place.name,
        )


def attempt(name: str, there: Victims, confined: bool) -> str:
    """DONE, REFUSED, or what else came of an action, in a process of its own."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.support.hostile_actions", name, str(int(confined)), json.dumps(asdict(there))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return made.stdout.strip() or f"{made.returncode}: {made.stderr[-300:]}"


def _try(name: str, there: Victims, confined: bool) -> str:
    if confined:
        walls = confine(Rights(read=(there.model,)))
        if not (walls.landlock and walls.seccomp):
            return f"the walls do not stand: {walls.words()}"
        Path(there.model).read_bytes()  # what is allowed goes on
    try:
        ACTIONS[name](there)
    except OSError as error:
        return REFUSED if error.errno in _REFUSALS else f"{type(error).__name__}: {error}"
    return DONE


def main(arguments: list[str]) -> int:
    """One action, or the list of all of them."""
    if arguments:
        name, behind, told = arguments
        print(_try(name, Victims(**json.loads(told)), behind == "1"), flush=True)
        return 0
    with victims() as there:
        rows = [(name, attempt(name, there, False), attempt(name, there, True)) for name in ACTIONS]
    print(f"{'action':<45} {'free':<10} confined")
    for name, free, confined in rows:
        print(f"{name:<45} {free:<10} {confined}")
    possible, refused = sum(free == DONE for _, free, _ in rows), sum(confined == REFUSED for *_, confined in rows)
    print(f"{possible} of {len(rows)} possible free, {refused} of {len(rows)} refused confined")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
