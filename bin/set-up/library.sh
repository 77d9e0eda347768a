# Read by every command in bin/ (POSIX sh): where the checkout is, and `set_up LAYER…`, which makes sure that what a command
# needs is there. When nothing has changed since the last time, this costs a few milliseconds and says nothing; otherwise the
# Python program beside this file does the work and shows each step.
#
# Layers: uv (the installer alone) · app (what runs the service) · node (Node and the interface's packages)
#         web (the built interface) · dev (tests, linters, benchmarks)

root=$(dirname "$(dirname "$(readlink -f "$0")")")
venv=$root/.venv
python=$venv/bin/python
uv=$venv/bin/uv

# Prints the inputs of a layer that are newer than its stamp.
changed_since() {
  case $2 in
    uv) set -- "$1" "$root/requirements-uv.lock" ;;
    app) set -- "$1" "$root/pyproject.toml" "$root/hatch_build.py" "$root/requirements.lock" "$root/requirements-build.lock" ;;
    dev) set -- "$1" "$root/requirements-dev.lock" ;;
    node) set -- "$1" "$root/requirements-build.lock" "$root/web/package-lock.json" "$root/web/.npmrc" ;;
    web)
      find "$root/web" \( -name node_modules -o -name build -o -name .react-router -o -name __pycache__ \
        -o -name tests -o -name coverage \) -prune -o ! -path "$root/web" ! -name '*.gen.ts' -newer "$1" -print
      return
      ;;
  esac
  find "$@" -newer "$1" -print
}

is_current() {
  stamp=$venv/set-up/$1
  [ -f "$stamp" ] && [ -x "$python" ] || return 1
  read -r stamped <"$stamp" && [ "$stamped" = "$root" ] || return 1 # a moved checkout is set up again
  case $1 in
    node) [ -f "$root/web/node_modules/.tenantry" ] || return 1 ;;
    web) [ -f "$root/src/tenantry/_web/index.html" ] || return 1 ;;
  esac
  [ -z "$(changed_since "$stamp" "$1")" ]
}

# A Python that our libraries have wheels for and that can make virtual environments; else any that is new enough.
find_python() {
  for wanted in 'sys.version_info[:2] < (3, 15) and __import__("ensurepip") and __import__("venv")' 'True'; do
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
      "$name" -c "import sys; sys.exit(not (sys.version_info >= (3, 11) and $wanted))" 2>/dev/null || continue
      echo "$name"
      return 0
    done
  done
  return 1
}

set_up() {
  for layer; do
    is_current "$layer" && continue
    found=$(find_python) || {
      echo "Tenantry needs Python 3.11 or newer, and finds $(python3 --version 2>/dev/null || echo none) here." >&2
      echo "Install it, for example with:  $(python_advice)" >&2
      exit 1
    }
    "$found" -B "$root/bin/set-up" "$@" || exit $?
    return 0
  done
}

# The one command that brings a Python to this machine.
python_advice() {
  if command -v apt-get >/dev/null 2>&1; then echo "apt-get install python3 python3-venv   (as root)"
  elif command -v dnf >/dev/null 2>&1; then echo "dnf install python3.12   (as root)"
  elif command -v apk >/dev/null 2>&1; then echo "apk add python3   (as root)"
  elif command -v zypper >/dev/null 2>&1; then echo "zypper install python312   (as root)"
  elif command -v pacman >/dev/null 2>&1; then echo "pacman -S python   (as root)"
  elif command -v brew >/dev/null 2>&1; then echo "brew install python@3.13"
  else echo "an installer from python.org"
  fi
}
