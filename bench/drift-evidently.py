"""Compares two Parquet files with Evidently's own preset; prints seconds from reading to the report, and its peak memory."""

import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import evidently  # noqa: E402
import pandas  # noqa: E402
from evidently import Report  # noqa: E402
from evidently.presets import DataDriftPreset  # noqa: E402

started = time.perf_counter()
reference, current = (pandas.read_parquet(path) for path in sys.argv[1:3])
snapshot = Report([DataDriftPreset()]).run(current, reference)
columns = sum("ValueDrift" in metric["metric_name"] for metric in snapshot.dict()["metrics"])
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"version": evidently.__version__, "columns": columns, "seconds": seconds, "peakBytes": peak}))
