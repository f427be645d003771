# A network to try Audio File Out Plus with: an oscillator, the operator, an Info CHOP and a Text TOP that shows the
# state. Paste all of it into TouchDesigner's Textport; it makes /project1/record_example and changes nothing else.
# Then switch Record of the operator on and off, and watch the text.
#
# Not yet tried in a real TouchDesigner: a test pastes it into an interpreter that has the names used here.

import td

home = op('/project1').create(baseCOMP, 'record_example')

# A custom operator is found by its class, in whatever letter case TouchDesigner gives the name. When the creation
# fails, the plugin is not installed: see the README.
recorder_type = next((getattr(td, name) for name in dir(td) if name.lower() == 'audiofileoutpluschop'), 'audiofileoutplusCHOP')
oscillator = home.create(audiooscillatorCHOP, 'oscillator')
recorder = home.create(recorder_type, 'recorder')
recorder.inputConnectors[0].connect(oscillator)
recorder.par.File = 'example{suffix}'

# Numbers for scripts and exports: recording, takes_finished, seconds_written, peak and more.
info = home.create(infoCHOP, 'info')
info.par.op = 'recorder'

# The same exactly, with texts: state, file, last_file, last_error and more.
table = home.create(infoDAT, 'table')
table.par.op = 'recorder'

text = home.create(textTOP, 'text')
shown = "op('table')['state', 1], op('table')['duration', 1], int(op('info')['takes_finished']), op('table')['last_file', 1]"
text.par.text.expr = "'{}, {}, takes finished: {}\\n{}'.format(" + shown + ")"
text.par.text.mode = ParMode.EXPRESSION

for node, x, y in [(oscillator, 0, 0), (recorder, 200, 0), (info, 400, 100), (table, 400, -50), (text, 600, 0)]: node.nodeX, node.nodeY = x, y

text.viewer = True
print('Made', home.path + ': switch Record of', recorder.path, 'on and off.')
