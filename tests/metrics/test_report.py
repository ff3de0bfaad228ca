import json
import re

import numpy as np
import pytest

from eightcount.metrics.evaluate import evaluate
from eightcount.metrics.protocols import PROTOCOLS
from eightcount.metrics.report import as_html, as_json, write_report
from eightcount.metrics.skeleton_plot import project, sheet_frames
from eightcount.motion.formats.npz import save_take


@pytest.fixture(scope="module")
def result(tmp_path_factory, figures):
    root = tmp_path_factory.mktemp("report")
    for name, count in (("takes", 3), ("real", 8)):
        (root / name).mkdir()
        for k in range(count):
            save_take(
                root / name / f"{k}<b>.npz",
                figures.dancing(100, seed=k),
                beats=np.arange(3.0, 100, 11 + k),
                genre="pop",
                seed=k,
                model="m",
                extra={"song": f"s{k}", "upper_tokens": [0, 1], "codes": 4},
            )
    (root / "takes" / "bad<i>.npz").write_text("nonsense")
    return evaluate(root / "takes", root / "real", PROTOCOLS["lodge"], controls=True)


@pytest.fixture(scope="module")
def page(result):
    return as_html(result)


def test_the_json_is_strict_and_complete(result):
    text = json.dumps(as_json(result), allow_nan=False)
    data = json.loads(text)
    assert data["protocol"]["name"] == "lodge" and data["fps"] == 30
    assert data["sets"]["takes"]["n"] == 3 and data["sets"]["real"]["n"] == 8
    assert set(data["sets"]["takes"]["values"]["fid_k"]) == {"value", "low", "high", "n"}
    assert "p" in data["sets"]["takes"]["swap"]["swap_gap_music_to_motion"]
    assert len(data["takes"]) == 3 and len(data["bad_files"]) == 1
    assert any(v["control"] == "frozen" for v in data["verdicts"])


def test_the_page_stands_alone(page):
    # pictures are inside, and nothing is fetched
    assert page.count("<img") >= 6
    assert set(re.findall(r"src='([^']{11})", page)) == {"data:image/"}
    assert not re.search(r"<script|<link|url\(|@import", page)


def test_controls_stand_in_the_same_table_with_what_they_reveal(page):
    table = page[page.index("<table class=main>") : page.index("</table>")]
    for title in ("Takes", "Real", "Half vs half", "Copies", "Mirrored", "Frozen", "Jittered"):
        assert title in table
    assert "n = 3" in table and "n = 8" in table
    assert re.search(r"does not separate: [^<]*Frozen|finds better than real: [^<]*Frozen", table)


def test_every_placeholder_is_filled(page):
    text = re.sub(r"src='data:[^']*'", "", page)
    assert not re.search(r"\$\w+", text) and "nan" not in text.lower().replace("dominan", "")


def test_file_names_cannot_break_the_page(page):
    text = re.sub(r"src='data:[^']*'", "", page)
    assert "bad&lt;i&gt;.npz" in text and "bad<i>.npz" not in text


def test_without_controls_and_genres_it_still_renders(tmp_path, figures):
    for name in ("takes", "real"):
        (tmp_path / name).mkdir()
        save_take(
            tmp_path / name / "a.npz",
            figures.dancing(60),
            beats=np.zeros(0),
            genre="",
            seed=0,
            model="m",
        )
    result = evaluate(tmp_path / "takes", tmp_path / "real", PROTOCOLS["lodge"])
    write_report(result, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "No genre scores" in page and "no beats" in page
    json.loads((tmp_path / "out" / "scores.json").read_text(encoding="utf-8"))


def test_a_take_that_vanished_is_left_out_of_the_drawings(result, tmp_path):
    from dataclasses import replace

    gone = replace(result, take_paths=[tmp_path / "gone.npz"])
    assert as_html(gone).count("<img") < as_html(result).count("<img")


def test_a_sheet_spans_the_take_and_faces_the_reader():
    frames = sheet_frames(100)
    assert len(frames) == 8 and frames[0] == 0 and frames[-1] == 99
    left, right, head = project(np.array([[0.5, 1, 0], [-0.5, 1, 0], [0, 1.6, 0]]))
    # the dancer's left is on the reader's right, as when facing someone
    assert left[0] > 0 > right[0] and head[1] > left[1]
