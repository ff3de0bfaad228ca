"""The frame of the report: headings, explanations and style. report.py fills in ``$name``."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Eightcount: evaluation</title>
<style>
  :root { color-scheme: light; }
  body { font: 14px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
         color: #22262e; background: #fff; margin: 2rem auto; max-width: 1280px; padding: 0 1.5rem;
             }
  h1 { font-size: 1.6rem; margin: 0; }
  h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
  .summary { color: #5b6270; margin: .2rem 0 1rem; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { padding: .35rem .7rem; text-align: right; vertical-align: top;
           border-bottom: 1px solid #e6e8ec; }
  thead th { color: #3b4252; font-weight: 600; border-bottom: 2px solid #aab0bb; }
  th[scope=row] { text-align: left; font-weight: 500; white-space: nowrap; }
  th small, td small { display: block; color: #7a818f; font-weight: 400; font-size: .78rem;
                       white-space: nowrap; }
  th[scope=row] small { display: inline; }
  .main thead th:nth-child(2) { color: #1f5fa8; }
  .main td:nth-child(2) { background: #f2f6fb; }
  .arrow { color: #7a818f; }
  td.same { color: #9aa1ad; }
  td.blind { background: #fdf1dc; }
  td.fooled { background: #fbe3e0; }
  .main th[scope=row] { white-space: normal; width: 17rem; line-height: 1.35; }
  .said { display: block; font-weight: 400; font-size: .78rem; }
  .said.blind { color: #8a5a00; } .said.fooled { color: #a32a1a; } .said.note { color: #5b6270; }
  ul.legend, p { color: #3b4252; max-width: 60rem; }
  ul.notes { background: #fdf6e7; border-left: 4px solid #d8a13a; margin: 1rem 0;
             padding: .6rem 1rem .6rem 2rem; max-width: 60rem; }
  ul.bad { color: #a32a1a; }
  h3 { font-size: 1rem; color: #3b4252; margin: 1.4rem 0 .3rem; }
  figure { margin: 0 0 .6rem; } figure img { max-width: 100%; }
  .key span { padding: .1rem .5rem; margin-right: .8rem; }
</style>
</head>
<body>
<h1>Eightcount: evaluation</h1>
<p class="summary">$summary</p>
$notes
<h2>Scores and controls</h2>
<div class="wide">$main</div>
<p class="key"><span style="background:#fdf1dc">does not separate this control from real
dances</span> <span style="background:#fbe3e0">finds this control better than real dances</span></p>
$legend
<h2>Does the dance follow its song?</h2>
<p>A beat score alone is no evidence, since dense motion beats lie near any music. The gap is the
score on the own song minus the mean over the other songs; p is how often songs dealt out at random
do as well.</p>
$swap
<h2>Genre</h2>
$genre
<h2>Diversity over seeds</h2>
$seeds
<h2>Plots</h2>
$plots
<h2>Published figures</h2>
$published
<h2>Files left out</h2>
$bad
</body>
</html>
"""
