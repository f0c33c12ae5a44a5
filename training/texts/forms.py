"""Forms of a person."""

FORMS = {
    n: (lambda p, r, n=n: f"⟦PERSON|<{n}>⟧")
    for n in "full FULL Full first last birth short low spelled nick rev REV RFULL FIRST LAST BIRTH Short any lowlast lowfirst".split()
}
FORMS |= {n: (lambda p, r: "⟦INITIALS|J.M.⟧") for n in ("i", "il1")}
FORMS |= {n: (lambda p, r, n=n: f"<{n}>") for n in "civ dr il e le Il Le".split()}
FORMS |= {"email": lambda p, r: "⟦EMAIL|j@m.fr⟧", "username": lambda p, r: "⟦USERNAME|jm⟧"}
