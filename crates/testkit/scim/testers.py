# Runs the published SCIM testers against a server. Reads {"url", "token"} from the standard input, so that the token is in no
# argument list, and prints one line: what each check of each tester found.
import json
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import ResourceType, Schema, ServiceProviderConfig
from scim2_cli.session import describe_server
from scim2_tester import check_server
from scim_sanity.probe.runner import run_probe_api


def tester(url, token):
    client = SyncSCIMClient(Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60))
    client.provider = describe_server(client, None, None, None)
    return [
        {
            "title": result.title or "",
            "of": result.resource_type or "",
            "status": result.status.name,
            "reason": str(result.reason or ""),
        }
        for result in check_server(client)
    ]


def sanity(url, token):
    results = run_probe_api(url, token=token, strict=True, timeout=60)["results"]
    return [
        {
            "title": result.get("name", ""),
            "of": result.get("phase", ""),
            "status": str(result.get("status", "")),
            "reason": str(result.get("message", "")),
        }
        for result in results
    ]


server = json.load(sys.stdin)
found = {"tester": tester(server["url"], server["token"]), "sanity": sanity(server["url"], server["token"])}
print(json.dumps(found))
