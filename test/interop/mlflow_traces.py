"""Steps of test/interop/mlflow-traces.test.ts, done by the unmodified MLflow client of whatever version runs this.

Usage: mlflow_traces.py STEP JSON; prints one line of JSON.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import mlflow
from mlflow import MlflowClient

MAJOR = int(mlflow.__version__.split(".")[0])
MINOR = int(mlflow.__version__.split(".")[1])


def places(experiment_id):
    """Searches name experiments in `locations` since 3.7, and in `experiment_ids` before."""
    return {"locations": [experiment_id]} if (MAJOR, MINOR) >= (3, 7) else {"experiment_ids": [experiment_id]}


def flush():
    # Only asynchronous exporters have something to flush.
    try:
        mlflow.flush_trace_async_logging()
    except Exception:
        pass


def found(client, experiment_id, **query):
    return [trace.info.tags.get("mlflow.traceName") for trace in client.search_traces(**places(experiment_id), **query)]


def traced(_):
    """Functions under `@mlflow.trace`, nested spans and a failure; searches, tags and deletion."""
    experiment_id = mlflow.create_experiment(f"traced {time.time_ns()}")
    mlflow.set_experiment(experiment_id=experiment_id)

    @mlflow.trace(span_type="LLM", attributes={"color": "red"})
    def call(question):
        span = mlflow.get_current_active_span()
        span.set_attribute("mlflow.llm.model", "gpt-4o")
        span.set_attribute(
            "mlflow.chat.tokenUsage", {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
        )
        return f"about {question}"

    @mlflow.trace(name="ask")
    def ask(question):
        mlflow.update_current_trace(tags={"steelyard.team": "assistants", "env": "prod"})
        with mlflow.start_span("retrieve") as span:
            span.set_inputs({"q": question})
            span.set_outputs(["document"])
        return call(question)

    @mlflow.trace(name="broken")
    def broken():
        raise ValueError("no")

    ask("weights")
    try:
        broken()
    except ValueError:
        pass
    with mlflow.start_run() as run:
        ask("runs")
    flush()

    client = MlflowClient()
    traces = client.search_traces(**places(experiment_id), order_by=["timestamp_ms ASC"])
    first = mlflow.get_trace(traces[0].info.request_id)
    trace_id = first.info.request_id
    client.set_trace_tag(trace_id, "seen", "yes")
    tagged = mlflow.get_trace(trace_id).info.tags.get("seen")
    client.delete_trace_tag(trace_id, "seen")
    page = client.search_traces(**places(experiment_id), max_results=2)
    rest = client.search_traces(**places(experiment_id), max_results=2, page_token=page.token)
    frame = mlflow.search_traces(**places(experiment_id))
    answer = {
        "traceId": trace_id,
        "experimentId": experiment_id,
        "spans": [[span.name, span.span_type, span.parent_id is None] for span in first.data.spans],
        "retrieved": next(span.outputs for span in first.data.spans if span.name == "retrieve"),
        "response": first.data.spans[0].outputs,
        "usage": getattr(first.info, "token_usage", None),
        "tagged": tagged,
        "untagged": mlflow.get_trace(trace_id).info.tags.get("seen"),
        "all": len(frame),
        "pages": [len(page), len(rest), rest.token],
        "ok": found(client, experiment_id, filter_string="status = 'OK'"),
        "error": found(client, experiment_id, filter_string="attributes.status = 'ERROR'"),
        "prod": found(client, experiment_id, filter_string="tags.env = 'prod' AND timestamp_ms > 0"),
        "ofRun": len(mlflow.search_traces(**places(experiment_id), run_id=run.info.run_id)),
    }
    if (MAJOR, MINOR) >= (3, 6):
        answer["bySpan"] = found(client, experiment_id, filter_string="span.attributes.color = 'red'")
        answer["byText"] = found(client, experiment_id, filter_string="trace.text LIKE '%weights%'")
    return answer


def judged(request):
    """Feedback and expectations of a trace: logged, changed, overridden, searched, deleted."""
    from mlflow.entities import AssessmentSource, Feedback

    trace_id = request["traceId"]
    client = MlflowClient()
    person = AssessmentSource("HUMAN", "ada")
    first = mlflow.log_feedback(trace_id=trace_id, name="good", value=0.2, source=person, metadata={"a": "1"})
    mlflow.log_expectation(trace_id=trace_id, name="answer", value={"text": "weights"}, source=person)
    mlflow.update_assessment(
        trace_id=trace_id,
        assessment_id=first.assessment_id,
        assessment=Feedback(name="good", value=0.4, rationale="read again", metadata={"b": "2"}),
    )
    changed = mlflow.get_assessment(trace_id=trace_id, assessment_id=first.assessment_id)
    second = mlflow.override_feedback(trace_id=trace_id, assessment_id=first.assessment_id, value=0.9)
    overridden = mlflow.get_assessment(trace_id, first.assessment_id).valid
    matches = len(found(client, request["experimentId"], filter_string="feedback.good > 0.5"))
    mlflow.delete_assessment(trace_id=trace_id, assessment_id=second.assessment_id)
    assessments = mlflow.get_trace(trace_id).info.assessments
    return {
        "changed": [changed.value, changed.rationale, changed.metadata, changed.source.source_type],
        "overridden": overridden,
        "matches": matches,
        "restored": mlflow.get_assessment(trace_id, first.assessment_id).valid,
        "left": sorted(assessment.name for assessment in assessments),
        "expected": next(a.value for a in assessments if a.name == "answer"),
    }


def deleted(request):
    """By id, then all up to now."""
    client = MlflowClient()
    ids = {"trace_ids" if MAJOR >= 3 else "request_ids": [request["traceId"]]}
    one = client.delete_traces(request["experimentId"], **ids)
    others = client.delete_traces(request["experimentId"], max_timestamp_millis=int(time.time() * 1000) + 60_000)
    return {"one": one, "others": others, "left": len(found(client, request["experimentId"]))}


def old(_):
    """What a client of MLflow 2 sends, by its own store: its tracer does not run with newer OpenTelemetry packages."""
    from mlflow.entities.trace_status import TraceStatus
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    experiment_id = mlflow.create_experiment(f"old {time.time_ns()}")
    client = MlflowClient()
    store = client._tracking_client.store
    started = store.start_trace(experiment_id, 1_000, {"kept": "yes"}, {"mlflow.traceName": "old"})
    artifacts = get_artifact_repository(started.tags["mlflow.artifactLocation"])
    artifacts.upload_trace_data(json.dumps({"spans": [], "request": "q", "response": "a"}))
    ended = store.end_trace(started.request_id, 3_500, TraceStatus.OK, {"more": "too"}, {"env": "prod"})
    client.set_trace_tag(started.request_id, "seen", "yes")
    client.delete_trace_tag(started.request_id, "env")
    infos, token = store.search_traces([experiment_id], filter_string="tags.seen = 'yes'")
    info = store.get_trace_info(started.request_id)
    data = artifacts.download_trace_data()
    removed = client.delete_traces(experiment_id, request_ids=[started.request_id])
    return {
        "status": str(ended.status),
        "duration": ended.execution_time_ms,
        "metadata": info.request_metadata,
        "tags": sorted(key for key in info.tags if not key.startswith("mlflow.")),
        "found": [found.request_id == started.request_id for found in infos],
        "token": token or None,
        "request": data["request"],
        "removed": removed,
    }


STEPS = {"traced": traced, "judged": judged, "deleted": deleted, "old": old}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](json.loads(sys.argv[2]))))
