"""Code that reaches out of a sandbox: for files, the environment, the network, other processes.

Names in braces are filled in by the test. Each snippet prints what it got, or does what can be seen
from outside. Where it can't be seen it says ESCAPED, put together so that no error quotes it.
"""

__all__ = ["HARMLESS", "RAISING_RIGHTS", "REACHING"]

_C = "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\n"

HARMLESS: dict[str, str] = {
    # files: reading
    "read a file": "print(open('{secret}').read())",
    "read by pathlib": "from pathlib import Path\nprint(Path('{secret}').read_text())",
    "read by os.open": "import os\nprint(os.read(os.open('{secret}', os.O_RDONLY), 999))",
    "read by io.open_code": "import io\nprint(io.open_code('{secret}').read())",
    "read by linecache": "import linecache\nprint(linecache.getlines('{secret}'))",
    "read by fileinput": "import fileinput\nprint(list(fileinput.input('{secret}')))",
    "read by a loader": "from importlib.machinery import SourceFileLoader\n"
    "print(SourceFileLoader('x', '{secret}').get_data('{secret}'))",
    "read by mmap": "import mmap, os\n"
    "print(mmap.mmap(os.open('{secret}', 0), 0, prot=mmap.PROT_READ)[:])",
    "read by C": _C + "b = ctypes.create_string_buffer(999)\n"
    "c.read(c.open(b'{secret}', 0), b, 999)\nprint(b.value)",
    "read by a raw system call": _C + "b = ctypes.create_string_buffer(999)\n"
    "c.syscall(0, c.syscall(2, b'{secret}', 0), b, 999)\nprint(b.value)",
    "read by sqlite": "import sqlite3\nc = sqlite3.connect('{database}')\n"
    "print(c.execute('select * from t').fetchall())",
    "read through a symbolic link": "import os\nos.symlink('{secret}', 'link')\n"
    "print(open('link').read())",
    "read through a relative path": "import os\n"
    "print(open(os.path.relpath('{secret}', os.getcwd())).read())",
    "read through the root of the process": "print(open('/proc/self/root{secret}').read())",
    "read by a shell": "import os\nprint(os.popen('cat {secret}').read())",
    "run it as a module": "import sys\nsys.path.insert(0, '{folder}')\nimport planted",
    "the accounts of the system": "print(open('/etc/passwd').read())",
    "the accounts by pwd": "import pwd\nprint(':'.join(map(str, pwd.getpwall()[0])))\n"
    "if pwd.getpwall(): print('ESC' + 'APED')",
    "list a folder": "import os\nprint(os.listdir('{folder}'))",
    "list by scandir": "import os\nprint([e.name for e in os.scandir('{folder}')])",
    "list by glob": "import glob\nprint(glob.glob('{folder}/*'))",
    "list by pathlib": "from pathlib import Path\nprint(list(Path('{folder}').iterdir()))",
    # files: writing
    "write a file": "open('{victim}', 'w').write('x')",
    "append to a file": "open('{victim}', 'a').write('x')",
    "write by pathlib": "from pathlib import Path\nPath('{victim}').write_text('x')",
    "truncate a file": "import os\nos.truncate('{victim}', 0)",
    "delete a file": "import os\nos.remove('{victim}')",
    "rename a file": "import os\nos.rename('{victim}', '{folder}/made')",
    "make a file": "open('{folder}/made', 'w')",
    "make a folder": "import os\nos.mkdir('{folder}/made')",
    "delete a folder": "import shutil\nshutil.rmtree('{folder}/deep')",
    "link out and write": "import os\nos.symlink('{victim}', 'out')\nopen('out', 'w').write('x')",
    "link hard and write": "import os\nos.link('{victim}', 'hard')\nopen('hard', 'w').write('x')",
    "copy out": "import shutil\nopen('a', 'w').write('x')\nshutil.copy('a', '{folder}/made')",
    "leave the folder upwards": "open('../made', 'w').write('x')",
    "change the rights of a file": "import os\nos.chmod('{victim}', 0o777)",
    "change the time of a file": "import os\nos.utime('{victim}', (1, 1))",
    "write with a database": "import sqlite3\nc = sqlite3.connect('{folder}/made')\n"
    "c.execute('create table t (x)')",
    # environment
    "the environment": "import os\nprint(dict(os.environ))",
    "a variable": "import os\nprint(os.getenv('AGENTIC_CANARY'))",
    "the environment by C": _C + "c.getenv.restype = ctypes.c_char_p\n"
    "print(c.getenv(b'AGENTIC_CANARY'))",
    "the environment of itself in proc": "print(open('/proc/self/environ', 'rb').read())",
    "the environment of the parent": "print(open('/proc/{pid}/environ', 'rb').read())",
    "the environment of a child": "import subprocess\nprint(subprocess.check_output('env'))",
    # network
    "connect": "import socket\nsocket.create_connection(('127.0.0.1', {tcp}))",
    "connect by name": "import socket\nsocket.create_connection(('localhost', {tcp}))",
    "connect by urllib": "import urllib.request\n"
    "urllib.request.urlopen('http://127.0.0.1:{tcp}', timeout=0.2)",
    "connect by http.client": "import http.client\n"
    "http.client.HTTPConnection('127.0.0.1', {tcp}).connect()",
    "connect by asyncio": "import asyncio\n"
    "asyncio.run(asyncio.open_connection('127.0.0.1', {tcp}))",
    "connect by a raw system call": _C + "import struct\n"
    "a = struct.pack('!HH4s8x', 0, {tcp}, bytes([127, 0, 0, 1]))\n"
    "a = struct.pack('=H', 2) + a[2:]\nc.syscall(42, c.syscall(41, 2, 1, 0), a, 16)",
    "send a datagram": "import socket\n"
    "socket.socket(2, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {udp}))",
    "ask for a name": "import socket\n"
    "q = b'\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\3www\\0\\0\\1\\0\\1'\n"
    "socket.socket(2, socket.SOCK_DGRAM).sendto(q, ('127.0.0.1', {udp}))",
    "connect to a unix socket": "import socket\nsocket.socket(socket.AF_UNIX).connect('{unix}')",
    "send to a unix socket": "import socket\n"
    "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', '{unix_datagram}')",
    "send to one from a pair": "import socket\n"
    "socket.socketpair(type=socket.SOCK_DGRAM)[0].sendto(b'x', '{unix_datagram}')",
    "connect to an abstract socket": "import socket\n"
    "socket.socket(socket.AF_UNIX).connect('\\x00{abstract}')",
    "listen": "import socket\nsocket.create_server(('127.0.0.1', 0))\nprint('ESC' + 'APED')",
    "ask the kernel by netlink": "import socket\nsocket.socket(16, 3, 0)\nprint('ESC' + 'APED')",
    # what is left lying about
    "subclasses of object": "for k in object.__subclasses__():\n"
    "    if k.__name__ == '_wrap_close':\n"
    "        print(k.__init__.__globals__['popen']('cat {secret}').read())",
    "builtins of a function": "f = (lambda: 0).__globals__['__builtins__']\n"
    "f = f if isinstance(f, dict) else f.__dict__\nprint(f['open']('{secret}').read())",
    "eval": "print(eval(\"__import__('builtins').open('{secret}').read()\"))",
    "open files of the parent": "import os\nfor n in range(3, 300):\n"
    "    try: print(os.pread(n, 999, 0))\n    except OSError: pass",
    "open files of the parent in proc": "import os\nfor n in os.listdir('/proc/{pid}/fd'):\n"
    "    try: print(os.pread(os.open('/proc/{pid}/fd/' + n, os.O_NONBLOCK), 999, 0))\n"
    "    except OSError: pass",
    # the parent
    "memory of the parent in proc": "f = open('/proc/{pid}/mem', 'rb', 0)\n"
    "f.seek({address})\nprint(f.read(64))",
    "memory of the parent by a system call": _C + "import struct\n"
    "b = ctypes.create_string_buffer(64)\n"
    "l = struct.pack('QQ', ctypes.addressof(b), 64)\nr = struct.pack('QQ', {address}, 64)\n"
    "c.process_vm_readv({pid}, l, 1, r, 1, 0)\nprint(b.raw)",
    "write to memory of the parent": _C + "import struct\nb = ctypes.create_string_buffer(b'x')\n"
    "l = struct.pack('QQ', ctypes.addressof(b), 1)\nr = struct.pack('QQ', {address}, 1)\n"
    "c.process_vm_writev({pid}, l, 1, r, 1, 0)",
    "signal the parent": "import os, signal\nos.kill({pid}, signal.SIGURG)",
    "signal the parent by getppid": "import os, signal\nos.kill(os.getppid(), signal.SIGURG)",
    "signal the parent by a raw system call": _C + "c.syscall(234, {pid}, {pid}, 23)",
    "signal the parent by a handle": "import os, signal\n"
    "signal.pidfd_send_signal(os.pidfd_open({pid}), signal.SIGURG)",
    "signal the parent as owner of a pipe": "import fcntl, os, signal\nr, w = os.pipe()\n"
    "fcntl.fcntl(r, 10, signal.SIGURG)\nfcntl.fcntl(r, fcntl.F_SETOWN, {pid})\n"
    "fcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC)\nos.write(w, b'x')",
    "limits of the parent": "import resource\nresource.prlimit({pid}, resource.RLIMIT_NOFILE, "
    "(resource.prlimit({pid}, resource.RLIMIT_NOFILE)[0] - 1, "
    "resource.prlimit({pid}, resource.RLIMIT_NOFILE)[1]))",
    "cores of the parent": "import os\nos.sched_setaffinity({pid}, [min(os.sched_getaffinity(0))])",
    # other programs
    "os.system": "import os\nos.system('touch {folder}/made')",
    "subprocess": "import subprocess\nsubprocess.run(['touch', '{folder}/made'])",
    "another Python": "import subprocess, sys\n"
    "subprocess.run([sys.executable, '-c', \"open('{folder}/made', 'w')\"])",
    "exec": "import os\nos.execv('/bin/sh', ['sh', '-c', 'touch {folder}/made'])",
    "posix_spawn": "import os\nos.waitpid(os.posix_spawn('/bin/sh', ['sh', '-c', "
    "'touch {folder}/made'], {}), 0)",
    "fork": "import os\nif os.fork() == 0:\n"
    "    print('ESC' + 'APED', flush=True)\n    os._exit(0)\n"
    "os.wait()",
    "fork of a terminal": "import pty, os\nif pty.fork()[0]: print('ESC' + 'APED')",
    "fork by a raw system call": _C + "import os\nn = c.syscall(57)\n"
    "if n == 0: os._exit(0)\nif n > 0: print('ESC' + 'APED')",
    "multiprocessing": "import multiprocessing as m\n"
    "p = m.get_context('fork').Process(target=print, args=('ESC' + 'APED',))\np.start()\np.join()",
}
"""Snippets that do no harm to a machine where they succeed: they are tried without a wall too."""

