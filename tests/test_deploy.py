"""The files under deploy/: every one is read, and the keys it relies on are held to the formats it names."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from traitlets.config import Config

from support.course import ROOT, manifest

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted(path.relative_to(DEPLOY).as_posix() for path in DEPLOY.rglob("*.yaml"))
# The keys of the chart's values.schema.yaml that our values use; the chart refuses any other.
CHART = {
    "proxy": {"https": {"enabled", "hosts", "letsencrypt"}},
    "hub": {"config", "extraConfig"},
    "singleuser": {
        "image": {"name", "tag"},
        "defaultUrl": set(),
        "startTimeout": set(),
        "cpu": {"guarantee", "limit"},
        "memory": {"guarantee", "limit"},
        "storage": {"capacity", "extraVolumes", "extraVolumeMounts"},
        "extraFiles": set(),
        "networkPolicy": {"enabled", "egressAllowRules"},
        "cloudMetadata": {"blockWithIptables", "ip"},
    },
    "cull": {"enabled", "timeout", "every"},
    "scheduling": {"userScheduler", "podPriority", "userPlaceholder"},
    "prePuller": {"hook", "continuous"},
}


def documents(name: str) -> list[dict[str, Any]]:
    """The documents of a YAML file, in order."""
    return list(yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")))


def values() -> dict[str, Any]:
    return documents("jupyterhub/values.yaml")[0]


def strangers(found: dict[str, Any], known: Any) -> list[str]:
    """Keys that the format does not have, with their path."""
    unknown = []
    for key, value in found.items():
        if key not in known:
            unknown.append(key)
        elif isinstance(known, dict) and isinstance(value, dict) and known[key]:
            unknown += [f"{key}.{inner}" for inner in strangers(value, known[key])]
    return unknown


def doubled(nodes: Iterable[yaml.Node]) -> list[str]:
    """Keys that stand twice in one mapping, of which YAML's readers silently take the last."""
    found = []
    for node in nodes:
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            found += [key for key in set(keys) if keys.count(key) > 1]
            found += doubled(value for _, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            found += doubled(node.value)
    return found


def test_guard_a_doubled_key_is_seen() -> None:
    assert doubled(yaml.compose_all("a: [{b: 1, b: 2}]")) == ["b"]


def script(name: str) -> ModuleType:
    """A Python file of the folder as a module."""
    spec = importlib.util.spec_from_file_location(Path(name).stem, DEPLOY / name)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", MANIFESTS)
def test_every_manifest_is_yaml_without_doubled_keys(name: str) -> None:
    found = documents(name)
    assert doubled(yaml.compose_all((DEPLOY / name).read_text(encoding="utf-8"))) == []
    if name != "jupyterhub/values.yaml":
        assert [d for d in found if not {"apiVersion", "kind", "metadata"} <= set(d)] == []


def test_values_use_keys_of_the_chart_only() -> None:
    assert strangers(values(), CHART) == []


def test_guard_an_unknown_key_of_the_chart_is_seen() -> None:
    assert strangers({"cull": {"timeouts": 1}, "singleusr": {}}, CHART) == ["cull.timeouts", "singleusr"]


def test_readme_and_values_name_one_version_of_the_chart() -> None:
    texts = [(DEPLOY / name).read_text(encoding="utf-8") for name in ("README.md", "jupyterhub/values.yaml")]
    versions = {v for text in texts for v in re.findall(r"(?:jupyterhub` |--version )(\d+\.\d+\.\d+)", text)}
    assert len(versions) == 1


def test_students_of_the_hub_cannot_reach_its_inside_and_idle_servers_stop() -> None:
    rules = values()["singleuser"]["networkPolicy"]["egressAllowRules"]
    assert rules == {"nonPrivateIPs": True, "privateIPs": False, "cloudMetadataServer": False}
    assert values()["cull"]["enabled"]
    assert values()["singleuser"]["memory"]["limit"]


def test_exchange_is_one_disk_under_one_name_and_path() -> None:
    claim, job = documents("nbgrader/exchange.yaml")
    storage = values()["singleuser"]["storage"]
    (volume,), (mount,) = storage["extraVolumes"], storage["extraVolumeMounts"]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert claim["metadata"]["name"] == volume["persistentVolumeClaim"]["claimName"]
    pod = job["spec"]["template"]["spec"]
    assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    config = nbgrader_config()
    assert {mount["mountPath"], config.Exchange.root, pod["containers"][0]["command"][-1]} == {
        "/srv/exchange"
    }
    assert volume["name"] == mount["name"]


def nbgrader_config() -> Config:
    """What nbgrader reads from the file, by its own reader."""
    from traitlets.config.loader import PyFileConfigLoader

    return PyFileConfigLoader("nbgrader_config.py", path=str(DEPLOY / "nbgrader")).load_config()


def test_nbgrader_knows_every_option_that_the_file_sets() -> None:
    from nbconvert.preprocessors import ExecutePreprocessor
    from nbgrader import coursedir
    from nbgrader.exchange.default import exchange

    classes = {
        "CourseDirectory": coursedir.CourseDirectory,
        "Exchange": exchange.Exchange,
        "ExecutePreprocessor": ExecutePreprocessor,
    }
    config = nbgrader_config()
    assert set(config) == set(classes)
    assert [
        f"{n}.{k}" for n, options in config.items() for k in options if k not in classes[n].class_traits()
    ] == []


def pods() -> dict[str, dict[str, Any]]:
    return {
        d["metadata"]["name"]: d["spec"]["template"]["spec"]
        for d in documents("dask/marking.yaml")
        if d["kind"] == "Deployment"
    }


def test_workers_find_the_scheduler_and_have_no_rights() -> None:
    service = next(d for d in documents("dask/marking.yaml") if d["kind"] == "Service")
    port = service["spec"]["ports"][0]["port"]
    assert f"tcp://{service['metadata']['name']}:{port}" in pods()["worker"]["containers"][0]["command"]
    assert "type" not in service["spec"], "no address outside"
    for pod in pods().values():
        (container,) = pod["containers"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
        assert "env" not in container
    worker = pods()["worker"]
    assert worker["hostUsers"] is False, "an unconfined pod must not share the machine's users"


def test_nothing_leaves_the_marking_namespace() -> None:
    policy = next(d for d in documents("dask/marking.yaml") if d["kind"] == "NetworkPolicy")["spec"]
    assert policy["podSelector"] == {}
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    assert [peer for rule in policy["ingress"] for peer in rule["from"]] == [{"podSelector": {}}]
    outward = [rule for rule in policy["egress"] if rule["to"] != [{"podSelector": {}}]]
    assert {port["port"] for rule in outward for port in rule["ports"]} == {53}


def test_image_leaves_the_answers_out() -> None:
    ignored = (DEPLOY / "image" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"exercises/instructor", "exercises/solutions", "exercises/source"} <= set(ignored)
    used = {c["image"] for pod in pods().values() for c in pod["containers"]}
    image = values()["singleuser"]["image"]
    assert used == {f"{image['name']}:{image['tag']}"}


def test_commands_in_the_dockerfile_exist() -> None:
    extras = re.search(r"'\.\[(.+?)\]'", (DEPLOY / "image" / "Dockerfile").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert extras
    assert set(extras[1].split(",")) <= set(project["optional-dependencies"])


def test_links_fetch_the_course_and_open_each_notebook() -> None:
    course = manifest()
    found = script("links.py").links(course, "https://hub.example.org/")
    assert len(found) == 2 * len(course["chapters"])
    for path, link in found.items():
        parts = urlsplit(link)
        query = parse_qs(parts.query)
        assert parts.netloc == "hub.example.org"
        assert parts.path == "/hub/user-redirect/git-pull"
        assert query["repo"] == [course["repository"]["url"]]
        assert query["urlpath"][0].endswith(path)
        assert (ROOT / path).is_file()


@pytest.mark.parametrize("arguments", [[], ["hub.example.org"], ["a", "b"]])
def test_links_say_what_is_wrong(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert script("links.py").main(arguments) == 2
    assert "https://hub.example.org" in capsys.readouterr().err


def test_every_place_to_change_is_an_example() -> None:
    """Names that must be changed are reserved ones, so that nothing works by accident on somebody else's server."""
    for name in MANIFESTS:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        for host in re.findall(r"[\w.-]+\.(?:com|net|org|io)\b(?=[/:\"\]])", text):
            assert host.endswith(("example.org", "k8s.io", "kubernetes.io")), f"{name}: {host}"
