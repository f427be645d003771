"""Draws the pictures of the README from what the plugin declares and what tdhost prints.

    python3 tests/pictures/draw.py target/release/tdhost            draws them anew
    python3 tests/pictures/draw.py --check target/release/tdhost    fails when the ones here are stale

Numbers that differ from run to run (times and the moment of the progress bar) are kept as they are while nothing else
changes. Needs a terminal of the Unix kind for the progress bar, and nothing but Python.
"""

import argparse
import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from xml.sax.saxutils import escape

HERE = pathlib.Path(__file__).parent
SANS = "'Segoe UI', 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

# What a take in tdhost's terminal is drawn from: the README's first command, in real time and short.
COMMAND = 'cargo run --release -- record --out target/take.wav --seconds 4 --realtime'
VOLATILE_ROWS = ('speed', 'cook, median', 'cook, peak')


class Svg:
    """A drawing: shapes in the order in which they are painted."""

    def __init__(self, width, height, title):
        self.lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img">',
            f'<title>{escape(title)}</title>',
        ]

    def box(self, x, y, width, height, fill, radius=0, stroke=None):
        edge = f' stroke="{stroke}"' if stroke else ''
        self.lines.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}"{edge}/>'
        )

    def circle(self, x, y, radius, fill):
        self.lines.append(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}"/>')

    def path(self, d, stroke, fill='none', width=1.5):
        self.lines.append(
            f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{width:g}" '
            'stroke-linecap="round" stroke-linejoin="round"/>'
        )

    def text(self, x, y, text, fill, size=13, anchor='start', weight='normal', family=SANS, parts=None):
        """`parts` in place of `text`: pairs of a text and a class or None."""
        inner = escape(text) if parts is None else ''.join(
            f'<tspan class="{kind}">{escape(part)}</tspan>' if kind else escape(part) for part, kind in parts
        )
        self.lines.append(
            f'<text x="{x:g}" y="{y:g}" font-family="{family}" font-size="{size:g}" font-weight="{weight}" '
            f'text-anchor="{anchor}" fill="{fill}" xml:space="preserve">{inner}</text>'
        )

    def style(self, css):
        self.lines.append(f'<style>{css}</style>')

    def done(self):
        return '\n'.join([*self.lines, '</svg>', ''])


# The parameter pages.

WINDOW, BAR, TAB, FIELD, EDGE = '#2d2f33', '#3a3d42', '#4b4f56', '#1f2124', '#54585f'
LABEL, VALUE, DIM, ACCENT, PAPER = '#c9ccd1', '#f1f3f5', '#8d9299', '#8fc465', '#f3efdf'
ROW, PAD, LABEL_WIDTH, FIELD_WIDTH = 30, 16, 142, 264
PANEL = PAD + LABEL_WIDTH + FIELD_WIDTH + PAD


def dropdown(svg, x, y, text):
    svg.box(x, y, 150, 20, FIELD, 3, EDGE)
    svg.text(x + 8, y + 14.5, text, VALUE, 12)
    svg.path(f'M{x + 135} {y + 8} l4 4 l4 -4', LABEL)


def toggle(svg, x, y, on):
    svg.box(x, y, 60, 20, ACCENT if on else FIELD, 3, EDGE)
    svg.text(x + 30, y + 14.5, 'On' if on else 'Off', '#17210f' if on else DIM, 12, 'middle', 'bold' if on else 'normal')


def button(svg, x, y):
    svg.box(x, y, 60, 20, TAB, 3, EDGE)
    svg.text(x + 30, y + 14.5, 'Pulse', VALUE, 12, 'middle')


def number(svg, x, y, par):
    svg.box(x, y, 60, 20, FIELD, 3, EDGE)
    svg.text(x + 52, y + 14.5, f'{par["default"]:g}', VALUE, 12, 'end')
    svg.box(x + 72, y + 8, FIELD_WIDTH - 72, 4, FIELD, 2)
    low, high = par['slider']
    share = min(1.0, max(0.0, (par['default'] - low) / (high - low)))
    svg.box(x + 72, y + 8, max(4, (FIELD_WIDTH - 72) * share), 4, ACCENT, 2)
    svg.circle(x + 72 + (FIELD_WIDTH - 72) * share, y + 10, 5, LABEL)


