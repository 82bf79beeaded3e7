"""Runs the agent on Debian's kernels under software emulation and writes docs/kernels.md; of some kernels only, under artifacts/.
See `make kernel-matrix`.

Needs root (mmdebstrap), the network, and the Debian packages qemu-system-x86, qemu-system-arm, cpio, kmod, mmdebstrap, e2fsprogs.
Nothing is installed: packages are fetched by an apt of its own and unpacked under artifacts/. A guest cannot touch the host. The guests'
programs and C library are those of the oldest Debian that the mirror has.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass

REPO = pathlib.Path(__file__).resolve().parents[3]
WORK = REPO / "artifacts" / "kernel-matrix"
USERLAND = "bullseye"
PACKAGES = "base-files,coreutils,dash,python3,mount,iproute2,nftables,kmod,procps,busybox-static"
MODULES = ["virtio_pci", "virtio_blk"]
SECONDS = 1200
TRIES = 3


@dataclass(frozen=True)
class Machine:
    """What a guest of one architecture is made of; dpkg's name of it, the agent's folder, qemu's program and what it is given."""
    arch: str
    published: str
    qemu: tuple
    console: str


X64 = Machine("amd64", "tcp-agent", ("qemu-system-x86_64", "-cpu", "max"), "ttyS0")
# Not -cpu max: its pointer authentication costs an emulator most of its time.
ARM64 = Machine("arm64", "tcp-agent-linux-arm64", ("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72"), "ttyAMA0")

# The name of a guest: the suite whose kernel it boots, on which machine.
GUESTS = {"bullseye": ("bullseye", X64), "bookworm": ("bookworm", X64), "trixie": ("trixie", X64), "sid": ("sid", X64), "bookworm-arm64": ("bookworm", ARM64)}


def run(*command, **options):
    return subprocess.run(command, check=True, **options)


def output(*command, **options):
    return run(*command, capture_output=True, text=True, **options).stdout


def mirror():
    """The mirror that this machine's apt uses."""
    lines = output("apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI)", "Created-By: Packages").splitlines()
    return next(uri for origin, _, uri in (line.partition(" ") for line in lines) if origin == "Debian" and "security" not in uri).rstrip("/")


def apt_options(suite, arch):
    home = WORK / "apt" / f"{suite}-{arch}"
    for folder in ("lists/partial", "cache/archives/partial", "parts"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    sources = home / "sources.list"
    sources.write_text(f"deb [trusted=yes] {mirror()} {suite} main\n" + (
        f"deb [trusted=yes] {mirror()}-security {suite}-security main\n" if suite != "sid" else ""))
    settings = {
        "Dir::Etc::sourcelist": sources, "Dir::Etc::sourceparts": home / "parts", "Dir::State::lists": home / "lists",
        "Dir::State::status": "/dev/null", "Dir::Cache": home / "cache", "Acquire::Check-Valid-Until": "false",
        "APT::Architecture": arch, "APT::Architectures": arch, "DPkg::Lock::Timeout": "300",
    }
    return [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]


def fetch_kernel(suite, arch):
    """Unpacks the suite's cloud kernel; returns (version, folder)."""
    meta = f"linux-image-cloud-{arch}"
    folder = WORK / "kernels" / f"{suite}-{arch}"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "debs").mkdir(parents=True)
        options = apt_options(suite, arch)
        run("apt-get", *options, "-qq", "update")
        depends = output("apt-cache", *options, "depends", "--recurse", "--important", meta)
        names = sorted({line.strip() for line in depends.splitlines() if line.startswith("linux-")})
        wanted = [name for name in names if name.startswith(("linux-image-", "linux-binary-", "linux-modules-")) and name != meta]
        run("apt-get", *options, "-qq", "download", *wanted, cwd=folder / "debs")
        for deb in (folder / "debs").glob("*.deb"):
            run("dpkg-deb", "-x", deb, folder / "root")
        (folder / "done").touch()
    modules = next(path for path in (folder / "root" / "lib" / "modules", folder / "root" / "usr" / "lib" / "modules") if path.exists())
    return next(modules.iterdir()).name, folder / "root"


