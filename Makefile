# make run           builds and starts the demo
# make test          runs all tests
# make test-clients  runs clients in many languages, directly and through nginx and HAProxy; installs them
# make test-tasks    runs the tests of task processes, and kills some of 1,000 of them; SPAWNS=10000 for more
# make test-leavers  disconnects clients at random moments for a minute; SEED=17 repeats a failure that printed it
# make test-traits   runs the tests of features behind package traits
# make test-threads  runs the tests of the core and its sockets under the thread sanitizer
# make image         builds the images postern and postern-demo with docker or buildah
# make test-image    builds the images, also without a registry, and tests containers; installs podman
# make lint-docker   checks the Dockerfiles, compose.yaml, the Kubernetes manifests and the systemd unit in docker
# make fuzz          fuzzes the HTTP parsers, SECONDS=60 for each
# make torture       attacks servers in every way and checks that others are served; ONLY="ping-flood half-messages"
# make torture-short runs the most important attacks, two minutes
# make soak          has clients come and leave for ten minutes and checks that nothing grows; SECONDS=60 for shorter
# make bench         runs the benchmarks
# make bench-native  compares native calls with gRPC, Cap'n Proto, NATS and RPyC; builds for ten minutes
# make bench-tasks   compares task processes with those of Cowait, ROUNDS=21
# make bench-against REV=main  compares the work tree with another revision; also ROUNDS=11 ROWS="G2 ws"
# make docs          builds the documentation of the libraries into .build/docs
# make api           updates API.txt, the list of public declarations
# make format        formats the sources
# make clean         removes all build products

LIBRARIES = libwebsockets-dev libwebsockets-evlib-uv libuv1-dev pkg-config
TOOLS = curl chromium openssl python3-venv valgrind
# liblwp and libio-socket-ssl are the TLS support of Perl, for proxies that terminate TLS.
CLIENTS = curl default-jdk-headless golang-go haproxy libio-socket-ssl-perl liblwp-protocol-https-perl libwww-perl \
	nginx-light nodejs openssl php-cli php-curl python3-venv ruby
PEERS = libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc libcapnp-dev capnproto nats-server libnats-dev \
	g++ python3-venv
# netavark requires iptables.
ENGINES = aardvark-dns buildah iptables mmdebstrap netavark openssl podman runc
PRODUCTS = .build/debug
# Targets must declare every module that their files import.
BUILD = swift build --explicit-target-dependency-import-check error

# Without backtraces, a program that crashes ends immediately.
export SWIFT_BACKTRACE = enable=no
# All tests at once would make each step of a test wait for those of all others, while its time limits run.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH = 8

.NOTPARALLEL:
.PHONY: run test test-clients test-tasks test-leavers test-traits test-threads image test-image lint-docker fuzz unit-tests end-to-end-tests \
	torture torture-short soak bench bench-native bench-tasks \
	bench-against docs api format clean libraries tools

run: libraries
	$(BUILD) -c release --product postern-demo
	exec .build/release/postern-demo

test: unit-tests test-tasks end-to-end-tests

unit-tests: libraries tools .venv/ready
	$(BUILD) --build-tests
	swift test --skip-build --skip PosternTasksTests

# Separately, as hundreds of processes delay tests that depend on time.
test-tasks: libraries tools .venv/ready
	$(BUILD) --build-tests
	swift test --skip-build --filter PosternTasksTests
	POSTERN_SPAWNS=$(or $(SPAWNS),1000) swift test --skip-build --filter KillTests

# In a separate folder, as a trait recompiles all modules of this package. In a clone that is not built again without
# traits, FOLDER=.build saves the modules of other packages.
test-traits: FOLDER = .build-traits
test-traits: TRAITS = --enable-all-traits --scratch-path $(FOLDER)
test-traits: libraries tools .venv/ready
	$(BUILD) --build-tests $(TRAITS)
	swift test --skip-build $(TRAITS) --filter "PosternMacrosTests|ClashingNamesTests|PosternTLSTests"
	POSTERN_BIN=$(FOLDER)/debug .venv/bin/python -m pytest Tests/EndToEnd/test_python_client.py -k test_tls

# Two files at a time, as most tests wait for a while. The tests of one file share servers, and stay together.
end-to-end-tests: libraries tools .venv/engines
	$(BUILD)
	POSTERN_BIN=$(PRODUCTS) .venv/bin/python -m pytest --numprocesses 2 --dist loadfile Tests/EndToEnd

