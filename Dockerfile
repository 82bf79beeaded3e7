# docker build -t tcp-agent .        for two platforms: docker buildx build --platform linux/amd64,linux/arm64 -t tcp-agent .
# docker run -d --name tcp-agent --network host --read-only --cap-drop ALL --security-opt no-new-privileges tcp-agent
#
# The host's network namespace is a must: counters, settings and netlink are those of the namespace the agent is in. With it the
# container's own /proc shows the host's; where an engine hides parts of it: -v /proc:/host/proc:ro tcp-agent --path.procfs=/host/proc

# A release names both images by their digest: --build-arg SDK=mcr.microsoft.com/dotnet/sdk:10.0@sha256:... and BASE likewise. The packs of
# .NET that are linked into the executable are checked against packaging/native/packs.lock whatever the image has.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG BASE=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled

# The native compiler leaves the linking to GNU's tools, for another platform to those that cross-compile.
FROM --platform=$BUILDPLATFORM $SDK AS build
ARG TARGETARCH=amd64
ARG REVISION=unknown
RUN case "$(dpkg --print-architecture)-$TARGETARCH" in \
        amd64-arm64) cross="gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ;; \
        arm64-amd64) cross="gcc-x86-64-linux-gnu libc6-dev-amd64-cross" ;; \
    esac \
    && apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev $cross && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# The image brings a C library as young as the one here, so the executable is linked against this one.
RUN dotnet publish src/TcpAgent -c Release --os linux --arch $TARGETARCH -p:Shipped=true -p:LinkAgainst=host -p:SourceRevisionId=$REVISION -o /out/bin \
    && mkdir /out/doc && cp LICENSE /out/doc \
    && cat /root/.nuget/packages/microsoft.netcore.app.runtime.nativeaot.linux-*/*/THIRD-PARTY-NOTICES.TXT \
        /root/.nuget/packages/microsoft.aspnetcore.app.runtime.linux-*/*/THIRD-PARTY-NOTICES.TXT >/out/doc/third-party-notices.txt

# Chiseled: no shell, no package manager.
FROM $BASE
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="TcpAgent" \
      org.opencontainers.image.description="Which queue or table limits this host's TCP traffic, for Prometheus" \
      org.opencontainers.image.licenses="Apache-2.0 AND MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"
COPY --from=build /out/bin/tcp-agent /usr/bin/tcp-agent
COPY --from=build /out/doc /usr/share/doc/tcp-agent
ENV DOTNET_PROCESSOR_COUNT=1
USER 65534:65534
EXPOSE 10793
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 CMD ["/usr/bin/tcp-agent", "healthcheck"]
ENTRYPOINT ["/usr/bin/tcp-agent"]
CMD ["serve"]