def make_root(machine, kernels):
    """One file system for all guests of an architecture: a small Debian, unpacked only, every kernel's modules, the agent, the guest's script."""
    tree, image = WORK / f"root-{machine.arch}", WORK / f"root-{machine.arch}.img"
    if not (tree / "done").exists():
        shutil.rmtree(tree, ignore_errors=True)
        tar = WORK / f"root-{machine.arch}.tar"
        run("mmdebstrap", "--quiet", "--variant=extract", f"--architectures={machine.arch}", f"--include={PACKAGES}", USERLAND, tar, mirror())
        tree.mkdir(parents=True)
        run("tar", "-xf", tar, "-C", tree)
        # What the packages' scripts would have done.
        if not os.path.lexists(tree / "bin" / "sh"):
            (tree / "bin" / "sh").symlink_to("dash")
        (tree / "done").touch()
    for version, root in kernels:
        target = tree / "lib" / "modules" / version
        if not target.exists():
            source = next(path for path in (root / "lib" / "modules", root / "usr" / "lib" / "modules") if path.exists())
            shutil.copytree(source / version, target, symlinks=True)
            run("depmod", "-b", tree, version)
    lab = tree / "lab"
    lab.mkdir(exist_ok=True)
    here = pathlib.Path(__file__).parent
    for file in (*here.glob("guest*"), *(here.parent / "Traffic").glob("*.py"), REPO / "artifacts" / machine.published / "tcp-agent"):
        shutil.copy(file, lab)
    image.unlink(missing_ok=True)
    run("mke2fs", "-q", "-F", "-t", "ext4", "-d", tree, image, "1800M")
    return image


def make_initrd(version, root, machine):
    """busybox, the modules that make the disk visible, and a switch to it."""
    tree, archive = WORK / f"initrd-{version}", WORK / f"initrd-{version}.gz"
    shutil.rmtree(tree, ignore_errors=True)
    for folder in ("bin", "proc", "sys", "dev", "mnt", "modules"):
        (tree / folder).mkdir(parents=True)
    shutil.copy(WORK / f"root-{machine.arch}" / "bin" / "busybox", tree / "bin" / "busybox")
    base = root if (root / "lib" / "modules").exists() else root / "usr"
    run("depmod", "-b", base, version)
    loads = []
    for module in MODULES:
        for line in subprocess.run(["modprobe", "-d", base, "-S", version, "--show-depends", module], capture_output=True, text=True).stdout.splitlines():
            if not line.startswith("insmod "):
                continue
            source = pathlib.Path(line.split()[1])
            name = source.name.removesuffix(".xz").removesuffix(".zst")
            if name in loads:
                continue
            unpack = {".xz": ["xz", "-dc"], ".zst": ["zstd", "-qdc"]}.get(source.suffix, ["cat"])
            (tree / "modules" / name).write_bytes(run(*unpack, source, capture_output=True).stdout)
            loads.append(name)
    init = tree / "init"
    init.write_text("\n".join([
        "#!/bin/busybox sh", "B=/bin/busybox", "$B mount -t proc p /proc", "$B mount -t sysfs s /sys", "$B mount -t devtmpfs d /dev",
        *[f"$B insmod /modules/{name}" for name in loads],
        "i=0; while [ ! -b /dev/vda ] && [ $i -lt 100 ]; do $B sleep 0.1; i=$((i+1)); done", "$B mount -t ext4 /dev/vda /mnt",
        "for m in proc sys dev; do $B mount --move /$m /mnt/$m; done", "exec $B switch_root /mnt /lab/guest-init.sh", ""]))
    init.chmod(0o755)
    names = "\n".join(str(path.relative_to(tree)) for path in [tree, *sorted(tree.rglob("*"))])
    packed = run("cpio", "-o", "-H", "newc", "--quiet", cwd=tree, input=names.encode(), capture_output=True).stdout
    archive.write_bytes(run("gzip", "-1", input=packed, capture_output=True).stdout)
    return archive


