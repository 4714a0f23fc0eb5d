"""What each sheet and column of a cascade workbook is for, as people who fill one in read it.

What a column accepts is not told here: that is derived from its reader, see template_workbook.
"""

SHEET_NOTES: dict[str, str] = {
    "settings": "Name, currency, calendar and thresholds of the organisation; a row for each key.",
    "entities": "The companies, regions or plants that figures are reported for, as a tree.",
    "departments": "The functions that own KPIs, each with its head and finance partner.",
    "people": "Who has which role, and where it holds; one row for each role and scope.",
    "perspectives": "How objectives are grouped: financial, customer, process and so on.",
    "objectives": "What the organisation wants to reach.",
    "kpis": "What is measured, how it adds up over time and entities, and who is responsible.",
    "links": "Which objective or KPI leans on which; a parent gets exactly the children listed.",
    "targets": "What is to be reached, from where, for a KPI, an entity and a period.",
    "actuals": "What was reached: one figure for a KPI, an entity and a period.",
    "rates": "What one unit of a currency is worth in the organisation's own.",
}

Note = tuple[str, str]  # what it is, and an example
CODE = "The short name by which everything else refers to it; it stays the same for good"
OWNER = ("Who answers for it; somebody not yet listed is added without any role", "ann@example.com")
AGGREGATION = ("How the scores of its children become its own", "arithmetic")
STATE = ("Archived ones are kept, and no longer scored", "active")
SOURCE = ("Where the figure comes from", "Annual report, page 12")
ENTITY = ("The entity that it is for; the uppermost if left empty", "GROUP")

COLUMN_NOTES: dict[str, dict[str, Note]] = {
    "settings": {
        "key": ("Which setting it is", "currency"),
        "value": ("What it is set to; empty: its default", "EUR"),
    },
    "entities": {
        "code": (CODE, "DE"),
        "name": ("What it is called", "Germany"),
        "parent": ("The entity above it; exactly one entity has none", "GROUP"),
        "currency": ("The currency of its figures; the organisation's if left empty", "EUR"),
        "active_from": ("The first month that it belongs to the group; empty: always", "2024-01"),
        "active_to": ("The last month that it belongs to the group; empty: always", "2026-12"),
    },
    "departments": {
        "code": (CODE, "OPS"),
        "name": ("What it is called", "Operations"),
        "head_email": ("Who leads it", "head@example.com"),
        "partner_email": ("Its finance business partner", "partner@example.com"),
    },
    "people": {
        "email": ("The address with which the person signs in", "ann@example.com"),
        "name": ("The person's name", "Ann Example"),
        "role": ("What the person may do; empty: nothing yet", "department_head"),
        "department": ("The department the role is for; a department head needs one", "OPS"),
        "entity": ("The entity the role is for, with all below; empty: every one", "DE"),
    },
    "perspectives": {
        "code": (CODE, "FIN"),
        "name": ("What it is called", "Finance"),
        "financial": ("Whether its objectives are financial results", "yes"),
    },
    "objectives": {
        "code": (CODE + "; no KPI has the same", "GROWTH"),
        "name": ("What it is called", "Profitable growth"),
        "description": ("What it means", "Grow in our three core markets."),
        "perspective": ("The perspective it belongs to", "FIN"),
        "department": ("The department that leads it", "OPS"),
        "owner_email": OWNER,
        "aggregation": AGGREGATION,
        "state": STATE,
    },
    "kpis": {
        "code": (CODE + "; no objective has the same", "OTD"),
        "name": ("What it is called", "On-time delivery"),
        "description": ("What exactly is measured", "Orders delivered on the promised day."),
        "category": ("What kind of KPI it is", "operational"),
        "department": ("The department whose head enters its figures", "OPS"),
        "unit": ("Its unit; money is money in the entity's currency", "%"),
        "decimals": ("How many decimals are shown", "1"),
        "direction": ("Which way is better; band: inside two edges", "higher"),
        "frequency": ("How often it is measured", "monthly"),
        "time_rollup": ("How its figures make one of a longer period", "average"),
        "entity_rollup": ("How the figures of entities make one of their group", "average"),
        "entities": ("Where it is reported, codes with blanks between", "DE US"),
        "formula": ("How it is calculated from other KPIs, instead of entered", "[REV] - [COST]"),
        "aggregation": AGGREGATION,
        "owner_email": OWNER,
        "tags": ("Words to find it by, such as a framework's codes", "GRI-305"),
        "state": STATE,
    },
    "links": {
        "parent": ("The objective or KPI above", "GROWTH"),
        "child": ("The objective or KPI that counts for it", "OTD"),
        "weight": ("How much it counts beside its siblings; above 0, of any sum", "2"),
        "kind": ("Whether its score counts for the parent's, or explains it", "contributes"),
        "lag": ("After how many of its periods the effect is expected", "2"),
        "rationale": ("Why the one leads to the other", "Late orders are cancelled."),
    },
    "targets": {
        "kpi": ("The KPI that it is for", "OTD"),
        "entity": ENTITY,
        "period": ("The period that it is for, not shorter than the KPI's own", "2026-Q1"),
        "baseline": ("Where it starts: a score of 0", "90"),
        "target": ("What is to be reached: a score of 100", "97"),
        "band_low": ("The lower edge, of a KPI that is to stay within a band", "1"),
        "band_high": ("The upper edge, of a KPI that is to stay within a band", "2"),
        "budget": ("What was budgeted", "95"),
        "source": SOURCE,
        "illustrative": ("Whether the target was made up to show something", "no"),
    },
    "actuals": {
        "kpi": ("The KPI that was measured; none that has a formula", "OTD"),
        "entity": ENTITY,
        "period": ("The period, exactly as long as the KPI's own", "2026-03"),
        "value": ("What was reached; empty: no row", "96.4"),
        "comment": ("What explains it", "Strike in the port"),
        "status": ("Whether it counts already; a draft does not", "approved"),
        "source": SOURCE,
    },
    "rates": {
        "currency": ("The foreign currency", "USD"),
        "period": ("The period that the rates are for", "2026-03"),
        "average": ("Units of the organisation's currency for one, on average", "0.92"),
        "closing": ("Units of the organisation's currency for one, at its end", "0.93"),
    },
}
