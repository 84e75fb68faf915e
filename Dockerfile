# The command in an image: no root, and nothing to write to but /work and /tmp. `.ci/release` makes what is copied.
#   docker build --tag carom .
#   docker run --rm --read-only --tmpfs /tmp --volume "$PWD:/work" carom audit --target model.onnx --data test.npz
FROM node:22-bookworm-slim AS install
WORKDIR /opt/carom
COPY release/carom-cli-*.tgz ./carom-cli.tgz
RUN npm install --omit=dev --ignore-scripts ./carom-cli.tgz && rm carom-cli.tgz

FROM node:22-bookworm-slim
COPY --from=install /opt/carom /opt/carom
RUN install --directory --owner=1000 --group=1000 /work
ENV CAROM_STORE=/work/.carom-store
WORKDIR /work
USER 1000:1000
ENTRYPOINT ["/opt/carom/node_modules/.bin/carom"]
CMD ["--help"]
