# The bot in an image of its own: no root, nothing writable but /data and /tmp, one process.
# docker compose up builds and runs it; README says more.

FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements/ requirements/
RUN python -m venv /opt/venv
# The local voice (espeak-ng) is small; the local model is not, and a real upstream has no need of it.
RUN /opt/venv/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check -r requirements/app.txt $(grep ^espeakng requirements/local.txt)
RUN mkdir -p /var/lib/bot

FROM python:3.13-slim
COPY --from=build /opt/venv /opt/venv
# A named volume begins as a copy of this folder: empty, and the bot's.
COPY --from=build --chown=10001:10001 /var/lib/bot /data
WORKDIR /app
COPY run.py run.py
COPY billing/ billing/
COPY bot/ bot/
COPY handlers/ handlers/
COPY locales/ locales/
COPY docs/samples/ docs/samples/
RUN /opt/venv/bin/python -m compileall -q .
ENV DATA_DIR=/data HTTP_HOST=0.0.0.0 HTTP_PORT=8080 HOME=/tmp PYTHONUNBUFFERED=1
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["/opt/venv/bin/python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['HTTP_PORT'] + os.environ.get('API_PREFIX', '') + '/healthz', timeout=4)"]
CMD ["/opt/venv/bin/python", "run.py"]
