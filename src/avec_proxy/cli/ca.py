"""`avec-proxy ca`: where the certificate authority is, what it is worth, how to trust it, and making a new one."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from avec_proxy.settings import Settings, SettingsProblem
from avec_proxy.settings import load as load_settings

if TYPE_CHECKING:
    from avec_proxy.proxy.ca import Authority

USAGE = 2

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The certificate authority of `avec-proxy run`.")

_Confdir = Annotated[Path | None, typer.Option(help="Folder of the authority, if it is not the usual one.")]
_Config = Annotated[Path | None, typer.Option(help="Settings file (TOML).")]

_TRUST = """\
Pour que les logiciels lui fassent confiance{limit} :
  pip, requests       export REQUESTS_CA_BUNDLE="{root}"
  Python (httpx…)     export SSL_CERT_FILE="{root}"
  Node.js             export NODE_EXTRA_CA_CERTS="{root}"
  curl                curl --cacert "{root}" …
  Chromium, Edge      l'autorité du système (ci-dessous) ; pour un essai :
                      --ignore-certificate-errors-spki-list={spki}
  Firefox             Paramètres > Certificats > Autorités > Importer
  Windows             certutil -user -addstore Root "{root}"
  macOS               security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db "{root}"
  Debian, Ubuntu      sudo cp "{root}" /usr/local/share/ca-certificates/avec-proxy.crt
                      sudo update-ca-certificates
Avec REQUESTS_CA_BUNDLE ou SSL_CERT_FILE, un programme ne connaît plus que cette autorité : s'il appelle aussi \
d'autres sites, ajoutez-la plutôt à celles du système."""


@app.command()
def path(confdir: _Confdir = None, config: _Config = None) -> None:
    """Print the path of the certificate that clients trust; the authority is made if there is none."""
    from avec_proxy.proxy import ca

    settings = _settings(confdir, config)
    try:
        print(ca.ensure(_folder(settings), settings.ca_file).path_root)
    except ca.CaError as error:
        _give_up(str(error))


@app.command()
def show(confdir: _Confdir = None, config: _Config = None) -> None:
    """Say whose the authority is, until when, for what, and how to trust it; it is made if there is none."""
    from avec_proxy.proxy import ca

    settings = _settings(confdir, config)
    try:
        authority = ca.load(_folder(settings), settings.ca_file)
    except ca.CaError as error:
        _give_up(str(error))
    _reconfigure()
    print("\n".join(_lines(authority)))


@app.command()
def renew(
    yes: Annotated[bool, typer.Option("--yes", help="Do it: clients must then be told to trust the new one.")] = False,
    confdir: _Confdir = None,
    config: _Config = None,
) -> None:
    """Make a new authority in place of the old one."""
    from avec_proxy.proxy import ca

    settings = _settings(confdir, config)
    if settings.ca_file is not None:
        _give_up("l'autorité est donnée par l'établissement (réglage ca_file) : c'est à lui de la renouveler")
    if not yes:
        _give_up(
            "une nouvelle autorité remplace l'ancienne, et chaque logiciel doit être réglé pour lui faire confiance ; "
            "pour la faire, ajoutez --yes"
        )
    try:
        authority = ca.renew(_folder(settings))
    except ca.CaError as error:
        _give_up(str(error))
    _reconfigure()
    print("Nouvelle autorité faite. Relancez « avec-proxy run », et retirez l'ancienne des autorités de confiance.\n")
    print("\n".join(_lines(authority)))


def _lines(authority: "Authority") -> list[str]:
    from avec_proxy import hosts
    from avec_proxy.proxy.ca_files import shown

    now = datetime.now(UTC)
    known = len(hosts.covered_domains())
    missing = authority.uncovered_domains
    whose = " (donnée par l'établissement)" if authority.given else ""
    lines = [
        f"Autorité             {shown(authority.subject)}{whose}",
        f"Certificat           {authority.path_root}",
        f"Valable              du {authority.not_before:%d/%m/%Y} au {authority.not_after:%d/%m/%Y}",
        f"Domaines couverts    {known - len(missing)} sur {known}",
        f"Empreinte SHA-256    {authority.root_sha256}",
        f"Clé (SPKI, base64)   {authority.spki_sha256_base64}",
        "",
    ]
    ask = "demandez-en une nouvelle à votre informatique" if authority.given else "« avec-proxy ca renew --yes »"
    if now > authority.not_after:
        lines += [f"Attention : elle a expiré, plus aucun service d'IA n'est joignable : {ask}.", ""]
    elif now < authority.not_before:
        lines += ["Attention : elle n'est pas encore valable ; vérifiez la date de cet ordinateur.", ""]
    elif authority.ends_soon(now):
        lines += [f"Attention : elle expire dans moins de {_days(authority, now)} : {ask}.", ""]
    if missing:
        names = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
        lines += [f"Attention : elle ne couvre pas {names} ; ces services sont refusés : {ask}.", ""]
    limit = "" if authority.given else " (ils ne l'acceptent que pour les services d'IA)"
    return [*lines, _TRUST.format(root=authority.path_root, spki=authority.spki_sha256_base64, limit=limit)]


def _days(authority: "Authority", now: datetime) -> str:
    days = (authority.not_after - now).days + 1
    return f"{days} jour{'s' * (days > 1)}"


def _settings(confdir: Path | None, config: Path | None) -> Settings:
    try:
        return load_settings(config, {"confdir": confdir})
    except SettingsProblem as problem:
        _give_up(str(problem))


def _folder(settings: Settings) -> Path:
    from avec_proxy.proxy.ca import default_confdir

    return settings.confdir or default_confdir()


def _reconfigure() -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # an old terminal without «é» still gets the rest


def _give_up(line: str) -> NoReturn:
    print(f"avec-proxy: {line}", file=sys.stderr)
    raise typer.Exit(USAGE)
