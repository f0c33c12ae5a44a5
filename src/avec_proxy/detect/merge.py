"""Union of overlapping findings: what any detector saw is covered whole, and the best one names it."""

from avec_proxy.model import Finding

# when two types share a span, the more specific one names it; others follow by score
_RANK = {
    "SECRET": 0,
    "ENCODED": 0,
    "FR_NIR": 1,
    "EMAIL_ADDRESS": 2,
    "URL": 3,
    "FILE_NAME": 4,
    "IBAN_CODE": 5,
    "BIRTH_DATE": 6,
    "STREET_ADDRESS": 7,
    "HEALTH_FACILITY": 8,
    "INITIALS": 30,
    "ORGANIZATION": 31,
    "OTHER_ID": 32,
    "CITY": 20,
    "PERSON": 15,
}
_DEFAULT_RANK = 12


def union(findings: list[Finding]) -> list[Finding]:
    """Return non-overlapping findings in order; each covers the union of the findings that touch it.

    Among those, the name comes from the best rank, then the best score, then the longest span.
    """
    merged: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.start, -f.end)):
        if merged and finding.start < merged[-1].end:
            last = merged[-1]
            best = min(last, finding, key=_order)
            merged[-1] = Finding(
                last.start, max(last.end, finding.end), best.entity_type, best.rule, max(last.score, finding.score)
            )
        else:
            merged.append(finding)
    return merged


def _order(finding: Finding) -> tuple[int, bool, float, int, str, str]:
    # a first sighting explains a span better than its repetition
    again = finding.rule == "propagation"
    # a user name made of a family name comes back inside a person's name
    person = again and finding.entity_type == "USERNAME"
    return (
        _RANK["PERSON"] + 1 if person else _RANK.get(finding.entity_type, _DEFAULT_RANK),
        again,
        -finding.score,
        finding.start - finding.end,
        # whatever the order in which they come
        finding.entity_type,
        finding.rule,
    )
