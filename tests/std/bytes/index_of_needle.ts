// @ts-types="./types.d.ts"
export { indexOfNeedle } from "npm:deno-std@1.4.0/bytes/index_of_needle.js";
