# make        builds the tools
# make test   everything, on real servers, which it obtains first
# make demo   a million rows from one server to another, and the proof
# make bench  copies of big databases, ours and stock's, side by side; BENCH='shop --runs 1' for less
# make check  style, lints, pages that are out of date
# make man    writes man pages and completions anew
# make vectors  writes tests/vectors anew, after a change of the format
# make golden   writes tests/golden anew, after a change of catalog queries
# make test-parallel  the tests of lanes and sessions at length, with big databases; not in CI
# make test-formats pg_dump's archives, all schemas, all ways; not in CI
# make test-faults  copies that are killed, cut and crashed at many moments; not in CI
# make test-fuzz    what is read is changed by chance, ten minutes for each way of reading; not in CI
# make test-matrix  copies from every major into itself and into the newest; not in CI
# make test-regression  copies of what PostgreSQL's own regression suite leaves; needs Debian's packages; not in CI
# make install PREFIX=/usr/local DESTDIR=

PREFIX ?= /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share
TOOLS := $(patsubst tools/%,pgx-%,$(wildcard tools/*))
export PATH := $(PATH):$(HOME)/.cargo/bin

all: cargo
	cargo build --release --workspace

test: cargo
	tests/servers/fetch
	cargo build --workspace
	cargo test --workspace

check: cargo
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo build --workspace
	@pages=$$(mktemp -d) && trap 'rm -rf $$pages' EXIT && tests/pages target/debug $$pages $(TOOLS) && \
	  diff -r -x '*.5' man $$pages || { echo "man is out of date: run make man" >&2; exit 1; }

man: cargo
	cargo build --workspace
	rm -rf man/completions man/*.1
	tests/pages target/debug man $(TOOLS)

vectors: cargo
	PGX_WRITE_VECTORS=1 cargo test -p pgx-tests --test vectors vectors_are_current

golden: cargo
	PGX_WRITE_GOLDEN=1 cargo test -q -p pgx-objects golden

test-parallel: cargo
	tests/servers/fetch
	cargo build --workspace
	PGX_CAMPAIGN=1 cargo test -p pgx-tests --test side_by_side --test one_moment --test parts --test partitions \
	  --test lanes_cut --test memory

test-faults: cargo
	tests/servers/fetch
	cargo build --workspace
	PGX_CAMPAIGN=1 cargo test -p pgx-tests --test resume --test swap --test kills

test-matrix: cargo
	tests/servers/fetch 12 13 14 15 16 17 18
	cargo build --workspace
	PGX_CAMPAIGN=1 cargo test -p pgx-tests --test golden_queries --test same_text \
	  --test better_than_stock --test encodings --test new_words --test gone_settings --test matrix

test-formats: cargo
	tests/servers/fetch
	cargo build --workspace
	PGX_CAMPAIGN=1 cargo test -p pgx-tests --test pg_formats --test part_of_file

test-fuzz: cargo
	PGX_CAMPAIGN=1 cargo test -p pgx-tests --test fuzz -- --nocapture

test-regression: cargo
	cargo build -p pgx-dump -p pgx-load
	tests/regression/run

demo: cargo
	tests/demo

bench: cargo
	tests/servers/fetch 18
	cargo build --release --workspace
	cargo bench -p pgx-tests --bench copies -- $(BENCH)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/man/man5 $(SHARE)/bash-completion/completions \
	  $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install -m 644 man/*.5 $(SHARE)/man/man5/
	for tool in $(TOOLS); do \
	  install -m 755 target/release/$$tool $(DESTDIR)$(PREFIX)/bin/ && \
	  install -m 644 man/$$tool.1 $(SHARE)/man/man1/ && \
	  install -m 644 man/completions/$$tool.bash $(SHARE)/bash-completion/completions/$$tool && \
	  install -m 644 man/completions/_$$tool $(SHARE)/zsh/site-functions/ && \
	  install -m 644 man/completions/$$tool.fish $(SHARE)/fish/vendor_completions.d/ || exit 1; \
	done

cargo:
	@command -v cargo >/dev/null || { echo "cargo is needed: install Rust 1.91 or newer with rustup" >&2; exit 1; }

.PHONY: all test check man vectors golden test-parallel test-matrix test-formats test-faults test-fuzz test-regression demo install cargo
