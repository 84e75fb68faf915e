"""A peer that waits to be timed: reads one job per line from standard input, answers with its times.

A peer script gives `serve` a dictionary from the name of a job to a function that prepares it and returns what is to
be timed. The benchmark decides when each side runs, so that both see the same load of the machine.
"""

import json
import os
import sys
import time


def serve(jobs, versions):
    """Answers {"job": name, "repeats": n} with the times of n calls: {"wall": [...], "cpu": [...]}, in seconds."""
    print(json.dumps({"versions": versions}), flush=True)
    prepared = {}
    for line in sys.stdin:
        request = json.loads(line)
        name = request["job"]
        if name not in prepared:
            prepared[name] = jobs[name]()
        call = prepared[name]
        times = {"wall": [], "cpu": []}
        for _ in range(request["repeats"]):
            start, cpu = time.perf_counter(), time.process_time()
            call()
            times["wall"].append(time.perf_counter() - start)
            times["cpu"].append(time.process_time() - cpu)
        print(json.dumps(times), flush=True)


def threads():
    """The number of threads that the benchmark asks for."""
    return int(os.environ["CAROM_BENCH_THREADS"])
