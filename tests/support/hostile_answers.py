"""What the code in a hostile answer might do to this computer, each with a test that passes when it could.

`{home}`, `{secret}`, `{beside}`, `{temporary}`, `{port}`, `{other}` and `{unix}` are those of the victims.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tests.support.hostile_actions import Victims


@dataclass(frozen=True)
class HostileAnswer:
    """often_refused: by systems and containers too, without walls."""

    code: str
    tests: str
    often_refused: bool = False

    def aimed_at(self, victims: Victims) -> tuple[str, str]:
        """Code and tests with the victims' names in them."""
        code, tests = self.code, self.tests
        for name, value in asdict(victims).items():
            code, tests = (text.replace(f"{{{name}}}", str(value)) for text in (code, tests))
        return code, tests


_DONE = "assert done"

HOSTILE_ANSWERS: dict[str, HostileAnswer] = {
    "start a process": HostileAnswer(
        """
import os
child = os.fork()
if child == 0:
    os._exit(0)
done = os.waitpid(child, 0)[0] == child
""",
        _DONE,
    ),
    "run a program": HostileAnswer("import subprocess\ndone = subprocess.run(['/bin/true']).returncode == 0", _DONE),
    "run a program without Python's help": HostileAnswer(
        "import os\ndone = os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)[1] == 0", _DONE
    ),
    "write into the home folder": HostileAnswer(
        "open('{home}/.profile', 'w').write('hostile')", "assert open('{home}/.profile').read() == 'hostile'"
    ),
    "write a temporary file": HostileAnswer(
        "import tempfile\ndone = tempfile.TemporaryFile(dir='{temporary}').write(b'x')", _DONE
    ),
    "delete a file": HostileAnswer(
        "import os\nopen('{beside}', 'w').close()\nos.remove('{beside}')\ndone = True",
        _DONE,
    ),
    "empty a file": HostileAnswer(
        "import os\nsize = os.stat('{secret}').st_size\nos.truncate('{secret}', size)\ndone = True", _DONE
    ),
    "change the mode of a file": HostileAnswer("import os\nos.chmod('{secret}', 0o600)\ndone = True", _DONE),
    "read the user's files": HostileAnswer("done = open('{secret}').read()", _DONE),
    "list the user's files": HostileAnswer("import os\ndone = os.listdir('{home}')", _DONE),
    "read the list of users": HostileAnswer("done = open('/etc/passwd').read()", _DONE),
    "read the environment of the window": HostileAnswer(
        "import os\ndone = open(f'/proc/{os.getppid()}/environ', 'rb').read()", _DONE
    ),
    "reach a server": HostileAnswer(
        "import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=2)\ndone = True", _DONE
    ),
    "send a datagram": HostileAnswer(
        """
import socket
done = socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", {port}))
""",
        _DONE,
    ),
    "serve others": HostileAnswer("import socket\ndone = socket.create_server(('127.0.0.1', 0))", _DONE),
    "reach a program of this computer": HostileAnswer(
        "import socket\nsocket.socket(socket.AF_UNIX).connect('{unix}')\ndone = True", _DONE
    ),
    "end the window": HostileAnswer("import os\nos.kill(os.getppid(), 0)\ndone = True", _DONE),
    "signal another process": HostileAnswer("import os, signal\nos.kill({other}, signal.SIGCONT)\ndone = True", _DONE),
    "limit the window": HostileAnswer(
        "import os, resource\ndone = resource.prlimit(os.getppid(), resource.RLIMIT_CORE)", _DONE
    ),
    "trace another process": HostileAnswer(
        """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
assert libc.ptrace(16, {other}, 0, 0) == 0, os.strerror(ctypes.get_errno())
os.waitpid({other}, 0x40000000)
libc.ptrace(17, {other}, 0, 0)
done = True
""",
        _DONE,
        often_refused=True,
    ),
    "lift its own limits": HostileAnswer(
        """
import resource
for name in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
    resource.setrlimit(name, resource.getrlimit(name))
done = True
""",
        _DONE,
    ),
    "lift its own limits by another call": HostileAnswer(
        "import os, resource\nresource.prlimit(os.getpid(), resource.RLIMIT_AS, (2 << 30, 2 << 30))\ndone = True", _DONE
    ),
    "print without end": HostileAnswer(
        "for _ in range(20_000):\n    print('x' * 1000)\nimport sys\nsys.stdout.flush()\ndone = True", _DONE
    ),
    "print without end, past Python": HostileAnswer(
        "import os\nfor _ in range(20):\n    done = os.write(2, b'x' * (1 << 20)) == 1 << 20", _DONE
    ),
    "take all memory": HostileAnswer("import mmap\nmemory = mmap.mmap(-1, 2 << 30)\ndone = True", _DONE),
    "keep memory in files": HostileAnswer(
        """
import os
kept = [os.memfd_create(str(number)) for number in range(100)]
done = True
""",
        _DONE,
    ),
    "never end": HostileAnswer("import time\nwhile time.process_time() < 2.5:\n    pass\ndone = True", _DONE),
}
