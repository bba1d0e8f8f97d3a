# Builds one target in build/release; sourced by tools/untorn and tools/test, which then run it.
#
# The common case, nothing to do, costs one ninja run. Otherwise: configure; if that fails, install what is missing
# of packages.txt with apt (as root only) and configure again. A lock in the build directory lets several invocations wait
# for each other. Says something only when there is work, on stderr; failures end with exit status 2.

packages_file=$root/tools/packages.txt
build=$root/build/release
log=$build/build.log

say() { printf 'untorn: %s\n' "$*" >&2; }

give_up() {
    say "$@"
    exit 2
}

all_packages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$packages_file" | tr '\n' ' ' | sed 's/ *$//'; }

# Of packages.txt, those that dpkg does not know as installed.
missing_packages() {
    local package missing=
    for package in $(all_packages); do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
            installed) ;;
            *) missing="$missing $package" ;;
        esac
    done
    printf '%s' "${missing# }"
}

install_packages() {
    local missing
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        show_log
        give_up "cannot configure, and there is no apt here; what the build needs, by its Debian names: $(all_packages)"
    fi
    missing=$(missing_packages)
    if [ -z "$missing" ]; then
        show_log
        give_up "cannot configure although every package is there: $(all_packages)"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        give_up "packages are missing; as root, run: apt-get install $missing"
    fi
    say "installing $missing"
    export DEBIAN_FRONTEND=noninteractive
    local apt=(apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2)
    # Even with old package lists the installation may work, so a failed update decides nothing.
    "${apt[@]}" update >"$log" 2>&1 </dev/null || true
    # shellcheck disable=SC2086  # one word a package
    if ! "${apt[@]}" install --no-install-recommends $missing >>"$log" 2>&1 </dev/null; then
        grep '^E: ' "$log" >&2
        give_up "apt-get failed (no network?; log: $log); install by hand: apt-get install $missing"
    fi
}

show_log() { [ ! -s "$log" ] || tail -n 40 "$log" >&2; }

configure() {
    command -v cmake >/dev/null && command -v ninja >/dev/null &&
        command -v "${CXX:-c++}" >/dev/null &&
        (cd "$root" && cmake --fresh --preset release) >"$log" 2>&1
}

# A build directory that was moved or copied builds the tree it came from.
configured() {
    [ -f "$build/build.ninja" ] && grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt" 2>/dev/null
}

# Passes on from ninja's output that there is work, and on a terminal how far it is.
watch_ninja() {
    local line said= count
    while IFS= read -r line; do
        printf '%s\n' "$line"
        count=${line%%]*}
        case $line in
            '[0/'* | 'ninja: '*) continue ;;
            '['[0-9]*'/'[0-9]*'] '*) ;;
            *) continue ;;
        esac
        if [ -t 2 ]; then
            printf '\runtorn: building %s' "${count#[}" >&2
        elif [ -z "$said" ]; then
            say "building in $build"
        fi
        said=yes
    done >"$log"
    if [ -n "$said" ] && [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

run_ninja() { # target
    ninja -C "$build" "$1" </dev/null 2>&1 | watch_ninja
    return "${PIPESTATUS[0]}"
}

build_target() { # target
    local lock=$build/.lock
    mkdir -p "$build" 2>/dev/null && { : >>"$lock"; } 2>/dev/null || give_up "cannot write to $build"
    exec {lock_fd}>>"$lock"
    if ! flock -w 1 "$lock_fd"; then
        say "waiting for another build"
        flock "$lock_fd"
    fi
    build_locked "$1" {lock_fd}>&- || exit
    exec {lock_fd}>&-
}

build_locked() { # target
    if ! configured; then
        say "first build in $build"
        configure || {
            install_packages
            configure || {
                show_log
                give_up "cannot configure; what the build needs: apt-get install $(all_packages)"
            }
        }
    fi
    run_ninja "$1" && return
    show_log
    local missing=
    if command -v dpkg-query >/dev/null; then missing=$(missing_packages); fi
    if [ -n "$missing" ]; then
        give_up "the build failed, and packages are missing; as root, run: apt-get install $missing"
    fi
    give_up "the build failed; all of its output is in $log"
}
