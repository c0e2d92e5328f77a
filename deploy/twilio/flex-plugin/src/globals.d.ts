/** What the build puts in the place of `process.env`: the variables that begin with `FLEX_APP_`. */
declare namespace NodeJS {
  interface ProcessEnv {
    FLEX_APP_CALLMESH_URL?: string;
  }
}