test-leavers: libraries tools .venv/ready
	$(BUILD)
	POSTERN_BIN=$(PRODUCTS) POSTERN_LEAVERS=$(SECONDS) $(if $(SEED),POSTERN_SEED=$(SEED)) \
		.venv/bin/python -m pytest -s Tests/EndToEnd/test_leavers.py

test-clients: libraries .venv/clients
	$(BUILD)
	POSTERN_BIN=$(PRODUCTS) .venv/bin/python -m pytest Tests/Clients

.venv/clients: Tests/Clients/requirements.txt
	@.ci/install $(CLIENTS)
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

.venv/ready: Tests/EndToEnd/requirements.txt | tools
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Each line is a folder in .venv and the package of an engine of JavaScript.
.venv/engines: Tests/EndToEnd/engines.txt .venv/ready
	while read -r folder package; do \
		rm -rf .venv/$$folder && .venv/bin/python -m pip install --quiet --disable-pip-version-check \
			--target .venv/$$folder $$package || exit 1; \
	done <$<
	touch $@

# In a separate folder. The preloaded library reports the waits of Swift's Mutex to the sanitizer.
test-threads: export POSTERN_TESTS = threads
test-threads: THREADS = --sanitize thread --scratch-path .build-tsan
test-threads:
	$(BUILD) --build-tests $(THREADS)
	clang -O1 -Wall -Werror -fPIC -shared -o .build-tsan/mutex.so Tests/ThreadSanitizer/mutex.c
	LD_PRELOAD=$(CURDIR)/.build-tsan/mutex.so swift test --skip-build $(THREADS) \
		--no-parallel --skip manyNamesAreCheckedQuickly

# Uses Docker if its engine runs, else buildah, whose default image format has no HEALTHCHECK.
image: VERSION = $(shell sed -n 's/.*number = "\(.*\)"/\1/p' Sources/PosternPrograms/Program.swift)
image:
	@if docker version >/dev/null 2>&1; then \
		build="docker build"; \
	else \
		.ci/install buildah && build="buildah build --format docker --layers --ignorefile docker/Dockerfile.dockerignore"; \
	fi; \
	for target in postern postern-demo; do \
		$$build --file docker/Dockerfile --target $$target --tag $$target \
			--label org.opencontainers.image.version=$(VERSION) \
			--label org.opencontainers.image.revision=$$(git rev-parse HEAD) . || exit 1; \
	done

test-image: .venv/containers
	.venv/bin/python Tests/Containers/images.py
	.venv/bin/python -m pytest Tests/Containers

.venv/containers: Tests/Containers/requirements.txt | .venv/ready
	@.ci/install $(ENGINES)
	@command -v kubectl >/dev/null || .ci/install kubernetes-client
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Replaces the program of the unit, which is not installed here. Each step writes a file, as a pipe hides failures.
lint-docker: LINT = .build/lint
lint-docker: .build/lint/ready
	$(LINT)/bin/hadolint docker/Dockerfile docker/service.Dockerfile
	$(LINT)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yaml
	kubectl kustomize docker/kubernetes >$(LINT)/kubernetes.yaml
	$(LINT)/bin/kubernetes-validate --strict $(LINT)/kubernetes.yaml
	sed 's|/usr/local/bin/postern|/bin/true|' docker/postern.service >$(LINT)/postern.service
	systemd-analyze verify --recursive-errors=no $(LINT)/postern.service
	systemd-analyze security --offline=true --threshold=20 $(LINT)/postern.service >$(LINT)/exposure \
		|| { cat $(LINT)/exposure; exit 1; }

.build/lint/ready: Tests/Containers/lint.txt
	@.ci/install python3-venv systemd
	@command -v kubectl >/dev/null || .ci/install kubernetes-client
	python3 -m venv .build/lint
	.build/lint/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The fuzzers are compiled with the sources of the parsers, without the rest of their module. Inputs found by earlier
# runs are kept in .build/fuzz/found. An input that breaks a parser is saved in .build/fuzz; add it to the corpus.
SECONDS = 60
HTTP = Sources/LibWebSockets/HTTP
PARSERS = $(wildcard $(HTTP)/HTTPHeadParser*.swift $(HTTP)/HTTPGate*.swift) \
	$(addprefix $(HTTP)/, HTTPCharacters.swift HTTPLimits.swift HTTPRequestHead.swift HTTPRefusal.swift HTTPStatus.swift \
	HTTPResponse.swift PreparedFields.swift ChunkDecoder.swift RequestBody.swift)

