# The service on its own; its stores are other containers (see docker-compose.yml).

FROM python:3.13-slim-trixie AS build

WORKDIR /app
COPY requirements.lock requirements-otel.lock ./
# requirements-otel.lock: with what sends traces.
ARG LOCK=requirements.lock
RUN python -m venv --without-pip .venv \
    && pip --python .venv/bin/python install --no-cache-dir --require-hashes --no-deps \
        --only-binary :all: --requirement "$LOCK"
COPY pyproject.toml README.md ./
COPY src ./src
COPY alembic ./alembic
# Editable, so that the program, its pages and its migrations stay side by side. What built it goes.
# Nothing can be written later, so everything is compiled now.
RUN pip --python .venv/bin/python install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && pip --python .venv/bin/python uninstall --yes setuptools \
    && python -m compileall -q --invalidation-mode unchecked-hash .venv src alembic


FROM python:3.13-slim-trixie

# The image of Python comes with pip, and without compiled byte code.
RUN pip uninstall --yes pip \
    && cd "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && rm -r ensurepip \
    && python -m compileall -q --invalidation-mode unchecked-hash . \
    && useradd --uid 10001 --user-group --no-create-home --no-log-init --shell /usr/sbin/nologin ticketing
WORKDIR /app
COPY --from=build /app/.venv ./.venv
COPY --from=build /app/src ./src
COPY --from=build /app/alembic ./alembic
COPY alembic.ini ./

ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    LOG_FORMAT=json
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health/ready', timeout=4)"]
ENTRYPOINT ["ticketing"]
CMD ["serve"]
