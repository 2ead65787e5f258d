# make run          builds and starts the demo
# make test         runs all tests
# make test-traits  runs the tests of what package traits turn on
# make bench        measures
# make format       formats the sources
# make clean        removes what was built

LIBRARIES = libwebsockets-dev libwebsockets-evlib-uv libuv1-dev pkg-config
TOOLS = curl chromium python3-venv valgrind
PRODUCTS = .build/debug

# A crash is to end a program at once, not to stop in a debugger.
export SWIFT_BACKTRACE = enable=no

.NOTPARALLEL:
.PHONY: run test test-traits unit-tests end-to-end-tests bench format clean libraries tools

run: libraries
	swift build -c release --product postern-demo
	exec .build/release/postern-demo

test: unit-tests end-to-end-tests

unit-tests: libraries
	swift build --build-tests
	swift test --skip-build

# In a folder of its own: a trait changes how everything is compiled.
test-traits: libraries
	swift build --build-tests --enable-all-traits --scratch-path .build-traits
	swift test --skip-build --enable-all-traits --scratch-path .build-traits --filter PosternMacrosTests

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
	rm -rf .build .build-traits .venv

libraries:
	@.ci/install $(LIBRARIES)

tools:
	@.ci/install $(TOOLS)
