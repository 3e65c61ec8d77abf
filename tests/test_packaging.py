"""What is built and installed works like the checkout: the wheel, the wheel built from the sdist, the editable install."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.making import ROOT, manifest_text

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
VERSION = PROJECT["project"]["version"]
STEM = f"llm_workload_planner-{VERSION}"
DATA = ("rules", "catalog", "schemas")
KINDS = ("wheel", "wheel from sdist", "editable")


class Built(NamedTuple):
    """The copied tree, and what was built from it."""

    tree: Path
    sdist: Path
    wheels: dict[str, Path]


class Installed(NamedTuple):
    """An environment of its own in which the planner is installed, and where its code has to lie."""

    python: Path
    home: Path

    def run(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """The installed command with these arguments, in a folder that knows nothing of the checkout."""
        return run(str(self.python.parent / "planner"), *arguments, cwd=cwd)


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command, with an environment that points neither to the checkout nor to other packages."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**environment, "PYTHONUTF8": "1"}
    )


def done(*command: str, cwd: Path) -> str:
    """What a command printed that has to succeed."""
    ran = run(*command, cwd=cwd)
    assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def tree_files() -> list[str]:
    """The files of the project as git sees them, new ones included; of an unpacked sdist, all that lies there."""
    if (ROOT / ".git").exists():
        listed = done("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT).split("\0")
        return sorted(name for name in listed if name and (ROOT / name).is_file())
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sorted(path.as_posix() for path in found if not path.parts[0].startswith("."))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sdist and the wheels, built in a copy of the tree."""
    folder = tmp_path_factory.mktemp("built")
    tree = folder / "tree"
    for name in tree_files():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tree / name)
    build = (sys.executable, "-m", "build", "--no-isolation")
    done(*build, "--sdist", "--outdir", str(folder), str(tree), cwd=folder)
    sdist = folder / f"{STEM}.tar.gz"
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    wheels = {}
    for kind, source in (("wheel", tree), ("wheel from sdist", folder / "unpacked" / STEM)):
        done(*build, "--wheel", "--outdir", str(folder / kind), str(source), cwd=folder)
        (wheels[kind],) = (folder / kind).iterdir()
    editable = folder / "editable"
    editable.mkdir()
    hook = "import sys, hatchling.build; hatchling.build.build_editable(sys.argv[1])"
    done(sys.executable, "-c", hook, str(editable), cwd=tree)
    (wheels["editable"],) = editable.iterdir()
    return Built(tree, sdist, wheels)


@pytest.fixture(scope="module", params=KINDS)
def installed(request: pytest.FixtureRequest, built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A fresh environment with the planner of that kind; the libraries come from the one that runs the tests.

    They are added behind it by a path file. Path files that lie there are not read, so a checkout that is installed
    there as editable stays out of sight.
    """
    environment = tmp_path_factory.mktemp(request.param.replace(" ", "-"))
    done(sys.executable, "-m", "venv", "--without-pip", str(environment), cwd=environment)
    python = environment / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "install")
    done(*pip, "--quiet", "--no-deps", "--no-index", str(built.wheels[request.param]), cwd=environment)
    site = Path(
        done(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=environment).strip()
    )
    libraries = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    (site / "zz_libraries.pth").write_text("".join(f"{path}\n" for path in libraries), encoding="utf-8")
    return Installed(python, built.tree / "planner" if request.param == "editable" else site / "planner")


def names(wheel: Path) -> set[str]:
    """The files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


@pytest.mark.parametrize("kind", ["wheel", "wheel from sdist"])
def test_a_wheel_holds_every_module_and_every_data_file_and_nothing_else(built: Built, kind: str) -> None:
    code = {name for name in tree_files() if name.startswith("planner/")}
    data = {f"planner/_data/{name}" for name in tree_files() if name.split("/")[0] in DATA}
    packed = {name for name in names(built.wheels[kind]) if ".dist-info/" not in name}
    assert sorted((code | data) - packed) == [], "missing in the wheel"
    assert sorted(packed - (code | data)) == [], "in the wheel, but not in the tree"
    assert len(data) > 100
    assert "planner/py.typed" in packed


@pytest.mark.parametrize("kind", ["wheel", "wheel from sdist"])
def test_a_data_file_in_the_wheel_is_the_one_in_the_tree(built: Built, kind: str) -> None:
    with zipfile.ZipFile(built.wheels[kind]) as archive:
        for name in tree_files():
            if name.split("/")[0] in DATA:
                assert archive.read(f"planner/_data/{name}") == (built.tree / name).read_bytes(), name


def test_the_sdist_holds_all_that_a_developer_needs(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        packed = {name.removeprefix(f"{STEM}/") for name in archive.getnames()}
    needed = {name for name in tree_files() if not name.startswith(".")}
    assert sorted(needed - packed) == []


@pytest.mark.parametrize("kind", KINDS)
def test_name_version_and_licence_stand_in_the_metadata(built: Built, kind: str) -> None:
    with zipfile.ZipFile(built.wheels[kind]) as archive:
        stated = email.message_from_bytes(archive.read(f"{STEM}.dist-info/METADATA"))
        assert f"{STEM}.dist-info/licenses/LICENSE" in archive.namelist()
    assert stated["Name"] == "llm-workload-planner"
    assert stated["Version"] == VERSION
    assert stated["License-Expression"] == "MIT"
    required = [line for line in stated.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert len(required) == len(PROJECT["project"]["dependencies"])


def test_the_installed_code_is_what_runs(installed: Installed, tmp_path: Path) -> None:
    code = "import planner, planner.disk; print(planner.__file__); print(planner.disk.DATA)"
    package, data = map(Path, done(str(installed.python), "-c", code, cwd=tmp_path).split())
    assert package == installed.home / "__init__.py"
    assert (data / "rules").is_dir()
    assert data in (installed.home / "_data", installed.home.parent)


def test_the_installed_command_says_its_version(installed: Installed, tmp_path: Path) -> None:
    assert VERSION in installed.run("--version", cwd=tmp_path).stdout


def test_the_installed_command_plans_a_manifest_in_another_folder(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "workloads.yaml").write_text(manifest_text(), encoding="utf-8")
    for command in ("plan", "lint"):
        ran = installed.run(command, "workloads.yaml", "--on", "2026-11-24", cwd=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout + ran.stderr
    assert "0 errors" in ran.stdout


def test_the_installed_command_writes_the_explorer(installed: Installed, tmp_path: Path) -> None:
    ran = installed.run("explore", "--on", "2026-11-24", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout + ran.stderr
    assert (tmp_path / "explorer.html").stat().st_size > 100_000


def test_the_installed_command_finds_its_schemas_and_rules(installed: Installed, tmp_path: Path) -> None:
    schema = installed.run("schema", "manifest", cwd=tmp_path)
    assert schema.stdout == (ROOT / "schemas" / "manifest.schema.json").read_text(encoding="utf-8")
    listed = installed.run("rules", "list", cwd=tmp_path).stdout
    rules = [Path(name).stem for name in tree_files() if name.startswith("rules/")]
    assert [rule for rule in rules if f"{rule} " not in listed] == []
