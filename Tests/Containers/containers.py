"""Controls and observes a container."""

import json
import pathlib
import threading
import time
import urllib.error
import urllib.request

from engine import podman, run

START_SECONDS = 20
STOP_SECONDS = 15
# The privileges of a hardened deployment.
HARDENED = [
    "--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL", "--security-opt=no-new-privileges",
    "--pids-limit=256", "--memory=256m",
]


class Container:
    """A container, whose port 8080 is published on a free loopback port."""

    def __init__(self, image, *arguments, environment=None, options=(), hardened=True):
        settings = [f"--env={name}={value}" for name, value in (environment or {}).items()]
        self.id = podman("create", "--publish=127.0.0.1::8080", *(HARDENED if hardened else []), *settings, *options,
                         f"localhost/{image}:latest", *arguments)

    def start(self):
        """Starts or restarts the container."""
        podman("start", self.id)
        return self

    @property
    def port(self):
        """The published port of the host, which is known before the container is started."""
        return int(self.inspect('{{(index (index .HostConfig.PortBindings "8080/tcp") 0).HostPort}}'))

    @property
    def url(self):
        """The base URL, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self):
        """The process id of its first process, in the namespace of the host."""
        return int(self.inspect("{{.State.Pid}}"))

    @property
    def processes(self):
        """The process ids of all its processes, in the namespace of the host."""
        return [int(number) for number in podman("top", self.id, "hpid").splitlines()[1:]]

    def inspect(self, template):
        """Returns a part of the description of the container."""
        return podman("inspect", "--type=container", "--format", template, self.id)

    def status(self):
        """Returns the fields of /proc/PID/status of its first process, by name."""
        lines = pathlib.Path(f"/proc/{self.process}/status").read_text().splitlines()
        return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}

    def run(self, *command, check=True):
        """Runs a command in the container and returns its output."""
        return podman("exec", self.id, *command, check=check)

    def wait_ready(self):
        """Waits until the container is ready."""
        url, deadline = f"{self.url}/readyz", time.monotonic() + START_SECONDS
        while ask(url)[0] != 200:
            assert time.monotonic() < deadline, f"not ready after {START_SECONDS} s:\n{self.logs()}"
            assert self.inspect("{{.State.Running}}") == "true", f"the container ended:\n{self.logs()}"
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
        """Waits until the container has ended, and returns the exit code."""
        return int(podman("wait", self.id, timeout=STOP_SECONDS))

    def logs(self):
        """Returns the output so far."""
        return run("bash", "-c", 'exec podman logs "$0" 2>&1', self.id)

    def remove(self):
        """Kills the container, and removes its files."""
        podman("rm", "--force", "--ignore", "--time=0", "--volumes", self.id)


def ask(url, body=None, timeout=15, host=None, context=None):
    """Returns the status and the body of a response; status 0 if there is none. `host` overrides the `Host` field."""
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
    """A request in its own thread. `answer` is the status and the body of the response."""

    def __init__(self, url, body=None):
        super().__init__(daemon=True)
        self.request, self.answer = (url, body), None
        self.start()

    def run(self):
        self.answer = ask(*self.request)

    def wait(self):
        self.join(STOP_SECONDS)
        return self.answer
