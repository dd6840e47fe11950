"""What an unmodified MLflow client does with webhooks and with artifacts in parts. One step a process; prints JSON."""

import hashlib
import json
import os
import sys
import tempfile

import mlflow
from mlflow import MlflowClient
from mlflow.entities.webhook import WebhookEvent, WebhookStatus
from mlflow.exceptions import MlflowException


def refused(work):
    try:
        work()
        return None
    except MlflowException as error:
        return error.error_code


def shown(webhook):
    return {
        "name": webhook.name,
        "url": webhook.url,
        "status": str(webhook.status),
        "description": webhook.description,
        "events": [str(event) for event in webhook.events],
        "secret": webhook.secret,
    }


def crud(request):
    client = MlflowClient()
    url = request["url"]
    made = client.create_webhook(
        name="ci",
        url=url,
        events=["model_version.created", WebhookEvent("registered_model", "created")],
        description="told of models",
        secret="hush",
    )
    got = client.get_webhook(made.webhook_id)
    other = client.create_webhook(name="other", url=url, events=["prompt.created"], status=WebhookStatus.DISABLED)
    first = client.list_webhooks(max_results=1)
    second = client.list_webhooks(max_results=1, page_token=first.token)
    changed = client.update_webhook(
        made.webhook_id, name="ci-2", status="DISABLED", events=["model_version_tag.set"], description="x"
    )
    tested = client.test_webhook(made.webhook_id, event="model_version_tag.set")
    client.delete_webhook(made.webhook_id)
    client.delete_webhook(other.webhook_id)
    return {
        "made": shown(got),
        "pages": [len(first), len(second), second.token],
        "names": sorted(webhook.name for webhook in [*first, *second]),
        "changed": shown(changed),
        "tested": [tested.success, tested.response_status, tested.response_body, tested.error_message],
        "gone": refused(lambda: client.get_webhook(made.webhook_id)),
        "private": refused(lambda: client.create_webhook("p", "https://10.0.0.1/", ["prompt.created"])),
        "plain": refused(lambda: client.create_webhook("p", "http://example.com/", ["prompt.created"])),
        "badName": refused(lambda: client.create_webhook("-x", url, ["prompt.created"])),
        "longName": refused(lambda: client.create_webhook("x" * 64, url, ["prompt.created"])),
    }


def events(request):
    client = MlflowClient()
    names = [
        "registered_model.created",
        "model_version.created",
        "model_version_tag.set",
        "model_version_tag.deleted",
        "model_version_alias.created",
        "model_version_alias.deleted",
        "prompt.created",
        "prompt_version.created",
        "prompt_tag.set",
        "prompt_tag.deleted",
        "prompt_version_tag.set",
        "prompt_version_tag.deleted",
        "prompt_alias.created",
        "prompt_alias.deleted",
    ]
    webhook = client.create_webhook(name="all", url=request["url"], events=names, secret="hush")
    client.create_registered_model("iris", tags={"domain": "botany"}, description="flowers")
    version = client.create_model_version(
        "iris", source="s3://models/iris", tags={"a": "b"}, description="first"
    )
    client.set_registered_model_tag("iris", "not", "told")
    client.set_model_version_tag("iris", version.version, "k", "v")
    client.delete_model_version_tag("iris", version.version, "k")
    client.set_registered_model_alias("iris", "champion", version.version)
    client.delete_registered_model_alias("iris", "champion")
    mlflow.register_prompt(name="greet", template="Hello {{name}}!", commit_message="first", tags={"lang": "en"})
    client.set_prompt_tag("greet", "owner", "me")
    client.delete_prompt_tag("greet", "owner")
    client.set_prompt_version_tag("greet", "1", "k", "v")
    client.delete_prompt_version_tag("greet", "1", "k")
    client.set_prompt_alias("greet", alias="live", version=1)
    client.delete_prompt_alias("greet", alias="live")
    return {"webhookId": webhook.webhook_id}


def multipart(_request):
    data = os.urandom(1_100_000)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "big file.bin")
        with open(path, "wb") as file:
            file.write(data)
        with mlflow.start_run() as run:
            mlflow.log_artifact(path, "deep/er")
        got = mlflow.artifacts.download_artifacts(
            run_id=run.info.run_id, artifact_path="deep/er/big file.bin", dst_path=folder + "/out"
        )
        with open(got, "rb") as file:
            same = hashlib.sha256(file.read()).digest() == hashlib.sha256(data).digest()
    files = MlflowClient().list_artifacts(run.info.run_id, "deep/er")
    return {"same": same, "files": [[file.path, file.file_size] for file in files]}


print(json.dumps(globals()[sys.argv[1]](json.loads(sys.argv[2]))))
