"""Prints tables of the catalog as pyiceberg reads them. The argument is JSON: catalog properties, and queries."""

import datetime
import decimal
import json
import sys

from pyiceberg.catalog.sql import SqlCatalog

decimal.getcontext().prec = 76
EPOCH = datetime.datetime(1970, 1, 1)


def to_json(value):
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.timezone.utc).replace(tzinfo=None) if value.tzinfo else value
        return str((utc - EPOCH) // datetime.timedelta(microseconds=1))
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def read(catalog, query):
    table = catalog.load_table(query["table"])
    scan = table.scan(row_filter=query["filter"]) if query.get("filter") else table.scan()
    rows = scan.to_arrow().to_pylist()
    amounts = [row["amount"] for row in rows if row.get("amount") is not None]
    return {
        "columns": [field.name for field in table.schema().fields],
        "files": sum(1 for _ in scan.plan_files()),
        "rows": [{name: to_json(value) for name, value in row.items()} for row in rows],
        "sum": format(sum(amounts), "f") if amounts else None,
    }


request = json.loads(sys.argv[1])
catalog = SqlCatalog("steelyard", **request["catalog"])
answer = {
    "namespaces": sorted(".".join(name) for name in catalog.list_namespaces()),
    "results": [read(catalog, query) for query in request["queries"]],
}
print(json.dumps(answer))