REACHING: dict[str, str] = {
    "other accounts' secrets": "print(open('/etc/shadow').read() and 'ESC' + 'APED')",
    "the home folder": "import os\nfor n in os.listdir('{home}'):\n"
    "    try: print(open('{home}/' + n).read() and 'ESC' + 'APED')\n    except OSError: pass",
    "write beside the interpreter": "import os\n"
    "open(os.path.dirname(os.__file__) + '/made_by_code', 'w')\nprint('ESC' + 'APED')",
    "write to the host's temporary folder": "open('/tmp/made_by_{abstract}', 'w')\n"
    "print('ESC' + 'APED')",
    "write to shared memory": "open('/dev/shm/made_by_{abstract}', 'w')\nprint('ESC' + 'APED')",
    "a disk": "import os\nfor n in ('vda', 'sda', 'nvme0n1', 'mem', 'kmsg', 'port'):\n"
    "    try: print(os.read(os.open('/dev/' + n, os.O_NONBLOCK), 1) and 'ESC' + 'APED')\n"
    "    except OSError: pass",
    "a file by its handle": _C + "b = ctypes.create_string_buffer(b'\\x40' + bytes(200))\n"
    "m = ctypes.c_int()\nif c.name_to_handle_at(-100, b'{secret}', b, ctypes.byref(m), 0) == 0:\n"
    "    print('ESC' + 'APED')",
    "watch a folder": _C + "if c.inotify_add_watch(c.inotify_init(), b'{folder}', 0xfff) >= 0:\n"
    "    print('ESC' + 'APED')",
    "trace the parent": _C + "if c.ptrace(0x4206, {pid}, 0, 0) == 0: print('ESC' + 'APED')",
    "priority of the parent": "import os\nos.setpriority(os.PRIO_PROCESS, {pid}, 5)\n"
    "print('ESC' + 'APED')",
    "a daemon": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    "        os.closerange(0, 99)\n        open('{folder}/made', 'w')\n        time.sleep(99)\n"
    "    os._exit(0)",
    "a daemon that no signal ends": "import os, signal, time\nfor n in range(1, 65):\n"
    "    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
    "if os.fork():\n    os._exit(0)\nos.setsid()\nos.closerange(0, 99)\ntime.sleep(99)",
    "a session of its own": "import os, time\nos.setsid()\nos.closerange(0, 99)\ntime.sleep(99)",
    "a group of its own": "import os, time\nos.setpgid(0, 0)\nos.closerange(0, 99)\ntime.sleep(99)",
    "a fork bomb": "import os\nfor _ in range(6):\n    os.fork()\nprint('ESC' + 'APED')\n"
    "while True: pass",
    "many threads": "import threading, time\nt = [threading.Thread(target=time.sleep, args=(9,), "
    "daemon=True) for _ in range(99)]\nfor x in t: x.start()\nprint('ESC' + 'APED')",
    "a thread by C": _C + "t = ctypes.c_ulong()\n"
    "f = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda _: None)\n"
    "if c.pthread_create(ctypes.byref(t), None, f, None) == 0: print('ESC' + 'APED')",
    "io_uring": _C + "if c.syscall(425, 8, ctypes.create_string_buffer(256)) >= 0: "
    "print('ESC' + 'APED')",
}

