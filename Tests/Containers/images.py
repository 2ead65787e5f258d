"""Builds the images for the tests from the Dockerfiles, on replacements of base images if no registry is available."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

from engine import ENVIRONMENT, FOLDER, ROOT, EngineError, podman, require_programs, run

BASE = "docker.io/library/debian:bookworm-slim"
SWIFT = "docker.io/library/swift:6.3-bookworm"
# The path at which the toolchain of this machine is mounted in the replacement of the Swift image.
TOOLCHAIN = "/toolchain"
# The Debian packages of the Swift image.
SWIFT_PACKAGES = [
    "binutils-gold", "build-essential", "git", "libcurl4-openssl-dev", "libedit2", "libncurses6", "libpython3.11",
    "libsqlite3-0", "libxml2-dev", "pkg-config", "tzdata", "zlib1g-dev",
]
# Like the slim image of Debian: without documents, translations and caches of apt.
SLIM = [
    "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/usr/share/locale/*", "--dpkgopt=path-exclude=/usr/share/man/*",
    '--aptopt=Dir::Cache::pkgcache ""', '--aptopt=Dir::Cache::srcpkgcache ""', '--aptopt=Acquire::Languages "none"',
    "--customize-hook=echo 'APT::Keep-Downloaded-Packages \"false\";' >\"$1/etc/apt/apt.conf.d/docker-clean\"",
]
# The tag, the file, and additional options of each build. The first stages have tags so that they are kept.
IMAGES = [
    ("postern-build", "Dockerfile", ["--target", "build"]),
    ("postern-demo", "Dockerfile", ["--target", "postern-demo"]),
    ("postern", "Dockerfile", []),
]
# The package of the guide "Your own service", beside the files of this repository that such a package is built from.
CONTEXT = FOLDER / "guide"
CATALOGUE = ROOT / "Sources/PosternGateway/Documentation.docc"
sys.path.append(str(ROOT / "Tests/EndToEnd"))


def main():
    require_programs("podman", "buildah", "runc", "mmdebstrap", "swift", "git")
    provide(BASE, make_base)
    provide(SWIFT, make_swift)
    mounts = [option for mount in swift_mounts() for option in ("--volume", mount)]
    for tag, file, options in IMAGES:
        build(tag, f"docker/{file}", "--ignorefile", "docker/Dockerfile.dockerignore", *options, *mounts, ".")
    build_guide(mounts)
    # Removes the remains of interrupted builds and images of earlier sources.
    run("buildah", "rm", "--all")
    podman("image", "prune", "--force")


def provide(image, make):
    """Pulls an image, or builds a replacement if it cannot be pulled."""
    if podman("images", "--quiet", image):
        return
    try:
        podman("pull", "--quiet", image, timeout=300)
        say(f"{image} is pulled")
    except EngineError:
        seconds = timed(lambda: make(image))
        say(f"{image} cannot be pulled: a stand-in is made in {seconds:.0f} s")


def make_base(image):
    """Builds the replacement of the Debian image from packages."""
    archive = FOLDER / "base.tar"
    run("mmdebstrap", "--variant=minbase", *SLIM, "bookworm", archive, timeout=600)
    podman("import", "--change", "CMD bash", "--change", "LABEL stand-in=yes", archive, image)
    archive.unlink()


def make_swift(image):
    """Builds the replacement of the Swift image without the toolchain, which is mounted when the image is used."""
    container = run("buildah", "from", "--pull-never", BASE)
    inside = ["buildah", "run", container, "--"]
    run(*inside, "apt-get", "update", "-q", timeout=300)
    run(*inside, "apt-get", "install", "-y", "-q", "--no-install-recommends", *SWIFT_PACKAGES, timeout=900)
    run(*inside, "git", "config", "--system", "safe.directory", "*")
    for key, value in replaced_urls():
        run(*inside, "git", "config", "--system", "--add", key, value)
    # Last, so that programs of the toolchain do not hide those of Debian.
    path = f"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:{TOOLCHAIN}/usr/bin"
    run("buildah", "config", "--env", f"PATH={path}", "--label", "stand-in=yes", container)
    run("buildah", "commit", "--format", "docker", "--rm", container, image, timeout=600)


def swift_mounts():
    """Returns the mounts of the replacement of the Swift image: the toolchain and local copies of packages."""
    if podman("image", "inspect", SWIFT, "--format", '{{index .Labels "stand-in"}}') != "yes":
        return []
    libraries = pathlib.Path(json.loads(run("swift", "-print-target-info"))["paths"]["runtimeResourcePath"])
    folders = sorted({key.removeprefix("url.").rsplit(".", 1)[0] for key, _ in replaced_urls()})
    return [f"{libraries.parents[1]}:{TOOLCHAIN}/usr:ro", *(f"{folder}:{folder}:ro" for folder in folders)]


def replaced_urls():
    """Returns the settings with which git reads packages from local folders, as pairs of a key and a value."""
    settings = run("git", "config", "--get-regexp", r"^url\./.*\.insteadof$", check=False)
    return [line.split(" ", 1) for line in settings.splitlines()]


def build_guide(mounts):
    """Builds the image of the guide from its files, by its command."""
    # Here, as it belongs to other tests, which are not required to build the other images.
    from guide import sections

    blocks = [block for part in sections((CATALOGUE / "YourOwnService.md").read_text()).values() for block in part]
    postern, notes = CONTEXT / "postern", CONTEXT / "notes"
    shutil.rmtree(CONTEXT, ignore_errors=True)
    for name in ("Sources", "public", "docker"):
        shutil.copytree(ROOT / name, postern / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", ".build*"))
    for name in ("Package.swift", "Package.resolved"):
        shutil.copy(ROOT / name, postern)
    for block in blocks:
        if block.file:
            path = notes / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
    lines = [line for block in blocks if block.language == "sh" for line in block.text.splitlines()]
    for line in lines:
        if line.startswith("cp "):
            subprocess.run(["sh", "-euc", line], cwd=notes, check=True)
    [arguments] = [line.split()[2:] for line in lines if line.startswith("docker build ")]
    tag = arguments.pop(arguments.index("-t") + 1)
    arguments.remove("-t")
    file = arguments.pop(arguments.index("-f") + 1)
    arguments.remove("-f")
    build(tag, file, "--ignorefile", f"{file}.dockerignore", *mounts, *arguments, folder=notes)


def build(tag, file, *options, folder=ROOT):
    """Builds an image and shows the output of buildah. Compiler warnings are errors."""
    command = [
        "buildah", "build", "--format", "docker", "--layers", "--pull-never", "--tag", f"localhost/{tag}:latest",
        "--file", file, *options,
    ]
    seconds = timed(lambda: run_without_warnings(command, folder))
    say(f"{tag} is built in {seconds:.0f} s")


def run_without_warnings(command, folder):
    """Runs a command and shows its output. Raises an error at its end if it had warnings."""
    warnings = []
    with subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            # The linker also warns about functions of the toolchain's own static libraries.
            if line.startswith("warning: ") or re.match(r"\S*/Sources/\S+: warning: ", line):
                warnings.append(line)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    if warnings:
        raise EngineError("the build has warnings:\n" + "".join(warnings))


def timed(work):
    """Runs an action and returns its duration in seconds."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


def say(line):
    print(line, flush=True)


if __name__ == "__main__":
    try:
        main()
    except (EngineError, subprocess.CalledProcessError) as failure:
        sys.exit(f"The images were not built: {failure}")
