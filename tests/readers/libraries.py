"""What Python's libraries read from audio files: python3 libraries.py LIBRARY FILE...

Prints a line of JSON for each file: what the library says of it, or its complaint.
"""

import json
import logging
import sys
import warnings


def wave(path):
    # Python's own, which is all that many scripts use.
    import wave

    with wave.open(path) as file:
        data = file.readframes(file.getnframes())
        return {
            "channels": file.getnchannels(),
            "rate": file.getframerate(),
            "frames": file.getnframes(),
            "bits": 8 * file.getsampwidth(),
            "data": data.hex(),
        }


def mutagen(path):
    import mutagen

    # EasyID3 names ID3's frames as Vorbis comments are named; WAV and AIFF have no such view.
    file = mutagen.File(path)
    tags = {key.lower(): str(value[0] if isinstance(value, list) else value) for key, value in dict(file.tags).items()}
    info = file.info
    return {
        "channels": info.channels,
        "rate": info.sample_rate,
        "frames": round(info.length * info.sample_rate),
        "title": tags.get("tit2") or tags.get("title"),
    }


def taglib(path):
    import taglib

    with taglib.File(path) as file:
        # It does not look for the delay and padding of MP3.
        length = "untrimmed" if path.endswith(".mp3") else "milliseconds"
        unit = file.sampleRate if length == "untrimmed" else 1000
        return {
            "channels": file.channels,
            "rate": file.sampleRate,
            length: round(unit * file.length),
            "title": file.tags["TITLE"][0],
        }


def tags(path):
    import taglib

    with taglib.File(path) as file:
        return {"tags": file.tags}


def eyed3(path):
    import eyed3

    class Complaints(logging.Handler):
        """It tells its log what it cannot make sense of, and goes on without."""

        def emit(self, record):
            # eyeD3 0.9.9 says that of what lame writes, too, at most rates.
            if record.getMessage() != "Lame tag CRC check failed":
                raise ValueError(record.getMessage())

    eyed3.log.addHandler(Complaints(logging.WARNING))
    logging.getLogger("eyed3").propagate = False
    file = eyed3.load(path)
    # It looks at these when they are asked for.
    _ = file.tag.track_num, file.tag.disc_num, file.tag.bpm, file.tag.recording_date
    return {
        "channels": 1 if file.info.mode == "Mono" else 2,
        "rate": file.info.sample_freq,
        "title": file.tag.title,
    }


def main():
    library, *paths = sys.argv[1:]
    warnings.simplefilter("error", ResourceWarning)
    for path in paths:
        try:
            found = globals()[library](path)
        except Exception as error:
            found = {"complaint": f"{type(error).__name__}: {error}"}
        print(json.dumps(found))


main()
