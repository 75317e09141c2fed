# The service on its own; its stores are other containers (see docker-compose.yml).

FROM python:3.13-slim AS build

WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /app/.venv \
    && /app/.venv/bin/pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: \
        --requirement requirements.lock
COPY pyproject.toml README.md ./
COPY src ./src
RUN /app/.venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .


FROM python:3.13-slim

RUN useradd --system --no-create-home --shell /usr/sbin/nologin ticketing
WORKDIR /app
COPY --from=build /app /app
COPY alembic.ini ./
COPY alembic ./alembic

ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    LOG_FORMAT=json
USER ticketing
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health/ready', timeout=4)"]
ENTRYPOINT ["ticketing"]
CMD ["serve"]
