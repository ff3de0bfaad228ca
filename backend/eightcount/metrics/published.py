"""Figures from the papers, for orientation: other bodies, other clips, other references."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedRow:
    """One system as its paper reports it; None where the paper gives no number."""

    system: str
    fid_k: float | None
    fid_g: float | None
    div_k: float | None
    div_g: float | None
    bas: float | None


#: by protocol: the data set's name and the rows. BAS is the music to motion form.
PUBLISHED: dict[str, tuple[str, tuple[PublishedRow, ...]]] = {
    "lodge": (
        "FineDance",
        (
            PublishedRow("real dances", None, None, 9.73, 7.44, 0.212),
            PublishedRow("EDGE", 94.34, 50.38, 8.13, 6.45, 0.2116),
            PublishedRow("Lodge", 45.56, 34.29, 6.75, 5.64, 0.2397),
            PublishedRow("MEGADance", 50.00, 13.02, 6.23, 6.27, 0.226),
            PublishedRow("TokenDance", 47.20, 31.85, 6.62, 6.81, 0.2385),
            PublishedRow("EDMG", 40.23, 35.75, None, None, 0.32),
        ),
    ),
    "bailando": (
        "AIST++",
        (
            PublishedRow("real dances", 17.10, 10.60, 8.19, 7.45, 0.2374),
            PublishedRow("EDGE", 42.16, 22.12, 3.96, 4.61, 0.2334),
            PublishedRow("Bailando", 28.16, 9.62, 7.83, 6.34, 0.2332),
            PublishedRow("MEGADance", 25.89, 12.62, None, 5.84, 0.238),
            PublishedRow("TokenDance", 21.55, 11.85, 8.05, 7.12, 0.2313),
            PublishedRow("Danceba (mean of 5)", 15.48, 13.57, 7.85, 7.49, 0.2779),
        ),
    ),
}
