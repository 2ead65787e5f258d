# Builds an image of a program of your package that runs the gateway itself. Copy this file into
# the package, build the image `postern` from the repository of Postern, and then:
#   docker build -f service.Dockerfile --build-arg PRODUCT=my-service -t my-service .
# Where Postern is cloned beside the package, the context is the folder of both:
#   docker build -f service.Dockerfile --build-arg POSTERN=postern --build-arg PACKAGE=my-service \
#       --build-arg PRODUCT=my-service -t my-service ..
ARG SWIFT_IMAGE=docker.io/library/swift:6.3-bookworm
# Contains the libraries that the gateway requires, and `postern health` for HEALTHCHECK.
ARG POSTERN_IMAGE=postern

FROM ${SWIFT_IMAGE} AS build
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends libuv1-dev libwebsockets-dev libwebsockets-evlib-uv pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /context
# The folders of the package, and of Postern if it is not fetched, within the context.
ARG PACKAGE=.
ARG POSTERN=.
COPY ${POSTERN}/Package.* ${POSTERN}/
COPY ${PACKAGE}/Package.* ${PACKAGE}/
ENV POSTERN_TESTS=none
RUN swift package --package-path ${PACKAGE} resolve
COPY . .
ARG PRODUCT=service
RUN swift build --package-path ${PACKAGE} -c release --static-swift-stdlib -Xlinker --strip-all --product ${PRODUCT} \
    && install -D ${PACKAGE}/.build/release/${PRODUCT} /programs/service \
    && mkdir -p ${PACKAGE}/public && cp -r ${PACKAGE}/public /programs/

FROM ${POSTERN_IMAGE}
# The folder `public` of the package, if it has one, is that of the working directory.
WORKDIR /usr/share/service
COPY --from=build /programs/public public
COPY --from=build /programs/service /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/service"]
CMD []
