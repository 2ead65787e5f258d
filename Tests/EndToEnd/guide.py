"""Builds and runs the packages that documents describe, from the text of the document."""

import collections
import fcntl
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading

from programs import PATIENCE, ROOT, binary, free_port, wait_until

# Beside each package is a link to this repository, named as the documents name it. The products of the builds are kept
# there and shared by the packages, so that the libraries are compiled once.
FOLDER = ROOT / ".build/guide"
PRODUCTS = FOLDER / "products"
# Debug information is most of the work of a build that is only run.
OPTIONS = ["-debug-info-format", "none", "--scratch-path", str(PRODUCTS)]
# The time for a first build, in seconds.
BUILD_PATIENCE = 1_200
PORT = "8080"

Block = collections.namedtuple("Block", "language, file, text")


def sections(document):
    """Returns the blocks of each section of a document, by its title.

    A block is the content of the file that the paragraph before it names in italics, as in `*Package.swift*`.
    """
    titles = re.split(r"^## (.+)\n", document, flags=re.MULTILINE)
    return {title: list(blocks(text)) for title, text in zip(titles[1::2], titles[2::2])}


def blocks(text):
    before = ""
    for prose, language, code in re.findall(r"(.*?)^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        paragraph = (before + prose).strip().split("\n\n")[-1]
        names = re.findall(r"\*([\w./]+\.\w+)\*", paragraph)
        yield Block(language, names[-1] if names else None, code)


class Package:
    """A package beside this repository, and its program, if it runs."""

    def __init__(self, name):
        self.name = name
        self.folder = FOLDER / name
        self.port = free_port()
        self.running = []
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.lock = open(FOLDER / "lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        repository = FOLDER / "postern"
        repository.unlink(missing_ok=True)
        repository.symlink_to(ROOT)
        self.empty()

    def empty(self):
        """Removes all files of the package."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        # The versions that this repository is tested with, so that nothing has to be fetched.
        shutil.copy(ROOT / "Package.resolved", self.folder)

    def write(self, block):
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)

    def swift(self, command, *options):
        """Runs `swift build` or `swift test`."""
        done = subprocess.run(
            ["swift", command, *OPTIONS, *options], cwd=self.folder, capture_output=True, text=True, timeout=BUILD_PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "warning: " not in done.stdout + done.stderr, done.stdout + done.stderr

    def start(self, program, *arguments, **environment):
        """Starts a program of the package, or one of this repository by its path."""
        path = PRODUCTS / "debug" / program
        variables = {**os.environ, "SWIFT_BACKTRACE": "enable=no", **environment}
        running = Running([path, *arguments], cwd=self.folder, env=variables)
        self.running.append(running)
        return running

    def local(self, text):
        """Returns a text with the port of this run, and with sockets in its folder."""
        return text.replace(PORT, str(self.port)).replace("/tmp/", f"{FOLDER}/")

    def shell(self, command):
        """Runs a command and returns its output."""
        command = self.local(command).replace("curl ", f"curl -s --max-time {PATIENCE} ", 1)
        done = subprocess.run(["sh", "-euc", command], cwd=self.folder, capture_output=True, text=True, timeout=2 * PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def listens(self):
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        """Ends all programs with SIGTERM, after which each has to exit with 0."""
        running, self.running = self.running, []
        assert [program.stop() for program in reversed(running)] == [0] * len(running)

    def close(self):
        for program in self.running:
            program.kill()
        self.lock.close()


class Running:
    """A process whose output is read on a thread."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
        self.output = ""
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.output += line

    def stop(self):
        self.terminate()
        return self.wait()

    def terminate(self):
        """Sends SIGTERM once the program catches it, which a `ServiceGroup` does shortly after its gateway listens."""
        wait_until(lambda: self.process.poll() is not None or self.catches(signal.SIGTERM))
        self.process.terminate()

    def catches(self, number):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        [caught] = re.findall(r"^SigCgt:\s*(\w+)$", status, re.MULTILINE)
        return int(caught, 16) & 1 << (number - 1)

    def wait(self):
        """Waits for the end of the process and returns its exit code."""
        try:
            code = self.process.wait(PATIENCE)
        finally:
            self.kill()
        self.reader.join(PATIENCE)
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()


def matches(expected, output):
    """Whether an output is the expected one, in which `…` matches any text."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, output.strip(), re.DOTALL)


class Reader:
    """Follows a document: writes its files, runs its commands, and compares their output with that of the document."""

    def __init__(self, package, takes_variables):
        self.package = package
        # Whether the program is configured by its environment.
        self.takes_variables = takes_variables
        self.following = None
        self.output = ""

    def follow(self, section):
        """Follows one section; at its end, no program runs."""
        for block, after in zip(section, [*section[1:], None]):
            if block.file:
                self.package.write(block)
            elif block.language == "sh":
                expected = after.text if after and after.language == "text" and not after.file else None
                self.output = "\n".join(self.run(line, expected) for line in block.text.splitlines())
            elif block.language == "text":
                self.compare(block.text)
        self.package.stop()

    def compare(self, expected):
        expected = self.package.local(expected)
        if self.following:
            wait_until(lambda: matches(expected, self.following.output.strip() + "\n") or matches(expected, self.following.output))
            self.following.kill()
            self.following = None
        else:
            assert matches(expected, self.output), self.output

    def run(self, line, expected):
        """Runs one command and returns its output, if it ends by itself."""
        *variables, command = re.match(r"((?:[A-Z_]+=\S+ )*)(.*)", line).groups()
        environment = dict(item.split("=") for item in self.package.local(variables[0]).split())
        if command.startswith("swift run --package-path ../postern "):
            program, *arguments = self.package.local(command).split()[4:]
            return self.serve(binary(program), *arguments, "--port", str(self.package.port))
        if command == f"swift run {self.package.name}":
            self.package.swift("build")
            return self.program(environment, fails=expected is not None)
        if command == "swift test":
            self.package.swift("test")
            return ""
        if command.startswith(("docker ", "make ", "swift run ")):
            return ""
        if command.startswith("curl -N ") and "/events/" in command:
            arguments = ["curl", "-s", *self.package.local(command).split()[1:]]
            self.following = Running(["stdbuf", "-o0", *arguments])
            wait_until(lambda: self.following.output)
            return ""
        return self.package.shell(command)

    def program(self, environment, fails):
        arguments = [] if self.takes_variables else ["--port", str(self.package.port)]
        environment = {"POSTERN_PORT": str(self.package.port), **environment}
        if fails:
            failed = self.package.start(self.package.name, *arguments, **environment)
            self.package.running.remove(failed)
            assert failed.wait() not in (0, -4, -5, -6, 132, 133, 134)
            return failed.output
        self.package.stop()
        return self.serve(self.package.name, *arguments, **environment)

    def serve(self, program, *arguments, **environment):
        running = self.package.start(program, *arguments, **environment)
        native = environment.get("POSTERN_NATIVE", "").removeprefix("unix:")
        wait_until(lambda: running.process.poll() is not None or
                   (pathlib.Path(native).is_socket() if native else self.package.listens()))
        assert running.process.poll() is None, running.output
        return ""
