"""Pastes example_network.py, line by line, into an interpreter that knows the few TouchDesigner names that it uses.

Reads from standard input what the plugin declares, as JSON: its operator type, its parameters, the channels of its
Info CHOP and the rows of its Info DAT. Whatever else the example touches is an error.
"""

import code
import json
import pathlib
import sys
import types

PLUGIN = json.load(sys.stdin)

# What each native operator has of what the example uses.
NATIVE = {
    'baseCOMP': [],
    'audiooscillatorCHOP': [],
    'infoCHOP': ['op'],
    'infoDAT': ['op'],
    'textTOP': ['text'],
}


class Par:
    """A parameter: a constant until its mode says otherwise."""

    def __init__(self, owner):
        self.owner, self.val, self.expr, self.mode = owner, None, '', ParMode.CONSTANT

    def eval(self):
        if self.mode == ParMode.EXPRESSION:
            return eval(self.expr, {'op': self.owner.home.op, 'me': self.owner})
        return self.val


class ParMode:
    CONSTANT, EXPRESSION = 'CONSTANT', 'EXPRESSION'


class Pars:
    """Attributes are the parameters, and there are no others."""

    def __init__(self, owner, names):
        self.__dict__.update({name: Par(owner) for name in names})

    def __setattr__(self, name, value):
        getattr(self, name).val = value


class Connector:
    def __init__(self):
        self.source = None

    def connect(self, source):
        self.source = source


class Op:
    """A node, with nothing but what the example needs of one."""

    __slots__ = ('type', 'home', 'name', 'par', 'inputConnectors', 'children', 'nodeX', 'nodeY', 'viewer')

    def __init__(self, kind, home, name, pars, inputs=0):
        self.type, self.home, self.name = kind, home, name
        self.par = Pars(self, pars)
        self.inputConnectors = [Connector() for _ in range(inputs)]
        self.children = {}

    @property
    def path(self):
        return f'{self.home.path if self.home else ""}/{self.name}'

    def op(self, name):
        return self.children[name]

    def create(self, kind, name):
        assert name not in self.children, f'{name} is there twice'
        if isinstance(kind, str):
            raise LookupError(f'no operator {kind}')
        made = kind(self, name)
        self.children[name] = made
        return made

    # What an Info CHOP and an Info DAT show of the operator that their `op` names.
    def __getitem__(self, key):
        assert self.home.op(self.par.op.eval()).type == PLUGIN['op_type']
        if self.type == 'infoCHOP':
            return PLUGIN['info_chop'][key]
        row, column = key
        assert self.type == 'infoDAT' and column == 1
        return PLUGIN['info_dat'][row]


def kind(name, pars, inputs=0):
    return lambda home, given: Op(name, home, given, pars, inputs)


def main():
    project = Op('baseCOMP', None, 'project1', [])
    td = types.ModuleType('td')
    recorder_class = PLUGIN['op_type'].lower() + 'CHOP'
    setattr(td, recorder_class, kind(PLUGIN['op_type'], PLUGIN['parameters'], inputs=1))
    sys.modules['td'] = td
    names = {native: kind(native, pars) for native, pars in NATIVE.items()}
    console = code.InteractiveConsole({'op': {'/project1': project}.__getitem__, 'ParMode': ParMode, **names})
    failures = []
    console.showtraceback = lambda: failures.append(sys.exc_info()[1])
    console.showsyntaxerror = lambda *_: failures.append(sys.exc_info()[1])
    script = pathlib.Path(__file__).with_name('example_network.py')
    waits = False
    for number, line in enumerate(script.read_text(encoding='utf-8').splitlines(), 1):
        # In a console a block ends with an empty line, and only with one.
        assert not (waits and line), f'{script.name}, line {number}: a line that the block before would swallow'
        waits = console.push(line)
        assert not failures, f'{script.name}, line {number}: {line}\n{failures}'
    assert not waits

    example = project.op('record_example')
    recorder, text = example.op('recorder'), example.op('text')
    assert recorder.inputConnectors[0].source is example.op('oscillator')
    assert '{suffix}' in recorder.par.File.eval()
    shown = text.par.text.eval()
    assert PLUGIN['info_dat']['state'] in shown and 'takes finished: 0' in shown, shown
    assert len({(node.nodeX, node.nodeY) for node in example.children.values()}) == len(example.children)
    print(f'{script.name} makes {", ".join(example.children)}; the text shows {shown!r}')

    # Without the plugin TouchDesigner refuses to make the operator, and nothing after that runs.
    delattr(td, recorder_class)
    project.children.clear()
    try:
        exec(compile(script.read_text(encoding='utf-8'), script.name, 'exec'), console.locals)
    except LookupError:
        assert 'recorder' not in project.op('record_example').children
    else:
        raise AssertionError('the plugin is missing and nobody noticed')


main()
