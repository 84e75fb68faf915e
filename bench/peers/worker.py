"""A peer that waits to be timed: reads one job per line from standard input, answers with its times.

A peer script gives `serve` a dictionary from the name of a job to a function that prepares it and returns what is to
be timed. The benchmark decides when each side runs, so that both see the same load of the machine.
"""

import json
import os
import sys
import time


def serve(jobs, versions):
    """Answers {"job": name, "repeats": n} with {"seconds": [...]}, each the time of one call of the job."""
    print(json.dumps({"versions": versions}), flush=True)
    prepared = {}
    for line in sys.stdin:
        request = json.loads(line)
        name = request["job"]
        if name not in prepared:
            prepared[name] = jobs[name]()
        call = prepared[name]
        seconds = []
        for _ in range(request["repeats"]):
            start = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - start)
        print(json.dumps({"seconds": seconds}), flush=True)


def threads():
    """The number of threads that the benchmark asks for."""
    return int(os.environ["CAROM_BENCH_THREADS"])
