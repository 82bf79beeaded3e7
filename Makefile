# What CI calls, and what a developer calls. make help prints the sentence behind ## of each target.
.PHONY: build help test test-unit lab golden lint audit rules dashboard-pictures tour alert-quiet publish lock sbom deb rpm reproducible package-lab container-lab bench bench-peers attack bench-fleet soak kernel-matrix host-faults fuzz-build fuzz fuzz-all fuzz-corpus clean

# The machine's own architecture. The other one is cross-compiled: make deb rpm RID=linux-arm64, after apt-get install
# gcc-aarch64-linux-gnu libc6-dev-arm64-cross.
OWN = linux-$(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x64)
RID ?= $(OWN)
PUBLISHED = artifacts/tcp-agent$(if $(filter $(OWN),$(RID)),,-$(RID))
# Time stamps in packages are those of the last commit.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

build: ## Build everything.
	dotnet build

help: ## List these commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## Run every test that this machine can run.
	dotnet test

# Categories: tests/README.md.
test-unit: ## Run the quick tests, less than a minute: after each change.
	dotnet test tests/TcpAgent.Tests --filter "Category!=slow&Category!=live"

lab: ## Run the tests on the real kernel, in network namespaces; root.
	dotnet test tests/TcpAgent.Lab

# Rewrites what the tests compare with: expected expositions, docs/metrics.md, the help text, the PrometheusRule of deploy/kubernetes and
# the JSON of deploy/mixin from the rule files of deploy/prometheus. Review the difference.
golden: ## Rewrite what the tests compare with; review the difference.
	UPDATE=1 dotnet test tests/TcpAgent.Tests --filter "FullyQualifiedName~Golden|FullyQualifiedName~Documents"

lint: ## Check the format of the code, as CI does.
	dotnet format --verify-no-changes --severity warn

# Known vulnerabilities in what is shipped and in what it is built and tested with, by the registry's own list, if it has one. A release
# needs one: make audit RELEASE=1 fails without.
RELEASE ?=
audit: ## Look for known vulnerabilities in all packages; make audit RELEASE=1 before a release.
	@dotnet nuget list source --format short | awk '$$1 == "E" { print $$2 }' | xargs curl -fsS | grep -q VulnerabilityInfo \
		|| { echo "audit: this registry lists no vulnerabilities, so none can be found"; [ -z "$(RELEASE)" ]; }
	@found=$$(dotnet list package --vulnerable --include-transitive) || { echo "$$found"; exit 1; }; \
		echo "$$found"; ! echo "$$found" | grep -q 'has the following vulnerable packages'

