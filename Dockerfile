# The image that the daemon, the controller and Tekton share. What is in it stands in scripts/image/recipe.json, from which the
# tests make the same without Docker; test/image/dockerfile.test.ts holds this file equal to it.
#
#   docker build --tag ghcr.io/seaworthy-dev/seaworthy:0.1.0 .
FROM node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6 AS base
WORKDIR /src
COPY package.json package-lock.json ./
# No package of others runs a script of its own here; esbuild's program comes as a package.
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM base AS root
RUN apt-get update && apt-get install --yes --no-install-recommends mmdebstrap
COPY scripts scripts
RUN SOURCE_DATE_EPOCH=0 node scripts/make-root.ts /rootfs.tar && mkdir /rootfs && tar -xf /rootfs.tar -C /rootfs

FROM base AS build
COPY scripts scripts
COPY src src
RUN node scripts/build.ts
COPY --from=root /rootfs/var/lib/dpkg/status /tmp/status
RUN node scripts/make-sbom.ts /tmp/status /app/sbom.cdx.json

FROM scratch
COPY --from=root /rootfs/ /
COPY --from=base /usr/local/bin/node /usr/local/bin/node
COPY --from=base /usr/local/LICENSE /usr/share/doc/node/copyright
COPY --from=build /src/dist /app/dist
COPY examples/shop /app/examples/shop
COPY LICENSE /app/LICENSE
COPY --chmod=0755 scripts/image/seaworthy /usr/local/bin/seaworthy
COPY --from=build /app/sbom.cdx.json /app/sbom.cdx.json
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Nobody has a home of his own here. With a read-only root mount an emptyDir on /tmp.
ENV HOME=/tmp
LABEL org.opencontainers.image.title="seaworthy"
LABEL org.opencontainers.image.description="A merge gate that proves a pull request survives failure"
LABEL org.opencontainers.image.licenses="Apache-2.0"
LABEL org.opencontainers.image.source="https://github.com/seaworthy/seaworthy"
LABEL org.opencontainers.image.version="0.1.0"
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "/app/dist/cli.cjs"]
