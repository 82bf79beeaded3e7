# docker build -t tcp-agent .
# docker run -d --name tcp-agent --network host --read-only --cap-drop ALL --security-opt no-new-privileges tcp-agent
#
# The host's network namespace is a must: counters, settings and netlink are those of the namespace the agent is in. With it the
# container's own /proc shows the host's; where an engine hides parts of it: -v /proc:/host/proc:ro tcp-agent --path.procfs=/host/proc

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH=amd64
ARG REVISION=unknown
WORKDIR /source
COPY . .
RUN dotnet publish src/TcpAgent -c Release --os linux --arch $TARGETARCH -p:SourceRevisionId=$REVISION -o /out/bin \
    && mkdir /out/doc && cp LICENSE /out/doc \
    && cat /root/.nuget/packages/microsoft.*core.app.runtime.linux-*/*/THIRD-PARTY-NOTICES.TXT >/out/doc/third-party-notices.txt

# Chiseled: no shell, no package manager.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="TcpAgent" \
      org.opencontainers.image.description="Which queue or table limits this host's TCP traffic, for Prometheus" \
      org.opencontainers.image.licenses="Apache-2.0 AND MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled"
COPY --from=build /out/bin/tcp-agent /usr/bin/tcp-agent
COPY --from=build /out/doc /usr/share/doc/tcp-agent
ENV DOTNET_EnableDiagnostics=0 DOTNET_PROCESSOR_COUNT=1
USER 65534:65534
EXPOSE 10793
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 CMD ["/usr/bin/tcp-agent", "healthcheck"]
ENTRYPOINT ["/usr/bin/tcp-agent"]
CMD ["serve"]
