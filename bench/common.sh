# What the benchmarks have in common. For bash; sourced by the scripts beside it, which run it.
# It needs $name, the benchmark's; it leaves $module, $java, ${own[@]} and ${server[@]}.

home=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$home"
module=mesh-standalone/target
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"

# build CLASS JAR: unless both are there, and newer than everything they are made of
build() {
  local made=("$module/test-classes/io/callmesh/standalone/bench/$1.class" "$2")
  if [ -d "$module/lib" ] && is_new "${made[0]}" && is_new "${made[1]}"; then
    return
  fi
  echo "$name: building" >&2
  mvn -q -B -DskipTests -Djacoco.skip=true package -pl mesh-standalone -am >&2
  # Maven leaves alone whose source did not change.
  touch "${made[@]}"
}

is_new() {
  [ -f "$1" ] &&
    [ -z "$(find pom.xml ./*/pom.xml ./*/src/main mesh-standalone/src/test -newer "$1" -type f -print | head -n 1)" ]
}

# pin WHAT: what is measured has core 1 for itself; the load and the broker share core 0
pin() {
  own=()
  server=()
  if ! command -v taskset >/dev/null; then
    echo "$name: no taskset here, so $1 not held to one core" >&2
  elif ! taskset -c 0,1 true 2>/dev/null || [ "$(nproc)" -lt 2 ]; then
    echo "$name: cores 0 and 1 are not both ours, so $1 not held to one core" >&2
  else
    own=(taskset -c 0)
    server=(--server-core=1)
  fi
}

# run CLASS JVM-OPTIONS -- ARGUMENTS
run() {
  local class=io.callmesh.standalone.bench.$1 options=()
  shift
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  # bash before 4.4 takes an empty array for an unset one
  exec ${own[@]+"${own[@]}"} "$java" "${options[@]}" -XX:+UseSerialGC \
    -cp "$module/test-classes:$module/classes:$module/lib/*" \
    "$class" ${server[@]+"${server[@]}"} "$@"
}
