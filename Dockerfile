# Two stages: the first builds and throws the development dependencies away, the second runs.
#
#   docker build -t danelaw .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges \
#     -p 53:5300/udp -p 53:5300/tcp \
#     -v "$PWD/zones:/var/lib/danelaw/zones:ro" -v danelaw-keys:/var/lib/danelaw/keys \
#     -v danelaw-state:/var/lib/danelaw/state danelaw
#
# Nothing is written outside the volumes, so the root file system may be read-only.

FROM node:20.20-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The native part of lmdb comes as an optional package, for glibc as well as for musl: no script
# has to build it.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY tools tools
COPY docker docker
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20.20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /opt/danelaw
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist/src dist/src
COPY --from=build /build/dist/docker dist/docker
COPY docker/danelaw.yaml /etc/danelaw/danelaw.yaml
RUN install -d -o node -g node -m 0700 /var/lib/danelaw/keys /var/lib/danelaw/state \
 && install -d -o node -g node -m 0755 /var/lib/danelaw/zones
USER node
VOLUME ["/var/lib/danelaw/zones", "/var/lib/danelaw/keys", "/var/lib/danelaw/state"]
EXPOSE 5300/udp 5300/tcp
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "dist/docker/healthcheck.js", "/etc/danelaw/danelaw.yaml"]
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["serve", "--config", "/etc/danelaw/danelaw.yaml"]
