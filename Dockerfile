# Builds the one binary, then leaves everything else behind.
#
#   docker build --tag harken .
#   docker run --publish 8080:8080 --publish 1883:1883 --volume harken:/var/lib/harken harken

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin harken

FROM debian:bookworm-slim
RUN useradd --system --home-dir /var/lib/harken --create-home harken
COPY --from=build /src/target/release/harken /usr/local/bin/harken
USER harken
WORKDIR /var/lib/harken
VOLUME /var/lib/harken
# Inside a container the loopback address would reach nobody.
ENV HARKEN_HTTP_LISTEN=0.0.0.0:8080 \
    HARKEN_MQTT_LISTEN=0.0.0.0:1883
EXPOSE 8080 1883
# The image has no HTTP client, and needs none for this.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s CMD \
    ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["harken"]
CMD ["serve"]
