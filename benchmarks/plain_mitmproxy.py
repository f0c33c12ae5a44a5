"""mitmproxy as it comes, without addon: the baseline. `python -m benchmarks.plain_mitmproxy UPSTREAM` prints its port."""

import asyncio
import sys

from mitmproxy import options
from mitmproxy.http import HTTPFlow
from mitmproxy.tools.dump import DumpMaster


class _Stream:
    """Streams are passed as they come, as a user of mitmproxy would set for SSE."""

    def responseheaders(self, flow: HTTPFlow) -> None:
        assert flow.response is not None
        flow.response.stream = "event-stream" in flow.response.headers.get("content-type", "")

    def running(self) -> None:
        async def report() -> None:
            server = master.addons.get("proxyserver")
            while not server.listen_addrs():  # noqa: ASYNC110 - mitmproxy has no event for it
                await asyncio.sleep(0.01)
            print(server.listen_addrs()[0][1], flush=True)

        self.task = asyncio.ensure_future(report())


async def _main() -> None:
    global master
    master = DumpMaster(
        options.Options(mode=[f"reverse:{sys.argv[1]}@127.0.0.1:0"]), with_termlog=False, with_dumper=False
    )
    master.addons.add(_Stream())
    await master.run()


if __name__ == "__main__":
    asyncio.run(_main())