def text_field(svg, x, y, text, buttons):
    width = FIELD_WIDTH - 24 * buttons
    svg.box(x, y, width, 20, FIELD, 3, EDGE)
    svg.text(x + 8, y + 14.5, text, VALUE, 12)
    for index in range(buttons):
        left = x + width + 4 + 24 * index
        svg.box(left, y, 20, 20, TAB, 3, EDGE)
        svg.path(f'M{left + 7} {y + 6} l5 4 l-5 4', LABEL)


def widget(svg, x, y, par):
    kind = par['kind']
    if kind == 'menu':
        labels = {item['name']: item['label'] for item in par['items']}
        dropdown(svg, x, y, labels[par['default']])
    elif kind == 'toggle':
        toggle(svg, x, y, par['default'] != 0)
    elif kind == 'pulse':
        button(svg, x, y)
    elif kind in ('int', 'float'):
        number(svg, x, y, par)
    else:
        text_field(svg, x, y, par['default'], 1 if kind.startswith('file') or kind == 'DAT' else 0)


def wrapped(text, width):
    lines = ['']
    for word in text.split(' '):
        if len(lines[-1]) + len(word) + 1 > width and lines[-1]:
            lines.append('')
        lines[-1] += (' ' if lines[-1] else '') + word
    return lines


def balloon_height(par):
    return 44 + 17 * len(wrapped(par['help'], 58))


def balloon(svg, x, y, par):
    """The help of one parameter, as it is shown over its label."""
    lines = wrapped(par['help'], 58)
    svg.box(x, y, PANEL - 32, balloon_height(par), PAPER, 6)
    svg.text(x + 14, y + 22, par['label'], '#2b2b26', 13, weight='bold')
    svg.text(x + PANEL - 46, y + 22, par['name'], '#7c765f', 12, 'end', family=MONO)
    for index, line in enumerate(lines):
        svg.text(x + 14, y + 44 + 17 * index, line, '#3b3a33', 12.5)


def draw_pages(pages):
    shortest = min(pages, key=lambda page: len(page['parameters']))
    below = 84 + ROW * len(shortest['parameters']) + 10
    height = max(
        84 + ROW * max(len(page['parameters']) for page in pages),
        below + balloon_height(shortest['parameters'][-1]),
    ) + 12
    width = PANEL * len(pages) + 16 * (len(pages) - 1)
    svg = Svg(width, height, 'The parameter pages of Audio File Out Plus')
    for column, page in enumerate(pages):
        left = column * (PANEL + 16)
        svg.box(left + 0.5, 0.5, PANEL - 1, height - 1, WINDOW, 8, '#1a1b1d')
        svg.path(f'M{left + 1} 34 v-25 a8 8 0 0 1 8 -8 h{PANEL - 18} a8 8 0 0 1 8 8 v25 z', 'none', BAR, 0)
        svg.box(left + PAD, 9, 10, 18, ACCENT, 2)
        svg.text(left + PAD + 18, 23, 'Audio File Out Plus', VALUE, 13, weight='bold')
        svg.text(left + PANEL - PAD, 23, 'recorder', DIM, 12, 'end')
        tab = left + PAD
        for other in pages:
            chosen = other is page
            wide = 24 + 7.2 * len(other['page'])
            svg.box(tab, 44, wide, 24, TAB if chosen else WINDOW, 4)
            svg.text(tab + wide / 2, 60.5, other['page'], VALUE if chosen else DIM, 12.5, 'middle')
            tab += wide + 6
        for row, par in enumerate(page['parameters']):
            top = 84 + ROW * row
            if par['section'] and row:
                svg.path(f'M{left + PAD} {top - 5} h{PANEL - 2 * PAD}', TAB, width=1)
            svg.text(left + PAD + LABEL_WIDTH - 14, top + 14.5, par['label'], LABEL, 13, 'end')
            widget(svg, left + PAD + LABEL_WIDTH, top, par)
        if page is shortest:
            svg.path(f'M{left + 92} {below + 2} l14 -16 l14 16 z', 'none', PAPER, 0)
            balloon(svg, left + 16, below, page['parameters'][-1])
    return svg.done()


# A take in tdhost's terminal.

BACK, CHROME, PLAIN, FAINT, GREEN, BLUE = '#15181d', '#262b33', '#d5dae1', '#68717d', '#8fd46a', '#7cb7ff'


