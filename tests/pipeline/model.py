"""The same questions, asked of the records that `-o json` prints.

Reads {"records": […], "questions": […]} and prints an answer for each question: the ids of the rows, or
the rows of a summary.
"""

import fnmatch
import json
import re
import sys
from datetime import datetime, timezone


def moment(text):
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=time.tzinfo or timezone.utc)


def written(time):
    return time and time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def matches(pattern, name):
    if pattern.startswith("/"):
        return re.search(pattern[1:-1], name) is not None
    return fnmatch.fnmatchcase(name, pattern)


FILTERS = {
    "--automatic": lambda r, v: r["extend_info"].get("auto_trigger") is (v == "true"),
    "--encrypted": lambda r, v: r["extend_info"].get("encrypted") is (v == "true"),
    "--system-disk": lambda r, v: r["extend_info"].get("system_disk") is (v == "true"),
    "--min-size": lambda r, v: r["resource_size"] >= int(v),
    "--max-size": lambda r, v: r["resource_size"] <= int(v),
    "--expires-after": lambda r, v: r.get("expired_at") and moment(r["expired_at"]) >= moment(v),
    "--expires-before": lambda r, v: r.get("expired_at") and moment(r["expired_at"]) < moment(v),
    "--never-expires": lambda r, v: not r.get("expired_at"),
    "--name-matches": lambda r, v: matches(v, r["name"]),
    "--resource-name-matches": lambda r, v: matches(v, r["resource_name"]),
}

GROUPS = {
    "resource": lambda r: r["resource_id"],
    "vault": lambda r: r["vault_id"],
    "type": lambda r: r["resource_type"],
    "status": lambda r: r["status"],
    "checkpoint": lambda r: r["checkpoint_id"],
    "day": lambda r: moment(r["created_at"]).astimezone(timezone.utc).strftime("%Y-%m-%d"),
    "month": lambda r: moment(r["created_at"]).astimezone(timezone.utc).strftime("%Y-%m"),
}

SORTED_AS = {"created_at": moment, "id": str, "name": str, "status": str, "resource_size": int}


def rows(records, question):
    kept = [r for r in records if all(FILTERS[f](r, v) for f, v in question["filters"])]
    if question["latest"]:
        seen = {}
        newest = sorted(kept, key=lambda r: (moment(r["created_at"]), r["id"]), reverse=True)
        chosen = set()
        for record in newest:
            group = GROUPS[question["per"]](record) if question["per"] else ""
            seen[group] = seen.get(group, 0) + 1
            if seen[group] <= question["latest"]:
                chosen.add(record["id"])
        kept = [r for r in kept if r["id"] in chosen]
    for column, direction in reversed(question["sort"]):
        kept.sort(key=lambda r: SORTED_AS[column](r[column]), reverse=direction == "desc")
        # Without a value: last, whichever way.
        kept.sort(key=lambda r: r[column] in (None, ""))
    kept = kept[question["offset"] :]
    return [r["id"] for r in kept[: question["limit"]]]


def summary(records, group, now):
    groups = {}
    for record in records:
        groups.setdefault(GROUPS[group](record) if group else None, []).append(record)
    told = []
    for key, members in groups.items():
        created = [moment(r["created_at"]) for r in members]
        expiries = [moment(r["expired_at"]) for r in members if r.get("expired_at")]
        expiries = [time for time in expiries if time >= moment(now)]
        numbers = [
            len(members),
            sum(r["resource_size"] for r in members),
            written(min(created)),
            written(max(created)),
            written(min(expiries, default=None)),
        ]
        name = [members[0]["resource_name"]] if group == "resource" else []
        told.append(([key] if group else []) + name + numbers)
    if group in ("day", "month"):
        told.sort(key=lambda row: row[0], reverse=True)
    elif group:
        told.sort(key=lambda row: (-row[-5], row[0]))
    return told


asked = json.load(sys.stdin)
answers = [
    summary(asked["records"], question["by"], question["now"])
    if "now" in question
    else rows(list(asked["records"]), question)
    for question in asked["questions"]
]
json.dump(answers, sys.stdout)
