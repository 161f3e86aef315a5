#!/bin/sh
# Writes packaging/locks: every package that pyproject.toml leads to, on every platform, with the hashes of its files.
# runtime.txt is what the program needs; dev.txt adds what working on it needs, in the same versions.
set -eu
uv=$1
compile() {
    "$uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
        --no-header --no-annotate --no-emit-index-url "$@"
}
compile --extra build --output-file packaging/locks/runtime.txt
compile --extra build --extra dev --constraint packaging/locks/runtime.txt --output-file packaging/locks/dev.txt
