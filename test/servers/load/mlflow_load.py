"""Clients of the load campaign: `python mlflow_load.py CLIENTS EXPERIMENT`.

Each client is a thread with the unmodified MLflow client: it creates runs and logs until standard input ends. A line on standard output
is one run that the server acknowledged: {"run", "params", "metrics": {key: [[step, value], ...]}}.
"""

import json
import logging
import sys
import threading
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

from mlflow import MlflowClient
from mlflow.entities import Metric, Param

PAUSE_SECONDS = 0.4
POINTS = 20

# The client also writes to standard output.
lines, sys.stdout = sys.stdout, sys.stderr
over = threading.Event()
lock = threading.Lock()


def say(line):
    with lock:
        print(json.dumps(line), file=lines, flush=True)


def log_runs(number, experiment):
    client = MlflowClient()
    count = 0
    while not over.is_set():
        count += 1
        run = client.create_run(experiment, run_name=f"client {number} run {count}").info.run_id
        client.log_param(run, "rank", count)
        steps = []
        for step in range(3):
            client.log_metric(run, "loss", count + step / 4, step=step)
            steps.append([step, count + step / 4])
        now = int(time.time() * 1000)
        client.log_batch(
            run,
            metrics=[Metric("curve", float(point), now, point) for point in range(POINTS)],
            params=[Param("client", str(number))],
        )
        client.set_terminated(run)
        curve = [[point, float(point)] for point in range(POINTS)]
        say({"run": run, "params": {"rank": str(count), "client": str(number)}, "metrics": {"loss": steps, "curve": curve}})
        over.wait(PAUSE_SECONDS)


def run_client(number, experiment):
    try:
        log_runs(number, experiment)
    except Exception as error:
        say({"error": f"client {number}: {error!r}"})


def main():
    experiment = sys.argv[2]
    threads = [threading.Thread(target=run_client, args=(number, experiment)) for number in range(int(sys.argv[1]))]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()


main()
