# The site, for the processes web, worker and reminders (target `web`), and its training
# (target `training`). compose.yaml runs them.

FROM node:24.19.0-bookworm-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df AS libraries
WORKDIR /site
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.11.16-slim-bookworm@sha256:c425d915a89a6dcd3183b1797ad9bd8878caff5a417f6371c8df93c8ea8b727f AS site
ENV PATH=/opt/site/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    MEDIA_ROOT=/var/lib/emoplatform/media
WORKDIR /site
RUN useradd --system --uid 10001 --home-dir /var/lib/emoplatform emoplatform \
    && install --directory --mode 700 --owner emoplatform /var/lib/emoplatform/media /site/runs /site/var
COPY requirements.txt ./
RUN python -m venv /opt/site && pip install --no-cache-dir -r requirements.txt
COPY . .

FROM site AS training
RUN pip install --no-cache-dir -r requirements-train.txt
USER 10001
CMD ["python", "manage.py", "train_emotion", "--help"]

FROM site AS web
COPY --from=libraries /site/node_modules node_modules
# Collecting reads the settings, which ask for everything; none of these values stays in the image.
RUN SECRET_KEY="only for collecting the static files" ALLOWED_HOSTS=localhost \
    DATABASE_URL=sqlite:////tmp/none EMAIL_URL=consolemail:// MEDIA_IS_PERSISTENT=1 \
    python manage.py collectstatic --no-input --verbosity 0
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --start-interval=2s \
    CMD ["python", "scripts/healthcheck.py"]
# Outside of the container only nginx gets here: compose.yaml publishes no port of it.
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "emoplatform.wsgi"]