fuzz: .build/fuzz/heads .build/fuzz/chunks
	mkdir -p .build/fuzz/found/heads .build/fuzz/found/chunks
	@for name in heads chunks; do \
		timeout -k 2 $$(($(SECONDS) + 60)) .build/fuzz/$$name -max_total_time=$(SECONDS) -use_value_profile=1 -max_len=10000 \
			-print_final_stats=1 -artifact_prefix=.build/fuzz/$$name- .build/fuzz/found/$$name Tests/Fuzzing/Corpus/$$name \
			2>.build/fuzz/$$name.log || { tail -n 50 .build/fuzz/$$name.log; exit 1; }; \
		echo "$$name: $$(grep number_of_executed_units .build/fuzz/$$name.log)"; \
	done

.build/fuzz/heads: Tests/Fuzzing/HeadFuzzer.swift
.build/fuzz/chunks: Tests/Fuzzing/ChunkFuzzer.swift
.build/fuzz/heads .build/fuzz/chunks: $(PARSERS)
	mkdir -p .build/fuzz
	swiftc -O -g -package-name postern -sanitize=fuzzer,address -parse-as-library $(PARSERS) $(filter Tests/%, $^) -o $@

# The last one starts the others, which are in its folder.
TORTURERS = postern postern-demo postern-torture

torture: libraries
	for program in $(TORTURERS); do $(BUILD) -c release --product $$program || exit 1; done
	.build/release/postern-torture $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

soak: libraries
	for program in $(TORTURERS); do $(BUILD) -c release --product $$program || exit 1; done
	.build/release/postern-torture soak $(if $(SEED),--seed $(SEED)) \
		--seconds $(if $(filter command environment,$(firstword $(origin SECONDS))),$(SECONDS),600)

torture-short: libraries
	for program in $(TORTURERS); do $(BUILD) -c release --product $$program || exit 1; done
	.build/release/postern-torture --seconds 150 $(if $(SEED),--seed $(SEED))

bench: libraries
	$(BUILD) -c release --product postern-bench
	.build/release/postern-bench all

bench-native: libraries
	@.ci/install $(PEERS)
	$(BUILD) -c release --product postern-bench
	$(MAKE) -C Sources/postern-bench/Peers OUT=$(CURDIR)/.build/peers
	.build/peers/python/bin/python Sources/postern-bench/Peers/compare.py --peers .build/peers

bench-tasks: libraries .build/cowait/ready
	cc -O2 -Wall -Werror -o .build/cowait/socketpair Sources/postern-bench/Cowait/socketpair.c
	$(BUILD) -c release --product postern-bench
	.build/cowait/bin/python Sources/postern-bench/Cowait/compare.py --rounds $(or $(ROUNDS),21)

# Cowait is installed without its dependencies: Docker, Kubernetes, Dask and pytest are not used here, and the release of
# aiohttp that it requires has no compiled parts for Python 3.11 and later, so a newer and faster one is installed.
.build/cowait/ready: Sources/postern-bench/Cowait/requirements.txt
	@.ci/install python3-venv
	python3 -m venv .build/cowait
	.build/cowait/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	.build/cowait/bin/python -m pip install --quiet --disable-pip-version-check --no-deps cowait==0.5.0
	touch $@

bench-against: libraries
	@.ci/install valgrind binutils gcc libc6-dev python3
	@[ -n "$(REV)" ] || { echo "make bench-against REV=main: which revision?"; exit 2; }
	python3 Sources/postern-bench/Against/against.py --rounds $(or $(ROUNDS),11) $(REV) $(ROWS)

docs: libraries
	$(BUILD)
	.ci/docs

# The test that compares the list also writes it.
api: libraries
	$(BUILD) --build-tests
	POSTERN_WRITE_API=1 swift test --skip-build --filter SurfaceTests

format:
	swift format -i -r Sources Tests docker Package.swift

clean:
	rm -rf .build .build-traits .build-tsan .build-against .venv

libraries:
	@.ci/install $(LIBRARIES)

tools:
	@.ci/install $(TOOLS)
