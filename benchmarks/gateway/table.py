"""The table that is printed."""

from collections.abc import Sequence

from benchmarks.gateway.targets import FLOOR, Target


def table(targets: Sequence[Target]) -> str:
    lines = [
        "| one core | CPU ms/request | of the floor | requests/s | CPU ms/stream | of the floor |"
        " added p50, p99 | first event p50, p99 | fsyncs | MB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    base = next((target for target in targets if target.name == FLOOR), None)
    for target in targets:
        cells = [target.name]
        for kind in ("plain", "stream"):
            cpu = target.middle(f"{kind} cpu") or 0.0
            known = base.middle(f"{kind} cpu") if base else None
            cells += [f"{cpu:.2f}", f"{cpu / known:.2f}" if known else "–"]
            if kind == "plain":
                cells.append(f"{target.middle('plain rps') or 0:,.0f}")
        for what in ("wait", "first"):
            shares = [target.middle(f"{what} {share}") for share in ("p50", "p99")]
            cells.append(", ".join("–" if ms is None else f"{ms:.1f}" for ms in shares))
        fsyncs = "–" if target.fsyncs is None else f"{target.fsyncs:.1f}"
        cells += [fsyncs, f"{target.middle('memory') or 0:.0f}"]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [""] + [f"{target.name}: {target.does}." for target in targets]
    lines += [f"{target.name}, errors: {target.errors}" for target in targets if target.errors]
    return "\n".join(lines) + "\n"
