# Pinned by full version. A digest would pin it harder: look it up with
#   docker buildx imagetools inspect node:24.21.0-bookworm-slim
# and append it as @sha256:… to both FROM lines.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No runtime package needs an install script, and the only one that has any (the `node` devDependency) is the image itself.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY build ./build
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# A new named volume takes over the owner of the folder it is mounted on.
RUN mkdir data && chown node:node data
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY mappings ./mappings
USER node
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["node", "dist/cli/main.js", "health"]
# New objects get 16 MB at a time instead of 32: a third less memory in a burst, at the same cost.
ENTRYPOINT ["node", "--max-semi-space-size=16", "dist/cli/main.js"]
CMD ["serve"]
