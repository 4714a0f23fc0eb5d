# One image for web, worker, beat and the commands: docker-compose.yml says how each is started.

FROM python:3.11-slim-bookworm AS packages
# The versions of these are Debian's stable ones, and none of them is in the image that is run.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.lock .
# psycopg2 from source, so that its libpq and OpenSSL are Debian's, which Debian mends; everything
# else as wheels. The hashes of the lock cover both. uv only sets up a developer's environment.
RUN pip wheel --no-cache-dir --require-hashes --only-binary :all: --no-binary psycopg2-binary \
        --no-build-isolation --no-deps --wheel-dir wheels --requirement requirements.lock \
    && rm wheels/uv-*.whl \
    && python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-index --no-deps wheels/*.whl \
    && /opt/venv/bin/pip check

FROM python:3.11-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin kpialign \
    && install -d -o 10001 -g 10001 -m 700 /srv/kpialign/backups
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=kpialign.settings \
    KPIALIGN_NO_BOOTSTRAP=1 \
    KPIALIGN_VAR=/srv/kpialign
COPY --from=packages /opt/venv /opt/venv
WORKDIR /opt/kpialign
COPY . .
# Only the files of the pages are made here: neither the services nor the key are asked for anything.
RUN DATABASE_URL=postgres://unused BROKER_URL=redis://unused SECRET_KEY=unused \
        python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--config", "python:kpialign.serving"]
