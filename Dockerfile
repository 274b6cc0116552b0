# The hub as an image: built once with pip, run without it. See docs/how-to/deploy.md for what makes its size.
#   make image        (the same bits for the same commit, as far as the base image and the index have them)
FROM python:3.13-slim-bookworm AS build
# The time of the commit: what is written into archives, bytecode and the image, so that a build can be repeated.
ARG SOURCE_DATE_EPOCH=0
ENV SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} PYTHONHASHSEED=0 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
# Compilers stay in this stage: dash-cytoscape has no wheel.
RUN python -m venv /opt/meshhub && /opt/meshhub/bin/pip install --no-cache-dir --upgrade "pip>=25.1"
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY alerting alerting
COPY collector collector
COPY dashboard dashboard
COPY envoy_config envoy_config
COPY meshhub meshhub
COPY storage storage
COPY topology topology
COPY traces traces
# With the client of Kubernetes: for wiring, scraping and the lease of the evaluator.
RUN /opt/meshhub/bin/pip install --no-cache-dir --constraint constraints.txt ".[kubernetes]" \
 && /opt/meshhub/bin/pip check \
 && /opt/meshhub/bin/pip uninstall --yes pip \
 && find /opt/meshhub -depth \( -name __pycache__ -o -name tests -path '*/site-packages/*' \) -exec rm -rf {} + \
 && /opt/meshhub/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/meshhub/lib \
 && find /opt/meshhub -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

FROM python:3.13-slim-bookworm
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="meshhub" \
      org.opencontainers.image.description="Telemetry hub for service meshes" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 meshhub && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin meshhub \
 && mkdir -p /var/lib/meshhub && chown 10001:10001 /var/lib/meshhub
COPY --from=build /opt/meshhub /opt/meshhub
ENV PATH=/opt/meshhub/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MESHHUB_DATA_DIR=/var/lib/meshhub HOME=/tmp
USER 10001:10001
WORKDIR /var/lib/meshhub
VOLUME /var/lib/meshhub
EXPOSE 4317 4318 8080 16685
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["meshhub"]
CMD ["serve"]
