# Two stages: a compiler to build the database driver against the system's libpq, then an image without one.
FROM python:3.12-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# production-saml.txt for a sign-on by SAML (docs/sign-on.md).
ARG REQUIREMENTS=production.txt
COPY requirements/bootstrap.txt requirements/${REQUIREMENTS} requirements/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt \
    && /venv/bin/uv pip install --no-cache --python /venv/bin/python --require-hashes --compile-bytecode -r requirements/${REQUIREMENTS} \
    && /venv/bin/uv pip uninstall --python /venv/bin/python uv

FROM python:3.12-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 tini && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin coding \
    && install -d -o coding -g coding -m 0700 /var/lib/coding /var/lib/coding/seals /var/lib/coding/feeds \
       /var/lib/coding/certificates
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py pyproject.toml ./
COPY accounts accounts
COPY coding_workflow coding_workflow
COPY worklist worklist
COPY templates templates
COPY static static
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/build/static AUDIT_SEAL_DIR=/var/lib/coding/seals CODING_STATE_DIR=/var/lib/coding
# The key is used for this one command only and is in no later layer's environment.
RUN python -m compileall -q accounts coding_workflow worklist \
    && SECRET_KEY=only-to-collect-static-files python manage.py collectstatic --noinput --verbosity 0
USER coding
EXPOSE 8000 2575
ENTRYPOINT ["tini", "--"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", \
     "--backlog", "256", "--respawn-failed-workers", "--workers-kill-timeout", "10", "coding_workflow.wsgi:application"]
