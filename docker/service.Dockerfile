# Builds an image of a program of your package that runs the gateway itself, like `docker/example`. Copy this file into
# the package, build the image `postern` from the repository of Postern, and then:
#   docker build -f service.Dockerfile --build-arg PRODUCT=my-service -t my-service .
ARG SWIFT_IMAGE=docker.io/library/swift:6.3-bookworm
# Contains the libraries that the gateway requires, and `postern health` for HEALTHCHECK.
ARG POSTERN_IMAGE=postern

FROM ${SWIFT_IMAGE} AS build
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends libuv1-dev libwebsockets-dev libwebsockets-evlib-uv pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /context
# The folder of the package within the context.
ARG PACKAGE=.
COPY Package.* ./
COPY ${PACKAGE}/Package.* ${PACKAGE}/
ENV POSTERN_TESTS=none
RUN swift package --package-path ${PACKAGE} resolve
COPY . .
ARG PRODUCT=service
RUN swift build --package-path ${PACKAGE} -c release --static-swift-stdlib -Xlinker --strip-all --product ${PRODUCT} \
    && install -D ${PACKAGE}/.build/release/${PRODUCT} /programs/service

FROM ${POSTERN_IMAGE}
COPY --from=build /programs/service /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/service"]
CMD []
