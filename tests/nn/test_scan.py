"""The choice of a scan path, and that every path there is on this machine gives the same."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from eightcount.nn import scan


def test_a_cpu_uses_the_portable_scans():
    assert scan.scan_path("cpu") == "ssd_chunked"
    assert scan.scan_path(torch.device("cpu"), "mamba1") == "selective_scan_blocked"
    assert scan.scan_path("mps") == "ssd_chunked"


def test_an_unknown_kind_is_refused_by_name():
    with pytest.raises(ValueError, match="mamba3.*mamba2"):
        scan.scan_path("cpu", "mamba3")


def test_cuda_without_the_kernels_uses_the_portable_scans(monkeypatch):
    monkeypatch.setattr(scan, "_kernel", lambda kind: None)
    assert scan.scan_path("cuda") == "ssd_chunked"


def test_cuda_with_the_kernels_uses_them(monkeypatch):
    monkeypatch.setattr(scan, "_kernel", lambda kind: lambda *a, **k: None)
    assert scan.scan_path("cuda:0", "mamba1") == "mamba_ssm"


def test_a_kernel_that_cannot_be_imported_is_none(monkeypatch):
    def broken(name):
        raise OSError("undefined symbol")  # a wheel built for another torch

    monkeypatch.setattr(scan, "import_module", broken)
    scan._kernel.cache_clear()
    try:
        assert scan._kernel("mamba2") is None
    finally:
        scan._kernel.cache_clear()


def ssd_inputs(device="cpu"):
    g = torch.Generator().manual_seed(0)
    draws = (
        torch.randn(2, 40, 2, 16, generator=g),
        F.softplus(torch.randn(2, 40, 2, generator=g)),
        -torch.rand(2, generator=g) - 0.5,
        torch.randn(2, 40, 16, generator=g),
        torch.randn(2, 40, 16, generator=g),
        torch.randn(2, generator=g),
    )
    return [t.to(device) for t in draws]


def s6_inputs(device="cpu"):
    g = torch.Generator().manual_seed(0)
    draws = (
        torch.randn(2, 40, 32, generator=g),
        F.softplus(torch.randn(2, 40, 32, generator=g)),
        -torch.rand(32, 16, generator=g) - 0.5,
        torch.randn(2, 40, 16, generator=g),
        torch.randn(2, 40, 16, generator=g),
        torch.randn(32, generator=g),
    )
    return [t.to(device) for t in draws]


def test_the_kernels_are_called_in_their_own_layout(monkeypatch):
    """Stand-ins with mamba-ssm's signatures, computed by the references: layouts must fit."""

    def chunk_scan(x, dt, A, B, C, chunk_size, D=None, initial_states=None, **options):
        assert B.shape == (2, 40, 1, 16) and isinstance(chunk_size, int)
        y, end = scan.ssd_reference(
            x, dt, A, B[:, :, 0], C[:, :, 0], D, initial_state=initial_states
        )
        return (y, end) if options["return_final_states"] else y

    def scan_fn(u, delta, A, B, C, D=None):
        assert u.shape == (2, 32, 40) and B.shape == (2, 16, 40)
        first = [t.transpose(1, 2) for t in (u, delta)]
        later = [t.transpose(1, 2) for t in (B, C)]
        return scan.selective_scan_reference(*first, A, *later, D)[0].transpose(1, 2)

    stands = {"mamba2": chunk_scan, "mamba1": scan_fn}
    monkeypatch.setattr(scan, "_kernel", stands.get)
    monkeypatch.setattr(scan, "scan_path", lambda device, kind="mamba2": "mamba_ssm")
    torch.testing.assert_close(
        scan.ssd(*ssd_inputs()), scan.ssd_chunked(*ssd_inputs()), rtol=1e-4, atol=1e-4
    )
    y, end = scan.ssd(*ssd_inputs(), return_state=True)
    wanted, wanted_end = scan.ssd_chunked(*ssd_inputs(), return_state=True)
    torch.testing.assert_close(y, wanted, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(end, wanted_end, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(
        scan.selective_scan(*s6_inputs()),
        scan.selective_scan_blocked(*s6_inputs()),
        rtol=1e-4,
        atol=1e-4,
    )


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(
            "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
        ),
        pytest.param(
            "mps",
            marks=pytest.mark.skipif(not torch.backends.mps.is_available(), reason="no MPS here"),
        ),
    ],
)
def test_accelerators_agree_with_the_float64_loop(device):
    wanted = scan.ssd_reference(*(t.double() for t in ssd_inputs()))[0].float()
    for path in (scan.ssd, scan.ssd_chunked):
        got = path(*ssd_inputs(device)).cpu()
        torch.testing.assert_close(got, wanted, rtol=1e-2, atol=1e-2)
    wanted = scan.selective_scan_reference(*(t.double() for t in s6_inputs()))[0].float()
    for path in (scan.selective_scan, scan.selective_scan_blocked):
        got = path(*s6_inputs(device)).cpu()
        torch.testing.assert_close(got, wanted, rtol=1e-2, atol=1e-2)
