# avec-proxy as a hospital's gateway. Two stages: the locked, hash-checked set is installed in the first, the second
# holds only what runs. Runs as a plain user, with a read-only root if you like:
#
#   docker build -t avec-proxy .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL -p 8081:8081 \
#     -e AVEC_UPSTREAM=https://api.openai.com/v1 avec-proxy
FROM python:3.12-slim AS build
WORKDIR /build
RUN python -m venv /opt/avec
COPY requirements.lock requirements-build.lock ./
RUN /opt/avec/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
RUN python -m venv /opt/build && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src ./src
COPY rules ./rules
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/avec/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin avec
COPY --from=build /opt/avec /opt/avec
ENV PATH=/opt/avec/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    XDG_STATE_HOME=/var/lib/avec XDG_DATA_HOME=/var/lib/avec XDG_CONFIG_HOME=/etc/avec \
    AVEC_LISTEN=0.0.0.0:8081
RUN install -d -o avec -g avec -m 0700 /var/lib/avec
USER avec
VOLUME /var/lib/avec
EXPOSE 8081
# asks the gateway itself: 200 only while a worker is warm
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import sys, urllib.request; sys.exit(urllib.request.urlopen('http://127.0.0.1:8081/avec/health', timeout=4).status != 200)"]
ENTRYPOINT ["avec-proxy", "gateway"]
