#!/usr/bin/env python3
"""Measures the plugin beside its peers, and refreshes what README shows of it.

    python3 tests/plot_bench.py target/release/tdhost    measures, for ten minutes on a machine with nothing else to do
    python3 tests/plot_bench.py                          draws and writes again what was measured last

The figures are kept in tests/pictures/bench.json, as `tdhost bench --json` prints them and with the machine's name. From
them come tests/pictures/bench.svg and the table in README.md, between its two comments.

Left in the picture: microseconds that a cook takes from the host's main thread. Right: CPU time for the same audio, as
a multiple of ours. Colours are chosen to be legible on white and on black.
"""

import json
import pathlib
import platform
import subprocess
import sys
from html import escape

ROOT = pathlib.Path(__file__).parent.parent
FIGURES = ROOT / "tests" / "pictures" / "bench.json"
PICTURE = ROOT / "tests" / "pictures" / "bench.svg"
README = ROOT / "README.md"
BEGIN, END = "<!-- tests/plot_bench.py writes from here -->\n", "<!-- to here -->\n"

OURS = "#2f81f7"
OTHERS = {
    "memcpy": "#8b949e",
    "libsndfile": "#d18616",
    "hound": "#bf5fd0",
    "sox": "#2da44e",
    "ffmpeg": "#e5534b",
    "lame": "#8a63d2",
    "oggenc": "#1f9eae",
    "flac": "#b8860b",
}
TEXT = "#7d8590"
NAMES = {
    "wav16": "WAV 16-bit",
    "wav24": "WAV 24-bit",
    "wav32": "WAV 32-bit",
    "aiff24": "AIFF 24-bit",
    "mp3": "MP3 192 kb/s",
    "ogg": "OGG quality 5",
    "flac24": "FLAC 24-bit",
}

PANEL = 460
LABEL = 108
BAR = 13
GAP = 3
BETWEEN = 14
TOP = 58
MARGIN = 8


class Drawing:
    def __init__(self):
        self.parts = []
        self.bottom = 0

    def text(self, x, y, words, anchor="start", size=12, colour=TEXT, bold=False):
        weight = ' font-weight="600"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"{weight}>'
            f"{escape(words)}</text>"
        )

    def bar(self, x, y, width, colour):
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1.5):.1f}" height="{BAR}" rx="2" fill="{colour}"/>'
        )

    def panel(self, left, title, subtitle, groups, unit):
        """Groups of bars with a scale of their own each, because 2 and 64 channels differ thirtyfold."""
        self.text(left, 20, title, size=15, bold=True)
        self.text(left, 38, subtitle)
        y = TOP
        for name, bars, full in groups:
            height = len(bars) * (BAR + GAP) - GAP
            self.text(left, y + height / 2 + 4, name)
            room = PANEL - LABEL - 126
            for series, value, colour, note in bars:
                width = room * value / full
                self.bar(left + LABEL, y, width, colour)
                words = f"{series} {value:{'.0f' if value >= 99.5 else '.3g'}}{unit}{note}"
                self.text(left + LABEL + width + 6, y + BAR - 2.5, words, size=11, colour=colour)
                y += BAR + GAP
            y += BETWEEN
        self.bottom = max(self.bottom, y)

    def svg(self):
        width, height = 2 * (MARGIN + PANEL) + 40, self.bottom + 6
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif" '
            'role="img" aria-label="Audio File Out Plus beside its peers: cost of a cook and CPU time">\n'
            f"{body}\n</svg>\n"
        )


def cooks(figures):
    """One group a channel count, with the bars that were measured."""
    series = [
        ("this plugin", "execute_us", OURS),
        ("memcpy", "memcpy_us", OTHERS["memcpy"]),
        ("libsndfile", "libsndfile_inline_us", OTHERS["libsndfile"]),
        ("hound", "hound_inline_us", OTHERS["hound"]),
    ]
    for channels in sorted(figures["execute_us"], key=int):
        bars = [
            (name, figures[key][channels], colour, "")
            for name, key, colour in series
            if figures[key].get(channels) is not None
        ]
        if bars:
            yield f"{channels} channels", bars, max(value for _, value, _, _ in bars)


