FROM node:20-bookworm-slim AS build
WORKDIR /placet
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends git openssh-client ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /placet
COPY --from=build /placet/package.json ./
COPY --from=build /placet/node_modules node_modules
COPY --from=build /placet/dist/src dist/src
COPY --from=build /placet/examples examples
COPY --from=build /placet/manifests manifests
USER 65532:65532
ENTRYPOINT ["node", "--enable-source-maps", "dist/src/cli/main.js"]
