"""Requests that are odd and in order: they leave without an identifier and come back."""

import base64
import gzip
import json
import unicodedata
import zlib
from typing import Any
from urllib.parse import quote

import brotli

from tests.e2e.harness.raw import CHAT, MESSAGES, chunked, request
from tests.e2e.odd import BODY, NAME, TEXT, called, chat, js, json_headers, nested, raw_deflate, used, zstd

GOOD: dict[str, bytes] = {
    "plain": request(BODY),
    "anthropic": request(BODY, json_headers(anthropic_version="2023-06-01"), path=MESSAGES),
    "without version in path": request(BODY, path="/chat/completions"),
    "streamed": request(js(chat(stream=True))),
    "anthropic streamed": request(js(chat(stream=True)), path=MESSAGES),
    "http 1.0": request(BODY, version="1.0"),
    "gzip": request(gzip.compress(BODY), json_headers(content_encoding="gzip")),
    "two gzip members": request(
        gzip.compress(BODY[:90]) + gzip.compress(BODY[90:]), json_headers(content_encoding="GZip")
    ),
    "deflate": request(zlib.compress(BODY), json_headers(content_encoding="deflate")),
    "raw deflate": request(raw_deflate(BODY), json_headers(content_encoding="deflate")),
    "brotli": request(brotli.compress(BODY), json_headers(content_encoding="br")),
    "zstd": request(zstd(BODY), json_headers(content_encoding="zstd")),
    "identity": request(BODY, json_headers(content_encoding="identity")),
    "chunked": request(chunked(BODY), json_headers(transfer_encoding="chunked")),
    "one byte a chunk": request(chunked(BODY, 1), json_headers(transfer_encoding="chunked")),
    "chunked gzip": request(
        chunked(gzip.compress(BODY)), json_headers(transfer_encoding="chunked", content_encoding="gzip")
    ),
    "expect continue": request(BODY, json_headers(expect="100-continue")),
    "charset": request(BODY, {"content-type": 'Application/JSON; charset="UTF-8"'}),
    "vendor json": request(BODY, {"content-type": "application/vnd.exemple+json"}),
    "pretty printed": request(json.dumps(chat(), indent=4, ensure_ascii=False).encode() + b" \r\n\t"),
    "escaped accents": request(js(chat(), escaped=True)),
    "every letter escaped": request(BODY.replace(b"Rozenn", "".join(f"\\u{ord(c):04x}" for c in "Rozenn").encode())),
    "escaped slashes": request(BODY.replace(b"/", b"\\/")),
    "name in an unknown header": request(
        BODY, json_headers(x_patient=NAME, x_note=base64.b64encode(TEXT.encode()).decode())
    ),
    "name in a cookie": request(BODY, json_headers(cookie=f"patient={quote(NAME)}; nir=251052901911827")),
    "name in user-agent": request(BODY, json_headers(user_agent=f"DPI/2 ({NAME})")),
    "name in referer": request(
        BODY, json_headers(referer="http://dpi/dossier/Rozenn-Calvarin", origin="http://calvarin.fr")
    ),
    "name in organization": request(BODY, json_headers(openai_organization="Rozenn Calvarin", openai_project=NAME)),
    "name in vendor headers": request(
        BODY, json_headers(openai_beta=NAME, anthropic_beta="calvarin", accept=NAME, accept_language=NAME)
    ),
    "name in forwarded headers": request(
        BODY, json_headers(x_forwarded_for="calvarin", forwarded="for=calvarin", via=NAME)
    ),
    "name in host": request(BODY, {"content-type": "application/json", "host": "calvarin.exemple.fr"}),
    "query": request(BODY, path=f"{CHAT}?patient={quote(NAME)}&tel=0639984421"),
    "encoded query": request(BODY, path=f"{CHAT}?patient=" + "".join(f"%{b:02x}" for b in NAME.encode())),
    "doubly encoded query": request(BODY, path=f"{CHAT}?patient={quote(quote(NAME))}"),
    "query as a form": request(BODY, path=f"{CHAT}?patient=Rozenn+Calvarin"),
    "query of a key alone": request(BODY, path=f"{CHAT}?{quote('Mme ' + NAME)}"),
    "anthropic query": request(BODY, path=f"{MESSAGES}?beta={quote('Mme ' + NAME)}"),
    "unknown fields": request(js(chat(avenir={"dossier": {"patient": NAME, "tel": "0639984421"}, "notes": [TEXT]}))),
    "metadata": request(js(chat(metadata={"patient": NAME, "email": "rozenn.calvarin@exemple.fr"}, user=NAME))),
    "accounts": request(js(chat(user="rozenn.calvarin", safety_identifier="CALVARINROZENN"))),
    "name of a speaker": request(
        js({"model": "m", "messages": [{"role": "user", "name": "Rozenn_Calvarin", "content": TEXT}]})
    ),
    "brackets like a placeholder": request(
        js(chat(avenir={"notes": ["[patient 1 : Rozenn Calvarin, 06 39 98 44 21]", "[Calvarin 1]"]}))
    ),
    "anthropic account": request(js(chat(metadata={"user_id": "calvarin-rozenn-1951"})), path=MESSAGES),
    "anthropic metadata": request(js(chat(metadata={"user_id": "rozenn.calvarin@exemple.fr"})), path=MESSAGES),
    "stop sequences": request(js(chat(stop=["Mme Rozenn Calvarin", "FIN"]))),
    "anthropic stop sequences": request(js(chat(stop_sequences=["Mme Rozenn Calvarin"])), path=MESSAGES),
    "tool descriptions": request(
        js(
            chat(
                tools=[
                    {
                        "type": "function",
                        "function": {
                            "name": "lire_dossier",
                            "description": "Lit le dossier de Mme Rozenn Calvarin, tél. 06 39 98 44 21.",
                            "parameters": {
                                "type": "object",
                                "properties": {"nom": {"type": "string", "enum": [NAME], "description": f"Mme {NAME}"}},
                                "required": ["nom"],
                            },
                        },
                    }
                ]
            )
        )
    ),
    "response schema": request(
        js(
            chat(
                response_format={
                    "type": "json_schema",
                    "json_schema": {
                        "name": "synthese",
                        "description": f"Synthèse pour Mme {NAME}",
                        "schema": {"type": "object", "properties": {"patient": {"type": "string", "default": NAME}}},
                    },
                }
            )
        )
    ),
    "system": request(js(chat(system=f"Vous suivez Mme {NAME}, née le 04/05/1951.")), path=MESSAGES),
    "numbers in json": request(js(chat(avenir={"nir": 251052901911827, "tel": 639984421, "annees": [1, 2.5, -3]}))),
    "unknown content type part": request(
        js({"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": TEXT}]}]})
    ),
    "many messages": request(
        js(
            {
                "model": "m",
                "messages": [
                    {"role": "system", "content": f"Patient : Mme {NAME}."},
                    {"role": "user", "content": "Quel est son traitement ?"},
                    {"role": "assistant", "content": f"Mme {NAME} prend du bisoprolol."},
                    {"role": "user", "content": TEXT},
                ],
            }
        )
    ),
}


