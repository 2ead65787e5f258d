"""One running container, as an operator sees it."""

import json
import pathlib
import threading
import time
import urllib.error
import urllib.request

from engine import podman, run

START_SECONDS = 20
STOP_SECONDS = 15
# What an operator who trusts nothing allows.
HARDENED = [
    "--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL", "--security-opt=no-new-privileges",
    "--pids-limit=256", "--memory=256m",
]


class Container:
    """A container of one image; its port 8080 is published on a free port of the loopback address."""

    def __init__(self, image, *arguments, environment=None, options=(), hardened=True):
        settings = [f"--env={name}={value}" for name, value in (environment or {}).items()]
        self.id = podman("create", "--publish=127.0.0.1::8080", *(HARDENED if hardened else []), *settings, *options,
                         f"localhost/{image}:latest", *arguments)

    def start(self):
        """Starts it, for the first time or again."""
        podman("start", self.id)
        return self

    @property
    def port(self):
        """The port of the host that leads to its doors, known before it is started."""
        return int(self.inspect('{{(index (index .HostConfig.PortBindings "8080/tcp") 0).HostPort}}'))

    @property
    def url(self):
        """Its base URL, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self):
        """The number of its first process, as the host counts."""
        return int(self.inspect("{{.State.Pid}}"))

    @property
    def processes(self):
        """The numbers of all its processes, as the host counts."""
        return [int(number) for number in podman("top", self.id, "hpid").splitlines()[1:]]

    def inspect(self, template):
        """A part of its description."""
        return podman("inspect", "--type=container", "--format", template, self.id)

    def status(self):
        """What the kernel says about its first process, by name."""
        lines = pathlib.Path(f"/proc/{self.process}/status").read_text().splitlines()
        return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}

    def run(self, *command, check=True):
        """The output of a command inside."""
        return podman("exec", self.id, *command, check=check)

    def wait_ready(self):
        """Waits until it says that it is ready."""
        url, deadline = f"{self.url}/readyz", time.monotonic() + START_SECONDS
        while ask(url)[0] != 200:
            assert time.monotonic() < deadline, f"not ready after {START_SECONDS} s:\n{self.logs()}"
            assert self.inspect("{{.State.Running}}") == "true", f"it ended:\n{self.logs()}"
            time.sleep(0.02)
        return self

    def check_health(self):
        """Runs its HEALTHCHECK once and returns whether it passed."""
        podman("healthcheck", "run", self.id, check=False)
        log = json.loads(self.inspect("{{json .State.Healthcheck.Log}}"))
        return log[-1]["ExitCode"] == 0

    def kill(self, signal):
        """Sends a signal to its first process."""
        podman("kill", f"--signal={signal}", self.id)

    def wait(self):
        """The exit code, once it has ended."""
        return int(podman("wait", self.id, timeout=STOP_SECONDS))

    def logs(self):
        """What it has written so far."""
        return run("bash", "-c", 'exec podman logs "$0" 2>&1', self.id)

    def remove(self):
        """Ends it without notice, and removes what it wrote."""
        podman("rm", "--force", "--ignore", "--time=0", "--volumes", self.id)


def ask(url, body=None, timeout=15, host=None, context=None):
    """The status and the text of an answer; 0 when there is none. `host` is another name in `Host`."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **({"Host": host} if host else {})}
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (OSError, ValueError):
        return 0, ""


class Asking(threading.Thread):
    """One request in a thread of its own; `answer` is its status and text."""

    def __init__(self, url, body=None):
        super().__init__(daemon=True)
        self.request, self.answer = (url, body), None
        self.start()

    def run(self):
        self.answer = ask(*self.request)

    def wait(self):
        self.join(STOP_SECONDS)
        return self.answer
