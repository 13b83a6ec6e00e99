"""Asks, then waits for the answer. CODE=tb_live_… python ask.py "What is 2 + 2?" """

import json
import os
import sys
import time
import urllib.parse
import urllib.request

API = os.environ.get("API", "http://127.0.0.1:8080")
CODE = os.environ["CODE"]


def call(path, form=None):
    body = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(API + path, body, {"Authorization": f"Bearer {CODE}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


reply = call("/api/v1/jobs", {"api": CODE, "which": "text", "text": sys.argv[1]})
if not reply["status"]:
    sys.exit(reply["detail"])
while (seen := call(f"/api/v1/jobs/{reply['id']}"))["answer"] is None:
    time.sleep(0.5)
print(seen["answer"]["text"] or seen["answer"]["detail"])
