// @ts-types="./types.d.ts"
export {
  abortable,
  deadline,
  delay,
  retry,
} from "npm:deno-std@1.4.0/async/mod.js";
