from datetime import timedelta

from dashboard.ui.figures.annotations import Mark, annotate, within
from dashboard.ui.figures.timeline import timeline
from meshhub.model import TimeRange


def test_marks_are_drawn_on_any_figure_over_time(window: TimeRange) -> None:
    figure = timeline({"all": ((window.start.timestamp(), 1.0),)}, window, "/s")
    mark = Mark("version", window.start + timedelta(minutes=5), "reviews <b>v3</b> & more " + "x" * 200)
    marked = annotate(figure, [mark])
    assert "shapes" not in figure["layout"], "the figure that was given stays as it is"
    assert marked["data"] == figure["data"]
    (line,), (glyph,) = marked["layout"]["shapes"], marked["layout"]["annotations"]
    assert line["x0"] == line["x1"] == glyph["x"] == "2026-03-01 13:50:00.000"
    assert glyph["text"] == "◆"
    assert glyph["hovertext"].startswith("reviews &lt;b&gt;v3&lt;/b&gt; &amp; more")
    assert glyph["hovertext"].endswith("…")
    twice = annotate(marked, [Mark("unheard-of", window.start, "x")])
    assert len(twice["layout"]["shapes"]) == 2


def test_only_marks_of_the_window_are_kept_by_time(window: TimeRange) -> None:
    late, early = (Mark("slo", window.start + timedelta(minutes=at), "") for at in (9, 3))
    assert within([late, Mark("slo", window.end, ""), early], window) == (early, late)