# Letters that are not what they seem: what is typed must come back as typed.
WRITINGS: dict[str, str] = {
    "zero width": TEXT.replace("Calvarin", "Cal\u200bva\u200drin").replace("Rozenn", "Ro\ufeffzenn"),
    "soft hyphens": TEXT.replace("Calvarin", "Cal\u00adva\u00adrin").replace("Rozenn", "Ro\u00adzenn"),
    "full width digits": TEXT.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)} | {ord("%"): "%"}),
    "no-break spaces": TEXT.replace(" 51 05 29 ", "\u00a051\u00a005\u202f29\u00a0").replace("39 98", "39\u00a098"),
    "narrow spaces everywhere": TEXT.replace(" ", "\u202f"),
    "decomposed": unicodedata.normalize("NFD", TEXT),
    "capitals": TEXT.replace("Rozenn Calvarin", "ROZENN CALVARIN"),
    "emoji": "👩‍⚕️ " + TEXT.replace("Mme Calvarin", "Mme Calvarin 🫀") + " 🧑🏽‍🦽𝒳",
    "windows lines": TEXT.replace(". ", ".\r\n"),
    "bidirectional marks": TEXT.replace("Calvarin", "\u202aCalvarin\u202c"),
    "markdown": TEXT.replace("Rozenn Calvarin", "**Rozenn Calvarin**"),
    "quotes and backslashes": TEXT + ' Note : "C:\\dossiers\\[1]\\a" \\n.',
}


_RECORD: dict[str, Any] = {
    "nom": "Calvarin",
    "prenom": "Rozenn",
    "date_naissance": "04/05/1951",
    "nir": "251052901911827",
    "telephone": 639984421,
    "mail": "rozenn.calvarin@exemple.fr",
    "spo2": 88,
    "traitement": ["bisoprolol 2,5 mg"],
}

STRUCTURED: dict[str, bytes] = {
    "arguments": called(js(_RECORD).decode()),
    "arguments escaped": called(js(_RECORD, escaped=True).decode()),
    "arguments nested": called(nested(_RECORD, 2)),
    "arguments nested four deep": called(nested(_RECORD, 4)),
    "arguments nested six deep": called(nested(_RECORD, 6)),
    "name as a key": called(js({"Mme Rozenn Calvarin": "88 de spo2, bisoprolol 2,5 mg"}).decode()),
    "arguments cut short": called(js({"note": TEXT + "spo2"}).decode()[:-2]),
    "arguments twice": called(js({"note": TEXT}).decode() * 2 + '"spo2"'),
    "tool input": used(_RECORD),
    "name as a key of a tool input": used({"Mme Rozenn Calvarin": {"spo2": 88, "traitement": "bisoprolol 2,5 mg"}}),
    "json in a tool input": used({"brut": nested(_RECORD, 2)}),
}
