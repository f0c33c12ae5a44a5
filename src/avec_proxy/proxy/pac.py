"""The proxy's configuration file for browsers and systems: AI services go to the proxy, the rest goes its own way.

There is no `DIRECT` after the proxy: without it, a browser would go past the proxy whenever that one is not running.
The script keeps to the oldest JavaScript (ES3), which some systems still read it with.
"""

import ipaddress
import json

from avec_proxy import hosts
from avec_proxy.hosts import READ, HostClass

_SCRIPT = """\
// avec-proxy : les services d'IA passent par le proxy de ce poste, le reste va directement.
var PROXY = %(proxy)s;
// 1 : service d'IA ; 0 : domaine partage, qu'un nom plus court ne prend pas
var NAMES = %(names)s;
var PATTERNS = %(patterns)s;
var ENDINGS = %(endings)s;

function has(table, name) {
  return Object.prototype.hasOwnProperty.call(table, name);
}

function isAi(name) {
  var i, dot;
  if (has(NAMES, name)) {
    return NAMES[name];
  }
  for (i = 0; i < PATTERNS.length; i += 1) {
    if (PATTERNS[i][0].test(name)) {
      return PATTERNS[i][1];
    }
  }
  while (name) {
    if (has(ENDINGS, name)) {
      return ENDINGS[name];
    }
    dot = name.indexOf(".");
    name = dot < 0 ? "" : name.substring(dot + 1);
  }
  return 0;
}

function FindProxyForURL(url, host) {
  return isAi(host.toLowerCase().replace(/\\.$/, "")) ? PROXY : "DIRECT";
}
"""


def pac(host: str, port: int) -> str:
    """Return the file's text, in ASCII, for a proxy at `host` (a name or an IP address) and `port`.

    AI services that are refused go to the proxy too: it is there that they are told so. Raises ValueError for what is
    no host or no port.
    """
    table = hosts.table()
    values = {
        "proxy": json.dumps(f"PROXY {_written(host)}:{_port(port)}"),
        "names": _object(table.exact),
        "patterns": _array([f"[/^{hosts.regex_of(p)}$/, {_ai(c)}]" for p, c in table.wildcards], "[]"),
        "endings": _object(table.suffixes),
    }
    return _SCRIPT % values


def _written(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = hosts.normalise(host)
        if name is None:
            raise ValueError("not a host") from None
        return name
    return f"[{address}]" if address.version == 6 else str(address)


def _port(port: int) -> int:
    if not 0 < port < 65536:
        raise ValueError("not a port")
    return port


def _ai(host_class: HostClass) -> int:
    return int(host_class in READ or host_class is HostClass.OTHER)


def _object(names: dict[str, HostClass]) -> str:
    return _array([f"{json.dumps(name)}: {_ai(found)}" for name, found in sorted(names.items())], "{}")


def _array(lines: list[str], brackets: str) -> str:
    return f"{brackets[0]}\n  " + ",\n  ".join(lines) + f"\n{brackets[1]}"