_CALLS = {
    "mount": "c.mount(b'none', b'/', b'tmpfs', 0, 0)",
    "chroot": "c.chroot(b'.')",
    "a namespace of users": "c.unshare(0x10000000)",
    "a namespace of files": "c.unshare(0x20000)",
    "the namespace of the parent": "c.setns(c.syscall(434, {pid}, 0), 0x20000000)",
    "another user": "c.setresuid(1, 1, 1)",
    "another group": "c.setgroups(0, 0)",
    "a set-user file": "c.chmod(b'a', 0o4777)",
    "a device": "c.mknod(b'node', 0o20666, 259)",
    "a named pipe": "c.mkfifo(b'pipe', 0o666)",
    "capabilities": "c.prctl(47, 2, 0, 0, 0)",
    "to be dumped": "c.prctl(4, 1, 0, 0, 0)",
    "another filter": "c.prctl(22, 1, 0, 0, 0)",
    "another personality": "min(0, c.personality(0x40000))",
    "a program for the kernel": "min(0, c.syscall(321, 0, ctypes.create_string_buffer(72), 72))",
    "counters of events": "min(0, c.syscall(298, ctypes.create_string_buffer(128), 0, -1, -1, 0))",
    "faults of pages": "min(0, c.syscall(323, 0))",
    "keys": "min(0, c.syscall(250, 0, -3, 1))",
    "shared memory": "min(0, c.shmget(0, 4096, 0o1666))",
    "a queue of messages": "min(0, c.msgget(0, 0o1666))",
    "memory as a file": "min(0, c.memfd_create(b'x', 0))",
    "the name of the host": "c.sethostname(b'made', 4)",
    "pages locked in memory": "c.mlockall(1)",
    "no alarm": "c.setitimer(0, ctypes.create_string_buffer(32), 0)",
}

RAISING_RIGHTS: dict[str, str] = {
    f"get {name}": f"open('a', 'w').close()\n{_C}if {call} == 0: print('ESC' + 'APED')"
    for name, call in _CALLS.items()
}
"""Calls to the kernel for more than computing takes. The numbers are x86_64's; on another
architecture they are other calls, which are no concern of computing either."""