def ratios(figures):
    """Peers as multiples of our time: longer is slower."""
    measured = {
        kind: [(peer, 1 / ratio) for peer, ratio in peers.items() if ratio]
        for kind, peers in figures["cpu_ratio"].items()
    }
    full = max((times for peers in measured.values() for _, times in peers), default=1)
    for kind, name in NAMES.items():
        peers = measured.get(kind)
        if peers:
            order = [peer for peer in OTHERS if peer in dict(peers)]
            bars = [("this plugin", 1, OURS, "")]
            bars += [(peer, dict(peers)[peer], OTHERS[peer], "") for peer in order]
            yield name, bars, max(full, 1)


def machine():
    """The processor's name and cores, and the system."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {max(len(names), 1)} cores, {platform.system()} {platform.release().split('-')[0]}"


def number(value):
    """Three digits, a dash for what was not measured."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 99.5 else f"{value:.3g}"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def text(figures):
    """What README says between its comments."""
    counts = sorted(figures["execute_us"], key=int)
    series = [
        ("this plugin, recording", "execute_us"),
        ("`memcpy` of the block", "memcpy_us"),
        ("libsndfile, writing 24-bit there", "libsndfile_inline_us"),
        ("hound, writing 24-bit there", "hound_inline_us"),
    ]
    cooks = [[name, *(number(figures[key].get(count)) for count in counts)] for name, key in series]
    peers = [peer for peer in OTHERS if any(peer in row for row in figures["cpu_ratio"].values())]
    cpu = [
        [name, *(number(figures["cpu_ratio"][kind].get(peer)) if peer in figures["cpu_ratio"][kind] else "" for peer in peers)]
        for kind, name in NAMES.items()
    ]
    scale = figures["scale"]
    wide = sorted(scale, key=int)
    memory = figures["memory_mib"]
    return (
        f"Measured on {figures['machine']}.\n\n"
        + table(["microseconds of a cook, 800 frames", *(f"{count} ch" for count in counts)], cooks)
        + f"\nA cook that does not record takes {number(figures['idle_us'])} µs with two channels; copying them takes "
        f"{number(figures['pass_through_us'])} µs.\n\n"
        + table(["CPU time, the other's = 1", *peers], cpu)
        + "\n"
        + table(["24-bit WAV", *(f"{count} ch" for count in wide)], [["CPU ns a sample", *(number(scale[c]) for c in wide)]])
        + f"\n64 nodes that record in stereo take {number(figures['nodes64_cpu_percent'])} % of one core and lose "
        f"{number(figures['nodes64_lost'])} frames. A node has {number(memory['idle'])} MiB, one that records "
        f"{number(memory['recording2'])} MiB with 2 channels and {number(memory['recording64'])} MiB with 64.\n"
    )


def main():
    if len(sys.argv) > 2 or sys.argv[1:2] in (["-h"], ["--help"]):
        sys.exit(__doc__)
    if len(sys.argv) == 2:
        printed = subprocess.run([sys.argv[1], "bench", "--json"], check=True, stdout=subprocess.PIPE).stdout
        figures = {"machine": machine(), **json.loads(printed)}
        FIGURES.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    figures = json.loads(FIGURES.read_text("utf-8"))
    drawing = Drawing()
    drawing.panel(
        MARGIN, "Main thread, each cook", "Microseconds for 800 frames, cold caches; each group has its own scale",
        list(cooks(figures)), " µs",
    )
    drawing.panel(
        MARGIN + PANEL + 40, "CPU time for 10 minutes of stereo", "Multiples of this plugin's user + system time; longer is slower",
        list(ratios(figures)), "×",
    )
    PICTURE.write_text(drawing.svg(), "utf-8")
    readme = README.read_text("utf-8")
    before, rest = readme.split(BEGIN)
    README.write_text(before + BEGIN + text(figures) + END + rest.split(END, 1)[1], "utf-8")


if __name__ == "__main__":
    main()