# Prometheus and Alertmanager: their files are valid, and each alert fires when it should and only then.
rules: ## Check the files of Prometheus and Alertmanager, and when each alert fires.
	cd deploy/prometheus && promtool check rules *.rules.yml && promtool check config prometheus.yml && promtool check config prometheus.file_sd.yml
	promtool test rules deploy/prometheus/tests/*.yml
	amtool check-config deploy/alertmanager/alertmanager.yml

# Pictures of the dashboards, for people who have no Grafana at hand; eight minutes, root, the npm registry, and: apt-get install prometheus
# chromium nodejs npm iproute2 nftables curl. Writes deploy/grafana/pictures.
dashboard-pictures: publish ## Draw the dashboards with data of a real Prometheus; root.
	python3 tests/TcpAgent.Lab/Grafana/Pictures/pictures.py

# Has the incidents of docs/tour.md happen in network namespaces, follows the advice, and keeps pictures and output; 12 minutes, root, and:
# apt-get install chromium iproute2 nftables procps imagemagick. Also the pictures of the README: docs/page.png and docs/incident.gif. Its
# text is tests/TcpAgent.Tests/Documents/Tour/page.template. One incident: make tour TOUR=conntrack
TOUR ?= all
tour: publish ## Make docs/tour.md and the pictures of the page from real incidents; root.
	mkdir -p docs/tour
	AGENT_EXECUTABLE=$(PUBLISHED)/tcp-agent dotnet run --project tests/TcpAgent.Lab -- tour $(TOUR)

# The rules watch this host idle and then loaded but healthy, ten minutes each; an alert that fires, or is pending nearly all the time, fails. Root. Shorter: make alert-quiet MINUTES=1
MINUTES ?= 10
alert-quiet: ## Watch this host, idle and loaded, for alerts that fire without a cause; root.
	dotnet build tests/TcpAgent.Lab
	QUIET_MINUTES=$(MINUTES) dotnet test tests/TcpAgent.Lab --no-build --filter "FullyQualifiedName~QuietTests" --logger "console;verbosity=detailed"

# One native executable in artifacts/tcp-agent, for hosts with glibc 2.17 or later. apt-get install gcc libc6-dev
publish: ## Make the native executable, artifacts/tcp-agent/tcp-agent.
	dotnet publish src/TcpAgent -c Release -r $(RID) -p:Shipped=true -p:LinkAgainst=sysroot -o $(PUBLISHED)

# After a change of packages or of the SDK: the lock files of what is shipped. Review the difference.
lock: ## Rewrite the lock files of the shipped runtimes.
	for rid in linux-x64 linux-arm64; do dotnet restore src/TcpAgent -r $$rid -p:Shipped=true -p:RestoreLockedMode=false --force-evaluate || exit 1; done
	version=$$(dotnet msbuild src/TcpAgent -getProperty:BundledNETCoreAppPackageVersion) && packages=$$(dotnet msbuild src/TcpAgent -getProperty:NuGetPackageRoot) \
		&& for rid in linux-x64 linux-arm64; do packaging/native/packs.sh $$rid $$version $$packages write || exit 1; done | sort -u >packaging/native/packs.lock

# What is in it: tcp-agent.cdx.json (CycloneDX) and third-party-notices.txt beside it.
sbom: publish ## Write the SBOM and the notices of the executable.
	python3 packaging/components.py $(RID) $(PUBLISHED)

# Packages in artifacts/packages. apt-get install debhelper, or rpm.
deb: sbom ## Build the Debian package.
	packaging/deb/build.sh $(PUBLISHED)

rpm: sbom ## Build the rpm package.
	packaging/rpm/build.sh $(PUBLISHED)

# The executable and both packages once more, from a clone in another folder: the same bytes.
reproducible: deb rpm ## Build executable and packages once more and compare the bytes.
	tests/TcpAgent.Lab/Packaging/reproducible.sh

# The .deb in a booted Debian, the newest that boots here and the oldest that is served, and the image under podman, some minutes each;
# root, the network, and: apt-get install mmdebstrap systemd-container; apt-get install mmdebstrap buildah podman crun qemu-user-static
package-lab: deb ## Take the .deb through its life in a booted Debian; root.
	python3 tests/TcpAgent.Lab/Packaging/package_lab.py

container-lab: ## Build the image and run it under podman; root.
	python3 tests/TcpAgent.Lab/Packaging/container_lab.py

# Micro-benchmarks; one kind of them: make bench FILTER=*Render*
FILTER ?= *
bench: ## Run the micro-benchmarks.
	dotnet run --project tests/TcpAgent.Benchmarks -c Release -- --filter '$(FILTER)'

# The agent beside node_exporter, ss and a minimal C program, in network namespaces of its own; root. Writes docs/performance.md.
# One short run: make bench-peers PEERS=--quick. Only the CPU of an idle host beside the same reads in C, three minutes: PEERS=--idle;
# with another build in the same seconds: PEERS="--idle --beside FILE"
PEERS ?=
bench-peers: publish ## Measure beside node_exporter, ss and a C program; writes docs/performance.md; root.
	dotnet publish tests/TcpAgent.Loops -c Release -r $(RID) -o artifacts/peers
	cc -O2 -Wall -Wextra -Werror -o artifacts/peers/population tests/TcpAgent.Benchmarks/peers/population.c
	cc -O2 -Wall -Wextra -Werror -o artifacts/peers/floor tests/TcpAgent.Benchmarks/peers/floor.c
	python3 tests/TcpAgent.Benchmarks/peers/bench_peers.py $(PEERS)

# The agent under hostile clients: memory, and how long others wait. Two minutes; root, and: apt-get install iproute2 openssl
attack: publish ## Measure the agent under hostile clients; root.
	python3 tests/TcpAgent.Benchmarks/peers/attack.py

# What a fleet costs one Prometheus: hundreds of replayed hosts behind it, about 12 minutes; writes docs/fleet.md. Needs prometheus.
# Other sizes: make bench-fleet FLEET=--hosts=100,800. Beside two agents and a store, with victoria-metrics: make bench-fleet FLEET=--store=300
FLEET ?=
bench-fleet: publish ## Measure what a fleet costs one Prometheus; writes docs/fleet.md.
	python3 tests/TcpAgent.Benchmarks/fleet/bench_fleet.py $(FLEET)

# Two agents under changing load for two hours: memory, descriptors, threads and ticks must stay as they are; root, and:
# apt-get install iproute2 nftables openssl. Writes the section Soak of docs/performance.md. A short run: make soak SOAK_MINUTES=3
SOAK_MINUTES ?= 120
soak: publish ## Run two agents under changing load for two hours; root.
	python3 tests/TcpAgent.Benchmarks/soak/soak.py --minutes $(SOAK_MINUTES)

# The agent on Debian's kernels 5.10 to the newest, one of them for arm64, under qemu: each condition made in the guest; writes
# docs/kernels.md. About 20 minutes; root, the network, and: apt-get install qemu-system-x86 qemu-system-arm cpio kmod mmdebstrap e2fsprogs
# gcc-aarch64-linux-gnu libc6-dev-arm64-cross. One guest: make kernel-matrix GUESTS=bookworm; that is written to
# artifacts/kernel-matrix/kernels.md
GUESTS ?=
kernel-matrix: ## Run the agent on Debian's kernels under qemu; writes docs/kernels.md; root.
	$(MAKE) publish RID=linux-x64
	$(MAKE) publish RID=linux-arm64
	python3 tests/TcpAgent.Lab/KernelMatrix/matrix.py $(GUESTS)

# What no test may do to a machine that does other work, in a guest of two CPUs: a CPU goes and returns, limits of cgroup v2, a host out of
# memory. Needs what kernel-matrix needs. Another kernel: make host-faults GUESTS=bookworm
host-faults: ## Run the agent through faults of a whole host, under qemu; root.
	$(MAKE) publish RID=linux-x64
	python3 tests/TcpAgent.Lab/KernelMatrix/matrix.py --faults $(or $(GUESTS),trixie)

# Fuzzing by coverage: the agent's assembly instrumented by tests/TcpAgent.Fuzz, driven by LLVM's libFuzzer in the same process, from the
# corpus in the tree. What is found is kept in artifacts/fuzz/found. apt-get install clang-14 libclang-rt-14-dev
# One target: make fuzz TARGET=webconfig FUZZ_SECONDS=300
TARGET ?=
FUZZ_SECONDS ?= 60
FUZZ_CLANG ?= clang-14
FUZZ = artifacts/bin/TcpAgent.Fuzz/release/TcpAgent.Fuzz

artifacts/fuzz/libfuzzer.so:
	mkdir -p artifacts/fuzz
	$(FUZZ_CLANG) -shared -o $@ -Wl,--whole-archive $$($(FUZZ_CLANG) -print-file-name=libclang_rt.fuzzer_no_main-$$(uname -m).a) -Wl,--no-whole-archive -lstdc++ -lm -lpthread

fuzz-build: artifacts/fuzz/libfuzzer.so ## Build and instrument the fuzz targets.
	dotnet build tests/TcpAgent.Fuzz -c Release
	$(FUZZ) instrument
	rm -rf artifacts/fuzz/seeds
	$(FUZZ) seeds artifacts/fuzz/seeds

fuzz: fuzz-build ## Fuzz one target, TARGET=NAME.
	mkdir -p artifacts/fuzz/work/$(TARGET) artifacts/fuzz/found
	FUZZ_TARGET=$(TARGET) $(FUZZ) -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=1024 -artifact_prefix=artifacts/fuzz/found/$(TARGET)- \
		artifacts/fuzz/work/$(TARGET) artifacts/fuzz/seeds/$(TARGET) tests/TcpAgent.Fuzz/corpus/$(TARGET)

# The nightly run: each target in turn, a line for each. An hour and a half: make fuzz-all FUZZ_SECONDS=240
fuzz-all: fuzz-build ## Fuzz each target in turn.
	tests/TcpAgent.Fuzz/fuzz_all.sh $(FUZZ) $(FUZZ_SECONDS)

# Takes into the tree what the last runs kept, the smallest inputs that cover the same, 32 KiB a target.
fuzz-corpus: fuzz-build ## Take the smallest inputs of the last runs into the tree.
	tests/TcpAgent.Fuzz/fuzz_corpus.sh $(FUZZ)

clean: ## Delete what was built.
	rm -rf artifacts
