// @ts-types="./types.d.ts"
export { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
