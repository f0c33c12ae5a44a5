from tests.proxy.conftest import *
async def test_smoke(rig):
    r = await rig.chat("Mme MARQUEUR va bien")
    print(r.status_code, r.headers, r.text, rig.upstream.received)
    assert 0
