# What CI calls, and what a developer calls.
.PHONY: build test golden lint rules alert-quiet publish bench bench-peers bench-fleet kernel-matrix clean

build:
	dotnet build

test:
	dotnet test

# Rewrites what the tests compare with: expected expositions, docs/metrics.md, the help text, the
# PrometheusRule of deploy/kubernetes from the rule files of deploy/prometheus. Review the difference.
golden:
	UPDATE=1 dotnet test tests/TcpAgent.Tests --filter "FullyQualifiedName~Golden|FullyQualifiedName~Documents"

lint:
	dotnet format --verify-no-changes --severity warn

# Prometheus and Alertmanager: their files are valid, and each alert fires when it should and only then.
rules:
	cd deploy/prometheus && promtool check rules *.rules.yml && promtool check config prometheus.yml && promtool check config prometheus.file_sd.yml
	promtool test rules deploy/prometheus/tests/*.yml
	amtool check-config deploy/alertmanager/alertmanager.yml

# The rules watch this host idle and then loaded but healthy, ten minutes each; any alert fails. Root. Shorter: make alert-quiet MINUTES=1
MINUTES ?= 10
alert-quiet:
	dotnet build tests/TcpAgent.Lab
	QUIET_MINUTES=$(MINUTES) dotnet test tests/TcpAgent.Lab --no-build --filter "FullyQualifiedName~QuietTests" --logger "console;verbosity=detailed"

# One self-contained executable in artifacts/tcp-agent.
publish:
	dotnet publish src/TcpAgent -c Release -r linux-x64 -o artifacts/tcp-agent

# Micro-benchmarks; one kind of them: make bench FILTER=*Render*
FILTER ?= *
bench:
	dotnet run --project tests/TcpAgent.Benchmarks -c Release -- --filter '$(FILTER)'

# The agent beside node_exporter, ss and a minimal C program, in network namespaces of its own; root. Writes docs/performance.md.
# One short run: make bench-peers PEERS=--quick
PEERS ?=
bench-peers: publish
	dotnet build tests/TcpAgent.Benchmarks -c Release
	mkdir -p artifacts/peers
	cc -O2 -Wall -Wextra -Werror -o artifacts/peers/population tests/TcpAgent.Benchmarks/peers/population.c
	cc -O2 -Wall -Wextra -Werror -o artifacts/peers/floor tests/TcpAgent.Benchmarks/peers/floor.c
	python3 tests/TcpAgent.Benchmarks/peers/bench_peers.py $(PEERS)

# What a fleet costs one Prometheus: hundreds of replayed hosts behind it, about 12 minutes; writes docs/fleet.md. Needs prometheus.
# Other sizes: make bench-fleet FLEET=--hosts=100,800
FLEET ?=
bench-fleet: publish
	python3 tests/TcpAgent.Benchmarks/fleet/bench_fleet.py $(FLEET)

# The agent on Debian's kernels 5.10 to the newest under qemu, each condition made in the guest; writes docs/kernels.md. About 15
# minutes; root, the network, and: apt-get install qemu-system-x86 busybox-static cpio kmod mmdebstrap e2fsprogs
# One kernel: make kernel-matrix SUITES=bookworm
SUITES ?=
kernel-matrix: publish
	python3 tests/TcpAgent.Lab/KernelMatrix/matrix.py $(SUITES)

clean:
	rm -rf artifacts
