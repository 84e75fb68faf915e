"""The notebook runs from its first cell to its last: by nbclient where it is installed, else cell by cell here."""

import contextlib
import io
import json
import os
import tempfile
import unittest
import warnings
from pathlib import Path

NOTEBOOK = Path(__file__).parent.parent / "audit.ipynb"


class NotebookTest(unittest.TestCase):
    def test_all_cells(self):
        with tempfile.TemporaryDirectory() as folder:
            here = os.getcwd()
            os.chdir(folder)
            self.addCleanup(os.chdir, here)
            found = self.by_client(folder) if self.has_client() else self.by_hand()
            self.assertGreater(found["transfer"][1.0], found["clean"][1.0])
            self.assertEqual(sorted(found["transfer"]), [0.25, 0.5, 1.0])
            os.chdir(here)

    @staticmethod
    def has_client() -> bool:
        try:
            import ipykernel  # noqa: F401
            import nbclient  # noqa: F401
        except ImportError as lacking:
            print(f"the notebook's cells are run here: {lacking.name} is not installed")
            return False
        return True

    def by_hand(self) -> dict:
        names: dict = {}
        cells = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            for i, cell in enumerate(cells):
                exec(compile("".join(cell["source"]), f"cell {i}", "exec"), names)
        return names["audit"].budgets.to_dict()

    def by_client(self, folder: str) -> dict:
        import nbclient
        import nbformat

        notebook = nbformat.read(NOTEBOOK, as_version=4)
        notebook.cells.append(nbformat.v4.new_code_cell("print(__import__('json').dumps(audit.budgets.to_dict()))"))
        nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}}).execute()
        text = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
        read = json.loads(text)
        return {name: {float(key): value for key, value in column.items()} for name, column in read.items()}


if __name__ == "__main__":
    unittest.main()
