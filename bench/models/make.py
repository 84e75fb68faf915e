"""Makes the model files that check.mjs measures, from many origins: python3 make.py FOLDER [ORIGIN[/NAME] ...].

Each file has rows to try beside it; manifest.json names them. Weights are random or fitted to small data sets of
scikit-learn; nothing is fetched but packages, by pip and npm, whose files are read where they are. An origin that is not
installed is left out with a word.
"""

import importlib
import json
import sys
import traceback
import warnings
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")

ORIGINS = ["sklearn", "pipelines", "boosting", "tutorials", "layers", "vision", "others", "zoo", "packages"]


def write(folder, name, source, made_file, manifest):
    model = made_file.model
    (folder / f"{name}.onnx").write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    rows = np.ascontiguousarray(made_file.rows, dtype=np.float32)
    (folder / f"{name}.rows").write_bytes(rows.tobytes())
    scores = made_file.scores
    if scores is not None:
        scores = np.asarray(scores, dtype=np.float64).tolist()
    manifest[name] = {"origin": source, "shape": list(rows.shape), "expected": scores, "options": made_file.options}
    slopes = made_file.slopes
    if slopes is not None:
        (folder / f"{name}.gradient").write_bytes(np.ascontiguousarray(slopes.gradient, dtype=np.float64).tobytes())
        (folder / f"{name}.points").write_bytes(np.ascontiguousarray(slopes.points, dtype=np.float32).tobytes())
        manifest[name] |= {"labels": slopes.labels, "rounding": slopes.rounding}


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text()) if path.exists() else {}
    for asked in sys.argv[2:] or ORIGINS:
        origin, _, beginning = asked.partition("/")
        try:
            made = importlib.import_module(f"made_by_{origin}").models()
        except ImportError as error:
            print(f"{origin}: left out, {error}", flush=True)
            continue
        for name, source, make in made:
            if not name.startswith(beginning):
                continue
            try:
                made_file = make()
            except Exception as error:
                print(f"{origin} {name}: not made, {type(error).__name__} {str(error).splitlines()[:1]}", flush=True)
                if "-v" in sys.argv:
                    traceback.print_exc()
                continue
            write(folder, name, source, made_file, manifest)
            path.write_text(json.dumps(manifest, indent=1) + "\n")
            print(f"{origin} {name}", flush=True)


main()
