# Build the package, then install it beside its locked dependencies. Versions and hashes come from requirements*.lock.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements-dev.lock ./
RUN python -m venv /build && /build/bin/pip install --no-cache-dir --require-hashes -r requirements-dev.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY templates templates
COPY knowledge knowledge
COPY mailagent mailagent
RUN /build/bin/python -m hatchling build --target wheel --directory /wheels

FROM python:3.13-slim
COPY requirements.lock /tmp/requirements.lock
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements.lock \
 && pip install --no-cache-dir --no-deps /wheels/*.whl \
 && rm -rf /wheels /tmp/requirements.lock \
 && useradd --system --uid 10001 --home-dir /srv/mailagent mailagent \
 && install -d -o mailagent -g mailagent -m 0700 /srv/mailagent/data
# /srv/mailagent holds config/, templates/ and knowledge/ (read-only) and data/ (the one volume that is written).
USER mailagent
WORKDIR /srv/mailagent
VOLUME /srv/mailagent/data
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s CMD ["mailagent", "status", "--quiet"]
ENTRYPOINT ["mailagent"]
CMD ["run"]
