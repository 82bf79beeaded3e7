# What CI calls, and what a developer calls.
.PHONY: build test golden lint publish clean

build:
	dotnet build

test:
	dotnet test

# Rewrites what the tests compare with: expected expositions, docs/metrics.md, the help text. Review the difference.
golden:
	UPDATE=1 dotnet test tests/TcpAgent.Tests --filter "FullyQualifiedName~Golden|FullyQualifiedName~Documents"

lint:
	dotnet format --verify-no-changes --severity warn

# One self-contained executable in artifacts/tcp-agent.
publish:
	dotnet publish src/TcpAgent -c Release -r linux-x64 -o artifacts/tcp-agent

clean:
	rm -rf artifacts
