"""What ``trainer networks`` does."""

import json
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from trainer.networks.table import every_network, network_cost


def show_networks(console: Console, num_classes: int, *, as_json: bool) -> None:
    """Print the table of networks."""
    rows: list[dict[str, Any]] = [
        {"name": network.name, "backbone": network.backbone, "stride": network.stride}
        | network_cost(network, num_classes)._asdict()
        | {"options": {option.name: option.allowed for option in network.row.options.values()}}
        for network in every_network()
    ]
    if as_json:
        print(json.dumps(rows, indent=2), file=console.file)
        return
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))  # narrow enough for 80 columns
    columns = ("network", "backbone", "parameters", "at inference", "GFLOPs", "stride")
    for column in columns:
        is_name = column in ("network", "backbone")
        table.add_column(column, justify="left" if is_name else "right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["name"],
            row["backbone"] or "-",
            f"{row['parameters']:,}",
            f"{row['parameters_inference']:,}",
            f"{row['gflops']:.1f}",
            str(row["stride"]),
        )
    console.print(table)
    console.print("GFLOPs for one image of 512 x 512; a multiply-add is two", highlight=False)
    for name, options in {row["name"]: row["options"] for row in rows}.items():
        words = " ".join(f"{option}={allowed}" for option, allowed in options.items())
        if words:
            console.print(f"--option for {name}: {words}", highlight=False, markup=False)
