"""From measured runs to tables. Medians everywhere; bytes a state are those above an idle process of the same program."""

from statistics import median


def summarize(runs, idle_kib):
    """The runs of one contestant on one configuration as one row. `runs`: dictionaries with seconds, peak_kib, states, transitions."""
    seconds = median(r["seconds"] for r in runs)
    peak = median(r["peak_kib"] for r in runs)
    states = runs[0]["states"]
    return {
        "states": states, "transitions": runs[0]["transitions"], "seconds": seconds,
        "cpu_seconds": median(r["cpu_seconds"] for r in runs),
        "seconds_min": min(r["seconds"] for r in runs), "seconds_max": max(r["seconds"] for r in runs),
        "states_per_second": states / seconds, "peak_mib": peak / 1024, "idle_mib": idle_kib / 1024,
        "bytes_per_state": (peak - idle_kib) * 1024 / states,
    }


def seconds(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def table(rows):
    """Columns as wide as they need to be; the first one to the left."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def configuration_text(name, title, result):
    """One configuration: a table, then how it stands to the bars. `result`: as run writes it to JSON."""
    rows = [("", "compile s", "time s", "(min..max)", "CPU s", "states/s", "peak MiB", "bytes/state", "states")]
    for c in result["contestants"].values():
        rows.append((c["title"], seconds(c["compile_seconds"]) if c["compile_seconds"] else "-", seconds(c["seconds"]),
                     f"({seconds(c['seconds_min'])}..{seconds(c['seconds_max'])})", seconds(c["cpu_seconds"]), f"{c['states_per_second']:,.0f}",
                     f"{c['peak_mib']:,.0f}", f"{c['bytes_per_state']:.1f}", f"{c['states']:,}"))
    text = f"{name}: {title}\n{table(rows)}\n"
    for line in comparisons(result):
        text += f"  {line}\n"
    return text


def comparisons(result):
    rows, references = result["contestants"], result.get("reference", {})
    peers = {k: r for k, r in rows.items() if r["peer"]}
    lines = []
    one, two = rows.get("untorn"), rows.get("untorn2")
    for own, other in (("untorn_symmetry", "rumur_symmetry"), ("untorn_stubborn", "spin_reduced")):
        if own in rows and other in rows:
            mine, peer = rows[own], rows[other]
            lines.append(f"{mine['title']}: {mine['seconds'] / peer['seconds']:.2f} times the time of {peer['title']}, "
                         f"{mine['states'] / peer['states']:.2f} times its states")
    if one and peers:
        fastest = max(peers.values(), key=lambda r: r["states_per_second"])
        lines.append(f"Untorn, 1 thread, is {one['states_per_second'] / fastest['states_per_second']:.2f} times as fast as the "
                     f"fastest peer ({fastest['title']})")
    if one and two:
        lines.append(f"2 threads are {one['seconds'] / two['seconds']:.2f} times as fast as 1")
    bits = result.get("state_bits")
    if bits:
        for row in filter(None, (one, two)):
            lines.append(f"{row['title']}: {row['bytes_per_state'] * 8 / bits:.2f} times the packed size ({bits} bits) a state")
    for threads, reference in sorted(references.items()):
        row = one if threads == "1" else two
        line = f"reference table, {threads} thread{'s' if threads != '1' else ''}: {reference['keys_per_second'] / 1e6:.2f} million " \
               f"distinct keys/s ({reference['key_bits']}-bit keys)"
        if row:
            line += f"; Untorn reaches {100 * row['states_per_second'] / reference['keys_per_second']:.1f} %"
        lines.append(line)
    return lines
