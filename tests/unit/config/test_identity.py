import socket
from pathlib import Path

from callpoint.config.identity import facts


def write(root: Path, place: str, content: bytes) -> None:
    file = root / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def test_a_device_is_known_by_what_it_has(tmp_path: Path) -> None:
    tree = "sys/firmware/devicetree/base/serial-number"
    write(tmp_path, tree, b"10000000deadbeef\0")
    write(tmp_path, "etc/machine-id", b"0123abcd\n")
    for name, address in (("wlan0", b"b8:27:eb:00:00:02"), ("eth0", b"b8:27:eb:0a")):
        write(tmp_path, f"sys/class/net/{name}/address", address + b"\n")
        (tmp_path / f"sys/class/net/{name}/device").mkdir()
    write(tmp_path, "sys/class/net/docker0/address", b"02:42:00:00:00:00\n")
    assert facts(tmp_path) == {
        "hostname": socket.gethostname(),
        "serial": "10000000deadbeef",
        "mac": "b8:27:eb:0a",
        "machine_id": "0123abcd",
    }


def test_what_it_does_not_have_is_none(tmp_path: Path) -> None:
    found = facts(tmp_path)
    assert (found["serial"], found["mac"], found["machine_id"]) == (None, None, None)


def test_an_empty_machine_id_is_none(tmp_path: Path) -> None:
    # As in an image that has not booted yet.
    write(tmp_path, "etc/machine-id", b"\n")
    assert facts(tmp_path)["machine_id"] is None
