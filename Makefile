# make run      builds and starts the demo
# make test     runs all tests
# make bench    measures
# make format   formats the sources
# make clean    removes what was built

LIBRARIES = libwebsockets-dev libwebsockets-evlib-uv libuv1-dev pkg-config
TOOLS = curl chromium openssl python3-venv valgrind
PRODUCTS = .build/debug

# A crash is to end a program at once, not to stop in a debugger.
export SWIFT_BACKTRACE = enable=no

.NOTPARALLEL:
.PHONY: run test unit-tests end-to-end-tests bench format clean libraries tools

run: libraries
	swift build -c release --product postern-demo
	exec .build/release/postern-demo

test: unit-tests end-to-end-tests

unit-tests: libraries
	swift build --build-tests
	swift test --skip-build

end-to-end-tests: libraries tools .venv/ready
	swift build
	POSTERN_BIN=$(PRODUCTS) .venv/bin/python -m pytest Tests/EndToEnd

.venv/ready: Tests/EndToEnd/requirements.txt | tools
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

bench: libraries
	swift build -c release --product postern-bench
	.build/release/postern-bench all

format:
	swift format -i -r Sources Tests Package.swift

clean:
	rm -rf .build .venv

libraries:
	@.ci/install $(LIBRARIES)

tools:
	@.ci/install $(TOOLS)
