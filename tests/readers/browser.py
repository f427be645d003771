"""Has a browser decode audio files: python3 browser.py BROWSER FOLDER RATE:FILE...

Prints a line for each file: its channels, its frames and its samples as the hexadecimal digits of 32-bit little-endian
floats, channel by channel; or what the browser says against it.
"""

import functools
import http.server
import json
import pathlib
import subprocess
import sys

PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>decoding</title><script>
(async () => {
  const found = [];
  for (const [number, rate] of RATES.entries()) {
    try {
      const bytes = await (await fetch("/" + number)).arrayBuffer();
      // At the file's own rate, so that nothing is resampled.
      const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes);
      let line = `${sound.numberOfChannels} ${sound.length} `;
      for (let channel = 0; channel < sound.numberOfChannels; ++channel)
        for (const byte of new Uint8Array(sound.getChannelData(channel).slice().buffer))
          line += byte.toString(16).padStart(2, "0");
      found.push(line);
    } catch (error) {
      found.push(String(error));
    }
  }
  await fetch("/found", { method: "POST", body: JSON.stringify(found) });
})();
</script>"""


class Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, files, *arguments):
        self.files = files
        super().__init__(*arguments)

    def do_GET(self):
        if self.path == "/":
            rates = json.dumps([rate for _, rate in self.files])
            self.answer(PAGE.replace("RATES", rates).encode(), "text/html")
        elif self.path[1:].isdigit():
            self.answer(pathlib.Path(self.files[int(self.path[1:])][0]).read_bytes(), "application/octet-stream")
        else:
            self.send_error(404)

    def do_POST(self):
        self.server.found = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(b"", "text/plain")

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    browser, folder, *arguments = sys.argv[1:]
    files = [(path, int(rate)) for rate, path in (argument.split(":", 1) for argument in arguments)]
    server = http.server.HTTPServer(("127.0.0.1", 0), functools.partial(Handler, files))
    server.found, server.timeout = None, 1
    address = f"http://127.0.0.1:{server.server_port}/"
    # --no-sandbox: as root it has none, and it opens nothing but these files.
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={folder}"]
    with subprocess.Popen([browser, *options, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while server.found is None and process.poll() is None:
            server.handle_request()
        process.terminate()
    if server.found is None:
        sys.exit(f"{browser} ended with {process.returncode}")
    for line in server.found:
        print(line)


main()