def boot(version, root, machine, image, script="guest.py", cpus=1):
    """Runs a script in the guest; emulated kernels now and then panic in their first second, so it is tried again. Returns its results."""
    kernel = next(path for path in [*root.glob("boot/vmlinuz-*"), *root.glob("usr/lib/modules/*/vmlinuz"), *root.glob("usr/boot/vmlinuz-*")])
    initrd = make_initrd(version, root, machine)
    for attempt in range(TRIES):
        log = WORK / f"{version}.{attempt}.log"
        with log.open("wb") as sink:
            subprocess.run(
                ["timeout", str(SECONDS), *machine.qemu, "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-monitor", "none",
                 "-no-reboot", "-m", "1536", "-smp", str(cpus), "-accel", "tcg", "-kernel", kernel, "-initrd", initrd,
                 "-drive", f"file={image},format=raw,if=virtio,snapshot=on",
                 # A card without a line.
                 "-netdev", "hubport,id=card,hubid=0", "-device", "virtio-net-pci,netdev=card",
                 "-append", f"console={machine.console} panic=-1 quiet lab={script}"],
                stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, check=False)
        results, done = [], False
        for line in log.read_text(errors="replace").splitlines():
            done |= line.startswith("MATRIX DONE")
            if line.startswith("MATRIX {"):
                results.append(json.loads(line.removeprefix("MATRIX ")))
        if done:
            return results
        print(f"{version}: attempt {attempt + 1} did not end, see {log.relative_to(REPO)}", flush=True)
    return results


def write(all_results, path):
    names = []
    for results in all_results.values():
        names += [one["scenario"] for one in results if one["scenario"] not in names]
    lines = ["# Kernels", "", "Written by `make kernel-matrix`: the agent on Debian's kernels under software emulation, each condition made in the guest.",
             "`ok` is the expected conclusion, of `tcp-agent why` where nothing else is named; anything else is what it said instead. The guests'",
             f"programs and C library (glibc 2.31) are those of Debian {USERLAND}, the oldest that the archive still serves.", "",
             "| scenario | expected | " + " | ".join(all_results) + " |", "| --- | --- |" + " --- |" * len(all_results)]
    wrong = 0
    for name in names:
        if name == "rows":
            continue
        cells, expected = [], []
        for results in all_results.values():
            one = next((row for row in results if row["scenario"] == name), None)
            if one is None:
                cells.append("not run")
                wrong += 1
                continue
            if one["expected"] not in expected:
                expected.append(one["expected"])
            wrong += one["concluded"] != one["expected"]
            cells.append("ok" if one["concluded"] == one["expected"] else f"not so: {one['concluded']}")
        lines.append(f"| {name} | {', later '.join(expected)} | " + " | ".join(cells) + " |")
    lines += ["", "## Metrics that a kernel does not have", "", "Of all that `tcp-agent describe` names, those that were seen in no scenario; some need hardware, NFQUEUE, a fallback or a failure to appear.", ""]
    for version, results in all_results.items():
        rows = next((row for row in results if row["scenario"] == "rows"), None)
        if rows:
            lines.append(f"- {version}: {rows['series']} series in the guest's first namespace; CurrEstab counts {rows['currestab']}; missing: " + (", ".join(f"`{name}`" for name in rows["missing"]) or "none") + ".")
    path.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    return wrong


def faults(guests, images):
    """Faults of a whole host, on two CPUs: make host-faults."""
    bad = 0
    for machine, version, root in guests.values():
        results = boot(version, root, machine, images[machine], "guest_faults.py", cpus=2)
        bad += not results
        for one in results:
            bad += one["concluded"] != one["expected"]
            print(f"{version}: {one['scenario']}: {one['concluded']}: {one['detail']}", flush=True)
    return bad


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    names = [name for name in sys.argv[1:] if name != "--faults"] or list(GUESTS)
    guests = {name: (GUESTS[name][1], *fetch_kernel(GUESTS[name][0], GUESTS[name][1].arch)) for name in names}
    images = {machine: make_root(machine, [(version, root) for of, version, root in guests.values() if of == machine]) for machine, _, _ in guests.values()}
    if "--faults" in sys.argv:
        sys.exit(1 if faults(guests, images) else 0)
    path = REPO / "docs" / "kernels.md" if set(names) == set(GUESTS) else WORK / "kernels.md"
    wrong = write({version: boot(version, root, machine, images[machine]) for machine, version, root in guests.values()}, path)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"
    main()