def run_in_terminal(tdhost, folder):
    """What the terminal showed: the frames of the progress bar, and the lines that stay."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 110, 0, 0))
    arguments = COMMAND.split(' -- ')[1].split()
    # A service such as CI may have no TERM, and tdhost then shows no progress.
    env = os.environ | {'TERM': 'xterm'}
    process = subprocess.Popen(
        [tdhost, *arguments], cwd=folder, env=env, stdin=slave, stdout=subprocess.PIPE, stderr=slave)
    os.close(slave)
    shown = b''
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            # What the kernel says when the other end is closed.
            break
        if not piece:
            break
        shown += piece
    printed = process.stdout.read().decode()
    if process.wait() != 0:
        sys.exit(f'{COMMAND}: {shown.decode(errors="replace")}{printed}')
    bars = re.findall(r'\[[=> ]+\] +(\d+)%  recording [^\r\n\x1b]*', shown.decode())
    frames = [match.group(0).rstrip() for match in re.finditer(r'\[[=> ]+\] +\d+%  recording [^\r\n\x1b]*', shown.decode())]
    if not frames:
        sys.exit(f'tdhost showed no progress: {shown!r}')
    middle = min(range(len(frames)), key=lambda index: abs(int(bars[index]) - 60))
    return frames[middle], printed.rstrip('\n').split('\n')


def table_line(line):
    """The parts of a line, each with its class: f faint, g good, v what differs from run to run."""
    cells = re.fullmatch(r'(\| )(.*?)( *\| )(.*?)( *)( \|)', line)
    if not cells:
        return [(line, 'f')]
    bar, label, between, value, padding, end = cells.groups()
    kind = 'v' if label in VOLATILE_ROWS else 'g' if value == 'OK' else None
    return [(bar, 'f'), (label, None), (between, 'f'), (value + padding, kind), (end, 'f')]


def draw_take(tdhost):
    with tempfile.TemporaryDirectory() as folder:
        bar, table = run_in_terminal(os.path.abspath(tdhost), folder)
    gauge, state = bar.split(']', 1)
    lines = [[('$ ', 'f'), (COMMAND, 'b')], [(gauge + ']', 'v w'), (state, 'v')], *map(table_line, table)]
    width, top, step = 860, 34, 18.5
    height = top + 24 + step * len(lines)
    svg = Svg(width, f'{height:g}', 'A take recorded and checked by tdhost in a terminal')
    svg.style(f'.f{{fill:{FAINT}}}.g{{fill:{GREEN};font-weight:bold}}.b{{fill:{BLUE}}}.w{{fill:{GREEN}}}')
    svg.box(0.5, 0.5, width - 1, height - 1, BACK, 9, '#0b0d10')
    svg.path(f'M1 {top} v-25 a8 8 0 0 1 8 -8 h{width - 18} a8 8 0 0 1 8 8 v25 z', 'none', CHROME, 0)
    for index, colour in enumerate(('#e0655c', '#e2b04a', '#7fbf5a')):
        svg.circle(20 + 18 * index, top / 2, 5.5, colour)
    svg.text(width / 2, top / 2 + 4.5, 'tdhost', FAINT, 12.5, 'middle')
    for row, parts in enumerate(lines):
        svg.text(18, top + 26 + step * row, '', PLAIN, 13, family=MONO, parts=parts)
    return svg.done()


def lasting(svg):
    """The drawing without what differs from run to run."""
    return re.sub(r'(<tspan class="v[^"]*">)[^<]*', r'\1', svg)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('tdhost')
    parser.add_argument('--check', action='store_true')
    arguments = parser.parse_args()
    pages = json.loads(subprocess.run([arguments.tdhost, 'params', '--json'], check=True, stdout=subprocess.PIPE).stdout)
    pictures = {'parameters.svg': draw_pages(pages), 'take.svg': draw_take(arguments.tdhost)}
    stale = []
    for name, svg in pictures.items():
        path = HERE / name
        before = path.read_text(encoding='utf-8') if path.exists() else ''
        if lasting(before) == lasting(svg):
            continue
        stale.append(name)
        if not arguments.check:
            path.write_text(svg, encoding='utf-8')
    if arguments.check and stale:
        sys.exit(f'stale: {", ".join(stale)}: draw them anew with python3 {pathlib.Path(sys.argv[0])} {arguments.tdhost}')
    print(f'drawn: {", ".join(stale)}' if stale else 'the pictures show what is')


main()
