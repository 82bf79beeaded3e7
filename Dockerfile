# Built with: docker build -t tcp-agent .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/TcpAgent -c Release -r linux-x64 -o /out

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-bookworm-slim
LABEL org.opencontainers.image.title="TcpAgent" \
      org.opencontainers.image.description="Which queue or table limits this host's TCP traffic, for Prometheus" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/tcp-agent /usr/bin/tcp-agent
ENV DOTNET_EnableDiagnostics=0 DOTNET_GCgen0size=0x80000 DOTNET_PROCESSOR_COUNT=1
USER 65534:65534
EXPOSE 10793
# /proc/net, /proc/sys/net and netlink are those of the container's namespace: run with --network host.
ENTRYPOINT ["/usr/bin/tcp-agent"]
CMD ["serve"]
